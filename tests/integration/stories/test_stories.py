"""Stories: sealed for whoever holds the summaries key, bound to their row, and gone when taken back."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

import incidents.stories
from incidents.database import random_id, writing
from incidents.extensions import db
from incidents.keyring.envelope import Unopenable
from incidents.keyring.facts_door import summaries_keys
from incidents.stories.models import Summary
from incidents.stories.services import Story, give, received, take_back

if TYPE_CHECKING:
    from incidents.keyring.facts_door import SummariesKey
    from tests.factories.world import Person, Team, World

TODAY = dt.date(2026, 11, 24)
CANARY = "a fictional canary of a story"


def key_of(person: Person) -> SummariesKey:
    """The newest summaries key that somebody holds."""
    return summaries_keys(person.id, person.seed)[0]


def put(team: Team, text: str = CANARY, *, ref: str = "FICTIONAL", until: dt.date | None = None) -> str:
    """Give a story to a team's advocates; its id."""
    summary_id = random_id()
    with writing(db.session):
        give(key_of(team.researcher), summary_id, Story(ref, text, until))
    return summary_id


def texts(person: Person, today: dt.date = TODAY) -> list[str]:
    """What somebody can read."""
    return [story.text for story in received(person.id, person.seed, today)]


def test_who_holds_the_key_reads_it_and_nobody_else(world: World) -> None:
    team, other = world.team(), world.team()
    put(team)
    assert texts(team.advocate) == texts(team.researcher) == texts(team.second_researcher) == [CANARY]
    for person in (team.analyst, team.administrator, other.advocate, other.researcher):
        assert texts(person) == []


def test_nothing_of_it_stands_in_clear(world: World) -> None:
    team = world.team()
    put(team, ref="REFERENCE-CANARY")
    row = db.session.scalars(select(Summary)).one()
    for value in (row.sealed, row.id.encode(), row.key_id.encode(), row.organisation_id.encode()):
        assert CANARY.encode() not in value
        assert b"REFERENCE-CANARY" not in value


def test_its_length_says_little_about_the_text(world: World) -> None:
    team = world.team()
    put(team, "short")
    put(team, "a little longer than the short one")
    lengths = {len(row.sealed) for row in db.session.scalars(select(Summary))}
    assert len(lengths) == 1


def test_a_story_given_again_replaces_the_earlier_text(world: World) -> None:
    team = world.team()
    summary_id = put(team, "first text")
    with writing(db.session):
        give(key_of(team.researcher), summary_id, Story("FICTIONAL", "second text"))
    assert texts(team.advocate) == ["second text"]


def test_a_story_taken_back_is_gone_and_taking_back_nothing_is_no_error(world: World) -> None:
    team = world.team()
    summary_id = put(team)
    for _ in range(2):
        with writing(db.session):
            take_back(team.organisation_id, summary_id)
        assert texts(team.advocate) == []


def test_another_organisation_cannot_take_it_back(world: World) -> None:
    team, other = world.team(), world.team()
    summary_id = put(team)
    with writing(db.session):
        take_back(other.organisation_id, summary_id)
    assert texts(team.advocate) == [CANARY]


@pytest.mark.parametrize(
    ("until", "read"),
    [(None, True), (TODAY + dt.timedelta(days=1), True), (TODAY, False), (dt.date(2020, 1, 1), False)],
)
def test_it_is_read_until_the_day_before_consent_ends(world: World, until: dt.date | None, *, read: bool) -> None:
    team = world.team()
    put(team, until=until)
    assert bool(texts(team.advocate)) == read


def test_stories_stand_in_the_order_of_their_references(world: World) -> None:
    team = world.team()
    for ref in ("C", "A", "B"):
        put(team, ref, ref=ref)
    assert texts(team.advocate) == ["A", "B", "C"]


def test_an_advocate_of_two_organisations_reads_both(world: World) -> None:
    team, other = world.team(), world.team()
    world.admit(other.researcher, team.advocate)
    put(team, "of the first")
    put(other, "of the second")
    assert sorted(texts(team.advocate)) == ["of the first", "of the second"]
    assert texts(other.advocate) == ["of the second"]


def test_a_swapped_or_altered_row_is_refused(world: World) -> None:
    team = world.team()
    first, second = put(team, "first"), put(team, "second")
    with writing(db.session):
        one, two = db.session.get_one(Summary, first), db.session.get_one(Summary, second)
        one.sealed, two.sealed = two.sealed, one.sealed
    with pytest.raises(Unopenable):
        texts(team.advocate)
    with writing(db.session):
        db.session.delete(db.session.get_one(Summary, second))
        one = db.session.get_one(Summary, first)
        one.sealed = one.sealed[:-1] + bytes([one.sealed[-1] ^ 1])
    with pytest.raises(Unopenable):
        texts(team.advocate)


def test_what_advocates_run_imports_nothing_that_opens_a_case() -> None:
    for path in Path(incidents.stories.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any("records" in name or "case_door" in name for name in names)
