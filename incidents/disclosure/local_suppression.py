"""Cells of single rows hidden behind a star, where coarser codes alone leave a row too much alone.

A star counts as a code of its own: a row with a star must look like k rows with a star in the same place. This
is stricter than the reading of sdcMicro, where a star stands for every value and a row may lean on rows that
show theirs. Greedy: the cheapest set of columns first, then the next, for those rows that are still alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from incidents.disclosure.grouping import firsts, grouped, totals, varieties

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incidents.disclosure.grouping import Flags, Ints


@dataclass(frozen=True)
class Attribute:
    """What must differ among rows that look alike: `values` of 0..size-1, below zero where it is not known."""

    values: Ints
    size: int
    least: int


@dataclass(frozen=True)
class Rows:
    """Distinct rows and how often each occurs."""

    counts: Ints
    attributes: tuple[Attribute, ...]

    def alike(self, groups: Ints, count: int, k: int, rows: Ints | None = None) -> Flags:
        """For each group of rows (or of those picked), whether it has k persons and enough distinct values."""
        picked = slice(None) if rows is None else rows
        enough = totals(groups, count, self.counts[picked]) >= k
        for one in self.attributes:
            enough &= varieties(groups, count, one.values[picked], one.size) >= one.least
        return np.asarray(enough)


@dataclass(frozen=True)
class Classes:
    """Rows that look alike after recoding: the class of each distinct row, and the codes of each class."""

    of: Ints
    count: int
    codes: tuple[Ints, ...]
    sizes: tuple[int, ...]
    persons: Ints
    enough: Flags

    def patterns(self, marks: Flags) -> tuple[Ints, int]:
        """Which classes look alike once their stars are set, and how many kinds there are."""
        shown = [
            np.where(marks[:, column], size, codes)
            for column, (codes, size) in enumerate(zip(self.codes, self.sizes, strict=True))
        ]
        return grouped(shown, [size + 1 for size in self.sizes], self.count)

    def pattern_persons(self, marks: Flags) -> Ints:
        """How many persons look alike, for each kind."""
        return totals(*self.patterns(marks), self.persons)


def classes(rows: Rows, columns: Sequence[Ints], sizes: Sequence[int], k: int) -> Classes:
    """Which rows look alike in these columns, and whether each class is large and diverse enough."""
    of, count = grouped(columns, sizes, len(rows.counts))
    first = firsts(of, count)
    return Classes(
        of=of,
        count=count,
        codes=tuple(column[first] for column in columns),
        sizes=tuple(sizes),
        persons=totals(of, count, rows.counts),
        enough=rows.alike(of, count, k),
    )


def subsets(costs: Sequence[float]) -> Iterator[tuple[int, ...]]:
    """Every set of the columns that cost something, from the cheapest; of equal ones the earlier columns."""
    useful = [column for column, cost in enumerate(costs) if cost > 0]
    every = (some for size in range(1, len(useful) + 1) for some in combinations(useful, size))
    yield from sorted(every, key=lambda some: (round(sum(costs[column] for column in some), 12), some))


def stars(rows: Rows, made: Classes, costs: Sequence[float], k: int) -> Flags | None:
    """For each class and column, whether its cells are starred; None when stars cannot help.

    `costs` are those of a star in each column; a column that costs nothing says nothing and gets none.
    """
    marks = np.zeros((made.count, len(made.codes)), dtype=np.bool_)
    alone = ~made.enough
    ordered = list(subsets(costs))
    for some in ordered:
        if not alone.any():
            return marks
        _join_the_alone(rows, made, marks, alone, some, k)
    for some in ordered:
        if not alone.any():
            return marks
        _join_with_others(made, marks, alone, some, costs)
    return None if alone.any() else marks


def _join_the_alone(rows: Rows, made: Classes, marks: Flags, alone: Flags, some: tuple[int, ...], k: int) -> None:
    """Star these columns of classes that are alone, wherever enough of them then look alike."""
    which = np.flatnonzero(alone)
    kept = [column for column in range(len(made.codes)) if column not in some]
    groups, count = grouped(
        [made.codes[column][which] for column in kept], [made.sizes[column] for column in kept], len(which)
    )
    group_of = np.full(made.count, -1, dtype=np.int64)
    group_of[which] = groups
    members = np.flatnonzero(alone[made.of])
    enough = rows.alike(group_of[made.of[members]], count, k, members)
    joined = which[enough[groups]]
    marks[np.ix_(joined, np.array(some))] = True
    alone[joined] = False


def _join_with_others(made: Classes, marks: Flags, alone: Flags, some: tuple[int, ...], costs: Sequence[float]) -> None:
    """Star these columns of what is still alone, and of others that then look the same, where it costs least."""
    patterns, count = made.patterns(marks)
    place = firsts(patterns, count)
    persons = totals(patterns, count, np.where(alone, 0, made.persons))
    starred = marks.copy()
    starred[:, some] = True
    keys, found = made.patterns(starred)
    wanted = np.zeros(found, dtype=np.bool_)
    wanted[keys[alone]] = True
    hosts = np.flatnonzero((persons > 0) & wanted[keys[place]])
    added = persons[hosts] * (~marks[place[hosts]][:, some] @ np.array([costs[column] for column in some]))
    best: dict[int, int] = {}
    for one in hosts[np.lexsort((hosts, np.round(added, 9)))].tolist():
        best.setdefault(int(keys[place[one]]), one)
    for key, host in best.items():
        moved = (patterns == host) & ~alone | alone & (keys == key)
        marks[np.ix_(np.flatnonzero(moved), np.array(some))] = True
        alone[moved] = False
