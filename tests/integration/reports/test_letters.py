"""Open letters paired with their replies, signatories counted, demands shown; over HTTP, on both databases."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from tests.integration.reports.test_publications import publish, send

if TYPE_CHECKING:
    from tests.factories.world import Team, World

TODAY = dt.datetime.now(tz=dt.UTC).date()
SENT = TODAY - dt.timedelta(days=40)


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def letter(team: Team, **changes: object) -> str:
    return publish(team.advocate, kind="open_letter", published_on=SENT.isoformat(), **changes)


def test_demands_and_signatories_are_shown_and_counted(team: Team) -> None:
    signed = "Fictional Union\n Fictional House \n\nFictional Union\nدار خيالية"
    publication = letter(team, demands="Stop the fictional raids.\n\nAnswer us.", signatories=signed)
    page = team.analyst.browser().get(f"/reports/{publication}")
    assert "Signed by 3" in page
    assert "<bdi>Fictional House</bdi>" in page
    assert "Stop the fictional raids." in page
    form = team.advocate.browser().get(f"/reports/{publication}/edit")
    assert "Fictional Union\nFictional House\nدار خيالية" in form


def test_a_letter_without_an_answer_says_how_old_it_is_on_its_page_and_in_the_list(team: Team) -> None:
    publication = letter(team)
    browser = team.analyst.browser()
    for path in (f"/reports/{publication}", "/reports"):
        assert "No reply after 40 days" in browser.get(path)


def test_letters_are_paired_with_their_replies_and_the_days_between(team: Team) -> None:
    publication, other = letter(team), letter(team, title="Another fictional letter")
    for days in (31, 12):
        publish(
            team.researcher,
            kind="reply",
            title=f"A fictional reply after {days}",
            published_on=(SENT + dt.timedelta(days=days)).isoformat(),
            response_to=publication,
        )
    browser = team.analyst.browser()
    page = browser.get(f"/reports/{publication}")
    assert "Answered after 12 days" in page
    assert page.index("reply after 12") < page.index("reply after 31")
    assert "No reply after 40 days" in browser.get(f"/reports/{other}")
    listed = browser.get("/reports")
    assert listed.count("Answered after 12 days") == 1
    assert listed.count("No reply after 40 days") == 1


def test_only_letters_wait_for_an_answer(team: Team) -> None:
    publish(team.advocate, kind="statement")
    assert "No reply" not in team.analyst.browser().get("/reports")


@pytest.mark.parametrize("field", ["demands", "signatories"])
def test_what_is_too_long_comes_back(team: Team, field: str) -> None:
    answer = send(team.advocate.browser(), "/reports/new", kind="open_letter", **{field: "x" * 50_001})
    assert answer.status_code == 422
    assert "xxx" in answer.get_data(as_text=True)
