"""Logging in, setting up, recovering and disabling accounts."""

from __future__ import annotations

import base64
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app
from flask_login import current_user, login_user, logout_user
from sqlalchemy import select

from incidents.accounts import admission
from incidents.accounts.admission import find, locked
from incidents.accounts.models import Account
from incidents.accounts.sessions import WrongCredentials, current_seed, end_all, passphrase_mark, tala_session
from incidents.database import writing
from incidents.errors import Forbidden, NotFound
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.envelope import Unopenable
from incidents.keyring.identity import NotBelieved
from incidents.keyring.models import Grant, Key, KeyKind
from incidents.keyring.passphrase import Cost, passphrase_key, read_pepper, recovery_key
from incidents.keyring.people import Seed, open_seed, seal_seed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config import Settings
    from incidents.keyring.services import Member

#: What one guess of a new passphrase costs (tests lower it).
COST = Cost()
SALT_BYTES = 16
#: Opened for names that nobody has, so that they cost the same time and end the same way.
DUMMY_SALT = b"\0" * SALT_BYTES
DUMMY_SEED = b"\x01" + b"\0" * 60


class OwnAccount(Forbidden):
    """What only another administrator may do to this account."""


@dataclass(frozen=True)
class Holder:
    """Somebody who holds keys of an organisation, and which."""

    account: Account
    kinds: frozenset[KeyKind]


def settings() -> Settings:
    """The instance's settings."""
    value: Settings = current_app.extensions["tala-settings"]
    return value


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
    # Where the organisation's key has moved on, so does what this account trusts: one that is put back later is seen.
    with suppress(NotBelieved):
        # Who cannot follow opens nothing, but can still log in, and is told so on their page.
        admission.trusted(account, account.organisation_id, seed)
    start_session(account, seed)
    return account


def start_session(account: Account, seed: Seed) -> None:
    """Begin a session of this account under a new cookie."""
    stored = tala_session()
    stored.clear()
    stored.renew()
    stored["seed"] = base64.b64encode(seed.raw).decode()
    stored["passphrase"] = passphrase_mark(account)
    stored["proved"] = int(time.time())
    login_user(account)


def current_member() -> Member:
    """The membership of whoever is logged in, in their own organisation.

    Raises:
        NothingToHandOn: nobody has vouched for them yet.
        Unopenable, NotBelieved: see keyring.services.member().
    """
    return keyring.member(current_user.id, current_user.organisation_id, current_seed())


def log_out() -> None:
    """End this session: its row is deleted, its cookie is worth nothing."""
    logout_user()
    stored = tala_session()
    stored.clear()
    stored.renew()


def set_up(username: str, code: str, passphrase: str) -> tuple[Account, str]:
    """Use a set-up code: make the person's keys in their own session, and found the organisation's if they are first.

    Returns:
        The account, and its recovery code, which is shown once and kept nowhere.

    Raises:
        WrongCredentials: no such name, the code is wrong, used or too old, or the account was disabled before.
        AnotherOrganisation: the code names another key of the organisation than the database has.
    """
    account = find(username)
    if account is None or not admission.may_set_up(account, code):
        raise WrongCredentials
    seed, account_id = Seed.random(), account.id
    sealed = _seal_by_passphrase(account_id, seed, passphrase)
    with writing(db.session):
        account = locked(account_id)
        account.iterations, account.memory_kib = COST.iterations, COST.memory_kib
        recovery = admission.begin_keys(account, code, seed, sealed)
    return account, recovery


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
        account = locked(account_id)
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
