"""Logging in, setting up, recovering and disabling accounts."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app
from flask_login import login_user, logout_user
from sqlalchemy import func, select

from incidents.accounts.models import Account, Organisation, Role
from incidents.accounts.rules import normalise_username, usable_username
from incidents.accounts.sessions import WrongCredentials, current_seed, end_all, passphrase_mark, tala_session
from incidents.database import writing
from incidents.errors import Forbidden, NotFound, TalaError
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.envelope import Unopenable, same
from incidents.keyring.models import Grant, Key, KeyKind
from incidents.keyring.passphrase import Cost, new_recovery_code, passphrase_key, read_pepper, recovery_key
from incidents.keyring.people import Seed, open_seed, seal_seed
from incidents.keyring.tokens import setup_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config import Settings

#: What one guess of a new passphrase costs (tests lower it).
COST = Cost()
SALT_BYTES = 16
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 28
#: Opened for names that nobody has, so that they cost the same time and end the same way.
DUMMY_SALT = b"\0" * SALT_BYTES
DUMMY_SEED = b"\x01" + b"\0" * 60
#: What each role is granted by a member of the organisation. An administrator is granted nothing.
GRANTED = {
    Role.RESEARCHER: (KeyKind.ORGANISATION, KeyKind.FACTS, KeyKind.SUMMARIES),
    Role.ANALYST: (KeyKind.FACTS,),
    Role.ADVOCATE: (KeyKind.FACTS, KeyKind.SUMMARIES),
    Role.ADMINISTRATOR: (),
}


class NameTaken(TalaError):
    """Another account has this username."""


class OwnAccount(Forbidden):
    """What only another administrator may do to this account."""


class UnusableName(TalaError):
    """A username that is empty, too long, or holds a blank or something that does not show."""


@dataclass(frozen=True)
class Holder:
    """Somebody who holds keys of an organisation, and which."""

    account: Account
    kinds: frozenset[KeyKind]


def settings() -> Settings:
    """The instance's settings."""
    value: Settings = current_app.extensions["tala-settings"]
    return value


def find(username: str) -> Account | None:
    """The account of a username, in whatever case it was typed."""
    return db.session.scalar(select(Account).where(Account.username == normalise_username(username)))


def open_account_seed(username: str, passphrase: str) -> tuple[Account, Seed]:
    """The account of a name, and its seed, if the passphrase opens it.

    An unknown name runs the same hash and fails to open the same kind of blob.

    Raises:
        WrongCredentials: not this name and passphrase, or the account is disabled or not set up.
        PepperMissing: the instance has lost its pepper.
    """
    account = find(username)
    salt, cost, blob, owner = (DUMMY_SALT, COST, DUMMY_SEED, "")
    if account is not None and account.salt and account.seed_by_passphrase:
        salt, cost, blob, owner = account.salt, account.cost, account.seed_by_passphrase, account.id
    seed = _open_by_passphrase(passphrase, salt=salt, cost=cost, blob=blob, owner=owner)
    # Read again after the hash: what was true before it may not be now.
    if account is None or account.disabled or account.salt != salt or seed.public_key() != account.public_key:
        raise WrongCredentials
    return account, seed


def _open_by_passphrase(passphrase: str, *, salt: bytes, cost: Cost, blob: bytes, owner: str) -> Seed:
    # The hash takes a third of a second: no transaction stays open meanwhile.
    db.session.rollback()
    try:
        key = passphrase_key(passphrase, salt=salt, cost=cost, pepper=read_pepper(settings().pepper_file))
        return open_seed(blob, key, owner, "passphrase")
    except Unopenable:
        raise WrongCredentials from None


def log_in(username: str, passphrase: str) -> Account:
    """Open the seed with the passphrase and start a session that holds it.

    Raises:
        WrongCredentials: see open_account_seed().
    """
    account, seed = open_account_seed(username, passphrase)
    start_session(account, seed)
    return account


