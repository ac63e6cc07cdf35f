"""Writing the log and checking that nobody rewrote it. Nothing here can read an entry; see reading.py.

Entries are sealed to the organisation's audit key and chained by signatures; see keyring.chain and
docs/decisions/0015-audit.md.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from incidents.accounts.models import Organisation
from incidents.audit.acts import Act
from incidents.audit.models import AuditEntry, AuditHead
from incidents.database import WRITING, snapshot, table_of
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.keyring import chain, stated
from incidents.keyring.chain import Chain, Finding, Link
from incidents.keyring.envelope import pad
from incidents.keyring.models import KeyKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Row

#: Entries that are read at a time.
BATCH = 1000
#: Signs of a digest that a person can copy from paper: 80 bits.
SHORT = 20
NEW_ENTRY = insert(table_of(AuditEntry))
#: The statements of each act, put together once: that took most of its time.
HOLD = select(Organisation.id).where(Organisation.id == bindparam("whose")).with_for_update(read=True, key_share=True)
HEAD = (
    select(AuditHead.number, AuditHead.digest, AuditHead.signing_key)
    .where(AuditHead.organisation_id == bindparam("whose"))
    .with_for_update()
)
MOVE = (
    update(table_of(AuditHead))
    .where(table_of(AuditHead).c.organisation_id == bindparam("whose"))
    .values(number=bindparam("number"), digest=bindparam("digest"), signing_key=bindparam("signing_key"))
)
ENTRIES = select(
    AuditEntry.organisation_id,
    AuditEntry.number,
    AuditEntry.key_id,
    AuditEntry.sealed,
    AuditEntry.next_public,
    AuditEntry.signature,
)


class LogBroken(TalaError):
    """The log cannot be continued: its head is gone. Nothing is done unlogged."""


@dataclass(frozen=True)
class Head:
    """Where the log of an organisation ends: what is printed on exports and backups, to be compared later.

    Attributes:
        organisation_id: Whose.
        number: Of the last entry.
        digest: SHA-256 of the last entry and, through it, of all before it.
    """

    organisation_id: str
    number: int
    digest: bytes

    @property
    def short(self) -> str:
        """Twenty hexadecimal digits in fours: enough to compare on paper, against whoever did not choose both."""
        signs = self.digest.hex()[:SHORT]
        return "-".join(signs[i : i + 4] for i in range(0, SHORT, 4))

    def __str__(self) -> str:
        """As it is printed."""
        return f"{self.number}:{self.short}"


def begin(organisation_id: str, signing_key: bytes, *, by: str = "") -> None:
    """Write the first entry, in the running transaction in which the organisation's keys are made.

    Args:
        organisation_id: Whose log.
        signing_key: From keyring.chain.new_signing_key(); its public half stands in the roster.
        by: Account id of the founder.
    """
    genesis = chain.public_half(signing_key)
    empty = Chain(organisation_id, genesis, -1, chain.NOTHING_BEFORE, genesis)
    db.session.add(_row(empty, signing_key))
    db.session.flush()
    record(organisation_id, Act.BEGUN, by=by)


def record(organisation_id: str, act: Act, *, by: str = "", about: str = "", reason: str = "") -> None:
    """Append an act to an organisation's log, in the running transaction; the last thing in it, for it locks the head.

    Does nothing while the organisation has no keys: then there is nobody yet who could read it. The entry is sealed to
    the newest audit key that the newest statement in the database signs. Somebody who writes the database could put a
    statement and an audit key of their own there; but then no member's session believes the organisation any more, and
    none acts, so that only entries of log-ins and of administrators could ever be sealed to the wrong key, and members
    find entries in the log that they cannot open. Costs some 0.3 ms beside the queries.

    Args:
        organisation_id: Whose log.
        act: What was done.
        by: Account id of who did it.
        about: Id of whom or what it was done to: an account, an incident, a key, a release.
        reason: Why, as a person typed it.

    Raises:
        RuntimeError: no write transaction is running: the entry could be lost, or stand without the act.
        LogBroken: the organisation has keys, but its log's head is gone.
        NotBelieved: its audit key is gone, or not signed by the organisation.
    """
    if not db.session.info.get(WRITING):
        raise RuntimeError("record() stands outside writing(): an act and its entry are written together or not at all")
    key = stated.newest(KeyKind.AUDIT, organisation_id)
    if key is None:
        return
    head = _locked(organisation_id)
    key_id, public_key = key
    number = head.number + 1
    entry = {"at": now(), "act": act, "by": by, "about": about, "reason": reason}
    plain = pad(json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode())
    sealed = public_key.seal(plain, "audit-entry", organisation_id, number, key_id)
    link, following = chain.sign_link(head.signing_key, head.digest, organisation_id, number, key_id, sealed)
    db.session.execute(NEW_ENTRY, [asdict(link)])
    moved = {"number": number, "digest": link.digest(head.digest), "signing_key": following}
    db.session.execute(MOVE, moved | {"whose": organisation_id})


def now() -> str:
    """The exact time, UTC: an auditor needs it, and only auditors can read it."""
    return dt.datetime.now(tz=dt.UTC).isoformat(timespec="milliseconds")


def _locked(organisation_id: str) -> Row[int, bytes, bytes]:
    """The head, which nobody else can move before this transaction ends.

    The organisation's row first: PostgreSQL looks at it when the entry is written, and whoever holds it may be waiting
    for the head.
    """
    db.session.execute(HOLD, {"whose": organisation_id})
    head = db.session.execute(HEAD, {"whose": organisation_id}).first()
    if head is None:
        raise LogBroken
    return head


def _row(empty: Chain, signing_key: bytes) -> AuditHead:
    return AuditHead(
        organisation_id=empty.organisation_id,
        genesis=empty.genesis,
        number=empty.number,
        digest=empty.digest,
        signing_key=signing_key,
    )


def head(organisation_id: str) -> Head | None:
    """Where an organisation's log ends; None while it has none. One query."""
    row = db.session.get(AuditHead, organisation_id, populate_existing=True)
    return Head(organisation_id, row.number, row.digest) if row else None


