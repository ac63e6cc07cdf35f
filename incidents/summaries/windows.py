"""Exact counts of some months and some violations by who was harmed: women who use drugs, others, all. Pure.

For entitled people inside, like everything here: an `InternalTable`, whose small cells are marked on the page. What
leaves goes through a release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from incidents.codebook.services import codebook
from incidents.facts.schema import FACT_COLUMNS, categories
from incidents.reports import campaigns
from incidents.summaries.counts import SERIES, InternalTable, Tallies

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from incidents.reports.campaigns import Window
    from incidents.summaries.counts import Key, Tally

#: Years that stand beside each other: the one that is looked at and those before it.
YEARS: Final = 4
WOMEN: Final = "women"
OTHERS: Final = "others"
UNKNOWN: Final = "unknown"
GROUPS: Final = (WOMEN, OTHERS, UNKNOWN)
#: A group of mixed gender is neither women nor others: it is told apart from neither.
_GROUP_OF: Final[Mapping[str, str]] = {"GEN_W": WOMEN, "GEN_M": OTHERS, "GEN_NB": OTHERS}


class Year(NamedTuple):
    """A year of a campaign and who was harmed in its months."""

    year: int
    table: InternalTable


def years(rows: pl.DataFrame, window: Window) -> list[Year]:
    """The year of a campaign's window and the ones before in which it was too, latest first. A pass a year."""
    code, last = window.campaign, window.first.year
    found = (campaigns.window(code, year) for year in range(last, last - YEARS, -1))
    themes, country = campaigns.themes(code), campaigns.country(code)
    return [
        Year(one.first.year, by_gender(rows, *one.months, themes=themes, country=country))
        for one in found
        if one is not None
    ]


def violations_of(themes: Collection[str]) -> list[str]:
    """The violations that belong to any of some themes; all when no theme is named."""
    listed = codebook().vocabulary("violation_types")
    wanted = set(themes)
    return [code.code for code in listed if not wanted or wanted.intersection(codebook().themes_of(code.code))]


def by_gender(
    rows: pl.DataFrame, first: int, last: int, *, themes: Collection[str] = (), country: str | None = None
) -> InternalTable:
    """Tallies of the women, the others and those of whom it is not known, in some months and themes.

    Args:
        rows: Facts.
        first: First month, yyyymm; what has no month is in no window.
        last: Last month, included.
        themes: Any of these; none: all.
        country: Only there; None: everywhere.
    """
    conditions = [
        pl.col("verification").is_in(SERIES[""]),
        pl.col("month").is_between(first, last).fill_null(value=False),
        pl.col("violation").is_in(violations_of(themes)),
    ]
    tallies = Tallies(rows, conditions + ([pl.col("country") == country] if country else []))
    genders = categories(next(column for column in FACT_COLUMNS if column.name == "gender"))
    groups = pl.Series([GROUPS.index(_GROUP_OF.get(gender, UNKNOWN)) for gender in genders], dtype=pl.UInt8)
    found = tallies.by(groups.gather(tallies.column("gender")))
    cells: dict[Key, Tally] = {(name,): found[place] for place, name in enumerate(GROUPS) if place in found}
    return InternalTable(("who",), cells, tallies.total)
