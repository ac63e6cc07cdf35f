"""Reading the log with the keys that an account was granted: newest first, a page at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.accounts.models import Organisation
from incidents.accounts.services import usernames
from incidents.audit.acts import Act
from incidents.audit.models import AuditEntry
from incidents.audit.services import SHORT
from incidents.errors import Forbidden
from incidents.extensions import db
from incidents.keyring.chain import NOTHING_BEFORE
from incidents.keyring.envelope import Unopenable, unpad
from incidents.keyring.grants import open_grants
from incidents.keyring.models import KeyKind
from incidents.keyring.services import AuditKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from incidents.keyring.chain import Link
    from incidents.keyring.people import Seed

#: Entries on a page, and how many are opened to fill it: opening takes some 0.2 ms.
PAGE = 50
LOOK_THROUGH = 1000


@dataclass(frozen=True)
class Line:
    """An entry as an auditor reads it. What does not open is shown with its number alone.

    Attributes:
        number: Its place.
        at: ISO date and time, UTC.
        act: What was done; None when the entry does not open, or names an act that this version does not know.
        by: Who, as a username; empty for a command at the terminal.
        about: To whom or what: a username, or the id of a case, key, release or publication.
        about_id: The id alone.
        reason: As it was typed.
    """

    number: int
    at: str = ""
    act: Act | None = None
    by: str = ""
    about: str = ""
    about_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Page:
    """Some of the log.

    Attributes:
        lines: Newest first.
        older: The number below which the next page begins; None where the log begins.
    """

    lines: Sequence[Line]
    older: int | None


def keys_of(account_id: str, seed: Seed) -> dict[str, list[AuditKey]]:
    """The audit keys that an account holds, by organisation.

    Raises:
        Unopenable, NotBelieved: see keyring.grants.open_grants().
    """
    found: dict[str, list[AuditKey]] = {}
    for key in open_grants(AuditKey, KeyKind.AUDIT, account_id, seed):
        found.setdefault(key.organisation_id, []).append(key)
    return found


def keys_for(account_id: str, seed: Seed, organisation_id: str) -> list[AuditKey]:
    """The audit keys of one organisation.

    Raises:
        Forbidden: they were granted none.
    """
    keys = keys_of(account_id, seed).get(organisation_id)
    if not keys:
        raise Forbidden
    return keys


def organisations(ids: Sequence[str]) -> list[tuple[str, str]]:
    """Id and name of organisations, by name."""
    chosen = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)).order_by(Organisation.name)
    return [(row.id, row.name) for row in db.session.execute(chosen)]


def read(keys: Sequence[AuditKey], *, below: int | None = None, act: Act | None = None) -> Page:
    """A page of the log, from the entry before ``below`` backwards; opens a thousand entries at most to fill it.

    What an act is called is sealed too, so that a filter has to open entries.
    """
    opened = opener(keys)
    lines: list[Line] = []
    number: int | None = None
    for row in _backwards(keys[0].organisation_id, below):
        number = row.number
        line = opened(row)
        if act is None or line.act in (act, None):
            lines.append(line)
        if len(lines) == PAGE:
            break
    return Page(_named(lines), number or None)


def _backwards(organisation_id: str, below: int | None) -> Iterator[AuditEntry]:
    newest = select(AuditEntry).where(AuditEntry.organisation_id == organisation_id)
    if below is not None:
        newest = newest.where(AuditEntry.number < below)
    return iter(db.session.scalars(newest.order_by(AuditEntry.number.desc()).limit(LOOK_THROUGH)).all())


def opener(keys: Sequence[AuditKey]) -> Callable[[AuditEntry | Link], Line]:
    """What opens entries with these keys. An entry that it cannot open keeps its number and nothing else."""
    openers = {key.id: key.seed.opener() for key in keys}

    def opened(row: AuditEntry | Link) -> Line:
        if row.key_id not in openers:
            return Line(row.number)
        context = ("audit-entry", row.organisation_id, row.number, row.key_id)
        try:
            told = json.loads(unpad(openers[row.key_id](row.sealed, *context)))
        except Unopenable:
            return Line(row.number)
        known = told["act"] in set(Act)
        about = told["about"]
        return Line(
            row.number, told["at"], Act(told["act"]) if known else None, told["by"], about, about, told["reason"]
        )

    return opened


def _named(lines: Sequence[Line]) -> list[Line]:
    """The lines with usernames where ids are of accounts. One query."""
    names = usernames()
    return [
        Line(
            line.number,
            line.at,
            line.act,
            names.get(line.by, line.by),
            names.get(line.about, line.about),
            line.about_id,
            line.reason,
        )
        for line in lines
    ]


def place_of(printed: str, links: Iterator[Link]) -> int | None:
    """The number of the entry whose digest was printed; None if the log never ended there."""
    signs = "".join(sign for sign in printed.rpartition(":")[2].lower() if sign.isalnum())
    before = NOTHING_BEFORE
    for link in links:
        before = link.digest(before)
        if len(signs) >= SHORT and before.hex().startswith(signs):
            return link.number
    return None
