"""From exact counts to what a page shows: labels, links that drill down, finding titles, and the geometry of figures.

Everything here is for pages behind a log-in: it takes `InternalTable`s and marks small numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.codebook.services import codebook
from incidents.i18n import bdi
from incidents.i18n import gettext as _
from incidents.summaries import charts, world
from incidents.summaries.charts import Datum, Estimate, month_text, months_between
from incidents.summaries.counts import Dashboard, InternalTable, Tally, small
from incidents.summaries.words import COLUMNS, FIELDS, MEASURES, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from incidents.summaries.charts import Columns, Line, Stack
    from incidents.summaries.counts import Code

    Address = Callable[..., str]

#: A longer time is shown by year, each year leading to its months.
MOST_MONTHS: Final = 24
#: Countries in the dashboard's own table; the others stand on the page of all countries.
TOP_COUNTRIES: Final = 8
VOCABULARIES: Final = {
    "violation": "violation_types",
    "perpetrator_group": "perpetrator_types",
    "gender": "victim_attributes",
    "age": "victim_attributes",
    "country": "regions",
    "verification": "verification_status",
}


class Cell(NamedTuple):
    """An exact count, and whether nobody may publish it; ``ends``: the lowest and highest number where they differ."""

    value: int
    small: bool
    ends: tuple[int, int] | None = None


def cell(count: int) -> Cell:
    """A count with its mark."""
    return Cell(count, small(count))


def killed_cell(tally: Tally) -> Cell:
    """How many were killed; small if any of the three numbers is."""
    low, best, high = tally.killed_low, tally.killed_best, tally.killed_high
    return Cell(best, any(map(small, (low, best, high))), None if low == best == high else (low, high))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a panel: its name, the address that looks closer, its numbers."""

    label: str
    tally: Tally
    href: str | None = None

    def cells(self, columns: Iterable[str] = tuple(COLUMNS)) -> list[Cell]:
        """Its counts, marked, for some columns."""
        return [killed_cell(self.tally) if name == "killed" else cell(getattr(self.tally, name)) for name in columns]

    def datum(self, measure: str) -> Datum:
        """What a figure draws of it."""
        count = getattr(self.tally, FIELDS[measure])
        return Datum(self.label, count, small=small(count), href=self.href)


@dataclass(frozen=True)
class Panel:
    """One breakdown, ready for a figure and its table.

    Attributes:
        heading: What the first column holds.
    """

    heading: str
    rows: tuple[Row, ...]
    measure: str

    @property
    def data(self) -> list[Datum]:
        """What a figure draws."""
        return [row.datum(self.measure) for row in self.rows]

    @property
    def title(self) -> str:
        """The finding: where the measure is highest, if one row alone is; else what is shown."""
        return finding(self.rows, self.measure) or self.heading

    def bars(self, *, rtl: bool) -> tuple[charts.Bar, ...]:
        """Horizontal bars."""
        return charts.bars(self.data, rtl=rtl)


def finding(rows: Iterable[Row], measure: str) -> str | None:
    """A headline that names the one row with the highest number; None when several share it, or there is none."""
    ranked = sorted(((getattr(row.tally, FIELDS[measure]), row) for row in rows), key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] == 0 or (len(ranked) > 1 and ranked[1][0] == ranked[0][0]):
        return None
    return _(MEASURES[measure].most, what=ranked[0][1].label)


def headline(dashboard: Dashboard) -> str | None:
    """The month with most killings, or with most cases where nobody was killed."""
    rows = month_rows(dashboard.months)
    return finding(rows, "killed" if dashboard.total.killed_best else "cases")


def tally_cells(tally: Tally) -> list[tuple[str, Cell]]:
    """The measures of one tally with their names."""
    return list(zip(map(str, COLUMNS.values()), Row("", tally).cells(), strict=True))


def name_of(dimension: str, code: Code) -> str:
    """What a code is called in the language of the page."""
    if code is None:
        return _("Not known")
    return _(codebook().vocabulary(VOCABULARIES[dimension])[str(code)].label)


def definitions() -> list[tuple[str, str]]:
    """What every measure means, and what no number here says."""
    pairs = [(str(measure.label), str(measure.definition)) for measure in MEASURES.values()]
    return [
        *pairs,
        (
            _("Not prevalence"),
            _(
                "These are cases that somebody could document. Where nobody documents there are no cases, "
                "so that no rate and no rank of countries can be made of them."
            ),
        ),
        (
            _("Rows and totals"),
            _(
                "A case or person with two violations stands in both rows and once in the total: "
                "rows need not add up to it."
            ),
        ),
        (
            _("Month"),
            _(
                "The month in which it happened. Cases whose date spans several months have none, "
                "and are left out once a period is asked for."
            ),
        ),
    ]


def violation_trail(node: str, address: Address) -> list[tuple[str, str]]:
    """The way back up the tree from a node: names with addresses, the top first; empty without a node."""
    if not node:
        return []
    above = reversed(codebook().vocabulary("violation_types").ancestors(node))
    return [
        (_("All violations"), address(violation=None)),
        *((name_of("violation", code), address(violation=code)) for code in above),
    ]


# -- time ----------------------------------------------------------------------------------------------


def month_rows(table: InternalTable) -> list[Row]:
    """The months that have cases, as text."""
    return [Row(bdi(month_text(month)), tally) for (month,), tally in table.cells.items() if isinstance(month, int)]


