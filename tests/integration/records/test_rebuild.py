"""After a restore index and facts are made anew from the cases; a save that comes in meanwhile is not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select

from incidents.accounts.models import Organisation
from incidents.database import writing
from incidents.extensions import db
from incidents.facts import rewriting, store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot
from incidents.facts.rewriting import FrameMoved, KeyNotHeld
from incidents.facts.services import BeingRestored, frame
from incidents.keyring.facts_door import facts_keys
from incidents.records import rebuild, services
from incidents.records.index import INDEX_COLUMNS
from incidents.records.keys import keys_of
from tests.factories import documents as make

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from incidents.facts.rewriting import Rewriting
    from tests.factories.world import World
    from tests.integration.records.conftest import Desk


def facts(desk: Desk) -> pl.DataFrame:
    """What the organisation's analyst counts, read from the database."""
    store.cache.clear()
    analyst = desk.team.analyst
    return frame(facts_keys(analyst.id, analyst.seed)).rows.sort("case", "person", "violation")


def index(desk: Desk) -> pl.DataFrame:
    """What the organisation's list reads."""
    store.cache.clear()
    return store.load(desk.keys.organisation, FrameKind.INDEX, polars_schema(INDEX_COLUMNS)).frame.rows.sort("case")


def lose_frames(desk: Desk) -> None:
    """What a restore does: cases come back, frames do not."""
    with writing(db.session):
        db.session.execute(delete(FrameSnapshot))
        db.session.execute(delete(FrameDelta))
        db.session.get_one(Organisation, desk.team.organisation_id).rebuild = True


def rows(model: type[FrameSnapshot | FrameDelta]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def cases(desk: Desk) -> list[str]:
    """Some cases: counted, held back for want of consent, and saved twice."""
    made = [make.document(), make.document(consents=[]), make.quick_record(), make.document()]
    desk.save(*made)
    desk.change(made[3].incident.id, status="incomplete")
    return [one.incident.id for one in made]


def test_frames_that_were_lost_come_back_as_they_were(desk: Desk, cases: list[str]) -> None:
    before = index(desk), facts(desk)
    lose_frames(desk)
    assert index(desk).height == 0
    with pytest.raises(BeingRestored):
        facts(desk)
    assert rebuild.needed(desk.team.organisation_id)
    assert rebuild.rebuild(desk.keys, make.TODAY) == len(cases)
    assert index(desk).equals(before[0])
    assert facts(desk).equals(before[1])
    assert not rebuild.needed(desk.team.organisation_id)


def test_frames_that_are_there_are_replaced_by_one_snapshot_each_under_fresh_keys(desk: Desk, cases: list[str]) -> None:
    before = index(desk), facts(desk)
    rebuild.rebuild(desk.keys, make.TODAY)
    wraps = set(db.session.scalars(select(FrameSnapshot.wrapped)))
    assert (rows(FrameSnapshot), rows(FrameDelta)) == (3, 0)
    rebuild.rebuild(desk.keys, make.TODAY)
    assert wraps.isdisjoint(db.session.scalars(select(FrameSnapshot.wrapped)))
    assert index(desk).equals(before[0])
    assert facts(desk).equals(before[1])
    assert index(desk).height == len(cases)


def test_more_cases_than_one_batch_are_all_there(desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 3)
    lose_frames(desk)
    assert rebuild.rebuild(desk.keys) == len(cases)
    assert set(index(desk)["id"]) == set(cases)


def test_another_organisation_keeps_its_frames(desk: Desk, cases: list[str], world: World) -> None:
    other = world.team()
    researcher = other.researcher
    keys = keys_of(researcher.id, researcher.organisation_id, researcher.seed)
    services.create(keys, [make.document()])
    rebuild.rebuild(desk.keys)
    store.cache.clear()
    assert frame(facts_keys(other.analyst.id, other.analyst.seed)).rows.height == 1
    assert index(desk).height == len(cases)


def before_the_lock(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Let something happen once, between the deriving of the frames and the lock."""
    prepared: list[bool] = []
    prepare = rebuild._prepare

    def then(*args: object) -> tuple[int, list[Rewriting]]:
        answer = prepare(*args)  # type: ignore[arg-type]
        if not prepared:
            prepared.append(True)
            happens()
        return answer

    monkeypatch.setattr(rebuild, "_prepare", then)


def test_a_save_that_comes_in_meanwhile_is_not_lost(
    desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = make.document()

    def save() -> None:
        desk.save(new)
        desk.change(cases[1], status="incomplete")

    before_the_lock(monkeypatch, save)
    rebuild.rebuild(desk.keys, make.TODAY)
    assert set(index(desk)["id"]) == {*cases, new.incident.id}
    assert not index(desk).filter(id=cases[1])["complete"].item()
    assert new.incident.cell_key in set(facts(desk)["case"])


def test_a_compaction_meanwhile_makes_it_begin_again(
    desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def compact() -> None:
        desk.save(make.document())
        loaded = store.load(desk.keys.facts, FrameKind.FACTS, polars_schema())
        store.replace_snapshot(desk.keys.facts, FrameKind.FACTS, loaded)

    before_the_lock(monkeypatch, compact)
    assert rebuild.rebuild(desk.keys, make.TODAY) == len(cases) + 1
    assert index(desk).height == len(cases) + 1


@pytest.mark.usefixtures("cases")
def test_it_says_so_when_others_replace_the_frames_at_each_try(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(one: Rewriting) -> None:
        del one
        raise FrameMoved

    lose_frames(desk)
    monkeypatch.setattr(rewriting, "put", moved)
    with pytest.raises(rebuild.Busy):
        rebuild.rebuild(desk.keys)
    assert rebuild.needed(desk.team.organisation_id)


@pytest.mark.usefixtures("cases")
def test_a_part_under_a_key_that_one_lacks_is_not_passed_over(desk: Desk) -> None:
    """What is not read would be deleted with the rest."""
    with pytest.raises(KeyNotHeld):
        rewriting.read({}, desk.team.organisation_id, FrameKind.FACTS, polars_schema())
