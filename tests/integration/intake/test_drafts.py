"""Drafts: saved sealed at every step, opened by their writer alone, and nothing typed is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from incidents.errors import NotFound
from incidents.extensions import db
from incidents.intake import services
from incidents.intake.models import Draft
from incidents.intake.services import Busy, Writer
from incidents.intake.states import DraftState
from incidents.keyring.envelope import Unopenable
from incidents.records.identifiers import new_id
from incidents.records.schema import CaseDocument
from tests.integration.intake.browsing import fields_of, links_of, text_of
from tests.integration.intake.steps import Walk

if TYPE_CHECKING:
    from tests.factories.world import World

WRONG_DATE = {
    "date_start-kind": "day",
    "date_start-day": "31",
    "date_start-month": "2",
    "date_start-year": "2025",
}


def test_going_back_keeps_good_and_bad_answers(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    walk.fill("what", {"narrative": "Plainly fictional.", "go": "back"})
    assert walk.fill("when", {**WRONG_DATE, "time_of_day": "night", "go": "back"}).endswith("/what")
    what, when = walk.browser.get(walk.path("what")), walk.browser.get(walk.path("when"))
    assert fields_of(what, walk.path("what"))["narrative"] == ["Plainly fictional."]
    again = fields_of(when, walk.path("when"))
    assert again["date_start-day"] == ["31"]
    assert again["time_of_day"] == ["night"]
    assert "#date_start-day" in links_of(when)


def test_a_page_is_left_for_the_list_of_steps_without_loss(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    entry_id = new_id()
    assert walk.fill("people", {"group_size": "many", "name": "Ana", "go": "list"}, entry_id).endswith(walk.draft_id)
    assert "To put right" in text_of(walk.browser.get(f"/drafts/{walk.draft_id}"))
    listed = walk.browser.get(walk.path("people"))
    assert walk.path("people", entry_id) in links_of(listed)
    again = fields_of(walk.browser.get(walk.path("people", entry_id)), walk.path("people", entry_id))
    assert (again["group_size"], again["name"]) == (["many"], ["Ana"])
    assert walk.state.document.persons == []


def test_what_has_to_be_put_right_keeps_the_draft_from_being_saved(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    walk.fill("what", {"narrative": "Plainly fictional."})
    walk.fill("when", WRONG_DATE, status=422)
    page = walk.answer("check", {"save": "incomplete"}, status=422)
    assert walk.path("when") in links_of(page)
    walk.fill("when", {"date_start-day": "28"})
    saved = walk.saved(walk.save())
    assert str(saved.incident.date_start) == "2025-02-28"


def test_a_saved_draft_is_gone_and_the_case_is_there(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    walk.fill("what", {"narrative": "Plainly fictional."})
    case = walk.save()
    walk.browser.get(f"/drafts/{walk.draft_id}", status=404)
    assert walk.saved(case).status == "incomplete"


def test_pressing_save_twice_at_once_saves_one_case(world: World) -> None:
    who = world.team().researcher
    walk = Walk(who).begin()
    walk.fill("what", {"narrative": "Plainly fictional."})
    writer, keys = Writer(who.id, who.seed), walk.keys
    state = walk.state
    services.record(keys, state.document)
    assert services.submit(writer, keys, walk.draft_id, complete=False) == state.document.incident.id


def test_drafts_are_listed_and_thrown_away(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    walk.fill("what", {"title_working": "By the fictional bridge"})
    page = walk.browser.get("/cases/new")
    assert "By the fictional bridge" in text_of(page)
    assert f"/drafts/{walk.draft_id}" in links_of(page)
    walk.send(f"/drafts/{walk.draft_id}/discard")
    assert "By the fictional bridge" not in text_of(walk.browser.get("/cases/new"))
    walk.send(f"/drafts/{walk.draft_id}/discard", status=404)


def test_nobody_else_finds_a_draft_not_even_a_colleague(world: World) -> None:
    team = world.team()
    walk = Walk(team.researcher).begin()
    entry_id = walk.add("people", {"gender": "GEN_W"})
    other = Walk(team.second_researcher)
    other.draft_id = walk.draft_id
    for path in (
        "",
        "/what",
        "/people",
        f"/people/{entry_id}",
        f"/consent/{entry_id}",
        "/check",
        "/names",
        "/conflict",
    ):
        other.browser.get(f"/drafts/{walk.draft_id}{path}", status=404)
    for path in ("/what", "/check", "/discard", f"/people/{entry_id}/remove", f"/people/{entry_id}"):
        other.send(f"/drafts/{walk.draft_id}{path}", {"narrative": "x"}, status=404)
    assert walk.state.document.persons[0].id == entry_id


def test_a_draft_moved_to_another_account_opens_for_nobody(world: World) -> None:
    team = world.team()
    walk = Walk(team.researcher).begin()
    sealed = db.session.scalars(select(Draft.sealed)).one()
    writer = Writer(team.second_researcher.id, team.second_researcher.seed)
    with pytest.raises(Unopenable):
        services._open(writer, walk.draft_id, sealed)


def test_the_table_of_drafts_holds_no_word_of_them(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    walk.fill("what", {"narrative": "CANARY-NARRATIVE", "title_working": "CANARY-TITLE"})
    walk.fill("where", {"country": "KE", "place_type": "PL_CHECK"})
    walk.fill("when", {**WRONG_DATE, "date_start-year": "CANARY-YEAR"}, status=422)
    walk.add("people", {"name": "CANARY-NAME", "gender": "GEN_W"})
    row = db.session.execute(select(Draft.__table__)).one()
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for word in (b"CANARY", b"GEN_W", b"PL_CHECK", b"narrative", b'KE"', b"incident"):
        assert word not in stored


def test_two_windows_do_not_overwrite_each_others_pages(world: World) -> None:
    who = world.team().researcher
    walk = Walk(who).begin()
    writer = Writer(who.id, who.seed)

    def meanwhile(state: DraftState) -> tuple[DraftState, None]:
        if "other" not in walk.state.typed:
            services.change(writer, walk.draft_id, lambda now: (now.with_typed("other", {}), None))
        return state.with_typed("mine", {}), None

    services.change(writer, walk.draft_id, meanwhile)
    assert set(walk.state.typed) == {"other", "mine"}


def test_a_draft_that_others_keep_saving_says_so_instead_of_losing_it(world: World) -> None:
    who = world.team().researcher
    writer = Writer(who.id, who.seed)
    draft_id = services.begin(writer)

    def always_late(state: DraftState) -> tuple[DraftState, None]:
        services.change(writer, draft_id, lambda now: (now.with_typed(new_id(), {}), None))
        return state.with_typed("mine", {}), None

    with pytest.raises(Busy):
        services.change(writer, draft_id, always_late)
    services.discard(writer, draft_id)
    with pytest.raises(NotFound):
        services.open_draft(writer, draft_id)


def test_an_entry_is_taken_out_with_what_points_at_it(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    whom = walk.add("people", {"gender": "GEN_W"})
    act = walk.add("acts", {"violation": "POL_EXT", "person_id": whom})
    walk.fill("consent", {"answer.CP_STAT": "yes", "given_by": "CB_SELF"}, whom)
    walk.send(walk.path("people", whom) + "/remove")
    document = walk.state.document
    assert (document.persons, document.consents) == ([], [])
    assert [(one.id, one.person_id) for one in document.acts] == [(act, None)]
    walk.send(walk.path("people", whom) + "/remove")
    walk.send(walk.path("what", whom) + "/remove", status=404)


@pytest.mark.parametrize(
    "path",
    [
        "nowhere",
        "people/short",
        f"nowhere/{'a' * 32}",
        f"what/{'a' * 32}",
        f"details/{'a' * 32}",
        f"consent/{'a' * 32}",
    ],
)
def test_an_address_that_leads_nowhere_is_not_found(world: World, path: str) -> None:
    walk = Walk(world.team().researcher).begin()
    walk.browser.get(walk.path(path), status=404)
    walk.send(walk.path(path), {}, status=404)


def test_every_missing_answer_is_a_link_to_where_it_is_asked(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    whom = walk.add("people", {"gender": "GEN_W"})
    act = walk.add("acts", {"violation": "TOR_TORT", "person_id": whom})
    page = walk.browser.get(walk.path("check"))
    links = links_of(page)
    for path in (
        "what",
        "when",
        "where",
        f"people/{whom}",
        f"consent/{whom}",
        f"details/{act}",
        "perpetrators",
        "sources",
    ):
        assert walk.path(path) in links
        walk.browser.get(walk.path(path))
    assert "None of this keeps you from saving" in text_of(page)


def test_a_new_draft_starts_empty(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    state = walk.state
    assert state == DraftState(CaseDocument(incident=state.document.incident))
