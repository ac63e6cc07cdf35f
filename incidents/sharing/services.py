"""Cases that other organisations share with us: which there are, and reading them.

The owner's withdrawals act here at once, whether or not anybody of the owner has logged in since.
"""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, select

from incidents import clock
from incidents.accounts.services import organisation_names
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.consents import withdrawals
from incidents.database import writing
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.facts.models import Withdrawal
from incidents.keyring import case_door
from incidents.keyring.case_door import PartKey, Place
from incidents.keyring.envelope import Unopenable
from incidents.keyring.identity import Identity, NotBelieved
from incidents.keyring.services import member
from incidents.keyring.share_door import is_of, open_share, slot
from incidents.records.fields import ACCOUNT, IDENTITY
from incidents.records.keys import check_newest, with_newest
from incidents.records.models import Incident, Revision
from incidents.records.parts import join
from incidents.sharing import partners, rules
from incidents.sharing.models import SharedCase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from incidents.keyring.roster import Roster
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from incidents.sharing.rules import Shared


@dataclass(frozen=True)
class Received:
    """A case that another organisation shares with us today.

    Attributes:
        id: Of the share.
        shared: What was sealed to us.
        owner: What the owner is called: as we compared it, else as the server says.
        proven: Whether the owner, with whom members have compared a number, has signed it. Anybody who can write the
            database could have put there what is not proven.
    """

    id: str
    shared: Shared
    owner: str
    proven: bool


@dataclass(frozen=True)
class OpenedShare:
    """A shared case as it stands; without names, contacts and exact place unless those were opened."""

    received: Received
    document: CaseDocument


@with_newest
def shared_with_us(keys: CaseKeys, *, today: dt.date | None = None) -> list[Received]:
    """Every case that others share with the organisation of these keys today, oldest first. Opens each, some 0.3 ms.

    What ran out, was taken back, forged or altered is not among them.

    Raises:
        RolledBack, StaleRoster: see keyring.services.Member.
    """
    rows = db.session.scalars(select(SharedCase).where(SharedCase.organisation_id == keys.organisation_id)).all()
    found = _standing(keys, rows, today or clock.today())
    return sorted(found, key=lambda one: (one.shared.shared_on or dt.date.min, one.id))


def open_shared(keys: CaseKeys, share_id: str, *, today: dt.date | None = None) -> OpenedShare:
    """The account part of a case that is shared with us. Writes nothing in the log: see view_shared().

    Raises:
        NotFound: no such case is shared with us today.
        RolledBack, StaleRoster: see keyring.services.Member.
    """
    received = _received(keys, share_id, today or clock.today())
    return OpenedShare(received, _document(received.shared, [ACCOUNT]))


def opened_with_us(keys: CaseKeys, *, today: dt.date | None = None) -> Iterator[OpenedShare]:
    """The account part of every case that is shared with us, for a comparison; one that does not open hides no other.

    Some 0.5 ms each. Writes nothing in the log: what somebody is to read goes through view_shared().

    Raises:
        RolledBack, StaleRoster: see keyring.services.Member.
    """
    for received in shared_with_us(keys, today=today):
        with suppress(NotFound):
            yield OpenedShare(received, _document(received.shared, [ACCOUNT]))


@with_newest
def view_shared(keys: CaseKeys, share_id: str) -> OpenedShare:
    """The same for somebody to read, written in our log.

    Raises:
        As open_shared().
    """
    opened = open_shared(keys, share_id)
    with writing(db.session):
        check_newest(keys)
        audit.record(keys.organisation_id, Act.SHARED_CASE_OPENED, by=keys.account_id, about=share_id)
    return opened


@with_newest
def open_identity(keys: CaseKeys, share_id: str, reason: str) -> OpenedShare:
    """A shared case with its identity part; who opened it and why is in our log before it is given.

    Raises:
        NotFound: no such case is shared with us today, or not with names.
        RolledBack, StaleRoster: see keyring.services.Member.
    """
    received = _received(keys, share_id, clock.today())
    if received.shared.identity is None:
        raise NotFound
    document = _document(received.shared, [ACCOUNT, IDENTITY])
    with writing(db.session):
        check_newest(keys)
        audit.record(
            keys.organisation_id, Act.SHARED_IDENTITY_OPENED, by=keys.account_id, about=share_id, reason=reason
        )
    return OpenedShare(received, document)


@with_newest
def let_go(keys: CaseKeys) -> None:
    """Delete what was shared with us until a day that has come: nothing keeps its keys then."""
    rows = db.session.scalars(select(SharedCase).where(SharedCase.organisation_id == keys.organisation_id)).all()
    opened = _opener(keys)
    today = clock.today()
    over = [row.id for row in rows if (found := opened(row)) is not None and found.shared.until <= today]
    if over:
        with writing(db.session):
            check_newest(keys)
            db.session.execute(delete(SharedCase).where(SharedCase.id.in_(over)))


