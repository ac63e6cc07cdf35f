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
    """Rows in which equal ids stand together; rows without an id are left out.

    Attributes:
        rows: The rows.
        starts: True at the first row of each id.
    """

    rows: pl.DataFrame
    starts: pl.Series

    @classmethod
    def by(cls, rows: pl.DataFrame, name: str) -> Together:
        """Check that equal values of a column stand together, or bring them together."""
        known = rows.filter(pl.col(name).is_not_null()) if rows[name].has_nulls() else rows
        starts = _changes(known[name])
        if known[name].filter(starts).n_unique() != starts.sum():
            known = known.sort(name)
            starts = _changes(known[name])
        return cls(known, starts)

    @property
    def count(self) -> int:
        """How many ids there are."""
        return int(self.starts.sum())

    def count_by(self, column: str) -> dict[int | None, int]:
        """Distinct ids for each value of a column."""
        groups = self.rows[column].alias("group")
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
    """How many distinct ids each group has. Both fit in one number, which sorts far faster than two columns.

    Groups are whole numbers from 0 to 2**32 - 2, or null.
    """
    pairs = (ids.cast(pl.UInt64) * GROUPS + (groups.cast(pl.UInt64) + 1).fill_null(0)).sort()
    counted = (pairs.filter(_changes(pairs)) % GROUPS).value_counts()
    return ((None if group == 0 else group - 1, count) for group, count in counted.iter_rows())


def _changes(values: pl.Series) -> pl.Series:
    """True where a value differs from the one before it, and at the first."""
    changed = values.ne_missing(values.shift())
    if changed.len():
        changed[0] = True
    return changed
