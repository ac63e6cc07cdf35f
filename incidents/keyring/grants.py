"""Making and opening grants: a key of an organisation, sealed to one account and signed by the organisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy import bindparam, select

from incidents.extensions import db
from incidents.keyring.envelope import SecretKey
from incidents.keyring.identity import NotBelieved, Pin, Stated, follow, verified
from incidents.keyring.memory import open_memory
from incidents.keyring.models import Grant, Key, KeyKind, Statement, StoredMemory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Row

    from incidents.keyring.identity import Identity
    from incidents.keyring.people import PublicKey, Seed

    GrantRow = Row[str, str, KeyKind, int, bytes, bytes]


@dataclass(frozen=True, slots=True)
class GrantedKey(SecretKey):
    """A key of an organisation, opened.

    Attributes:
        id: Its row.
        organisation_id: Whose it is.
        epoch: Counts up at each rotation.
    """

    id: str = ""
    organisation_id: str = ""
    epoch: int = 1

    @classmethod
    def of(cls, raw: bytes, row: Key | GrantRow) -> Self:
        """Put the secret bytes and their row together."""
        return cls(raw, row.id, row.organisation_id, row.epoch)


K = TypeVar("K", bound=GrantedKey)
#: Asked at nearly every request, so they are put together once.
GRANTS = (
    select(Key.id, Key.organisation_id, Key.kind, Key.epoch, Grant.sealed, Grant.signature)
    .join(Grant, Grant.key_id == Key.id)
    .where(Grant.account_id == bindparam("account_id"), Key.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(Key.organisation_id, Key.epoch.desc())
)
#: What an account remembers, beside the statements of the organisations whose keys it was granted.
BELIEFS = (
    select(
        StoredMemory.sealed,
        Statement.organisation_id,
        Statement.epoch,
        Statement.identity,
        Statement.intake,
        Statement.signature,
        Statement.endorsement,
    )
    .join_from(StoredMemory, Statement, Statement.organisation_id.in_(bindparam("organisations", expanding=True)))
    .where(StoredMemory.account_id == bindparam("account_id"))
)


def new_key(cls: type[K], kind: KeyKind, organisation_id: str, epoch: int = 1) -> K:
    """Add a fresh key of an organisation to the running transaction; grant it next, or it is lost."""
    row = Key(organisation_id=organisation_id, kind=kind, epoch=epoch)
    db.session.add(row)
    db.session.flush()
    return cls.of(SecretKey.random().raw, row)


def grant(key: GrantedKey, kind: KeyKind, account_id: str, public_key: PublicKey, identity: Identity) -> None:
    """Seal a key to an account in the running transaction. Only a holder of the organisation key can do this.

    Whose public key it is must have been settled before, from the roster.
    """
    sealed = public_key.seal(key.raw, "grant", key.id, key.organisation_id, key.epoch, account_id)
    signature = identity.sign(*_signed(key.id, kind, key.organisation_id, key.epoch, account_id, sealed))
    db.session.merge(Grant(key_id=key.id, account_id=account_id, sealed=sealed, signature=signature))


def sign_again(row: Grant, key: Key, before: bytes, identity: Identity) -> bool:
    """Sign a grant with the identity of a new epoch, in the running transaction, if the one before had signed it.

    Returns:
        False for a grant that somebody slipped in: signing it would make it the organisation's.
    """
    signed = _signed(key.id, key.kind, key.organisation_id, key.epoch, row.account_id, row.sealed)
    if not verified(before, row.signature or b"", *signed):
        return False
    row.signature = identity.sign(*signed)
    return True


def _signed(
    key_id: str, kind: KeyKind, organisation_id: str, epoch: int, account_id: str, sealed: bytes
) -> tuple[str | int | bytes, ...]:
    return ("grant", key_id, kind, organisation_id, epoch, account_id, sealed)


@dataclass(frozen=True, slots=True)
class Belief:
    """What an account believes of an organisation: where it began, and where that leads today."""

    pin: Pin
    stated: Stated


@dataclass(frozen=True, slots=True)
class Held:
    """The keys that an account was granted, newest epoch first, and what it believes of whoever granted them."""

    keys: list[GrantedKey]
    beliefs: dict[str, Belief]


def open_grants(cls: type[K], kind: KeyKind, account_id: str, seed: Seed) -> Sequence[K]:
    """All keys of a kind that were granted to an account, newest epoch first. Two queries, some 0.2 ms a grant.

    Raises:
        Unopenable: a grant was altered or moved.
        NotBelieved: a grant is not signed by the organisation that this account trusts, or the keys were put back.
    """
    return [key for key in held({kind: cls}, account_id, seed).keys if isinstance(key, cls)]


def held(classes: Mapping[KeyKind, type[GrantedKey]], account_id: str, seed: Seed) -> Held:
    """All keys of several kinds that were granted to an account. Two queries.

    Raises:
        Unopenable, NotBelieved: as above.
    """
    rows = db.session.execute(GRANTS, {"account_id": account_id, "kinds": tuple(classes)}).all()
    believed = beliefs(account_id, seed, {row.organisation_id for row in rows})
    opened = seed.opener()
    keys = [
        classes[row.kind].of(opened(row.sealed, *_sealed_to(row, account_id)), row)
        for row in _genuine(rows, account_id, believed)
    ]
    return Held(keys, believed)


def _sealed_to(row: GrantRow, account_id: str) -> tuple[str | int | bytes, ...]:
    return ("grant", row.id, row.organisation_id, row.epoch, account_id)


def _genuine(rows: Sequence[GrantRow], account_id: str, believed: Mapping[str, Belief]) -> Iterator[GrantRow]:
    """The grants of organisations that this account knows; anybody may seal something to it, and that is nothing."""
    for row in rows:
        belief = believed.get(row.organisation_id)
        if belief is None:
            continue
        signed = _signed(row.id, row.kind, row.organisation_id, row.epoch, account_id, row.sealed)
        if not verified(belief.stated.identity, row.signature or b"", *signed):
            raise NotBelieved
        yield row


def beliefs(account_id: str, seed: Seed, organisations: set[str]) -> dict[str, Belief]:
    """The newest statement of each organisation, as far as this account's pins lead to one. One query.

    Raises:
        Unopenable: the account's memory is missing or was altered.
        NotBelieved: an organisation's statements do not follow from the pin.
    """
    if not organisations:
        return {}
    rows = db.session.execute(BELIEFS, {"account_id": account_id, "organisations": list(organisations)}).all()
    pins = open_memory(seed, account_id, rows[0].sealed).pins if rows else {}
    stated: dict[str, list[Stated]] = {}
    for row in rows:
        stated.setdefault(row.organisation_id, []).append(Stated(*row[1:]))
    return {one: Belief(pin, follow(pin, stated.get(one, []))) for one, pin in pins.items() if one in organisations}
