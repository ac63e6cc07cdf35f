"""What is due, and what a member decides about it. Nothing is erased, and nothing kept longer, but by a person."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import polars as pl

from incidents import clock
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.casework.services import checked, note
from incidents.erasure import services as erasure
from incidents.erasure.preparing import membership
from incidents.errors import TalaError
from incidents.records import index
from incidents.records import services as records
from incidents.retention.rules import EPOCH, Action, Due, due, months_after, rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from incidents.keyring.roster import Hold
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument

PAGE_SIZE: Final = 25
EMPTYINGS: Final = {Action.CONTACTS: erasure.CONTACTS, Action.CONTENT: erasure.CONTENT}


class NotDue(TalaError):
    """No rule asks for this any more, or another one does: the case was saved meanwhile."""

    status = HTTPStatus.CONFLICT


class Stopped(TalaError):
    """The case itself says that it may not be erased by age."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True)
class Listed:
    """A case of the list: what the index says, which rule asks and since when, and whether it may be erased."""

    id: str
    ref: str
    due: Due
    stopped: bool


@dataclass(frozen=True)
class Page:
    """One page of the list, the longest due first; ``total`` says how many cases are due."""

    rows: Sequence[Listed]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Standing:
    """Where one case stands.

    Attributes:
        document: Without its identity part.
        revision: Its newest.
        due: Which rule asks first, and from which day, which may lie ahead.
        asks: Whether that day is there.
        hold: The legal hold on it.
        stopped: Whether it may not be erased: by a hold, or because the case itself says so.
    """

    document: CaseDocument
    revision: int
    due: Due | None
    asks: bool
    hold: Hold | None
    stopped: bool


def listed(keys: CaseKeys, number: int = 1) -> Page:
    """A page of the cases about which a rule asks today. Opens the accounts of one page."""
    rows = index.load(keys.organisation).frame.rows
    asking = rows.filter(pl.col("erase_from") <= (clock.today() - EPOCH).days).sort("erase_from", "id")
    pages = max(1, -(-asking.height // PAGE_SIZE))
    page = min(max(1, number), pages)
    holds = membership(keys).roster()[0].holds
    found = []
    for row in asking.slice((page - 1) * PAGE_SIZE, PAGE_SIZE).iter_rows(named=True):
        stopped = row["id"] in holds or records.open_account(keys, row["id"]).document.incident.legal_hold
        found.append(Listed(row["id"], row["ref"], Due(row["erase_rule"], row["erase_from"]), stopped))
    return Page(found, asking.height, page, pages)


def standing(keys: CaseKeys, incident_id: str) -> Standing:
    """Where a case stands.

    Raises:
        NotFound: no such case in this organisation.
    """
    whole = records.open_for_rules(keys, incident_id)
    asked = due(whole.document, clock.today())
    account = records.open_account(keys, incident_id, whole.revision).document
    hold = membership(keys).roster()[0].holds.get(incident_id)
    stopped = hold is not None or account.incident.legal_hold
    return Standing(account, whole.revision, asked, asked is not None and asked.on <= clock.today(), hold, stopped)


def confirm(keys: CaseKeys, incident_id: str, name: str, reason: str, *, expected: int) -> str:
    """Do what a rule asks for.

    Args:
        keys: The researcher's keys.
        incident_id: The case.
        name: The rule that the researcher has read.
        reason: Why, for the log; never a value from a case.
        expected: The revision that they have seen.

    Returns:
        The id of the certificate.

    Raises:
        NotFound: no such case in this organisation.
        NotDue: this rule does not ask for it today, or asks for nothing that a program can do.
        Stopped: the case says that it may not be erased.
        Conflict: somebody saved the case meanwhile.
        Held, KeyNotHeld, Unopenable, Busy: see erasure.services.
    """
    found = standing(keys, incident_id)
    if found.revision != expected:
        raise records.Conflict(found.revision)
    if found.due is None or not found.asks or found.due.rule != name:
        raise NotDue
    if found.document.incident.legal_hold:
        raise Stopped
    action = rule(name).action
    if action is Action.CASE:
        return erasure.erase_cases(keys, [incident_id], reason, expected=expected)[0]
    if action not in EMPTYINGS:
        raise NotDue
    return erasure.empty(keys, incident_id, EMPTYINGS[action], reason, expected=expected)


def keep_longer(keys: CaseKeys, incident_id: str, months: int, reason: str, *, expected: int) -> dt.date:
    """Let no rule ask about a case for so many months, and note why beside it.

    Returns:
        The last day on which none asks.

    Raises:
        NotFound: no such case in this organisation.
        Conflict: somebody saved the case meanwhile.
        Full: see casework.services.checked().
    """
    document = records.open_account(keys, incident_id).document
    until = months_after(clock.today(), months)
    changed = {
        "incident": document.incident.model_copy(update={"retention_until": until}),
        "comments": [*document.comments, note(keys, reason)],
    }

    def logged() -> None:
        audit.record(keys.organisation_id, Act.KEPT_LONGER, by=keys.account_id, about=incident_id, reason=reason)

    records.update(keys, checked(document.model_copy(update=changed)), expected=expected, also=logged)
    return until
