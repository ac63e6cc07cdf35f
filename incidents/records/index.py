"""The index: one coded row for each case of an organisation, sealed under its key; lists and filters read it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from incidents.codebook.services import codebook
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameKind
from incidents.facts.schema import Column, Kind
from incidents.records.urgency import PRESSING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from incidents.facts.store import Loaded
    from incidents.keyring.case_door import OrganisationKey
    from incidents.records.derivation import IndexRow

INDEX_COLUMNS: Final = (
    Column("case", Kind.U64, "Random cell key of the case."),
    Column("id", Kind.TEXT, "Random id of the case."),
    Column("ref", Kind.TEXT, "Random reference that people say aloud."),
    Column("complete", Kind.BOOL, "Whether the recorder calls the record finished."),
    Column("year", Kind.I16, "Year; empty when the date spans several.", nullable=True),
    Column("month", Kind.I32, "Month as yyyymm; empty when the date spans several.", nullable=True),
    Column("day", Kind.I32, "First possible day, as yyyymmdd, to sort by."),
    Column("country", Kind.CODE, "ISO 3166-1 alpha-2.", nullable=True, vocabulary="regions"),
    Column("area", Kind.TEXT, "ISO 3166-2.", nullable=True),
    Column("violations", Kind.TEXT, "All violations and the groups above them, parted and framed by spaces."),
    Column("violation", Kind.CODE, "The violation a list shows.", nullable=True, vocabulary="violation_types"),
    Column("perpetrators", Kind.TEXT, "All actors and the groups above them, parted and framed by spaces."),
    Column("perpetrator", Kind.CODE, "The first actor.", nullable=True, vocabulary="perpetrator_types"),
    Column("verification", Kind.CODE, "How well it is verified.", vocabulary="verification_status"),
    Column("consent_level", Kind.CODE, "The lowest level of the people in it.", vocabulary="consent_levels"),
    Column("held", Kind.TEXT, "Why it is not counted, or not wholly.", nullable=True),
    Column("persons", Kind.U32, "Persons who were harmed."),
    Column("killed", Kind.U32, "Best number killed."),
    Column("missing", Kind.U16, "Answers that are still missing."),
    Column("kept_aside", Kind.U16, "Values of an import that found no place."),
    Column("priority", Kind.CODE, "How soon to act.", vocabulary="priority"),
    Column("summary_state", Kind.TEXT, "How far the anonymised summary is.", nullable=True),
    Column("reports", Kind.TEXT, "Publications that rest on it, parted by spaces.", nullable=True),
    Column("origin", Kind.TEXT, "Mark of the row it was imported from.", nullable=True),
    Column("recorder", Kind.LABEL, "Account that recorded it."),
    Column("case_link", Kind.U64, "Shared by linked accounts of one incident; empty: not linked.", nullable=True),
    Column("people", Kind.TEXT, "Cell keys of its persons, in hexadecimal digits, parted by spaces."),
    Column("due", Kind.I32, "Minute since 1970 by which somebody has to act; empty: no clock runs.", nullable=True),
    Column("review", Kind.LABEL, "Whose turn it is.", nullable=True),
    Column("assigned_to", Kind.LABEL, "Account that takes care of it.", nullable=True),
    Column("questions", Kind.U16, "Questions of colleagues without an answer."),
    Column("first_reviewer", Kind.LABEL, "Who reviewed first, while a second has to sign.", nullable=True),
    Column("single_testimony", Kind.BOOL, "Whether two reviewers corroborated one account."),
    Column("responses", Kind.TEXT, "Steps and their answers, coded, as JSON.", nullable=True),
    Column("evidence", Kind.U16, "Files."),
    Column("shared", Kind.U16, "Organisations it is shared with."),
    Column("erase_from", Kind.I32, "Day since 1970 from which a rule of retention asks to act.", nullable=True),
    Column("erase_rule", Kind.LABEL, "That rule.", nullable=True),
)
SORTS: Final = {
    "date": "day",
    "country": "country",
    "violation": "violation",
    "perpetrator": "perpetrator",
    "verification": "verification",
    "persons": "persons",
    "due": "due",
}
PAGE_SIZE: Final = 50
_PRESSING: Final = pl.col("due").is_not_null() & pl.col("priority").is_in(PRESSING)
#: What derivation.Held calls a case of which some persons may be counted.
IN_PART: Final = "consent_of_some"
#: Sorted copies that are kept with a frame: each is as large as the frame.
SORTS_KEPT: Final = 2


@dataclass(frozen=True)
class CaseQuery:
    """What a list is asked for; empty fields ask for nothing.

    Attributes:
        months: First and last month as yyyymm, both included.
        violation: A violation, or a group for all below it; ``perpetrator`` likewise.
        state: ``incomplete``, ``counted``, ``held``, or ``urgent``: the clock of a pressing case runs.
        sort: A name of SORTS; newest or highest first when ``descending``.
    """

    months: tuple[int | None, int | None] = (None, None)
    country: str = ""
    violation: str = ""
    perpetrator: str = ""
    verification: str = ""
    state: str = ""
    sort: str = "date"
    descending: bool = True
    page: int = 1


@dataclass(frozen=True)
class CasePage:
    """One page of a list.

    Attributes:
        rows: By column name, at most PAGE_SIZE.
        total: How many cases fit the query.
        page: Which page this is; ``pages`` says of how many.
    """

    rows: Sequence[dict[str, Any]]
    total: int
    page: int
    pages: int


def to_values(row: IndexRow) -> tuple[Any, ...]:
    """An index row in the order of INDEX_COLUMNS."""
    first = row.date_sort[0]
    return (
        row.cell_key,
        row.id,
        row.ref,
        row.status == "complete",
        row.year,
        row.month,
        first,
        row.country,
        row.area,
        _with_ancestors("violation_types", row.violations),
        row.primary_violation,
        _with_ancestors("perpetrator_types", row.perpetrators),
        row.perpetrators[0] if row.perpetrators else None,
        row.verification,
        row.consent_level,
        row.held,
        row.persons,
        row.killed_best,
        row.missing,
        row.kept_aside,
        row.priority,
        row.summary_state,
        " ".join(row.reports) or None,
        row.origin or None,
        row.recorder,
        row.case_link,
        " ".join(f"{key:016x}" for key in row.people),
        row.due,
        row.review,
        row.assigned_to or None,
        row.questions,
        row.first_reviewer or None,
        row.single_testimony,
        row.responses or None,
        row.evidence,
        row.shared,
        row.age_of_record.day if row.age_of_record else None,
        row.age_of_record.rule if row.age_of_record else None,
    )


def _with_ancestors(vocabulary: str, codes: Sequence[str]) -> str:
    listed = codebook().vocabulary(vocabulary)
    everything = dict.fromkeys(one for code in codes for one in (code, *listed.ancestors(code)))
    return f" {' '.join(everything)} " if everything else ""


def load(key: OrganisationKey) -> Loaded:
    """The index as it is now."""
    return store.load(key, FrameKind.INDEX, polars_schema(INDEX_COLUMNS))


def find(key: OrganisationKey, query: CaseQuery, left: pl.DataFrame | None = None) -> CasePage:
    """One page of the cases that fit a query, in a stable order; ``left`` as in matching().

    The sorted frame is kept with the loaded one, so that a page costs a slice, and a filter one pass over the index.
    """
    rows = matching(key, query, left)
    pages = max(1, -(-rows.height // PAGE_SIZE))
    page = min(max(1, query.page), pages)
    return CasePage(rows.slice((page - 1) * PAGE_SIZE, PAGE_SIZE).to_dicts(), rows.height, page, pages)


def matching(key: OrganisationKey, query: CaseQuery, left: pl.DataFrame | None = None) -> pl.DataFrame:
    """All cases that fit a query, in the order it asks for; ``page`` is not looked at.

    Args:
        key: Whose cases.
        query: Which.
        left: Cases that have left the count since they were saved, and why; see facts.services.left_since().
    """
    rows = _sorted(load(key), query)
    if left is not None and left.height:
        rows = _as_they_are_now(rows, left)
    conditions = list(_conditions(query))
    return rows.filter(reduce(and_, conditions)) if conditions else rows


def _as_they_are_now(rows: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """Rows with why cases are held back that were counted when they were saved. Other reasons stand before consent."""
    now = rows.join(left, "case", "left", maintain_order="left")["reason"]
    consent = pl.col("held").is_null() | (pl.col("held") == IN_PART)
    return rows.with_columns(held=pl.when(consent & now.is_not_null()).then(now).otherwise(pl.col("held")))


def _sorted(loaded: Loaded, query: CaseQuery) -> pl.DataFrame:
    column = SORTS.get(query.sort, "day")
    name = f"sorted:{column}:{query.descending}"
    rows: pl.DataFrame | None = loaded.derived.get(name)
    if rows is None:
        rows = loaded.frame.rows.sort([column, "id"], descending=[query.descending, False], nulls_last=True)
        kept = [one for one in list(loaded.derived) if one.startswith("sorted:")]
        for oldest in kept[: len(kept) + 1 - SORTS_KEPT]:
            loaded.derived.pop(oldest, None)
        loaded.derived[name] = rows
    return rows


def _conditions(query: CaseQuery) -> Sequence[pl.Expr]:
    first, last = query.months
    states = {
        "incomplete": ~pl.col("complete"),
        "counted": pl.col("held").is_null(),
        "held": pl.col("held").is_not_null(),
        "urgent": _PRESSING,
    }
    found = [
        pl.col("month") >= first if first else None,
        pl.col("month") <= last if last else None,
        pl.col("country") == query.country if query.country else None,
        _contains("violations", query.violation),
        _contains("perpetrators", query.perpetrator),
        pl.col("verification") == query.verification if query.verification else None,
        states.get(query.state),
    ]
    return [condition for condition in found if condition is not None]


def _contains(column: str, code: str) -> pl.Expr | None:
    return pl.col(column).str.contains(f" {code} ", literal=True) if code else None


def late(key: OrganisationKey, now: datetime) -> int:
    """How many pressing cases waited longer than their priority allows."""
    minute = int(now.timestamp()) // 60
    return load(key).frame.rows.filter(_PRESSING & (pl.col("due") < minute)).height


def origins(key: OrganisationKey) -> set[str]:
    """The marks of all rows that were imported already."""
    return set(load(key).frame.rows["origin"].drop_nulls())
