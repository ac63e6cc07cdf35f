"""The audit, against tables that were protected badly on purpose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from incidents.disclosure.attack import bounds
from incidents.disclosure.services import HIDDEN, TOTAL, Finding, Kind, audit, protect
from incidents.disclosure.suppression import without
from tests.unit.disclosure.factories import PLAIN, series, side, square, table

SQUARE = square([[3, 40, 60], [30, 20, 60], [60, 60, 60]])
CORNERS = [("a0", "b0"), ("a0", "b1"), ("a1", "b0"), ("a1", "b1")]


def kinds(found: list[Finding]) -> set[Kind]:
    return {finding.kind for finding in found}


def test_the_bounds_of_a_square_are_those_worked_out_by_hand() -> None:
    """Row sums 43 and 50, column sums 33 and 60 over the four corners: the first lies in 0..33."""
    found = bounds(without(SQUARE, CORNERS, 5, PLAIN))
    assert found[("a0", "b0")] == pytest.approx((0, 33))
    assert found[("a0", "b1")] == pytest.approx((10, 43))
    assert found[("a1", "b0")] == pytest.approx((0, 33))
    assert found[("a1", "b1")] == pytest.approx((17, 50))


def test_a_well_hidden_table_has_no_finding() -> None:
    assert audit(without(SQUARE, CORNERS, 5, PLAIN), truth=SQUARE, policy=PLAIN) == []
    assert audit(without(SQUARE, CORNERS, 5, PLAIN)) == []


def test_one_hidden_cell_follows_from_its_row() -> None:
    found = audit(without(SQUARE, CORNERS[:1], 5, PLAIN))
    assert found == [Finding(("a0", "b0"), Kind.EXACT)]


def test_a_hidden_sum_of_published_cells_follows() -> None:
    found = audit(without(square([[9, 40], [30, 20], [8, 7]]), [("a2", TOTAL)], 5, PLAIN))
    assert found == [Finding(("a2", TOTAL), Kind.EXACT)]


def test_a_small_count_that_is_published_is_found() -> None:
    assert audit(without(SQUARE, [], 5, PLAIN)) == [Finding(("a0", "b0"), Kind.SMALL)]


def test_two_small_counts_that_add_up_to_less_than_the_threshold_are_too_narrow() -> None:
    question = series(2, 1, 40, 50)
    found = audit(without(question, [("m0",), ("m1",)], 5, PLAIN), truth=question, policy=PLAIN)
    assert found
    assert kinds(found) <= {Kind.NARROW, Kind.INSIDER}
    assert Kind.NARROW in kinds(found)


def test_a_wrong_number_is_found() -> None:
    good = without(SQUARE, CORNERS, 5, PLAIN)
    faulty = replace(good, cells={**good.cells, ("a2", "b2"): 61})
    assert Kind.UNTRUE in kinds(audit(faulty, truth=SQUARE, policy=PLAIN)) or kinds(
        audit(faulty, truth=SQUARE, policy=PLAIN)
    ) == {Kind.IMPOSSIBLE}


def test_numbers_that_fit_no_table_are_found() -> None:
    good = without(SQUARE, CORNERS, 5, PLAIN)
    faulty = replace(good, cells={**good.cells, ("a0", TOTAL): 10})
    assert kinds(audit(faulty)) == {Kind.IMPOSSIBLE}


def test_hierarchy_is_attacked_through_all_its_levels() -> None:
    """The parent of two hidden children is hidden, but its own parent and sister are not."""
    regions = side("network", ["A", "B", "A1", "A2"], {"A1": "A", "A2": "A"})
    question = table([regions], [30, 3, 40])
    leaky = without(question, [("A",), ("A1",)], 5, PLAIN)
    assert Kind.EXACT in kinds(audit(leaky))


def test_findings_hold_no_number() -> None:
    found = audit(without(square([[3, 987], [876, 765]]), [("a0", "b0")], 5, PLAIN))
    assert found
    assert not any(digits in str(finding) for finding in found for digits in ("987", "876", "765"))


def test_a_table_with_nothing_hidden_needs_no_solver() -> None:
    assert audit(protect(series(30, 40), PLAIN)) == []


def test_a_hidden_total_is_no_obstacle() -> None:
    question = series(30, 3, 40)
    protected = without(question, [("m1",), (TOTAL,)], 5, PLAIN)
    assert protected.cells[(TOTAL,)] is HIDDEN
    assert audit(protected, truth=question, policy=PLAIN) == []
