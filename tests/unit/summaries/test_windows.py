"""Who was harmed in a campaign's months: women, others and the unknown add up to all, each person once a column."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.reports import campaigns
from incidents.summaries import windows
from tests.factories.facts import fact, facts, frame_of

if TYPE_CHECKING:
    from incidents.facts.schema import FactRow

NOVEMBER, DECEMBER = 202511, 202512
drawn = st.lists(
    st.builds(
        fact,
        month=st.sampled_from([None, 202510, NOVEMBER, DECEMBER, 202601]),
        gender=st.sampled_from(["GEN_W", "GEN_M", "GEN_NB", "GEN_UNK", "GEN_PNS", "GEN_MIX"]),
        violation=st.sampled_from(["GBV_RAPE", "LIB_ARR", "PRV"]),
        verification=st.sampled_from(["VS_1", "VS_2", "VS_C"]),
    ),
    max_size=30,
)


@given(drawn)
def test_women_others_and_the_unknown_are_all(rows: list[FactRow]) -> None:
    found = windows.by_gender(frame_of(rows), NOVEMBER, DECEMBER, themes=("T_VIOLDISC",))
    assert sum(found[(group,)].persons for group in windows.GROUPS) == found.total.persons
    wanted = set(windows.violations_of(("T_VIOLDISC",)))
    counted = [
        row
        for row in rows
        if row.month in {NOVEMBER, DECEMBER} and row.verification != "VS_C" and row.violation in wanted
    ]
    assert found.total.persons == len(counted)
    assert found[("women",)].persons == sum(1 for row in counted if row.gender == "GEN_W")
    assert found[("others",)].persons == sum(1 for row in counted if row.gender in {"GEN_M", "GEN_NB"})


def test_a_theme_keeps_its_violations_and_no_theme_keeps_all() -> None:
    assert "GBV_RAPE" in windows.violations_of(("T_VIOLDISC",))
    assert "HLT" not in windows.violations_of(("T_LIFE",))
    rows = frame_of(facts(5, month=NOVEMBER, violation="GBV_RAPE"), facts(7, month=NOVEMBER, violation="HLT"))
    assert windows.by_gender(rows, NOVEMBER, NOVEMBER).total.persons == 12
    assert windows.by_gender(rows, NOVEMBER, NOVEMBER, themes=("T_VIOLDISC",)).total.persons == 5


def test_a_country_keeps_its_own() -> None:
    rows = frame_of(facts(5, month=NOVEMBER), facts(7, month=NOVEMBER, country="KE"))
    assert windows.by_gender(rows, NOVEMBER, NOVEMBER, country="KE").total.persons == 7


@pytest.mark.parametrize(("code", "years"), [("CMP_16D", [2026, 2025, 2024, 2023]), ("CMP_GWA", [2016])])
def test_years_stand_beside_each_other_as_the_campaign_was(code: str, years: list[int]) -> None:
    window = campaigns.window(code, years[0])
    assert window
    rows = frame_of(facts(3, month=202411, violation="GBV_RAPE"))
    found = windows.years(rows, window)
    assert [one.year for one in found] == years
    assert [one.table.total.persons for one in found if one.year == 2024] == ([3] if 2024 in years else [])


def test_nothing_is_nothing() -> None:
    window = campaigns.window("CMP_16D", 2026)
    assert window
    assert window.first == date(2026, 11, 25)
    assert all(one.table.total.persons == 0 for one in windows.years(frame_of(), window))
