"""Making and opening grants: a key of an organisation, sealed to one account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy import bindparam, select

from incidents.extensions import db
from incidents.keyring.envelope import SecretKey
from incidents.keyring.models import Grant, Key, KeyKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from incidents.keyring.people import PublicKey, Seed

    GrantRow = Row[str, str, KeyKind, int, bytes]


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
#: Asked at nearly every request, so it is put together once.
GRANTS = (
    select(Key.id, Key.organisation_id, Key.kind, Key.epoch, Grant.sealed)
    .join(Grant, Grant.key_id == Key.id)
    .where(Grant.account_id == bindparam("account_id"), Key.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(Key.organisation_id, Key.epoch.desc())
)


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
    return [cls.of(raw, row) for raw, row in _opened((kind,), account_id, seed)]


def open_all_grants(classes: Mapping[KeyKind, type[GrantedKey]], account_id: str, seed: Seed) -> Sequence[GrantedKey]:
    """All keys of several kinds that were granted to an account, newest epoch first. One query.

    Raises:
        Unopenable: a grant was altered or moved.
    """
    return [classes[row.kind].of(raw, row) for raw, row in _opened(tuple(classes), account_id, seed)]


def _opened(kinds: Sequence[KeyKind], account_id: str, seed: Seed) -> Sequence[tuple[bytes, GrantRow]]:
    rows = db.session.execute(GRANTS, {"account_id": account_id, "kinds": kinds}).all()
    opened = seed.opener()
    return [(opened(row.sealed, "grant", row.id, row.organisation_id, row.epoch, account_id), row) for row in rows]
