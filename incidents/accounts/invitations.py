"""Inviting somebody, and the first thing that they do: make keys of their own.

An administrator invites and can do no more: nothing is granted here. The code names the organisation's key, so that the
newcomer trusts that one and no other. See docs/decisions/0010-identity-and-roster.md.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from incidents.accounts.factors import with_factors
from incidents.accounts.models import Account, Organisation, Role
from incidents.accounts.rules import normalise_username, usable_username
from incidents.accounts.sessions import WrongCredentials
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.chain import new_signing_key, public_half
from incidents.keyring.envelope import same
from incidents.keyring.identity import ALPHABET, PIN_SIGNS, NotBelieved, follow, pin_signs
from incidents.keyring.memory import Memory, begin_memory
from incidents.keyring.models import Key
from incidents.keyring.passphrase import new_recovery_code, recovery_key
from incidents.keyring.people import Seed, seal_seed
from incidents.keyring.tokens import setup_digest, tidy

if TYPE_CHECKING:
    from incidents.accounts.factors import Factors

#: Signs of a set-up code that are secret: 100 bits. Those after them name the organisation.
SECRET_SIGNS = 20


#: Of no code: SHA-256 gives it for nothing that anybody knows.
NO_DIGEST = bytes(32)


INVITATION_SECONDS = 7 * 24 * 60 * 60


class NameTaken(TalaError):
    """Another account has this username."""


class UnusableName(TalaError):
    """A username that is empty, too long, or holds a blank or something that does not show."""


class AnotherOrganisation(TalaError):
    """The invitation names another key of the organisation than the database has: somebody has changed it."""


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
