"""The page of a campaign: made to be printed, and never with an unprotected number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

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