def span(dashboard: Dashboard) -> tuple[int, int] | None:
    """First and last month to draw: what was asked for, else what there is. None without a dated case."""
    months = [month for (month,) in dashboard.months.cells if isinstance(month, int)]
    if not months:
        return None
    return dashboard.query.first or months[0], dashboard.query.last or months[-1]


@dataclass(frozen=True)
class Time:
    """Months, each with its numbers, for two figures. Months between without a case are zero: nothing is documented."""

    panel: Panel
    cases: Columns
    killed: Line


def by_month(dashboard: Dashboard, measure: str, *, rtl: bool) -> Time | None:
    """Month by month; None when there is none, or the time is too long for a page."""
    ends = span(dashboard)
    if ends is None or len(months_between(*ends)) > MOST_MONTHS:
        return None
    rows = {month: Row(bdi(month_text(month)), dashboard.months[(month,)]) for month in months_between(*ends)}
    data = {month: row.datum(measure) for month, row in rows.items()}
    killed = {
        month: Estimate(row.tally.killed_low, row.tally.killed_best, row.tally.killed_high)
        for month, row in rows.items()
    }
    unknown = unknown_row(dashboard.months)
    return Time(
        Panel(_("Month"), (*rows.values(), *unknown), measure),
        charts.columns(data, first=ends[0], last=ends[1], rtl=rtl),
        charts.line(killed, first=ends[0], last=ends[1], rtl=rtl),
    )


def by_year(dashboard: Dashboard, measure: str, address: Address) -> Panel:
    """Year by year, each leading to its months."""
    rows = [
        Row(bdi(year), tally, address(from_=f"{year}-01", to=f"{year}-12"))
        for (year,), tally in dashboard.years.cells.items()
        if year is not None
    ]
    return Panel(_("Year"), (*rows, *unknown_row(dashboard.years)), measure)


def unknown_row(table: InternalTable) -> list[Row]:
    """A line for what has no such code, if anything has none."""
    return [Row(_("Not known"), table[(None,)])] if (None,) in table.cells else []


# -- codes ---------------------------------------------------------------------------------------------


def by_violation(dashboard: Dashboard, measure: str, address: Address) -> Panel:
    """One level of the tree; a node with something below it leads there."""
    tree = codebook().vocabulary("violation_types")
    rows = []
    for (code,), tally in dashboard.violations.cells.items():
        deeper = code is not None and code != dashboard.query.violation and tree.children(str(code))
        label = name_of("violation", code)
        if code == dashboard.query.violation and tree.children(str(code)):
            label = _("%(label)s: not specified further", label=label)
        rows.append(Row(label, tally, address(violation=str(code)) if deeper else None))
    return Panel(_("Violation"), tuple(_ranked(rows, measure)), measure)


def by_code(table: InternalTable, heading: str, measure: str, address: Address) -> Panel:
    """The codes of one dimension in their own order, each leading to the page that shows it alone."""
    (dimension,) = table.dimensions
    rows = [
        Row(name_of(dimension, code), tally, address(**{dimension: str(code)}) if code is not None else None)
        for (code,), tally in table.cells.items()
    ]
    return Panel(heading, tuple(rows), measure)


def by_country(dashboard: Dashboard, measure: str, address: Address) -> Panel:
    """Countries, the highest number first."""
    panel = by_code(dashboard.countries, _("Country"), measure, address)
    return Panel(panel.heading, tuple(_ranked(panel.rows, measure)), measure)


def top(panel: Panel, most: int = TOP_COUNTRIES) -> Panel:
    """The first lines of a panel."""
    return Panel(panel.heading, panel.rows[:most], panel.measure)


def country_map(dashboard: Dashboard, measure: str) -> world.WorldMap:
    """Every country with a number, shaded."""
    return world.draw(
        {
            str(code): getattr(tally, FIELDS[measure])
            for (code,), tally in dashboard.countries.cells.items()
            if code is not None
        }
    )


@dataclass(frozen=True)
class Crossed:
    """Genders in rows, perpetrator groups in parts."""

    series: tuple[str, ...]
    stacks: tuple[Stack, ...]
    rows: tuple[tuple[str, list[Cell]], ...]


def by_perpetrator_and_gender(dashboard: Dashboard, measure: str, *, rtl: bool) -> Crossed:
    """Persons (or what is measured) of each gender by who harmed them."""
    table = dashboard.perpetrators
    groups = [root.code for root in codebook().vocabulary("perpetrator_types").roots]
    genders = [code.code for code in codebook().vocabulary("victim_attributes").facet("GEN")]
    rows = [
        (name_of("gender", gender), [getattr(table[(group, gender)], FIELDS[measure]) for group in groups])
        for gender in genders
        if any((group, gender) in table.cells for group in groups)
    ]
    return Crossed(
        tuple(name_of("perpetrator_group", group) for group in groups),
        charts.stacks([(label, _data(label, numbers)) for label, numbers in rows], rtl=rtl),
        tuple((label, [cell(number) for number in numbers]) for label, numbers in rows),
    )


def held_rows(dashboard: Dashboard) -> list[tuple[str, Cell, str]]:
    """Why cases are held back: in a few words, how many, and what would change it."""
    return [(str(reason(name).label), cell(count), str(reason(name).meaning)) for name, count in dashboard.held.items()]


def _data(label: str, numbers: Sequence[int]) -> list[Datum]:
    return [Datum(label, number, small=small(number)) for number in numbers]


def _ranked(rows: Iterable[Row], measure: str) -> list[Row]:
    return sorted(rows, key=lambda row: -getattr(row.tally, FIELDS[measure]))
