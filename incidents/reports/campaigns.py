"""When a campaign is, from the codebook's DATE tokens: ISO 8601, with `--` for "every year"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.i18n import gettext as _
from incidents.i18n import ngettext

if TYPE_CHECKING:
    from incidents.codebook.services import Code

DAY: Final = re.compile(r"^(?:-|(?P<year>\d{4}))-(?P<month>\d\d)(?:-(?P<day>\d\d))?$", re.ASCII)

#: The first year of a campaign that has a page.
FIRST_YEAR: Final = 2000
#: Days ahead from which a campaign's page shows the coming year and not the last one.
SOON: Final = 90


@dataclass(frozen=True)
class Window:
    """A campaign in one year: its first and last day."""

    campaign: str
    first: date
    last: date

    @property
    def before(self) -> tuple[int, int]:
        """The twelve whole months before it, as yyyymm, both included."""
        year, month = self.first.year, self.first.month
        return (year - 1) * 100 + month, (year * 100 + month - 1) if month > 1 else (year - 1) * 100 + 12

    @property
    def months(self) -> tuple[int, int]:
        """The months it touches, as yyyymm, both included: facts know no day."""
        return self.first.year * 100 + self.first.month, self.last.year * 100 + self.last.month

    @property
    def length(self) -> int:
        """How many days it lasts."""
        return (self.last - self.first).days + 1

    def day(self, today: date) -> int:
        """Which day of it today is, from 1; 0 or less before it, more than its length after it."""
        return (today - self.first).days + 1

    def runs(self, today: date) -> bool:
        """Whether today is one of its days."""
        return self.first <= today <= self.last


def window(campaign: str, year: int) -> Window | None:
    """A campaign in a year; None when it was not then, or has no date. Raises `codebook.UnknownCode`."""
    tokens = codebook().vocabulary("campaigns")[campaign].mappings.get("DATE", ())
    if not tokens:
        return None
    ends = tokens[0].split("/")
    first, last = _first(ends[0], year), _last(ends[-1], year)
    if last < first:
        last = _last(ends[-1], year + 1)  # it lasts into the new year
    return Window(campaign, first, last) if first.year == year else None


def dated() -> list[Code]:
    """The campaigns that have a date."""
    return [code for code in codebook().vocabulary("campaigns") if "DATE" in code.mappings]


def latest_year(campaign: str, today: date) -> int | None:
    """The latest year in which the campaign has begun by today; None when it has no date."""
    tokens = codebook().vocabulary("campaigns")[campaign].mappings.get("DATE", ())
    if not tokens:
        return None
    fixed = _parts(tokens[0].split("/")[0]).get("year")
    if fixed:
        return int(fixed)
    this = window(campaign, today.year)
    return today.year if this and this.first <= today else today.year - 1


def coming(campaign: str, today: date) -> Window | None:
    """The window that is running, or else the next that begins; None when there is none any more.

    One that was left open in the old year is looked at too. A one-off campaign has the year that it names.
    """
    tokens = codebook().vocabulary("campaigns")[campaign].mappings.get("DATE", ())
    fixed = _parts(tokens[0].split("/")[0]).get("year") if tokens else None
    years = [int(fixed)] if fixed else [today.year - 1, today.year, today.year + 1]
    windows = (window(campaign, year) for year in years)
    return next((one for one in windows if one and today <= one.last), None)


def best_year(campaign: str, today: date) -> int | None:
    """The year whose page is shown first: running or soon to begin, else the latest that has begun."""
    near = coming(campaign, today)
    if near and (near.first - today).days <= SOON:
        return near.first.year
    return latest_year(campaign, today)


def upcoming(today: date) -> list[tuple[Code, Window | None]]:
    """All dated campaigns with their next window, the nearest first and those that are over last."""
    found = [(code, coming(code.code, today)) for code in dated()]
    return sorted(found, key=lambda pair: pair[1].first if pair[1] else date.max)


def countdown(window: Window, today: date) -> str:
    """How far off it is: "Begins in 12 days", "Day 3 of 16", "Ended 40 days ago"."""
    number = window.day(today)
    if number < 1:
        return ngettext("Begins in %(num)s day", "Begins in %(num)s days", 1 - number)
    if number > window.length:
        return ngettext("Ended %(num)s day ago", "Ended %(num)s days ago", number - window.length)
    if window.length == 1:
        return _("Today")
    return _("Day %(number)s of %(total)s", number=number, total=window.length)


def themes(campaign: str) -> tuple[str, ...]:
    """The themes a campaign is about."""
    return codebook().vocabulary("campaigns")[campaign].mappings.get("THEME", ())


def country(campaign: str) -> str | None:
    """The country a campaign is about; None for the world."""
    return next(iter(codebook().vocabulary("campaigns")[campaign].mappings.get("COUNTRY", ())), None)


def _first(token: str, year: int) -> date:
    parts = _parts(token)
    return date(int(parts["year"] or year), int(parts["month"] or 1), int(parts["day"] or 1))


def _last(token: str, year: int) -> date:
    parts = _parts(token)
    year, month = int(parts["year"] or year), int(parts["month"] or 1)
    return date(year, month, int(parts["day"] or calendar.monthrange(year, month)[1]))


def _parts(token: str) -> dict[str, str | None]:
    found = DAY.match(token)
    if found is None:
        raise ValueError("A campaign's date must look like --11-25, --03 or 2016-10-10.")
    return found.groupdict()
