"""Partners: other organisations whose key members have compared, so that a case can be sealed to it.

A member of ours and one of theirs read each other a number that both identities give; a second member of ours compares
again. From then on their statements must follow from what was compared, whoever writes the database.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from incidents.accounts.models import Organisation
from incidents.accounts.networks import near_first
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import NotFound, TalaError
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring import stated
from incidents.keyring.envelope import context, same
from incidents.keyring.identity import NotBelieved, follow
from incidents.keyring.models import Key, KeyKind
from incidents.keyring.roster import Partner
from incidents.keyring.tokens import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from incidents.keyring.identity import Stated
    from incidents.keyring.people import Seed
    from incidents.keyring.roster import Roster
    from incidents.keyring.services import Member

#: How many members compare, while there are as many.
NEEDED: Final = 2


class Different(TalaError):
    """The number that was compared is not the one of these two organisations."""

    status = HTTPStatus.CONFLICT


class NotAPartner(TalaError):
    """Not enough members have compared a number with this organisation."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True)
class Other:
    """Another organisation of this instance, as a page shows it.

    Attributes:
        id: Of the organisation.
        name: What the server calls it.
        network: The regional network it belongs to.
        number: What a member of ours and one of theirs compare; None if it has no keys, or none to be believed.
        partner: What the roster knows of it; None before anybody compared.
        changed: Whether its statements do not follow from what was compared: an alarm.
    """

    id: str
    name: str
    network: str
    number: str | None
    partner: Partner | None
    changed: bool = False


def number(one: Stated, other: Stated) -> str:
    """Eight groups of four digits (128 bits) that members of two organisations compare; the same whoever asks."""
    sides = sorted((side.organisation_id, side.identity) for side in (one, other))
    digits = hashlib.sha256(context("partners", *(part for side in sides for part in side))).hexdigest()
    return " ".join(digits[i : i + 4] for i in range(0, 32, 4))


def others(one: Member) -> list[Other]:
    """Every other organisation, those of one's network first, then those of none. Two queries.

    Raises:
        RolledBack, StaleRoster: see Member.
    """
    roster, _version = one.roster()
    rows = {row.id: row for row in db.session.scalars(select(Organisation).order_by(Organisation.name))}
    own = rows.pop(one.organisation_id)
    order = near_first([(row.id, row.network) for row in rows.values()], own.network)
    said = stated.statements_of(order)
    return [_other(one, rows[id_], roster.partners.get(id_), said.get(id_, [])) for id_ in order]


def other(one: Member, organisation_id: str) -> Other:
    """One of them.

    Raises:
        NotFound: there is no such other organisation.
        RolledBack, StaleRoster: see Member.
    """
    row = db.session.get(Organisation, organisation_id)
    if row is None or organisation_id == one.organisation_id:
        raise NotFound
    partner = one.roster()[0].partners.get(organisation_id)
    return _other(one, row, partner, stated.statements(organisation_id))


def _other(one: Member, row: Organisation, partner: Partner | None, said: Sequence[Stated]) -> Other:
    try:
        theirs = _believed(partner, said)
    except NotBelieved:
        return Other(row.id, row.name, row.network, None, partner, changed=True)
    return Other(row.id, row.name, row.network, number(one.stated, theirs) if theirs else None, partner)


def name_of(organisation_id: str) -> str:
    """What the server calls an organisation; its id if there is none. One query."""
    row = db.session.get(Organisation, organisation_id)
    return row.name if row else organisation_id


def believed(organisation_id: str, partner: Partner | None) -> Stated | None:
    """What an organisation states today: as it follows from what was compared, or at first sight. One query.

    Returns:
        None while it has no keys.

    Raises:
        NotBelieved: it does not follow.
    """
    return _believed(partner, stated.statements(organisation_id))


def _believed(partner: Partner | None, said: Sequence[Stated]) -> Stated | None:
    if partner is not None:
        return follow(partner.pin, said)
    return follow(max(said, key=lambda two: two.epoch).pin, said) if said else None


def confirmed(roster: Roster, organisation_id: str) -> Partner:
    """A partner with whom cases may be shared.

    Raises:
        NotAPartner: nobody has compared, or not enough.
    """
    partner = roster.partners.get(organisation_id)
    if partner is None or not partner.confirmed:
        raise NotAPartner
    return partner