@with_newest
def _received(keys: CaseKeys, share_id: str, today: dt.date) -> Received:
    row = db.session.get(SharedCase, share_id, populate_existing=True)
    if row is None or row.organisation_id != keys.organisation_id:
        raise NotFound
    for one in _standing(keys, [row], today):
        return one
    raise NotFound


class _Content(NamedTuple):
    """What a row holds: as it says itself, and the signature by which it is proven."""

    share_id: str
    shared: Shared
    body: bytes
    signature: bytes


def _opener(keys: CaseKeys) -> Callable[[SharedCase], _Content | None]:
    """Opens rows; None for what does not open: it hides no other."""
    opener_of = cache(lambda key_id: Identity(keys.by_id[key_id]).intake.opener())

    def opened(row: SharedCase) -> _Content | None:
        if row.key_id not in keys.by_id:
            return None
        try:
            place = slot(row.organisation_id, row.id)
            body, signature = open_share(opener_of(row.key_id), place, row.wrapped, row.sealed)
        except Unopenable:
            return None
        shared = rules.unpack(body)
        return _Content(row.id, shared, body, signature) if shared else None

    return opened


def _standing(keys: CaseKeys, rows: Sequence[SharedCase], today: dt.date) -> list[Received]:
    opened = [one for one in map(_opener(keys), rows) if one is not None and today < one.shared.until]
    if not opened:
        return []
    roster, _version = member(keys.account_id, keys.organisation_id, keys.seed).roster()
    current = _current([one.shared for one in opened], today)
    names = organisation_names()
    found = (
        _believed(keys, roster, one, names[one.shared.owner])
        for one in opened
        if one.shared in current and one.shared.owner in names
    )
    return [one for one in found if one is not None]


def _believed(keys: CaseKeys, roster: Roster, one: _Content, name: str) -> Received | None:
    """What is shared, and whether it is proven; None for what says that it is a partner's and is not."""
    partner = roster.partners.get(one.shared.owner)
    if partner is None or not partner.confirmed:
        return Received(one.share_id, one.shared, name, proven=False)
    try:
        identity = partners.identity_at(one.shared.owner, partner, one.shared.epoch)
    except NotBelieved:
        return None
    signed = is_of(identity, slot(keys.organisation_id, one.share_id), one.body, one.signature)
    return Received(one.share_id, one.shared, partner.name, proven=True) if signed else None


def _current(found: Sequence[Shared], today: dt.date) -> list[Shared]:
    """Those whose case is at the revision that was shared, with nobody who has taken consent back. Two queries.

    An older revision is what somebody put back: each save of the owner seals the newest or nothing. Where somebody has
    taken something back who is linked with entries of other cases, the case itself is asked: it may have it already.
    """
    own = {withdrawals.hexadecimal(number) for one in found for number in one.persons}
    numbers = own | {withdrawals.linked(number) for one in found for number in (*one.persons, *one.links)}
    gone = set(
        db.session.scalars(
            select(Withdrawal.person).where(Withdrawal.person.in_(numbers), Withdrawal.purpose.in_(rules.ENDING))
        )
    )
    newest = _newest({one.incident_id for one in found})
    return [
        one
        for one in found
        if newest.get(one.incident_id) == (one.owner, one.revision)
        and gone.isdisjoint(map(withdrawals.hexadecimal, one.persons))
        and (gone.isdisjoint(map(withdrawals.linked, (*one.persons, *one.links))) or _still_allowed(one, today))
    ]


def _still_allowed(one: Shared, today: dt.date) -> bool:
    """Whether a case may be read as it stands with all that was taken back meanwhile. Opens it."""
    with suppress(NotFound):
        return rules.allowed(_document(one, [ACCOUNT]), None, today)
    return False


def _newest(incident_ids: set[str]) -> Mapping[str, tuple[str, int]]:
    rows = db.session.execute(
        select(Incident.id, Incident.organisation_id, Incident.revision).where(Incident.id.in_(incident_ids))
    )
    return {row.id: (row.organisation_id, row.revision) for row in rows}


def _document(shared: Shared, parts: Sequence[str]) -> CaseDocument:
    """The parts of the shared revision.

    Raises:
        NotFound: the revision is gone, or does not open: the owner is to save the case again.
    """
    row = db.session.get(Revision, (shared.incident_id, shared.revision), populate_existing=True)
    if row is None:
        raise NotFound
    place = Place(shared.owner, shared.incident_id, shared.revision)
    hexadecimal = {ACCOUNT: shared.account, IDENTITY: shared.identity or ""}
    try:
        opened = {
            part: json.loads(
                case_door.open_alone(PartKey(bytes.fromhex(hexadecimal[part])), part, place, getattr(row, part))
            )
            for part in parts
        }
        return withdrawals.as_read(join(opened[ACCOUNT], opened.get(IDENTITY, {})))
    except (Unopenable, ValueError, TypeError, AttributeError, KeyError):
        # Somebody may have sealed to us what is no case.
        raise NotFound from None
