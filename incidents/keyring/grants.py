"""Making and opening grants: a key of an organisation, sealed to one account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy import select

from incidents.extensions import db
from incidents.keyring.envelope import SecretKey
from incidents.keyring.models import Grant, Key, KeyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.keyring.people import PublicKey, Seed


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
    def of(cls, raw: bytes, row: Key) -> Self:
        """Put the secret bytes and their row together."""
        return cls(raw, row.id, row.organisation_id, row.epoch)


K = TypeVar("K", bound=GrantedKey)


def new_key(cls: type[K], kind: KeyKind, organisation_id: str) -> K:
    """Add a fresh key of an organisation to the running transaction; grant it next, or it is lost."""
    row = Key(organisation_id=organisation_id, kind=kind)
    db.session.add(row)
    db.session.flush()
    return cls.of(SecretKey.random().raw, row)


def grant(key: GrantedKey, account_id: str, public_key: PublicKey) -> None:
    """Seal a key to an account in the running transaction. Only a holder of the key can do this."""
    sealed = public_key.seal(key.raw, "grant", key.id, key.organisation_id, key.epoch, account_id)
    db.session.merge(Grant(key_id=key.id, account_id=account_id, sealed=sealed))


def open_grants(cls: type[K], kind: KeyKind, account_id: str, seed: Seed) -> Sequence[K]:
    """All keys of a kind that were granted to an account, newest epoch first. One query, some 0.2 ms a grant.

    Raises:
        Unopenable: a grant was altered or moved.
    """
    rows = db.session.execute(
        select(Key, Grant.sealed)
        .join(Grant, Grant.key_id == Key.id)
        .where(Grant.account_id == account_id, Key.kind == kind)
        .order_by(Key.organisation_id, Key.epoch.desc())
    )
    return [
        cls.of(seed.open_sealed(sealed, "grant", row.id, row.organisation_id, row.epoch, account_id), row)
        for row, sealed in rows
    ]
