"""Recovery codes: the way back in for who forgot the passphrase, lost the second factor, or both; each is used once."""

from __future__ import annotations

from incidents.accounts import services, throttle
from incidents.accounts.factors import Factors, MemoryLost, with_factors
from incidents.accounts.half_open import Step, begin
from incidents.accounts.invitations import hold_organisation, locked
from incidents.accounts.models import Account
from incidents.accounts.sessions import WrongCredentials, end_all, end_others
from incidents.accounts.throttle import Door
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.envelope import Unopenable
from incidents.keyring.memory import remember
from incidents.keyring.passphrase import new_recovery_code, recovery_key
from incidents.keyring.people import Seed, open_seed, seal_seed
from incidents.keyring.totp import new_secret


def recover(username: str, code: str, passphrase: str) -> tuple[Account, str]:
    """Open the seed with the recovery code and seal it under a new passphrase; all sessions end.

    Works without the old pepper: this is how people come back in when it is lost. The second factors stay.

    Returns:
        The account, and a new recovery code, for the one that was typed is spent.

    Raises:
        WrongCredentials: not this name and code.
        Throttled: nothing was tried.
    """
    account_id, seed, sealed = recovered_keys(username, code, passphrase)
    return write_recovery(account_id, code, seed, sealed)


def begin_recovery(username: str, code: str, passphrase: str) -> None:
    """Let a recovery wait for a new second factor, because the old ones are lost; nothing is written yet.

    Raises:
        WrongCredentials, Throttled: see recover().
    """
    account_id, seed, (salt, sealed) = recovered_keys(username, code, passphrase)
    begin(Step.RECOVERY, account_id, seed, salt, sealed=sealed.hex(), code=code, secret=new_secret())


def recovered_keys(username: str, code: str, passphrase: str) -> tuple[str, Seed, tuple[bytes, bytes]]:
    """The id of whose recovery code this is, their seed, and that under a new passphrase.

    Raises:
        WrongCredentials, Throttled: see recover().
    """
    attempt = throttle.attempt(Door.RECOVERY, username)
    door = services.ways_in(username)
    try:
        seed = open_seed(door.seed_by_recovery or services.DUMMY_SEED, recovery_key(code), door.id, "recovery")
    except Unopenable:
        raise WrongCredentials from None
    account = db.session.get(Account, door.id)
    if account is None or account.disabled:
        raise WrongCredentials
    attempt.succeeded()
    return door.id, seed, services.seal_by_passphrase(door.id, seed, passphrase)


def write_recovery(
    account_id: str, code: str, seed: Seed, sealed: tuple[bytes, bytes], replaced: Factors | None = None
) -> tuple[Account, str]:
    """Write what a recovery made: passphrase, recovery code and, if they were lost, second factors; all sessions end.

    Raises:
        WrongCredentials: the recovery code was used or renewed, or the account disabled, meanwhile.
        MemoryLost: what the account remembers is missing or was altered: factors cannot be replaced in it.
    """
    recovery = new_recovery_code()
    with writing(db.session):
        hold_organisation(account_id)
        account = locked(account_id)
        try:
            open_seed(account.seed_by_recovery or services.DUMMY_SEED, recovery_key(code), account_id, "recovery")
        except Unopenable:
            raise WrongCredentials from None
        if account.disabled:
            raise WrongCredentials
        account.salt, account.seed_by_passphrase = sealed
        account.iterations, account.memory_kib = services.COST.iterations, services.COST.memory_kib
        account.seed_by_recovery = seal_seed(seed, recovery_key(recovery), account_id, "recovery")
        if replaced is not None:
            _replace_factors(account_id, seed, replaced)
        end_all(account_id)
        audit.record(account.organisation_id, Act.RECOVERED, by=account_id)
    return account, recovery


def _replace_factors(account_id: str, seed: Seed, replaced: Factors) -> None:
    try:
        remember(account_id, seed, lambda memory: with_factors(memory, replaced))
    except Unopenable:
        raise MemoryLost from None


def renew_recovery_code(account_id: str, seed: Seed) -> str:
    """Replace the recovery code by a new one, which is shown once and kept nowhere; the old one opens nothing.

    Every other session of the account ends.
    """
    recovery = new_recovery_code()
    with writing(db.session):
        hold_organisation(account_id)
        account = locked(account_id)
        account.seed_by_recovery = seal_seed(seed, recovery_key(recovery), account_id, "recovery")
        end_others(account_id)
        audit.record(account.organisation_id, Act.RECOVERY_CODE_RENEWED, by=account_id)
    return recovery
