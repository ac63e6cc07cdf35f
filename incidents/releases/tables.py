"""From facts to the table of a question, for the eyes of disclosure control alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.disclosure.services import Table
from incidents.releases import gate
from incidents.releases.sides import pruned, side

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from incidents.releases.question import Question


def persons(rows: pl.DataFrame, question: Question, today: date) -> pl.DataFrame:
    """One row for each person that a question is about and that the gate lets through."""
    return gate.asked(gate.releasable(rows, question.series, today), question)


def count(counted: pl.DataFrame, question: Question, *, title: str = "") -> Table:
    """Count rows of distinct persons on the sides of a question."""
    sides = {name: side(name, question) for name in question.dimensions}
    cells = counted.group_by([made.leaf.alias(name) for name, made in sides.items()]).len()
    counts = {tuple(cell): number for *cell, number in cells.iter_rows()}
    dimensions = [pruned(made.dimension, cells[name]) for name, made in sides.items()]
    return Table.from_counts(dimensions, counts, title=title, measure="persons", scope=question.scope())
