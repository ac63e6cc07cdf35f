"""One column made coarser, step by step, and what each step costs in information.

The loss of a cell is how many bits a reader no longer gets: the logarithm of the share of persons that the
coarser code stands for over the share of the code recorded, in parts of the column's entropy (the non-uniform
entropy of Gionis and Tassa 2009, "k-Anonymization with minimal loss of information"). A column left out, or
starred in every cell, has lost 1; one as it was recorded has lost 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from incidents.disclosure.dimensions import TOTAL

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from incidents.disclosure.dimensions import Dimension

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """A column at one coarseness: its codes in order, and for each recorded code the place of what is shown.

    `loss` is the mean over all rows of what the step alone loses; `star_loss` is, for each code shown, what
    starring a cell with it loses on top; `left` is the mean of that.
    """

    codes: tuple[str, ...]
    to: Ints
    loss: float
    star_loss: Floats
    left: float


@dataclass(frozen=True)
class Ladder:
    """All steps of a column, finest first; the last leaves it out. `recorded` are the codes that occur."""

    side: Dimension
    steps: tuple[Step, ...]
    recorded: tuple[str, ...]


def ladder(side: Dimension, counts: Ints, never: Collection[str]) -> Ladder:
    """The steps of a column of which each code of `side.codes` occurs `counts` times.

    Each step cuts the tree at one depth less. Steps that would show a code of `never`, or what is below one,
    and steps that change nothing for the rows at hand, are left out.
    """
    seen = [index for index, count in enumerate(counts) if count]
    paths = [side.path(code)[::-1] for code in side.codes]  # the total first
    deepest = max((len(paths[index]) for index in seen), default=1)
    steps: list[Step] = []
    before: list[str] = []
    for depth in range(deepest, 0, -1):
        shown = [path[min(depth, len(path)) - 1] for path in paths]
        now = [shown[index] for index in seen]
        if now != before and (depth == 1 or not _forbidden(side, now, never)):
            steps.append(_step(side, shown, counts))
            before = now
    return Ladder(side, tuple(steps), tuple(side.codes[index] for index in seen))


def _forbidden(side: Dimension, shown: Collection[str], never: Collection[str]) -> bool:
    return any(up in never for code in set(shown) for up in side.path(code))


def _step(side: Dimension, shown: list[str], counts: Ints) -> Step:
    occurring = {code for code, count in zip(shown, counts, strict=True) if count}
    codes = tuple(code for code in side.all_codes if code in occurring)
    place = {code: index for index, code in enumerate(codes)}
    to = np.array([place.get(code, 0) for code in shown], dtype=np.int64)
    rows = counts.sum()
    persons = np.bincount(to, weights=counts, minlength=len(codes))
    bits, star_bits = _bits(counts, rows), _bits(persons, rows)
    entropy = float((counts * bits).sum() / rows)
    if entropy <= 0:  # one code alone: nothing can be lost
        return Step(codes, to, 0.0, np.zeros(len(codes)), 0.0)
    star_loss = star_bits / entropy
    left = float((persons * star_loss).sum() / rows)
    return Step(codes, to, 1.0 - left, star_loss, left)


def _bits(counts: Ints | Floats, rows: int) -> Floats:
    """How many bits each code says; 0 for one that does not occur."""
    shares = np.where(counts > 0, counts, rows) / rows
    return np.asarray(np.abs(np.log2(shares)), dtype=np.float64)


def is_left_out(step: Step) -> bool:
    """Whether the column says nothing at this step."""
    return step.codes == (TOTAL,)
