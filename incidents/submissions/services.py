"""Handing in without reading: submit, see that it arrived.

The way in is one: seal to the key that the organisation states, as far as the sender's pin leads to it, or send
nothing. See docs/decisions/0016-submissions.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask_login import current_user
from sqlalchemy import bindparam, exists, func, select

from incidents.accounts import comparing
from incidents.accounts.models import Account, Organisation
from incidents.accounts.sessions import current_seed
from incidents.database import random_id, writing
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.keyring.envelope import Unopenable, same
from incidents.keyring.identity import NotBelieved, Stated
from incidents.keyring.intake_door import Slot, seal_submission
from incidents.keyring.memory import Memory, recall, remember
from incidents.keyring.models import Grant, Key, KeyKind, Statement
from incidents.keyring.tokens import tidy
from incidents.submissions.models import Submission
from incidents.submissions.rules import Receipt, pack, reference

if TYPE_CHECKING:
    from incidents.keyring.people import Seed
    from incidents.records.schema import CaseDocument
    from incidents.submissions.rules import Message

SECTION: Final = "receipts"
MOST_RECEIPTS: Final = 200
TRIES: Final = 5
#: Asked at every page of a researcher, so it is put together once. Who holds no key is told of nothing.
WAITING: Final = (
    select(func.count())
    .select_from(Submission)
    .where(Submission.organisation_id == bindparam("organisation_id"))
    .where(
        exists()
        .where(Grant.account_id == bindparam("account_id"), Grant.key_id == Key.id)
        .where(Key.organisation_id == bindparam("organisation_id"), Key.kind == KeyKind.ORGANISATION)
    )
)


class NotSent(TalaError):
    """Nothing was sent; what was typed is with its writer still."""

    status = HTTPStatus.CONFLICT


class KeyChanged(NotSent):
    """The organisation's key in the database does not follow from the one that this account trusts."""

    status = HTTPStatus.FORBIDDEN


class NoKeyYet(NotSent):
    """The organisation has no keys: nobody could open a submission."""


class NotCompared(NotSent):
    """The account took the organisation's key at first sight, and nobody has compared it."""


class Moved(NotSent):
    """The organisation's key was replaced while this was being sealed, again and again."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who hands in."""

    account_id: str
    organisation_id: str
    seed: Seed = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a sender sees of a submission afterwards.

    Attributes:
        reference: What they and the members call it.
        on: The day it arrived.
        waiting: False once a member has taken it in or declined it.
    """

    reference: str
    on: dt.date
    waiting: bool


def current_sender() -> Sender:
    """Whoever hands in, in this request."""
    return Sender(current_user.id, current_user.organisation_id, current_seed())


def waiting_for(account_id: str, organisation_id: str) -> int:
    """How many submissions wait for a member, for the navigation; 0 for whoever is none. One query, some 0.1 ms."""
    asked = {"account_id": account_id, "organisation_id": organisation_id}
    return db.session.scalar(WAITING, asked) or 0


def believed(sender: Sender) -> Stated:
    """The statement that a sender may seal to. Some queries; writes the pin when the organisation's key has moved on.

    Raises:
        KeyChanged, NoKeyYet, NotCompared: nothing may be sent.
    """
    account = db.session.get_one(Account, sender.account_id)
    try:
        stated = comparing.trusted(account, sender.organisation_id, sender.seed)
        first_use = recall(sender.account_id, sender.seed).first_use
    except (NotBelieved, Unopenable):
        raise KeyChanged from None
    if stated is None:
        raise NoKeyYet
    if first_use:
        raise NotCompared
    return stated


def number(sender: Sender) -> str | None:
    """What a sender compares with a member.

    Raises:
        NotBelieved: the organisation's key was changed.
    """
    account = db.session.get_one(Account, sender.account_id)
    return comparing.own_comparison(account, sender.organisation_id, sender.seed)


def confirm(sender: Sender, compared: str) -> None:
    """The sender has compared this number with a member: from now on what it names is trusted.

    Raises:
        Different: it is another number than the one of today.
        NotBelieved: the organisation's key was changed.
    """
    now = number(sender)
    if now is None or not same(tidy(compared).encode(), tidy(now).encode()):
        raise comparing.Different
    with writing(db.session):
        remember(sender.account_id, sender.seed, lambda memory: memory.model_copy(update={"first_use": False}))


def submit(sender: Sender, document: CaseDocument, *, now: dt.datetime | None = None) -> str:
    """Seal a document to the organisation's inbox; the same one again (a button pressed twice) changes nothing.

    Returns:
        Its reference.

    Raises:
        KeyChanged, NoKeyYet, NotCompared: see believed(); nothing was written.
        Moved: the organisation's key was replaced each time.
    """
    at = now or dt.datetime.now(tz=dt.UTC)
    content = pack(document, sender.account_id, at)
    for _ in range(TRIES):
        receipt = _sent(sender, believed(sender), document.incident.id, content, at)
        if receipt is not None:
            return reference(receipt.id)
    raise Moved


def _sent(sender: Sender, stated: Stated, record: str, content: bytes, at: dt.datetime) -> Receipt | None:
    """Write a submission and its receipt; None if the organisation's key has moved on since it was believed."""
    receipt = Receipt(random_id(), record, at.date().isoformat())
    wrapped, sealed = seal_submission(stated.intake_key, Slot(sender.organisation_id, receipt.id), content)
    with writing(db.session):
        key_id = _current_key(stated)
        if key_id is None:
            return None
        kept = _keep(sender, receipt)
        if kept == receipt:
            db.session.add(
                Submission(
                    id=receipt.id,
                    organisation_id=sender.organisation_id,
                    key_id=key_id,
                    wrapped=wrapped,
                    sealed=sealed,
                )
            )
        return kept


