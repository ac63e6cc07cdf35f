"""The years of a campaign side by side: what was published, and which letters were answered. All of it is public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.reports import campaigns, services
from incidents.reports.models import PublicationType

if TYPE_CHECKING:
    from incidents.reports.campaigns import Window

#: Years that stand beside each other: the one that is looked at and those before it.
YEARS: Final = 4


class Year(NamedTuple):
    """One year of a campaign: what was published in its window and belongs to it, open letters, those with a reply."""

    year: int
    publications: int
    letters: int
    answered: int


def years(window: Window) -> list[Year]:
    """The year of a window and the ones before in which the campaign was too, latest first. Two queries a year."""
    last = window.first.year
    found = (campaigns.window(window.campaign, year) for year in range(last, last - YEARS, -1))
    return [_year(one) for one in found if one is not None]


def _year(window: Window) -> Year:
    published = services.in_window(window)
    letters = [one.id for one in published if one.kind is PublicationType.OPEN_LETTER]
    replies = services.reply_days(letters)
    return Year(window.first.year, len(published), len(letters), sum(1 for one in letters if replies[one]))
