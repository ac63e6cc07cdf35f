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
MOST: Final = 1e6  # persons a reader could believe in, so that a table with a hidden total has bounds


def findings(protected: ProtectedTable, truth: Table | None, policy: Policy) -> list[Finding]:
    """Every weakness, sorted. See `audit`."""
    counts = None if truth is None else truth.all_counts()
    try:
        found = Attack(protected, counts).run()
    except Unsolved:
        return [Finding(next(iter(protected.cells)), Kind.IMPOSSIBLE)]
    weak = [*_published(protected), *_pinned(found)]
    if counts is not None:
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
    return Attack(protected, None).run()


class Attack:
    """The unknowns and equations of one table.

    Without the truth it is the attack of a reader who is in no cell, and bounds are exact. With it, each cell with
    persons has one among the attackers, who pool that they are counted there (a cell's own persons do not attack
    their cell), and the search stops at bounds that are wide enough.
    """

    def __init__(self, protected: ProtectedTable, truth: Mapping[Key, int] | None) -> None:
        self.cells, self.truth, self.threshold = protected.cells, truth, protected.threshold
        leaves = list(product(*(side.leaves for side in protected.dimensions)))
        self.unknown = [key for key in leaves if self.cells[key] is HIDDEN]
        self.known: dict[Key, int] = {}
        self.parts: dict[Key, list[int]] = {}
        column = {key: index for index, key in enumerate(self.unknown)}
        paths = [{leaf: side.path(leaf) for leaf in side.leaves} for side in protected.dimensions]
        for leaf in leaves:
            value = self.cells[leaf]
            for cell in product(*(path[code] for path, code in zip(paths, leaf, strict=True))):
                if value is HIDDEN:
                    self.parts.setdefault(cell, []).append(column[leaf])
                else:
                    self.known[cell] = self.known.get(cell, 0) + value
        self.least = np.array(
            [0 if truth is None else min(truth[key], 1) for key in self.unknown], dtype=np.float64
        )

    def run(self) -> dict[Key, tuple[float, float]]:
        """The range of each hidden cell."""
        hidden = [cell for cell, value in self.cells.items() if value is HIDDEN]
        asked = [cell for cell in hidden if cell in self.parts]
        found = {cell: (float(self.known.get(cell, 0)),) * 2 for cell in hidden if cell not in self.parts}
        if asked:
            low, high = self._ranges(asked)
            found |= {cell: (low[index], high[index]) for index, cell in enumerate(asked)}
        return found

    def _ranges(self, asked: list[Key]) -> tuple[list[float], list[float]]:
        programme = self._programme()
        base = np.array([self.known.get(cell, 0) for cell in asked], dtype=np.float64)
        flat = np.array([column for cell in asked for column in self.parts[cell]])
        starts = np.cumsum([0, *(len(self.parts[cell]) for cell in asked)])[:-1]
        high, low = np.full(len(asked), -np.inf), np.full(len(asked), np.inf)
        for index, cell in enumerate(asked):
            objective = np.zeros(len(self.unknown))
            objective[self.parts[cell]] = 1.0
            if not self._enough(cell, low[index], high[index]):
                table = base + np.add.reduceat(programme.minimise(-objective)[flat], starts)
                high, low = np.maximum(high, table), np.minimum(low, table)
            if not self._enough(cell, low[index], high[index]):
                programme.bound(np.where(objective > 0, 0.0, self.least), self._most())
                low[index] = min(low[index], base[index] + objective @ programme.minimise(objective))
                programme.bound(self.least, self._most())
        return low.tolist(), high.tolist()

    def _programme(self) -> Programme:
        equations = [
            (columns, value - self.known.get(cell, 0))
            for cell, columns in self.parts.items()
            if (value := self.cells[cell]) is not HIDDEN
        ]
        rows = Rows([(columns, [1.0] * len(columns)) for columns, _ in equations])
        sums = np.array([value for _, value in equations], dtype=np.float64)
        return Programme(rows, (sums, sums), (self.least, self._most()), simplex=PRIMAL_SIMPLEX)

    def _most(self) -> Floats:
        return np.full(len(self.unknown), MOST)

    def _enough(self, cell: Key, low: float, high: float) -> bool:
        """Whether tables already seen show that the cell is safe; never when bounds are to be exact."""
        if self.truth is None or _floor(high) <= _ceil(low):
            return False
        count = self.truth[cell]
        return not 0 < count < self.threshold or (_floor(high) >= self.threshold and _ceil(low) <= count - 1)


def _floor(value: float) -> float:
    return float(np.floor(value + SMALL))


def _ceil(value: float) -> float:
    return float(np.ceil(value - SMALL))
