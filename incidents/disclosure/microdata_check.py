"""The independent check of rows before they are handed on: other code than the search, from text to text.

It groups the rows as a reader would, and compares them with what they were made from. No finding means that the
promises of docs/microdata.md hold.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum
from itertools import product
from typing import TYPE_CHECKING, Final

import polars as pl

from incidents.disclosure.dimensions import TOTAL, UNSPECIFIED
from incidents.disclosure.microdata_policy import STAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.disclosure.dimensions import Dimension
    from incidents.disclosure.microdata_policy import RowsPolicy, RowsQuestion

MIDPOINTS: Final = 400
TOLERANCE: Final = 1.001


class Fault(Enum):
    """What is wrong with rows that were to be handed on."""

    COLUMNS = "columns"  # not those that were asked for, or one that is not on the list
    NUMBER = "number"  # rows were lost or added
    EMPTY = "empty"  # nothing identifying is left
    ALONE = "alone"  # a row looks like fewer than k
    ALIKE = "alike"  # rows that look alike tell of everybody the same
    UNTRUE = "untrue"  # a column says something of more rows than it did before
    FORBIDDEN = "forbidden"  # a code that may never stand in a row
    STARS = "stars"  # more cells are hidden than the limit
    RISK = "risk"  # more rows are expected to be recognised than the limit
    ORDER = "order"  # the order of the rows could tell of the order they came in


def findings(released: pl.DataFrame, truth: pl.DataFrame, question: RowsQuestion, policy: RowsPolicy) -> list[Fault]:
    """What is wrong with rows made from the `truth` for this question; empty when they may be handed on."""
    sides = [side for side in question.columns if side.name in released.columns]
    names = [side.name for side in sides]
    faults = set(_shape(released, truth, names, question, policy))
    if Fault.COLUMNS in faults or Fault.EMPTY in faults:
        return sorted(faults, key=lambda one: one.value)
    faults.update(_classes(released, names, question, policy))
    for side, name in product(sides, question.sensitive or (None,)):
        faults.update(_column(released, truth, side, name, policy))
    for name in question.sensitive:
        if not _same(released[name], truth[name].cast(pl.String)):
            faults.add(Fault.UNTRUE)
    return sorted(faults, key=lambda one: one.value)


def _shape(
    released: pl.DataFrame, truth: pl.DataFrame, names: list[str], question: RowsQuestion, policy: RowsPolicy
) -> Iterator[Fault]:
    allowed = policy.identifying.issuperset(names) and policy.sensitive.issuperset(question.sensitive)
    if not allowed or released.columns != [*names, *question.sensitive]:
        yield Fault.COLUMNS
    if released.height != truth.height:
        yield Fault.NUMBER
    if not names or not released.height:
        yield Fault.EMPTY
    if not _in_order(released):
        yield Fault.ORDER


def _in_order(released: pl.DataFrame) -> bool:
    """Whether no row stands before one that its codes should come after, an empty cell first."""
    later = pl.lit(value=True)
    for name in reversed(released.columns):
        here = pl.col(name).fill_null("")
        later = (here.shift() < here) | (here.shift() == here) & later
    return bool(released.select(later.all()).item())


def _classes(released: pl.DataFrame, names: list[str], question: RowsQuestion, policy: RowsPolicy) -> Iterator[Fault]:
    sensitive = [pl.col(name).drop_nulls().n_unique().alias(f"distinct {name}") for name in question.sensitive]
    alike = released.group_by(names).agg(pl.len().alias("rows alike"), *sensitive)
    sizes = alike["rows alike"].to_list()
    if min(sizes) < policy.smallest_class(question.audience):
        yield Fault.ALONE
    if any((alike[f"distinct {name}"] < policy.distinct).any() for name in question.sensitive):
        yield Fault.ALIKE
    if _recognised(Counter(sizes), question.documented) > policy.global_risk * TOLERANCE * sum(sizes):
        yield Fault.RISK
    stars = sum(int((released[name] == STAR).sum()) for name in names)
    if stars > policy.starred * released.height * len(names):
        yield Fault.STARS


def _recognised(sizes: Counter[int], documented: float) -> float:
    """The rows expected to be recognised: the risk of `risk.py` as an integral, by the midpoint rule.

    With f rows alike and p the share documented, the mean of 1/F is p/f times the integral from 0 to 1 of
    1 / (p + (1 - p) y ** (1/f)).
    """
    points = [(step + 0.5) / MIDPOINTS for step in range(MIDPOINTS)]
    rest = 1 - documented
    recognised: float = sum(
        classes * documented * sum(1 / (documented + rest * point ** (1 / size)) for point in points) / MIDPOINTS
        for size, classes in sizes.items()
    )
    return recognised


def _column(
    released: pl.DataFrame, truth: pl.DataFrame, side: Dimension, sensitive: str | None, policy: RowsPolicy
) -> Iterator[Fault]:
    """Each code shown must stand for rows that had it or a code below it: no more of them than there were.

    With a sensitive column, no more of each of its values.
    """
    most: Counter[tuple[str, str | None]] = Counter()
    for (code, value), rows in _counted(truth, side.name, sensitive).items():
        for up in (*side.path(code or UNSPECIFIED), STAR):
            most[up, value] += rows
    for (code, value), rows in _counted(released, side.name, sensitive).items():
        if code == TOTAL or rows > most[code, value]:
            yield Fault.UNTRUE
        elif code != STAR and not policy.never.isdisjoint(side.path(code)):
            yield Fault.FORBIDDEN


def _counted(frame: pl.DataFrame, name: str, sensitive: str | None) -> dict[tuple[str, str | None], int]:
    value = pl.col(sensitive) if sensitive else pl.lit(None)
    both = frame.select(code=pl.col(name).cast(pl.String), value=value.cast(pl.String))
    return {(code, value): rows for code, value, rows in both.group_by("code", "value").len().iter_rows()}


def _same(shown: pl.Series, recorded: pl.Series) -> bool:
    """Whether a column has the same values as before, as often."""
    before = dict(recorded.value_counts().iter_rows())
    return before == dict(shown.value_counts().iter_rows())
