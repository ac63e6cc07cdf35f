"""A new instance: its folder, its pepper, its tables, and the people who begin it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_migrate import upgrade
from sqlalchemy import func, select

from incidents.accounts import services as accounts
from incidents.accounts.models import Account, Organisation, Role
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.passphrase import write_pepper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config import Settings

DEMO_MARK = "demo"


class NotEmpty(RuntimeError):
    """There is an instance here already; the message says what to do."""


@dataclass(frozen=True)
class Invitation:
    """How someone comes in for the first time.

    Attributes:
        username: Their username.
        role: What they do.
        code: Their single-use set-up code: it is given to them alone, and is kept nowhere.
    """

    username: str
    role: Role
    code: str


def prepare(settings: Settings) -> None:
    """Make the folder (0700), the pepper (0600) and the tables, where they are missing."""
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not settings.pepper_file.exists():
        write_pepper(settings.pepper_file)
    upgrade()
    database = settings.instance / "tala.db"
    if database.exists():
        database.chmod(0o600)


def begin(settings: Settings, organisation: str, administrator: str, founders: Sequence[str]) -> list[Invitation]:
    """Make a real instance: an organisation, its administrator and two founding researchers, with their set-up codes.

    No key is made here: each makes their own in their own session, and the first founder the organisation's.

    Raises:
        NotEmpty: the instance has people already, or it holds a demo.
        NameTaken: two of them have the same username.
    """
    if (settings.instance / DEMO_MARK).exists():
        raise NotEmpty("This folder holds a demo. Real cases need one of their own: set TALA_INSTANCE to a new folder.")
    prepare(settings)
    if db.session.scalar(select(func.count(Account.id))):
        raise NotEmpty("This instance has begun already. Accounts are added with: flask account add")
    with writing(db.session):
        row = Organisation(name=organisation)
        db.session.add(row)
        db.session.flush()
        people = [(administrator, Role.ADMINISTRATOR), *((founder, Role.RESEARCHER) for founder in founders)]
        return [_invite(username, role, row) for username, role in people]


def invite(username: str, role: Role, organisation_name: str) -> Invitation:
    """Add an account to an organisation, which is made if there is none of that name.

    Raises:
        NameTaken: choose another username.
    """
    with writing(db.session):
        row = db.session.scalar(select(Organisation).where(Organisation.name == organisation_name))
        if row is None:
            row = Organisation(name=organisation_name)
            db.session.add(row)
            db.session.flush()
        return _invite(username, role, row)


def _invite(username: str, role: Role, organisation: Organisation) -> Invitation:
    account, code = accounts.add_account(username, role, organisation)
    return Invitation(account.username, role, code)
