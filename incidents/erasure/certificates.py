"""Certificates of erasure: what was destroyed, when, by whom and why, without saying whom it was about.

Kept as an entry of the organisation's sealed log, which its researchers can open, so that a certificate can be printed
again. The audit entry that it names says the same to auditors, in a chain that nobody can rewrite.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import select

from incidents.accounts.models import Account, Organisation
from incidents.audit import services as audit
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.records import services as records
from incidents.records.models import LogEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.records.keys import CaseKeys

CASE: Final = "erased"
PERSON: Final = "person_erased"
CONTACTS: Final = "contacts_erased"
CONTENT: Final = "content_erased"
What = Literal["case", "person", "contacts", "content"]
#: What each kind of entry of the log is a certificate of.
ACTIONS: Final[dict[str, What]] = {CASE: "case", PERSON: "person", CONTACTS: "contacts", CONTENT: "content"}
#: How long key backups are kept (docs/operations.md): after that, no backup brings back what was erased.
KEY_BACKUP_DAYS: Final = 14


@dataclass(frozen=True)
class Destroyed:
    """What one erasure destroyed.

    Attributes:
        revisions: How many revisions of the case can never be opened again as they were.
        wraps: How many wrapped keys were destroyed.
        digest: SHA-256 of those wrapped keys, in order: whoever has a copy can tell that it is one of these.
    """

    revisions: int
    wraps: int
    digest: str

    def __str__(self) -> str:
        """As it stands in the audit entry."""
        return f"revisions {self.revisions}, wrapped keys {self.wraps}, SHA-256 {self.digest}"


def destroyed(revisions: int, wraps: Iterable[bytes]) -> Destroyed:
    """Count and digest wrapped keys that go."""
    found = sorted(wraps)
    return Destroyed(revisions, len(found), sha256(b"".join(found)).hexdigest())


@dataclass(frozen=True)
class Certificate:
    """One erasure, as it is printed.

    Attributes:
        id: Of the log entry it is kept in.
        what: A whole case, a person in a case, or some of a case.
        organisation: Name of the organisation.
        ref: Random reference of the case.
        at: When, in ISO 8601, UTC.
        account: Username of who did it.
        reason: Why.
        gone: What was destroyed.
        audit_entry: Number of the audit entry.
        audit_head: Short digest of the audit chain that ends with it.
        backups_until: The day on which the last key backup that could bring it back is overwritten.
    """

    id: str
    what: What
    organisation: str
    ref: str
    at: str
    account: str
    reason: str
    gone: Destroyed
    audit_entry: str
    audit_head: str
    backups_until: dt.date


def write(keys: CaseKeys, action: str, ref: str, reason: str, gone: Destroyed) -> str:
    """Keep what a certificate says, in the running transaction, after the audit entry; the id of the certificate."""
    head = audit.head(keys.organisation_id)
    return records.log(
        keys,
        action,
        ref=ref,
        reason=reason,
        revisions=str(gone.revisions),
        wraps=str(gone.wraps),
        digest=gone.digest,
        audit_entry=str(head.number) if head else "",
        audit_head=head.short if head else "",
    )


def find(keys: CaseKeys, certificate_id: str) -> Certificate:
    """A certificate of the researcher's organisation.

    Raises:
        NotFound: there is none of this id.
    """
    row = db.session.scalar(
        select(LogEntry).where(LogEntry.id == certificate_id, LogEntry.organisation_id == keys.organisation_id)
    )
    entry = _opened(keys, row) if row is not None and row.key_id in keys.by_id else {}
    if row is None or entry.get("action") not in ACTIONS:
        raise NotFound
    return _certificate(row.id, keys.organisation_id, entry)


def certificates(keys: CaseKeys) -> list[Certificate]:
    """Every certificate of the organisation, newest first. Opens its whole log."""
    rows = db.session.scalars(select(LogEntry).where(LogEntry.key_id.in_(keys.by_id)))
    opened = [(row.id, _opened(keys, row)) for row in rows]
    found = [(row_id, entry) for row_id, entry in opened if entry["action"] in ACTIONS]
    newest = sorted(found, key=lambda one: one[1]["at"], reverse=True)
    return [_certificate(row_id, keys.organisation_id, entry) for row_id, entry in newest]


def _opened(keys: CaseKeys, row: LogEntry) -> dict[str, Any]:
    opened: dict[str, Any] = json.loads(keys.by_id[row.key_id].open(row.sealed, "log", row.organisation_id, row.id))
    return opened


def _certificate(row_id: str, organisation_id: str, entry: dict[str, Any]) -> Certificate:
    account = db.session.get(Account, entry["account"])
    return Certificate(
        id=row_id,
        what=ACTIONS[entry["action"]],
        organisation=db.session.get_one(Organisation, organisation_id).name,
        ref=entry["ref"],
        at=entry["at"],
        account=account.username if account else entry["account"],
        reason=entry["reason"],
        gone=Destroyed(int(entry["revisions"]), int(entry["wraps"]), entry["digest"]),
        audit_entry=entry["audit_entry"],
        audit_head=entry["audit_head"],
        backups_until=dt.datetime.fromisoformat(entry["at"]).date() + dt.timedelta(days=KEY_BACKUP_DAYS),
    )
