"""Eight people save at once while frames are compacted: no save is lost, and no reader is short of a fact."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from incidents.extensions import db
from incidents.facts import store
from incidents.facts.models import FrameKind, FrameSnapshot
from incidents.facts.services import frame
from incidents.keyring.facts_door import facts_keys
from incidents.records import index, services
from incidents.records.keys import keys_of
from incidents.records.services import Conflict
from tests.factories import documents

if TYPE_CHECKING:
    import pytest

    from tests.factories.world import World

WRITERS = 8
SAVES = 12


def test_no_save_is_lost_and_no_reader_is_short_of_a_fact(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MIN_DELTAS", 5)
    team = world.team()
    person, analyst = team.researcher, team.analyst
    keys = keys_of(person.id, person.organisation_id, person.seed)
    granted = facts_keys(analyst.id, analyst.seed)
    acknowledged: set[int] = set()
    lock, done = threading.Lock(), threading.Event()

    def write() -> None:
        with world.app.app_context():
            for _ in range(SAVES):
                document = documents.document()
                services.create(keys, [document])
                with lock:
                    acknowledged.add(document.incident.cell_key)

    def read() -> list[int]:
        short = []
        with world.app.app_context():
            while not done.is_set():
                with lock:
                    expected = set(acknowledged)
                store.cache.clear()
                short.append(len(expected - set(frame(granted).rows["case"])))
        return short

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        writers = [pool.submit(write) for _ in range(WRITERS)]
        for writer in writers:
            writer.result(timeout=120)
        done.set()
        shortages = [shortage for reader in readers for shortage in reader.result(timeout=120)]

    assert len(acknowledged) == WRITERS * SAVES
    assert shortages
    assert set(shortages) == {0}
    store.cache.clear()
    assert set(frame(granted).rows["case"]) == acknowledged
    assert index.find(keys.organisation, index.CaseQuery()).total == len(acknowledged)
    assert db.session.scalar(select(func.count(FrameSnapshot.id))) == len(FrameKind)


def test_of_eight_edits_of_one_revision_exactly_one_is_saved(world: World) -> None:
    team = world.team()
    person = team.researcher
    keys = keys_of(person.id, person.organisation_id, person.seed)
    document = documents.document()
    services.create(keys, [document])

    def edit() -> bool:
        with world.app.app_context():
            try:
                services.update(keys, document, expected=1)
            except Conflict:
                return False
            return True

    with ThreadPoolExecutor(WRITERS) as pool:
        results = [future.result(timeout=60) for future in [pool.submit(edit) for _ in range(WRITERS)]]
    assert results.count(True) == 1
    db.session.rollback()
    assert services.open_account(keys, document.incident.id).revision == 2
