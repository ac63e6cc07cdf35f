"""Pairs of cases that may be of one incident, best first, with the reasons. Pure; nothing is ever linked by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from incidents.overlaps import pairing
from incidents.overlaps.agreement import FIELDS, Rows, compare, level_name, rows_of
from incidents.overlaps.weights import FEWEST, ONE_IN, Weights, fit, probability

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from incidents.overlaps.agreement import Floats, Ints, Levels

#: Pairs less likely than this are not suggested.
SUGGESTED: Final = 0.05
#: Pairs this many bits below even odds are kept while the weights are learned.
KEPT: Final = -8.0
#: A row may have so many likely twins before they take likelihood from each other: accounts of one incident are few.
TWINS: Final = 2.0
#: Bits beyond which nothing is more certain.
HIGHEST: Final = 40.0
#: Likewise for thirds that are alike both of a pair.
ACCOUNTS: Final = 2.0
#: Of each row so many of its likeliest are looked at for being alike among each other, and what else is too unlikely.
LIKELIEST: Final = 12
LIKELY_ENOUGH: Final = 0.05
#: Pairs so likely are counted to see how common they are, and may be so many times as common as judged.
CERTAIN: Final = 0.9
MOST_MORE: Final = 20.0

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
    likely = _with_rivals(found, bits, len(rows))
    likely = _with_rivals(found, bits + more_than_judged(likely, len(rows)), len(rows))
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


def more_than_judged(likely: Floats, size: int) -> float:
    """Bits for pairs of one incident that are more common here than judged: as many as are certain without it."""
    share = 2 * np.count_nonzero(likely >= CERTAIN) / max(size, FEWEST)
    return float(np.log2(np.clip(share / (2 / ONE_IN), 1, MOST_MORE)))


def _with_rivals(found: Pairs, bits: Floats, size: int) -> Floats:
    """Probabilities when a row has few twins: many that look alike share what one of them would have alone.

    A third that looks like both of a pair may be one more account of the same: it is no rival, as long as they are few.
    """
    odds = np.exp2(np.clip(bits, -HIGHEST, HIGHEST))
    total = np.bincount(found.left, odds, size) + np.bincount(found.right, odds, size)
    left, right, thirds = _thirds(found, odds)
    rivals = np.maximum(total[found.left] - left, total[found.right] - right) - odds
    likely: Floats = odds / (1 + odds + np.maximum(rivals, 0) / TWINS) / np.maximum(thirds / ACCOUNTS, 1)
    return likely


def _thirds(found: Pairs, odds: Floats) -> tuple[Floats, Floats, Floats]:
    """Rows alike both of a pair: the odds they have with its left and with its right one, and how many there are.

    Of each row the likeliest few are looked at, so the cost grows with the pairs.
    """
    edges = pl.DataFrame({"left": found.left, "right": found.right, "odds": odds})
    both = pl.concat([edges, edges.select(pl.col("right").alias("left"), pl.col("left").alias("right"), "odds")])
    rank = pl.col("odds").rank("ordinal", descending=True).over("left")
    known = both.filter((pl.col("odds") > LIKELY_ENOUGH) & (rank <= LIKELIEST))
    known = known.with_columns((pl.col("odds") / (1 + pl.col("odds"))).alias("likely"))
    mine = known.rename({"right": "third", "odds": "of_left", "likely": "with_left"})
    theirs = known.select(
        pl.col("left").alias("right"), pl.col("right").alias("third"), of_right="odds", with_right="likely"
    )
    table = (
        edges.select("left", "right")
        .with_row_index("pair")
        .join(mine, on="left")
        .join(theirs, on=["right", "third"])
        .group_by("pair")
        .agg(
            (pl.col("of_left") * pl.col("with_right")).sum(),
            (pl.col("of_right") * pl.col("with_left")).sum(),
            pl.min_horizontal("with_left", "with_right").sum().alias("thirds"),
        )
    )
    summed = np.zeros((3, len(found)))
    summed[:, table["pair"].to_numpy()] = table.select("of_left", "of_right", "thirds").to_numpy().T
    return summed[0], summed[1], summed[2]


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
