"""When a campaign is, from the codebook's DATE tokens: ISO 8601, with `--` for "every year"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook

if TYPE_CHECKING:
    from incidents.codebook.services import Code

DAY: Final = re.compile(r"^(?:-|(?P<year>\d{4}))-(?P<month>\d\d)(?:-(?P<day>\d\d))?$", re.ASCII)


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
