"""What was documented in a campaign's months and themes, year beside year: exact, for entitled people inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.i18n import bdi
from incidents.releases.question import WORLD
from incidents.reports import campaigns, services
from incidents.reports.letters import waited
from incidents.reports.models import PublicationType
from incidents.summaries import panels, windows

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from incidents.reports.campaigns import Window
    from incidents.summaries.counts import InternalTable
    from incidents.summaries.panels import Cell

#: Years that stand beside each other: the one that is looked at and those before it.
YEARS: Final = 4


class Year(NamedTuple):
    """One year of a campaign.

    Attributes:
        publications: What was published in its window and belongs to it.
        letters: Open letters among them, and how many of those have a reply by now.
        persons: Women who use drugs, others, not known, all: exact, small ones marked. A person counts once a column.
    """

    label: str
    publications: int
    letters: int
    answered: int
    persons: tuple[Cell, ...]


def years(rows: pl.DataFrame, window: Window, today: date) -> list[Year]:
    """The year of a window and the ones before in which the campaign was too, latest first."""
    last = window.first.year
    found = (campaigns.window(window.campaign, year) for year in range(last, last - YEARS, -1))
    return [_year(rows, one, today) for one in found if one is not None]


def question(window: Window) -> dict[str, str]:
    """The question of a release about a window, as the address of its form has it."""
    first, last = window.months
    return {
        "since": f"{first // 100}-{first % 100:02}",
        "until": f"{last // 100}-{last % 100:02}",
        "place": campaigns.country(window.campaign) or WORLD,
        "series": "credible",
        "by": "violation_group",
        "by2": "gender",
    }


def _year(rows: pl.DataFrame, window: Window, today: date) -> Year:
    published = services.in_window(window)
    letters = [one for one in published if one.kind is PublicationType.OPEN_LETTER]
    replies = services.reply_days([one.id for one in letters])
    table = windows.by_gender(
        rows, *window.months, themes=campaigns.themes(window.campaign), country=campaigns.country(window.campaign)
    )
    return Year(
        label=bdi(window.first.year),
        publications=len(published),
        letters=len(letters),
        answered=sum(waited(one.published_on, replies[one.id], today).answered for one in letters),
        persons=_persons(table),
    )


def _persons(table: InternalTable) -> tuple[Cell, ...]:
    tallies = [*(table[(group,)] for group in windows.GROUPS), table.total]
    return tuple(panels.cell(tally.persons) for tally in tallies)
