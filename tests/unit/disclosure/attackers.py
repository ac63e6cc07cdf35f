"""Two attackers that share no code with the engine or its audit, and use no linear programming.

One subtracts, like a reader with a pencil. The other solves the equations exactly, in fractions.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from incidents.disclosure.services import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.disclosure.services import Key, ProtectedTable


def sums(protected: ProtectedTable) -> Iterator[tuple[Key, list[Key]]]:
    """Every cell that is the sum of others, with those others."""
    sides = protected.dimensions
    for axis, dimension in enumerate(sides):
        before = list(product(*(other.all_codes for other in sides[:axis])))
        after = list(product(*(other.all_codes for other in sides[axis + 1 :])))
        for parent, children in dimension.children.items():
            for left, right in product(before, after):
                yield (*left, parent, *right), [(*left, child, *right) for child in children]


def by_subtraction(protected: ProtectedTable) -> dict[Key, int]:
    """Hidden counts that follow by taking one number from another, again and again; none is below zero."""
    known = {key: value for key, value in protected.cells.items() if value is not HIDDEN}
    published = set(known)
    families = list(sums(protected))
    before = -1
    while before != len(known):
        before = len(known)
        for parent, children in families:
            learn(known, parent, children)
    return {key: value for key, value in known.items() if key not in published}


def learn(known: dict[Key, int], parent: Key, children: list[Key]) -> None:
    missing = [child for child in children if child not in known]
    rest = sum(known[child] for child in children if child in known)
    if not missing:
        known.setdefault(parent, rest)
    elif parent in known and len(missing) == 1:
        known[missing[0]] = known[parent] - rest
    elif parent in known and known[parent] == rest:
        known.update(dict.fromkeys(missing, 0))


def by_elimination(protected: ProtectedTable) -> set[Key]:
    """Hidden cells that the equations alone determine, by Gauss and Jordan in exact fractions."""
    hidden = [key for key, value in protected.cells.items() if value is HIDDEN]
    rows = [equation for family in sums(protected) if (equation := unknowns(protected, *family))]
    solved: list[dict[Key, Fraction]] = []
    for key in hidden:
        pivot = next((row for row in rows if row.get(key)), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        unit = {cell: factor / pivot[key] for cell, factor in pivot.items()}
        rows = [row for row in (without(row, unit, key) for row in rows) if row]
        solved = [*(without(row, unit, key) for row in solved), unit]
    return {next(iter(row)) for row in solved if len(row) == 1}


def unknowns(protected: ProtectedTable, parent: Key, children: list[Key]) -> dict[Key, Fraction]:
    factors = {parent: Fraction(1), **dict.fromkeys(children, Fraction(-1))}
    return {key: factor for key, factor in factors.items() if protected.cells[key] is HIDDEN}


def without(row: dict[Key, Fraction], unit: dict[Key, Fraction], key: Key) -> dict[Key, Fraction]:
    factor = row.get(key, Fraction(0))
    if not factor:
        return row
    cells = {**dict.fromkeys(row), **dict.fromkeys(unit)}
    mixed = {cell: row.get(cell, Fraction(0)) - factor * unit.get(cell, Fraction(0)) for cell in cells}
    return {cell: value for cell, value in mixed.items() if value}
