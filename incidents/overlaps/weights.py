"""How much an agreement says: weights of Fellegi and Sunter (1969), in bits. Pure.

How often two accounts of one incident agree is a judgement and stays one: learned from the pairs that look alike, it
ends where the look-alikes are. What two accounts of different incidents share by chance is counted on the cases
themselves. A rare value says more than a common one, so agreement in a value is weighed by its own share, and nearness
in time by how many cases the area has around that day; the rest on random pairs. How many pairs are of one incident
is a fixed judgement as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from incidents.overlaps.agreement import FIELDS, SAME_AREA, SAME_SPAN, VALUED, compared_by
from incidents.overlaps.crowds import FROM, Crowd, counted, crowd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from incidents.overlaps.agreement import Floats, Ints, Levels, Rows

#: Accounts that have another one of the same incident among the cases, one in so many.
ONE_IN: Final = 200
#: As if there were at least so many rows: few cases are no reason to suggest everything.
FEWEST: Final = 200
#: Random pairs, for each of the two kinds.
SAMPLE: Final = 50_000
#: Rows or pairs that what was judged beforehand counts for.
JUDGED: Final = 20.0
SEED: Final = 20160701
#: As if an area had so many other cases around any day.
AT_LEAST: Final = 0.5
#: What cases of one place have in common beyond chance: counted together, not as if each were a coincidence.
TOGETHER: Final = (("place",), ("place", "violation", "fatal", "place_type", "gender", "age", "size"))
#: What is judged on any pairs alone.
BETWEEN: Final = ("where", "when")
SELDOM: Final = ("name", "point")
SAME: Final = 1
SAME_COUNTRY: Final = 2
NEVER: Final = 1e-9


@dataclass(frozen=True)
class Weights:
    """What is needed to weigh pairs of some rows.

    Attributes:
        prior: Bits before anything is compared: few pairs are of one incident.
        bits: For each field and level, first for pairs of different areas, then for pairs of one.
        rarity: For each row what agreement in its value says, by field.
        area: How many cases of its area there are around each row's day; ``country`` likewise.
        together: The same for those that have all of TOGETHER in common.
    """

    prior: float
    bits: Mapping[str, Floats]
    rarity: Mapping[str, Floats]
    area: Crowd
    country: Crowd
    together: Sequence[Crowd]

    def of(self, levels: Mapping[str, Levels], left: Ints, right: Ints) -> Floats:
        """The sum for each pair: log2 of the odds that two accounts are of one incident."""
        near = (levels["where"] == SAME_AREA).astype(np.intp)
        near += (near == 1) & (levels["place"] == SAME)
        said = {}
        for name in VALUED:
            rare = np.minimum(self.rarity[name][left], self.rarity[name][right])
            said[name] = np.where(levels[name] == SAME, rare, self.bits[name][near, levels[name]])
        total = self._time_and_place(levels, left, right)
        for names, common in zip(TOGETHER, self.together, strict=True):
            agree = _judged("where")[0] * np.prod([_agreement(name, levels) for name in names], axis=0)
            most = _in_crowd(common.expected(levels["when"], left, right), agree, levels)
            applies = _dated(levels) & (common.key[left] == common.key[right])
            total += np.where(applies, np.minimum(most - total - sum(said[name] for name in names), 0), 0)
        summed: Floats = total + sum(said.values())
        return summed

    def _time_and_place(self, levels: Mapping[str, Levels], left: Ints, right: Ints) -> Floats:
        """Prior, place and time together: within an area only cases of about that day can be taken for each other."""
        where, when = levels["where"], levels["when"]
        same_area = where == SAME_AREA
        near = same_area.astype(np.intp)
        apart = self.prior + self.bits["where"][near, where] + self.bits["when"][near, when]
        area, country = (crowd.expected(when, left, right, AT_LEAST) for crowd in (self.area, self.country))
        agree = _judged("where")[np.clip(where, 1, None) - 1]
        dated = _dated(levels) & (same_area | (where == SAME_COUNTRY))
        return np.where(dated, _in_crowd(np.where(same_area, area, country), agree, levels), apart)


def fit(rows: Rows) -> Weights:
    """Weights for these cases. Some 100 ms at 100,000."""
    odds = 2 / (ONE_IN * max(len(rows), FEWEST))
    bits = {}
    for name, chance in _chance(rows).items():
        told = np.log2(_judged(name) / chance)
        # To differ never speaks for two accounts, however seldom others differ.
        told[:, -1] = np.minimum(told[:, -1], 0)
        bits[name] = np.concatenate([np.zeros((len(told), 1)), told], axis=1)
    return Weights(
        prior=float(np.log2(odds)),
        bits=bits,
        rarity={name: _rarity(rows, name) for name in VALUED},
        area=crowd(rows, ["area"]),
        country=crowd(rows, ["country"]),
        together=[crowd(rows, ["area", *names]) for names in TOGETHER],
    )


def probability(bits: Floats) -> Floats:
    """Of log2 odds."""
    return 1 / (1 + np.exp2(-np.clip(bits, -60, 60)))


def _judged(name: str) -> Floats:
    same = np.array(FIELDS[name].same, dtype=float)
    shares: Floats = same / same.sum()
    return shares


def _agreement(name: str, levels: Mapping[str, Levels]) -> Floats:
    return np.where(levels[name] == SAME, _judged(name)[0], 1.0)


def _dated(levels: Mapping[str, Levels]) -> NDArray[np.bool_]:
    return (levels["when"] >= 1) & (levels["when"] <= SAME_SPAN)


def _in_crowd(expected: Floats, agree: Floats, levels: Mapping[str, Levels]) -> Floats:
    """Bits of a pair when so many others are expected to be as near as this one by chance."""
    when = _judged("when")[np.clip(levels["when"], 1, None) - 1]
    return np.log2(2 / ONE_IN * agree * when / np.maximum(expected, NEVER))


def _rarity(rows: Rows, name: str) -> Floats:
    """Bits that agreement in a row's value says: how often accounts of one incident agree, over the value's share."""
    alike, peers = counted(rows, name)
    chance = FIELDS[name].chance[0] / sum(FIELDS[name].chance)
    share = (alike + JUDGED * chance) / (peers + JUDGED)
    return np.where(rows.values(name) >= 0, np.log2(_judged(name)[0] / share), 0.0)


def _chance(rows: Rows) -> dict[str, Floats]:
    """For each field two lines: any pairs, and pairs of one area. Where an area is, is judged on any pairs alone."""
    random = np.random.default_rng(SEED)
    place = np.where(rows.place, rows.codes["area"] ^ rows.values("place"), -1)
    keys = (np.zeros(len(rows), dtype=np.int64), rows.codes["area"], place)
    pairs = [_near_pairs(rows, key, random) for key in keys]
    found = {}
    for name, field in FIELDS.items():
        if name in SELDOM:
            # Only some say it at all, so pairs are taken of those.
            chosen = [_near_pairs(rows, np.where(rows.values(name) >= 0, key, -1), random) for key in keys]
        else:
            chosen = [pairs[0]] * len(keys) if name in BETWEEN else pairs
        lines = [_tallied(rows, name, *pair) for pair in chosen]
        found[name] = np.stack([_share(line, field.chance) for line in lines])
    return found


def _tallied(rows: Rows, name: str, left: Ints, right: Ints) -> Ints:
    """How many pairs are at each level. Those of about one day may be of one incident: chance is seen weeks apart."""
    weeks = np.abs(rows.first[left] - rows.first[right]) >= FROM
    chosen = np.ones(len(left), dtype=bool) if name in BETWEEN else weeks
    levels = compared_by(name, rows, left[chosen], right[chosen])
    return np.bincount(levels, minlength=len(FIELDS[name].chance) + 1)[1:]


def _share(tallied: Ints, judged: tuple[float, ...]) -> Floats:
    beforehand = np.array(judged) / sum(judged) * JUDGED
    shares: Floats = (tallied + beforehand) / (tallied.sum() + JUDGED)
    return shares


def _near_pairs(rows: Rows, key: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Pairs of rows with the same key, each as likely as any other; a negative one is none."""
    order = np.argsort(key, kind="stable")
    order = order[key[order] >= 0]
    if len(order) == 0:
        return order, order
    _, begins, sizes = np.unique(key[order], return_index=True, return_counts=True)
    group = random.choice(len(sizes), SAMPLE, p=sizes**2 / np.sum(sizes.astype(np.float64) ** 2))
    left, right = (order[begins[group] + (random.random(SAMPLE) * sizes[group]).astype(np.int64)] for _ in range(2))
    apart = rows.case[left] != rows.case[right]
    return left[apart], right[apart]
