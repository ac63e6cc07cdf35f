"""Logging in, setting up, recovering and disabling accounts."""

from __future__ import annotations

import base64
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from flask import current_app
from flask_login import current_user, login_user, logout_user
from sqlalchemy import select

from incidents.accounts import comparing, invitations, throttle
from incidents.accounts.factors import Factors, factors_of, unseen
from incidents.accounts.half_open import Step, begin
from incidents.accounts.invitations import locked
from incidents.accounts.models import Account, Organisation
from incidents.accounts.rules import normalise_username
from incidents.accounts.sessions import WrongCredentials, current_seed, end_all, passphrase_mark, tala_session
from incidents.accounts.throttle import Door, Throttled
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import Forbidden, KeysChanged, NotFound
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.envelope import Unopenable
from incidents.keyring.passphrase import Cost, TooManyAtOnce, passphrase_key, read_pepper
from incidents.keyring.people import Seed, open_seed, seal_seed
from incidents.keyring.totp import new_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config import Settings
    from incidents.keyring.envelope import SecretKey
    from incidents.keyring.services import Member

#: What one guess of a new passphrase costs (tests lower it).
COST = Cost()
SALT_BYTES = 16
#: After which there is room in the line for the hash again.
SECONDS_IN_LINE = 10
#: Opened for names that nobody has, so that they cost the same time and end the same way.
DUMMY_SALT = b"\0" * SALT_BYTES
DUMMY_SEED = b"\x01" + b"\0" * 60


class OwnAccount(Forbidden):
    """What only another administrator may do to this account."""


class WaysIn(NamedTuple):
    """What log-in and recovery need of an account, or nothing of one for a name that nobody has."""

    id: str = ""
    salt: bytes | None = None
    iterations: int = 0
    memory_kib: int = 0
    seed_by_passphrase: bytes | None = None
    seed_by_recovery: bytes | None = None


def ways_in(username: str) -> WaysIn:
    """How the account of a name opens. One query of plain columns: an object takes time that an unknown name does not.

    The difference could be heard: over 200 names, a stranger would have known which exist.
    """
    columns = (Account.id, Account.salt, Account.iterations, Account.memory_kib)
    blobs = (Account.seed_by_passphrase, Account.seed_by_recovery)
    row = db.session.execute(select(*columns, *blobs).where(Account.username == normalise_username(username))).first()
    return WaysIn(*row) if row else WaysIn()


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
    door = ways_in(username)
    salt, cost, blob, owner = (DUMMY_SALT, COST, DUMMY_SEED, "")
    if door.salt and door.seed_by_passphrase:
        salt, cost = door.salt, Cost(door.iterations, door.memory_kib)
        blob, owner = door.seed_by_passphrase, door.id
    seed = _open_by_passphrase(passphrase, salt=salt, cost=cost, blob=blob, owner=owner)
    # Read again after the hash: what was true before it may not be now.
    account = db.session.get(Account, owner)
    if account is None or account.disabled or account.salt != salt or seed.public_key() != account.public_key:
        raise WrongCredentials
    return account, seed


def _open_by_passphrase(passphrase: str, *, salt: bytes, cost: Cost, blob: bytes, owner: str) -> Seed:
    # The hash takes a third of a second: no transaction stays open meanwhile.
    db.session.rollback()
    try:
        key = hashed(passphrase, salt=salt, cost=cost)
        return open_seed(blob, key, owner, "passphrase")
    except Unopenable:
        raise WrongCredentials from None


def hashed(passphrase: str, *, salt: bytes, cost: Cost) -> SecretKey:
    """The key that a passphrase stands for, or word that too many log in at this moment.

    Raises:
        Throttled: the line is full.
        Unopenable, PepperMissing: see keyring.passphrase.
    """
    try:
        return passphrase_key(passphrase, salt=salt, cost=cost, pepper=read_pepper(settings().pepper_file))
    except TooManyAtOnce:
        raise Throttled(SECONDS_IN_LINE) from None


def log_in(username: str, passphrase: str, device: str = "") -> Account:
    """Open the seed with the passphrase, and let it wait for a second factor (see entering).

    Args:
        username: As it was typed.
        passphrase: As it was typed.
        device: See throttle.attempt().

    Raises:
        WrongCredentials: see open_account_seed().
        Throttled: nothing was tried.
        MemoryLost: what the account remembers is missing or was altered: it must be begun anew.
    """
    attempt = throttle.attempt(Door.LOG_IN, username, device)
    account, seed = open_account_seed(username, passphrase)
    attempt.succeeded()
    factors_of(account.id, seed)
    # Where the organisation's key has moved on, so does what this account trusts: one that is put back later is seen.
    with suppress(KeysChanged):
        # Who cannot follow opens nothing, but can still log in, and is told so on their page.
        comparing.trusted(account, account.organisation_id, seed)
        comparing.look(account.id, account.organisation_id, seed)
    begin(Step.LOG_IN, account.id, seed, account.salt or b"")
    return account


def start_session(account: Account, seed: Seed) -> None:
    """Begin a session of this account under a new cookie; the log knows of it first."""
    with writing(db.session):
        audit.record(account.organisation_id, Act.LOGGED_IN, by=account.id)
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


