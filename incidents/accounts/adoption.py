"""Bringing an organisation over from the version before, whose grants were not signed and whose members had no roster.

Run once at the terminal, by a member who remembers their passphrase. It believes that member's grants because it
has to: nothing else says which keys are the organisation's. It refuses where anything signed exists, so that it can
never be used to make somebody believe in other keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from incidents.accounts.models import Account, Organisation
from incidents.accounts.services import open_account_seed
from incidents.audit import services as audit
from incidents.database import writing
from incidents.errors import Forbidden
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.chain import new_signing_key, public_half
from incidents.keyring.grants import GrantedKey, new_key
from incidents.keyring.memory import Memory, begin_memory
from incidents.keyring.models import Grant, Key, KeyKind, Statement, StoredMemory, StoredRoster

if TYPE_CHECKING:
    from incidents.keyring.people import Seed


class NothingToAdopt(Forbidden):
    """The organisation is signed already, or this account holds none of its keys."""


def adopt(username: str, passphrase: str) -> list[str]:
    """Sign an organisation's keys, with this member as the only one.

    Returns:
        Usernames of those whose grants are gone, by name: they are reset and vouched for anew.

    Raises:
        WrongCredentials: see open_account_seed().
        NothingToAdopt: see there.
        Unopenable: a grant was altered.
    """
    account, seed = open_account_seed(username, passphrase)
    account_id, organisation_id, role = account.id, account.organisation_id, account.role
    with writing(db.session):
        db.session.get_one(Organisation, organisation_id, with_for_update=True)
        if _signed(organisation_id) or db.session.get(StoredMemory, account_id) is not None:
            raise NothingToAdopt
        keys = _opened(account_id, organisation_id, seed)
        if keys.keys() != keyring.KEYS.keys() - {KeyKind.AUDIT}:
            raise NothingToAdopt
        keys[KeyKind.AUDIT] = new_key(keyring.KEYS[KeyKind.AUDIT], KeyKind.AUDIT, organisation_id)
        others = _forget_all_grants(organisation_id, account_id)
        signing_key = new_signing_key()
        pin = keyring.establish(keys, account_id, role, seed.public_key(), public_half(signing_key))
        begin_memory(account_id, seed, Memory().with_pin(organisation_id, pin))
        audit.begin(organisation_id, signing_key, by=account_id)
    return others


def _signed(organisation_id: str) -> bool:
    stated = db.session.scalar(select(Statement.epoch).where(Statement.organisation_id == organisation_id).limit(1))
    return stated is not None or db.session.get(StoredRoster, organisation_id) is not None


def _opened(account_id: str, organisation_id: str, seed: Seed) -> dict[KeyKind, GrantedKey]:
    rows = db.session.execute(
        select(Grant, Key)
        .join(Key, Key.id == Grant.key_id)
        .where(Grant.account_id == account_id, Key.organisation_id == organisation_id)
    ).all()
    opened = seed.opener()
    return {
        key.kind: keyring.KEYS[key.kind].of(
            opened(row.sealed, "grant", key.id, organisation_id, key.epoch, account_id), key
        )
        for row, key in rows
    }


def _forget_all_grants(organisation_id: str, account_id: str) -> list[str]:
    keys = select(Key.id).where(Key.organisation_id == organisation_id)
    names = db.session.scalars(
        select(Account.username)
        .where(Account.id.in_(select(Grant.account_id).where(Grant.key_id.in_(keys))), Account.id != account_id)
        .order_by(Account.username)
    ).all()
    db.session.execute(delete(Grant).where(Grant.key_id.in_(keys)))
    return list(names)
