"""Frames: a save is in the next reading, compaction loses nothing, the cache answers only who holds the key."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from incidents.database import writing
from incidents.extensions import db
from incidents.facts import frames, store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot, Withdrawal
from incidents.facts.services import frame, without_ended
from incidents.keyring.envelope import Unopenable
from incidents.keyring.facts_door import FactsKey, facts_keys
from incidents.records import services
from incidents.records.keys import keys_of
from tests.factories import documents

if TYPE_CHECKING:
    from incidents.records.keys import CaseKeys
    from tests.factories.world import Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture
def keys(team: Team) -> CaseKeys:
    person = team.researcher
    return keys_of(person.id, person.organisation_id, person.seed)


def save(keys: CaseKeys, count: int = 1) -> list[int]:
    """Save cases one by one and give back their cell keys."""
    saved = [documents.document() for _ in range(count)]
    for document in saved:
        services.create(keys, [document])
    return [document.incident.cell_key for document in saved]


def cases(team: Team) -> set[int]:
    """What the analyst's frame holds."""
    return set(frame(facts_keys(team.analyst.id, team.analyst.seed)).rows["case"])


def compact(keys: CaseKeys) -> bool:
    loaded = store.load(keys.facts, FrameKind.FACTS, polars_schema())
    return store.replace_snapshot(keys.facts, FrameKind.FACTS, loaded)


def test_a_case_saved_is_in_the_next_frame(team: Team, keys: CaseKeys) -> None:
    first = save(keys)
    assert cases(team) == set(first)
    second = save(keys)
    assert cases(team) == {*first, *second}


def test_compaction_keeps_every_fact_and_leaves_no_delta(team: Team, keys: CaseKeys) -> None:
    saved = save(keys, 5)
    assert compact(keys)
    assert db.session.scalar(select(func.count(FrameDelta.id)).where(FrameDelta.kind == FrameKind.FACTS)) == 0
    assert cases(team) == set(saved)
    store.cache.clear()
    assert cases(team) == set(saved)


def test_what_was_saved_after_the_reading_stays_a_delta(team: Team, keys: CaseKeys) -> None:
    saved = save(keys, 2)
    loaded = store.load(keys.facts, FrameKind.FACTS, polars_schema())
    saved += save(keys)
    assert store.replace_snapshot(keys.facts, FrameKind.FACTS, loaded)
    store.cache.clear()
    assert cases(team) == set(saved)


def test_of_two_compactions_of_the_same_reading_one_gives_up(team: Team, keys: CaseKeys) -> None:
    saved = save(keys, 3)
    loaded = store.load(keys.facts, FrameKind.FACTS, polars_schema())
    assert store.replace_snapshot(keys.facts, FrameKind.FACTS, loaded)
    assert not store.replace_snapshot(keys.facts, FrameKind.FACTS, loaded)
    store.cache.clear()
    assert cases(team) == set(saved)


