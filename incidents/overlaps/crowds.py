"""How many cases have something in common, around a day or at all: what chance makes alike. Pure.

Accounts of one incident lie days apart, cases that are alike by chance lie weeks apart as often as days. So those that
are weeks away say how many of those that are days away are chance, with all that goes together in them: the same town,
the same kind of violation there, and the same few streets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from incidents.overlaps.agreement import SAME_SPAN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.overlaps.agreement import Floats, Ints, Levels, Rows

#: Cases at least and at most so many days before or after say how many fall on one day by chance.
FROM: Final = 8
UNTIL: Final = 45
RING: Final = 2 * (UNTIL - FROM + 1)
#: How many days lie at each distance, from "same_day" to "month".
DAYS_OF: Final = np.array([1.0, 2.0, 4.0, 8.0, 48.0])
#: The case itself, and the one it is compared with.
TWO: Final = 2
#: So many others and more are what they are; fewer are corrected by how often there is one more.
ENOUGH: Final = 5
#: What accounts of one incident share and hardly any others: not names, as raids have many with half a name in common.
RARE: Final = ("point",)
#: As if so many cases had been seen beforehand, with another in so many of them.
SEEN: Final = 20.0
ANOTHER: Final = 0.05


@dataclass(frozen=True)
class Crowd:
    """Cases that have something in common, by a number for what it is.

    Attributes:
        key: Equal where all of it is.
        around: How many others have it within a ring of weeks around a row's day, as expected by chance.
        at_once: How many others have it with the very same dates, likewise.
        seen: How many have the very same dates, as counted.
    """

    key: Ints
    around: Floats
    at_once: Floats
    seen: Floats

    def expected(self, when: Levels, left: Ints, right: Ints, least: float = 0) -> Floats:
        """How many others are as near in time as these pairs are, by chance."""
        days = DAYS_OF[np.clip(when, 1, len(DAYS_OF)) - 1]
        around, at_once = (np.maximum(side[left], side[right]) + least for side in (self.around, self.at_once))
        return np.where(when == SAME_SPAN, at_once, around * days / RING)


def crowd(rows: Rows, names: Sequence[str]) -> Crowd:
    """The crowds of rows that agree in some fields; what is not known is a value like any other."""
    values = pl.DataFrame({name: rows.values(name) for name in names})
    table = pl.DataFrame({"key": values.hash_rows() % 2**31, "first": rows.first, "last": rows.last})
    at_once = table.select(pl.len().over("key", "first", "last"))["len"].to_numpy() - float(TWO)
    at_once = np.maximum(at_once, 0.0)
    key = table["key"].cast(int).to_numpy()
    around = _between(key * 2**31 + rows.first, (FROM, UNTIL), (-UNTIL, -FROM))
    return Crowd(key, one_more(around), one_more(at_once), at_once)


def one_more(counted: Floats) -> Floats:
    """How many more are to be expected where so many were counted (Good 1953).

    Where nobody else was counted, chance is not nil: it is how often somebody is.
    """
    found = counted.copy()
    often = np.bincount(np.minimum(counted, ENOUGH + 1).astype(np.int64), minlength=ENOUGH + 2)
    for count in range(ENOUGH):
        rate = (count + 1) * (often[count + 1] + SEEN * ANOTHER) / (often[count] + SEEN)
        found[counted == count] = min(rate, count + 1.0)
    return found


def counted(rows: Rows, name: str) -> tuple[Floats, Floats]:
    """For each row, how many others have its value of a field, and how many have any; some values within a place.

    In what is rare, others of its days are left out: they may be accounts of the same.
    """
    table = pl.DataFrame({"value": rows.values(name), "within": rows.within(name)})
    known = (pl.col("value") >= 0).sum().over("within")
    both = table.select(pl.len().over("within", "value").alias("alike"), known.alias("known"))
    alike, peers = (both[column].to_numpy().astype(float) for column in ("alike", "known"))
    if name not in RARE:
        return np.maximum(alike - TWO, 0), peers
    key = table.hash_rows().to_numpy() % 2**31
    close = _between(key.astype(np.int64) * 2**31 + rows.first, (1 - FROM, FROM - 1))
    return np.maximum(np.where(rows.first >= 0, alike - close, alike - TWO), 0), peers


def _between(mine: Ints, *spans: tuple[int, int]) -> Floats:
    """How many of a row's key lie within spans of days. Asked for in order, which a cache likes: five times as fast."""
    order = np.argsort(mine)
    ordered = mine[order]
    found = np.empty(len(mine))
    found[order] = sum(
        np.searchsorted(ordered, ordered + until, "right") - np.searchsorted(ordered, ordered + since)
        for since, until in spans
    )
    return found
