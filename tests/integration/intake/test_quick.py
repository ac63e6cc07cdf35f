"""The quick record: one page, sealed, listed as incomplete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from incidents.records.keys import keys_of
from incidents.records.services import open_identity
from tests.integration.intake.browsing import fields_of, ids_of, links_of, text_of
from tests.integration.intake.steps import CASE, Walk

if TYPE_CHECKING:
    from tests.factories.world import World

QUICK = "/cases/new/quick"
ANSWERS = {
    "narrative": "Plainly fictional: stopped at a checkpoint, paid to be let go.",
    "date_start-kind": "about",
    "date_start-month": "3",
    "date_start-year": "2025",
    "country": "KE",
    "place_text": "Near the fictional bridge",
    "source_type": "SRC_PEER",
    "citation": "A peer on the phone",
}


def test_a_quick_record_is_saved_as_incomplete_and_listed_for_completion(world: World) -> None:
    walk = Walk(world.team().researcher)
    location = walk.send(QUICK, {**fields_of(walk.browser.get(QUICK), QUICK), **ANSWERS})
    found = CASE.search(location)
    assert found
    case = found[1]
    saved = walk.saved_whole(case)
    assert (saved.status, saved.recorder) == ("incomplete", walk.who.id)
    assert saved.incident.narrative == ANSWERS["narrative"]
    assert (str(saved.incident.date_start), saved.incident.country) == ("2025-03~", "KE")
    assert saved.incident.place_text == "Near the fictional bridge"
    assert [(one.source_type, one.citation) for one in saved.sources] == [("SRC_PEER", "A peer on the phone")]
    assert f"/cases/{case}" in links_of(walk.browser.get("/cases?state=incomplete"))


def test_pressing_the_button_twice_records_one_case(world: World) -> None:
    walk = Walk(world.team().researcher)
    sent = {**fields_of(walk.browser.get(QUICK), QUICK), **ANSWERS}
    assert walk.send(QUICK, sent) == walk.send(QUICK, sent)


def test_the_id_of_somebody_elses_case_is_no_way_to_it(world: World) -> None:
    theirs, mine = Walk(world.team().researcher), Walk(world.team().researcher)
    found = CASE.search(theirs.send(QUICK, ANSWERS))
    assert found
    mine.send(QUICK, {**ANSWERS, "record": found[1], "narrative": "taken over"}, status=404)
    whole = open_identity(keys_of(theirs.who.id, theirs.who.organisation_id, theirs.who.seed), found[1], "test")
    assert whole.document.incident.narrative == ANSWERS["narrative"]


def test_nothing_typed_says_what_is_needed_and_links_there(world: World) -> None:
    walk = Walk(world.team().researcher)
    page = walk.send(QUICK, {}, status=422)
    assert "Say what happened, in a few sentences." in text_of(page)
    assert "#narrative" in links_of(page)
    assert "narrative" in ids_of(page)


def test_everything_typed_is_still_there_when_something_is_wrong(world: World) -> None:
    walk = Walk(world.team().researcher)
    page = walk.send(QUICK, {**ANSWERS, "date_start-month": "13"}, status=422)
    assert "#date_start-month" in links_of(page)
    again = fields_of(page, QUICK)
    assert again["narrative"] == [ANSWERS["narrative"]]
    assert again["date_start-month"] == ["13"]
    assert again["citation"] == [ANSWERS["citation"]]
    assert again["country"] == ["KE"]
    assert again["source_type"] == ["SRC_PEER"]


@pytest.mark.parametrize("role", ["analyst", "advocate", "administrator"])
def test_only_researchers_record(world: World, role: str) -> None:
    browser = getattr(world.team(), role).browser()
    browser.get("/cases/new", status=403)
    browser.get(QUICK, status=403)
    browser.post(QUICK, dict(ANSWERS), status=403)
    browser.post("/drafts", status=403)