def start_session(account: Account, seed: Seed) -> None:
    """Begin a session of this account under a new cookie."""
    stored = tala_session()
    stored.clear()
    stored.renew()
    stored["seed"] = base64.b64encode(seed.raw).decode()
    stored["passphrase"] = passphrase_mark(account)
    login_user(account)


def log_out() -> None:
    """End this session: its row is deleted, its cookie is worth nothing."""
    logout_user()
    stored = tala_session()
    stored.clear()
    stored.renew()


def add_account(username: str, role: Role, organisation: Organisation) -> tuple[Account, str]:
    """Add an account to the running transaction, and give back its single-use set-up code (140 bits).

    Raises:
        NameTaken: choose another username.
        UnusableName: as above.
    """
    name = normalise_username(username)
    if not usable_username(name):
        raise UnusableName
    if find(name) is not None:
        raise NameTaken
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    account = Account(username=name, role=role, organisation_id=organisation.id, setup_digest=setup_digest(code))
    db.session.add(account)
    db.session.flush()
    return account, code


def set_up(username: str, code: str, passphrase: str) -> tuple[Account, str]:
    """Use a set-up code: make the person's keys in their own session, and found the organisation's if they are first.

    Returns:
        The account, and its recovery code, which is shown once and kept nowhere.

    Raises:
        WrongCredentials: no such name, the code is wrong or used, or the account was disabled before it was.
    """
    account = find(username)
    if account is None or not _may_set_up(account, code):
        raise WrongCredentials
    seed, account_id = Seed.random(), account.id
    salt, sealed = _seal_by_passphrase(account_id, seed, passphrase)
    recovery = new_recovery_code()
    with writing(db.session):
        account = _locked(account_id)
        if not _may_set_up(account, code):
            raise WrongCredentials
        account.setup_digest = None
        account.salt, account.seed_by_passphrase = salt, sealed
        account.iterations, account.memory_kib = COST.iterations, COST.memory_kib
        account.seed_by_recovery = seal_seed(seed, recovery_key(recovery), account.id, "recovery")
        account.public_key_bytes = seed.public_key().raw
        _found_if_first(account, seed)
    return account, recovery


def _locked(account_id: str) -> Account:
    """An account as it is now, whatever was read of it before the lock."""
    return db.session.get_one(Account, account_id, with_for_update=True, populate_existing=True)


def _may_set_up(account: Account, code: str) -> bool:
    digest = account.setup_digest
    return not account.disabled and digest is not None and same(setup_digest(code), digest)


def _found_if_first(account: Account, seed: Seed) -> None:
    db.session.get_one(Organisation, account.organisation_id, with_for_update=True)
    exists = db.session.scalar(select(func.count(Key.id)).where(Key.organisation_id == account.organisation_id))
    if account.role is Role.RESEARCHER and not exists:
        keyring.found(account.organisation_id, account.id, seed.public_key())


def _seal_by_passphrase(account_id: str, seed: Seed, passphrase: str) -> tuple[bytes, bytes]:
    """A fresh salt, and the seed under the passphrase."""
    db.session.rollback()
    salt = secrets.token_bytes(SALT_BYTES)
    key = passphrase_key(passphrase, salt=salt, cost=COST, pepper=read_pepper(settings().pepper_file))
    return salt, seal_seed(seed, key, account_id, "passphrase")


def recover(username: str, code: str, passphrase: str) -> Account:
    """Open the seed with the recovery code and seal it under a new passphrase; all sessions end.

    Works without the old pepper: this is how people come back in when it is lost.

    Raises:
        WrongCredentials: not this name and code.
    """
    account = find(username)
    blob = account.seed_by_recovery if account is not None else None
    owner = account.id if account is not None else ""
    try:
        seed = open_seed(blob or DUMMY_SEED, recovery_key(code), owner, "recovery")
    except Unopenable:
        raise WrongCredentials from None
    if account is None or account.disabled:
        raise WrongCredentials
    replace_passphrase(account.id, seed, passphrase)
    return account


