"""An old data backup with today's keys: what was erased since does not come back, and everything else does."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from config import Settings
from incidents import create_app
from incidents.accounts import services as accounts
from incidents.erasure import services as erasure
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot
from incidents.facts.services import BeingRestored, frame
from incidents.instance import backup, restoring
from incidents.keyring.models import Grant, Key, KeyKind
from incidents.records import index, rebuild, services
from incidents.records.keys import keys_of as opened_keys
from incidents.records.models import LogEntry, RevisionKey
from incidents.recovery import services as recovery
from incidents.rotation import services as rotation
from tests.factories import documents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from incidents.instance.backup import Written
    from incidents.instance.joining import Restored
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Person, Team, World

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
#: How many cases there are, of which a tenth is erased: ``TALA_ERASURE_CASES=1000`` takes five times as long.
ALL = int(os.environ.get("TALA_ERASURE_CASES", "200"))
ERASED = ALL // 10


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture
def elsewhere(tmp_path: Path, world: World) -> Iterator[Flask]:
    """Another, empty machine."""
    instance = tmp_path / "restored"
    instance.mkdir(mode=0o700)
    app = create_app(Settings(instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}"))
    app.test_client_class = world.app.test_client_class
    yield app
    with app.app_context():
        db.engine.dispose()


def there(app: Flask, person: Person) -> Person:
    """The same person on the other machine."""
    return replace(person, app=app)


def keys_of(person: Person) -> CaseKeys:
    store.cache.clear()
    return opened_keys(person.id, person.organisation_id, person.seed)


def back_up(folder: Path, day: int) -> Written:
    return backup.back_up(folder, accounts.settings(), now=START + dt.timedelta(days=day))


def restore(app: Flask, data: Written, keys: Written, pepper: Path) -> Restored:
    return restoring.restore(data.data, keys.keys, app.extensions["tala-settings"], pepper)


def create(keys: CaseKeys, number: int) -> list[CaseDocument]:
    """Cases, in a snapshot and in deltas."""
    made = [documents.document() for _ in range(number)]
    services.create(keys, made[: number // 2])
    store.replace_snapshot(keys.facts, FrameKind.FACTS, store.load(keys.facts, FrameKind.FACTS, polars_schema()))
    schema = polars_schema(index.INDEX_COLUMNS)
    store.replace_snapshot(keys.organisation, FrameKind.INDEX, store.load(keys.organisation, FrameKind.INDEX, schema))
    services.create(keys, made[number // 2 :])
    return made


def opened(keys: CaseKeys, made: list[CaseDocument]) -> int:
    """How many of these cases open."""
    count = 0
    for document in made:
        try:
            count += services.open_account(keys, document.incident.id).document.incident.id == document.incident.id
        except NotFound:
            continue
    return count


def fact_rows(keys: CaseKeys, made: list[CaseDocument]) -> int:
    """How many facts rows these cases have."""
    cells = {document.incident.cell_key for document in made}
    return sum(row in cells for row in frame([keys.facts]).rows["case"].to_list())


def test_a_backup_from_before_an_erasure_with_todays_keys_opens_all_that_is_left_and_nothing_erased(
    team: Team, tmp_path: Path, elsewhere: Flask
) -> None:
    researcher, pepper = team.researcher, accounts.settings().pepper_file
    keys = keys_of(researcher)
    made = create(keys, ALL)
    gone, left = made[:: ALL // ERASED], [one for number, one in enumerate(made) if number % (ALL // ERASED)]
    before = back_up(tmp_path, 0)
    wraps = wraps_of(gone)
    erasure.erase_cases(keys, [document.incident.id for document in gone], "they asked for it")
    after = back_up(tmp_path, 1)
    assert [wrap for wrap in wraps if wrap in after.keys.read_bytes()] == []
    with elsewhere.app_context():
        restored = restore(elsewhere, before, after, pepper)
        assert (restored.cases_left_out, restored.rebuilding) == (ERASED, 1)
        again = keys_of(there(elsewhere, researcher))
        assert (opened(again, left), opened(again, gone)) == (ALL - ERASED, 0)
        with pytest.raises(BeingRestored):
            frame([again.facts])
        assert rebuild.rebuild(again) == ALL - ERASED
        assert fact_rows(again, gone) == 0
        assert fact_rows(again, left) >= ALL - ERASED
        assert index.find(again.organisation, index.CaseQuery()).total == ALL - ERASED


def wraps_of(made: list[CaseDocument]) -> list[bytes]:
    ids = [document.incident.id for document in made]
    return list(db.session.scalars(select(RevisionKey.wrapped).where(RevisionKey.incident_id.in_(ids))))


def test_a_person_who_was_erased_since_does_not_come_back(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """Their case was sealed anew: the old words have no key, and the new words are not in the old backup."""
    researcher, pepper = team.researcher, accounts.settings().pepper_file
    keys = keys_of(researcher)
    made = create(keys, 6)
    before = back_up(tmp_path, 0)
    first = made[0]
    erasure.erase_person(keys, first.incident.id, first.persons[0].id, "they asked", expected=1, another=True)
    after = back_up(tmp_path, 1)
    with elsewhere.app_context():
        restored = restore(elsewhere, before, after, pepper)
        assert restored.cases_left_out == 1
        again = keys_of(there(elsewhere, researcher))
        assert (opened(again, made[1:]), opened(again, made[:1])) == (5, 0)
    newest = back_up(tmp_path, 2)
    assert newest.rows >= before.rows


def test_cases_saved_since_come_back_as_they_were(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    researcher, pepper = team.researcher, accounts.settings().pepper_file
    keys = keys_of(researcher)
    made = create(keys, 4)
    before = back_up(tmp_path, 0)
    services.update(keys, made[0], expected=1)
    services.create(keys, [documents.document()])
    after = back_up(tmp_path, 1)
    with elsewhere.app_context():
        restored = restore(elsewhere, before, after, pepper)
        assert (restored.cases_left_out, restored.revisions_left_out) == (0, 0)
        again = keys_of(there(elsewhere, researcher))
        assert opened(again, made) == 4
        assert services.open_account(again, made[0].incident.id).revision == 1


def test_a_backup_from_before_a_rotation_opens_with_the_keys_of_after(
    team: Team, tmp_path: Path, elsewhere: Flask
) -> None:
    """The old organisation key is destroyed; the data's cases open under the new one."""
    researcher, pepper = team.researcher, accounts.settings().pepper_file
    recovery.name_trustees(researcher.membership(), researcher.seed, ["A fictional aunt", "A fictional priest"], 2)
    keys = keys_of(researcher)
    made = create(keys, 6)
    services.open_identity(keys, made[0].incident.id, "to have an entry in the log")
    before = back_up(tmp_path, 0)
    rotation.rotate(researcher.membership(), researcher.seed, "once a year")
    while not rotation.advance(researcher.membership()):
        continue
    old = db.session.scalar(select(func.min(Key.epoch)).where(Key.kind == KeyKind.ORGANISATION))
    assert old == 2
    after = back_up(tmp_path, 1)
    with elsewhere.app_context():
        restored = restore(elsewhere, before, after, pepper)
        assert restored.cases_left_out == 0
        assert db.session.scalar(select(func.min(Key.epoch)).where(Key.kind == KeyKind.ORGANISATION)) == 2
        again = keys_of(there(elsewhere, researcher))
        assert opened(again, made) == 6
        rebuild.rebuild(again)
        assert fact_rows(again, made) >= 6
        assert db.session.scalar(select(func.count()).select_from(LogEntry)) == 0


