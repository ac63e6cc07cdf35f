"""How well one number tells two kinds of things apart."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def area_under_curve(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """The chance that one of the first is greater than one of the second (Mann-Whitney's U over both sizes).

    One half: the number tells nothing. Equal numbers count half.
    """
    ordered = sorted(negatives)
    wins = sum(bisect_left(ordered, one) + bisect_right(ordered, one) for one in positives) / 2
    return wins / (len(positives) * len(negatives))
