"""What a worker keeps in memory: few frames, for minutes, for those who can name them; and never longer than said."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from incidents.accounts.models import Role
from incidents.database import snapshot, writing
from incidents.extensions import db
from incidents.facts import frames, store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameKind, FrameSnapshot
from incidents.facts.store import FrameCache, Loaded, Version
from incidents.keyring.facts_door import FactsKey, facts_keys
from incidents.keyring.models import Key, KeyKind
from incidents.records import index, services
from incidents.records.keys import keys_of
from tests.factories import documents

if TYPE_CHECKING:
    from tests.factories.world import Team, World

NAME = (b"fingerprint", "facts:organisation")


def loaded() -> Loaded:
    return Loaded(frames.empty(polars_schema()), Version(None, frozenset()))


def until_empty(cache: FrameCache, seconds: float) -> bool:
    """Whether a cache empties by itself within some time."""
    end = time.monotonic() + seconds
    while len(cache) and time.monotonic() < end:
        time.sleep(0.01)
    return not len(cache)


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def test_a_frame_goes_when_its_time_is_over_though_nobody_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looked at it may have logged out and gone home."""
    monkeypatch.setattr(store, "CACHE_SECONDS", 0.1)
    cache = FrameCache()
    for number in range(3):
        cache.put((b"fingerprint", str(number)), loaded())
    assert len(cache) == 3
    assert until_empty(cache, 5)


def test_a_younger_frame_stays_when_an_older_one_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CACHE_SECONDS", 0.4)
    cache = FrameCache()
    cache.put((b"fingerprint", "older"), loaded())
    time.sleep(0.25)
    cache.put((b"fingerprint", "younger"), loaded())
    time.sleep(0.25)
    assert cache.get((b"fingerprint", "older")) is None
    assert cache.get((b"fingerprint", "younger")) is not None
    assert until_empty(cache, 5)


def test_a_frame_whose_time_is_over_is_not_given_out_even_before_it_is_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = FrameCache()
    cache.put(NAME, loaded())
    assert cache.get(NAME) is not None
    monkeypatch.setattr(store, "CACHE_SECONDS", -1)
    assert cache.get(NAME) is None


def test_no_more_frames_are_kept_than_said_and_the_oldest_goes_first() -> None:
    cache = FrameCache()
    for number in range(store.CACHE_FRAMES + 3):
        cache.put((b"fingerprint", str(number)), loaded())
    assert len(cache) == store.CACHE_FRAMES
    assert cache.get((b"fingerprint", "2")) is None
    assert cache.get((b"fingerprint", "3")) is not None
    cache.clear()
    assert len(cache) == 0


def test_one_thread_sweeps_however_often_frames_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CACHE_SECONDS", 0.2)
    before = threading.active_count()
    cache = FrameCache()
    for number in range(50):
        cache.put((b"fingerprint", str(number)), loaded())
    assert threading.active_count() <= before + 1
    assert until_empty(cache, 5)


def test_a_frame_in_memory_is_found_by_its_key_alone(team: Team) -> None:
    """Whoever knows ids, but not the key, gets a name that nothing lies under."""
    analyst = team.analyst
    (key,) = facts_keys(analyst.id, analyst.seed)
    store.load(key, FrameKind.FACTS, polars_schema())
    name = f"{FrameKind.FACTS}:{team.organisation_id}"
    assert store.cache.get((key.fingerprint(), name)) is not None
    assert store.cache.get((FactsKey.random().fingerprint(), name)) is None
    assert key.raw not in key.fingerprint()


def test_what_is_in_memory_is_checked_against_the_database_at_each_reading(team: Team) -> None:
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    for number in range(1, 4):
        services.create(keys, [documents.document()])
        assert store.load(keys.facts, FrameKind.FACTS, polars_schema()).frame.rows["case"].n_unique() == number


def test_of_many_orders_of_a_list_few_sorted_copies_are_kept(team: Team) -> None:
    """Each is as large as the frame: all twelve of them would be a worker's memory."""
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    services.create(keys, [documents.document() for _ in range(3)])
    seen = []
    for column in index.SORTS:
        for descending in (True, False):
            page = index.find(keys.organisation, index.CaseQuery(sort=column, descending=descending))
            seen.append(page.total)
            kept = [name for name in index.load(keys.organisation).derived if name.startswith("sorted:")]
            assert 1 <= len(kept) <= index.SORTS_KEPT
            assert kept[-1] == f"sorted:{index.SORTS[column]}:{descending}"
    assert set(seen) == {3}


def test_a_compaction_never_deletes_a_snapshot_that_it_could_not_read(team: Team) -> None:
    """With a second key of the organisation, as in a rotation, what it cannot see is not taken for nothing."""
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    services.create(keys, [documents.document()])
    store.replace_snapshot(keys.facts, FrameKind.FACTS, store.load(keys.facts, FrameKind.FACTS, polars_schema()))
    with writing(db.session):
        row = Key(organisation_id=team.organisation_id, kind=KeyKind.FACTS, epoch=2)
        db.session.add(row)
        db.session.flush()
        newer = FactsKey.of(FactsKey.random().raw, row)
    before = db.session.scalars(select(FrameSnapshot.id)).one()
    with pytest.raises(store.Moved):
        store.load(newer, FrameKind.FACTS, polars_schema())
    empty = store.Loaded(frames.empty(polars_schema()), store.Version(None, frozenset()))
    with pytest.raises(IntegrityError):
        store.replace_snapshot(newer, FrameKind.FACTS, empty)
    assert db.session.scalars(select(FrameSnapshot.id)).one() == before


@pytest.mark.usefixtures("app")
def test_a_write_transaction_inside_another_is_an_error_not_a_loss(world: World) -> None:
    """The inner one would roll the outer's work back, and on SQLite wait for itself for ever."""

    def nested() -> None:
        with writing(db.session):
            world.organisation()

    with pytest.raises(RuntimeError, match="inside another"):
        nested()
    organisation = world.organisation("Fictional Network after all")
    assert organisation.name == "Fictional Network after all"


@pytest.mark.usefixtures("app")
def test_a_snapshot_sees_one_state_however_many_saves_are_made_meanwhile(world: World) -> None:
    world.organisation()
    count = select(db.metadata.tables["organisation"].c.id)

    def add() -> None:
        with world.app.app_context():
            world.organisation()

    with snapshot(db.session):
        first = len(db.session.execute(count).all())
        thread = threading.Thread(target=add)
        thread.start()
        thread.join(20)
        assert len(db.session.execute(count).all()) == first
    assert len(db.session.execute(count).all()) == first + 1


def test_a_researcher_without_grants_loads_nothing(world: World, team: Team) -> None:
    organisation = team.researcher.account.organisation
    newcomer = world.person(Role.RESEARCHER, organisation)
    assert facts_keys(newcomer.id, newcomer.seed) == []