def test_who_was_revoked_since_opens_nothing_in_an_old_backup(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    researcher, leaver = team.researcher, team.second_researcher
    made = create(keys_of(researcher), 2)
    pepper = accounts.settings().pepper_file
    before = back_up(tmp_path, 0)
    rotation.revoke(researcher.membership(), researcher.seed, leaver.id, "left")
    after = back_up(tmp_path, 1)
    with elsewhere.app_context():
        restore(elsewhere, before, after, pepper)
        assert made
        held = db.session.scalar(select(func.count()).select_from(Grant).where(Grant.account_id == leaver.id))
        assert held == 0


def test_without_the_keys_the_data_open_nothing(team: Team, tmp_path: Path) -> None:
    """Somebody has the data backup, the pepper and a member's passphrase."""
    keys = keys_of(team.researcher)
    made = create(keys, 3)
    written = back_up(tmp_path, 0)
    content = written.data.read_bytes()
    assert [wrap for wrap in wraps_of(made) if wrap in content] == []
    frames = [blob for model in (FrameSnapshot, FrameDelta) for blob in db.session.scalars(select(model.wrapped))]
    assert [wrap for wrap in frames if wrap in content] == []


# ---- making list and numbers anew ----


def test_a_researcher_makes_list_and_numbers_anew_from_the_page_of_cases(
    team: Team, tmp_path: Path, elsewhere: Flask
) -> None:
    researcher, pepper = team.researcher, accounts.settings().pepper_file
    keys = keys_of(researcher)
    made = create(keys, 4)
    before = back_up(tmp_path, 0)
    erasure.erase_cases(keys, [made[0].incident.id], "they asked for it")
    after = back_up(tmp_path, 1)
    with elsewhere.app_context():
        restore(elsewhere, before, after, pepper)
        counting, browser = there(elsewhere, team.analyst).browser(), there(elsewhere, researcher).browser()
        assert "not back yet" in counting.get("/summaries", status=503)
        assert "Make list and numbers anew" in browser.get("/cases")
        browser.post("/cases/anew", status=303)
        page = browser.get("/cases")
        assert [one.incident.id in page for one in made] == [False, True, True, True]
        counting.get("/summaries")
        browser.post("/cases/anew", status=303)