def heads() -> list[Head]:
    """Where each organisation's log ends, for backups. One query."""
    rows = db.session.scalars(
        select(AuditHead).order_by(AuditHead.organisation_id).execution_options(populate_existing=True)
    )
    return [Head(row.organisation_id, row.number, row.digest) for row in rows]


def chain_of(organisation_id: str) -> Chain | None:
    """What the database says of a chain, in the running transaction; None if it has no head."""
    row = db.session.get(AuditHead, organisation_id, populate_existing=True)
    if row is None:
        return None
    return Chain(organisation_id, row.genesis, row.number, row.digest, chain.public_half(row.signing_key))


def links(organisation_id: str) -> Iterator[Link]:
    """Every entry in order of its number, as it is stored, in the running transaction."""
    chosen = ENTRIES.where(AuditEntry.organisation_id == organisation_id).order_by(AuditEntry.number).limit(BATCH)
    last = -1
    while rows := db.session.execute(chosen.where(AuditEntry.number > last)).all():
        last = rows[-1].number
        yield from (Link(*row) for row in rows)


def verify(organisation_id: str, genesis: str = "") -> list[Finding]:
    """Everything that is wrong with an organisation's log; nothing, if it stands as it was written.

    Args:
        organisation_id: Whose.
        genesis: The key it began with, in hexadecimal digits, as a member's roster has it. Without it, a chain that was
            made anew from its first entry is not told from the true one.
    """
    with snapshot(db.session):
        found = chain_of(organisation_id)
        if found is None:
            return [Finding(chain.Fault.HEAD, -1)]
        if genesis and found.genesis.hex() != genesis:
            return [Finding(chain.Fault.BEGINNING, 0)]
        return chain.verify(found, links(organisation_id))
