"""The review queue: what waits for whom, the most urgent first, and how a case goes to and fro."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from incidents.accounts.models import Role
from incidents.casework import queue
from incidents.facts import store
from incidents.records.schema import MOST_PARTS
from incidents.rotation import services as rotation
from tests.factories import documents
from tests.integration.casework.test_verifying import decision, kept, keys, now

if TYPE_CHECKING:
    from tests.factories.world import Browser, Person, Team, World

SAID = "A plainly fictional remark about a fictional bridge."
CASE = re.compile(r'href="/cases/([0-9a-f]{32})/review"')
TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def listed(browser: Browser, name: str) -> list[str]:
    store.cache.clear()
    return CASE.findall(browser.get(f"/review?list={name}"))


def words(form: str, expected: int, **more: str) -> dict[str, object]:
    return {f"{form}-text": SAID, "expected": str(expected), **more}


# -- to and fro --------------------------------------------------------------------------------------------


def test_a_case_goes_in_comes_back_with_a_question_and_in_again_with_the_answer(team: Team) -> None:
    case = kept(team.researcher)
    recorder, reviewer = team.researcher.browser(), team.second_researcher.browser()
    recorder.post(f"/cases/{case}/review/hand-in", {"expected": "1"}, status=303)
    assert listed(reviewer, "waiting") == [case]
    reviewer.post(f"/cases/{case}/review/return", words("return", 2), status=303)
    assert (listed(recorder, "returned"), listed(reviewer, "returned")) == ([case], [])
    assert listed(reviewer, "questions") == [case]
    assert SAID in recorder.get(f"/cases/{case}")
    [question] = now(team.researcher, case).comments
    answer = words("answer", 3, **{"answer-question": question.id})
    recorder.post(f"/cases/{case}/review/answer", answer, status=303)
    assert listed(reviewer, "questions") == []
    assert listed(reviewer, "waiting") == [case]
    assert [one.kind for one in now(team.researcher, case).comments] == ["question", "answer"]


def test_comments_are_of_whoever_wrote_them_whatever_the_form_says(team: Team) -> None:
    case = kept(team.researcher)
    forged = {"by": team.second_researcher.id, "comment-by": team.second_researcher.id}
    team.researcher.browser().post(f"/cases/{case}/review/comment", words("comment", 1, **forged), status=303)
    assert [one.by for one in now(team.researcher, case).comments] == [team.researcher.id]


def test_a_question_is_answered_once(team: Team) -> None:
    case = kept(team.researcher)
    browser = team.researcher.browser()
    browser.post(f"/cases/{case}/review/return", words("return", 1), status=303)
    [question] = now(team.researcher, case).comments
    answer = {"answer-question": question.id}
    browser.post(f"/cases/{case}/review/answer", words("answer", 2, **answer), status=303)
    browser.post(f"/cases/{case}/review/answer", words("answer", 3, **answer), status=422)
    browser.post(f"/cases/{case}/review/answer", words("answer", 3, **{"answer-question": "e" * 32}), status=422)


def test_somebody_elses_save_is_told_and_the_words_are_kept(team: Team) -> None:
    case = kept(team.researcher)
    browser = team.researcher.browser()
    browser.post(f"/cases/{case}/review/hand-in", {"expected": "1"}, status=303)
    page = browser.post(f"/cases/{case}/review/comment", words("comment", 1), status=409)
    assert SAID in page
    assert "Somebody saved this case meanwhile" in page
    for odd in ("", "0", "x", "-1", "9" * 30):
        browser.post(f"/cases/{case}/review/comment", {**words("comment", 1), "expected": odd}, status=409)
    assert now(team.researcher, case).comments == []


def test_a_case_that_is_full_takes_no_more_and_can_still_be_read(team: Team) -> None:
    comments = [{"at": "2026-11-24T09:00:00Z", "text": "fictional"} for _ in range(MOST_PARTS)]
    case = kept(team.researcher, comments=comments)
    browser = team.researcher.browser()
    page = browser.post(f"/cases/{case}/review/comment", words("comment", 1), status=409)
    assert SAID in page
    assert "as many comments" in page
    assert len(now(team.researcher, case).comments) == MOST_PARTS


@pytest.mark.parametrize("form", ["return", "comment"])
def test_nothing_written_is_refused(team: Team, form: str) -> None:
    case = kept(team.researcher)
    empty = {f"{form}-text": " ", "expected": "1"}
    team.researcher.browser().post(f"/cases/{case}/review/{form}", empty, status=422)


# -- who takes care of it ------------------------------------------------------------------------------------


def test_a_case_is_taken_or_passed_on_to_a_member(team: Team) -> None:
    case = kept(team.researcher)
    browser, other = team.researcher.browser(), team.second_researcher.browser()
    mine = {"assign-account": team.researcher.id, "expected": "1"}
    browser.post(f"/cases/{case}/review/assign", mine, status=303)
    assert listed(browser, "mine") == [case]
    theirs = {"assign-account": team.second_researcher.id, "expected": "2"}
    browser.post(f"/cases/{case}/review/assign", theirs, status=303)
    assert (listed(browser, "mine"), listed(other, "mine")) == ([], [case])


def test_nobody_without_the_key_takes_care_of_a_case(world: World, team: Team) -> None:
    """Accounts are rows that an administrator can add: who may be chosen stands in the roster."""
    case = kept(team.researcher)
    waiting = world.person(Role.RESEARCHER, team.researcher.account.organisation)
    stranger = world.team().researcher
    browser = team.researcher.browser()
    for person in (waiting, stranger, team.analyst, team.administrator, team.field_worker):
        body = {"assign-account": person.id, "expected": "1"}
        browser.post(f"/cases/{case}/review/assign", body, status=422)
        assert person.id not in browser.get(f"/cases/{case}/review")
    assert now(team.researcher, case).review is None


def test_whoever_left_is_not_offered(world: World, team: Team) -> None:
    case = kept(team.researcher)
    left = world.person(Role.RESEARCHER, team.researcher.account.organisation)
    world.admit(team.researcher, left)
    browser = team.researcher.browser()
    assert left.id in browser.get(f"/cases/{case}/review")
    rotation.revoke(team.researcher.membership(), team.researcher.seed, left.id, "left")
    assert left.id not in team.researcher.browser().get(f"/cases/{case}/review")


# -- the queue -----------------------------------------------------------------------------------------------


def test_a_decision_waits_for_a_second_reviewer_who_is_neither_first_nor_recorder(world: World, team: Team) -> None:
    third = world.person(Role.RESEARCHER, team.researcher.account.organisation)
    world.admit(team.researcher, third)
    case = kept(team.researcher)
    team.second_researcher.browser().post(f"/cases/{case}/verification", decision("VS_3", 1), status=303)
    asked = {person.username: listed(person.browser(), "second") for person in (team.researcher, third)}
    assert asked == {team.researcher.username: [], third.username: [case]}
    assert listed(team.second_researcher.browser(), "second") == []


def urgent(person: Person, priority: str, hours: int) -> str:
    since = dt.datetime(2026, 11, 24, tzinfo=dt.UTC) - dt.timedelta(hours=hours)
    incident = documents.incident(priority=priority, priority_since=since)
    return kept(person, incident=incident, review={"state": "waiting"})


def test_the_most_urgent_come_first_and_each_says_what_it_lacks(team: Team) -> None:
    later = urgent(team.researcher, "PRI_3", 1)
    soon = urgent(team.researcher, "PRI_1", 1)
    first = urgent(team.researcher, "PRI_1", 9)
    browser = team.researcher.browser()
    assert listed(browser, "waiting") == [first, soon, later]
    page = browser.get("/review")
    assert "a second independent source" in page
    assert "UTC" in page


def test_a_long_queue_has_pages_and_odd_addresses_have_an_answer(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PAGE", 2)
    cases = {kept(team.researcher, review={"state": "waiting"}) for _ in range(3)}
    store.cache.clear()
    pages = [queue.queue(keys(team.researcher), "waiting", number, TODAY) for number in (1, 2, 9)]
    assert [len(one.entries) for one in pages] == [2, 1, 1]
    assert {entry.row.id for one in pages for entry in one.entries} == cases
    assert pages[0].counts == {"waiting": 3, "mine": 0, "returned": 0, "second": 0, "questions": 0}
    for odd in ("list=x", "page=0", "page=x", "page=-1", "list=mine&page=99"):
        team.researcher.browser().get(f"/review?{odd}")


def test_an_empty_queue_says_so(team: Team) -> None:
    assert "No case is on this list." in team.researcher.browser().get("/review")


def test_nobody_but_members_comes_near(world: World, team: Team) -> None:
    case = kept(team.researcher, review={"state": "waiting"})
    stranger = world.team().researcher.browser()
    assert listed(stranger, "waiting") == []
    for path in ("hand-in", "assign", "return", "comment", "answer"):
        stranger.post(f"/cases/{case}/review/{path}", words("comment", 1), status=404)
    for person in (team.analyst, team.advocate, team.administrator, team.field_worker):
        person.browser().get("/review", status=403)
        person.browser().post(f"/cases/{case}/review/comment", words("comment", 1), status=403)
