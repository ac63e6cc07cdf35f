"""The search for the recoding that costs least: every combination of steps, those that cannot do left out unseen.

A combination is looked at in the order of what its coarser codes lose. With stars for the rows that are still
alone its whole loss is known, and the search ends when the next combination loses more by its codes alone. A
combination that leaves more rows alone than there may be stars rules out all finer ones, so a coarser one is
tried first.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.disclosure.local_suppression import Classes, Rows, classes, stars
from incidents.disclosure.microdata_policy import NoRows, RowsRefused
from incidents.disclosure.recoding import is_left_out
from incidents.disclosure.risk import individual_risk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incidents.disclosure.grouping import Flags, Ints
    from incidents.disclosure.recoding import Ladder, Step

    Node = tuple[int, ...]

#: Losses that differ only further on are equal: sums of floats depend on their order.
DIGITS: Final = 12


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a recoding must keep to: k, the share of cells starred, global risk, and the share documented."""

    k: int
    starred: float
    global_risk: float
    documented: float
    recodings: int


@dataclass(frozen=True)
class Found:
    """A recoding that keeps to the limits: the step of each column, its classes, the stars, and what it loses."""

    steps: tuple[Step, ...]
    made: Classes
    marks: Flags
    loss: float

    @property
    def cost(self) -> tuple[float, int]:
        """What is compared: the loss, and of equal ones the cells starred."""
        return round(self.loss, DIGITS), int((self.made.persons @ self.marks).sum())


def cheapest(
    rows: Rows, columns: Sequence[Ints], ladders: Sequence[Ladder], weights: Sequence[float], limits: Limits
) -> Found:
    """The recoding that keeps to the limits and loses least. Raises `RowsRefused` when there is none.

    `columns` are the recorded codes of each distinct row. The answer depends on neither the order of the rows
    nor on chance.
    """
    if prod(len(one.steps) for one in ladders) > limits.recodings:
        raise RowsRefused(NoRows.TOO_MANY_RECODINGS)
    search = Search(rows, columns, ladders, weights, limits)
    best: Found | None = None
    for node in search.candidates():
        if best is not None and round(search.loss(node), DIGITS) > best.cost[0]:
            break
        found = search.look(node)
        if found is not None and (best is None or found.cost < best.cost):
            best = found
    if best is None:
        raise RowsRefused(NoRows.TOO_RISKY if search.met_a_risk else NoRows.EMPTIED)
    return best


class Search:
    """One search over all combinations of steps."""

    def __init__(
        self,
        rows: Rows,
        columns: Sequence[Ints],
        ladders: Sequence[Ladder],
        weights: Sequence[float],
        limits: Limits,
    ) -> None:
        self._rows, self._columns, self._ladders, self._limits = rows, columns, ladders, limits
        self._weights = [weight / sum(weights) for weight in weights]
        self._persons = int(rows.counts.sum())
        self._nodes = np.indices([len(one.steps) for one in ladders]).reshape(len(ladders), -1).T
        self._ruled_out = np.zeros(len(self._nodes), dtype=np.bool_)
        self._probed: set[Node] = set()
        self.met_a_risk = False

    def steps(self, node: Node) -> tuple[Step, ...]:
        """The step of each column."""
        return tuple(one.steps[place] for one, place in zip(self._ladders, node, strict=True))

    def loss(self, node: Node) -> float:
        """What the codes alone lose, weighed, 0 to 1."""
        return sum(weight * step.loss for weight, step in zip(self._weights, self.steps(node), strict=True))

    def candidates(self) -> Iterator[Node]:
        """The combinations not ruled out, by what their codes lose; each probed by a coarser one first."""
        losses = np.zeros(len(self._nodes))
        for place, (one, weight) in enumerate(zip(self._ladders, self._weights, strict=True)):
            losses += weight * np.array([step.loss for step in one.steps])[self._nodes[:, place]]
        for index in np.argsort(np.round(losses, DIGITS), kind="stable").tolist():
            node = tuple(self._nodes[index].tolist())
            for coarser in self._coarser(node):
                if self._ruled_out[index]:
                    break
                self._probe(coarser)
            if not self._ruled_out[index] and not self._says_nothing(node):
                yield node

    def look(self, node: Node) -> Found | None:
        """The combination with its stars, or None when it breaks a limit."""
        steps, made = self.steps(node), self._classes(node)
        if self._hopeless(made):
            self._rule_out(node)
            return None
        kept = sum(not is_left_out(step) for step in steps)
        if made.persons[~made.enough].sum() > self._limits.starred * self._persons * kept:
            return None
        if self._risk(made.persons[made.enough]) > self._limits.global_risk:
            # Stars only add classes to these, but for the few that host what is left in the end.
            self.met_a_risk = True
            return None
        costs = [weight * step.left for weight, step in zip(self._weights, steps, strict=True)]
        marks = stars(self._rows, made, costs, self._limits.k)
        if marks is None or (made.persons @ marks).sum() > self._limits.starred * self._persons * kept:
            return None
        if self._risk(made.pattern_persons(marks)) > self._limits.global_risk:
            self.met_a_risk = True
            return None
        return Found(steps, made, marks, self.loss(node) + self._star_loss(steps, made, marks))

    def _risk(self, sizes: Ints) -> float:
        """The rows of these classes expected to be recognised, as a share of all rows."""
        return float((individual_risk(sizes, self._limits.documented) * sizes).sum() / self._persons)

    def _star_loss(self, steps: Sequence[Step], made: Classes, marks: Flags) -> float:
        return sum(
            weight * float((made.persons * marks[:, place] * step.star_loss[made.codes[place]]).sum()) / self._persons
            for place, (weight, step) in enumerate(zip(self._weights, steps, strict=True))
        )

    def _classes(self, node: Node) -> Classes:
        steps = self.steps(node)
        recoded = [step.to[column] for step, column in zip(steps, self._columns, strict=True)]
        return classes(self._rows, recoded, [len(step.codes) for step in steps], self._limits.k)

    def _coarser(self, node: Node) -> Iterator[Node]:
        """Combinations between this one and the coarsest, from the coarser."""
        tops = [len(one.steps) - 1 for one in self._ladders]
        for part in (1, 2):
            yield tuple(place + (top - place + part) // (part + 1) for place, top in zip(node, tops, strict=True))

    def _probe(self, node: Node) -> None:
        if node not in self._probed:
            self._probed.add(node)
            if self._hopeless(self._classes(node)):
                self._rule_out(node)

    def _hopeless(self, made: Classes) -> bool:
        """Whether more rows are alone than stars are allowed at all; so it is with every finer combination."""
        most = self._limits.starred * self._persons * len(self._ladders)
        return bool(made.persons[~made.enough].sum() > most)

    def _rule_out(self, node: Node) -> None:
        self._ruled_out |= (self._nodes <= np.array(node)).all(axis=1)

    def _says_nothing(self, node: Node) -> bool:
        return all(is_left_out(step) for step in self.steps(node))
