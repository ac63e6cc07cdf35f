"""The one door to HiGHS: answers that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.disclosure.solver import DUAL_SIMPLEX, PRIMAL_SIMPLEX, Programme, Rows, Unsolved


def programme(total: float, upper: list[float], simplex: int = PRIMAL_SIMPLEX) -> Programme:
    """Columns from 0 to their upper bound that add up to a total."""
    size = len(upper)
    rows = Rows([(np.arange(size).reshape(1, -1), np.ones(size))])
    sums = np.array([total])
    return Programme(rows, (sums, sums), (np.zeros(size), np.array(upper)), simplex=simplex)


@pytest.mark.parametrize("simplex", [PRIMAL_SIMPLEX, DUAL_SIMPLEX])
def test_the_cheapest_columns_carry_the_sum(simplex: int) -> None:
    answer = programme(10, [4, 4, 9], simplex).minimise(np.array([1.0, 2.0, 3.0]))
    assert answer == pytest.approx([4, 4, 2])


def test_a_second_question_starts_from_new_costs_and_bounds() -> None:
    asked = programme(10, [9, 9, 9])
    assert asked.minimise(np.array([1.0, 2.0, 3.0])) == pytest.approx([9, 1, 0])
    assert asked.minimise(np.array([3.0, 2.0, 1.0])) == pytest.approx([0, 1, 9])
    asked.bound(np.array([2.0, 0.0, 0.0]), np.array([9.0, 9.0, 9.0]))
    assert asked.minimise(np.array([3.0, 2.0, 1.0])) == pytest.approx([2, 0, 8])


def test_what_has_no_answer_is_said_without_a_number() -> None:
    with pytest.raises(Unsolved) as unsolved:
        programme(10, [1, 2, 3]).minimise(np.ones(3))
    assert not any(letter.isdigit() for letter in str(unsolved.value))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=2, max_size=8), st.data())
def test_the_least_cost_is_that_of_filling_the_cheapest_first(upper: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(upper)))
    prices = data.draw(st.lists(st.integers(0, 9), min_size=len(upper), max_size=len(upper)))
    answer = programme(total, [float(one) for one in upper]).minimise(np.array(prices, dtype=float))
    left, least = total, 0
    for price, most in sorted(zip(prices, upper, strict=True)):
        taken = min(left, most)
        left, least = left - taken, least + price * taken
    assert float(answer @ np.array(prices)) == pytest.approx(least, abs=1e-5)
