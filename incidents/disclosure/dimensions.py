"""What a table may be crossed by: a list of codes, in a tree, under one total."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TOTAL: Final = "_T"
OTHER: Final = "_O"
UNSPECIFIED: Final = "_U"


@dataclass(frozen=True)
class Dimension:
    """One side of a table. Every person has exactly one of its leaf codes.

    `codes` are in the order of display, without the total; a code that `parents` does not name stands right
    under the total. Raises `ValueError` when the codes are no tree.
    """

    name: str
    label: str
    codes: tuple[str, ...]
    parents: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", tuple(self.codes))
        object.__setattr__(self, "parents", MappingProxyType(dict(self.parents)))
        object.__setattr__(self, "labels", MappingProxyType(dict(self.labels)))
        known = set(self.codes)
        if not known or len(known) != len(self.codes) or TOTAL in known:
            raise ValueError(f"Dimension {self.name}: give each code once, at least one, and leave the total out.")
        if not known.issuperset(self.parents) or not known.union([TOTAL]).issuperset(self.parents.values()):
            raise ValueError(f"Dimension {self.name}: a parent or its child is not among the codes.")
        for code in self.codes:
            self.path(code)

    @cached_property
    def all_codes(self) -> tuple[str, ...]:
        """The total, then every code."""
        return (TOTAL, *self.codes)

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """The codes right under the total and under each code that has any."""
        found: dict[str, list[str]] = {}
        for code in self.codes:
            found.setdefault(self.parents.get(code, TOTAL), []).append(code)
        return MappingProxyType({parent: tuple(codes) for parent, codes in found.items()})

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The codes that have no children."""
        return tuple(code for code in self.codes if code not in self.children)

    def path(self, code: str) -> tuple[str, ...]:
        """The code, its ancestors, the total. Raises `ValueError` on a circle."""
        found = [code]
        while found[-1] != TOTAL:
            found.append(self.parents.get(found[-1], TOTAL))
            if len(found) > len(self.codes) + 1:
                raise ValueError(f"Dimension {self.name}: the parents of a code form a circle.")
        return tuple(found)

    def label_of(self, code: str) -> str:
        """The words for a code; the code itself when it has none."""
        return self.labels.get(code, code)

    def unspecified(self, code: str) -> str:
        """The leaf that holds persons recorded at an inner code and at none of its children."""
        return f"{code}{UNSPECIFIED}" if code in self.children else code

    def with_unspecified(self) -> Dimension:
        """The same tree where each inner code has one more child for persons recorded at that code itself."""
        codes: list[str] = []
        parents = dict(self.parents)
        labels = dict(self.labels)
        for code in self.codes:
            codes.append(code)
            if code in self.children:
                extra = self.unspecified(code)
                codes.append(extra)
                parents[extra] = code
                labels[extra] = self.label_of(code)
        return Dimension(self.name, self.label, tuple(codes), parents, labels)
