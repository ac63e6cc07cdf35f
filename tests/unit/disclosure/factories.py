"""Small tables of fictional persons, and the policy they are protected under."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from incidents.disclosure.grid import Grid
from incidents.disclosure.sensitivity import needs
from incidents.disclosure.services import Dimension, Policy, Table
from incidents.disclosure.tables import keys_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.disclosure.services import Key

POLICY = Policy.load()
PLAIN = replace(POLICY, country_base=0, group_attributes=frozenset())


def side(name: str, codes: str | Sequence[str], parents: Mapping[str, str] | None = None) -> Dimension:
    return Dimension(name, name.title(), tuple(codes), parents or {})


def table(sides: Sequence[Dimension], counts: Sequence[int], **about: Any) -> Table:
    """Counts of the leaf cells in order, the last side running fastest."""
    keys = product(*(dimension.leaves for dimension in sides))
    return Table.from_counts(sides, dict(zip(keys, counts, strict=True)), **about)


def series(*counts: int, name: str = "month", **about: Any) -> Table:
    return table([side(name, [f"m{index}" for index in range(len(counts))])], counts, **about)


def square(
    rows: Sequence[Sequence[int]], names: tuple[str, str] = ("month", "perpetrator_group"), **about: Any
) -> Table:
    first, second = names
    sides = [
        side(first, [f"a{i}" for i in range(len(rows))]),
        side(second, [f"b{i}" for i in range(len(rows[0]))]),
    ]
    return table(sides, [count for row in rows for count in row], **about)


def primary_cells(question: Table, threshold: int, policy: Policy) -> tuple[Key, ...]:
    """The cells hidden for what they say themselves; not safe alone."""
    counts = np.array(list(question.all_counts().values()), dtype=np.int64)
    hidden = needs(Grid(question.dimensions), counts, threshold, policy).hidden
    return tuple(key for key, is_hidden in zip(keys_of(question.dimensions), hidden, strict=True) if is_hidden)