def test_saves_compact_by_themselves_when_deltas_pile_up(
    team: Team, keys: CaseKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MIN_DELTAS", 4)
    saved = save(keys, 9)
    waiting = db.session.scalar(select(func.count(FrameDelta.id)).where(FrameDelta.kind == FrameKind.FACTS))
    assert waiting == 1
    assert cases(team) == set(saved)


def test_there_is_one_snapshot_an_organisation_and_kind(keys: CaseKeys) -> None:
    save(keys)
    assert compact(keys)
    save(keys)
    assert compact(keys)
    assert db.session.scalar(select(func.count(FrameSnapshot.id))) == 1


def test_a_new_revision_replaces_the_rows_of_its_case(team: Team, keys: CaseKeys) -> None:
    document = documents.document()
    services.create(keys, [document])
    silent = document.model_copy(update={"consents": []})
    services.update(keys, silent, expected=1)
    assert cases(team) == set()
    held = frame(facts_keys(team.analyst.id, team.analyst.seed)).held
    assert held.rows() == [(document.incident.cell_key, "consent")]


def test_a_new_revision_replaces_rows_that_a_snapshot_absorbed(team: Team, keys: CaseKeys) -> None:
    document = documents.document()
    services.create(keys, [document])
    compact(keys)
    services.update(keys, document.model_copy(update={"consents": []}), expected=1)
    assert cases(team) == set()
    store.cache.clear()
    assert cases(team) == set()


def test_a_withdrawal_takes_a_person_out_of_the_next_frame(team: Team, keys: CaseKeys) -> None:
    document = documents.document()
    services.create(keys, [document])
    assert cases(team) == {document.incident.cell_key}
    with writing(db.session):
        db.session.add(Withdrawal(person=f"{document.persons[0].cell_key:016x}", purpose="CP_STAT"))
    assert cases(team) == set()


def test_a_consent_that_runs_out_takes_a_person_out_without_a_save(keys: CaseKeys) -> None:
    whom = documents.person()
    until = documents.TODAY + dt.timedelta(days=10)
    document = documents.about(whom, "POL_EXT", consents=[documents.consent(whom, expires_on=until)])
    services.create(keys, [document], today=documents.TODAY)
    rows = store.load(keys.facts, FrameKind.FACTS, polars_schema()).frame.rows
    assert without_ended(rows, until - dt.timedelta(days=1)).height == 1
    assert without_ended(rows, until).height == 0


def test_the_days_frame_leaves_out_what_ended_yesterday(team: Team, keys: CaseKeys) -> None:
    whom = documents.person()
    yesterday = dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=1)
    given = documents.consent(whom, given_on=yesterday - dt.timedelta(days=30), expires_on=yesterday)
    services.create(keys, [documents.about(whom, "POL_EXT", consents=[given])], today=yesterday - dt.timedelta(days=5))
    assert cases(team) == set()


def test_a_withdrawal_of_another_purpose_leaves_the_count(team: Team, keys: CaseKeys) -> None:
    document = documents.document()
    services.create(keys, [document])
    with writing(db.session):
        db.session.add(Withdrawal(person=f"{document.persons[0].cell_key:016x}", purpose="CP_STORY"))
    assert cases(team) == {document.incident.cell_key}


def test_a_frame_in_memory_does_not_answer_another_key(keys: CaseKeys) -> None:
    save(keys)
    store.load(keys.facts, FrameKind.FACTS, polars_schema())
    thief = FactsKey(b"\1" * 32, keys.facts.id, keys.facts.organisation_id, keys.facts.epoch)
    with pytest.raises(Unopenable):
        store.load(thief, FrameKind.FACTS, polars_schema())


def test_a_frame_leaves_memory_after_minutes(keys: CaseKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    save(keys)
    first = store.load(keys.facts, FrameKind.FACTS, polars_schema())
    assert store.load(keys.facts, FrameKind.FACTS, polars_schema()) is first
    monkeypatch.setattr(store, "CACHE_SECONDS", -1)
    assert store.load(keys.facts, FrameKind.FACTS, polars_schema()) is not first


def test_only_a_few_frames_stay_in_memory() -> None:
    cache = store.FrameCache()
    loaded = store.Loaded(frames.empty(polars_schema()), store.Version(None, frozenset()))
    for number in range(store.CACHE_FRAMES + 3):
        cache.put((bytes([number]), "facts:x"), loaded)
    assert cache.get((b"\0", "facts:x")) is None
    assert cache.get((bytes([store.CACHE_FRAMES + 2]), "facts:x")) is loaded


def test_facts_of_two_organisations_come_together_for_who_was_granted_both(
    world: World, team: Team, keys: CaseKeys
) -> None:
    other = world.team()
    other_keys = keys_of(other.researcher.id, other.organisation_id, other.researcher.seed)
    ours, theirs = save(keys), save(other_keys)
    assert cases(team) == set(ours)
    world.admit(other.researcher, team.analyst)
    assert cases(team) == {*ours, *theirs}


def test_nobody_without_a_grant_has_a_frame(world: World) -> None:
    assert world
    assert frame([]).rows.is_empty()