def inbox_of(organisation_id: str, partner: Partner) -> tuple[str, Stated]:
    """The row of a partner's newest organisation key, and what it states; held until the transaction ends.

    Raises:
        NotBelieved: its statements do not follow from what was compared, or have no key.
    """
    db.session.get_one(Organisation, organisation_id, with_for_update={"read": True}, populate_existing=True)
    theirs = believed(organisation_id, partner)
    key_id = db.session.scalar(
        select(Key.id).where(
            Key.organisation_id == organisation_id,
            Key.kind == KeyKind.ORGANISATION,
            Key.epoch == (theirs.epoch if theirs else 0),
        )
    )
    if theirs is None or key_id is None:
        raise NotBelieved
    return key_id, theirs


def compare(one: Member, seed: Seed, organisation_id: str, compared: str) -> bool:
    """A member has compared a number with a member of another organisation; the second one makes it a partner.

    Returns:
        Whether cases may be shared from now on.

    Raises:
        NotFound: there is no such other organisation, or it has no keys.
        Different: the number is another.
        NotBelieved: its keys do not follow from what was compared before: drop() first, then all compare anew.
        RolledBack, StaleRoster: see Member.
    """
    with writing(db.session):
        db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
        roster, version = one.roster()
        row = db.session.get(Organisation, organisation_id, populate_existing=True)
        partner = roster.partners.get(organisation_id)
        theirs = believed(organisation_id, partner) if row and row.id != one.organisation_id else None
        if row is None or theirs is None:
            raise NotFound
        if not same(tidy(compared).encode(), tidy(number(one.stated, theirs)).encode()):
            raise Different
        now = _moved_on(partner, theirs) if partner else Partner(name=row.name, identities=_identities([theirs]))
        still = [voucher for voucher in now.vouchers if voucher in roster.researchers]
        vouchers = tuple(dict.fromkeys((*still, one.account_id)))
        enough = now.confirmed or len(vouchers) >= min(NEEDED, len(roster.researchers))
        now = now.model_copy(update={"vouchers": vouchers, "confirmed": enough})
        _write(one, seed, (roster, version), roster.partners | {organisation_id: now})
        act = Act.PARTNER_CONFIRMED if enough else Act.PARTNER_COMPARED
        audit.record(one.organisation_id, act, by=one.account_id, about=organisation_id)
    return enough


def _write(one: Member, seed: Seed, read: tuple[Roster, int], left: Mapping[str, Partner]) -> None:
    roster, version = read
    keyring.write_roster(one, roster.model_copy(update={"partners": dict(left)}), version, seed)


def _identities(statements: Iterable[Stated]) -> dict[int, str]:
    return {one.epoch: one.identity.hex() for one in statements}


def _moved_on(partner: Partner, newest: Stated) -> Partner:
    """A partner at a statement that follows from what is known of it, with every one between."""
    found = stated.statements(newest.organisation_id)
    between = [one for one in found if partner.pin.epoch < one.epoch <= newest.epoch]
    known = partner.identities | _identities(sorted(between, key=lambda one: one.epoch))
    return partner.model_copy(update={"identities": known})


def drop(one: Member, seed: Seed, organisation_id: str) -> None:
    """No case is shared with an organisation any more; what stands ends at the next save of each case.

    Raises:
        NotFound: it is no partner.
        RolledBack, StaleRoster: see Member.
    """
    with writing(db.session):
        db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
        roster, version = one.roster()
        if organisation_id not in roster.partners:
            raise NotFound
        left = {known: partner for known, partner in roster.partners.items() if known != organisation_id}
        _write(one, seed, (roster, version), left)
        audit.record(one.organisation_id, Act.PARTNER_DROPPED, by=one.account_id, about=organisation_id)


def keep_up(one: Member, seed: Seed, organisation_id: str) -> Partner:
    """A confirmed partner, remembered at its newest statement: what somebody who left it knows leads nowhere then.

    Raises:
        NotAPartner: see confirmed().
        NotBelieved: its statements do not follow from what was compared.
        RolledBack, StaleRoster: see Member.
    """
    partner = confirmed(one.roster()[0], organisation_id)
    theirs = follow(partner.pin, stated.statements(organisation_id))
    if theirs.epoch == partner.pin.epoch:
        return partner
    with writing(db.session):
        db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
        roster, version = one.roster()
        partner = _moved_on(confirmed(roster, organisation_id), theirs)
        _write(one, seed, (roster, version), roster.partners | {organisation_id: partner})
    return partner


def identity_at(organisation_id: str, partner: Partner, epoch: int) -> bytes:
    """With what a partner signed at an epoch of its key. One query if that is newer than what is remembered.

    Raises:
        NotBelieved: nothing proves it.
    """
    known = partner.identities.get(epoch)
    if known is not None:
        return bytes.fromhex(known)
    theirs = follow(partner.pin, [two for two in stated.statements(organisation_id) if two.epoch <= epoch])
    if theirs.epoch != epoch:
        raise NotBelieved
    return theirs.identity
