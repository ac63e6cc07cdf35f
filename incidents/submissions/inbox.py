"""The inbox: what waits, and what members make of it. Only a holder of the organisation key opens it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, select

from incidents.accounts.models import Account
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.keyring.envelope import Unopenable
from incidents.keyring.identity import Identity
from incidents.keyring.intake_door import Slot, open_submission
from incidents.records import services as records
from incidents.submissions.models import Submission
from incidents.submissions.rules import Content, Message, Unreadable, reference, taken_in, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from incidents.keyring.services import Member
    from incidents.records.keys import CaseKeys

#: Submissions on a page of the inbox.
PAGE: Final = 25


class Standing(Enum):
    """What the roster says of the account that a submission names as its sender."""

    MEMBER = auto()
    WAITING = auto()
    NOBODY = auto()
    CHANGED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission that waits.

    Attributes:
        id: Of its row.
        content: The record in it; None if it does not open, or is none: forged, altered, moved or truncated.
        message: The question or message that it is instead.
    """

    id: str
    content: Content | None
    message: Message | None = None

    @property
    def sent_at(self) -> float:
        """When it says that it was sent, in seconds since 1970; 0 if it does not open."""
        opened = self.content or self.message
        return opened.sent_at.timestamp() if opened else 0

    @property
    def sender(self) -> str:
        """Account id of whoever it says that it is from; empty if it does not open, or came by receipt."""
        opened = self.content or self.message
        return opened.sender if opened else ""

    @property
    def reference(self) -> str:
        """What sender and members call it."""
        return reference(self.id)


@dataclass(frozen=True, slots=True)
class SeenSender:
    """Whom a submission names as its sender. That is no proof: anybody can seal to an inbox.

    Attributes:
        username: As the server gives it; empty if it knows no such account.
        standing: What the members themselves believe of the account.
    """

    username: str
    standing: Standing


def count(organisation_id: str) -> int:
    """How many wait. One query of an index."""
    found = db.session.scalar(select(func.count()).where(Submission.organisation_id == organisation_id))
    return found or 0


def waiting(keys: CaseKeys, page: int = 1) -> list[Waiting]:
    """A page of the inbox, those that open by day, newest first. Opens each, some 0.1 ms."""
    rows = db.session.scalars(
        select(Submission)
        .where(Submission.organisation_id == keys.organisation_id)
        .order_by(Submission.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    opened = _opener(keys)
    return sorted((opened(row) for row in rows), key=lambda one: one.sent_at, reverse=True)


def read(keys: CaseKeys, submission_id: str) -> Waiting:
    """One submission.

    Raises:
        NotFound: none of this organisation waits under this id.
    """
    row = db.session.get(Submission, submission_id)
    if row is None or row.organisation_id != keys.organisation_id:
        raise NotFound
    return _opener(keys)(row)


def _opener(keys: CaseKeys) -> Callable[[Submission], Waiting]:
    """Opens rows, whatever their state: one that does not open hides no other."""
    opener_of = cache(lambda key_id: Identity(keys.by_id[key_id]).intake.opener())

    def opened(row: Submission) -> Waiting:
        slot = Slot(keys.organisation_id, row.id)
        found: Content | Message | None = None
        if row.key_id in keys.by_id:
            with suppress(Unopenable, Unreadable):
                found = unpack(open_submission(opener_of(row.key_id), slot, row.wrapped, row.sealed))
        return Waiting(row.id, None, found) if isinstance(found, Message) else Waiting(row.id, found)

    return opened


def senders(one: Member, account_ids: Iterable[str]) -> dict[str, SeenSender]:
    """Who the senders of some submissions are, as the server and as the roster say. Two queries.

    Raises:
        RolledBack: the roster is gone, or older than one that this member has seen.
    """
    roster, _version = one.roster()
    wanted = set(account_ids)
    accounts = {row.id: row for row in db.session.scalars(select(Account).where(Account.id.in_(wanted)))}

    def seen(account_id: str) -> SeenSender:
        account = accounts.get(account_id)
        if account is None or account.public_key is None:
            return SeenSender("", Standing.UNKNOWN)
        entry = roster.members.get(account_id) or roster.waiting.get(account_id)
        if entry is None:
            return SeenSender(account.username, Standing.NOBODY)
        if not entry.fits(account.role, account.public_key):
            return SeenSender(account.username, Standing.CHANGED)
        return SeenSender(account.username, Standing.MEMBER if account_id in roster.members else Standing.WAITING)

    return {one_id: seen(one_id) for one_id in wanted}


def accept(keys: CaseKeys, submission_id: str) -> str:
    """Make a submission a case of the organisation, in one transaction: it is counted from now on, not before.

    Of two members who accept at once, one finds it gone.

    Returns:
        The id of the case.

    Raises:
        NotFound: it does not wait any more, or never did.
        Unreadable: it does not open.
    """
    content = read(keys, submission_id).content
    if content is None:
        raise Unreadable
    document = taken_in(content)
    incident_id = document.incident.id

    def gone() -> None:
        remove(keys.organisation_id, submission_id)
        audit.record(keys.organisation_id, Act.SUBMISSION_ACCEPTED, by=keys.account_id, about=incident_id)

    records.create(keys, [document], also=gone)
    return incident_id


def decline(keys: CaseKeys, submission_id: str, reason: str) -> None:
    """Delete a submission, whether it opens or not; why is in the log.

    Raises:
        NotFound: it does not wait any more, or never did.
    """
    with writing(db.session):
        remove(keys.organisation_id, submission_id)
        audit.record(
            keys.organisation_id, Act.SUBMISSION_DECLINED, by=keys.account_id, about=submission_id, reason=reason
        )


def remove(organisation_id: str, submission_id: str) -> None:
    """Take something out of the inbox, in the running transaction.

    Raises:
        NotFound: it does not wait any more, or never did.
    """
    gone = db.session.execute(
        delete(Submission)
        .where(Submission.id == submission_id, Submission.organisation_id == organisation_id)
        .returning(Submission.id)
    ).first()
    if gone is None:
        raise NotFound
