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
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from incidents.disclosure.dimensions import Dimension
    from incidents.disclosure.policy import Policy
    from incidents.disclosure.tables import Key, ProtectedTable, Table

    Floats = NDArray[np.float64]
    Ranges = Mapping[Key, tuple[float, float]]

SMALL: Final = 1e-6
LEAST: Final = 1.0
GREATEST: Final = -1.0
IDLE: Final = 6
PROGRESS: Final = 0.004
MOST: Final = 1e6  # persons a reader could believe in, so that a table with a hidden total has bounds


def findings(protected: ProtectedTable, truth: Table | None, policy: Policy) -> list[Finding]:
    """Every weakness, sorted. See `audit`."""
    counts = None if truth is None else truth.all_counts()
    try:
        attack = Attack(protected)
        insiders = None if counts is None else Insiders(attack, counts)
        if insiders:
            insiders.together()
        found = attack.run(counts)
        inside = list(insiders.findings()) if insiders else []
    except Unsolved:
        return [Finding(next(iter(protected.cells)), Kind.IMPOSSIBLE)]
    weak = [*_published(protected), *_pinned(found), *inside]
    if counts is not None:
        weak += [*_untrue(protected, counts), *_narrow(found, counts, protected.threshold)]
        if truth is not None and truth.others:
            weak += _few(protected, truth)
        weak += _shared(protected, found, counts, policy)
    return sorted(set(weak), key=lambda finding: (finding.cell, finding.kind.value))


def _published(protected: ProtectedTable) -> Iterator[Finding]:
    for key, value in protected.cells.items():
        if value is not HIDDEN and 0 < value < protected.threshold:
            yield Finding(key, Kind.SMALL)


def _few(protected: ProtectedTable, truth: Table) -> Iterator[Finding]:
    """Published cells of many persons and few of another measure, such as incidents."""
    fewest = truth.fewest()
    for key, value in protected.cells.items():
        if value is not HIDDEN and 0 < fewest[key] < protected.threshold:
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


def _shared(protected: ProtectedTable, found: Ranges, counts: Mapping[Key, int], policy: Policy) -> Iterator[Finding]:
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
    return Attack(protected).run(None)


class Attack:
    """The unknowns and equations of one table, and every cell's lowest and highest value met so far."""

    def __init__(self, protected: ProtectedTable) -> None:
        self.cells, self.threshold = protected.cells, protected.threshold
        leaves = list(product(*(side.leaves for side in protected.dimensions)))
        self.unknown = [key for key in leaves if self.cells[key] is HIDDEN]
        self.known: dict[Key, int] = {}
        self.parts: dict[Key, list[int]] = {}
        self._take_apart(leaves, protected.dimensions)
        self.asked = [cell for cell in protected.hidden if cell in self.parts]
        self.plain = [cell for cell in protected.hidden if cell not in self.parts]
        self.base = np.array([self.known.get(cell, 0) for cell in self.asked], dtype=np.float64)
        self.flat = np.array([column for cell in self.asked for column in self.parts[cell]], dtype=np.int64)
        self.starts = np.cumsum([0, *(len(self.parts[cell]) for cell in self.asked)])[:-1]
        self.low, self.high = np.full(len(self.asked), np.inf), np.full(len(self.asked), -np.inf)
        self.programme = self._programme()
        self.watch: Callable[[Floats, Floats], None] | None = None

    def _take_apart(self, leaves: Sequence[Key], sides: tuple[Dimension, ...]) -> None:
        """Of each cell, how much of it is published and which unknowns make up the rest."""
        column = {key: index for index, key in enumerate(self.unknown)}
        paths = [{leaf: side.path(leaf) for leaf in side.leaves} for side in sides]
        for leaf in leaves:
            value = self.cells[leaf]
            for cell in product(*(path[code] for path, code in zip(paths, leaf, strict=True))):
                if value is HIDDEN:
                    self.parts.setdefault(cell, []).append(column[leaf])
                else:
                    self.known[cell] = self.known.get(cell, 0) + value

    def run(self, truth: Mapping[Key, int] | None) -> dict[Key, tuple[float, float]]:
        """The range of each hidden cell: exact, or with the truth as far as shows that it is safe."""
        for index, cell in enumerate(self.asked):
            for sign in (GREATEST, LEAST):
                if not self._enough(index, truth):
                    self.solve(cell, sign)
        found = {cell: (float(self.known[cell]),) * 2 for cell in self.plain}
        return found | {cell: (self.low[index], self.high[index]) for index, cell in enumerate(self.asked)}

    def solve(self, cell: Key, sign: float) -> None:
        """Meet a table where a cell is `LEAST` or `GREATEST`."""
        objective = np.zeros(len(self.unknown))
        objective[self.parts[cell]] = sign
        self.meet(objective)

    def push(self, weights: Floats) -> None:
        """Meet a table where many asked cells are as great (weight below zero) or as little as they go together."""
        lengths = np.diff([*self.starts, len(self.flat)])
        objective = np.zeros(len(self.unknown))
        np.add.at(objective, self.flat, np.repeat(weights, lengths))
        self.meet(objective)

    def meet(self, objective: Floats) -> None:
        """Solve, and keep how low and how high each cell came."""
        unknowns = self.programme.minimise(objective)
        table = self.base + np.add.reduceat(unknowns[self.flat], self.starts)
        self.low, self.high = np.minimum(self.low, table), np.maximum(self.high, table)
        if self.watch:
            self.watch(unknowns, table)

    def _programme(self) -> Programme:
        equations = [
            (columns, value - self.known.get(cell, 0))
            for cell, columns in self.parts.items()
            if (value := self.cells[cell]) is not HIDDEN
        ]
        rows = Rows([(np.array([columns]), np.ones(len(columns))) for columns, _ in equations])
        sums = np.array([value for _, value in equations], dtype=np.float64)
        size = len(self.unknown)
        return Programme(rows, (sums, sums), (np.zeros(size), np.full(size, MOST)), simplex=PRIMAL_SIMPLEX)

    def _enough(self, index: int, truth: Mapping[Key, int] | None) -> bool:
        if truth is None or _floor(self.high[index]) <= _ceil(self.low[index]):
            return False
        count = truth[self.asked[index]]
        wide = _floor(self.high[index]) >= self.threshold and _ceil(self.low[index]) <= count - 1
        return wide or not 0 < count < self.threshold


