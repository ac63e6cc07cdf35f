"""A table of persons before and after protection: two types, so that only the second can leave.

`Table` holds true counts and has no way to show them. `ProtectedTable` holds what may be published, and
nothing else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from itertools import product
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypedDict, Unpack

from incidents.disclosure.dimensions import TOTAL, Dimension

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Key = tuple[str, ...]


class Mark(Enum):
    """What stands in a cell instead of a number. One mark only: it must not tell why."""

    HIDDEN = "hidden"


HIDDEN: Final = Mark.HIDDEN
FORMAT: Final = 1


class About(TypedDict, total=False):
    """What a table is called and covers."""

    title: str
    measure: str
    scope: Mapping[str, tuple[str, ...]]
    others: Mapping[str, Mapping[Key, int]]


@dataclass(frozen=True)
class Table:
    """True counts of distinct persons, for the eyes of `protect` alone; its repr shows no count.

    `counts` has the leaf cells; those not named are zero. `scope` says what the table was filtered by:
    attribute -> codes. `others` are further measures of the same cells, such as incidents (a household of four
    is one incident): measure -> every cell that has persons, sums too, since distinct incidents do not add up.
    """

    dimensions: tuple[Dimension, ...]
    counts: Mapping[Key, int] = field(repr=False)
    title: str = ""
    measure: str = "persons"
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    others: Mapping[str, Mapping[Key, int]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimensions", tuple(self.dimensions))
        object.__setattr__(self, "scope", MappingProxyType({name: tuple(codes) for name, codes in self.scope.items()}))
        names = [dimension.name for dimension in self.dimensions]
        if not names or len(set(names)) != len(names):
            raise ValueError("A table needs at least one dimension, and each only once.")
        leaves = [frozenset(dimension.leaves) for dimension in self.dimensions]
        for key, count in self.counts.items():
            if len(key) != len(leaves) or any(code not in known for code, known in zip(key, leaves, strict=True)):
                raise ValueError("A cell must have one leaf code of each dimension, in their order.")
            if count < 0:
                raise ValueError("A count of persons cannot be negative.")
        object.__setattr__(
            self, "counts", MappingProxyType({key: count for key, count in self.counts.items() if count})
        )
        if self.others:
            inhabited = [key for key, count in self.all_counts().items() if count]
            if any(cells.get(key, 0) < 1 for cells in self.others.values() for key in inhabited):
                raise ValueError("Every cell with persons must have at least one of each other measure.")

    @classmethod
    def from_counts(cls, dimensions: Iterable[Dimension], counts: Mapping[Key, int], **about: Unpack[About]) -> Table:
        """A table of leaf cells already counted. `about` takes title, measure, scope and others."""
        return cls(tuple(dimensions), counts, **about)

    @property
    def size(self) -> int:
        """Cells in all, margins and zeros included."""
        return size_of(self.dimensions)

    @cached_property
    def total(self) -> int:
        """Persons in the table."""
        return sum(self.counts.values())

    def fewest(self) -> dict[Key, int]:
        """Of every cell, the least of its measures: what a threshold is held against."""
        return {
            key: min([count, *(cells[key] for cells in self.others.values())]) if count else 0
            for key, count in self.all_counts().items()
        }

    def all_counts(self) -> dict[Key, int]:
        """Every cell with its count, margins and zeros included, in the order of `keys_of`."""
        cells = dict.fromkeys(keys_of(self.dimensions), 0)
        paths = [{leaf: dimension.path(leaf) for leaf in dimension.leaves} for dimension in self.dimensions]
        for key, count in self.counts.items():
            for cell in product(*(known[code] for known, code in zip(paths, key, strict=True))):
                cells[cell] += count
        return cells


@dataclass(frozen=True)
class ProtectedTable:
    """What may be published: each cell a number or `HIDDEN`. From `protect`, or read back by `from_json`.

    Everything here can be worked out by any reader of the published table: no hidden count, no bound, no
    reason of a cell.
    """

    dimensions: tuple[Dimension, ...]
    cells: Mapping[Key, int | Mark]
    title: str
    measure: str
    scope: Mapping[str, tuple[str, ...]]
    policy_version: str
    threshold: int
    delay_days: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", MappingProxyType(dict(self.cells)))
        if tuple(self.cells) != tuple(keys_of(self.dimensions)):
            raise ValueError("A protected table must have every cell of its dimensions, in order.")

    @cached_property
    def hidden(self) -> tuple[Key, ...]:
        """The hidden cells, for the suppression log."""
        return tuple(key for key, value in self.cells.items() if value is HIDDEN)

    @property
    def share_of_cells_hidden(self) -> float:
        """Hidden cells as a share of all cells, 0 to 1."""
        return len(self.hidden) / len(self.cells)

    @property
    def share_of_persons_hidden(self) -> float | None:
        """Persons in hidden leaf cells as a share of all, 0 to 1; None when the total is hidden too.

        Uses published numbers only, so that it says nothing new.
        """
        total = self.cells[(TOTAL,) * len(self.dimensions)]
        if total is HIDDEN:
            return None
        leaves = product(*(dimension.leaves for dimension in self.dimensions))
        shown = sum(value for key in leaves if isinstance(value := self.cells[key], int))
        return 1 - shown / total if total else 0.0

    def to_json(self) -> str:
        """The table as text that `from_json` reads back exactly. A hidden cell is null."""
        return json.dumps(
            {
                "format": FORMAT,
                "title": self.title,
                "measure": self.measure,
                "scope": {name: list(codes) for name, codes in self.scope.items()},
                "policy_version": self.policy_version,
                "threshold": self.threshold,
                "delay_days": self.delay_days,
                "dimensions": [
                    {
                        "name": side.name,
                        "label": side.label,
                        "codes": list(side.codes),
                        "parents": dict(side.parents),
                        "labels": dict(side.labels),
                    }
                    for side in self.dimensions
                ],
                "cells": [None if value is HIDDEN else value for value in self.cells.values()],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> ProtectedTable:
        """Read what `to_json` wrote. Raises `ValueError` when it is of another format or incomplete."""
        stored = json.loads(text)
        if not isinstance(stored, dict) or stored.pop("format", None) != FORMAT:
            raise ValueError("This is not a protected table of a format that this version reads.")
        sides = tuple(Dimension(**{**side, "codes": tuple(side["codes"])}) for side in stored.pop("dimensions"))
        values = (HIDDEN if value is None else int(value) for value in stored.pop("cells"))
        scope = {name: tuple(codes) for name, codes in stored.pop("scope").items()}
        cells = dict(zip(keys_of(sides), values, strict=True))
        return cls(dimensions=sides, cells=cells, scope=scope, **stored)


def keys_of(dimensions: tuple[Dimension, ...]) -> Iterator[Key]:
    """Every cell's key, the grand total first, the last dimension running fastest."""
    return product(*(dimension.all_codes for dimension in dimensions))


def size_of(dimensions: tuple[Dimension, ...]) -> int:
    """How many cells dimensions span, margins included."""
    return prod(len(dimension.all_codes) for dimension in dimensions)
