"""The figures of risk, against the literature's example and against the sum they stand for."""

from __future__ import annotations

from itertools import pairwise
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.disclosure.risk import individual_risk, risk

# Capobianchi, Polettini and Lucarelli's eight records, as sdcMicro's manual prints them: rows alike, the persons
# they stand for, and the individual risk.
FRANCONI = (
    (2, 110.0, 0.01714426),
    (2, 84.5, 0.02204233),
    (1, 17.0, 0.17707583),
    (1, 541.0, 0.01165448),
    (1, 8.0, 0.29706308),
    (1, 5.0, 0.40235948),
)


def one(size: int, documented: float) -> float:
    return float(individual_risk(np.array([size]), documented)[0])


def mean_of_inverses(size: int, documented: float) -> float:
    """The definition: the mean of 1/F over all populations F that could have given so many rows."""
    return sum(
        comb(persons - 1, size - 1) * documented**size * (1 - documented) ** (persons - size) / persons
        for persons in range(size, 900)
    )


@pytest.mark.parametrize(("size", "persons", "expected"), FRANCONI)
def test_the_individual_risk_is_that_of_the_published_example(size: int, persons: float, expected: float) -> None:
    assert one(size, size / persons) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 40])
@pytest.mark.parametrize("documented", [0.2, 0.5, 0.9, 0.999])
def test_the_individual_risk_is_the_mean_of_one_over_the_persons_who_look_alike(size: int, documented: float) -> None:
    assert one(size, documented) == pytest.approx(mean_of_inverses(size, documented), rel=1e-9)


def test_when_everybody_is_documented_the_population_is_the_file() -> None:
    figures = risk(np.array([5, 10, 20]), 1.0, 0.09)
    assert figures.population_max == figures.sample_max == pytest.approx(0.2)
    assert figures.population_global == figures.sample_mean == pytest.approx(3 / 35)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 500), st.floats(0.01, 1.0))
def test_a_risk_lies_between_the_share_documented_and_the_sample_risk(size: int, documented: float) -> None:
    assert documented / size * (1 - 1e-9) <= one(size, documented) <= 1 / size * (1 + 1e-9)


@pytest.mark.parametrize("documented", [0.05, 0.4, 0.6, 0.95])
def test_the_more_rows_look_alike_the_smaller_the_risk(documented: float) -> None:
    assert all(one(more, documented) < one(fewer, documented) for fewer, more in pairwise(range(1, 12)))


def test_rows_at_high_risk_and_unique_ones_are_counted() -> None:
    figures = risk(np.array([1, 1, 8, 20]), 1.0, 0.09)
    assert (figures.rows, figures.classes, figures.unique, figures.smallest_class) == (30, 4, 2, 1)
    assert figures.share_high == pytest.approx(10 / 30)
    assert figures.expected == pytest.approx(4)
