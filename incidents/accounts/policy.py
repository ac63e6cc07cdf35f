"""What an organisation decides for itself: how many must vouch, whom else it trusts, and who holds which of its keys.

Decisions stand in the roster, under the organisation's key; who holds what is read from the tables of keys and grants,
where an administrator sees it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from incidents.accounts.models import Account, Organisation
from incidents.accounts.networks import near_first
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import Forbidden
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.models import Grant, Key, KeyKind
from incidents.keyring.roster import Proposal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.keyring.people import Seed
    from incidents.keyring.roster import Roster
    from incidents.keyring.services import Member

#: More than this many vouches would keep people out for ever.
MOST_VOUCHES: Final = 5
#: What is granted to other organisations' people.
SHARED: Final = (KeyKind.FACTS, KeyKind.SUMMARIES)


class OwnProposal(Forbidden):
    """A change of policy needs a second person."""


@dataclass(frozen=True)
class Row:
    """One line of the picture of keys.

    Attributes:
        account: Who.
        kinds: What they hold of the organisation.
    """

    account: Account
    kinds: frozenset[KeyKind]


@dataclass(frozen=True)
class Picture:
    """Who holds which keys of one organisation, as the key graph says.

    Attributes:
        organisation: Whose keys.
        rows: The holders, by name, disabled ones too: being disabled takes no key away.
        rotating: Whether keys of an older epoch are still there.
        recoverable: Whether there is a recovery key.
    """

    organisation: Organisation
    rows: tuple[Row, ...]
    rotating: bool
    recoverable: bool


def propose(one: Member, seed: Seed, vouches: int) -> bool:
    """Ask for another number of vouches, or agree to what a colleague asked for.

    Returns:
        Whether the policy is changed: it is when two members want the same, or when there is only one member.

    Raises:
        OwnProposal: the member has asked for just this already.
        ValueError: fewer than one, or more than anybody could bring together.
        RolledBack, StaleRoster: see keyring.services.
    """
    if not 1 <= vouches <= MOST_VOUCHES:
        raise ValueError(vouches)
    with writing(db.session):
        db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
        roster, version = one.roster()
        asked = roster.proposal if roster.proposal and roster.proposal.by in roster.researchers else None
        if asked and asked.by == one.account_id and asked.vouches == vouches:
            raise OwnProposal
        agreed = (asked is not None and asked.vouches == vouches) or len(roster.researchers) == 1
        change = (
            {"vouches": vouches, "proposal": None}
            if agreed
            else {"proposal": Proposal(vouches=vouches, by=one.account_id)}
        )
        keyring.write_roster(one, roster.model_copy(update=change), version, seed)
        act = Act.POLICY_CHANGED if agreed else Act.POLICY_PROPOSED
        audit.record(one.organisation_id, act, by=one.account_id, reason=str(vouches))
    return agreed


def others(organisation_id: str) -> Sequence[Organisation]:
    """The other organisations of this instance: those of one's network, those of none, the rest; each by name."""
    rows = {one.id: one for one in db.session.scalars(select(Organisation).order_by(Organisation.name))}
    own = rows.pop(organisation_id)
    return [rows[one] for one in near_first([(other.id, other.network) for other in rows.values()], own.network)]


def names_of(roster: Roster) -> list[str]:
    """The names of the organisations that a roster trusts. One query."""
    wanted = select(Organisation.name).where(Organisation.id.in_(roster.trusts)).order_by(Organisation.name)
    return list(db.session.scalars(wanted)) if roster.trusts else []


def picture(organisation_id: str) -> Picture:
    """Who holds which keys of an organisation. Three queries."""
    return _pictures([db.session.get_one(Organisation, organisation_id)])[0]


def pictures() -> list[Picture]:
    """The same of every organisation, by name: what an administrator sees of keys. Three queries, however many."""
    return _pictures(db.session.scalars(select(Organisation).order_by(Organisation.name)).all())


def _pictures(organisations: Sequence[Organisation]) -> list[Picture]:
    ids = [one.id for one in organisations]
    held: dict[str, dict[Account, set[KeyKind]]] = {one: {} for one in ids}
    for account, organisation_id, kind in db.session.execute(
        select(Account, Key.organisation_id, Key.kind)
        .join(Grant, Grant.account_id == Account.id)
        .join(Key, Key.id == Grant.key_id)
        .where(Key.organisation_id.in_(ids))
        .order_by(Account.username)
    ):
        held[organisation_id].setdefault(account, set()).add(kind)
    kinds: dict[str, list[KeyKind]] = {one: [] for one in ids}
    for organisation_id, kind in db.session.execute(
        select(Key.organisation_id, Key.kind).where(Key.organisation_id.in_(ids))
    ):
        kinds[organisation_id].append(kind)
    return [_picture(one, held[one.id], kinds[one.id]) for one in organisations]


def _picture(organisation: Organisation, held: Mapping[Account, set[KeyKind]], kinds: Sequence[KeyKind]) -> Picture:
    retired = [kind for kind in kinds if kind in {KeyKind.ORGANISATION, *SHARED}]
    return Picture(
        organisation,
        tuple(Row(account, frozenset(found)) for account, found in held.items()),
        rotating=len(retired) > len(set(retired)),
        recoverable=KeyKind.RECOVERY in kinds,
    )
