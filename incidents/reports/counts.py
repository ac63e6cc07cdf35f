"""Protected counts beside a publication or a campaign: what a release would show, no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from incidents.disclosure.services import Policy, ProtectedTable, Refused, Table, protect
from incidents.i18n import gettext as _
from incidents.releases import gate
from incidents.releases.question import WORLD, Question, Series
from incidents.releases.tables import count

if TYPE_CHECKING:
    from datetime import date

    from incidents.reports.campaigns import Window

EARLIEST, LATEST = 1900_01, 9999_12


@dataclass(frozen=True)
class Counted:
    """A protected table and the question it answers; the table is None when nothing may be shown."""

    question: Question
    protected: ProtectedTable | None


def of_publication(rows: pl.DataFrame, publication_id: str, today: date) -> Counted:
    """Persons by group of violations, in the cases that name a publication."""
    question = Question(since=EARLIEST, until=LATEST, dimensions=("violation_group",))
    persons = gate.releasable(rows, Series.CREDIBLE, today).filter(
        pl.col("reports").cast(pl.String).str.split(" ").list.contains(publication_id)
    )
    return _protected(question, count(persons, question, title=_("Persons in the cases it rests on")))


def of_campaign(rows: pl.DataFrame, window: Window, place: str | None, today: date) -> Counted:
    """Persons by gender and group of violations, in the twelve months before a campaign."""
    since, until = window.before
    question = Question(since=since, until=until, place=place or WORLD, dimensions=("violation_group", "gender"))
    persons = gate.asked(gate.releasable(rows, Series.CREDIBLE, today), question)
    return _protected(question, count(persons, question, title=_("Persons by violation and gender")))


def _protected(question: Question, table: Table) -> Counted:
    try:
        return Counted(question, protect(table, Policy.load()))
    except Refused:
        return Counted(question, None)
