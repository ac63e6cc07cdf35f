"""An attack on several published tables together: what one hides may follow from another.

All groups of `relations` are unknowns of one linear programme, the published ones fixed; each unknown's least and
greatest value says whether a reader can tell that it is a small group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.disclosure.relations import Knowledge, Leak, Relation, words
from incidents.disclosure.solver import PRIMAL_SIMPLEX, Programme, Sparse, Unsolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from incidents.disclosure.relations import Released

    Floats = NDArray[np.float64]

SMALL: Final = 1e-6
MOST: Final = 1e6
IDLE: Final = 3


def audit_union(released: Sequence[Released], *, grown: Iterable[tuple[str, str]] = ()) -> list[Leak]:
    """Every group of 1 to k - 1 persons that all tables together tell to be so; k is the largest of theirs.

    Args:
        released: Tables, of one state of the facts or of several.
        grown: Pairs of states, earlier and later: the persons who came in between are groups too.

    Numbers that went down between two states of the facts are told by what went, too.
    With `truth`, a hidden small count must also look as if it could be k, and less than it is. The reader is one
    who is counted in none of the tables. Numbers that fit no true table count as a leak of everything hidden.
    """
    knowledge = Knowledge(released)
    relations = [*knowledge.sums(), *knowledge.nestings(), *knowledge.growths(list(grown))]
    try:
        return Solution(knowledge, relations).leaks()
    except Unsolved:
        return [Leak(("impossible",))]


def reasons(earlier: Sequence[Released], new: Released, *, grown: Iterable[tuple[str, str]] = ()) -> list[int]:
    """Which earlier tables make a new one leak: those that do so alone with it, else all that are needed for it."""
    pairs = list(grown)
    alone = set(audit_union([new]))
    guilty = [place for place, one in enumerate(earlier) if set(audit_union([one, new], grown=pairs)) - alone]
    if guilty:
        return guilty
    together = len(audit_union([*earlier, new], grown=pairs))
    return [
        place
        for place in range(len(earlier))
        if len(audit_union([*earlier[:place], *earlier[place + 1 :], new], grown=pairs)) < together
    ]


class Solution:
    """The groups without a published number as unknowns of one linear programme."""

    def __init__(self, knowledge: Knowledge, relations: Sequence[Relation]) -> None:
        self.knowledge = knowledge
        self.open = [group for group in knowledge.everybody if group not in knowledge.values]
        column = {group: index for index, group in enumerate(self.open)}
        self.rests: list[Relation] = []
        rows: list[int] = []
        columns: list[int] = []
        factors: list[float] = []
        sums: list[float] = []
        for relation in relations:
            known, line = 0, []
            for group, sign in ((relation.whole, 1.0), *((part, -1.0) for part in relation.parts)):
                if group in column:
                    line.append((column[group], sign))
                else:
                    known -= int(sign) * knowledge.values[group]
            if relation.rest:
                line.append((len(self.open) + len(self.rests), -1.0))
                self.rests.append(relation)
            elif not line:
                if known:
                    raise Unsolved("Published numbers contradict each other.")
                continue
            rows += [len(sums)] * len(line)
            columns += [place for place, _ in line]
            factors += [sign for _, sign in line]
            sums.append(float(known))
        self.size = len(self.open) + len(self.rests)
        self.low, self.high = np.full(self.size, np.inf), np.full(self.size, -np.inf)
        bounds = np.array(sums)
        matrix = Sparse(np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64), np.array(factors))
        least = np.zeros(self.size)
        least[len(self.open) :] = [-MOST if rest.signed else 0 for rest in self.rests]
        limits = (least, np.full(self.size, MOST))
        self.programme = Programme(matrix, (bounds, bounds), limits, simplex=PRIMAL_SIMPLEX) if self.size else None

    def meet(self, objective: Floats) -> None:
        """Solve, and keep how low and how high each unknown came."""
        if self.programme:
            values = self.programme.minimise(objective)
            self.low, self.high = np.minimum(self.low, values), np.maximum(self.high, values)

    def leaks(self) -> list[Leak]:
        """All unknowns that may only be small; raises `Unsolved` when nothing fits the numbers."""
        chance, idle = np.random.default_rng(self.size), 0
        self.meet(np.zeros(self.size))
        while idle < IDLE and (before := int(self.unsafe().sum())):
            ways = np.where(self.unsafe(), chance.choice([-1.0, 1.0], self.size) * chance.uniform(0.2, 1, self.size), 0)
            self.meet(ways)
            idle = 0 if int(self.unsafe().sum()) < before else idle + 1
        for index in np.flatnonzero(self.unsafe()).tolist():
            for sign in (1.0, -1.0):
                if self.unsafe()[index]:
                    self.meet(np.where(np.arange(self.size) == index, sign, 0.0))
        return sorted({self.leak(index) for index in np.flatnonzero(self.unsafe()).tolist()})

    def unsafe(self) -> NDArray[np.bool_]:
        """Unknowns of which no table met so far shows that they may be none, or the threshold.

        A small count that is known to whoever audits must be able to be less than it is, and the threshold.
        """
        low, high = np.ceil(self.low - SMALL), np.floor(self.high + SMALL)
        k = self.knowledge.threshold
        found: NDArray[np.bool_] = ((low >= 1) & (high < k)) | ((high <= -1) & (low > -k))
        for index, group in enumerate(self.open):
            count = self.knowledge.true.get(group, 0)
            if 0 < count < k:
                found[index] = bool(high[index] < k or low[index] > count - 1)
        return found

    def leak(self, index: int) -> Leak:
        """Who is in an unknown."""
        if index < len(self.open):
            return Leak(words(self.open[index]))
        relation = self.rests[index - len(self.open)]
        return Leak(words(relation.whole), tuple(sorted(words(part) for part in relation.parts)))
