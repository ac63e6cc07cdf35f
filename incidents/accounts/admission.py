"""Coming in: an invitation, one's own keys, and two members who compare before any key is handed on.

An administrator invites and can do no more: keys are sealed by members, to a public key that stands in the roster under
the organisation's key. See docs/decisions/0010-identity-and-roster.md.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from incidents.accounts.factors import with_factors
from incidents.accounts.models import Account, Organisation, Role
from incidents.accounts.rules import normalise_username, usable_username
from incidents.accounts.sessions import WrongCredentials
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import NotFound, TalaError
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.chain import new_signing_key, public_half
from incidents.keyring.envelope import same
from incidents.keyring.identity import ALPHABET, PIN_SIGNS, NotBelieved, comparison, follow, pin_signs
from incidents.keyring.memory import Memory, begin_memory, recall, remember
from incidents.keyring.models import Key, KeyKind
from incidents.keyring.passphrase import new_recovery_code, recovery_key
from incidents.keyring.people import Seed, seal_seed
from incidents.keyring.roster import Entry
from incidents.keyring.tokens import setup_digest, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.accounts.factors import Factors
    from incidents.keyring.identity import Stated
    from incidents.keyring.roster import Roster
    from incidents.keyring.services import Member

#: Signs of a set-up code that are secret: 100 bits. Those after them name the organisation.
SECRET_SIGNS = 20
#: Of no code: SHA-256 gives it for nothing that anybody knows.
NO_DIGEST = bytes(32)
INVITATION_SECONDS = 7 * 24 * 60 * 60
#: What each role is granted by the members. An administrator is granted nothing, and who records only, nothing either.
GRANTED = {
    Role.RESEARCHER: (KeyKind.ORGANISATION, KeyKind.FACTS, KeyKind.SUMMARIES, KeyKind.AUDIT),
    Role.FIELD_WORKER: (),
    Role.ANALYST: (KeyKind.FACTS,),
    Role.ADVOCATE: (KeyKind.FACTS, KeyKind.SUMMARIES),
    Role.ADMINISTRATOR: (),
}


class NameTaken(TalaError):
    """Another account has this username."""


class UnusableName(TalaError):
    """A username that is empty, too long, or holds a blank or something that does not show."""


class AnotherOrganisation(TalaError):
    """The invitation names another key of the organisation than the database has: somebody has changed it."""


class Different(TalaError):
    """The numbers that were compared are not those of this person, this role and these keys."""

    status = HTTPStatus.CONFLICT


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


def find(username: str) -> Account | None:
    """The account of a username, in whatever case it was typed."""
    return db.session.scalar(select(Account).where(Account.username == normalise_username(username)))


def locked(account_id: str) -> Account:
    """An account as it is now, whatever was read of it before the lock, in the running transaction."""
    # Not the whole row's lock: who seals a key to this account, holding the organisation, must not have to wait for us.
    return db.session.get_one(Account, account_id, with_for_update={"key_share": True}, populate_existing=True)


def hold_organisation(account_id: str) -> None:
    """Keep the organisation of an account from being locked, in the running transaction, before its account is.

    Who vouches locks the organisation, then accounts and memories; who locked in another order could wait for them
    while they wait in turn.
    """
    own = select(Account.organisation_id).where(Account.id == account_id).scalar_subquery()
    hold = select(Organisation.id).where(Organisation.id == own).with_for_update(read=True, key_share=True)
    db.session.execute(hold)


def add_account(username: str, role: Role, organisation: Organisation, *, by: str = "") -> tuple[Account, str]:
    """Invite somebody, in the running transaction; ``by`` is the account id of who does, none for a command.

    Returns:
        The account, and its single-use code, which ends after seven days: 100 secret bits, then, if the organisation
        has keys, sixteen signs that name them, so that the newcomer trusts those and no others.

    Raises:
        NameTaken: choose another username.
        UnusableName: as above.
    """
    name = normalise_username(username)
    if not usable_username(name):
        raise UnusableName
    if find(name) is not None:
        raise NameTaken
    account = Account(username=name, role=role, organisation_id=organisation.id)
    code = new_code(account)
    db.session.add(account)
    db.session.flush()
    audit.record(organisation.id, Act.INVITED, by=by, about=account.id)
    return account, code


def new_code(account: Account) -> str:
    """Give an account a new single-use code, in the running transaction."""
    stated = keyring.statements(account.organisation_id)
    newest = max(stated, key=lambda one: one.epoch, default=None)
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_SIGNS))
    code = secret + (pin_signs(newest.identity) if newest else "")
    account.setup_digest = setup_digest(code)
    account.setup_until = int(time.time()) + INVITATION_SECONDS
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def may_set_up(account: Account, code: str) -> bool:
    """Whether this is the account's code, and neither used nor too old."""
    digest = account.setup_digest
    fits = digest is not None and same(setup_digest(code), digest)
    return fits and not account.disabled and time.time() < account.setup_until


def invited(username: str, code: str) -> str:
    """The id of the account that this name and code open together. One query, the same work for every name.

    Raises:
        WrongCredentials: there is none.
    """
    columns = (Account.id, Account.setup_digest, Account.setup_until, Account.disabled)
    row = db.session.execute(select(*columns).where(Account.username == normalise_username(username))).first()
    fits = same(setup_digest(code), (row.setup_digest if row else None) or NO_DIGEST)
    if row is None or not fits or row.disabled or time.time() >= row.setup_until:
        raise WrongCredentials
    found: str = row.id
    return found


