"""Letting somebody in: members vouch for a newcomer whose number they have compared; the last vouch seals the keys.

To a public key that stands in the roster under the organisation's key, and to no other. See
docs/decisions/0010-identity-and-roster.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.accounts.comparing import Different, comparison_with
from incidents.accounts.models import Account, Organisation, Role
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import NotFound, TalaError
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.models import KeyKind
from incidents.keyring.roster import Entry
from incidents.keyring.tokens import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.keyring.people import Seed
    from incidents.keyring.roster import Roster
    from incidents.keyring.services import Member

#: What each role is granted by the members. An administrator is granted nothing, and who records only, nothing either.
GRANTED = {
    Role.RESEARCHER: (KeyKind.ORGANISATION, KeyKind.FACTS, KeyKind.SUMMARIES, KeyKind.AUDIT),
    Role.FIELD_WORKER: (),
    Role.ANALYST: (KeyKind.FACTS,),
    Role.ADVOCATE: (KeyKind.FACTS, KeyKind.SUMMARIES),
    Role.ADMINISTRATOR: (),
}


class OldKeysFirst(TalaError):
    """The roster knows this person with other keys or another role: those are taken back before anybody vouches."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True)
class Newcomer:
    """Somebody whom members may vouch for.

    Attributes:
        account: Who.
        comparison: What the member reads to them, and they to the member.
        vouchers: Account ids of those who have vouched for just this person, role and key.
        needed: How many vouches let them in.
        kinds: What they will be able to open.
        begun_anew: Whether the roster still knows them as they were before a reset; see OldKeysFirst.
    """

    account: Account
    comparison: str
    vouchers: tuple[str, ...]
    needed: int
    kinds: tuple[KeyKind, ...]
    begun_anew: bool = False


def kinds_for(account: Account, organisation_id: str, roster: Roster) -> tuple[KeyKind, ...]:
    """The keys that members of an organisation would grant to somebody.

    Their own people get what their role needs; analysts and advocates of another organisation what the members trust
    that organisation with, and no more.
    """
    kinds = GRANTED[account.role]
    if account.organisation_id == organisation_id:
        return kinds
    if account.role not in {Role.ANALYST, Role.ADVOCATE}:
        return ()
    return tuple(kind for kind in kinds if kind in roster.trusts.get(account.organisation_id, ()))


def waiting(one: Member) -> list[Newcomer]:
    """Everyone who has made their keys and whom the roster does not know with them, by name."""
    roster, _version = one.roster()
    rows = db.session.scalars(
        select(Account)
        .where(Account.public_key_bytes.is_not(None), Account.role != Role.ADMINISTRATOR, ~Account.disabled)
        .order_by(Account.username)
    ).all()
    found = (_newcomer(account, one, roster) for account in rows if account.id != one.account_id)
    return [newcomer for newcomer in found if newcomer is not None]


def _newcomer(account: Account, one: Member, roster: Roster) -> Newcomer | None:
    kinds = kinds_for(account, one.organisation_id, roster)
    public_key = account.public_key
    known = roster.members.get(account.id)
    if public_key is None or account.role is Role.ADMINISTRATOR:
        return None
    if not kinds and account.organisation_id != one.organisation_id:
        return None
    same_person = known is not None and known.fits(account.role, public_key)
    if known and same_person:
        if set(kinds) <= set(known.kinds):
            return None
        # More than before, and nothing less: what was given otherwise, such as the log, stays theirs.
        kinds = tuple(dict.fromkeys((*known.kinds, *kinds)))
    entry = roster.waiting.get(account.id)
    vouchers = entry.vouchers if entry and entry.fits(account.role, public_key) and entry.kinds == kinds else ()
    number = comparison_with(one.stated.identity, account)
    begun_anew = known is not None and not same_person
    return Newcomer(account, number, vouchers, roster.needed, kinds, begun_anew)


def vouch(one: Member, seed: Seed, newcomer_id: str, compared: str) -> Newcomer:
    """A member vouches for somebody whose number they have compared; the last vouch that is needed seals the keys.

    Args:
        one: The member.
        seed: Theirs.
        newcomer_id: Whom they vouch for.
        compared: The number, as it was compared.

    Returns:
        The newcomer, with this voucher among theirs.

    Raises:
        NotFound: nobody waits under this id.
        Different: the number is another: the person, their role or a key is not what was compared.
        OldKeysFirst: they were reset; a rotation has to make worthless first what they could open before.
        RolledBack, NotBelieved: see Member.
    """
    with writing(db.session):
        db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
        roster, version = one.roster()
        account = db.session.get(Account, newcomer_id, populate_existing=True)
        newcomer = _newcomer(account, one, roster) if account and not account.disabled else None
        if account is None or newcomer is None or account.public_key is None or newcomer_id == one.account_id:
            raise NotFound
        if tidy(compared) != tidy(newcomer.comparison):
            raise Different
        if newcomer.begun_anew:
            raise OldKeysFirst
        vouchers = tuple(dict.fromkeys((*_still_members(newcomer.vouchers, roster), one.account_id)))
        entry = Entry(role=account.role, digest=account.public_key.digest(), kinds=newcomer.kinds, vouchers=vouchers)
        if len(vouchers) >= roster.needed:
            keyring.hand_on(one, account.id, entry, account.public_key)
        keyring.write_roster(one, _with(roster, account.id, entry), version, seed)
        audit.record(one.organisation_id, Act.VOUCHED, by=one.account_id, about=account.id)
        if len(vouchers) >= roster.needed:
            audit.record(one.organisation_id, Act.ADMITTED, by=one.account_id, about=account.id)
        return Newcomer(account, newcomer.comparison, vouchers, roster.needed, newcomer.kinds)


def decide_trust(one: Member, seed: Seed, trusts: Mapping[str, tuple[KeyKind, ...]]) -> None:
    """Say which other organisations' analysts and advocates may be granted which keys.

    Whoever was granted more before keeps it until it is taken back.

    Raises:
        RolledBack, StaleRoster: see Member and keyring.services.write_roster().
    """
    with writing(db.session):
        db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
        roster, version = one.roster()
        decided = roster.model_copy(update={"trusts": dict(trusts), "trust_decided": True})
        keyring.write_roster(one, decided, version, seed)
        audit.record(one.organisation_id, Act.TRUST_DECIDED, by=one.account_id)


def _still_members(vouchers: Sequence[str], roster: Roster) -> list[str]:
    """Those who are members today, with the keys that were compared, and not disabled."""
    return [one for one in vouchers if one in roster.researchers and _stands(one, roster)]


def _stands(account_id: str, roster: Roster) -> bool:
    account = db.session.get(Account, account_id, populate_existing=True)
    if account is None or account.disabled or account.public_key is None:
        return False
    return roster.members[account_id].fits(account.role, account.public_key)


def _with(roster: Roster, account_id: str, entry: Entry) -> Roster:
    """The roster with an entry among the members if enough have vouched, else among those who wait."""
    waiting_now = {one: other for one, other in roster.waiting.items() if one != account_id}
    if len(entry.vouchers) >= roster.needed:
        return roster.model_copy(update={"members": roster.members | {account_id: entry}, "waiting": waiting_now})
    return roster.model_copy(update={"waiting": waiting_now | {account_id: entry}})