def set_up(username: str, code: str, passphrase: str, begun: Factors | None = None) -> tuple[Account, str]:
    """Use a set-up code at once, as commands and tests do; pages wait for a second factor first.

    Args:
        username: As it was typed.
        code: The set-up code.
        passphrase: The new one.
        begun: The first second factor; one that nobody has seen yet if none is given.

    Returns:
        The account, and its recovery code, which is shown once and kept nowhere.

    Raises:
        WrongCredentials: no such name, the code is wrong, used or too old, or the account was disabled before.
        AnotherOrganisation: the code names another key of the organisation than the database has.
        Throttled: nothing was tried.
    """
    account_id, seed, sealed = new_keys(username, code, passphrase)
    return write_set_up(account_id, code, seed, sealed, begun or unseen("Authenticator"))


def begin_set_up(username: str, code: str, passphrase: str) -> None:
    """Let a set-up wait for its second factor; nothing is written, and the code is not used yet.

    Raises:
        WrongCredentials, AnotherOrganisation, Throttled: see set_up().
    """
    account_id, seed, (salt, sealed) = new_keys(username, code, passphrase)
    invitations.keys_for(db.session.get_one(Account, account_id), code, seed)
    begin(Step.SET_UP, account_id, seed, salt, sealed=sealed.hex(), code=code, secret=new_secret())


def new_keys(username: str, code: str, passphrase: str) -> tuple[str, Seed, tuple[bytes, bytes]]:
    """The id of whom a set-up code is for, a new seed, and that under their passphrase.

    Raises:
        WrongCredentials, Throttled: see set_up().
    """
    attempt = throttle.attempt(Door.SET_UP, username)
    account_id = invitations.invited(username, code)
    attempt.succeeded()
    seed = Seed.random()
    return account_id, seed, seal_by_passphrase(account_id, seed, passphrase)


def write_set_up(
    account_id: str, code: str, seed: Seed, sealed: tuple[bytes, bytes], begun: Factors
) -> tuple[Account, str]:
    """Write a newcomer's keys and second factor, and found the organisation's keys if they are the first.

    Raises:
        WrongCredentials, AnotherOrganisation: see set_up().
    """
    with writing(db.session):
        account = locked(account_id)
        account.iterations, account.memory_kib = COST.iterations, COST.memory_kib
        recovery = invitations.begin_keys(account, code, seed, sealed, begun)
    return account, recovery


def seal_by_passphrase(account_id: str, seed: Seed, passphrase: str) -> tuple[bytes, bytes]:
    """A fresh salt, and the seed under the passphrase."""
    db.session.rollback()
    salt = secrets.token_bytes(SALT_BYTES)
    key = hashed(passphrase, salt=salt, cost=COST)
    return salt, seal_seed(seed, key, account_id, "passphrase")


def change_passphrase(account: Account, old: str, new: str) -> None:
    """Replace a passphrase by someone who knows it; every session ends, this one too.

    Raises:
        WrongCredentials: the old passphrase is not right.
        Throttled: nothing was tried.
    """
    attempt = throttle.attempt(Door.CONFIRM, account.id)
    salt, cost, blob, owner = account.salt, account.cost, account.seed_by_passphrase, account.id
    seed = _open_by_passphrase(old, salt=salt or DUMMY_SALT, cost=cost, blob=blob or DUMMY_SEED, owner=owner)
    attempt.succeeded()
    replace_passphrase(owner, seed, new, opened=salt)


def replace_passphrase(
    account_id: str, seed: Seed, passphrase: str, *, opened: bytes | None, act: Act = Act.PASSPHRASE_CHANGED
) -> None:
    """Seal a seed under a new passphrase and end all sessions of the account; the log keeps it as ``act``.

    ``opened`` is the salt of the passphrase that was given: if it is another by now, somebody came back with their
    recovery code meanwhile, and theirs stands.

    Raises:
        WrongCredentials: the passphrase that was given is not the account's any more.
    """
    salt, sealed = seal_by_passphrase(account_id, seed, passphrase)
    with writing(db.session):
        invitations.hold_organisation(account_id)
        account = locked(account_id)
        if account.salt != opened:
            raise WrongCredentials
        account.salt, account.seed_by_passphrase = salt, sealed
        account.iterations, account.memory_kib = COST.iterations, COST.memory_kib
        end_all(account_id)
        audit.record(account.organisation_id, act, by=account_id)


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
        audit.record(account.organisation_id, Act.DISABLED if disabled else Act.ENABLED, by=by, about=account_id)


def accounts() -> Sequence[Account]:
    """Everyone, by name."""
    return db.session.scalars(select(Account).order_by(Account.username)).all()


def usernames() -> dict[str, str]:
    """What everyone is called, by account id. One query."""
    rows = db.session.execute(select(Account.id, Account.username))
    return {row.id: row.username for row in rows}


def organisation_names() -> dict[str, str]:
    """What every organisation is called, by its id. One query."""
    rows = db.session.execute(select(Organisation.id, Organisation.name))
    return {row.id: row.name for row in rows}
