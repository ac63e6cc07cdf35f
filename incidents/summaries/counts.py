"""Exact counts of facts, for the eyes of entitled people inside: every panel of the dashboard in one go.

Pure: a frame of facts and a query in, tables out. A table made here is an `InternalTable` and nothing else: whatever
writes files or public pages takes tables of `disclosure`, so that an exact count cannot leave by mistake.

Four measures, never mixed. *Cases* and *persons* are distinct; a person or case that appears in several rows of a table
(two violations) counts in each, so rows do not add up to the total. *Acts* are rows. *Killed* is a sum of the lowest,
best and highest credible numbers.

Contested cases stand apart and are never summed with others (standards, section 3).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from incidents.codebook.services import codebook
from incidents.facts.linked import KILLED, counted, killed
from incidents.facts.schema import FACT_COLUMNS, RULES_VERSION, categories
from incidents.summaries.distinct import Together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.facts.frames import Frame

#: A count below this may be seen by entitled people and published by nobody.
SMALL: Final = 5
CONTESTED: Final = "VS_C"
#: What each series counts. Reported cases (VS_1) are for inside alone; the other two are published, each by name.
SERIES: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("VS_1", "VS_2", "VS_3", "VS_4", "VS_5"),
    "credible": ("VS_2",),
    "corroborated": ("VS_3", "VS_4", "VS_5"),
}

Code = str | int | None
Key = tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What is counted; empty fields ask for nothing, and all that are filled must hold.

    Attributes:
        first: First month, yyyymm; a case without a month is left out once a month is asked for.
        last: Last month, yyyymm, included.
        violation: Any node of the tree: what lies under it counts too; ``perpetrator`` likewise.
        series: A key of `SERIES`.
    """

    first: int | None = None
    last: int | None = None
    country: str = ""
    network: str = ""
    violation: str = ""
    perpetrator: str = ""
    gender: str = ""
    age: str = ""
    verification: str = ""
    series: str = ""
    open_source: bool | None = None

    @property
    def statuses(self) -> tuple[str, ...]:
        """The verification statuses that count. Contested ones only by themselves, when asked for by name."""
        if not self.verification:
            return SERIES[self.series]
        if self.verification == CONTESTED:
            return () if self.series else (CONTESTED,)
        return tuple(status for status in SERIES[self.series] if status == self.verification)


class Tally(NamedTuple):
    """The four measures of one cell."""

    cases: int = 0
    persons: int = 0
    acts: int = 0
    killed_low: int = 0
    killed_best: int = 0
    killed_high: int = 0


def small(count: int) -> bool:
    """Say whether a count is too small to be published: one to four; nothing is not a person."""
    return 0 < count < SMALL


@dataclass(frozen=True)
class InternalTable:
    """Exact counts, for pages behind a log-in. Cells that are not there are zero; its repr shows no count.

    Attributes:
        dimensions: What a key's codes are, in order.
        cells: Tallies by key, in the order they are shown; a code of None is not known.
        total: The tally of all rows, which is not the sum of the cells.
    """

    dimensions: tuple[str, ...]
    cells: Mapping[Key, Tally] = field(repr=False)
    total: Tally = field(repr=False)

    def __getitem__(self, key: Key) -> Tally:
        """The tally of a cell."""
        return self.cells.get(key, Tally())


@dataclass(frozen=True)
class Dashboard:
    """All counts of one page.

    Attributes:
        contested: The tally of contested cases under the same filters, apart from all else.
        held: Cases that are held back, wholly or in part, by reason. No filter applies: nothing else is known of them.
        older: Rows, whatever the filters, that were derived under older rules.
        single_testimony: Cases in the total that two reviewers corroborated on one account.
    """

    query: Query
    total: Tally = field(repr=False)
    months: InternalTable
    years: InternalTable
    violations: InternalTable
    perpetrators: InternalTable
    ages: InternalTable
    countries: InternalTable
    verification: InternalTable
    contested: Tally = field(repr=False)
    held: Mapping[str, int] = field(repr=False)
    older: int = 0
    single_testimony: int = field(default=0, repr=False)


def counts(frame: Frame, query: Query) -> Dashboard:
    """Count everything a dashboard shows.

    Raises:
        UnknownCode: the query names a violation or perpetrator that the codebook does not have.
    """
    tallies = Tallies(frame.rows, _conditions(query, query.statuses))
    contested = Tallies(frame.rows, _conditions(query, (CONTESTED,)))
    return Dashboard(
        query=query,
        total=tallies.total,
        months=tallies.table("month"),
        years=tallies.table("year"),
        violations=_violations(tallies, violation_buckets(query.violation)),
        perpetrators=_crossed(tallies),
        ages=tallies.table("age", _categories("age")),
        countries=tallies.table("country", _categories("country")),
        verification=tallies.table("verification", _categories("verification")),
        contested=contested.total,
        held=held_back(frame),
        older=int((frame.rows["rules"] < RULES_VERSION).sum()),
        single_testimony=_cases_of(fitting(frame.rows.filter(pl.col("single_testimony")), query)),
    )


def fitting(rows: pl.DataFrame, query: Query) -> pl.DataFrame:
    """The rows that a query counts.

    Raises:
        UnknownCode: see counts().
    """
    return rows.filter(pl.all_horizontal(_conditions(query, query.statuses)))


