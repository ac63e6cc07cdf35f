"""Tables that prove many hidden cells wide at once.

One linear programme over the hidden leaf cells pushes some of the cells up and others down, all together, keeping
every published sum. What it reaches needs no programme of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.disclosure.doubts import DOWN, SMALL, UP
from incidents.disclosure.solver import PRIMAL_SIMPLEX, Programme, Sparse, Unsolved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from incidents.disclosure.doubts import Doubts
    from incidents.disclosure.grid import Grid

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

MOST: Final = 1e6
SEED: Final = 20261124  # the same table is protected alike each time
IDLE: Final = 2
PROGRESS: Final = 0.03


class Proof:
    """The hidden leaf cells of a table, as one programme that is asked again and again."""

    def __init__(self, grid: Grid, doubts: Doubts, hidden: Bools) -> None:
        self.doubts, self.hidden = doubts, hidden
        leaves = grid.leaf_numbers()
        self.leaves = leaves[hidden[leaves]]
        self.cell, self.leaf = grid.memberships(self.leaves)
        self.true = doubts.counts[self.leaves]
        published = ~hidden[self.cell]
        names, rows = np.unique(self.cell[published], return_inverse=True)
        sums = np.zeros(len(names))
        np.add.at(sums, rows, self.true[self.leaf[published]])
        size = len(self.leaves)
        self.programme = Programme(
            Sparse(rows, self.leaf[published], np.ones(len(rows))),
            (sums, sums),
            (np.zeros(size), np.full(size, MOST)),
            simplex=PRIMAL_SIMPLEX,
        )
        self.cell, self.leaf = self.cell[~published], self.leaf[~published]
        self.random = np.random.default_rng(SEED)

    def run(self) -> None:
        """Learn until asking all together helps no more."""
        idle = 0
        while idle < IDLE and (before := self.left()):
            self.ask()
            idle = 0 if before - self.left() > PROGRESS * before else idle + 1

    def left(self) -> int:
        """How much is unproved, counted in readers; a cell that nobody saw move far enough counts for all of them."""
        doubts = self.doubts
        alone = self.hidden & ~doubts.wide & (doubts.row < 0)
        bits = sum(np.bitwise_count(doubts.left[way]).sum() for way in (UP, DOWN))
        return int(bits + alone.sum())

    def ask(self) -> None:
        """Push each unproved cell one way, by chance where both are unproved."""
        ways = self.ways()
        falling = ways[self.leaves] < 0
        lower = np.where((self.true < 1 + SMALL) & falling, 0, np.minimum(self.true, 1))
        weights = ways * self.random.uniform(0.2, 1, len(ways))
        self.programme.bound(lower, np.full(len(lower), MOST))
        objective = np.zeros(len(self.leaves))
        np.add.at(objective, self.leaf, -weights[self.cell])
        try:
            values = self.programme.minimise(objective)
        except Unsolved:
            return
        change = np.bincount(self.cell, weights=(values - self.true)[self.leaf], minlength=len(ways))
        moved = np.flatnonzero(np.abs(change) > SMALL)
        self.doubts.see(moved, self.doubts.counts[moved] + change[moved])

    def ways(self) -> Floats:
        """1 up, -1 down, 0 for what is proved."""
        doubts = self.doubts
        found = np.where(self.hidden & ~doubts.wide & (doubts.row < 0), 1.0, 0.0)
        coin = self.random.random(len(doubts.cells)) < 1 / 2
        up, down = doubts.open[UP], doubts.open[DOWN]
        # a cell that only has to fall is held now and then, so that its own readers can be convinced of others
        found[doubts.cells] = np.where(up & (~down | coin), 1.0, np.where(down & ~coin, -1.0, 0.0))
        return found
