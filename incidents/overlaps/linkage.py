"""Pairs of cases that may be of one incident, best first, with the reasons. Pure; nothing is ever linked by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.overlaps import pairing
from incidents.overlaps.agreement import FIELDS, Rows, compare, level_name, rows_of
from incidents.overlaps.weights import Weights, fit, probability

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from incidents.overlaps.agreement import Floats, Ints, Levels

#: Pairs less likely than this are not suggested.
SUGGESTED: Final = 0.05
#: Pairs this many bits below even odds are kept while the weights are learned.
KEPT: Final = -8.0
#: A row may have so many likely twins before they take likelihood from each other: accounts of one incident are few.
TWINS: Final = 2.0


#: What cannot be told apart is suggested, unless so many cases of one day are alike that it says nothing.
FEW_ALIKE: Final = 10


@dataclass(frozen=True)
class Candidate:
    """Two cases that may be of one incident.

    Attributes:
        ids: Their ids, in a fixed order.
        likely: From 0 to 1.
        reasons: For each field the level at which they agree, such as ``{"when": "same_day"}``; unknown ones left out.
    """

    ids: tuple[str, str]
    likely: float
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class Pairs:
    """Compared pairs of rows."""

    left: Ints
    right: Ints
    levels: Mapping[str, Levels]
    likely: Floats

    def at(self, chosen: Ints) -> Pairs:
        """Some of them, in this order."""
        levels = {name: level[chosen] for name, level in self.levels.items()}
        return Pairs(self.left[chosen], self.right[chosen], levels, self.likely[chosen])

    def __len__(self) -> int:
        return len(self.left)


def candidates(frame: pl.DataFrame) -> Sequence[Candidate]:
    """All pairs worth looking at, best first, but those that were decided or are linked already.

    Costs some seconds at 100,000 rows, growing with their number.
    """
    rows = rows_of(frame)
    found = best_of_cases(rows, all_pairs(rows))
    return list(_told(rows, found))


def candidates_of(frame: pl.DataFrame, case_id: str) -> Sequence[Candidate]:
    """Those of one case. Compares it with every other: some 50 ms at 100,000 rows."""
    rows = rows_of(frame)
    mine = np.flatnonzero((frame["id"] == case_id).to_numpy())
    found = _compared(rows, fit(rows), [pairing.with_row(rows, mine)])
    found = found.at(np.flatnonzero(found.likely >= SUGGESTED))
    return list(_told(rows, best_of_cases(rows, found)))


def all_pairs(rows: Rows) -> Pairs:
    """The likely pairs of rows, with weights learned from the cases themselves; rivals take from each other."""
    weights = fit(rows)
    found = _compared(rows, weights, pairing.pairs(rows))
    bits = weights.of(found.levels, found.left, found.right)
    likely = _with_rivals(found, np.exp2(np.clip(bits, -60, 60)), len(rows))
    alike = _not_told_apart(rows, weights, found.levels, (found.left, found.right))
    likely = np.maximum(likely, np.where(alike, SUGGESTED, 0))
    found = Pairs(found.left, found.right, found.levels, likely)
    return found.at(np.flatnonzero(likely >= SUGGESTED))


def best_of_cases(rows: Rows, found: Pairs) -> Pairs:
    """The likeliest pair of rows for each two cases, best first."""
    order = np.argsort(-found.likely, kind="stable")
    found = found.at(order)
    ends = np.sort(np.stack([rows.case[found.left], rows.case[found.right]]), axis=0)
    _, first = np.unique(ends, axis=1, return_index=True)
    return found.at(np.sort(first))


def _compared(rows: Rows, weights: Weights, pieces: Iterable[tuple[Ints, Ints]]) -> Pairs:
    kept = [_kept(rows, weights, left, right) for left, right in pieces]
    if not kept:
        none = np.zeros(0, dtype=np.int64)
        return Pairs(none, none, {name: none.astype(np.uint8) for name in FIELDS}, np.zeros(0))
    left, right = (np.concatenate([getattr(one, side) for one in kept]) for side in ("left", "right"))
    levels = {name: np.concatenate([one.levels[name] for one in kept]) for name in FIELDS}
    whole = Pairs(left, right, levels, np.concatenate([one.likely for one in kept]))
    low, high = np.minimum(left, right), np.maximum(left, right)
    return whole.at(np.unique(low * len(rows) + high, return_index=True)[1])


def _kept(rows: Rows, weights: Weights, left: Ints, right: Ints) -> Pairs:
    levels = compare(rows, left, right)
    bits = weights.of(levels, left, right)
    alike = _not_told_apart(rows, weights, levels, (left, right))
    likely = np.maximum(probability(bits), np.where(alike, SUGGESTED, 0))
    return Pairs(left, right, levels, likely).at(np.flatnonzero((bits > KEPT) | alike))


def _not_told_apart(
    rows: Rows, weights: Weights, levels: Mapping[str, Levels], pair: tuple[Ints, Ints]
) -> NDArray[np.bool_]:
    """Which pairs are of one day and place and of nobody named, and differ in nothing: a person may know more."""
    differs = np.max(list(levels.values()), axis=0) > 1
    known = (levels["when"] == 1) & (levels["where"] == 1) & (levels["place"] == 1)
    unnamed = np.maximum(*(rows.values("name")[side] for side in pair)) < 0
    few = weights.together[-1].seen[pair[0]] < FEW_ALIKE
    alike: NDArray[np.bool_] = known & ~differs & unnamed & few
    return alike


def _with_rivals(found: Pairs, odds: Floats, size: int) -> Floats:
    """Probabilities when a row has few twins: many that look alike share what one of them would have alone."""
    total = np.bincount(found.left, odds, size) + np.bincount(found.right, odds, size)
    rivals = np.maximum(total[found.left], total[found.right]) - odds
    likely: Floats = odds / (1 + odds + rivals / TWINS)
    return likely


def _told(rows: Rows, found: Pairs) -> Iterator[Candidate]:
    ids, link = rows.frame["id"], rows.frame["case_link"]
    decided = rows.frame["decided"]
    for at in range(len(found)):
        one, other = int(found.left[at]), int(found.right[at])
        linked = link[one] is not None and link[one] == link[other]
        if linked or ids[other] in (decided[one] or "") or ids[one] in (decided[other] or ""):
            continue
        reasons = {name: level_name(name, int(level[at])) for name, level in found.levels.items() if level[at]}
        first, second = sorted((ids[one], ids[other]))
        yield Candidate((first, second), float(found.likely[at]), reasons)