def keys_for(account: Account, code: str, seed: Seed) -> Memory:
    """What a newcomer's memory begins with: whom their invitation names, and everyone who follows from there.

    Raises:
        AnotherOrganisation: no statement of the organisation has the key that the invitation names.
    """
    del seed
    stated = keyring.statements(account.organisation_id)
    named = tidy(code)[SECRET_SIGNS:]
    if not stated and named:
        raise AnotherOrganisation
    if not stated:
        return Memory(first_use=True)
    start = [one for one in stated if pin_signs(one.identity) == named] if len(named) == PIN_SIGNS else stated[:]
    start.sort(key=lambda one: one.epoch)
    try:
        newest = follow(start[-1].pin, stated)
    except (IndexError, NotBelieved):
        raise AnotherOrganisation from None
    return Memory(first_use=len(named) != PIN_SIGNS).with_pin(account.organisation_id, newest.pin)


def begin_keys(account: Account, code: str, seed: Seed, sealed: tuple[bytes, bytes], begun: Factors) -> str:
    """Write a newcomer's keys, in the running transaction; the first researcher founds the organisation's.

    Returns:
        The recovery code, which is kept nowhere.

    Raises:
        WrongCredentials: the code is not theirs any more.
        AnotherOrganisation: see keys_for().
    """
    if not may_set_up(account, code):
        raise WrongCredentials
    memory = keys_for(account, code, seed)
    recovery = new_recovery_code()
    account.setup_digest, account.setup_until = None, 0
    account.salt, account.seed_by_passphrase = sealed
    account.seed_by_recovery = seal_seed(seed, recovery_key(recovery), account.id, "recovery")
    account.public_key_bytes = seed.public_key().raw
    db.session.get_one(Organisation, account.organisation_id, with_for_update=True)
    keys = db.session.scalar(select(func.count(Key.id)).where(Key.organisation_id == account.organisation_id))
    if account.role is Role.RESEARCHER and not keys:
        signing_key = new_signing_key()
        log = public_half(signing_key)
        pin = keyring.found(account.organisation_id, account.id, account.role, seed.public_key(), log)
        audit.begin(account.organisation_id, signing_key, by=account.id)
        memory = Memory().with_pin(account.organisation_id, pin)
    begin_memory(account.id, seed, with_factors(memory, begun))
    audit.record(account.organisation_id, Act.SET_UP, by=account.id)
    return recovery


def trusted(account: Account, organisation_id: str, seed: Seed) -> Stated | None:
    """The newest statement of an organisation that this account trusts; None if the organisation has none yet.

    Who has no pin yet takes what the database says and remembers it: what two people compare then shows whether that
    was right. The pin moves on as the organisation's key does.

    Raises:
        NotBelieved: the statements do not follow from the pin.
    """
    stated = keyring.statements(organisation_id)
    if not stated:
        return None
    pin = recall(account.id, seed).pins.get(organisation_id)
    newest = follow(pin or max(stated, key=lambda one: one.epoch).pin, stated)
    if pin is None or newest.epoch != pin.epoch:
        with writing(db.session):
            remember(account.id, seed, lambda memory: keyring.moved_on(memory, newest))
    return newest


def look(account_id: str, organisation_id: str, seed: Seed) -> None:
    """Remember the roster's version as of now, at log-in: an older one is not believed afterwards. A few queries.

    Does nothing for who holds no organisation key.

    Raises:
        RolledBack, NotBelieved, Unopenable: see keyring.services.member().
    """
    try:
        one = keyring.member(account_id, organisation_id, seed)
        _roster, version = one.roster()
    except keyring.NothingToHandOn:
        return
    if version > one.seen:
        with writing(db.session):
            remember(account_id, seed, lambda memory: keyring.moved_on(memory, one.stated, version))


def own_comparison(account: Account, organisation_id: str, seed: Seed) -> str | None:
    """What a newcomer reads to a member of an organisation; None while it has no keys.

    Raises:
        NotBelieved: see trusted().
    """
    stated = trusted(account, organisation_id, seed)
    return comparison_with(stated.identity, account) if stated else None


@dataclass(frozen=True)
class Elsewhere:
    """Another organisation whose members somebody may want to compare a number with.

    Attributes:
        organisation_id: Which.
        name: What it is called.
        seen: Whether the account has taken its key at first sight.
        number: What to read to its members; None if it was not seen yet, or its key was changed since.
    """

    organisation_id: str
    name: str
    seen: bool
    number: str | None


def numbers_elsewhere(account: Account, seed: Seed) -> list[Elsewhere]:
    """What somebody reads to members of other organisations, by the organisation's name."""
    pins = recall(account.id, seed).pins
    others = db.session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.id != account.organisation_id, Organisation.id.in_(select(Key.organisation_id)))
        .order_by(Organisation.name)
    ).all()
    return [
        Elsewhere(
            other.id, other.name, other.id in pins, _number(account, other.id, seed) if other.id in pins else None
        )
        for other in others
    ]


def _number(account: Account, organisation_id: str, seed: Seed) -> str | None:
    try:
        return own_comparison(account, organisation_id, seed)
    except NotBelieved:
        return None


def comparison_with(identity: bytes, account: Account) -> str:
    """The number of an account beside an organisation's identity."""
    assert account.public_key is not None  # noqa: S101 - those who have none are not asked
    return comparison(identity, account.id, account.username, account.role, account.public_key)


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