def change_passphrase(account: Account, old: str, new: str) -> None:
    """Replace a passphrase by someone who knows it; every session ends, this one too.

    Raises:
        WrongCredentials: the old passphrase is not right.
    """
    salt, cost, blob, owner = account.salt, account.cost, account.seed_by_passphrase, account.id
    seed = _open_by_passphrase(old, salt=salt or DUMMY_SALT, cost=cost, blob=blob or DUMMY_SEED, owner=owner)
    replace_passphrase(owner, seed, new)


def replace_passphrase(account_id: str, seed: Seed, passphrase: str) -> None:
    """Seal a seed under a new passphrase and end all sessions of the account."""
    salt, sealed = _seal_by_passphrase(account_id, seed, passphrase)
    with writing(db.session):
        account = _locked(account_id)
        account.salt, account.seed_by_passphrase = salt, sealed
        account.iterations, account.memory_kib = COST.iterations, COST.memory_kib
        end_all(account_id)


def set_disabled(account_id: str, *, disabled: bool, by: str = "") -> None:
    """Disable an account (its sessions end at once) or enable it again.

    Raises:
        NotFound: no such account.
        OwnAccount: nobody disables themselves: the last administrator would lock everyone's door from outside.
    """
    if account_id == by:
        raise OwnAccount
    with writing(db.session):
        account = db.session.get(Account, account_id)
        if account is None:
            raise NotFound
        account.disabled = disabled
        end_all(account_id)


def accounts() -> Sequence[Account]:
    """Everyone, by name."""
    return db.session.scalars(select(Account).order_by(Account.username)).all()


def waiting(organisation_id: str) -> Sequence[Account]:
    """Accounts that have made their keys and hold none of this organisation's yet, though their role needs some."""
    granted = select(Grant.account_id).join(Key, Key.id == Grant.key_id).where(Key.organisation_id == organisation_id)
    own = (Account.organisation_id == organisation_id) | Account.role.in_([Role.ANALYST, Role.ADVOCATE])
    return db.session.scalars(
        select(Account)
        .where(own, Account.public_key_bytes.is_not(None), Account.role != Role.ADMINISTRATOR, ~Account.disabled)
        .where(Account.id.not_in(granted))
        .order_by(Account.username)
    ).all()


def holders(organisation_id: str) -> list[Holder]:
    """Everyone who holds keys of an organisation, by name, disabled accounts too: being disabled takes no key away."""
    rows = db.session.execute(
        select(Account, Key.kind)
        .join(Grant, Grant.account_id == Account.id)
        .join(Key, Key.id == Grant.key_id)
        .where(Key.organisation_id == organisation_id)
        .order_by(Account.username)
    ).all()
    kinds: dict[Account, set[KeyKind]] = {}
    for account, kind in rows:
        kinds.setdefault(account, set()).add(kind)
    return [Holder(account, frozenset(held)) for account, held in kinds.items()]


def admit(member: Account, newcomer_id: str, fingerprint: str) -> Account:
    """A member hands the keys of their organisation to a newcomer whose fingerprint they have compared.

    Raises:
        NotFound: nobody is waiting under this id, or their keys are no longer those that were compared.
    """
    seed = current_seed()
    organisation_id, holder_id = member.organisation_id, member.id
    with writing(db.session):
        # Two members may answer at once: the second finds nobody waiting.
        db.session.get_one(Organisation, organisation_id, with_for_update=True)
        newcomer = next((account for account in waiting(organisation_id) if account.id == newcomer_id), None)
        if newcomer is None or newcomer.public_key is None or newcomer.public_key.fingerprint() != fingerprint:
            raise NotFound
        keyring.hand_on(
            GRANTED[newcomer.role],
            organisation_id=organisation_id,
            holder_id=holder_id,
            seed=seed,
            newcomer_id=newcomer.id,
            public_key=newcomer.public_key,
        )
    return newcomer
