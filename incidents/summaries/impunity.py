"""Impunity as a figure: for how many of the persons counted was an authority asked, and what came of it. Pure.

Exact, for entitled people inside: an `InternalTable`. What leaves goes through a release.

The steps lie within each other but for the last: of the persons counted, for so many an authority was asked; of
those, so many got any answer, a denial included; of those, for so many something was done. Proceedings against those
who did it are counted apart: they may begin without anybody having asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from incidents.facts.schema import FACT_COLUMNS, categories
from incidents.i18n import lazy_gettext
from incidents.summaries.counts import InternalTable, Tallies, Tally, fitting
from incidents.summaries.panels import cell, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.i18n import LazyString
    from incidents.summaries.counts import Dashboard, Key
    from incidents.summaries.panels import Cell

COUNTED: Final = "counted"
ASKED: Final = "asked"
ANSWERED: Final = "answered"
ACTED: Final = "acted"
PROCEEDINGS: Final = "proceedings"
#: Nothing has come back (codebook, interventions).
NO_ANSWER: Final = ("RSP_PEND", "RSP_NONE")
#: Something was done that helps.
ACTION: Final = "RSP_ACT"
#: Something happened to those who did it: taken off duty, charged, tried or punished (codebook, involvement).
HAPPENED: Final = ("PST_SUSP", "PST_CHG", "PST_ACQ", "PST_CON")
STEPS: Final[Mapping[str, LazyString]] = {
    COUNTED: lazy_gettext("Persons counted"),
    ASKED: lazy_gettext("An authority was asked"),
    ANSWERED: lazy_gettext("Any answer"),
    ACTED: lazy_gettext("Something was done"),
    PROCEEDINGS: lazy_gettext("Proceedings against those who did it"),
}
#: Countries on the dashboard; the others stand on the page of all countries.
TOP: Final = 8


def table(rows: pl.DataFrame, dashboard: Dashboard) -> InternalTable:
    """Tallies by country and step; a country stands here when an authority was asked there, or proceedings began.

    Costs little beside the dashboard: most rows are of cases about which nobody was asked.

    Args:
        rows: Facts.
        dashboard: What was counted from them, and under which filters.
    """
    asked, happened = pl.col("asked"), pl.col("accountability").is_in(HAPPENED).fill_null(value=False)
    touched = fitting(rows.filter(asked | happened), dashboard.query)
    conditions = {
        ASKED: asked,
        ANSWERED: asked & pl.col("answer").is_in(NO_ANSWER).not_().fill_null(value=False),
        ACTED: asked & (pl.col("answer") == ACTION).fill_null(value=False),
        PROCEEDINGS: happened,
    }
    countries = categories(next(column for column in FACT_COLUMNS if column.name == "country"))
    cells: dict[Key, Tally] = {(None, COUNTED): dashboard.total}
    for step, condition in conditions.items():
        tallies = Tallies(touched, [condition])
        cells[(None, step)] = tallies.total
        found = tallies.by(tallies.column("country"))
        cells |= {(countries[at], step): tally for at, tally in found.items() if at is not None}
    for country in {key[0] for key in cells} - {None}:
        cells[(country, COUNTED)] = dashboard.countries[(country,)]
    return InternalTable(("country", "step"), cells, dashboard.total)


@dataclass(frozen=True)
class Shown:
    """Countries in rows, steps in columns, for `internal.crossed`; the first row is all countries together.

    Attributes:
        more: How many countries were left out.
    """

    series: tuple[str, ...]
    rows: tuple[tuple[str, list[Cell]], ...]
    more: int = 0


def shown(found: InternalTable, everywhere: str, most: int | None = TOP) -> Shown | None:
    """What a page shows: the countries with most persons first; None when nobody was asked and nothing began.

    Args:
        found: From table().
        everywhere: What the row of all countries is called.
        most: How many countries; None: all.
    """
    codes = dict.fromkeys(country for country, _step in found.cells if country is not None)
    ranked = sorted(codes, key=lambda code: (-found[(code, COUNTED)].persons, str(code)))
    if not ranked:
        return None
    rows = [
        (everywhere, _cells(found, None)),
        *((name_of("country", code), _cells(found, code)) for code in ranked[:most]),
    ]
    return Shown(tuple(map(str, STEPS.values())), tuple(rows), len(ranked) - len(ranked[:most]))


def _cells(found: InternalTable, country: str | int | None) -> list[Cell]:
    return [cell(found[(country, step)].persons) for step in STEPS]
