"""What a receipt's holder can do: see, correct, narrow, withdraw. Nobody is logged in, and no case can be opened here.

Code and word open the view; the view holds what is needed to act: the person's random key in tables, and whom to tell.
What is taken back holds from the end of the transaction, before any member has seen it.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from incidents import clock
from incidents.accounts import throttle
from incidents.accounts.throttle import Door
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.audit.services import LogBroken
from incidents.consents import kept, told, withdrawals
from incidents.consents.content import read
from incidents.consents.models import ReceiptView
from incidents.consents.rules import PARTNER, all_of
from incidents.database import writing
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.keyring.envelope import Unopenable
from incidents.keyring.identity import NotBelieved, follow
from incidents.keyring.receipt_door import NotWords, Paper, open_view
from incidents.keyring.stated import statements
from incidents.releases.rules import KEEPING
from incidents.sharing.models import SharedCase
from incidents.stories import services as stories
from incidents.submissions.rules import Message
from incidents.submissions.services import Moved, deliver

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from incidents.consents.content import Content
    from incidents.keyring.identity import Stated
    from incidents.keyring.receipt_door import ReceiptKeys

TRIES: Final = 5


class NotOpened(TalaError):
    """No receipt opens with this code and word: never issued, revoked, erased, or mistyped. Which, is not said."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True)
class OpenReceipt:
    """A receipt that was opened.

    Attributes:
        keys: What follows from its code and word.
        content: What its view says.
    """

    keys: ReceiptKeys = field(repr=False)
    content: Content


def open_receipt(words: str, word: str) -> OpenReceipt:
    """Open a receipt. Each attempt counts before its work, by the code alone: strangers use up nothing of its holder's.

    Raises:
        NotOpened: see there. It takes as long whichever it is, once the words are those of some paper.
        Throttled: nothing was tried.
    """
    try:
        keys = Paper.read(words).keys(word)
    except NotWords:
        raise NotOpened from None
    attempt = throttle.attempt(Door.RECEIPT, keys.subject)
    sealed = db.session.scalar(select(ReceiptView.sealed).where(ReceiptView.id == keys.view_id))
    try:
        content = read(open_view(keys, sealed))
    except Unopenable:
        raise NotOpened from None
    attempt.succeeded()
    # A save that began before a withdrawal may have written the view after it.
    gone = withdrawals.of_person(content.person, content.link)
    return OpenReceipt(keys, content.without(gone, clock.today()) if gone else content)


def take_back(receipt: OpenReceipt, purposes: Collection[str], text: str = "") -> OpenReceipt:
    """Take consents back, at once: counts, summaries, stories and shares follow in the same transaction.

    Args:
        receipt: As it was opened.
        purposes: Which; with the purpose of keeping, everything.
        text: What the person says about it to those who keep the record.

    Returns:
        The receipt as it is now.

    Raises:
        NotOpened: it was revoked, or the record erased, since it was opened; nothing was written.
    """
    content = receipt.content
    wanted = set(content.standing) | {KEEPING} if all_of(purposes) else set(purposes)
    today = clock.today()
    after = content.without(wanted, today)

    known_elsewhere = content.organisation_id if content.link or content.shares else ""

    def gone() -> None:
        # In the order in which a save follows the case, so that the two never wait for each other.
        if content.story_rests_on(wanted):
            _untell(content, today)
        withdrawals.add(content.person, wanted, known_elsewhere, content.link)
        if not kept.replace(receipt.keys.seed.public_key(), receipt.keys.view_id, after):
            raise NotOpened
        if all_of(wanted) or PARTNER in wanted:
            db.session.execute(delete(SharedCase).where(SharedCase.id.in_(content.shares)))

    _written(content, _message(content, text, tuple(sorted(wanted))), gone)
    return OpenReceipt(receipt.keys, after)


def tell(receipt: OpenReceipt, text: str) -> bool:
    """Send what the person says to those who keep the record; False if their key is not to be believed."""
    return _written(receipt.content, _message(receipt.content, text, ()), lambda: None)


def _message(content: Content, text: str, taken_back: tuple[str, ...]) -> Message:
    return Message(
        kind="receipt",
        sent_at=dt.datetime.now(tz=dt.UTC),
        text=text,
        incident_id=content.incident_id,
        person_id=content.person_id,
        taken_back=taken_back,
    )


def _written(content: Content, message: Message, work: Callable[[], None]) -> bool:
    """Do the work and tell the members of it in one transaction.

    Their key may have been replaced while the message was sealed: then all of it is done again. If it does not follow
    from the one that the view names, the work is done all the same, and nobody is told: a withdrawal waits for nobody.
    """
    for _ in range(TRIES):
        stated = _believed(content)
        try:
            with writing(db.session):
                work()
                if stated is not None:
                    deliver(stated, message)
                if message.taken_back:
                    # A log that somebody has broken is told to members elsewhere, and keeps nobody from withdrawing.
                    with suppress(NotBelieved, LogBroken):
                        audit.record(content.organisation_id, Act.TAKEN_BACK_BY_RECEIPT, about=content.incident_id)
        except Moved:
            continue
        return stated is not None
    raise Moved


def _believed(content: Content) -> Stated | None:
    try:
        return follow(content.pin, statements(content.organisation_id))
    except NotBelieved:
        return None


def _untell(content: Content, today: dt.date) -> None:
    """Take a summary and its stories from everybody who could read them."""
    if content.summary_id is not None:
        stories.take_back(content.organisation_id, content.summary_id)
    told.take_down(content.organisation_id, content.stories, today)
