"""Who holds no key records all the same: quick or step by step, handed in, seen to arrive, never read again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from incidents.accounts.models import Role
from incidents.intake import services as intake
from incidents.intake.services import Writer
from incidents.records.services import open_account
from incidents.submissions import inbox, services
from incidents.submissions.rules import reference
from tests.factories import documents
from tests.integration.intake.browsing import fields_of, links_of, text_of
from tests.integration.intake.steps import Walk
from tests.integration.submissions.handing import ANSWERS, QUICK, REFERENCE, TOLD, handed_in, keys, rows, sender, told

if TYPE_CHECKING:
    from tests.factories.world import Person, Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture(params=["field worker", "researcher nobody has vouched for"])
def who(request: pytest.FixtureRequest, world: World, team: Team) -> Person:
    """Somebody who holds no key."""
    if request.param == "field worker":
        return team.field_worker
    return world.person(Role.RESEARCHER, team.researcher.account.organisation)


def opened(team: Team, row: str) -> str:
    content = inbox.read(keys(team.researcher), row).content
    assert content
    return content.document().incident.narrative


def test_a_field_worker_begins_where_recording_begins_and_is_offered_the_quick_record_first(team: Team) -> None:
    browser = team.field_worker.browser()
    assert browser.client.get("/").location == "/cases/new"
    page = browser.get("/cases/new")
    assert links_of(page).index(QUICK) < page.index("Full record")
    assert "use the quick record instead" in text_of(page)
    assert {"/cases/new", "/submissions", "/reports"} <= set(links_of(page))
    assert not {"/cases", "/inbox", "/members", "/summaries"} & set(links_of(page))


def test_a_quick_record_arrives_and_only_members_can_read_it(team: Team, who: Person) -> None:
    browser = who.browser()
    told(browser)
    [row] = rows()
    page = text_of(browser.get("/submissions"))
    assert reference(row) in page
    assert "waiting" in page
    assert TOLD not in page
    assert opened(team, row) == TOLD


def test_the_answer_names_the_reference_that_members_see(team: Team) -> None:
    browser = team.field_worker.browser()
    told(browser)
    [shown] = set(REFERENCE.findall(text_of(browser.get("/submissions"))))
    assert shown in text_of(team.researcher.browser().get("/inbox"))


def test_pressing_the_button_twice_hands_in_once(team: Team) -> None:
    browser = team.field_worker.browser()
    sent = {**fields_of(browser.get(QUICK), QUICK), **ANSWERS}
    for _ in range(2):
        assert browser.client.post(QUICK, data=sent).location == "/submissions"
    assert len(rows()) == 1


def test_what_was_taken_in_is_not_handed_in_again_by_the_same_page(team: Team) -> None:
    document = documents.document()
    row = handed_in(team.field_worker, document)
    inbox.accept(keys(team.researcher), row)
    assert services.submit(sender(team.field_worker), document) == reference(row)
    assert rows() == []


def test_the_full_form_is_handed_in_and_its_draft_is_gone(team: Team, who: Person) -> None:
    walk = Walk(who).begin()
    walk.fill("what", {"narrative": TOLD})
    walk.add("people", {"unit": "UNIT_IND", "gender": "GEN_W", "name": "Fictional Name"})
    page = text_of(walk.browser.get(walk.path("check")))
    assert "Hand it in" in page
    assert "Save as" not in page
    assert walk.send(walk.path("check"), {"save": "incomplete"}) == "/submissions"
    assert intake.drafts(Writer(who.id, who.seed)) == []
    walk.browser.get(f"/drafts/{walk.draft_id}", status=404)
    [row] = rows()
    content = inbox.read(keys(team.researcher), row).content
    assert content
    assert [one.name for one in content.document().persons] == ["Fictional Name"]
    assert content.document().status == "incomplete"


def test_a_record_without_a_story_is_not_sent_and_nothing_typed_is_lost(team: Team) -> None:
    page = told(team.field_worker.browser(), ANSWERS | {"narrative": ""}, status=422)
    assert ANSWERS["place_text"] in page
    assert rows() == []


def test_drafts_can_be_thrown_away_from_the_first_page(team: Team) -> None:
    walk = Walk(team.field_worker).begin()
    action = f"/drafts/{walk.draft_id}/discard"
    assert fields_of(walk.browser.get("/cases/new"), action)
    assert walk.send(action) == "/cases/new"
    assert intake.drafts(Writer(walk.who.id, walk.who.seed)) == []


def test_the_list_says_when_it_does_not_wait_any_more_and_not_what_became_of_it(team: Team) -> None:
    browser = team.field_worker.browser()
    accepted, declined = handed_in(team.field_worker), handed_in(team.field_worker)
    inbox.accept(keys(team.researcher), accepted)
    inbox.decline(keys(team.researcher), declined, "told twice, as they say")
    assert [one.waiting for one in services.arrived(sender(team.field_worker))] == [False, False]
    assert text_of(browser.get("/submissions")).count("taken in or declined") == 2


def test_the_newest_is_first_and_each_has_its_day(team: Team) -> None:
    days = [dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC) for day in (3, 20)]
    for at in days:
        services.submit(sender(team.field_worker), documents.document(), now=at)
    assert [one.on for one in services.arrived(sender(team.field_worker))] == [at.date() for at in reversed(days)]


def test_the_list_can_be_emptied_and_nothing_sent_is_lost(team: Team) -> None:
    browser = team.field_worker.browser()
    told(browser)
    assert REFERENCE.search(text_of(browser.get("/submissions")))
    browser.post("/submissions/forget", status=303)
    assert services.arrived(sender(team.field_worker)) == []
    assert not REFERENCE.search(text_of(browser.get("/submissions")))
    assert len(rows()) == 1


def test_the_list_keeps_no_more_than_it_should(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_RECEIPTS", 3)
    sent = [reference(handed_in(team.field_worker)) for _ in range(5)]
    assert [one.reference for one in services.arrived(sender(team.field_worker))] == sent[:1:-1]


def test_who_is_vouched_for_afterwards_reads_what_they_had_handed_in_as_a_member(world: World, team: Team) -> None:
    newcomer = world.person(Role.RESEARCHER, team.researcher.account.organisation)
    told(newcomer.browser())
    world.admit(team.researcher, newcomer)
    [row] = rows()
    browser = newcomer.browser()
    assert TOLD in browser.get(f"/inbox/{row}")
    browser.post(f"/inbox/{row}/accept", status=303)
    assert TOLD in browser.get(f"/cases/{cases(newcomer)[0]}")


def cases(person: Person) -> list[str]:
    links = links_of(person.browser().get("/cases"))
    return [link.removeprefix("/cases/") for link in links if len(link) == len("/cases/") + 32]


def test_the_case_names_who_recorded_it_and_who_took_it_in(team: Team) -> None:
    row = handed_in(team.field_worker)
    case = inbox.accept(keys(team.second_researcher), row)
    document = open_account(keys(team.researcher), case).document
    assert (document.recorder, document.saved_by) == (team.field_worker.id, team.second_researcher.id)
    page = text_of(team.researcher.browser().get(f"/cases/{case}"))
    assert f"Recorded by {team.field_worker.username}" in page
    assert f"by {team.second_researcher.username}" in page


def test_members_record_as_before_and_nothing_of_theirs_passes_the_inbox(team: Team) -> None:
    browser = team.researcher.browser()
    assert "Save this record" in browser.get(QUICK)
    told(browser)
    assert rows() == []
    assert len(cases(team.researcher)) == 1


def test_the_page_of_a_researcher_without_keys_says_that_they_can_record(world: World, team: Team) -> None:
    newcomer = world.person(Role.RESEARCHER, team.researcher.account.organisation)
    assert "/cases/new" in links_of(newcomer.browser().get("/cases", status=403))
