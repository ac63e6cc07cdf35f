"""Exact counts: every panel under every filter, against the plainest Python; what stands apart; what is small."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import incidents
from incidents.codebook.services import UnknownCode
from incidents.disclosure.tables import ProtectedTable, Table
from incidents.summaries.counts import (
    CONTESTED,
    SERIES,
    InternalTable,
    Query,
    Tally,
    counts,
    fitting,
    small,
    violation_buckets,
)
from tests.factories.fact_rows import MONTHS, PERPETRATORS, STATUSES, VIOLATIONS, fact, facts, frame
from tests.unit.summaries import oracle

if TYPE_CHECKING:
    from incidents.facts.schema import FactRow
    from incidents.summaries.counts import Key

DATED = [month for month in MONTHS if month]
FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "first": st.sampled_from(DATED),
    "last": st.sampled_from(DATED),
    "country": st.sampled_from(("PH", "FR", "BR")),
    "network": st.just("NET_ANPUD"),
    "violation": st.sampled_from((*VIOLATIONS, "GBV")),
    "perpetrator": st.sampled_from(PERPETRATORS),
    "gender": st.sampled_from(("GEN_W", "GEN_NB")),
    "age": st.just("AGE_0_11"),
    "verification": st.sampled_from(STATUSES),
    "series": st.sampled_from(tuple(SERIES)),
    "open_source": st.booleans(),
}


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """No filter, one or two: more of them leave so few rows that no count can go wrong."""
    names = draw(st.lists(st.sampled_from(tuple(FILTERS)), max_size=2, unique=True))
    return Query(**{name: draw(FILTERS[name]) for name in names})


def panels(rows: list[FactRow], query: Query) -> dict[str, dict[Key, Tally]]:
    """What the oracle makes of all panels."""
    kept = [row for row in rows if oracle.fits(row, query, query.statuses)]
    return {
        "months": oracle.by(kept, lambda row: (row.month,)),
        "years": oracle.by(kept, lambda row: (row.year,)),
        "violations": oracle.by(kept, lambda row: (oracle.bucket(row.violation, query.violation),)),
        "perpetrators": oracle.by(kept, lambda row: (row.perpetrator_group, row.gender)),
        "ages": oracle.by(kept, lambda row: (row.age,)),
        "countries": oracle.by(kept, lambda row: (row.country,)),
        "verification": oracle.by(kept, lambda row: (row.verification,)),
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(facts(), max_size=25), queries())
def test_every_panel_under_every_filter_counts_as_plain_python_does(rows: list[FactRow], query: Query) -> None:
    found = counts(frame(rows), query)
    expected = panels(rows, query)
    assert {name: dict(getattr(found, name).cells) for name in expected} == expected
    assert found.total == oracle.tally([row for row in rows if oracle.fits(row, query, query.statuses)])
    assert found.contested == oracle.tally([row for row in rows if oracle.fits(row, query, [CONTESTED])])


@settings(max_examples=50, deadline=None)
@given(st.lists(facts(), max_size=25), queries(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_count(rows: list[FactRow], query: Query, random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert counts(frame(rows), query) == counts(frame(shuffled), query)


@settings(max_examples=50, deadline=None)
@given(st.lists(facts(), max_size=25), queries())
def test_contested_rows_move_no_number_but_their_own(rows: list[FactRow], query: Query) -> None:
    if query.verification == CONTESTED:
        return
    without = [row for row in rows if row.verification != CONTESTED]
    found, expected = counts(frame(rows), query), counts(frame(without), query)
    assert found.total == expected.total
    assert found.months == expected.months
    assert found.verification == expected.verification
    assert (CONTESTED,) not in found.verification.cells


def test_contested_cases_are_counted_alone_when_asked_for() -> None:
    rows = [fact(case=1, verification="VS_C"), fact(case=2, person=22)]
    found = counts(frame(rows), Query(verification="VS_C"))
    assert found.total.cases == 1
    assert list(found.verification.cells) == [("VS_C",)]


@pytest.mark.parametrize("series", ["credible", "corroborated"])
def test_a_series_never_takes_contested_cases_in(series: str) -> None:
    found = counts(frame([fact(verification="VS_C")]), Query(verification="VS_C", series=series))
    assert found.total == Tally()


def test_cases_on_a_single_testimony_are_told_once_each_and_only_where_they_are_counted() -> None:
    single = {"verification": "VS_3", "single_testimony": True}
    rows = [
        fact(case=1, **single),
        fact(case=1, violation="TOR_TORT", **single),
        fact(case=2, case_link=1, **single),
        fact(case=3, country="KE", **single),
        fact(case=4, verification="VS_3"),
    ]
    assert counts(frame(rows), Query()).single_testimony == 2
    assert counts(frame(rows), Query(country="KE")).single_testimony == 1
    assert counts(frame(rows), Query(series="credible")).single_testimony == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(facts(), max_size=25), queries())
def test_the_rows_that_fit_are_those_that_are_counted(rows: list[FactRow], query: Query) -> None:
    fit = fitting(frame(rows).rows, query)
    assert len(fit) == counts(frame(rows), query).total.acts


def test_a_person_with_two_violations_stands_in_both_rows_and_once_in_the_total() -> None:
    rows = [fact(violation="POL_EXT"), fact(violation="TOR_TORT"), fact(violation="POL_EXT", person=12)]
    found = counts(frame(rows), Query())
    assert found.violations[("POL",)] == Tally(cases=1, persons=2, acts=2)
    assert found.violations[("TOR",)] == Tally(cases=1, persons=1, acts=1)
    assert found.total == Tally(cases=1, persons=2, acts=3)


def test_a_law_has_an_act_and_no_person() -> None:
    found = counts(frame([fact(violation="LAW", person=None)]), Query())
    assert found.total == Tally(cases=1, persons=0, acts=1)


def test_killings_are_summed_low_best_and_high() -> None:
    rows = [
        fact(case=1, violation="LIF_EJK", killed_low=1, killed_best=2, killed_high=9),
        fact(case=2, person=22, violation="LIF_EJK", killed_low=1, killed_best=1, killed_high=1),
    ]
    assert counts(frame(rows), Query()).months[(201609,)] == Tally(2, 2, 2, 2, 3, 10)


def test_many_killings_do_not_run_over() -> None:
    rows = [fact(case=case, person=case, killed_low=0, killed_best=2**31, killed_high=2**32 - 1) for case in (1, 2, 3)]
    assert counts(frame(rows), Query()).total.killed_high == 3 * (2**32 - 1)


def test_rows_come_in_the_order_of_time_and_of_the_codebook_with_the_unknown_last() -> None:
    rows = [
        fact(case=1, month=None, year=None, age="AGE_UNK"),
        fact(case=2, month=201702, age="AGE_65"),
        fact(case=3, month=201612, age="AGE_0_11"),
    ]
    found = counts(frame(rows), Query())
    assert list(found.months.cells) == [(201612,), (201702,), (None,)]
    assert list(found.years.cells) == [(2016,), (2017,), (None,)]
    assert list(found.ages.cells) == [("AGE_0_11",), ("AGE_65",), ("AGE_UNK",)]


def test_drilling_down_shows_children_and_what_was_not_placed_finer() -> None:
    rows = [fact(violation=code) for code in ("LIF", "LIF_EJK_OP", "LIF_EJK_VIG", "LIF_NSA", "POL_EXT")]
    found = counts(frame(rows), Query(violation="LIF"))
    assert {key[0]: tally.acts for key, tally in found.violations.cells.items()} == {
        "LIF": 1,
        "LIF_EJK": 2,
        "LIF_NSA": 1,
    }
    deepest = counts(frame(rows), Query(violation="LIF_EJK_OP"))
    assert {key[0]: tally.acts for key, tally in deepest.violations.cells.items()} == {"LIF_EJK_OP": 1}


def test_an_unknown_node_is_refused_rather_than_counted_as_nothing() -> None:
    with pytest.raises(UnknownCode):
        violation_buckets("NO_SUCH_CODE")


def test_held_cases_are_counted_once_by_reason_whatever_the_filters() -> None:
    held = [(1, "consent"), (1, "consent"), (2, "consent"), (3, "incomplete")]
    assert counts(frame([], held), Query(country="FR")).held == {"consent": 2, "incomplete": 1}


def test_rows_of_older_rules_are_told() -> None:
    assert counts(frame([fact(rules=0), fact()]), Query()).older == 1


def test_no_facts_are_no_counts() -> None:
    found = counts(frame(), Query())
    assert found.total == found.contested == Tally()
    assert not found.months.cells
    assert not found.held


@pytest.mark.parametrize(("count", "expected"), [(0, False), (1, True), (4, True), (5, False), (1000, False)])
def test_one_to_four_are_small(count: int, expected: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert small(count) is expected


def test_a_missing_cell_is_zero() -> None:
    assert counts(frame([fact()]), Query()).months[(209901,)] == Tally()


# -- nothing exact leaves by mistake --------------------------------------------------------------------


def test_printing_counts_shows_none_of_them() -> None:
    found = counts(frame([fact(case=case, person=7000 + case) for case in range(7)]), Query())
    assert "7" not in repr(found)
    assert "7" not in repr(found.months)


def test_an_internal_table_is_no_table_of_disclosure() -> None:
    assert not issubclass(InternalTable, ProtectedTable | Table)
    exits = {name for name in dir(InternalTable) if name.startswith(("to_", "__html", "export", "write"))}
    assert not exits


@pytest.mark.parametrize("folder", ["releases", "disclosure", "reports", "exchange"])
def test_whatever_writes_for_the_public_never_imports_exact_counts(folder: str) -> None:
    for path in (Path(incidents.__file__).parent / folder).glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in {"incidents.summaries.counts", "incidents.summaries.panels"}, path.name


def test_counts_and_pages_of_summaries_know_neither_cases_nor_their_door() -> None:
    forbidden = ("incidents.records", "incidents.keyring.case_door", "incidents.keyring.grants")
    for path in (Path(incidents.__file__).parent / "summaries").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            assert not [name for name in names if name.startswith(forbidden)], path.name
