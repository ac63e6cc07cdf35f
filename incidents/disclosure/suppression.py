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

from incidents.disclosure.grid import Grid
from incidents.disclosure.sensitivity import Needs, needs
from incidents.disclosure.solver import DUAL_SIMPLEX, Programme, Rows
from incidents.disclosure.tables import HIDDEN, ProtectedTable, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from incidents.disclosure.policy import Policy
    from incidents.disclosure.tables import Key, Mark, Table

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SMALL: Final = 1e-6
BOXES: Final = (600, 2_400, 1_000_000)
ROUNDS: Final = 50  # a few are enough; whatever is left open then, the audit refuses
COST_HIDDEN: Final = 1e-3
COST_EMPTY: Final = 40.0
COST_MARGIN: Final = 2.0
COST_TOTAL: Final = 1e4


def suppress(table: Table, threshold: int, policy: Policy) -> ProtectedTable:
    """The table with every cell hidden that has to be; not audited: only `protect` may hand it on."""
    return without(table, hidden_cells(table, threshold, policy), threshold, policy)


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


def hidden_cells(table: Table, threshold: int, policy: Policy) -> tuple[Key, ...]:
    """The cells to hide so that no reader can work out a protected count."""
    grid = Grid(table.dimensions)
    counts = np.array(list(table.all_counts().values()), dtype=np.int64)
    search = Search(grid, counts, needs(grid, counts, threshold, policy))
    search.run()
    return tuple(key for key, hidden in zip(keys_of(table.dimensions), search.hidden, strict=True) if hidden)


class Search:
    """Hides cells until each hidden one may be as high and as low as it must, in every reader's eyes.

    A reader may be counted in the table: then they know of their own cell that it is not empty. So `up` and
    `down` keep, for each cell, the leaf cells that are empty in every table found so far that takes it high
    or low enough: None before the first such table, the empty set when no reader is left to convince.
    """

    def __init__(self, grid: Grid, counts: Ints, first: Needs) -> None:
        self.grid, self.counts = grid, counts.astype(np.float64)
        self.first, self.hidden = first.hidden, first.hidden.copy()
        self.reach = np.where(first.hidden, first.reach, counts + 1).astype(np.float64)
        self.sink = np.where(first.hidden, first.sink, counts - 1).astype(np.float64)
        enough = frozenset[int]()
        self.up = [enough if high else None for high in self.counts >= self.reach]
        self.down = [enough if low else None for low in self.counts <= self.sink]
        self.cost = _costs(grid, self.counts)
        self.leaves_below: dict[int, Ints] = {}
        self.inhabited = np.zeros(grid.size, dtype=bool)
        self.inhabited[grid.leaf_numbers()] = counts[grid.leaf_numbers()] > 0

    def run(self) -> None:
        """Serve the neediest cells first; cells hidden on the way are served in later rounds."""
        for _ in range(ROUNDS):
            unserved = [cell for cell in np.flatnonzero(self.hidden).tolist() if not self.served(cell)]
            for cell in sorted(unserved, key=lambda cell: (self.counts[cell] - self.reach[cell], cell)):
                self.serve(cell)
            if not unserved:
                return

    def served(self, cell: int) -> bool:
        """Whether a cell is as wide as it must be; one hidden for the sake of others may be so either way."""
        wide = (self.up[cell] == frozenset(), self.down[cell] == frozenset())
        return all(wide) if self.first[cell] else any(wide)

    def serve(self, cell: int) -> None:
        """Find tables in which the cell is as high, and as low, as it must be able to look."""
        if not self.served(cell) and self.up[cell] != frozenset():
            self.move(cell, self.reach[cell] - self.counts[cell], self.up[cell])
        if not self.served(cell):
            self.move(cell, self.sink[cell] - self.counts[cell], self.down[cell])

    def move(self, cell: int, change: float, unconvinced: frozenset[int] | None) -> None:
        """Hide whatever must change with the cell, at the least cost, and empty no unconvinced reader's."""
        spare = self.counts.copy()
        spare[list(unconvinced or ())] -= 1
        cost = np.where(self.hidden, COST_HIDDEN, self.cost)
        for most in BOXES:
            box = Box(self.grid, self.positions(cell, most))
            moves = box.cheapest(cell, change, spare, cost)
            # the grand total is hidden only where no box, not even the whole table, does without
            if cost[0] < COST_TOTAL or abs(moves[0]) <= SMALL or len(box.cells) == self.grid.size:
                break
        moved = np.abs(moves) > SMALL
        cells, values = box.cells[moved], (self.counts[box.cells] + moves)[moved]
        self.hidden[cells] = True
        emptied = frozenset(cells[self.inhabited[cells] & (values < 1 - SMALL)].tolist())
        for other, value in zip(cells.tolist(), values.tolist(), strict=True):
            self.witness(other, value, emptied)

    def witness(self, cell: int, value: float, emptied: frozenset[int]) -> None:
        """Keep what a table says of a cell: whoever is counted in that cell itself does not attack it."""
        others = emptied.difference(self.below(cell).tolist()) if emptied else emptied
        for known, wide in (
            (self.up, value >= self.reach[cell] - SMALL),
            (self.down, value <= self.sink[cell] + SMALL),
        ):
            before = known[cell]
            if wide:
                known[cell] = others if before is None else before & others

    def below(self, cell: int) -> Ints:
        """The leaf cells that a cell sums."""
        if cell not in self.leaves_below:
            sides = zip(self.grid.leaves, self.grid.below, self.grid.coordinates(cell), strict=True)
            inside = [leaves[matrix[index] > 0] for leaves, matrix, index in sides]
            self.leaves_below[cell] = self.grid.numbers[np.ix_(*inside)].ravel()
        return self.leaves_below[cell]

    def positions(self, cell: int, most: int) -> list[list[int]]:
        """The codes of the box: those of the cell and of its fullest leaf, then the cheapest to move."""
        at = self.grid.coordinates(cell)
        leaves = self.below(cell)
        fullest = self.grid.coordinates(int(leaves[np.argmax(self.counts[leaves])]))
        cost = np.where(self.hidden, 0, self.cost).reshape(self.grid.shape)
        queues = []
        for axis, codes in enumerate(self.grid.leaves):
            line = cost[tuple(slice(None) if side == axis else index for side, index in enumerate(at))]
            cheapest = codes[np.lexsort((codes, line[codes]))]
            queues.append([fullest[axis], *(code for code in cheapest.tolist() if code != fullest[axis])])
        own = [sorted(self.grid.ancestors[axis][index]) for axis, index in enumerate(at)]
        return _filled(self.grid, own, queues, most)


