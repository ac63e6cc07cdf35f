"""A new instance: its folder, its pepper, its tables, and the people who begin it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_migrate import upgrade
from sqlalchemy import func, select

from incidents.accounts import invitations
from incidents.accounts.models import Account, Organisation, Role
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.passphrase import write_pepper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config import Settings

DEMO_MARK = "demo"
BEGUN = "This instance has begun already. Accounts are added with: flask account add"


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


def prepare(settings: Settings, refusal: str = BEGUN) -> None:
    """Make the folder (0700), the tables and the pepper (0600) of a new instance, where they are missing.

    Raises:
        NotEmpty: there are people already, for whom another pepper would close every passphrase; says the refusal.
    """
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    upgrade()
    if db.session.scalar(select(func.count(Account.id))):
        raise NotEmpty(refusal)
    if not settings.pepper_file.exists():
        write_pepper(settings.pepper_file)


def renew_pepper(settings: Settings) -> None:
    """Make a pepper for an instance that has lost its own: people then come in once with their recovery codes.

    Raises:
        NotEmpty: there is a pepper; nothing brings it back once it is gone.
    """
    if settings.pepper_file.exists():
        raise NotEmpty(f"There is a pepper: {settings.pepper_file}. Every passphrase needs it.")
    write_pepper(settings.pepper_file)


def begin(
    settings: Settings, organisation: str, administrator: str, founders: Sequence[str], network: str = ""
) -> list[Invitation]:
    """Make a real instance: an organisation, its administrator and two founding researchers, with their set-up codes.

    No key is made here: each makes their own in their own session, and the first founder the organisation's.

    Raises:
        NotEmpty: the instance has people already, or it holds a demo.
        NameTaken: two of them have the same username.
        UnusableName: one has a blank, is empty or too long, or holds what does not show.
    """
    if (settings.instance / DEMO_MARK).exists():
        raise NotEmpty("This folder holds a demo. Real cases need one of their own: set TALA_INSTANCE to a new folder.")
    prepare(settings)
    with writing(db.session):
        row = Organisation(name=organisation, network=network)
        db.session.add(row)
        db.session.flush()
        people = [(administrator, Role.ADMINISTRATOR), *((founder, Role.RESEARCHER) for founder in founders)]
        return [_invite(username, role, row) for username, role in people]


def _invite(username: str, role: Role, organisation: Organisation) -> Invitation:
    account, code = invitations.add_account(username, role, organisation)
    return Invitation(account.username, role, code)
