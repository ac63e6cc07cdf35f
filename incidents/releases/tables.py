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


def table(rows: pl.DataFrame, question: Question, today: date, *, title: str = "") -> Table:
    """Count the persons that the gate lets through, each once. `title` is what the table will be called."""
    return count(gate.asked(gate.releasable(rows, question.series, today), question), question, title=title)


def count(persons: pl.DataFrame, question: Question, *, title: str = "") -> Table:
    """Count rows of distinct persons on the sides of a question."""
    sides = {name: side(name, question) for name in question.dimensions}
    counted = persons.group_by([made.leaf.alias(name) for name, made in sides.items()]).len()
    counts = {tuple(cell): number for *cell, number in counted.iter_rows()}
    dimensions = [pruned(made.dimension, counted[name]) for name, made in sides.items()]
    return Table.from_counts(dimensions, counts, title=title, measure="persons", scope=question.scope())
