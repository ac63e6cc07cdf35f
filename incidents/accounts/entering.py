"""The second stage of coming in: what waits in a half-open session is finished by a second factor."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from incidents.accounts import factors, half_open, recovery_codes, services, throttle, webauthn
from incidents.accounts.factors import Factors, MemoryLost
from incidents.accounts.half_open import HalfOpen, Step
from incidents.accounts.models import Account
from incidents.accounts.sessions import WrongCredentials, tala_session
from incidents.accounts.throttle import Door
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.envelope import Unopenable
from incidents.keyring.memory import remember

if TYPE_CHECKING:
    from incidents.keyring.people import Seed


def finish_log_in(waits: HalfOpen, code: str, assertion: str) -> Account:
    """Log in whoever has given the passphrase, if they have a second factor too.

    Raises:
        WrongFactor: they have not.
        WrongCredentials: the account was disabled, its passphrase changed, or the log-in ended, meanwhile.
        Throttled: nothing was tried.
        MemoryLost: what the account remembers is missing or was altered: nobody gets in.
    """
    account = db.session.get(Account, waits.account_id)
    if account is None or account.disabled or (account.salt or b"").hex() != waits.salt:
        raise WrongCredentials
    attempt = throttle.attempt(Door.SECOND_FACTOR, waits.account_id)
    prove(waits.account_id, waits.opened, code, assertion)
    attempt.succeeded()
    with writing(db.session):
        half_open.claim()
    services.start_session(db.session.get_one(Account, waits.account_id), waits.opened)
    return account


def prove(account_id: str, seed: Seed, code: str, assertion: str) -> None:
    """Accept a code or the answer of a security key, and remember that it was used.

    Of two requests with the same code, whichever comes to the memory's row first wins; the other finds it used.

    Raises:
        WrongFactor: it is wrong, too old, or was used before.
        MemoryLost: what the account remembers is missing or was altered.
    """
    if assertion:
        known = factors.factors_of(account_id, seed)
        key_id, counter = webauthn.signed(services.settings().origin, tala_session(), known.keys, assertion)

    def used(before: Factors) -> Factors:
        return before.after_use(key_id, counter) if assertion else before.after_code(code, time.time())

    try:
        with writing(db.session):
            remember(account_id, seed, factors.changing(used))
    except Unopenable:
        raise MemoryLost from None


def finish(waits: HalfOpen, name: str, code: str) -> tuple[Account, str]:
    """Finish a set-up or a recovery with the first code of the app that is to be the second factor.

    Returns:
        The account, and its new recovery code, which is shown once and kept nowhere.

    Raises:
        WrongFactor: the app shows another code.
        WrongCredentials: the code that brought them here was used or replaced, or the account disabled, meanwhile.
        AnotherOrganisation: see invitations.keys_for().
        MemoryLost: what the account remembers is missing or was altered.
    """
    begun = factors.first(name, waits.secret, code)
    salt, sealed = waits.by_passphrase
    if waits.step is Step.SET_UP:
        return services.write_set_up(waits.account_id, waits.code, waits.opened, (salt, sealed), begun)
    return recovery_codes.write_recovery(waits.account_id, waits.code, waits.opened, (salt, sealed), begun)


def account_of(waits: HalfOpen) -> Account:
    """Who waits."""
    return db.session.get_one(Account, waits.account_id)