class Insiders:
    """The attack of a person counted in one cell, who knows that it is not empty, on others' small counts.

    `doubt` keeps, per small count and direction, whose own cell is empty in every table met so far that takes
    the count far enough: they alone may still narrow it down.
    """

    def __init__(self, attack: Attack, truth: Mapping[Key, int]) -> None:
        self.attack = attack
        counts = np.array([truth[key] for key in attack.asked])
        self.counts, self.small = counts, (counts > 0) & (counts < attack.threshold)
        inhabited = np.array([truth[key] > 0 for key in attack.unknown], dtype=bool)
        self.true = np.array([truth[key] for key in attack.unknown], dtype=np.float64)
        doubt = np.where(self.small[:, None], inhabited[None, :], False)  # noqa: FBT003
        for index, cell in enumerate(attack.asked):
            doubt[index, attack.parts[cell]] = False
        self.doubt = {GREATEST: doubt, LEAST: doubt.copy()}
        attack.watch = self.see

    def see(self, unknowns: Floats, table: Floats) -> None:
        """Take away the doubts that a table answers."""
        empty = unknowns < 1 - SMALL
        self.doubt[GREATEST][np.floor(table + SMALL) >= self.attack.threshold] &= empty
        self.doubt[LEAST][np.ceil(table - SMALL) <= self.counts - 1] &= empty

    def together(self) -> None:
        """Ask of all cells in few programmes, as long as that answers many doubts: saves one programme each.

        Each cell is pushed one way by chance, while every other reader's own cell stays inhabited.
        """
        chance, idle = np.random.default_rng(len(self.counts)), 0
        rooms = {key: column for column, key in enumerate(self.attack.unknown)}
        own = np.array([rooms.get(cell, -1) for cell in self.attack.asked], dtype=np.int64)
        most = np.full(len(self.true), MOST)
        while idle < IDLE and (before := self.left()):
            rising, falling = self.open()
            down = falling & (chance.random(len(falling)) < 1 / 2)
            signs = np.where(down, LEAST, np.where(rising, GREATEST, 0.0))
            lowest = np.minimum(self.true, 1)
            leaves = own[down]
            leaves = leaves[leaves >= 0]
            lowest[leaves] = np.where(self.true[leaves] > 1, lowest[leaves], 0)
            self.attack.programme.bound(lowest, most)
            self.attack.push(signs * chance.uniform(0.2, 1, len(signs)))
            idle = 0 if before - self.left() > PROGRESS * before else idle + 1
        self.attack.programme.bound(np.zeros(len(self.true)), most)

    def left(self) -> int:
        """How many doubts there are: of readers, and of cells that went nowhere yet."""
        rising, falling = self.open()
        return int(sum(doubt.sum() for doubt in self.doubt.values()) + rising.sum() + falling.sum())

    def open(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which cells no table met so far takes high enough, and which none takes low enough."""
        attack = self.attack
        pinned = np.floor(attack.high + SMALL) <= np.ceil(attack.low - SMALL)
        above = self.doubt[GREATEST].any(axis=1) | (attack.high < attack.threshold - SMALL)
        below = self.doubt[LEAST].any(axis=1) | (attack.low > self.counts - 1 + SMALL)
        return np.where(self.small, above, pinned), self.small & below

    def findings(self) -> Iterator[Finding]:
        """Small counts that somebody can narrow down."""
        for index in np.flatnonzero(self.small).tolist():
            if self.convinced(index, GREATEST) or self.convinced(index, LEAST):
                yield Finding(self.attack.asked[index], Kind.INSIDER)

    def convinced(self, index: int, sign: float) -> bool:
        """Whether a reader in doubt stays so: first all of them together, then one after the other."""
        doubt = self.doubt[sign][index]
        self.ask(index, sign, doubt)
        while doubt.any():
            one = np.arange(len(doubt)) == np.argmax(doubt)
            self.ask(index, sign, one)
            if (doubt & one).any():
                return True
        return False

    def ask(self, index: int, sign: float, readers: NDArray[np.bool_]) -> None:
        """Meet a table that takes a count as far as it goes and keeps the readers' own cells inhabited."""
        if readers.any():
            self.attack.programme.bound(readers.astype(np.float64), np.full(len(readers), MOST))
            self.attack.solve(self.attack.asked[index], sign)


def _floor(value: float) -> float:
    return float(np.floor(value + SMALL))


def _ceil(value: float) -> float:
    return float(np.ceil(value - SMALL))
