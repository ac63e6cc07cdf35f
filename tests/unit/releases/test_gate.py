"""Which facts may leave, and where they stand in a table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from incidents.disclosure.services import TOTAL, Table
from incidents.releases import gate
from incidents.releases.question import Question, Series
from tests.factories.facts import TODAY, days, fact, facts, frame_of, press_killings, table
from tests.unit.releases.test_question import question


def answer(*groups: Any, **changes: Any) -> Table:
    return table(frame_of(*groups), question(**changes), TODAY)


def cells(*groups: Any, **changes: Any) -> dict[str, int]:
    """Counts of a table of one dimension that are not zero, without its total."""
    counts = answer(*groups, **changes).all_counts()
    return {key[0]: number for key, number in counts.items() if number and key[0] != TOTAL}


@pytest.mark.parametrize(
    ("columns", "series", "counted"),
    [
        ({}, Series.CREDIBLE, True),
        ({"verification": "VS_1"}, Series.CREDIBLE, False),
        ({"verification": "VS_C"}, Series.CREDIBLE, False),
        ({"verification": "VS_5"}, Series.CREDIBLE, True),
        ({}, Series.CORROBORATED, False),
        ({"verification": "VS_3"}, Series.CORROBORATED, True),
        ({"verification": "VS_C"}, Series.PRESS, False),
        ({"verification": "VS_3"}, Series.PRESS, False),
        ({"release_level": "RL_NONE"}, Series.CREDIBLE, False),
        ({"release_level": "RL_NET"}, Series.CREDIBLE, True),
        ({"primary": False}, Series.CREDIBLE, False),
        ({"person": None}, Series.CREDIBLE, False),
        ({"releasable_from": days(TODAY)}, Series.CREDIBLE, True),
        ({"releasable_from": days(TODAY + timedelta(days=1))}, Series.CREDIBLE, False),
        ({"unit": "UNIT_GRP"}, Series.CREDIBLE, True),
    ],
)
def test_the_gate_asks_for_standing_level_delay_and_the_one_act(
    columns: dict[str, Any], series: Series, *, counted: bool
) -> None:
    assert answer([fact(**columns)], series=series).total == int(counted)


def test_the_press_series_takes_public_killings_alone() -> None:
    rows = (
        press_killings(5),
        press_killings(7, open_source=False),
        press_killings(11, violation="LIF_ATT"),
        press_killings(13, violation="TOR"),
        press_killings(17, verification="VS_C"),
        press_killings(19, verification="VS_3"),
    )
    assert answer(*rows, series=Series.PRESS).total == 5 + 19


def test_a_person_counts_once_even_if_two_rows_claim_to_be_theirs() -> None:
    assert answer([fact(person=7), fact(person=7, violation="TOR")]).total == 1


@pytest.mark.parametrize(
    ("month", "year", "since", "until", "inside"),
    [
        (202603, 2026, 202603, 202603, True),
        (202603, 2026, 202604, 202612, False),
        (202603, 2026, 202601, 202602, False),
        (None, 2026, 202601, 202612, True),
        (None, 2026, 202602, 202612, False),
        (None, 2026, 202601, 202611, False),
        (None, 2026, 202502, 202612, True),
        (None, None, 202001, 202612, False),
    ],
)
def test_an_act_is_in_a_period_as_far_as_its_date_is_known(
    month: int | None, year: int | None, since: int, until: int, *, inside: bool
) -> None:
    rows = frame_of([fact(month=month, year=year)])
    assert rows.filter(gate.in_period(since, until)).height == int(inside)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"place": "PH"}, 9),
        ({"place": "NET_ANPUD"}, 9 + 5),
        ({"violation": "LIF"}, 3),
        ({"violation": "LIF_EJK"}, 3),
        ({"gender": "GEN_M"}, 3),
        ({"age": "AGE_CH"}, 5),
        ({"perpetrator_group": "NS"}, 2),
        ({"since": 202604}, 0),
    ],
)
def test_each_filter_narrows_to_what_it_says(changes: dict[str, Any], expected: int) -> None:
    rows = (
        facts(4),
        facts(3, violation="LIF_EJK_OP", gender="GEN_M"),
        facts(2, perpetrator="NS_EMP"),
        facts(5, country="ID", age="AGE_15_17"),
        facts(6, country="KE"),
    )
    assert answer(*rows, **changes).total == expected


def test_a_case_for_the_network_alone_is_never_shown_in_a_country() -> None:
    rows = (facts(4), facts(3, release_level="RL_NET"))
    assert answer(*rows, place="PH").total == 4
    assert cells(*rows, place="NET_ANPUD", dimensions=("country",)) == {"PH": 4, "NET_ANPUD_U": 3}
    world = cells(*rows, dimensions=("country",))
    assert world == {"NET_ANPUD": 7, "PH": 4, "NET_ANPUD_U": 3}
    assert cells(*rows, dimensions=("network",)) == {"NET_ANPUD": 7}


def test_a_month_is_shown_only_where_the_level_allows_it_or_the_press_told_it() -> None:
    rows = (
        facts(4, release_level="RL_CTRY"),
        facts(3, release_level="RL_ADM1"),
        press_killings(2, release_level="RL_CTRY", verification="VS_2"),
        facts(1, month=None, year=2026),
    )
    shown = cells(*rows, dimensions=("month",))
    assert shown == {"2026-03": 5, "2026-Q1": 9, "2026-Q1_U": 4, "2026_U": 1}
    assert cells(*rows, dimensions=("quarter",)) == {"2026-Q1": 9, "2026_U": 1}
    assert cells(*rows, dimensions=("year",)) == {"2026": 10}


def test_years_quarters_and_months_of_several_years_add_up() -> None:
    rows = (facts(4, month=202512), facts(3, month=202601), facts(2, month=202612))
    shown = cells(*rows, dimensions=("month",), since=202501)
    assert shown["2025"] == shown["2025-Q4"] == shown["2025-12"] == 4
    assert shown["2026"] == 5


def test_one_code_above_all_others_is_left_out_for_the_total_says_it() -> None:
    one_year = answer(facts(4), dimensions=("quarter",)).dimensions[0]
    assert one_year.codes == ("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")
    killings = answer(facts(4, violation="LIF"), dimensions=("violation",), violation="LIF")
    assert "LIF" not in killings.dimensions[0].codes
    assert killings.counts == {("LIF_U",): 4}


def test_who_was_recorded_at_an_inner_code_has_a_leaf_of_their_own() -> None:
    shown = cells(
        facts(4, violation="LIB_ARR"),
        facts(3, violation="LIB_ARR_USE"),
        facts(2, violation="LIB"),
        dimensions=("violation",),
    )
    assert shown == {"LIB": 9, "LIB_ARR": 7, "LIB_ARR_U": 4, "LIB_ARR_USE": 3, "LIB_U": 2}


def test_perpetrators_are_counted_by_group_and_by_kind() -> None:
    rows = (facts(4), facts(3, perpetrator="ST"), facts(2, perpetrator="UN_UNK"))
    assert cells(*rows, dimensions=("perpetrator_group",)) == {"ST": 7, "UN": 2}
    assert cells(*rows, dimensions=("perpetrator",))["ST_U"] == 3
    assert cells(*rows, dimensions=("perpetrator",), perpetrator_group="ST") == {"ST_POL": 4, "ST_POL_U": 4, "ST_U": 3}


def test_ages_are_told_as_adult_or_child_only() -> None:
    rows = (facts(4, age="AGE_15_17"), facts(3, age="AGE_0_11"), facts(2, age="AGE_65"), facts(1, age="AGE_UNK"))
    assert cells(*rows, dimensions=("age",)) == {"AGE_CH": 7, "AGE_AD": 2, "AGE_UNK": 1}


def test_a_table_of_nothing_has_its_sides_all_the_same() -> None:
    empty = answer([], dimensions=("violation_group", "gender"))
    assert empty.total == 0
    assert empty.size > 50


def test_every_dimension_can_be_asked_of_every_place() -> None:
    rows = frame_of(facts(4), facts(3, country="KE", release_level="RL_NET"))
    for name in (
        "month",
        "quarter",
        "year",
        "country",
        "network",
        "violation_group",
        "violation",
        "perpetrator",
        "gender",
        "age",
    ):
        asked = Question(since=202601, until=202612, dimensions=(name,))
        assert table(rows, asked, TODAY).total == 7, name
