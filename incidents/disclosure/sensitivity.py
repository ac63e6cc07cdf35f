"""Which cells must be hidden for what they say themselves, and what range must be left of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from incidents.disclosure.grid import Grid
    from incidents.disclosure.policy import Policy

    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Needs:
    """Cells to hide, and the values that each must be able to `reach` and to `sink` to in a reader's eyes."""

    hidden: NDArray[np.bool_]
    reach: Ints
    sink: Ints


def needs(grid: Grid, counts: Ints, threshold: int, policy: Policy, fewest: Ints | None = None) -> Needs:
    """The cells to hide first. `fewest` is the least of several measures in each cell, where there are several.

    A count in 1..threshold-1 must look as if it could be the threshold, or one less than it is. Where all
    persons of a row share one value of an attribute, that cell must look as if it could be less, and one
    empty cell beside it as if it were not empty.
    """
    small = (counts > 0) & (counts < threshold)
    hidden, reach, sink = small.copy(), np.where(small, threshold, 0), np.where(small, counts - 1, counts)
    if fewest is not None:
        # many persons of few incidents: their number must not be told exactly
        few = (fewest > 0) & (fewest < threshold) & ~small
        hidden |= few
        reach, sink = np.where(few, counts + 1, reach), np.where(few, counts - 1, sink)
    for full, empty in shared_values(grid, counts, policy):
        hidden[[full, empty]] = True
        sink[full] = min(sink[full], counts[full] - 1)
        reach[empty] = max(reach[empty], 1)
    return Needs(hidden, reach, sink)


def shared_values(grid: Grid, counts: Ints, policy: Policy) -> list[tuple[int, int]]:
    """Rows whose persons share one value of an attribute: the full cell, and an empty one beside it."""
    found = []
    for axis, _, children in grid.families:
        if grid.dimensions[axis].name not in policy.group_attributes or len(children) == 1:
            continue
        rows = np.stack([np.take(grid.numbers, child, axis=axis).ravel() for child in children], axis=1)
        values = counts[rows]
        weight = values.sum(axis=0)
        for row in np.flatnonzero((values > 0).sum(axis=1) == 1):
            full = int(np.argmax(values[row]))
            beside = int(np.argmax(np.where(np.arange(len(children)) == full, -1, weight)))
            found.append((int(rows[row, full]), int(rows[row, beside])))
    return found