def deliver(stated: Stated, message: Message) -> None:
    """Seal a message to an inbox, in the running transaction.

    Args:
        stated: The organisation, as its sender believes it.
        message: What it says.

    Raises:
        Moved: the organisation's key was replaced meanwhile; nothing was written.
    """
    row_id = random_id()
    slot = Slot(stated.organisation_id, row_id)
    wrapped, sealed = seal_submission(stated.intake_key, slot, message.model_dump_json().encode())
    key_id = _current_key(stated)
    if key_id is None:
        raise Moved
    db.session.add(
        Submission(id=row_id, organisation_id=stated.organisation_id, key_id=key_id, wrapped=wrapped, sealed=sealed)
    )
    db.session.flush()


def _current_key(stated: Stated) -> str | None:
    """The row of the organisation key that a statement is about, if none came after it; rotation waits meanwhile."""
    organisation_id = stated.organisation_id
    db.session.get_one(Organisation, organisation_id, with_for_update={"read": True}, populate_existing=True)
    newest = db.session.scalar(select(func.max(Statement.epoch)).where(Statement.organisation_id == organisation_id))
    if newest != stated.epoch:
        return None
    return db.session.scalar(
        select(Key.id).where(
            Key.organisation_id == organisation_id, Key.kind == KeyKind.ORGANISATION, Key.epoch == stated.epoch
        )
    )


def _keep(sender: Sender, receipt: Receipt) -> Receipt:
    """Add a receipt; gives back the one that the same document has already."""

    def with_receipt(memory: Memory) -> Memory:
        known = _receipts(memory)
        if any(one.record == receipt.record for one in known):
            return memory
        return _with(memory, [*known, receipt][-MOST_RECEIPTS:])

    after = remember(sender.account_id, sender.seed, with_receipt)
    return next(one for one in _receipts(after) if one.record == receipt.record)


def _receipts(memory: Memory) -> list[Receipt]:
    return [Receipt(**one) for one in memory.sections.get(SECTION, [])]


def _with(memory: Memory, receipts: list[Receipt]) -> Memory:
    return memory.with_section(SECTION, [asdict(one) for one in receipts])


def arrived(sender: Sender) -> list[Arrived]:
    """What somebody has handed in, newest first: that it arrived, and whether it waits. Two queries.

    Raises:
        Unopenable: what the account remembers is missing or was altered.
    """
    receipts = _receipts(recall(sender.account_id, sender.seed))
    ids = [one.id for one in receipts]
    here = set(db.session.scalars(select(Submission.id).where(Submission.id.in_(ids))))
    return [Arrived(reference(one.id), dt.date.fromisoformat(one.on), one.id in here) for one in reversed(receipts)]


def forget(sender: Sender) -> None:
    """Forget every receipt: what somebody would find who forces their way into the account. What was sent stays sent.

    Raises:
        Unopenable: see arrived().
    """
    with writing(db.session):
        remember(sender.account_id, sender.seed, lambda memory: _with(memory, []))
