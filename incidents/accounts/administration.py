"""What administrators do with accounts: invite, take an invitation back, begin an account anew, change a role.

None of it grants a key or reveals anything: a code lets somebody make keys of their own, and members vouch for those.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from incidents.accounts import invitations
from incidents.accounts.models import Account, Organisation, Role
from incidents.accounts.services import OwnAccount
from incidents.accounts.sessions import end_all
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import NotFound, TalaError
from incidents.extensions import db
from incidents.keyring.models import Grant, Key, KeyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ORGANISATION = 200


class OrganisationTaken(TalaError):
    """Another organisation has this name."""


class AlreadySetUp(TalaError):
    """The person has made their keys: what was compared names their role, so that only a reset changes it."""


class LastHolder(TalaError):
    """Nobody else holds the organisation's key: without this account's grant its cases would be closed for good."""


@dataclass(frozen=True)
class Invited:
    """An account and its single-use code, which is shown once and kept nowhere.

    Attributes:
        account: Whose.
        code: In groups of four signs.
    """

    account: Account
    code: str

    @property
    def carried(self) -> str:
        """The code as it stands in an address."""
        return self.code.replace("-", "")


def organisations() -> Sequence[Organisation]:
    """All of them, by name."""
    return db.session.scalars(select(Organisation).order_by(Organisation.name)).all()


def organisation(organisation_id: str) -> Organisation:
    """One organisation.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound
    return found


def account(account_id: str) -> Account:
    """One account.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Account, account_id)
    if found is None:
        raise NotFound
    return found


def invite(username: str, role: Role, organisation_id: str, by: str = "") -> Invited:
    """Add an account to an organisation and make its code.

    Raises:
        NameTaken, UnusableName: choose another username.
        NotFound: there is no such organisation.
    """
    with writing(db.session):
        organisation = db.session.get(Organisation, organisation_id)
        if organisation is None:
            raise NotFound
        return Invited(*invitations.add_account(username, role, organisation, by=by))


def invite_by_name(username: str, role: Role, organisation: str, *, new_organisation: bool = False) -> Invited:
    """Add an account to an organisation of a name, or to one that is made for it, in one transaction.

    Raises:
        NameTaken, UnusableName: choose another username.
        NotFound: there is no such organisation, and none is to be made: a slip of the pen would found one.
    """
    with writing(db.session):
        row = db.session.scalar(select(Organisation).where(Organisation.name == organisation))
        if row is None and not new_organisation:
            raise NotFound
        if row is None:
            row = Organisation(name=organisation)
            db.session.add(row)
            db.session.flush()
        return Invited(*invitations.add_account(username, role, row))


def add_organisation(name: str, network: str = "") -> Organisation:
    """Add an organisation; its first researcher will make its keys.

    Args:
        name: What it is called.
        network: The regional network it belongs to, as the codebook has it; empty is none.

    Raises:
        OrganisationTaken: choose another name.
    """
    with writing(db.session):
        if db.session.scalar(select(Organisation.id).where(Organisation.name == name)):
            raise OrganisationTaken
        organisation = Organisation(name=name, network=network)
        db.session.add(organisation)
    return organisation


def change_network(organisation_id: str, network: str, by: str = "") -> None:
    """Say that an organisation belongs to another regional network.

    Raises:
        NotFound: there is no such organisation.
    """
    with writing(db.session):
        organisation = db.session.get(Organisation, organisation_id, with_for_update=True, populate_existing=True)
        if organisation is None:
            raise NotFound
        if organisation.network != network:
            organisation.network = network
            reason = network or "none"
            audit.record(organisation_id, Act.NETWORK_CHANGED, by=by, about=organisation_id, reason=reason)


def withdraw(account_id: str, by: str = "") -> None:
    """Void the code of an account. The account stays, with its name: the log speaks of it.

    Raises:
        NotFound: there is no such account, or no code of it to void.
    """
    with writing(db.session):
        account = _locked(account_id)
        if account.setup_digest is None:
            raise NotFound
        account.setup_digest, account.setup_until = None, 0
        audit.record(account.organisation_id, Act.INVITATION_WITHDRAWN, by=by, about=account.id)


def change_role(account_id: str, role: Role, by: str = "") -> None:
    """Give another role to somebody who has not made keys yet; their code stays good.

    Raises:
        NotFound: there is no such account.
        OwnAccount: nobody changes their own role.
        AlreadySetUp: reset the account to change the role.
    """
    with writing(db.session):
        account = _locked(account_id)
        if account_id == by:
            raise OwnAccount
        if account.public_key_bytes is not None:
            raise AlreadySetUp
        account.role = role
        end_all(account_id)
        audit.record(account.organisation_id, Act.ROLE_CHANGED, by=by, about=account.id, reason=role)


def reset(account_id: str, role: Role | None = None, by: str = "", *, even_last: bool = False) -> Invited:
    """Begin an account anew: no keys, no grants, no sessions, a fresh code, and vouching once more.

    Nothing is revealed to anybody: what was sealed to the old keys stays closed to the new ones until members vouch.

    Args:
        account_id: Whose.
        role: A new role, if it changes.
        by: Account id of the administrator; empty for a command at the terminal.
        even_last: Do it to the last holder of the organisation's key too.

    Raises:
        NotFound: there is no such account.
        OwnAccount: nobody resets themselves.
        LastHolder: nobody would be left who could vouch.
    """
    with writing(db.session):
        account = _locked(account_id)
        if account_id == by:
            raise OwnAccount
        if not even_last and _last_holder(account):
            raise LastHolder
        account.salt = account.seed_by_passphrase = account.seed_by_recovery = account.public_key_bytes = None
        _delete_what_was_theirs(account_id)
        code = invitations.new_code(account)
        if role is not None and role is not account.role:
            account.role = role
            audit.record(account.organisation_id, Act.ROLE_CHANGED, by=by, about=account.id, reason=role)
        audit.record(account.organisation_id, Act.RESET, by=by, about=account.id)
    return Invited(account, code)


def state(account: Account) -> str:
    """How far somebody has come: disabled, set_up, invited, ended (the code is too old) or withdrawn."""
    if account.disabled:
        return "disabled"
    if account.public_key_bytes is not None:
        return "set_up"
    if account.setup_digest is None:
        return "withdrawn"
    return "invited" if time.time() < account.setup_until else "ended"


def _locked(account_id: str) -> Account:
    account(account_id)
    return invitations.locked(account_id)


def _last_holder(account: Account) -> bool:
    """Whether nobody but this account, among those who can log in, holds the key of its organisation."""
    held = (
        select(Grant.account_id)
        .join(Key, Key.id == Grant.key_id)
        .join(Account, Account.id == Grant.account_id)
        .where(Key.organisation_id == account.organisation_id, Key.kind == KeyKind.ORGANISATION, ~Account.disabled)
    ).subquery()
    mine = held.c.account_id == account.id
    holds, others = (db.session.scalar(select(func.count()).where(which)) for which in (mine, ~mine))
    return bool(holds) and not others


def _delete_what_was_theirs(account_id: str) -> None:
    """Everything that would go with the account: grants, sessions, and what only the old seed opens."""
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is Account.__table__.c.id and key.ondelete == "CASCADE" for key in column.foreign_keys):
                db.session.execute(delete(table).where(column == account_id))
