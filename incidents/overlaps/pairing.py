"""Which pairs of rows are compared at all: near in time within an area, a name's band or a square of the map. Pure.

Rows are sorted by such a key and, within it, by day; each is compared with the next ones, at most so many and so many
days away. So the cost grows with the number of rows, never with its square, and where a block is full the pairs that
lie farthest apart in time are left out first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.overlaps.crowds import crowd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.overlaps.agreement import Ints, Rows

BANDS: Final = 8
BAND_BITS: Final = 16
ANY_DAY: Final = 10**9


@dataclass(frozen=True)
class Rule:
    """One way of finding neighbours.

    Attributes:
        key: Rows with the same number are one block; a negative one is in none.
        days: So many days apart at most.
        most: So many neighbours on each side at most.
    """

    key: Ints
    days: int
    most: int


def pairs(rows: Rows) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of rows of different cases, some more than once, in pieces of at most as many as there are rows."""
    for rule in _rules(rows):
        yield from _neighbours(rows, rule)


def with_row(rows: Rows, at: Ints) -> tuple[Ints, Ints]:
    """All pairs of some rows with every other: for a single case the whole frame is compared."""
    others = np.flatnonzero(~np.isin(rows.case, rows.case[at]))
    return np.repeat(at, len(others)), np.tile(others, len(at))


def _rules(rows: Rows) -> Iterator[Rule]:
    country, area = rows.codes["country"], rows.codes["area"]
    yield Rule(area, 1, 150)
    yield Rule(crowd(rows, ["area", "place"]).key, 8, 30)
    yield Rule(country, 1, 40)
    yield Rule(rows.values("point"), 32, 12)
    yield Rule(rows.values("name"), ANY_DAY, 20)
    for band in range(BANDS):
        half, shift = divmod(band * BAND_BITS, 64)
        part = (rows.name[half] >> np.uint64(shift) & np.uint64(2**BAND_BITS - 1)).astype(np.int64)
        yield Rule(np.where(part > 0, part, -1), 46, 12)


def _neighbours(rows: Rows, rule: Rule) -> Iterator[tuple[Ints, Ints]]:
    order = np.lexsort((rows.first, rule.key))
    order = order[rule.key[order] >= 0]
    key, day = rule.key[order], rows.first[order]
    for step in range(1, rule.most + 1):
        near = (key[step:] == key[:-step]) & (day[step:] - day[:-step] <= rule.days)
        if not near.any():
            return
        left, right = order[:-step][near], order[step:][near]
        apart = rows.case[left] != rows.case[right]
        yield left[apart], right[apart]
