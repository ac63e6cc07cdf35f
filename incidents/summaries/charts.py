"""Where the parts of a figure stand: geometry only, no colour, no words, no markup.

Lengths along the inline axis are percentages of the figure's width, so that text keeps its size on a narrow
screen; lengths along the block axis are pixels. A right-to-left page is mirrored here (``rtl=True``): bars
grow from the right and time runs leftwards, as the page around them is read. Months are whole numbers,
yyyymm. ``None`` is "no number": unknown, or hidden by protection; it is drawn as a gap and never as zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: Height in pixels of figures with a time axis.
HEIGHT = 200
#: Units of width of the canvas of a line, which is stretched to the figure.
CANVAS = 1000
#: As many labels as fit under a time axis of 240 px, which is what a phone leaves.
MOST_YEARS = 5
MOST_MONTHS = 3
#: From so many Januaries on, an axis is labelled by years.
LONG = 3
YEAR = 12
WHOLE = 100.0
#: Half of a label, in per cent of the narrowest figure.
EDGE = 9.0


@dataclass(frozen=True, slots=True)
class Datum:
    """A number to show: ``small`` if nobody may publish it, ``hidden`` with the reason if it is not shown."""

    label: str
    value: int | None
    small: bool = False
    hidden: str | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch along the inline axis, in per cent from the left."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A horizontal bar and what it stands for."""

    datum: Datum
    span: Span


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar of several parts, one a series, in the order of the series."""

    label: str
    data: tuple[Datum, ...]
    spans: tuple[Span, ...]

    @property
    def total(self) -> int | None:
        """The sum of the parts; None when one is not known: a sum would be wrong, or would give it away."""
        values = [datum.value for datum in self.data]
        return None if None in values else sum(value for value in values if value is not None)

    @property
    def hidden(self) -> str | None:
        """Why the sum is hidden, if a part is: "any" where the parts do not tell their reason either."""
        reasons = {datum.hidden for datum in self.data if datum.hidden}
        if not reasons:
            return None
        return "any" if "any" in reasons else "linked"


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place: per cent from the left on a time axis, pixels from the top on a value axis."""

    at: float
    text: str

    @property
    def anchor(self) -> str:
        """Which end of the label stands at the place, so that it does not leave the figure sideways."""
        return "start" if self.at < EDGE else "end" if self.at > WHOLE - EDGE else "middle"


