"""Counting distinct things by group, quickly: where equal ids stand together, most of it is adding up flags.

A frame keeps the rows of a case together, and in it those of a person. So the first row of an id and, after it, the
rows in which the group changes are all that can bring a new pair of id and group; only pairs after the first are
compared. Nothing is taken for granted: ids that do not stand together are sorted first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

#: More than any group's number, and as many as leave room for ids in 64 bits.
GROUPS: Final = 2**32


@dataclass(frozen=True)
class Together:
    """Where the rows of each id begin, once equal ids stand together; rows without an id are left out.

    Attributes:
        known: Which rows have an id; None: all.
        order: How rows have to be rearranged so that equal ids stand together; None: they do.
        starts: True at the first row of each id, among known rows in that order.
    """

    known: pl.Series | None
    order: pl.Series | None
    starts: pl.Series

    @classmethod
    def by(cls, ids: pl.Series) -> Together:
        """Check that equal ids stand together, or find an order in which they do."""
        known = ids.is_not_null() if ids.has_nulls() else None
        present = ids if known is None else ids.filter(known)
        starts = _changes(present)
        if present.filter(starts).n_unique() == starts.sum():
            return cls(known, None, starts)
        order = present.arg_sort()
        return cls(known, order, _changes(present.gather(order)))

    @property
    def count(self) -> int:
        """How many ids there are."""
        return int(self.starts.sum())

    def count_by(self, values: pl.Series) -> dict[int | None, int]:
        """Distinct ids for each value of a column of the same rows: whole numbers from 0 to 2**32 - 2, or null."""
        groups = values if self.known is None else values.filter(self.known)
        if self.order is not None:
            groups = groups.gather(self.order)
        firsts = groups.filter(self.starts)
        found = dict(firsts.value_counts().iter_rows())
        later = ~self.starts & _changes(groups)
        if later.any():
            place = (self.starts.cast(pl.UInt32).cum_sum() - 1).filter(later)
            group = groups.filter(later)
            unlike_first = group.ne_missing(firsts.gather(place))
            for key, count in _distinct_pairs(place.filter(unlike_first), group.filter(unlike_first)):
                found[key] = found.get(key, 0) + count
        return found


def _distinct_pairs(ids: pl.Series, groups: pl.Series) -> Iterator[tuple[int | None, int]]:
    """How many distinct ids each group has. Both fit in one number, which sorts far faster than two columns."""
    pairs = (ids.cast(pl.UInt64) * GROUPS + (groups.cast(pl.UInt64) + 1).fill_null(0)).sort()
    counted = (pairs.filter(_changes(pairs)) % GROUPS).value_counts()
    return ((None if group == 0 else group - 1, count) for group, count in counted.iter_rows())


def _changes(values: pl.Series) -> pl.Series:
    """True where a value differs from the one before it, and at the first."""
    changed = values.ne_missing(values.shift())
    if changed.len():
        changed[0] = True
    return changed
