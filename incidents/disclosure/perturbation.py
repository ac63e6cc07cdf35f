"""Counts with random noise by cell key: for tables that are too large, or too sparse, to hide cells in.

After Fraser and Wooton (2005), Marley and Leaver (2011) and Giessing (2016): each person has a random number that
never changes, a cell's number is that of its persons together, and a table of probabilities turns count and number
into noise. So the same persons have the same noise wherever they are counted, and asking again tells nothing more.
The noise has mean zero, a stated variance, a bound, and as much entropy as these allow; counts of one and two do not
come out of it, and an empty cell stays empty. Cells are changed one by one: sums do not add up.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, product
from math import exp, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from incidents.disclosure.tables import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from incidents.disclosure.dimensions import Dimension
    from incidents.disclosure.policy import Policy
    from incidents.disclosure.tables import Key, Table

BOUND: Final = 5  # not to be published: with it, a reader could rule counts out
VARIANCE: Final = 2.0
LEAST_SHOWN: Final = 3
SCALE: Final = 2**48  # numbers are added as whole ones, so that their order does not matter
STEPS: Final = 200
CLOSE: Final = 1e-12


@dataclass(frozen=True)
class PerturbedTable:
    """Counts with noise, which may be published with the words that say so.

    Another type than `ProtectedTable`: nobody can take one for the other. Its sums do not add up.
    """

    dimensions: tuple[Dimension, ...]
    cells: Mapping[Key, int]
    title: str
    measure: str
    scope: Mapping[str, tuple[str, ...]]
    policy_version: str
    delay_days: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", MappingProxyType(dict(self.cells)))
        if tuple(self.cells) != tuple(keys_of(self.dimensions)):
            raise ValueError("A table must have every cell of its dimensions, in order.")

    @property
    def standard_deviation(self) -> float:
        """What the noise costs: how far a count that is not small is from the true one, on the average."""
        return sqrt(VARIANCE)


def perturb(table: Table, numbers: Mapping[Key, Iterable[float]], policy: Policy) -> PerturbedTable:
    """Each cell with its noise.

    `numbers` has for each leaf cell those of its persons, 0 to below 1: random and secret, made from a key and the
    person, the same in every table. Raises `ValueError` when a cell has not one number for each person.
    """
    drawn = dict.fromkeys(keys_of(table.dimensions), 0)
    paths = [{leaf: side.path(leaf) for leaf in side.leaves} for side in table.dimensions]
    for leaf, count in table.counts.items():
        own = [int(number * SCALE) for number in numbers.get(leaf, ())]
        if len(own) != count or any(not 0 <= number < SCALE for number in own):
            raise ValueError("Every person needs one number, from 0 to below 1.")
        for cell in product(*(known[code] for known, code in zip(paths, leaf, strict=True))):
            drawn[cell] += sum(own)
    counts = table.all_counts()
    cells = {key: count + noise(count, drawn[key] % SCALE / SCALE) for key, count in counts.items()}
    return PerturbedTable(
        table.dimensions, cells, table.title, table.measure, table.scope, policy.version, policy.delay_days
    )


def noise(count: int, number: float) -> int:
    """What is added to a count, by its number from 0 to below 1."""
    row = chances(min(count, BOUND + LEAST_SHOWN))
    place = bisect_right(list(accumulate(row.values())), number)
    return list(row)[min(place, len(row) - 1)]


_ROWS: Final[dict[int, Mapping[int, float]]] = {}


def chances(count: int) -> Mapping[int, float]:
    """The probability of each noise for a count; all greater counts than bound + 3 share one row."""
    if count not in _ROWS:
        _ROWS[count] = _row(count)
    return _ROWS[count]


def _row(count: int) -> dict[int, float]:
    if not count:
        return {0: 1.0}
    steps = [step for step in range(-BOUND, BOUND + 1) if count + step == 0 or count + step >= LEAST_SHOWN]
    if 0 not in steps:
        below, above = max(step for step in steps if step < 0), min(step for step in steps if step > 0)
        # a count of one or two must become something else: the two nearest have mean zero and variance 2 already
        return {below: above / (above - below), above: -below / (above - below)}
    return _flattest(steps)


def _flattest(steps: list[int]) -> dict[int, float]:
    """The distribution of most entropy with mean zero and the variance: exp(a step + b step^2), by Newton's method."""
    tilt = bend = 0.0
    for _ in range(STEPS):
        weights = [exp(tilt * step + bend * step * step) for step in steps]
        whole = sum(weights)
        moment = [sum(w * step**power for w, step in zip(weights, steps, strict=True)) / whole for power in range(5)]
        off = (moment[1], moment[2] - VARIANCE)
        if max(map(abs, off)) < CLOSE:
            break
        a, b, d = moment[2] - moment[1] ** 2, moment[3] - moment[1] * moment[2], moment[4] - moment[2] ** 2
        size = a * d - b * b
        pace = min(1.0, 0.5 / max(map(abs, off)))
        tilt -= pace * (d * off[0] - b * off[1]) / size
        bend -= pace * (a * off[1] - b * off[0]) / size
    return {step: weight / whole for step, weight in zip(steps, weights, strict=True)}
