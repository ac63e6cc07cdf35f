"""What to ask instead of a table that is refused: coarser ones, each with what it would cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from incidents.disclosure.dimensions import TOTAL, Dimension
from incidents.disclosure.policy import Refused
from incidents.disclosure.services import protect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.disclosure.policy import Policy
    from incidents.disclosure.tables import Key, Table


@dataclass(frozen=True)
class Proposal:
    """A coarser table that would be published.

    Attributes:
        side: The name of the side that is coarser, or left out.
        left_out: Whether it is left out; else its finest codes are joined into those above them.
        cells: How many cells the table has, sums included.
        share_of_cells_hidden: 0 to 1.
        share_of_persons_hidden: 0 to 1; None when it cannot be told from what is published.
    """

    side: str
    left_out: bool
    cells: int
    share_of_cells_hidden: float
    share_of_persons_hidden: float | None


def proposals(table: Table, policy: Policy) -> list[Proposal]:
    """All tables one step coarser that `protect` does not refuse, the one that hides fewest persons first.

    Protects each of them, which costs as much as publishing it. Whether one is here tells of the counts, so it is
    for whoever may see the table.
    """
    found = []
    for side, left_out, coarser in _coarser(table):
        try:
            protected = protect(coarser, policy)
        except Refused:
            continue
        hidden = protected.share_of_cells_hidden, protected.share_of_persons_hidden
        found.append(Proposal(side, left_out, len(protected.cells), *hidden))
    return sorted(found, key=lambda one: (one.share_of_persons_hidden is None, one.share_of_persons_hidden, one.side))


def _coarser(table: Table) -> Iterator[tuple[str, bool, Table]]:
    for place, side in enumerate(table.dimensions):
        if side.parents:
            yield side.name, False, _joined(table, place)
        if len(table.dimensions) > 1:
            yield side.name, True, _without(table, place)


def _joined(table: Table, place: int) -> Table:
    """The table one step coarser: a code whose children are all finest ones takes their place."""
    side = table.dimensions[place]
    ends = {parent for parent, children in side.children.items() if not side.children.keys() & set(children)} - {TOTAL}
    gone = {code: parent for code, parent in side.parents.items() if parent in ends}
    parents = {code: parent for code, parent in side.parents.items() if code not in gone}
    coarse = Dimension(
        side.name, side.label, tuple(code for code in side.codes if code not in gone), parents, side.labels
    )
    counts: Counter[Key] = Counter()
    for key, count in table.counts.items():
        counts[*key[:place], gone.get(key[place], key[place]), *key[place + 1 :]] += count
    # sums of other measures are there already: only the finest cells go
    others = {
        measure: {key: count for key, count in cells.items() if key[place] not in gone}
        for measure, cells in table.others.items()
    }
    sides = (*table.dimensions[:place], coarse, *table.dimensions[place + 1 :])
    return replace(table, dimensions=sides, counts=counts, others=others)


def _without(table: Table, place: int) -> Table:
    counts: Counter[Key] = Counter()
    for key, count in table.counts.items():
        counts[*key[:place], *key[place + 1 :]] += count
    others = {
        measure: {(*key[:place], *key[place + 1 :]): count for key, count in cells.items() if key[place] == TOTAL}
        for measure, cells in table.others.items()
    }
    sides = (*table.dimensions[:place], *table.dimensions[place + 1 :])
    return replace(table, dimensions=sides, counts=counts, others=others)