@dataclass(frozen=True, slots=True)
class Column:
    """A month's column; ``datum.value`` None is a gap as high as the figure."""

    month: int
    datum: Datum
    span: Span
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns over months, with both axes."""

    items: tuple[Column, ...]
    times: tuple[Tick, ...]
    values: tuple[Tick, ...]
    height: int = HEIGHT

    @property
    def has_gaps(self) -> bool:
        """Whether the figure must explain what a gap means."""
        return any(column.datum.value is None for column in self.items)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A month's number and how far it may be off; low <= best <= high."""

    low: int
    best: int
    high: int

    def __post_init__(self) -> None:
        if not self.low <= self.best <= self.high:
            raise ValueError("An estimate needs low <= best <= high.")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with a band: point lists for SVG on a canvas of ``width`` x ``height``, broken at gaps."""

    months: tuple[tuple[int, Estimate | None], ...]
    bands: tuple[str, ...]
    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    times: tuple[Tick, ...]
    values: tuple[Tick, ...]
    width: int = CANVAS
    height: int = HEIGHT

    @property
    def has_gaps(self) -> bool:
        """Whether the figure must explain what a gap means."""
        return any(estimate is None for _, estimate in self.months)


def grouped(value: int) -> str:
    """A whole number with narrow spaces between its thousands, as everywhere in Tala."""
    return f"{value:,}".replace(",", "\u202f")


def month_text(month: int) -> str:
    """ISO 8601: 203106 is 2031-06."""
    return f"{month // 100:04d}-{month % 100:02d}"


def months_between(first: int, last: int) -> list[int]:
    """Every month from first to last, both included; none when last comes before first."""
    start, end = (month // 100 * YEAR + month % 100 - 1 for month in (first, last))
    return [place // YEAR * 100 + place % YEAR + 1 for place in range(start, end + 1)]


def top_of_axis(largest: int) -> tuple[int, int]:
    """A round number not below ``largest``, and the step of its ticks (1, 2 or 5 times a power of ten)."""
    if largest <= 1:
        return 1, 1
    rough = largest / 4
    power = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    step = next(round(power * factor) for factor in (1, 2, 5, 10) if power * factor >= rough)
    return math.ceil(largest / step) * step, step


def bars(data: Sequence[Datum], *, rtl: bool = False) -> tuple[Bar, ...]:
    """Horizontal bars, the largest as long as the figure is wide."""
    largest = max((datum.value or 0 for datum in data), default=0)
    return tuple(Bar(datum, _span(0, _share(datum.value, largest), rtl=rtl)) for datum in data)


def stacks(rows: Iterable[tuple[str, Sequence[Datum]]], *, rtl: bool = False) -> tuple[Stack, ...]:
    """Bars of several parts, the largest sum as long as the figure is wide."""
    kept = [(label, tuple(data)) for label, data in rows]
    largest = max((sum(datum.value or 0 for datum in data) for _, data in kept), default=0)
    return tuple(Stack(label, data, _parts(data, largest, rtl=rtl)) for label, data in kept)


def columns(data: Mapping[int, Datum], *, first: int, last: int, rtl: bool = False) -> Columns:
    """Columns over months; a month from first to last that ``data`` does not have is a gap."""
    months = months_between(first, last)
    top, step = top_of_axis(max((datum.value or 0 for datum in data.values()), default=0))
    slot = WHOLE / max(len(months), 1)
    items = []
    for place, month in enumerate(months):
        datum = data.get(month) or Datum(month_text(month), None)
        height = HEIGHT if datum.value is None else HEIGHT * datum.value / top
        span = _span(place * slot + slot * 0.1, slot * 0.8, rtl=rtl)
        items.append(Column(month, datum, span, round(HEIGHT - height, 1), round(height, 1)))
    return Columns(tuple(items), time_ticks(months, rtl=rtl), value_ticks(top, step))


def line(data: Mapping[int, Estimate | None], *, first: int, last: int, rtl: bool = False) -> Line:
    """A line through the best numbers over a band from low to high, broken at months without one."""
    months = months_between(first, last)
    top, step = top_of_axis(max((estimate.high for estimate in data.values() if estimate), default=0))
    series = tuple((month, data.get(month)) for month in months)
    places = [(_middle(place, len(months), rtl=rtl), estimate) for place, (_, estimate) in enumerate(series)]
    bands, lines, dots = [], [], []
    for run in _runs(places):
        best = [(x, _y(estimate.best, top)) for x, estimate in run]
        low = [(x, _y(estimate.low, top)) for x, estimate in run]
        high = [(x, _y(estimate.high, top)) for x, estimate in run]
        bands.append(_points(high + low[::-1]))
        lines.append(_points(best))
        dots += [(best[0][0] * WHOLE / CANVAS, best[0][1])] if len(run) == 1 else []
    return Line(series, tuple(bands), tuple(lines), tuple(dots), time_ticks(months, rtl=rtl), value_ticks(top, step))


def _runs(places: Iterable[tuple[float, Estimate | None]]) -> Iterator[list[tuple[float, Estimate]]]:
    for present, run in groupby(places, key=lambda pair: pair[1] is not None):
        if present:
            yield [(x, estimate) for x, estimate in run if estimate is not None]


def time_ticks(months: Sequence[int], *, rtl: bool = False) -> tuple[Tick, ...]:
    """Labels in the middle of their months: years at January over a long time, months over a short one."""
    januaries = [place for place, month in enumerate(months) if month % 100 == 1]
    long = len(januaries) >= LONG
    candidates = januaries if long else range(len(months))
    every = math.ceil(len(candidates) / (MOST_YEARS if long else MOST_MONTHS)) or 1
    return tuple(
        Tick(
            round(_middle(place, len(months), rtl=rtl) * WHOLE / CANVAS, 2),
            str(months[place] // 100) if long else month_text(months[place]),
        )
        for place in candidates[::every]
    )


def value_ticks(top: int, step: int) -> tuple[Tick, ...]:
    """Grid lines from the top down; zero is the base line and needs no label."""
    return tuple(Tick(round(_y(value, top), 1), grouped(value)) for value in range(top, 0, -step))


def _share(value: int | None, largest: int) -> float:
    return WHOLE * (value or 0) / largest if largest else 0.0


def _span(x: float, width: float, *, rtl: bool) -> Span:
    return Span(round(WHOLE - x - width if rtl else x, 2), round(width, 2))


def _parts(data: Sequence[Datum], largest: int, *, rtl: bool) -> tuple[Span, ...]:
    at, spans = 0.0, []
    for datum in data:
        width = _share(datum.value, largest)
        spans.append(_span(at, width, rtl=rtl))
        at += width
    return tuple(spans)


def _middle(place: int, count: int, *, rtl: bool) -> float:
    x = CANVAS * (place + 0.5) / count
    return round(CANVAS - x if rtl else x, 1)


def _y(value: int, top: int) -> float:
    return HEIGHT - HEIGHT * value / top


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{round(y, 1):g}" for x, y in points)
