"""Founding an organisation's keys and handing them on. Only a holder can hand a key on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from incidents.errors import Forbidden, TalaError
from incidents.extensions import db
from incidents.keyring import stated as public
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.facts_door import FactsKey, SummariesKey
from incidents.keyring.grants import GrantedKey, grant, held, new_key
from incidents.keyring.identity import Identity, NotBelieved, Pin, Stated, state, verified
from incidents.keyring.memory import Memory, remember
from incidents.keyring.models import Key, KeyKind, Statement, StoredRoster
from incidents.keyring.people import PublicKey, Seed
from incidents.keyring.roster import Entry, Roster, open_roster, seal_roster

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class AuditKey(GrantedKey):
    """The seed of the key pair that log entries are sealed to."""

    @property
    def seed(self) -> Seed:
        """What opens entries."""
        return Seed(self.raw)


#: What is public of an organisation; in a module of its own for those who may not reach a key.
statements, endorsed = public.statements, public.endorsed

KEYS: dict[KeyKind, type[GrantedKey]] = {
    KeyKind.ORGANISATION: OrganisationKey,
    KeyKind.FACTS: FactsKey,
    KeyKind.SUMMARIES: SummariesKey,
    KeyKind.AUDIT: AuditKey,
}


class NothingToHandOn(Forbidden):
    """Only who holds a key can hand it on."""


class StaleRoster(TalaError):
    """Somebody else changed the roster meanwhile: read it again and repeat."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True)
class Member:
    """A member of an organisation with the keys that their session holds.

    Attributes:
        account_id: Who.
        organisation_id: Whose keys.
        keys: Every key of this organisation that they were granted, newest epoch of each kind first.
        stated: The newest statement that follows from what they trust.
        seen: The newest version of the roster that they have seen.
    """

    account_id: str
    organisation_id: str
    keys: Sequence[GrantedKey]
    stated: Stated
    seen: int

    def newest(self, kind: KeyKind) -> GrantedKey:
        """The newest key of a kind.

        Raises:
            NothingToHandOn: they hold none.
        """
        for key in self.keys:
            if isinstance(key, KEYS[kind]):
                return key
        raise NothingToHandOn

    @property
    def organisation(self) -> OrganisationKey:
        """The newest organisation key.

        Raises:
            NotBelieved: it is older than the newest statement: somebody put keys back.
        """
        key = self.newest(KeyKind.ORGANISATION)
        if not isinstance(key, OrganisationKey) or key.epoch != self.stated.epoch:
            raise NotBelieved
        return key

    @property
    def identity(self) -> Identity:
        """With what the organisation signs."""
        return Identity(self.organisation)

    def roster(self) -> tuple[Roster, int]:
        """The roster and its version, in the running transaction. One query.

        Raises:
            RolledBack: it is gone, older than one they have seen, or under a key of before.
            StaleRoster: it is under a key that they do not hold: a rotation has passed them, and asking again helps.
        """
        row = db.session.get(StoredRoster, self.organisation_id, populate_existing=True)
        # Under the newest key and no other: who left knows the older ones, and could write a roster with them.
        newest = self.organisation
        if row is not None and row.key_id not in {key.id for key in self.keys}:
            raise StaleRoster
        return open_roster({newest.id: newest}, row, seen=self.seen), row.version if row else 0


def member(account_id: str, organisation_id: str, seed: Seed) -> Member:
    """Somebody's membership: their keys, and what they believe of the organisation. Two queries, some 0.6 ms.

    Raises:
        NothingToHandOn: they hold no key of it.
        Unopenable: a grant was altered or moved.
        NotBelieved: a grant is not signed by the organisation that this account trusts.
    """
    granted = held(KEYS, account_id, seed)
    keys = [key for key in granted.keys if key.organisation_id == organisation_id]
    if not keys:
        raise NothingToHandOn
    belief = granted.beliefs[organisation_id]
    return Member(account_id, organisation_id, keys, belief.stated, belief.pin.roster)


def found(organisation_id: str, founder_id: str, role: str, public_key: PublicKey, log: bytes) -> Pin:
    """Make an organisation's first keys, statement and roster, in the running transaction, and grant them to a founder.

    ``log`` is the public key that the first entry of the log is verified with; the roster keeps it.

    Returns:
        The pin that the founder's memory is to keep.
    """
    keys = {kind: new_key(cls, kind, organisation_id) for kind, cls in KEYS.items()}
    return establish(keys, founder_id, role, public_key, log)


