"""Protect made-up tables and try to open each with an attacker that shares nothing with the engine or its audit.

    python tools/attack_tables.py N [--first SEED]

N tables of 2 to 5 sides with hierarchies, sparse and heavy-tailed as incidents are. The attacker has the published
cells and the equations "a code is the sum of its children" and "no count is below zero", one unknown for each hidden
cell, and asks for the least and greatest value of each. Each table is also attacked with its small counts alone
hidden: an attacker who finds nothing there is no attacker. Prints counts and seconds of the processor only; ends
with 1 when a protected table was opened.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import highspy
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from incidents.disclosure.services import (
    HIDDEN,
    Dimension,
    Policy,
    ProtectedTable,
    Refused,
    Table,
    protect,
)
from incidents.disclosure.suppression import without

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from incidents.disclosure.services import Key

NAMES = ("month", "network", "violation_group", "perpetrator_group", "verification")
MOST_CELLS = 500
CLOSE = 1e-5


def policy() -> Policy:
    """The bundled rules, for more sides, and small countries left alone: they are joined before protection."""
    return replace(Policy.load(), max_dimensions=len(NAMES), country_base=0)


def made_up(seed: int) -> Table:
    """A table of fictional persons, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - synthetic tables
    names = chance.sample(NAMES, chance.choice((2, 2, 3, 3, 3, 4, 4, 5)))
    most = {2: 12, 3: 7, 4: 4, 5: 3}[len(names)]
    while True:
        sides = [_side(name, chance, most) for name in names]
        if np.prod([len(side.all_codes) for side in sides]) <= MOST_CELLS:
            break
    weights = [{leaf: chance.paretovariate(1.0) for leaf in side.leaves} for side in sides]
    counts: dict[Key, int] = {}
    for _ in range(int(10 ** chance.uniform(1.3, 3.3))):
        key = tuple(chance.choices(list(one), weights=list(one.values()))[0] for one in weights)
        counts[key] = counts.get(key, 0) + 1
    return Table.from_counts(sides, counts)


def _side(name: str, chance: random.Random, most: int) -> Dimension:
    codes = [f"{name}{index}" for index in range(chance.randint(2, most))]
    parents: dict[str, str] = {}
    for code in list(codes):
        if chance.random() < 0.3:  # noqa: PLR2004 - a third of the codes are broken down
            below = [f"{code}.{index}" for index in range(chance.randint(1, 3))]
            codes += below
            parents |= dict.fromkeys(below, code)
    return Dimension(name, name, tuple(codes), parents)


@dataclass(frozen=True)
class Opened:
    """How many hidden counts an attacker learns: exactly, or that they are small or no less."""

    exact: int = 0
    narrow: int = 0

    def __bool__(self) -> bool:
        return bool(self.exact or self.narrow)


def attack(protected: ProtectedTable, truth: Mapping[Key, int]) -> Opened:
    """Bound each hidden cell from what is published; the truth only says which results count."""
    hidden = [key for key, value in protected.cells.items() if value is HIDDEN]
    if not hidden:
        return Opened()
    solver, column = _programme(protected, hidden)
    exact = narrow = 0
    for key in hidden:
        low, high = _end(solver, column[key], 1.0), -_end(solver, column[key], -1.0)
        k, count = protected.threshold, truth[key]
        if high - low < 1 - CLOSE:
            exact += 1
        elif 0 < count < k and (high < k - CLOSE or low > count - 1 + CLOSE):
            narrow += 1
    return Opened(exact, narrow)


def _programme(protected: ProtectedTable, hidden: list[Key]) -> tuple[highspy.Highs, dict[Key, int]]:
    """One unknown per hidden cell, one row per sum that has any."""
    solver = highspy.Highs()
    solver.silent()
    column = {key: index for index, key in enumerate(hidden)}
    for _ in hidden:
        solver.addVar(0.0, 1e7)
    for parent, children in _sums(protected):
        terms = [(parent, 1.0), *((child, -1.0) for child in children)]
        known = sum(sign * value for key, sign in terms if (value := protected.cells[key]) is not HIDDEN)
        unknown = [(column[key], sign) for key, sign in terms if key in column]
        if unknown:
            places, signs = zip(*unknown, strict=True)
            solver.addRow(-known, -known, len(places), np.array(places, dtype=np.int32), np.array(signs))
    return solver, column


def _sums(protected: ProtectedTable) -> Iterator[tuple[Key, list[Key]]]:
    sides = protected.dimensions
    for axis, side in enumerate(sides):
        others = [one.all_codes for place, one in enumerate(sides) if place != axis]
        for rest in product(*others):
            for parent, children in side.children.items():
                line = [(*rest[:axis], code, *rest[axis:]) for code in (parent, *children)]
                yield line[0], line[1:]


def _end(solver: highspy.Highs, column: int, sign: float) -> float:
    """The least value of sign times an unknown."""
    solver.changeColCost(column, sign)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError("No table fits what is published.")
    value = float(solver.getObjectiveValue())
    solver.changeColCost(column, 0.0)
    return value


def small_alone(table: Table, threshold: int, rules: Policy) -> ProtectedTable:
    """The table with its small counts hidden and nothing else."""
    return without(table, [key for key, n in table.all_counts().items() if 0 < n < threshold], threshold, rules)


def main() -> int:
    """Attack as many tables as asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tables", type=int)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    rules, started = policy(), time.process_time()
    reasons: dict[str, int] = {}
    safe = opened = control = small = cells = hidden = 0
    for seed in range(asked.first, asked.first + asked.tables):
        table = made_up(seed)
        try:
            protected = protect(table, rules)
        except Refused as refusal:
            reasons[refusal.reason.value] = reasons.get(refusal.reason.value, 0) + 1
            continue
        truth = table.all_counts()
        safe += 1
        cells, hidden = cells + len(truth), hidden + len(protected.hidden)
        if attack(protected, truth):
            opened += 1
            print(f"opened: seed {seed}", file=sys.stderr)
        alone = small_alone(table, protected.threshold, rules)
        small += bool(alone.hidden)
        control += bool(attack(alone, truth))
    print(f"tables protected: {safe}; refused: {reasons or 0}; cells: {cells}; hidden: {hidden}")
    print(f"opened: {opened}; with small counts alone hidden: {control} of {small} that have any")
    print(f"seconds: {time.process_time() - started:.0f}")
    return 1 if opened else 0


if __name__ == "__main__":
    sys.exit(main())
