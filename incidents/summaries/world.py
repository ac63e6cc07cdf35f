"""Countries on a world map: which shade each gets, and which can only be read in the table.

The shapes are in ``static/world.svg``, which a browser fetches once; a page names only the countries it has a
number for. ``tools/make_map.py`` writes both that file and ``data/world.json``. Borders imply no opinion, and
every map says so.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Lower ends of the shades, the same on every map, so that two maps can be compared.
BREAKS = (1, 10, 50, 200, 1000)
#: The style sheet has as many shades.
MOST_SHADES = 5


@dataclass(frozen=True, slots=True)
class Outlines:
    """What ``static/world.svg`` holds."""

    source: str
    width: int
    height: int
    outlines: frozenset[str]
    dots: frozenset[str]

    def __contains__(self, country: object) -> bool:
        """Whether a country (ISO 3166-1 alpha-2) has a shape, if only a dot."""
        return country in self.outlines or country in self.dots


@dataclass(frozen=True, slots=True)
class Shade:
    """A class of numbers: from ``low`` to ``high``, both included; the last has no upper end."""

    level: int
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A country to draw: ``level`` from 1, or None if its number is not shown."""

    country: str
    level: int | None


@dataclass(frozen=True, slots=True)
class WorldMap:
    """A map ready to be drawn."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    shades: tuple[Shade, ...]
    absent: tuple[str, ...]

    @property
    def has_hidden(self) -> bool:
        """Whether the key must explain the hatched countries."""
        return any(shape.level is None for shape in self.shapes)


@cache
def outlines() -> Outlines:
    """The list of what is drawn, read once."""
    about = json.loads(resources.files(__package__).joinpath("data/world.json").read_text(encoding="utf-8"))
    return Outlines(
        about["source"],
        about["width"],
        about["height"],
        frozenset(about["outlines"]),
        frozenset(about["dots"]),
    )


def shades(breaks: Sequence[int] = BREAKS) -> tuple[Shade, ...]:
    """The classes between breaks.

    Raises:
        ValueError: if there are no breaks, more than the style sheet has shades, or they do not rise from 1.
    """
    rising = all(low < high for low, high in pairwise(breaks))
    if not 1 <= len(breaks) <= MOST_SHADES or breaks[0] < 1 or not rising:
        raise ValueError(f"A map needs 1 to {MOST_SHADES} breaks that rise from 1 or more.")
    ends = [*(following - 1 for following in breaks[1:]), None]
    return tuple(Shade(level, low, high) for level, (low, high) in enumerate(zip(breaks, ends, strict=True), 1))


def draw(values: Mapping[str, int | None], breaks: Sequence[int] = BREAKS) -> WorldMap:
    """Shade countries by their numbers.

    Args:
        values: number by country; None for one that is hidden. Below the first break it stays plain land.
        breaks: lower ends of the shades.
    """
    drawn = outlines()
    classes = shades(breaks)
    shown = {country: value for country, value in sorted(values.items()) if value is None or value >= breaks[0]}
    return WorldMap(
        width=drawn.width,
        height=drawn.height,
        shapes=tuple(
            Shape(country, None if value is None else bisect_right(breaks, value))
            for country, value in shown.items()
            if country in drawn
        ),
        shades=classes,
        absent=tuple(country for country in shown if country not in drawn),
    )