def establish(keys: Mapping[KeyKind, GrantedKey], founder_id: str, role: str, public_key: PublicKey, log: bytes) -> Pin:
    """State an organisation's identity, and make its roster with one member, in the running transaction.

    Args:
        keys: The organisation's newest keys, one of each kind in KEYS.
        founder_id: Who is the one member.
        role: Theirs.
        public_key: Theirs.
        log: The public key that the first entry of the log is verified with.

    Returns:
        The pin that the member's memory is to keep.
    """
    organisation = keys[KeyKind.ORGANISATION]
    assert isinstance(organisation, OrganisationKey)  # noqa: S101 - KEYS says so
    identity = Identity(organisation)
    stated = state(organisation.organisation_id, organisation.epoch, identity)
    db.session.add(statement_row(stated))
    endorse(keys[KeyKind.AUDIT], KeyKind.AUDIT, Seed(keys[KeyKind.AUDIT].raw).public_key(), identity)
    for kind, key in keys.items():
        grant(key, kind, founder_id, public_key, identity)
    entry = Entry(role=role, digest=public_key.digest(), kinds=tuple(keys))
    db.session.add(seal_roster(organisation, Roster(members={founder_id: entry}, log=log.hex()), 1))
    db.session.flush()
    return stated.pin.model_copy(update={"roster": 1})


def statement_row(stated: Stated) -> Statement:
    """The row of a statement."""
    return Statement(
        organisation_id=stated.organisation_id,
        epoch=stated.epoch,
        identity=stated.identity,
        intake=stated.intake,
        signature=stated.signature,
        endorsement=stated.endorsement,
    )


def endorse(key: GrantedKey, kind: KeyKind, public_key: PublicKey, identity: Identity) -> None:
    """Write the public half of a key pair beside its row, signed by the organisation, in the running transaction."""
    row = db.session.get_one(Key, key.id)
    row.public = public_key.raw
    row.endorsement = identity.sign(*public.signed(kind, key.organisation_id, key.id, public_key.raw))


def endorse_again(row: Key, before: bytes, identity: Identity) -> None:
    """Sign a public key with the identity of a new epoch, in the running transaction, if the one before had."""
    signed = public.signed(row.kind, row.organisation_id, row.id, row.public or b"")
    if verified(before, row.endorsement or b"", *signed):
        row.endorsement = identity.sign(*signed)


def hand_on(one: Member, newcomer_id: str, entry: Entry, public_key: PublicKey) -> None:
    """Grant the member's keys of the kinds that an entry names, every epoch of them, in the running transaction.

    Raises:
        NothingToHandOn: the member holds no key of one of the kinds.
        NotBelieved: this is not the public key that the entry was made for.
    """
    if entry.digest != public_key.digest():
        raise NotBelieved
    identity = one.identity
    for kind in entry.kinds:
        one.newest(kind)
        for key in one.keys:
            if isinstance(key, KEYS[kind]):
                grant(key, kind, newcomer_id, public_key, identity)


def moved_on(memory: Memory, stated: Stated, roster: int = 0) -> Memory:
    """A memory whose pin is at a newer statement, or at a newer roster; never at an older of either."""
    pin = memory.pins.get(stated.organisation_id)
    if pin is not None and pin.epoch > stated.epoch:
        return memory
    seen = max(roster, pin.roster if pin else 0)
    return memory.with_pin(stated.organisation_id, stated.pin.model_copy(update={"roster": seen}))


def write_roster(one: Member, roster: Roster, version: int, seed: Seed) -> Member:
    """Replace the roster that was read at a version, in the running transaction, and remember having seen it.

    Raises:
        StaleRoster: somebody else has replaced it meanwhile.
    """
    replace_roster(one.organisation, roster, version)
    remember(one.account_id, seed, lambda memory: moved_on(memory, one.stated, version + 1))
    return replace(one, seen=version + 1)


def replace_roster(key: OrganisationKey, roster: Roster, version: int) -> None:
    """Replace the roster that was read at a version, in the running transaction, where nobody is there to remember it.

    Raises:
        StaleRoster: somebody else has replaced it meanwhile.
    """
    row = db.session.get(StoredRoster, key.organisation_id, with_for_update=True, populate_existing=True)
    if row is None or row.version != version:
        raise StaleRoster
    new = seal_roster(key, roster, version + 1)
    row.key_id, row.version, row.sealed = new.key_id, new.version, new.sealed
