"""Members give the log to whom they choose, and take it back. No administrator can, by any route."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.accounts import comparing, invitations
from incidents.accounts.comparing import Different
from incidents.accounts.models import Account, Organisation, Role
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import Forbidden, NotFound
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.models import KeyKind
from incidents.keyring.roster import Entry
from incidents.keyring.tokens import tidy
from incidents.rotation import services as rotation

if TYPE_CHECKING:
    from incidents.keyring.people import PublicKey, Seed
    from incidents.keyring.roster import Roster
    from incidents.keyring.services import Member

ALONE = (KeyKind.AUDIT,)


class HoldsItByRole(Forbidden):
    """A member of the organisation reads the log because they read everything: revoke them instead."""


@dataclass(frozen=True)
class Auditor:
    """Somebody who may be given the log, or has it.

    Attributes:
        account: Who.
        comparison: The number that a member compares with them.
        needed: How many members must give it to them: one, if enough have vouched for them before.
        vouchers: Members who have given it, where more than one must.
        known: What the roster says of them, if they were vouched for as who they are now.
    """

    account: Account
    comparison: str
    needed: int = 1
    vouchers: tuple[str, ...] = ()
    known: Entry | None = None

    @property
    def holds(self) -> bool:
        """Whether they hold the audit key."""
        return self.known is not None and KeyKind.AUDIT in self.known.kinds

    @property
    def by_role(self) -> bool:
        """Whether they read everything of this organisation, so that the log alone cannot be taken back."""
        return self.known is not None and KeyKind.ORGANISATION in self.known.kinds


def auditors(one: Member) -> list[Auditor]:
    """Everyone who holds the log, or is being given it, by name.

    Raises:
        RolledBack, NotBelieved: see Member.
    """
    roster, _version = one.roster()
    ids = [who for who, entry in (roster.members | roster.waiting).items() if KeyKind.AUDIT in entry.kinds]
    rows = db.session.scalars(select(Account).where(Account.id.in_(ids)).order_by(Account.username))
    found = (_auditor(account, one, roster) for account in rows)
    return [who for who in found if who is not None and (who.holds or who.vouchers)]


def find(one: Member, username: str) -> Auditor:
    """Somebody by name, to give them the log.

    Raises:
        NotFound: nobody has this name, or they have made no keys yet, or may hold none, or wait for other keys.
    """
    account = invitations.find(username)
    roster, _version = one.roster()
    found = _auditor(account, one, roster) if account is not None and not account.disabled else None
    if found is None:
        raise NotFound
    return found


def _auditor(account: Account, one: Member, roster: Roster) -> Auditor | None:
    public_key = account.public_key
    if public_key is None or account.role is Role.FIELD_WORKER:
        return None
    known, waiting = roster.members.get(account.id), roster.waiting.get(account.id)
    number = comparing.comparison_with(one.stated.identity, account)
    if known and known.fits(account.role, public_key):
        return Auditor(account, number, known=known)
    if waiting and waiting.fits(account.role, public_key):
        vouchers = tuple(who for who in waiting.vouchers if who in roster.researchers)
        return Auditor(account, number, roster.needed, vouchers) if waiting.kinds == ALONE else None
    return Auditor(account, number, roster.needed)


def grant_audit(one: Member, seed: Seed, account_id: str, compared: str) -> Auditor:
    """Give the log to somebody whose number was compared.

    One member is enough for those who were vouched for before; a stranger needs as many as a newcomer does, and holds
    nothing but the log then.

    Raises:
        NotFound: nobody of this id may be given it.
        Different: the number is another: the person, their role or a key is not what was compared.
        RolledBack, NotBelieved: see Member.
    """
    with writing(db.session):
        db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
        roster, version = one.roster()
        account = db.session.get(Account, account_id, populate_existing=True)
        found = _auditor(account, one, roster) if account and not account.disabled else None
        if account is None or found is None or found.holds or account.public_key is None:
            raise NotFound
        if tidy(compared) != tidy(found.comparison):
            raise Different
        vouchers = tuple(dict.fromkeys((*found.vouchers, one.account_id)))
        entry = _entry(found, account.public_key, vouchers)
        holds = len(vouchers) >= found.needed
        if holds:
            keyring.hand_on(one, account_id, replace_kinds(entry, ALONE), account.public_key)
        keyring.write_roster(one, _with(roster, account_id, entry, holds=holds), version, seed)
        act = Act.GRANT_GIVEN if holds else Act.VOUCHED
        audit.record(one.organisation_id, act, by=one.account_id, about=account_id, reason=KeyKind.AUDIT)
        return replace(found, vouchers=vouchers, known=entry if holds else None)


def _entry(found: Auditor, public_key: PublicKey, vouchers: tuple[str, ...]) -> Entry:
    """What the roster will say of them."""
    if found.known is not None:
        return replace_kinds(found.known, (*found.known.kinds, KeyKind.AUDIT))
    return Entry(role=found.account.role, digest=public_key.digest(), kinds=ALONE, vouchers=vouchers)


def replace_kinds(entry: Entry, kinds: tuple[KeyKind, ...]) -> Entry:
    """The same person with other keys."""
    return entry.model_copy(update={"kinds": kinds})


def _with(roster: Roster, account_id: str, entry: Entry, *, holds: bool) -> Roster:
    waiting = {who: other for who, other in roster.waiting.items() if who != account_id}
    if holds:
        return roster.model_copy(update={"members": roster.members | {account_id: entry}, "waiting": waiting})
    return roster.model_copy(update={"waiting": waiting | {account_id: entry}})


def take_audit_back(one: Member, seed: Seed, account_id: str, reason: str = "") -> None:
    """Take the log back from somebody, or what colleagues gave of it to somebody who waits for more of them.

    Every key is replaced in the same transaction: they cannot read a new entry. What they have read, they have. Some
    seconds of the rotation follow at once, the rest with every save.

    Raises:
        NotFound: they do not hold it.
        HoldsItByRole: revoke them instead.
        RolledBack, NotBelieved, StaleRoster: see keyring.services.
    """
    roster, _version = one.roster()
    if _holding(roster, account_id) is not None:
        rotation.take_back(one, seed, account_id, ALONE, reason)
        rotation.advance(keyring.member(one.account_id, one.organisation_id, seed))
        return
    with writing(db.session):
        db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
        roster, version = one.roster()
        entry = roster.waiting.get(account_id)
        if entry is None or entry.kinds != ALONE:
            raise NotFound
        waiting = {who: other for who, other in roster.waiting.items() if who != account_id}
        keyring.write_roster(one, roster.model_copy(update={"waiting": waiting}), version, seed)
        audit.record(one.organisation_id, Act.GRANT_TAKEN_BACK, by=one.account_id, about=account_id, reason=reason)


def _holding(roster: Roster, account_id: str) -> Entry | None:
    """What the roster says of somebody who holds the log and can lose it alone."""
    entry = roster.members.get(account_id)
    if entry is None or KeyKind.AUDIT not in entry.kinds:
        return None
    if KeyKind.ORGANISATION in entry.kinds:
        raise HoldsItByRole
    return entry
