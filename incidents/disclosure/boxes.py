"""The cheapest way to let one cell look different: a linear programme over a part of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.disclosure.solver import DUAL_SIMPLEX, Programme, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from incidents.disclosure.grid import Grid

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

WHOLE: Final = 2_000  # a table of up to so many cells, and three sides, is solved as a whole
WHOLE_SIDES: Final = 3
FIRST: Final = 600
WIDER: Final = 4


def sizes(grid: Grid) -> tuple[int, ...]:
    """How many cells to try, step by step: a small part, a wider one, the whole table."""
    whole = grid.size <= WHOLE and len(grid.shape) <= WHOLE_SIDES
    first = grid.size if whole else FIRST
    return tuple(dict.fromkeys(min(most, grid.size) for most in (first, WIDER * first, grid.size)))


def positions(grid: Grid, cell: int, fullest: int, prices: Floats, most: int) -> list[list[int]]:
    """The codes of a box of at most so many cells, where possible.

    Those of the cell and of its fullest leaf come first, then the ones that are cheapest to move along each side.
    """
    if most >= grid.size:
        return [list(range(length)) for length in grid.shape]
    at, full = grid.coordinates(cell), grid.coordinates(fullest)
    cube = prices.reshape(grid.shape)
    queues = []
    for axis, codes in enumerate(grid.leaves):
        line = cube[tuple(slice(None) if side == axis else index for side, index in enumerate(at))]
        cheapest = codes[np.lexsort((codes, line[codes]))]
        queues.append([full[axis], *(code for code in cheapest.tolist() if code != full[axis])])
    own = [sorted(grid.ancestors[axis][index]) for axis, index in enumerate(at)]
    return _filled(grid, own, queues, most)


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


class Box:
    """Codes of each side, closed under ancestors, where only some cells are `free` to move.

    A sum with all its free parts inside stays unbroken, and outside of the box nothing moves.
    """

    def __init__(self, grid: Grid, where: list[list[int]], free: Bools) -> None:
        inside = grid.numbers[np.ix_(*where)]
        self.cells: Ints = np.sort(inside[free[inside]].ravel())
        column = np.full(grid.size, -1)
        column[self.cells] = np.arange(len(self.cells))
        self.rows = _equations(grid, where, column[inside], len(self.cells))

    def cheapest(self, cell: int, change: float, spare: Floats, prices: Floats) -> Floats:
        """How each cell of the box moves when one moves by `change` and no sum breaks, at the least cost.

        `spare` is what each cell may lose. Raises `Unsolved` when the box is too small for it.
        """
        size = len(self.cells)
        up, down = np.full(size, np.inf), spare[self.cells]
        lower = np.zeros(2 * size)
        own = int(np.searchsorted(self.cells, cell))
        up[own], down[own] = max(change, 0), max(-change, 0)
        lower[own], lower[own + size] = up[own], down[own]
        zeros = np.zeros(self.rows.count)
        programme = Programme(self.rows, (zeros, zeros), (lower, np.concatenate([up, down])), simplex=DUAL_SIMPLEX)
        cost = prices[self.cells]
        answer = programme.minimise(np.concatenate([cost, cost]))
        return answer[:size] - answer[size:]


def _equations(grid: Grid, where: list[list[int]], columns: Ints, size: int) -> Rows:
    """One row for every sum of the box that has free cells: the parent less its children is no move."""
    blocks = []
    for axis, parent, children in grid.families:
        place = {position: index for index, position in enumerate(where[axis])}
        kept = [place[child] for child in children if child in place]
        if parent in place and kept:
            lines = np.take(columns, [place[parent], *kept], axis=axis)
            lines = np.moveaxis(lines, axis, -1).reshape(-1, 1 + len(kept))
            factors = np.array([1.0, *[-1.0] * len(kept)])
            # a cell rises in one column and falls in another
            both = np.hstack([lines, np.where(lines < 0, -1, lines + size)])
            blocks.append((both, np.concatenate([factors, -factors])))
    return Rows(blocks)
