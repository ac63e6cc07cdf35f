"""What an attack on a protected table can find."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from incidents.disclosure.tables import Key


class Kind(Enum):
    """What is wrong with a cell."""

    EXACT = "exact"  # a hidden count follows from what is published
    NARROW = "narrow"  # a hidden small count can be told to be small, or cannot be lower than it is
    SMALL = "small"  # a small count is published
    UNTRUE = "untrue"  # a published count is not the true one
    SHARED = "shared"  # all persons of a row can be told to share a value
    INSIDER = "insider"  # as narrow, for a person who is counted in another cell
    IMPOSSIBLE = "impossible"  # no true table fits what is published


@dataclass(frozen=True, order=True)
class Finding:
    """A weakness of a protected table: its kind and the cell, and no number."""

    cell: Key
    kind: Kind

    def __str__(self) -> str:
        return f"{self.kind.value} {'/'.join(self.cell)}"
