"""Rows of codes as groups: numbers the combinations that occur, in the order of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: Keys below this many, or so many times the rows, are numbered by a table of flags; others by sorting.
TABLE: Final = 1 << 16
TIMES: Final = 32
#: Keys above this could overflow when the next column is joined.
SPACE: Final = 1 << 40


def numbered(keys: Ints, space: int) -> tuple[Ints, int]:
    """Keys of 0..space-1 as 0..n-1 in the same order, without gaps; and n."""
    if space <= max(TABLE, TIMES * len(keys)):
        seen = np.zeros(space, dtype=np.bool_)
        seen[keys] = True
        places = np.cumsum(seen, dtype=np.int64) - 1
        return places[keys], int(places[-1]) + 1 if space else 0
    known, places = np.unique(keys, return_inverse=True)
    return places.astype(np.int64, copy=False), len(known)


def grouped(columns: Iterable[Ints], sizes: Sequence[int], rows: int) -> tuple[Ints, int]:
    """The group of each row (equal in all columns), and how many groups there are.

    `sizes` are the codes that each column can have. Without a column all rows are one group.
    """
    keys, space = np.zeros(rows, dtype=np.int64), 1
    for column, size in zip(columns, sizes, strict=True):
        if space * size > SPACE:
            keys, space = numbered(keys, space)
        keys, space = keys * size + column, space * size
    return numbered(keys, space)


def totals(groups: Ints, count: int, weights: Ints) -> Ints:
    """The sum of the weights in each group."""
    return np.bincount(groups, weights=weights, minlength=count).astype(np.int64)


def firsts(groups: Ints, count: int) -> Ints:
    """A row of each group."""
    found = np.zeros(count, dtype=np.int64)
    found[groups] = np.arange(len(groups), dtype=np.int64)
    return found


def varieties(groups: Ints, count: int, values: Ints, size: int) -> Ints:
    """How many distinct values each group has; a value below zero (not known) is none."""
    known = values >= 0
    keys, space = groups[known] * size + values[known], count * size
    if space <= max(TABLE, TIMES * len(keys)):
        seen = np.zeros(space, dtype=np.bool_)
        seen[keys] = True
        counted: Ints = seen.reshape(count, size).sum(axis=1, dtype=np.int64)
        return counted
    return np.bincount(np.unique(keys) // size, minlength=count).astype(np.int64)
