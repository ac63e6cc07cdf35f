"""What must be hidden for what it says itself, and how wide each hidden count must be left: checked cell by cell."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incidents.disclosure.attack import bounds
from incidents.disclosure.coarsening import coarsen
from incidents.disclosure.grid import Grid
from incidents.disclosure.policy import attributes, codes_of, within
from incidents.disclosure.sensitivity import needs, shared_values
from incidents.disclosure.services import HIDDEN, OTHER, TOTAL, Key, Table
from incidents.disclosure.suppression import without
from tests.unit.disclosure.factories import PLAIN, POLICY, series, side, square, table

some = settings(max_examples=40, deadline=None)
COUNTS = st.integers(0, 12)


def grid_of(question: Table) -> tuple[Grid, np.ndarray]:
    return Grid(question.dimensions), np.array(list(question.all_counts().values()), dtype=np.int64)


@some
@given(st.lists(COUNTS, min_size=4, max_size=9), st.integers(2, 10))
def test_exactly_the_small_counts_are_hidden_where_no_attribute_is_shared(counts: list[int], threshold: int) -> None:
    question = series(*counts)
    grid, true = grid_of(question)
    found = needs(grid, true, threshold, PLAIN)
    assert found.hidden.tolist() == [0 < count < threshold for count in true.tolist()]
    small = found.hidden
    assert (found.reach[small] == threshold).all()
    assert (found.sink[small] == true[small] - 1).all()


@some
@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=2, max_size=4))
def test_a_row_that_shares_a_value_must_look_as_if_it_did_not(rows: list[tuple[int, int, int]]) -> None:
    question = square(rows, ("month", "gender"))
    grid, true = grid_of(question)
    pairs = shared_values(grid, true, POLICY)
    found = needs(grid, true, 5, POLICY)
    for full, empty in pairs:
        assert true[full] > 0
        assert true[empty] == 0
        assert found.hidden[[full, empty]].all()
        assert found.sink[full] == true[full] - 1
        assert found.reach[empty] >= 1
    lonely = [row for row in [*rows, tuple(map(sum, zip(*rows, strict=True)))] if sum(map(bool, row)) == 1]
    assert len(pairs) == len(lonely)


def test_a_side_with_one_code_shares_it_of_necessity() -> None:
    question = table([side("month", ["m1", "m2"]), side("gender", ["W"])], [30, 40])
    assert shared_values(*grid_of(question), POLICY) == []


def possible(question: Table, hidden: list[Key]) -> dict[Key, set[int]]:
    """Every value of each hidden leaf in all tables of whole counts that fit what is published, by trying all."""
    truth = question.all_counts()
    sides = question.dimensions
    leaves = list(product(*(one.leaves for one in sides)))
    found: dict[Key, set[int]] = {key: set() for key in hidden}
    rows = {code: sum(truth[key] for key in leaves if key[0] == code) for code in sides[0].leaves}
    columns = {code: sum(truth[key] for key in leaves if key[1] == code) for code in sides[1].leaves}
    for values in product(*(range(min(rows[key[0]], columns[key[1]]) + 1) for key in hidden)):
        guess = truth | dict(zip(hidden, values, strict=True))
        if all(sum(guess[key] for key in leaves if key[0] == code) == rows[code] for code in rows) and all(
            sum(guess[key] for key in leaves if key[1] == code) == columns[code] for code in columns
        ):
            for key, value in zip(hidden, values, strict=True):
                found[key].add(value)
    return found


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 7)] * 3), min_size=2, max_size=2), st.data())
def test_the_attack_s_ranges_are_those_found_by_trying_every_table(
    rows: list[tuple[int, ...]], data: st.DataObject
) -> None:
    """Of two-way tables the ends of the ranges are whole, so that trying all must give the same."""
    question = square(rows)
    leaves = list(product(*(one.leaves for one in question.dimensions)))
    hidden = data.draw(st.lists(st.sampled_from(leaves), min_size=1, max_size=4, unique=True))
    attacked = bounds(without(question, hidden, 5, PLAIN))
    for key, values in possible(question, hidden).items():
        assert attacked[key] == pytest.approx((min(values), max(values)), abs=1e-6)


# -- countries ---------------------------------------------------------------------------------


@some
@given(st.lists(st.integers(0, 60), min_size=2, max_size=8), st.integers(1, 40))
def test_no_country_below_the_base_is_left_by_itself_and_nobody_is_lost(counts: list[int], base: int) -> None:
    countries = side("country", [f"C{index}" for index in range(len(counts))])
    question = table([countries], counts)
    coarse = coarsen(question, replace(POLICY, country_base=base))
    assert coarse.total == question.total
    alone = [code for code in coarse.dimensions[0].codes if code != OTHER]
    assert all(coarse.counts.get((code,), 0) >= base for code in alone)
    joined = len(counts) - len(alone)
    assert joined != 1
    if joined and alone:
        assert coarse.counts.get((OTHER,), 0) >= base
    order = {code: place for place, code in enumerate(countries.codes)}
    assert alone == sorted(alone, key=order.__getitem__)


@some
@given(st.lists(st.integers(0, 60), min_size=4, max_size=4))
def test_networks_keep_their_sums_when_countries_are_joined(counts: list[int]) -> None:
    tree = side("country", ["N", "a", "b", "S", "c", "d"], {"a": "N", "b": "N", "c": "S", "d": "S"})
    question = table([tree], counts)
    before, after = question.all_counts(), coarsen(question, POLICY).all_counts()
    for code in ("N", "S", TOTAL):
        assert after[(code,)] == before[(code,)]


# -- what a table touches ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "tops", "inside"),
    [
        ({"GBV"}, {"GBV"}, True),
        ({"GBV_RAPE"}, {"GBV"}, True),
        ({"GBVX"}, {"GBV"}, False),
        ({"LIF", "GBV_RAPE_X"}, {"GBV", "REP"}, True),
        ({"AGE_CH"}, {"AGE_CH"}, True),
        ({"AGE"}, {"AGE_CH"}, False),
        (set(), {"GBV"}, False),
        ({"GBV"}, set(), False),
    ],
)
def test_a_code_stands_within_what_it_begins_with_part_by_part(
    codes: set[str], tops: set[str], *, inside: bool
) -> None:
    assert within(codes, tops) is inside


def test_filters_count_as_much_as_sides() -> None:
    question = series(30, 40, scope={"gender": ("GEN_W",), "age": ("AGE_CH",)})
    assert attributes(question) == {"month", "gender", "age"}
    assert {"GEN_W", "AGE_CH", "m0", "m1"} == codes_of(question)
    assert POLICY.threshold(question) == POLICY.strict


@some
@given(st.lists(COUNTS, min_size=3, max_size=6), st.sets(st.integers(0, 5)))
def test_hiding_hides_what_it_is_told_and_nothing_else(counts: list[int], places: set[int]) -> None:
    assume(places)
    question = series(*counts)
    told = [(f"m{place}",) for place in places if place < len(counts)]
    protected = without(question, told, 5, PLAIN)
    truth = question.all_counts()
    assert set(protected.hidden) == set(told)
    assert all(value is HIDDEN or value == truth[key] for key, value in protected.cells.items())
    assert 0 <= protected.share_of_cells_hidden <= 1
    share = protected.share_of_persons_hidden
    assert share is not None
    assert share == pytest.approx(sum(truth[key] for key in told) / (question.total or 1))
