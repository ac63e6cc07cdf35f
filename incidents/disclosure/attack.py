"""An attack on a protected table, written apart from the engine and in another form.

The engine moves cells around the true table, a family at a time. The attack knows no truth: its unknowns
are the hidden leaf cells alone, every published sum is one equation over them, and the least and greatest
value of each hidden cell is found with only the objective changing (primal simplex, so that each solution
starts the next).
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.disclosure.findings import Finding, Kind
from incidents.disclosure.solver import PRIMAL_SIMPLEX, Programme, Rows, Unsolved
from incidents.disclosure.tables import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from incidents.disclosure.dimensions import Dimension
    from incidents.disclosure.policy import Policy
    from incidents.disclosure.tables import Key, ProtectedTable, Table

    Floats = NDArray[np.float64]
    Ranges = Mapping[Key, tuple[float, float]]

SMALL: Final = 1e-6


def findings(protected: ProtectedTable, truth: Table | None, policy: Policy) -> list[Finding]:
    """Every weakness, sorted. See `audit`."""
    try:
        found = bounds(protected)
    except Unsolved:
        return [Finding(next(iter(protected.cells)), Kind.IMPOSSIBLE)]
    weak = [*_published(protected), *_pinned(found)]
    if truth is not None:
        counts = truth.all_counts()
        weak += [*_untrue(protected, counts), *_narrow(found, counts, protected.threshold)]
        weak += _shared(protected, found, counts, policy)
    return sorted(set(weak), key=lambda finding: (finding.cell, finding.kind.value))


def _published(protected: ProtectedTable) -> Iterator[Finding]:
    for key, value in protected.cells.items():
        if value is not HIDDEN and 0 < value < protected.threshold:
            yield Finding(key, Kind.SMALL)


def _pinned(found: Ranges) -> Iterator[Finding]:
    for key, (low, high) in found.items():
        if _floor(high) <= _ceil(low):
            yield Finding(key, Kind.EXACT)


def _untrue(protected: ProtectedTable, counts: Mapping[Key, int]) -> Iterator[Finding]:
    for key, value in protected.cells.items():
        if value is not HIDDEN and value != counts.get(key):
            yield Finding(key, Kind.UNTRUE)


def _narrow(found: Ranges, counts: Mapping[Key, int], threshold: int) -> Iterator[Finding]:
    for key, (low, high) in found.items():
        if 0 < counts[key] < threshold and (_floor(high) < threshold or _ceil(low) > counts[key] - 1):
            yield Finding(key, Kind.NARROW)


def _shared(
    protected: ProtectedTable, found: Ranges, counts: Mapping[Key, int], policy: Policy
) -> Iterator[Finding]:
    """Rows with persons in them where a reader can rule out all values of an attribute but one."""
    sides = protected.dimensions
    for axis, side in enumerate(sides):
        if side.name not in policy.group_attributes:
            continue
        for before, after in product(_keys(sides[:axis]), _keys(sides[axis + 1 :])):
            for parent, children in side.children.items():
                row = [(*before, child, *after) for child in children]
                if len(row) > 1 and counts[(*before, parent, *after)]:
                    possible = [key for key in row if _may_be_some(protected, found, key)]
                    if len(possible) == 1:
                        yield Finding(possible[0], Kind.SHARED)


def _may_be_some(protected: ProtectedTable, found: Ranges, key: Key) -> bool:
    value = protected.cells[key]
    return _floor(found[key][1]) > 0 if value is HIDDEN else value > 0


def _keys(sides: tuple[Dimension, ...]) -> Iterator[Key]:
    return product(*(side.all_codes for side in sides))


def bounds(protected: ProtectedTable) -> dict[Key, tuple[float, float]]:
    """The least and greatest value of each hidden cell, given every published one. Raises `Unsolved`."""
    return Attack(protected).run()


class Attack:
    """The unknowns and equations of one table."""

    def __init__(self, protected: ProtectedTable) -> None:
        self.hidden = protected.hidden
        leaves = list(product(*(side.leaves for side in protected.dimensions)))
        self.unknown = [key for key in leaves if protected.cells[key] is HIDDEN]
        column = {key: index for index, key in enumerate(self.unknown)}
        known: dict[Key, int] = {}
        parts: dict[Key, list[int]] = {}
        paths = [{leaf: side.path(leaf) for leaf in side.leaves} for side in protected.dimensions]
        for leaf in leaves:
            value = protected.cells[leaf]
            for cell in product(*(path[code] for path, code in zip(paths, leaf, strict=True))):
                if value is HIDDEN:
                    parts.setdefault(cell, []).append(column[leaf])
                else:
                    known[cell] = known.get(cell, 0) + value
        self.parts, self.known = parts, known
        self.equations = [
            (columns, value - known.get(cell, 0))
            for cell, columns in parts.items()
            if (value := protected.cells[cell]) is not HIDDEN
        ]

    def run(self) -> dict[Key, tuple[float, float]]:
        """Widen each hidden cell's range until the solver says that it ends there."""
        size = len(self.unknown)
        shown = {
            cell: (float(self.known.get(cell, 0)),) * 2 for cell in self.hidden if cell not in self.parts
        }
        if not size:
            return {cell: (low, high) for cell, (low, high) in shown.items()}
        sums = np.array([value for _, value in self.equations], dtype=np.float64)
        rows = Rows([(columns, [1.0] * len(columns)) for columns, _ in self.equations])
        span = (np.zeros(size), np.full(size, np.inf))
        programme = Programme(rows, (sums, sums), span, simplex=PRIMAL_SIMPLEX)
        found: dict[Key, tuple[float, float]] = {**shown}
        for cell in self.hidden:
            if cell in self.parts:
                found[cell] = self._range(programme, cell)
        return found

    def _range(self, programme: Programme, cell: Key) -> tuple[float, float]:
        objective = np.zeros(len(self.unknown))
        objective[self.parts[cell]] = 1.0
        base = float(self.known.get(cell, 0))
        low = base + float(objective @ programme.minimise(objective))
        high = base + float(objective @ programme.minimise(-objective))
        return low, high


def _floor(value: float) -> int:
    return int(np.floor(value + SMALL))


def _ceil(value: float) -> int:
    return int(np.ceil(value - SMALL))
