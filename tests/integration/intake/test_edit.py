"""Editing a case through the same steps; two people at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.intake.services import CONFLICT_REASON
from incidents.records.services import create, log_entries, revisions
from tests.factories import documents as made
from tests.integration.intake.browsing import fields_of, links_of, text_of
from tests.integration.intake.steps import Walk

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Team, World

REASON = "To call the person back about help"


def case_of(team: Team) -> tuple[str, CaseDocument]:
    """A saved case of a team, with a name in it."""
    whom = made.person(name="Ana Fictional", gender="GEN_W")
    document = made.about(whom, "POL_EXT")
    create(Walk(team.researcher).keys, [document])
    return document.incident.id, document


def test_an_edit_changes_what_was_changed_and_nothing_else(world: World) -> None:
    team = world.team()
    case, document = case_of(team)
    walk = Walk(team.second_researcher).edit(case)
    for step in ("what", "when", "where", "place", "consent"):
        walk.fill(step, {})
    walk.fill("people", {"gender": "GEN_NB"}, document.persons[0].id)
    walk.fill("consent", {}, document.persons[0].id)
    walk.fill("acts", {}, document.acts[0].id)
    walk.fill("details", {"methods": ["MT_VERB"]}, document.acts[0].id)
    assert walk.save("complete") == case
    expected = document.model_dump()
    expected["persons"][0]["gender"] = "GEN_NB"
    expected["acts"][0]["methods"] = ["MT_VERB"]
    expected["status"] = "complete"
    saved = walk.saved_whole(case).model_dump()
    assert saved | {"saved_by": "", "saved_at": None} == expected | {"saved_by": "", "saved_at": None}
    assert revisions(walk.keys, case) == [2, 1]


def test_without_opening_names_none_is_shown_and_none_is_lost(world: World) -> None:
    team = world.team()
    case, document = case_of(team)
    walk = Walk(team.second_researcher).edit(case)
    whom = document.persons[0].id
    page = walk.browser.get(walk.path("people", whom))
    assert "Ana Fictional" not in page
    assert f"/drafts/{walk.draft_id}/names" in links_of(page)
    walk.fill("people", {"residence_area": "A fictional town"}, whom)
    assert "Ana" not in str(walk.state)
    walk.save()
    saved = walk.saved_whole(case).persons[0]
    assert (saved.name, saved.residence_area) == ("Ana Fictional", "A fictional town")


def test_names_are_opened_with_a_reason_that_is_logged_and_can_be_emptied_then(world: World) -> None:
    team = world.team()
    case, document = case_of(team)
    walk = Walk(team.second_researcher).edit(case)
    whom = document.persons[0].id
    walk.fill("people", {"other_names": "typed before"}, whom)
    names = walk.path("names")
    assert "at least" in text_of(walk.send(names, {"reason": " "}, status=422))
    walk.send(names, {"reason": "x\x00\x0b"}, status=422)
    walk.send(names, {"reason": REASON})
    shown = fields_of(walk.browser.get(walk.path("people", whom)), walk.path("people", whom))
    assert (shown["name"], shown["other_names"]) == (["Ana Fictional"], ["typed before"])
    assert REASON in [entry.get("reason") for entry in log_entries(walk.keys)]
    walk.fill("people", {"name": ""}, whom)
    walk.save()
    saved = walk.saved_whole(case).persons[0]
    assert (saved.name, saved.other_names) == ("", "typed before")


def test_editing_again_goes_on_with_the_same_draft(world: World) -> None:
    team = world.team()
    case, _document = case_of(team)
    walk = Walk(team.researcher).edit(case)
    first = walk.draft_id
    assert walk.edit(case).draft_id == first
    assert Walk(team.second_researcher).edit(case).draft_id != first


def test_a_case_of_another_organisation_is_not_found(world: World) -> None:
    case, _document = case_of(world.team())
    other = Walk(world.team().researcher)
    other.send(f"/cases/{case}/edit", status=404)


def test_two_people_keep_what_they_typed_and_see_the_difference(world: World) -> None:
    team = world.team()
    case, document = case_of(team)
    first, second = Walk(team.researcher).edit(case), Walk(team.second_researcher).edit(case)
    first.fill("what", {"narrative": "The first person's words.", "title_working": "First title"})
    second.fill("what", {"narrative": "The second person's words."})
    second.fill("people", {"age_band": "AGE_50_64"}, document.persons[0].id)
    first.save()
    assert second.answer("check", {"save": "incomplete"}).endswith("/conflict")
    path = second.path("conflict")
    page = second.browser.get(path)
    said = text_of(page)
    assert "The first person's words." in said
    assert "The second person's words." in said
    shown = fields_of(page, path)
    key = f"persons/{document.persons[0].id}/age_band"
    assert (shown["incident/title_working"], shown[key]) == (["theirs"], ["mine"])
    assert "incident/narrative" not in shown
    undecided = second.send(path, {**shown, "save": "incomplete"}, status=422)
    assert "Choose one of the answers offered." in text_of(undecided)
    assert "#incident/narrative" in links_of(undecided)
    second.send(path, {**shown, "incident/narrative": "mine", "save": "incomplete"})
    saved = second.saved(case)
    assert saved.incident.narrative == "The second person's words."
    assert saved.incident.title_working == "First title"
    assert saved.persons[0].age_band == "AGE_50_64"
    assert second.saved(case, 2).incident.narrative == "The first person's words."
    assert second.saved_whole(case).persons[0].name == "Ana Fictional"
    second.browser.get(f"/drafts/{second.draft_id}", status=404)


def test_a_conflict_on_top_of_a_conflict_works_again(world: World) -> None:
    team = world.team()
    case, _document = case_of(team)
    second = Walk(team.second_researcher).edit(case)
    second.fill("what", {"narrative": "Mine."})
    for number in ("one", "two"):
        first = Walk(team.researcher).edit(case)
        first.fill("what", {"narrative": f"Theirs {number}."})
        first.save()
        if number == "one":
            second.answer("check", {"save": "incomplete"})
    where = second.send(second.path("conflict"), {"incident/narrative": "mine", "save": "complete"})
    assert where.endswith("/conflict")
    assert "Theirs two." in text_of(second.browser.get(where))
    second.send(second.path("conflict"), {"incident/narrative": "mine", "save": "complete"})
    saved = second.saved(case)
    assert (saved.incident.narrative, saved.status) == ("Mine.", "complete")
    assert revisions(second.keys, case) == [4, 3, 2, 1]


def test_names_changed_by_two_people_are_compared_when_both_opened_them(world: World) -> None:
    team = world.team()
    case, document = case_of(team)
    whom = document.persons[0].id
    first, second = Walk(team.researcher).edit(case), Walk(team.second_researcher).edit(case)
    for walk, name in ((first, "Anna Fictional"), (second, "Anne Fictional")):
        walk.send(walk.path("names"), {"reason": REASON})
        walk.fill("people", {"name": name}, whom)
    first.save()
    second.answer("check", {"save": "incomplete"})
    page = text_of(second.browser.get(second.path("conflict")))
    assert "Anna Fictional" in page
    assert "Anne Fictional" in page
    assert CONFLICT_REASON in [entry.get("reason") for entry in log_entries(second.keys)]
    second.send(second.path("conflict"), {f"persons/{whom}/name": "theirs", "save": "incomplete"})
    assert second.saved_whole(case).persons[0].name == "Anna Fictional"


def test_opening_names_of_a_case_that_was_saved_meanwhile_leads_to_the_difference(world: World) -> None:
    team = world.team()
    case, _document = case_of(team)
    second = Walk(team.second_researcher).edit(case)
    second.fill("what", {"narrative": "Mine."})
    first = Walk(team.researcher).edit(case)
    first.fill("what", {"title_working": "Theirs"})
    first.save()
    assert second.send(second.path("names"), {"reason": REASON}).endswith("/conflict")


def test_without_a_conflict_its_page_leads_to_the_check(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    assert walk.browser.client.get(walk.path("conflict")).location.endswith("/check")
