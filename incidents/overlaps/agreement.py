"""In what two rows agree, field by field, as levels: from nothing known to the same. Pure; many pairs at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Levels = NDArray[np.uint8]
    Floats = NDArray[np.float64]

#: Level 0 of every field: one of the two says nothing, and nothing follows.
UNKNOWN: Final = 0
#: The level of a field "where" that means one area.
SAME_AREA: Final = 1
#: A name of two words sets about so many bits; one that sets fewer is not looked for inside another.
ENOUGH_BITS: Final = 10
#: A name inside another (a nickname or second surname was added) counts for somewhat less than the same name.
INSIDE: Final = 0.92
INSIDE_FROM: Final = 0.9


@dataclass(frozen=True)
class Field:
    """One thing in which two accounts can agree.

    Attributes:
        levels: Names of the levels from 1 on; 0 is "unknown" for all fields.
        same: How often two accounts of one incident are at each level, as far as anybody can say beforehand.
        chance: Likewise for two accounts of different incidents, where the cases are too few to tell.
    """

    levels: tuple[str, ...]
    same: tuple[float, ...]
    chance: tuple[float, ...]


FIELDS: Final[Mapping[str, Field]] = {
    "where": Field(("same_area", "same_country", "other_area", "other_country"), (90, 60, 7, 3), (10, 10, 50, 30)),
    "when": Field(
        ("same_day", "one_day", "few_days", "week", "month", "same_span", "within_span", "far"),
        (55, 17, 6, 4, 3, 8, 5, 2),
        (1, 1, 2, 3, 10, 3, 5, 75),
    ),
    "name": Field(("same", "alike", "in_part", "little", "other"), (70, 16, 7, 3, 4), (0.2, 1, 3, 10, 85.8)),
    "place": Field(("same", "in_part", "other"), (60, 25, 15), (5, 10, 85)),
    "point": Field(("same", "near", "other"), (65, 20, 15), (0.01, 0.5, 99.49)),
    "violation": Field(("same", "other"), (92, 8), (40, 60)),
    "fatal": Field(("same", "other"), (97, 3), (70, 30)),
    "place_type": Field(("same", "other"), (75, 25), (20, 80)),
    "gender": Field(("same", "other"), (96, 4), (55, 45)),
    "age": Field(("same", "near", "other"), (75, 18, 7), (20, 30, 50)),
    "size": Field(("same", "near", "other"), (85, 10, 5), (60, 15, 25)),
}
#: Fields of which the first level means one value: it is weighed by its share.
VALUED: Final = ("name", "place", "point", "violation", "fatal", "place_type", "gender", "age", "size")
NAME_FLOORS: Final = (1.0, 0.78, 0.6, 0.45)
PLACE_FLOORS: Final = (1.0, 0.5)
#: A word of a place sets so many bits.
WORD_BITS: Final = 2
DAYS: Final = (1, 2, 4, 8, 32)
#: From so many days on, dates are spans; the level at which two are the same one.
SPAN: Final = 3
SAME_SPAN: Final = 6
NEARBY_BITS: Final = 8
_MIXED: Final = np.uint64(0x9E3779B97F4A7C15)
#: Bands of age in their order; what is not among them is only the same or not.
AGES: Final = ("AGE_0_11", "AGE_12_14", "AGE_15_17", "AGE_18_24", "AGE_25_34", "AGE_35_49", "AGE_50_64", "AGE_65")


@dataclass(frozen=True)
class Rows:
    """A linkage frame as plain arrays; -1 is not known, and so is a sketch without bits."""

    frame: pl.DataFrame
    case: NDArray[np.uint64]
    codes: Mapping[str, Ints]
    first: Ints
    last: Ints
    name: tuple[NDArray[np.uint64], NDArray[np.uint64]]
    place: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.case)

    def values(self, field: str) -> Ints:
        """What a field is compared by, as numbers that are the same for the same value; -1 is not known."""
        high, low = self.name
        if field == "name":
            return np.where(high | low, _numbered(high ^ (low * _MIXED)), -1)
        if field == "place":
            return np.where(self.place, _numbered(self.place), -1)
        if field == "point":
            return np.where(self.codes["spot"] < 0, -1, self.codes["spot"] << NEARBY_BITS | self.codes["nearby"])
        return self.codes["violation_group" if field == "violation" else field]

    def within(self, field: str) -> Ints:
        """Among which rows a value is rare or common: a place in its area, a point at its place, others anywhere."""
        named = {"place": self.codes["area"], "point": self.codes["area"] ^ self.values("place")}
        return named.get(field, np.zeros(len(self), dtype=np.int64))


def rows_of(frame: pl.DataFrame) -> Rows:
    """The columns of a linkage frame that are compared."""
    numbers = {name: _numbers(frame, name) for name in ("spot", "nearby", "size", "first", "last")}
    coded = {name: _codes(frame, name) for name in ("country", "area", "place_type", "violation_group", "gender")}
    fatal = frame["fatal"].to_numpy().astype(np.int64)
    return Rows(
        frame,
        frame["case"].to_numpy(),
        coded | {"age": _ages(frame), "fatal": fatal} | {name: numbers[name] for name in ("spot", "nearby", "size")},
        numbers["first"],
        numbers["last"],
        (_sketch(frame, "name_high"), _sketch(frame, "name_low")),
        _sketch(frame, "place"),
    )


def compare(rows: Rows, left: Ints, right: Ints) -> dict[str, Levels]:
    """The levels of pairs of rows, field by field. Some 1 µs a pair."""
    return {name: compared_by(name, rows, left, right) for name in FIELDS}


def compared_by(field: str, rows: Rows, left: Ints, right: Ints) -> Levels:
    """The levels of pairs of rows in one field."""
    if field in _REACH:
        return _near(rows.codes[field], left, right, _REACH[field])
    if field in _COMPARED:
        return _COMPARED[field](rows, left, right)
    return _same(rows.codes["violation_group" if field == "violation" else field], left, right)


def level_name(field: str, level: int) -> str:
    """What a level of a field is called; "unknown" for 0."""
    return FIELDS[field].levels[level - 1] if level else "unknown"


def _numbers(frame: pl.DataFrame, name: str) -> Ints:
    return frame[name].cast(int).fill_null(-1).to_numpy()


def _codes(frame: pl.DataFrame, name: str) -> Ints:
    return frame[name].to_physical().cast(int).fill_null(-1).to_numpy()


def _ages(frame: pl.DataFrame) -> Ints:
    """Bands as their place in the order; others, such as "a child", from ten on and far apart."""
    apart = {code: 10 * at for at, code in enumerate(frame["age"].drop_nulls().cast(str).unique().sort(), start=1)}
    order = apart | {code: at for at, code in enumerate(AGES)}
    return frame["age"].cast(str).replace_strict(order, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()


def _sketch(frame: pl.DataFrame, name: str) -> NDArray[np.uint64]:
    return frame[name].fill_null(0).to_numpy()


def _numbered(values: NDArray[np.uint64]) -> Ints:
    return (values >> np.uint64(1)).astype(np.int64)


def _same(values: Ints, left: Ints, right: Ints) -> Levels:
    a, b = values[left], values[right]
    return np.where((a < 0) | (b < 0), UNKNOWN, np.where(a == b, 1, 2)).astype(np.uint8)


def _near(values: Ints, left: Ints, right: Ints, reach: int) -> Levels:
    a, b = values[left], values[right]
    apart = np.abs(a - b)
    known = np.where(apart == 0, 1, np.where(apart <= reach, 2, 3))
    return np.where((a < 0) | (b < 0), UNKNOWN, known).astype(np.uint8)


def _point(rows: Rows, left: Ints, right: Ints) -> Levels:
    spot, nearby = (_same(rows.codes[name], left, right) for name in ("spot", "nearby"))
    known = np.where(nearby == 1, np.where(spot == 1, 1, 2), 3)
    return np.where(spot == UNKNOWN, UNKNOWN, known).astype(np.uint8)


def _where(rows: Rows, left: Ints, right: Ints) -> Levels:
    area, country = _same(rows.codes["area"], left, right), _same(rows.codes["country"], left, right)
    within = np.where(area == 1, 1, np.where(area == UNKNOWN, 2, 3))
    return np.where(country == UNKNOWN, UNKNOWN, np.where(country == 1, within, 4)).astype(np.uint8)


def _when(rows: Rows, left: Ints, right: Ints) -> Levels:
    begins = np.maximum(rows.first[left], rows.first[right])
    ends = np.minimum(rows.last[left], rows.last[right])
    longest = np.maximum(rows.last[left] - rows.first[left], rows.last[right] - rows.first[right])
    gap = begins - ends
    days = np.digitize(gap, DAYS) + 1
    level = np.where(days > len(DAYS), 8, days)
    equal = (rows.first[left] == rows.first[right]) & (rows.last[left] == rows.last[right])
    level = np.where((gap <= 0) & (longest >= SPAN), np.where(equal, SAME_SPAN, SAME_SPAN + 1), level)
    unknown = (rows.first[left] < 0) | (rows.first[right] < 0) | (rows.last[left] < 0) | (rows.last[right] < 0)
    return np.where(unknown, UNKNOWN, level).astype(np.uint8)


def _count(*halves: NDArray[np.uint64]) -> Floats:
    found = np.zeros(len(halves[0]))
    for half in halves:
        found += np.bitwise_count(half)
    return found


def _name(rows: Rows, left: Ints, right: Ints) -> Levels:
    """Dice's coefficient of two sketches, or how far the smaller lies in the larger."""
    high, low = rows.name
    mine, theirs = _count(high[left], low[left]), _count(high[right], low[right])
    both = _count(high[left] & high[right], low[left] & low[right])
    smaller = np.minimum(mine, theirs)
    alike = 2 * both / np.maximum(mine + theirs, 1)
    inside = np.where(smaller >= ENOUGH_BITS, both / np.maximum(smaller, 1), 0)
    return _graded(np.maximum(alike, np.where(inside >= INSIDE_FROM, INSIDE, 0)), smaller, NAME_FLOORS)


def _place(rows: Rows, left: Ints, right: Ints) -> Levels:
    mine, theirs = _count(rows.place[left]), _count(rows.place[right])
    both = _count(rows.place[left] & rows.place[right])
    # A single bit in common is no word in common.
    alike = np.where((both >= WORD_BITS), 2 * both / np.maximum(mine + theirs, 1), 0)
    return _graded(alike, np.minimum(mine, theirs), PLACE_FLOORS)


def _graded(alike: Floats, smaller: Floats, floors: tuple[float, ...]) -> Levels:
    level = len(floors) + 1 - np.digitize(alike, floors[::-1])
    return np.where(smaller == 0, UNKNOWN, level).astype(np.uint8)


_COMPARED: Final[Mapping[str, Callable[[Rows, Ints, Ints], Levels]]] = {
    "where": _where,
    "when": _when,
    "name": _name,
    "place": _place,
    "point": _point,
}
#: Numbers that are near each other within so many steps.
_REACH: Final = {"age": 1, "size": 2}