def held_back(frame: Frame) -> dict[str, int]:
    """Cases held back by reason, the most frequent first."""
    table = (
        frame.held.group_by("reason").agg(pl.col("case").n_unique()).sort("case", "reason", descending=[True, False])
    )
    return dict(table.iter_rows())


class Buckets(NamedTuple):
    """The level of the tree that is shown: its nodes, and in which of them each violation falls, by position."""

    names: tuple[str, ...]
    places: tuple[int | None, ...]


def violation_buckets(node: str) -> Buckets:
    """The level below a node: its children, and the node itself for acts that were not placed any finer.

    Without a node: the groups. At a leaf: the leaf alone.
    """
    tree = codebook().vocabulary("violation_types")
    names = (node, *(child.code for child in tree.children(node))) if node else tuple(root.code for root in tree.roots)
    place = {name: position for position, name in enumerate(names)}
    lineages = ((code, *tree.ancestors(code)) for code in _categories("violation"))
    return Buckets(names, tuple(next((place[one] for one in line if one in place), None) for line in lineages))


class Tallies:
    """Rows that fit some conditions, prepared once so that each panel costs a few passes over one narrow column.

    The rows themselves are never copied as a whole: a million of them would weigh as much as the frame.
    """

    def __init__(self, rows: pl.DataFrame, conditions: list[pl.Expr]) -> None:
        self._rows = rows
        self._kept = rows.select(pl.all_horizontal(conditions)).to_series()
        self._cases = Together.by(counted(rows, "case").filter(self._kept))
        self._persons = Together.by(counted(rows, "person").filter(self._kept))
        fatal = rows.select(pl.any_horizontal(pl.col(KILLED) > 0)).to_series() & self._kept
        self._fatal = fatal.filter(self._kept)
        self._killed = killed(rows.select("case", "person_link", "verification", *KILLED).filter(fatal)).cast(pl.UInt64)

    @property
    def total(self) -> Tally:
        """The tally of all rows."""
        return Tally(self._cases.count, self._persons.count, int(self._kept.sum()), *self._killed.sum().row(0))

    def column(self, name: str) -> pl.Series:
        """A column of the rows that fit, codes as their positions in their list."""
        return self._rows[name].to_physical().filter(self._kept).rechunk()

    def table(self, name: str, codes: Sequence[Code] | None = None) -> InternalTable:
        """Tallies by a column; ``codes`` says what its numbers stand for, by position."""
        tallies = self.by(self.column(name))
        known = sorted(key for key in tallies if key is not None)
        order: list[int | None] = [*known, None] if None in tallies else [*known]
        named: dict[Key, Tally] = {(codes[key] if codes and key is not None else key,): tallies[key] for key in order}
        return InternalTable((name,), named, self.total)

    def by(self, values: pl.Series) -> dict[int | None, Tally]:
        """Tallies by the numbers in a column."""
        cases, persons = self._cases.count_by(values), self._persons.count_by(values)
        sums = self._killed.with_columns(values.filter(self._fatal).alias("key")).group_by("key").sum()
        killed = {key: tuple(numbers) for key, *numbers in sums.select("key", *KILLED).iter_rows()}
        return {
            key: Tally(cases.get(key, 0), persons.get(key, 0), count, *killed.get(key, (0, 0, 0)))
            for key, count in values.value_counts().iter_rows()
        }


def _violations(tallies: Tallies, buckets: Buckets) -> InternalTable:
    places = pl.Series(buckets.places, dtype=pl.UInt8)
    found = tallies.by(places.gather(tallies.column("violation")))
    cells: dict[Key, Tally] = {(name,): found[place] for place, name in enumerate(buckets.names) if place in found}
    return InternalTable(("violation",), cells, tallies.total)


def _crossed(tallies: Tallies) -> InternalTable:
    groups, genders = _categories("perpetrator_group"), _categories("gender")
    numbers = tallies.column("perpetrator_group").cast(pl.UInt16) * len(genders) + tallies.column("gender")
    found = tallies.by(numbers)
    names = enumerate(itertools.product(groups, genders))
    cells: dict[Key, Tally] = {name: found[number] for number, name in names if number in found}
    return InternalTable(("perpetrator_group", "gender"), cells, tallies.total)


def _conditions(query: Query, statuses: tuple[str, ...]) -> list[pl.Expr]:
    exact = {name: getattr(query, name) for name in ("country", "network", "gender", "age")}
    found = [pl.col("verification").is_in(statuses), *(pl.col(name) == code for name, code in exact.items() if code)]
    found += [pl.col("month") >= query.first] if query.first is not None else []
    found += [pl.col("month") <= query.last] if query.last is not None else []
    found += [pl.col("violation").is_in(_within("violation_types", query.violation))] if query.violation else []
    found += [pl.col("perpetrator").is_in(_within("perpetrator_types", query.perpetrator))] if query.perpetrator else []
    found += [pl.col("open_source") == query.open_source] if query.open_source is not None else []
    return found


def _cases_of(rows: pl.DataFrame) -> int:
    return counted(rows, "case").n_unique()


def _within(vocabulary: str, node: str) -> list[str]:
    tree = codebook().vocabulary(vocabulary)
    return [code.code for code in tree if tree.within(code.code, node)]


def _categories(name: str) -> tuple[str, ...]:
    return next(categories(column) for column in FACT_COLUMNS if column.name == name)
