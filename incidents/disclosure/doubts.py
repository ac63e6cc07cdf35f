"""What each hidden cell still needs: tables in which it is high and low enough, in every reader's eyes.

A reader may be counted in the table, and then knows of their own cell that it is not empty. A table convinces
those whose cell is not emptied in it, so several tables may be needed, one for some readers each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from incidents.disclosure.grid import Grid
    from incidents.disclosure.sensitivity import Needs

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

SMALL: Final = 1e-6
UP: Final = 1
DOWN: Final = -1


class Doubts:
    """Of each cell that is hidden for what it says itself, the readers who are not convinced of its range.

    `wide` are the other cells that were seen with another value: enough for a cell hidden for the sake of others.
    """

    def __init__(self, grid: Grid, counts: Ints, first: Needs) -> None:
        self.grid, self.counts = grid, counts.astype(np.float64)
        self.cells: Ints = np.flatnonzero(first.hidden)
        self.row = np.full(grid.size, -1)
        self.row[self.cells] = np.arange(len(self.cells))
        self.reach, self.sink = first.reach[self.cells], first.sink[self.cells]
        leaves = grid.leaf_numbers()
        self.readers: Ints = leaves[counts[leaves] > 0]
        self.seat = np.full(grid.size, -1)
        self.seat[self.readers] = np.arange(len(self.readers))
        everybody = self._everybody()
        self.left = {UP: everybody, DOWN: everybody.copy()}
        self.open = {
            UP: self.counts[self.cells] < self.reach,
            DOWN: self.counts[self.cells] > self.sink,
        }
        for way in (UP, DOWN):
            self.left[way][~self.open[way]] = 0
        self.seen = {UP: ~self.open[UP], DOWN: ~self.open[DOWN]}
        self.wide = np.zeros(grid.size, dtype=bool)

    def _everybody(self) -> NDArray[np.uint8]:
        """One bit for each reader, but those who are counted in the cell itself."""
        bits = np.zeros((len(self.cells), (len(self.readers) + 7) // 8), dtype=np.uint8)
        bits[:] = np.packbits(np.ones(len(self.readers), dtype=bool))
        cells, seats = self.grid.memberships(self.readers)
        rows = self.row[cells]
        inside = rows >= 0
        rows, seats = rows[inside], seats[inside]
        np.bitwise_and.at(bits, (rows, seats // 8), ~(np.uint8(128) >> (seats % 8).astype(np.uint8)))
        return bits

    def see(self, cells: Ints, values: Floats) -> None:
        """Learn from a table that differs from the true one in these cells."""
        self.wide[cells] = True
        seats = self.seat[cells[values < 1 - SMALL]]
        emptied = np.zeros(len(self.readers), dtype=bool)
        emptied[seats[seats >= 0]] = True
        bits = np.packbits(emptied)
        asked = self.row[cells] >= 0
        rows, values = self.row[cells[asked]], values[asked]
        for way, far in (
            (UP, values >= self.reach[rows] - SMALL),
            (DOWN, values <= self.sink[rows] + SMALL),
        ):
            learnt = rows[far]
            learnt = learnt[self.open[way][learnt]]
            self.left[way][learnt] &= bits
            self.seen[way][learnt] = True
            self.open[way][learnt] = self.left[way][learnt].any(axis=1)

    def unconvinced(self, row: int, way: int) -> Ints:
        """The cells of readers who have seen a cell go far enough in no table that keeps theirs inhabited."""
        if not self.seen[way][row]:
            return self.readers[:0]
        seats = np.flatnonzero(np.unpackbits(self.left[way][row], count=len(self.readers)))
        found: Ints = self.readers[seats]
        return found

    def needy(self, hidden: Bools) -> list[tuple[int, int]]:
        """Cells with the way that they still must be able to go: those with the longest way first."""
        asked = [
            (not self.seen[way][row], float(far[row] - self.counts[cell]) * way, int(cell), way)
            for way, far in ((UP, self.reach), (DOWN, self.sink))
            for row, cell in zip(np.flatnonzero(self.open[way]), self.cells[self.open[way]], strict=True)
        ]
        asked.sort(key=lambda one: (-one[0], -one[1], one[2], -one[3]))
        others = np.flatnonzero(hidden & ~self.wide & (self.row < 0))
        return [*((cell, way) for _, _, cell, way in asked), *((int(cell), UP) for cell in others)]
