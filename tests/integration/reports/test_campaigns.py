"""The page of a campaign: made to be printed, and never with an unprotected number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from incidents.accounts.models import Role
from tests.factories.facts import facts, keep
from tests.integration.reports.test_publications import publish

if TYPE_CHECKING:
    from tests.factories.world import Team, World

PAGE = "/reports/campaigns/CMP_16D?year=2025"


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def test_it_counts_the_twelve_months_before_by_gender_and_hides_what_is_small(team: Team) -> None:
    keep(
        team.researcher,
        facts(41, month=202411, violation="GBV_PHY"),
        facts(33, month=202510, violation="POL_EXT"),
        facts(26, month=202506, gender="GEN_M"),
        facts(12, month=202506, gender="GEN_M", violation="POL_EXT"),
        facts(3, month=202506, gender="GEN_M", violation="GBV_PHY"),
        facts(200, month=202511),
        facts(200, month=202410),
    )
    page = team.advocate.browser().get(PAGE)
    assert ">115<" in page
    assert "hidden" in page
    assert ">3<" not in page
    assert "<bdi>2024-11</bdi> to <bdi>2025-10</bdi>" in page
    assert "Woman or girl" in page
    assert "Each person once" in page


def test_it_lists_what_was_published_in_the_window_and_belongs_to_it(team: Team) -> None:
    on_the_first_day = publish(team.advocate, published_on="2025-11-25", campaign="CMP_16D", themes=[])
    on_the_last_day = publish(team.advocate, published_on="2025-12-10", campaign="CMP_EVWUD", themes=[])
    by_theme = publish(team.advocate, published_on="2025-12-01", campaign="", themes=["T_VIOLDISC"])
    outside = [
        publish(team.advocate, published_on="2025-11-24", campaign="CMP_16D"),
        publish(team.advocate, published_on="2025-12-11", campaign="CMP_16D"),
        publish(team.advocate, published_on="2024-12-01", campaign="CMP_16D"),
        publish(team.advocate, published_on="2025-12-01", campaign="", themes=["T_PRIV"]),
    ]
    page = team.analyst.browser().get(PAGE)
    assert all(f"/reports/{one}" in page for one in (on_the_first_day, on_the_last_day, by_theme))
    assert not any(f"/reports/{one}" in page for one in outside)


def test_with_nothing_documented_it_says_so_without_a_number(team: Team) -> None:
    page = team.advocate.browser().get(PAGE)
    assert "There are no persons to count, or too few to show" in page
    assert "Nothing of these days is listed" in page


def test_an_administrator_sees_publications_and_no_count(team: Team) -> None:
    keep(team.researcher, facts(41, month=202506))
    page = team.administrator.browser().get(PAGE)
    assert "Your role opens no facts" in page
    assert ">41<" not in page


def test_every_dated_campaign_has_a_page_and_the_list_leads_there(team: Team) -> None:
    browser = team.advocate.browser()
    addresses = set(re.findall(r'"(/reports/campaigns/\w+)"', browser.get("/reports/campaigns")))
    assert len(addresses) >= 14
    for address in addresses:
        browser.get(address)


@pytest.mark.parametrize(
    "path",
    [
        "/reports/campaigns/CMP_NONE",
        "/reports/campaigns/CMP_OTH",
        "/reports/campaigns/CMP_16D?year=3000",
        "/reports/campaigns/CMP_16D?year=0",
        "/reports/campaigns/CMP_GWA?year=2020",
    ],
)
def test_there_is_no_page_for_what_was_not_or_is_not_yet(team: Team, path: str) -> None:
    team.advocate.browser().get(path, status=404)


# -- the widened page ----------------------------------------------------------------------------------

INTERNAL = "internal, do not publish"


def test_campaigns_are_listed_with_how_far_off_they_are(team: Team) -> None:
    page = team.administrator.browser().get("/reports/campaigns")
    assert re.search(r"Begins in \d+ days?|Day \d+ of \d+|Today", page)
    assert page.index("CMP_16D") < page.index("CMP_GWA")
    assert "over" in page


def test_letters_of_the_days_stand_with_what_they_demand_and_whether_it_was_answered(team: Team) -> None:
    letter = publish(team.advocate, published_on="2025-11-25", campaign="CMP_16D", demands="Stop the fictional raids.")
    publish(team.advocate, kind="reply", published_on="2025-12-05", campaign="", themes=[], response_to=letter)
    publish(team.advocate, kind="open_letter", published_on="2024-11-30", campaign="CMP_16D")
    page = team.analyst.browser().get(PAGE)
    assert "Stop the fictional raids." in page
    assert "Answered after 10 days" in page
    rows = [re.sub(r"<[^>]+>|\s+", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    assert ["2025", "1", "1", "1"] in rows
    assert ["2024", "1", "1", "0"] in rows


def test_researchers_are_led_to_their_own_steps_and_nobody_else(team: Team) -> None:
    address = "/ledger?campaign=CMP_16D&amp;since=2025-11-25&amp;until=2025-12-10"
    assert address in team.researcher.browser().get(PAGE)
    for person in (team.analyst, team.advocate, team.administrator):
        assert "/ledger" not in person.browser().get(PAGE)


def test_exact_numbers_of_its_months_stand_on_a_page_for_inside_year_beside_year(team: Team) -> None:
    keep(
        team.researcher,
        facts(7, month=202511, violation="GBV_PHY"),
        facts(2, month=202512, violation="GBV_PHY", gender="GEN_M"),
        facts(1, month=202512, violation="GBV_PHY", gender="GEN_UNK"),
        facts(6, month=202411, violation="GBV_PHY"),
        facts(50, month=202510, violation="GBV_PHY"),
        facts(50, month=202511, verification="VS_C", violation="GBV_PHY"),
    )
    printed = team.advocate.browser().get(PAGE)
    assert INTERNAL not in printed
    assert "/summaries/campaigns/CMP_16D?year=2025" in printed
    page = team.analyst.browser().get("/summaries/campaigns/CMP_16D?year=2025")
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    assert f"2025 7 2 {INTERNAL} 1 {INTERNAL} 10" in rows
    assert "2024 6 0 0 6" in rows
    assert "do not publish" in page


def test_an_advocate_is_led_to_a_release_of_these_months_and_the_question_holds(team: Team) -> None:
    keep(team.researcher, facts(60, month=202511), facts(70, month=202511, gender="GEN_M"))
    browser = team.advocate.browser()
    found = re.search(r'"(/releases/new\?[^"]+)"', browser.get("/summaries/campaigns/CMP_16D?year=2025"))
    assert found
    page = browser.get(found[1].replace("&amp;", "&"))
    assert ">60<" in page
    assert ">130<" in page
    assert "/releases/new" not in team.analyst.browser().get("/summaries/campaigns/CMP_16D?year=2025")


@pytest.mark.parametrize("path", ["CMP_NONE", "CMP_OTH", "CMP_16D?year=1999", "CMP_16D?year=3000", "CMP_GWA?year=2020"])
def test_there_are_no_numbers_of_what_was_not(team: Team, path: str) -> None:
    team.analyst.browser().get(f"/summaries/campaigns/{path}", status=404)


def test_who_was_granted_nothing_is_told_so_and_an_administrator_finds_no_page(world: World, team: Team) -> None:
    organisation = world.organisation()
    analyst = world.person(Role.ANALYST, organisation)
    assert "No facts were granted" in analyst.browser().get("/summaries/campaigns/CMP_16D?year=2025")
    team.administrator.browser().get("/summaries/campaigns/CMP_16D?year=2025", status=403)
