"""Protecting and auditing tables of synthetic persons: seconds of the processor, and cells hidden.

    python -m benchmarks.disclosure [NAME ...]

Regions and provinces, kinds of acts and perpetrators are heavy-tailed; the same every time.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.disclosure.services import Dimension, Policy, Table, audit
from incidents.disclosure.suppression import suppress

if TYPE_CHECKING:
    from numpy.typing import NDArray

PERSONS: Final = 20_000
SEED: Final = 20261124
TABLES: Final = {
    "three": ("region", "group", "year"),
    "provinces": ("province", "group", "year"),
    "four": ("region", "group", "perpetrator", "year"),
    "deep": ("province", "type", "year"),
}


def columns() -> dict[str, tuple[Dimension, NDArray[np.int64]]]:
    """Each side with everybody's code on it, as a place among its leaves."""
    chance = np.random.default_rng(SEED)
    regions = np.sort(np.concatenate([np.arange(17), chance.integers(0, 17, 64)]))
    places = chance.pareto(1.1, len(regions)) + 0.05
    province = chance.choice(len(regions), PERSONS, p=places / places.sum())
    kinds = chance.permutation(1 / np.arange(1, 25) ** 1.2)
    kind = chance.choice(24, PERSONS, p=kinds / kinds.sum())
    actor = chance.choice(5, PERSONS, p=np.array([0.55, 0.2, 0.12, 0.08, 0.05]))
    year = chance.choice(9, PERSONS, p=np.arange(9, 0, -1) / 45)
    return {
        "region": (_flat("network", 17), regions[province]),
        "province": (_nested("network", [int(one) for one in regions]), province),
        "group": (_flat("violation_group", 6), kind // 4),
        "type": (_nested("violation_group", [one // 4 for one in range(24)]), kind),
        "perpetrator": (_flat("perpetrator_group", 5), actor),
        "year": (_flat("year", 9), year),
    }


def _flat(name: str, codes: int) -> Dimension:
    return Dimension(name, name, tuple(f"{code:02}" for code in range(codes)))


def _nested(name: str, above: list[int]) -> Dimension:
    parents = {f"{parent:02}.{code:02}": f"{parent:02}" for code, parent in enumerate(above)}
    return Dimension(name, name, (*sorted(set(parents.values())), *parents), parents)


def table(name: str) -> Table:
    """One of `TABLES`."""
    known = columns()
    sides, places = zip(*(known[one] for one in TABLES[name]), strict=True)
    keys = zip(
        *([side.leaves[place] for place in column] for side, column in zip(sides, places, strict=True)), strict=True
    )
    return Table.from_counts(sides, Counter(keys))


def main(names: list[str]) -> None:
    """Measure."""
    policy = replace(Policy.load(), country_base=0, group_attributes=frozenset())
    for name in names or TABLES:
        question = table(name)
        small = sum(0 < count < policy.usual for count in question.all_counts().values())
        started = time.process_time()
        protected = suppress(question, policy.usual, policy)
        between = time.process_time()
        found = audit(protected, truth=question, policy=policy)
        ended = time.process_time()
        print(
            f"{name}: {question.size} cells, {small} small, {len(protected.hidden) - small} hidden for others,"
            f" {between - started:.1f} s, audit {ended - between:.1f} s, {len(found)} findings",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
