"""Dates as a reader would say them, in the language of the page and as well as they are known."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from babel.dates import format_datetime, format_skeleton

from incidents.i18n import bdi, current_locale, day, ngettext
from incidents.i18n import gettext as _

if TYPE_CHECKING:
    from incidents.records.dates import Edtf

DECEMBER = 12
_HOUR, _DAY = 60, 24 * 60


def month(value: int) -> str:
    """A month given as yyyymm, such as "May 2026"."""
    return _month(date(value // 100, value % 100, 1))


def when(value: Edtf | None) -> str:
    """A date of any precision: "about May 2026", "on 3 May 2026", "on an unknown date"."""
    if value is None or not value.known:
        return _("on an unknown date")
    first, last = value.first_day, value.last_day
    if first is None and last is not None:
        return _("until %(date)s", date=bdi(day(last)))
    if first is not None and last is None:
        return _("since %(date)s", date=bdi(day(first)))
    assert first is not None  # noqa: S101 - both ends are known here
    assert last is not None  # noqa: S101 - as above
    return _closed(first, last, about=value.approximate)


def at(moment: datetime) -> str:
    """A moment in words, UTC: it says so, because readers sit in several time zones."""
    text = format_datetime(moment.astimezone(UTC), "d MMMM y, HH:mm", locale=current_locale().babel)
    return bdi(f"{text} UTC")


def until(moment: datetime, now: datetime) -> str:
    """How far a moment is from now, in the largest unit that is fair: "in 5 hours", "2 days late"."""
    minutes = int((moment - now).total_seconds()) // 60
    count, late = abs(minutes), minutes < 0
    if count < _HOUR:
        return _("less than an hour late") if late else _("within the hour")
    if count < 2 * _DAY:
        hours = count // _HOUR
        if late:
            return ngettext("%(num)s hour late", "%(num)s hours late", hours)
        return ngettext("in %(num)s hour", "in %(num)s hours", hours)
    days = count // _DAY
    if late:
        return ngettext("%(num)s day late", "%(num)s days late", days)
    return ngettext("in %(num)s day", "in %(num)s days", days)


def _closed(first: date, last: date, *, about: bool) -> str:
    single = _single(first, last)
    if single is None:
        if about:
            return _("about between %(first)s and %(last)s", first=bdi(day(first)), last=bdi(day(last)))
        return _("between %(first)s and %(last)s", first=bdi(day(first)), last=bdi(day(last)))
    if about:
        return _("about %(date)s", date=bdi(single))
    return _("on %(date)s", date=bdi(single)) if first == last else _("in %(date)s", date=bdi(single))


def _single(first: date, last: date) -> str | None:
    """The day, month or year that both ends name together; None for any other span."""
    if first == last:
        return day(first)
    if first.day != 1 or first.year != last.year or last.day != calendar.monthrange(last.year, last.month)[1]:
        return None
    if first.month == last.month:
        return _month(first)
    return format_skeleton("y", first, locale=current_locale().babel) if _whole_year(first, last) else None


def _whole_year(first: date, last: date) -> bool:
    return first.month == 1 and last.month == DECEMBER


def _month(value: date) -> str:
    return _month_in(value, current_locale().babel)


@lru_cache(maxsize=4096)
def _month_in(value: date, locale: str) -> str:
    """Finding the pattern takes some 0.1 ms, and a list has a hundred months."""
    return format_skeleton("yMMMM", value, locale=locale)
