"""Whom an account trusts to speak for an organisation, and the number that two people compare to be sure of it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.accounts.models import Account, Organisation
from incidents.database import writing
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.identity import NotBelieved, comparison, follow
from incidents.keyring.memory import recall, remember
from incidents.keyring.models import Key

if TYPE_CHECKING:
    from incidents.keyring.identity import Stated
    from incidents.keyring.people import Seed


class Different(TalaError):
    """The numbers that were compared are not those of this person, this role and these keys."""

    status = HTTPStatus.CONFLICT


def trusted(account: Account, organisation_id: str, seed: Seed) -> Stated | None:
    """The newest statement of an organisation that this account trusts; None if the organisation has none yet.

    Who has no pin yet takes what the database says and remembers it: what two people compare then shows whether that
    was right. The pin moves on as the organisation's key does.

    Raises:
        NotBelieved: the statements do not follow from the pin.
    """
    stated = keyring.statements(organisation_id)
    if not stated:
        return None
    pin = recall(account.id, seed).pins.get(organisation_id)
    newest = follow(pin or max(stated, key=lambda one: one.epoch).pin, stated)
    if pin is None or newest.epoch != pin.epoch:
        with writing(db.session):
            remember(account.id, seed, lambda memory: keyring.moved_on(memory, newest))
    return newest


def look(account_id: str, organisation_id: str, seed: Seed) -> None:
    """Remember the roster's version as of now, at log-in: an older one is not believed afterwards. A few queries.

    Does nothing for who holds no organisation key.

    Raises:
        RolledBack, NotBelieved, Unopenable: see keyring.services.member().
    """
    try:
        one = keyring.member(account_id, organisation_id, seed)
        _roster, version = one.roster()
    except keyring.NothingToHandOn:
        return
    if version > one.seen:
        with writing(db.session):
            remember(account_id, seed, lambda memory: keyring.moved_on(memory, one.stated, version))


def own_comparison(account: Account, organisation_id: str, seed: Seed) -> str | None:
    """What a newcomer reads to a member of an organisation; None while it has no keys.

    Raises:
        NotBelieved: see trusted().
    """
    stated = trusted(account, organisation_id, seed)
    return comparison_with(stated.identity, account) if stated else None


@dataclass(frozen=True)
class Elsewhere:
    """Another organisation whose members somebody may want to compare a number with.

    Attributes:
        organisation_id: Which.
        name: What it is called.
        seen: Whether the account has taken its key at first sight.
        number: What to read to its members; None if it was not seen yet, or its key was changed since.
    """

    organisation_id: str
    name: str
    seen: bool
    number: str | None


def numbers_elsewhere(account: Account, seed: Seed) -> list[Elsewhere]:
    """What somebody reads to members of other organisations, by the organisation's name."""
    pins = recall(account.id, seed).pins
    others = db.session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.id != account.organisation_id, Organisation.id.in_(select(Key.organisation_id)))
        .order_by(Organisation.name)
    ).all()
    return [
        Elsewhere(
            other.id, other.name, other.id in pins, _number(account, other.id, seed) if other.id in pins else None
        )
        for other in others
    ]


def _number(account: Account, organisation_id: str, seed: Seed) -> str | None:
    try:
        return own_comparison(account, organisation_id, seed)
    except NotBelieved:
        return None


def comparison_with(identity: bytes, account: Account) -> str:
    """The number of an account beside an organisation's identity."""
    assert account.public_key is not None  # noqa: S101 - those who have none are not asked
    return comparison(identity, account.id, account.username, account.role, account.public_key)
