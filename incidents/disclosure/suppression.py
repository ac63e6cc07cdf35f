"""Complementary suppression by linear programming.

After Fischetti and Salazar-González (2001) and the SDC Handbook, chapter 4: a hidden cell is safe when a
reader can think of another table, equal in all that is published, in which it is different enough. Each
step asks HiGHS for the cheapest such table, over a box of codes around the cell; whatever differs in it
must be hidden too. Such tables stay possible when more is hidden, so each is kept as a witness for every
cell that it moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.disclosure.boxes import Box, positions, sizes
from incidents.disclosure.doubts import UP, Doubts
from incidents.disclosure.grid import Grid
from incidents.disclosure.proving import Proof
from incidents.disclosure.sensitivity import Needs, needs
from incidents.disclosure.solver import Unsolved
from incidents.disclosure.tables import HIDDEN, ProtectedTable, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from incidents.disclosure.policy import Policy
    from incidents.disclosure.tables import Key, Mark, Table

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

SMALL: Final = 1e-6
AT_ONCE: Final = 10  # cells served before what can be proved together is proved again
PER_LEAF: Final = 12  # more at once where the proof is a large programme
ROUNDS: Final = 200  # a few are enough; whatever is left open then, the audit refuses
TRIES: Final = 6  # readers who cannot be convinced together are convinced one group after the other
NOBODY: Final[Ints] = np.zeros(0, dtype=np.int64)
COST_HIDDEN: Final = 1e-3
COST_EMPTY: Final = 40.0
COST_MARGIN: Final = 2.0
COST_TOTAL: Final = 1e4


def suppress(table: Table, threshold: int, policy: Policy, also: Iterable[Key] = ()) -> ProtectedTable:
    """The table with every cell hidden that has to be, and some `also`; only `protect` may hand it on, audited."""
    return without(table, hidden_cells(table, threshold, policy, also), threshold, policy)


def without(table: Table, hidden: Iterable[Key], threshold: int, policy: Policy) -> ProtectedTable:
    """The table with the named cells hidden, whether or not that protects anybody."""
    cells: dict[Key, int | Mark] = dict(table.all_counts())
    for key in hidden:
        cells[key] = HIDDEN
    return ProtectedTable(
        dimensions=table.dimensions,
        cells=cells,
        title=table.title,
        measure=table.measure,
        scope=table.scope,
        policy_version=policy.version,
        threshold=threshold,
        delay_days=policy.delay_days,
    )


def hidden_cells(table: Table, threshold: int, policy: Policy, also: Iterable[Key] = ()) -> tuple[Key, ...]:
    """The cells to hide so that no reader can work out a protected count."""
    grid = Grid(table.dimensions)
    counts = np.array(list(table.all_counts().values()), dtype=np.int64)
    fewest = np.array(list(table.fewest().values()), dtype=np.int64) if table.others else None
    search = Search(grid, counts, needs(grid, counts, threshold, policy, fewest))
    wanted = set(also)
    search.hidden |= np.array([key in wanted for key in keys_of(table.dimensions)], dtype=bool)
    search.run()
    return tuple(key for key, hidden in zip(keys_of(table.dimensions), search.hidden, strict=True) if hidden)


class Search:
    """Hides cells until each hidden one may be as high and as low as it must, in every reader's eyes."""

    def __init__(self, grid: Grid, counts: Ints, first: Needs) -> None:
        self.grid, self.counts = grid, counts.astype(np.float64)
        self.hidden = first.hidden.copy()
        self.doubts = Doubts(grid, counts, first)
        self.cost = _costs(grid, self.counts)
        self.sizes = sizes(grid)
        self.whole: Box | None = None

    def run(self) -> None:
        """Prove what can be proved together; hide more for the rest, the neediest cells first."""
        before = None
        for _ in range(ROUNDS):
            proof = Proof(self.grid, self.doubts, self.hidden)
            proof.run()
            needy = self.doubts.needy(self.hidden)
            state = (int(self.hidden.sum()), proof.left())
            if not needy or state == before:
                return  # what is left open cannot be helped: the audit refuses it
            before = state
            for cell, way in needy[: max(AT_ONCE, len(proof.leaves) // PER_LEAF)]:
                self.serve(cell, way)

    def serve(self, cell: int, way: int) -> None:
        """Find tables in which the cell goes as far as it must, for each reader."""
        doubts = self.doubts
        row = int(doubts.row[cell])
        if row < 0:
            if not doubts.wide[cell]:
                self.move(cell, 1.0, NOBODY)
            return
        far = (doubts.reach if way == UP else doubts.sink)[row] - self.counts[cell]
        for _ in range(TRIES):
            if doubts.open[way][row]:
                self.move(cell, far, doubts.unconvinced(row, way))

    def move(self, cell: int, change: float, unconvinced: Ints) -> None:
        """Hide whatever must change with the cell, at the least cost, and empty no unconvinced reader's."""
        spare = self.counts.copy()
        spare[unconvinced] -= 1
        prices = np.where(self.hidden, COST_HIDDEN, self.cost)
        leaves = self.below(cell)
        fullest = int(leaves[np.argmax(self.counts[leaves])])
        for free, most in self.attempts():
            box = self.box(positions(self.grid, cell, fullest, prices, most), free)
            try:
                moves = box.cheapest(cell, change, spare, prices)
            except Unsolved:
                continue
            moved = np.abs(moves) > SMALL
            cells = box.cells[moved]
            self.hidden[cells] = True
            self.doubts.see(cells, (self.counts[box.cells] + moves)[moved])
            return

    def box(self, where: list[list[int]], free: Bools) -> Box:
        """The box of those codes; that of the whole table is kept as long as the same cells may move."""
        if [len(side) for side in where] != list(self.grid.shape):
            return Box(self.grid, where, free)
        if self.whole is None or not np.array_equal(self.whole.cells, np.flatnonzero(free)):
            self.whole = Box(self.grid, where, free)
        return self.whole

    def attempts(self) -> Iterator[tuple[Bools, int]]:
        """Which cells may move, and in how large a box: zeros and the grand total only where nothing else will do."""
        inhabited = self.hidden | (self.counts > 0)
        inhabited[0] = self.hidden[0]
        for most in self.sizes:
            yield inhabited, most
        yield self.hidden | (np.arange(self.grid.size) > 0), self.grid.size
        yield np.ones(self.grid.size, dtype=bool), self.grid.size

    def below(self, cell: int) -> Ints:
        """The leaf cells that a cell sums."""
        sides = zip(self.grid.leaves, self.grid.below, self.grid.coordinates(cell), strict=True)
        inside = [leaves[matrix[index] > 0] for leaves, matrix, index in sides]
        return self.grid.numbers[np.ix_(*inside)].ravel()


def _costs(grid: Grid, counts: Floats) -> Floats:
    """What hiding a cell costs the reader: more for sums, most for an empty cell."""
    margins = np.zeros(grid.shape)
    for axis, matrix in enumerate(grid.below):
        shape = [1] * len(grid.shape)
        shape[axis] = grid.shape[axis]
        margins = margins + (matrix.sum(axis=1) > 1).reshape(shape)
    cost: Floats = np.where(counts == 0, COST_EMPTY, 1 + np.log2(1 + counts)) * COST_MARGIN ** margins.ravel()
    cost[0] = COST_TOTAL
    return cost
