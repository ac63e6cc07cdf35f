"""From cells to values of fields: codes by table and rule, dates, numbers, points, areas. Pure."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import subdivisions
from incidents.exchange.cells import Why
from incidents.exchange.words import fold, fold_area
from incidents.records.dates import UNKNOWN, DateProblem, Edtf, between, parse

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from incidents.exchange.cells import Cells
    from incidents.exchange.mapping import Area, Coding, DateForm, Dates, Numbers, Point

MOST_PEOPLE: Final = 1_000_000
OLDEST: Final = 120
#: First age of each band, oldest first (list victim_attributes, facet AGE).
_BANDS: Final = (
    (65, "AGE_65"),
    (50, "AGE_50_64"),
    (35, "AGE_35_49"),
    (25, "AGE_25_34"),
    (18, "AGE_18_24"),
    (15, "AGE_15_17"),
    (12, "AGE_12_14"),
    (0, "AGE_0_11"),
)


def code(coding: Coding | None, cells: Cells) -> str | None:
    """The one code of a field: the first that applies."""
    return next(iter(_first(coding, cells)), None) if coding else None


def codes(coding: Coding | None, cells: Cells) -> list[str]:
    """All codes of a field that takes several, each once.

    With a table alone, each entry of a cell is looked up, and every entry without a code is kept aside. With rules, a
    whole cell is looked up, then the first rule that fits counts, or with ``every`` all that fit.
    """
    if coding is None:
        return []
    found = [*coding.value, *(code for column, code in coding.present.items() if cells.peek(column))]
    for column in coding.columns:
        found += _by_rules(coding, cells, column) if coding.rules else _by_table(coding, cells, column)
        if found and not coding.every:
            break
    return list(dict.fromkeys(found or coding.otherwise))


def _first(coding: Coding, cells: Cells) -> Sequence[str]:
    if coding.value:
        return coding.value
    found = next((code for column, code in coding.present.items() if cells.peek(column)), None)
    if found:
        return (found,)
    for column in coding.columns:
        text = cells.peek(column)
        if text and (given := _of_text(coding, cells, column, text)):
            return given
    return coding.otherwise


def _of_text(coding: Coding, cells: Cells, column: str, text: str) -> Sequence[str]:
    given = coding.table.get(fold(text))
    if given is not None:
        cells.place(column)
        return given
    for rule in coding.rules:
        if rule.regex.search(text):
            cells.explain(column, Why.AS_WRITTEN)
            return rule.all
    cells.by_default(column)
    return ()


def _by_table(coding: Coding, cells: Cells, column: str) -> Iterator[str]:
    if coding.keep:
        cells.keep_as_written(column)
    for item in cells.items(column, coding.separator):
        given = coding.table.get(fold(item)) if isinstance(item, str) else None
        if given is not None:
            cells.place_item(column, item)
            yield from given


def _by_rules(coding: Coding, cells: Cells, column: str) -> Iterator[str]:
    text = cells.peek(column)
    if not text:
        return
    given = coding.table.get(fold(text))
    if given is not None:
        cells.place(column)
        yield from given
        return
    fitting = [rule for rule in coding.rules if rule.regex.search(text)]
    if fitting:
        cells.explain(column, Why.AS_WRITTEN)
    elif not coding.every:
        cells.by_default(column)
    for rule in fitting if coding.every else fitting[:1]:
        yield from rule.all


# -- dates -------------------------------------------------------------------------------------


def date(dates: Dates | None, cells: Cells) -> Edtf | None:
    """When it happened; what cannot be read is kept aside, and the date stays open."""
    if dates is None:
        return None
    begins = _date(dates, cells, dates.column)
    ends = _date(dates, cells, dates.until) if dates.until else None
    if begins is None or ends is None or begins == ends:
        return begins or ends
    try:
        return between(begins, ends)
    except DateProblem:
        cells.keep(dates.until, Why.NO_DATE)
        return begins


def _date(dates: Dates, cells: Cells, column: str) -> Edtf | None:
    text = cells.peek(column)
    if not text:
        return None
    for form in dates.forms:
        if found := form.regex.search(text):
            return _read_date(form, found, cells, column)
    cells.keep(column, Why.NO_DATE)
    return None


def _read_date(form: DateForm, found: re.Match[str], cells: Cells, column: str) -> Edtf | None:
    cells.place(column)
    if form.unknown:
        return UNKNOWN
    parts = found.groupdict(default="")
    digits = [parts["year"], *(parts[one].zfill(2) for one in ("month", "day") if parts.get(one))]
    try:
        return parse("-".join(digits) + ("~" if form.about else ""))
    except DateProblem:
        cells.keep(column, Why.NO_DATE)
        return None


# -- numbers and places ------------------------------------------------------------------------


def number(column: str, cells: Cells, most: int = MOST_PEOPLE) -> int | None:
    """A whole number from 0 to `most`; anything else is kept aside."""
    text = cells.peek(column) if column else ""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < len(str(MOST_PEOPLE)) + 1 and int(text) <= most:
        cells.place(column)
        return int(text)
    cells.explain(column, Why.NO_NUMBER)
    return None


def numbers(given: Numbers | None, cells: Cells) -> tuple[int | None, int | None, int | None]:
    """Lowest, best and highest number; out of order, the ends are not believed and all three are kept aside."""
    if given is None:
        return None, None, None
    low, best, high = (number(column, cells) for column in given.columns)
    known = [count for count in (low, best, high) if count is not None]
    if known == sorted(known):
        return low, best, high
    for column in filter(None, given.columns):
        cells.keep(column, Why.OUT_OF_ORDER)
    return None, best, None


def age_band(years: int) -> str:
    """The band of an age in years."""
    return next(band for first, band in _BANDS if years >= first)


def point(given: Point | None, cells: Cells) -> dict[str, float] | None:
    """A point of the map in degrees; what is none is kept aside."""
    if given is None:
        return None
    columns = [given.column] if given.column else [given.lat, given.lon]
    lat, lon = _degrees(given, cells)
    try:
        found = {"lat": float(lat), "lon": float(lon)}
    except ValueError:
        for column in columns:
            cells.explain(column, Why.NO_POINT)
        return None
    for column in columns:
        cells.place(column)
    return found


def _degrees(given: Point, cells: Cells) -> tuple[str, str]:
    if not given.column:
        return cells.peek(given.lat), cells.peek(given.lon)
    found = given.regex.search(cells.peek(given.column))
    return (found["lat"], found["lon"]) if found else ("", "")


def area(given: Area | None, country: str | None, cells: Cells) -> str | None:
    """The ISO 3166-2 code that the first column with words in it names; a name of no area, or of several, has none."""
    if given is None or country is None:
        return None
    own = _own_names(tuple(sorted(given.names.items())))
    for column in given.columns:
        name = cells.peek(column)
        if not name:
            continue
        folded = fold_area(name)
        found = own.get(folded, "") if folded in own else _areas(country).get(folded, "")
        if found:
            cells.place(column)
            return found
        cells.keep(column, Why.NO_AREA)
        return None
    return None


@lru_cache(maxsize=16)
def _own_names(names: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {fold_area(name): found for name, found in names}


@cache
def _areas(country: str) -> dict[str, str]:
    return {fold_area(area.name): area.code for area in subdivisions(country)}
