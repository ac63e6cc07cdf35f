"""Dates as people know them: a day, a month, a year, about, between, since, unknown.

The form kept is a subset of EDTF (ISO 8601-2:2019, levels 0 and 1): `2025-03-14`, `2025-03`, `2025`, each
with `~` for "about"; two of them as an interval `2025-03-10/2025-03-16`; `..` for an open end; `XXXX` for
unknown. Dates are local calendar dates of the common calendar, never points in time: a record from Manila
does not change its day in London.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pydantic_core import CoreSchema, core_schema

from incidents.records.errors import MESSAGES, problem

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

UNKNOWN_TEXT: Final = "XXXX"
FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2199
BUDDHIST_OFFSET: Final = 543  # the Thai solar calendar counts from 543 before the common era
_BUDDHIST_YEARS: Final = range(FIRST_YEAR + BUDDHIST_OFFSET + 57, LAST_YEAR + BUDDHIST_OFFSET + 1)
_PERSIAN_AND_ISLAMIC_YEARS: Final = range(1200, 1600)
_YEAR_DIGITS: Final = 4
_POINT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(~?)\Z", re.ASCII)
# Longest span in days of each precision (UCDP date_prec; standards, list date_precision).
_SPANS: Final = ((1, "DP_DAY"), (6, "DP_RANGE"), (7, "DP_WEEK"), (31, "DP_MONTH"), (366, "DP_YEAR"))


class DateProblem(ValueError):
    """A date that cannot be read: a stable type, a sentence to show, and the box it belongs to."""

    def __init__(self, kind: str, part: str = "", **params: object) -> None:
        super().__init__(MESSAGES[kind])
        self.type = kind
        self.part = part
        self.params = params


@dataclass(frozen=True, slots=True)
class Edtf:
    """A date of any precision, and the first and last day it can mean (None: open or unknown)."""

    text: str
    first_day: date | None = None
    last_day: date | None = None
    approximate: bool = False

    def __str__(self) -> str:
        return self.text

    @property
    def known(self) -> bool:
        """Whether anything is known about the date."""
        return self.first_day is not None or self.last_day is not None

    @property
    def precision(self) -> str:
        """How well the date is known, as a code of the list date_precision."""
        if not self.known:
            return "DP_UNK"
        if self.approximate:
            return "DP_EST"
        if self.first_day is None or self.last_day is None:
            return "DP_LONG"
        days = (self.last_day - self.first_day).days + 1
        return next((code for longest, code in _SPANS if days <= longest), "DP_LONG")

    @property
    def month(self) -> int | None:
        """The month as yyyymm, or None when the date spans several months or is open or unknown."""
        first, last = self.first_day, self.last_day
        if first is None or last is None or (first.year, first.month) != (last.year, last.month):
            return None
        return first.year * 100 + first.month

    @property
    def year(self) -> int | None:
        """The year, or None when the date spans several years or is open or unknown."""
        first, last = self.first_day, self.last_day
        if first is None or last is None or first.year != last.year:
            return None
        return first.year

    @property
    def sort_key(self) -> tuple[int, int]:
        """Order dates by their first day, then their last; what is unknown comes first."""
        first = self.first_day or self.last_day
        last = self.last_day or self.first_day
        return (first.toordinal() if first else 0, last.toordinal() if last else 0)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validated, serialization=core_schema.to_string_ser_schema(when_used="always")
        )


UNKNOWN: Final = Edtf(UNKNOWN_TEXT)


def parse(text: str) -> Edtf:
    """Read a stored date.

    Raises:
        DateProblem: It is not of the subset, names no day that exists, or ends before it begins.
    """
    if text == UNKNOWN_TEXT:
        return UNKNOWN
    first, slash, last = text.partition("/")
    if not slash:
        return _point(first)
    if first == last == "..":
        raise DateProblem("date_malformed")
    return _interval(None if first == ".." else _point(first), None if last == ".." else _point(last))


def between(first: Edtf, last: Edtf) -> Edtf:
    """Return the interval from `first` to `last`, each a day, a month or a year.

    Raises:
        DateProblem: One of them is an interval itself or unknown, or they stand in the wrong order.
    """
    return parse(f"{first.text}/{last.text}")


def from_parts(day: str, month: str, year: str, *, about: bool = False, today: date) -> Edtf:
    """Read a date typed into three boxes; digits of any script count.

    Args:
        day: Day of the month; may be empty.
        month: Number of the month; may be empty when the day is.
        year: Four digits.
        about: Whether the person said "about".
        today: The last day but one that is accepted: it may be tomorrow already where the person is.

    Raises:
        DateProblem: With the box (`day`, `month` or `year`) and a sentence that says what to do.
    """
    day, month, year = day.strip(), month.strip(), year.strip()
    if not (day or month or year):
        raise DateProblem("date_empty", "year")
    if day and not month:
        raise DateProblem("date_day_without_month", "month")
    text = f"{_year_number(year, today):04d}"
    for digits, part, kind in ((month, "month", "date_no_such_month"), (day, "day", "date_no_such_day")):
        if digits:
            text += f"-{_number(digits, part, kind):02d}"
    found = _point(f"{text}~" if about else text)
    if found.first_day is not None and found.first_day > today + timedelta(days=1):
        raise DateProblem("date_future", "year")
    return found


def _number(digits: str, part: str, kind: str) -> int:
    # isdecimal leaves out signs, underscores and exponents, which int would take
    if not digits.isdecimal() or len(digits) > 2:  # noqa: PLR2004
        raise DateProblem(kind, part)
    return int(digits)


def _year_number(digits: str, today: date) -> int:
    if len(digits) != _YEAR_DIGITS or not digits.isdecimal():
        raise DateProblem("date_year_digits", "year", example=str(today.year))
    return int(digits)


def _check_year(year: int) -> None:
    if year in _BUDDHIST_YEARS:
        raise DateProblem("date_year_buddhist", "year", year=str(year - BUDDHIST_OFFSET))
    if year in _PERSIAN_AND_ISLAMIC_YEARS:
        raise DateProblem("date_year_other_calendar", "year")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateProblem("date_year_range", "year", first=str(FIRST_YEAR), last=str(LAST_YEAR))


def _point(text: str) -> Edtf:
    found = _POINT.match(text)
    if not found:
        raise DateProblem("date_malformed")
    year, month, day = (int(group) if group else None for group in found.groups()[:3])
    assert year is not None  # noqa: S101 - the pattern demands it
    _check_year(year)
    first, last = _days(year, month, day)
    return Edtf(text, first, last, approximate=bool(found[4]))


def _days(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        raise DateProblem("date_no_such_month", "month")
    length = monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, length)
    if not 1 <= day <= length:
        raise DateProblem("date_no_such_day", "day")
    return date(year, month, day), date(year, month, day)


def _interval(first: Edtf | None, last: Edtf | None) -> Edtf:
    begins = first.first_day if first else None
    ends = last.last_day if last else None
    if begins and ends and ends < begins:
        raise DateProblem("date_order")
    text = f"{first.text if first else '..'}/{last.text if last else '..'}"
    return Edtf(text, begins, ends, approximate=bool((first and first.approximate) or (last and last.approximate)))


def _validated(value: object) -> Edtf:
    if isinstance(value, Edtf):
        return value
    if not isinstance(value, str):
        raise problem("date_malformed")
    try:
        return parse(value.strip())
    except DateProblem as wrong:
        raise problem(wrong.type, **wrong.params) from None