def _filled(grid: Grid, chosen: list[list[int]], queues: list[list[int]], most: int) -> list[list[int]]:
    """Add leaves with their ancestors, side by side, while the box stays small; at least one each."""
    rounds = max(len(queue) for queue in queues)
    for turn in range(rounds):
        for axis, queue in enumerate(queues):
            if turn >= len(queue):
                continue
            wider = sorted({*chosen[axis], *grid.ancestors[axis][queue[turn]]})
            others = [len(side) for other, side in enumerate(chosen) if other != axis]
            if turn == 0 or len(wider) * int(np.prod(others)) <= most:
                chosen[axis] = wider
    return chosen


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


class Box:
    """A part of the grid, closed under ancestors, as a linear programme: outside of it nothing moves."""

    def __init__(self, grid: Grid, positions: list[list[int]]) -> None:
        self.cells = grid.numbers[np.ix_(*positions)].ravel()
        size = len(self.cells)
        numbers = np.arange(size).reshape([len(side) for side in positions])
        blocks = []
        for axis, parent, children in grid.families:
            where = {position: index for index, position in enumerate(positions[axis])}
            kept = [where[child] for child in children if child in where]
            if parent in where and kept:
                lines = np.moveaxis(numbers, axis, -1)[..., [where[parent], *kept]].reshape(-1, 1 + len(kept))
                factors = np.array([1.0, *[-1.0] * len(kept)])
                blocks.append((np.hstack([lines, lines + size]), np.concatenate([factors, -factors])))
        self.rows = Rows(blocks)

    def cheapest(self, cell: int, change: float, spare: Floats, cost: Floats) -> Floats:
        """How each cell of the box moves when one moves by `change` and no sum breaks, at the least cost.

        `spare` is what each cell may lose.
        """
        size = len(self.cells)
        up, down = np.full(size, np.inf), spare[self.cells]
        lower = np.zeros(2 * size)
        own = int(np.searchsorted(self.cells, cell))
        up[own], down[own] = max(change, 0), max(-change, 0)
        lower[own], lower[own + size] = up[own], down[own]
        zeros = np.zeros(self.rows.count)
        programme = Programme(self.rows, (zeros, zeros), (lower, np.concatenate([up, down])), simplex=DUAL_SIMPLEX)
        prices = cost[self.cells]
        answer = programme.minimise(np.concatenate([prices, prices]))
        return answer[:size] - answer[size:]
