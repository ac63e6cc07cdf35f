"""Impunity as a figure: each step counted as plain Python counts it, and none larger than the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.codebook.services import codebook
from incidents.facts.columns import polars_schema
from incidents.facts.frames import Frame, empty
from incidents.summaries import impunity
from incidents.summaries.counts import InternalTable, Query, counts
from tests.factories.facts import fact, facts, frame_of

if TYPE_CHECKING:
    from incidents.facts.schema import FactRow

ANSWERS = [None, *(code.code for code in codebook().vocabulary("interventions").facet("RSP"))]
STATUSES = [None, *(code.code for code in codebook().vocabulary("involvement").facet("PST"))]
drawn = st.lists(
    st.builds(
        fact,
        person=st.none() | st.integers(1, 12),
        country=st.sampled_from(["PH", "KE", "TH"]),
        verification=st.sampled_from(["VS_1", "VS_3", "VS_C", "VS_2"]),
        asked=st.booleans(),
        answer=st.sampled_from(ANSWERS),
        accountability=st.sampled_from(STATUSES),
    ),
    max_size=30,
)


def table(rows: list[FactRow], **query: Any) -> InternalTable:
    frame = Frame(frame_of(rows), empty(polars_schema()).held)
    return impunity.table(frame.rows, counts(frame, Query(**query)))


def plain(rows: list[FactRow], step: str, country: str | None) -> int:
    """The same in the plainest Python."""
    wanted = {
        "counted": bool,
        "asked": lambda row: row.asked,
        "answered": lambda row: row.asked and row.answer not in (None, "RSP_NONE", "RSP_PEND"),
        "acted": lambda row: row.asked and row.answer == "RSP_ACT",
        "proceedings": lambda row: row.accountability in {"PST_SUSP", "PST_CHG", "PST_ACQ", "PST_CON"},
    }[step]
    fitting = (row for row in rows if row.verification != "VS_C" and country in (None, row.country) and wanted(row))
    return len({row.person for row in fitting if row.person is not None})


@given(drawn)
def test_every_step_in_every_country_is_what_plain_python_counts(rows: list[FactRow]) -> None:
    found = table(rows)
    for (country, step), tally in found.cells.items():
        assert tally.persons == plain(rows, str(step), country if country is None else str(country)), (country, step)
    shown = {country for country, _step in found.cells}
    for country in {"PH", "KE", "TH"} - shown:
        assert plain(rows, "asked", country) == plain(rows, "proceedings", country) == 0


@given(drawn)
def test_no_step_of_asking_is_larger_than_the_one_before(rows: list[FactRow]) -> None:
    found = table(rows)
    for country in {country for country, _step in found.cells}:
        steps = [found[(country, step)].persons for step in ("counted", "asked", "answered", "acted")]
        assert steps == sorted(steps, reverse=True)
        assert found[(country, "proceedings")].persons <= steps[0]


def test_filters_and_series_hold_here_too() -> None:
    rows = [*facts(3, asked=True), *facts(4, asked=True, verification="VS_3", gender="GEN_M")]
    assert table(rows)[("PH", "asked")].persons == 7
    assert table(rows, series="corroborated")[("PH", "asked")].persons == 4
    assert table(rows, gender="GEN_W")[("PH", "asked")].persons == 3
    assert table(rows, country="KE")[("PH", "asked")].persons == 0


def test_a_linked_group_counts_once() -> None:
    rows = [fact(asked=True, person_link=9), fact(asked=True, person_link=9), fact(asked=True)]
    assert table(rows)[("PH", "asked")].persons == 2


def test_small_numbers_are_marked_and_countries_stand_by_their_persons() -> None:
    rows = [*facts(9, country="KE", asked=True, answer="RSP_DEN"), *facts(2, asked=True), *facts(7, country="TH")]
    shown = impunity.shown(table(rows), "All")
    assert shown
    assert [label for label, _cells in shown.rows] == ["All", "Kenya", "Philippines"]
    kenya, philippines = shown.rows[1][1], shown.rows[2][1]
    assert [(cell.value, cell.small) for cell in kenya] == [(9, False), (9, False), (9, False), (0, False), (0, False)]
    assert [(cell.value, cell.small) for cell in philippines][:2] == [(2, True), (2, True)]


def test_only_so_many_countries_are_shown_and_the_rest_are_counted() -> None:
    rows = [row for country in ("PH", "KE", "TH") for row in facts(1, country=country, asked=True)]
    shown = impunity.shown(table(rows), "All", most=2)
    assert shown
    assert (len(shown.rows), shown.more) == (3, 1)
    everything = impunity.shown(table(rows), "All", most=None)
    assert everything
    assert everything.more == 0


@pytest.mark.parametrize("rows", [[], [*facts(9)], [*facts(9, accountability="PST_UNK")]])
def test_where_nobody_was_asked_nothing_is_shown(rows: list[FactRow]) -> None:
    assert impunity.shown(table(rows), "All") is None


def test_the_codes_are_those_of_the_codebook() -> None:
    steps, people = codebook().vocabulary("interventions"), codebook().vocabulary("involvement")
    assert all(steps.within(code, "RSP") for code in (*impunity.NO_ANSWER, impunity.ACTION))
    assert all(people.within(code, "PST") for code in impunity.HAPPENED)
