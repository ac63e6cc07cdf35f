"""Forty people and forty acts: every page stays small, and says where it stands."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from incidents.intake import services
from incidents.intake.services import Writer
from incidents.intake.states import DraftState
from incidents.records.identifiers import new_id
from tests.factories import documents as made
from tests.integration.intake.browsing import ids_of
from tests.integration.intake.steps import Walk

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import World

MOST_BYTES, MOST_COMPRESSED = 60_000, 15_000


def crowd(number: int = 40) -> CaseDocument:
    """A raid on many, plainly fictional."""
    people = [made.person() for _ in range(number)]
    acts = [made.act("POL_EXT", one, methods=["MT_BEAT"]) for one in people]
    return made.document(
        persons=people,
        acts=acts,
        perpetrators=[made.perpetrator(*acts)],
        sources=[made.source() for _ in range(5)],
        consents=[made.consent(one) for one in people[:20]],
    )


@pytest.fixture
def walk(world: World) -> Walk:
    """Somebody at a draft with forty of everything."""
    who = world.team().researcher
    walk = Walk(who)
    walk.draft_id = services.begin(Writer(who.id, who.seed), DraftState(crowd()))
    return walk


def test_every_page_stays_within_its_budget(walk: Walk) -> None:
    document = walk.state.document
    person, act = document.persons[0].id, document.acts[0].id
    pages = [
        *(walk.path(step) for step in ("what", "when", "where", "place", "people", "acts", "perpetrators", "sources")),
        *(walk.path(step) for step in ("consent", "check")),
        walk.path("people", person),
        walk.path("acts", act),
        walk.path("acts", new_id()),
        walk.path("details", act),
        walk.path("perpetrators", document.perpetrators[0].id),
        walk.path("sources", document.sources[0].id),
        walk.path("consent", person),
        f"/drafts/{walk.draft_id}",
        "/cases/new",
        "/cases/new/quick",
    ]
    for path in pages:
        page = walk.browser.get(path)
        ids = ids_of(page)
        assert len(ids) == len(set(ids)), path
        size = len(page.encode())
        assert size <= MOST_BYTES, f"{path}: {size}"
        assert len(gzip.compress(page.encode(), 6)) <= MOST_COMPRESSED, path


def test_a_crowd_is_saved_as_it_was_written(walk: Walk) -> None:
    document = walk.state.document
    walk.fill("perpetrators", {"count_min": "12"}, document.perpetrators[0].id)
    case = walk.save("complete")
    saved = walk.saved_whole(case)
    assert saved.perpetrators[0].act_ids == [act.id for act in document.acts]
    assert saved.persons == document.persons
    assert saved.acts == document.acts
