"""Noise by cell key: what the published method promises of it, checked number by number."""

from __future__ import annotations

import random
from collections import Counter
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.disclosure.perturbation import BOUND, VARIANCE, chances, noise, perturb
from incidents.disclosure.services import TOTAL, ProtectedTable, Table
from tests.unit.disclosure.factories import PLAIN, side, square


def numbers(question: Table, seed: int = 1) -> dict[tuple[str, ...], list[float]]:
    chance = random.Random(seed)
    return {key: [chance.random() for _ in range(count)] for key, count in question.counts.items()}


@pytest.mark.parametrize("count", range(1, 15))
def test_noise_has_mean_zero_and_the_variance_and_makes_no_one_or_two(count: int) -> None:
    row = chances(min(count, BOUND + 3))
    assert sum(row.values()) == pytest.approx(1)
    assert sum(step * p for step, p in row.items()) == pytest.approx(0, abs=1e-9)
    assert sum(step * step * p for step, p in row.items()) == pytest.approx(VARIANCE)
    assert all(-BOUND <= step <= BOUND and p > 0 for step, p in row.items())
    assert all(count + step == 0 or count + step > 2 for step in row)


def test_of_all_such_noise_it_is_the_flattest() -> None:
    """exp(a + b step + c step^2) and nothing else has most entropy: its second differences of logs are all one."""
    row = [log(p) for p in chances(BOUND + 3).values()]
    bends = [row[i - 1] - 2 * row[i] + row[i + 1] for i in range(1, len(row) - 1)]
    assert bends == pytest.approx([bends[0]] * len(bends))


def test_an_empty_cell_stays_empty() -> None:
    assert {noise(0, number / 10) for number in range(10)} == {0}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), min_size=2, max_size=4), st.integers(0, 99))
def test_the_same_persons_have_the_same_noise_in_every_table(rows: list[tuple[int, int]], seed: int) -> None:
    question = square(rows)
    drawn = numbers(question, seed)
    wide = perturb(question, drawn, PLAIN)
    months: Counter[tuple[str, ...]] = Counter()
    theirs: dict[tuple[str, ...], list[float]] = {}
    for key, count in question.counts.items():
        months[key[:1]] += count
        theirs.setdefault(key[:1], []).extend(reversed(drawn[key]))
    narrow = perturb(Table.from_counts(question.dimensions[:1], months), theirs, PLAIN)
    assert all(narrow.cells[key] == wide.cells[(*key, TOTAL)] for key in narrow.cells)


def test_on_the_average_nothing_is_added() -> None:
    chance = random.Random(7)
    drawn = [noise(count, chance.random()) for count in range(1, 40) for _ in range(400)]
    assert sum(drawn) / len(drawn) == pytest.approx(0, abs=0.05)


def test_it_is_another_type_than_what_hides_cells_and_keeps_no_number_of_a_person() -> None:
    question = square([[3, 40], [30, 20]])
    made = perturb(question, numbers(question), PLAIN)
    assert not isinstance(made, ProtectedTable)
    assert set(made.cells.values()).isdisjoint({1, 2})
    assert "0." not in repr(made)


@pytest.mark.parametrize("own", [[], [0.5], [0.5, 1.0, 0.1], [0.5, -0.1, 0.2]])
def test_every_person_needs_a_number(own: list[float]) -> None:
    question = Table.from_counts([side("month", ["m1", "m2"])], {("m1",): 3})
    with pytest.raises(ValueError, match="number"):
        perturb(question, {("m1",): own}, PLAIN)
