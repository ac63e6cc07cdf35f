"""The review queue: which cases wait for whom, from the index, the most urgent first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from incidents.i18n import gettext as _
from incidents.records import index, listing, services
from incidents.records.errors import N_
from incidents.records.page import moment
from incidents.records.standing import standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.records.keys import CaseKeys
    from incidents.records.listing import Row

#: Cases on a page; each is opened to say what it lacks, some 0.2 ms and a few queries.
PAGE: Final = 25
MINUTE: Final = 60
#: What the queue can be asked for.
LISTS: Final[Mapping[str, str]] = {
    "waiting": N_("Wait for review"),
    "mine": N_("Assigned to me"),
    "returned": N_("Returned to me"),
    "second": N_("Wait for a second reviewer"),
    "questions": N_("Have open questions"),
}


@dataclass(frozen=True)
class Entry:
    """One case of the queue.

    Attributes:
        row: As the list of cases has it.
        due: Moment by which somebody has to act, in words; None: no clock runs.
        assigned_to: Account that takes care of it; empty: nobody yet.
        next_steps: What is missing for the next step of verification, sentences.
    """

    row: Row
    due: str | None
    assigned_to: str
    next_steps: list[str]


@dataclass(frozen=True)
class Queue:
    """A page of one list, and how many cases each list has."""

    entries: list[Entry]
    counts: Mapping[str, int]
    page: int
    pages: int


def queue(keys: CaseKeys, name: str, page: int, today: dt.date) -> Queue:
    """One page of a list of the queue.

    Args:
        keys: The researcher's keys.
        name: A key of LISTS.
        page: From 1; one beyond the last gives the last.
        today: The day on which consent is judged.
    """
    rows = index.load(keys.organisation).frame.rows
    conditions = _conditions(keys.account_id)
    counts = dict(zip(LISTS, rows.select(**{one: conditions[one].sum() for one in LISTS}).row(0), strict=True))
    pages = max(1, -(-counts[name] // PAGE))
    number = min(max(1, page), pages)
    found = rows.filter(conditions[name]).sort(["due", "priority", "id"], nulls_last=True)
    entries = [_entry(keys, values, today) for values in found.slice((number - 1) * PAGE, PAGE).to_dicts()]
    return Queue(entries, counts, number, pages)


def _conditions(account_id: str) -> dict[str, pl.Expr]:
    """Which cases belong to each list. A second signature is not asked of the first reviewer or of the recorder."""
    first, recorder = pl.col("first_reviewer"), pl.col("recorder")
    found = {
        "waiting": pl.col("review").cast(pl.String) == "waiting",
        "mine": (pl.col("assigned_to").cast(pl.String) == account_id) & (pl.col("review").cast(pl.String) != "done"),
        "returned": (pl.col("review").cast(pl.String) == "returned") & (recorder.cast(pl.String) == account_id),
        "second": (first.cast(pl.String) != account_id) & (recorder.cast(pl.String) != account_id),
        "questions": pl.col("questions") > 0,
    }
    return {name: condition.fill_null(value=False) for name, condition in found.items()}


def _entry(keys: CaseKeys, values: dict[str, Any], today: dt.date) -> Entry:
    document = services.open_account(keys, values["id"]).document
    lacking = standing(document, today).verification.lacking
    return Entry(listing.row(values), _moment(values["due"]), values["assigned_to"] or "", lacking)


def _moment(minute: int | None) -> str | None:
    return None if minute is None else moment(dt.datetime.fromtimestamp(minute * MINUTE, dt.UTC).isoformat())


def title(name: str) -> str:
    """What a list is called."""
    return _(LISTS[name])
