"""How a column becomes coarser, and what each step loses, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from incidents.disclosure.recoding import is_left_out, ladder
from tests.unit.disclosure.factories import side

PLACES = side("area", ["n", "n1", "n2", "s", "s1", "s2", "e"], {"n1": "n", "n2": "n", "s1": "s", "s2": "s"})


def counted(**counts: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([counts.get(code, 0) for code in PLACES.codes])


def shown(step: int, code: str, **counts: int) -> str:
    found = ladder(PLACES, counted(**counts), ()).steps[step]
    return found.codes[found.to[PLACES.codes.index(code)]]


EVEN = {"n1": 1, "n2": 1, "s1": 1, "s2": 1}


def test_a_column_goes_from_codes_through_their_parents_to_nothing() -> None:
    steps = ladder(PLACES, counted(**EVEN), ()).steps
    assert [step.codes for step in steps] == [("n1", "n2", "s1", "s2"), ("n", "s"), ("_T",)]
    assert is_left_out(steps[-1])


def test_a_code_that_stands_higher_keeps_its_place_until_the_column_is_left_out() -> None:
    assert [shown(step, "e", **EVEN, e=1) for step in range(3)] == ["e", "e", "_T"]
    assert [shown(step, "s2", **EVEN, e=1) for step in range(3)] == ["s2", "s", "_T"]


def test_four_even_codes_say_two_bits_and_their_two_parents_one() -> None:
    steps = ladder(PLACES, counted(**EVEN), ()).steps
    assert [step.loss for step in steps] == pytest.approx([0, 0.5, 1])
    assert [step.left for step in steps] == pytest.approx([1, 0.5, 0])
    assert steps[0].star_loss.tolist() == pytest.approx([1, 1, 1, 1])


def test_a_rare_code_says_more_than_a_common_one() -> None:
    # of 8 persons, 4 in n1 (1 bit), 2 in n2 (2 bits), 1 in s1 and s2 each (3 bits): 1.75 bits in the mean;
    # n (6 of 8) and s (2 of 8) say 0.415 and 2 bits: 0.811
    steps = ladder(PLACES, counted(n1=4, n2=2, s1=1, s2=1), ()).steps
    assert steps[0].star_loss.tolist() == pytest.approx([1 / 1.75, 2 / 1.75, 3 / 1.75, 3 / 1.75])
    assert steps[1].loss == pytest.approx(1 - 0.8113 / 1.75, abs=1e-4)


def test_codes_that_may_never_be_shown_are_not_nor_is_what_is_below_them() -> None:
    assert [step.codes for step in ladder(PLACES, counted(**EVEN), {"n1"}).steps] == [("n", "s"), ("_T",)]
    assert [step.codes for step in ladder(PLACES, counted(**EVEN), {"n"}).steps] == [("_T",)]
    assert len(ladder(PLACES, counted(s1=1, s2=1), {"n1"}).steps) == 3


def test_a_column_of_one_code_loses_nothing_whatever_becomes_of_it() -> None:
    steps = ladder(PLACES, counted(e=9), ()).steps
    assert [step.codes for step in steps] == [("e",), ("_T",)]
    assert [step.loss for step in steps] == [0, 0]
