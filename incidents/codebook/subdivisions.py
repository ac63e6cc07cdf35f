"""Areas inside a country, from ISO 3166-2 as the package pycountry carries it.

They are not part of the codebook's version: pycountry's version says which state of the standard they are.
"""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subdivision:
    """One area: its ISO 3166-2 code, such as "PH-CEB", and a name that is its own in the country."""

    code: str
    name: str


@functools.lru_cache(maxsize=16)
def subdivisions(country: str) -> tuple[Subdivision, ...]:
    """The areas of a country (ISO 3166-1 alpha-2), by name; none when the standard lists none.

    Areas of every level come together: where a country has regions and provinces, both are here. Those
    that share a name are told apart by their kind.
    """
    # pycountry reads half a megabyte of JSON on first use: only processes that need areas pay for it
    import pycountry  # noqa: PLC0415

    areas = [area for area in pycountry.subdivisions if area.country_code == country]
    shared = Counter(area.name for area in areas)
    named = (
        Subdivision(area.code, f"{area.name} ({area.type})" if shared[area.name] > 1 else area.name) for area in areas
    )
    return tuple(sorted(named, key=lambda area: (area.name.casefold(), area.code)))


def is_subdivision(code: str, country: str) -> bool:
    """Whether `code` is an area of this country."""
    return any(area.code == code for area in subdivisions(country))
