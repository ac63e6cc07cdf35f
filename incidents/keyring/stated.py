"""What the database says of an organisation in public: its statements and its endorsed keys. Opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from incidents.extensions import db
from incidents.keyring.identity import NotBelieved, Stated, verified
from incidents.keyring.models import Key, KeyKind, Statement
from incidents.keyring.people import PublicKey

if TYPE_CHECKING:
    from collections.abc import Collection

#: Asked at every act that is logged, so it is put together once.
NEWEST = (
    select(Statement.identity, Key.id, Key.public, Key.endorsement)
    .join(Key, (Key.organisation_id == Statement.organisation_id) & (Key.kind == bindparam("kind")), isouter=True)
    .where(Statement.organisation_id == bindparam("organisation_id"))
    .order_by(Statement.epoch.desc(), Key.epoch.desc())
    .limit(1)
)


def statements(organisation_id: str) -> list[Stated]:
    """What the database says an organisation states; believe it only as far as follow() does. One query."""
    return statements_of([organisation_id]).get(organisation_id, [])


def statements_of(organisation_ids: Collection[str]) -> dict[str, list[Stated]]:
    """The same of several organisations; one that has stated nothing is missing. One query."""
    found: dict[str, list[Stated]] = {}
    for row in db.session.scalars(select(Statement).where(Statement.organisation_id.in_(organisation_ids))):
        said = Stated(row.organisation_id, row.epoch, row.identity, row.intake, row.signature, row.endorsement)
        found.setdefault(row.organisation_id, []).append(said)
    return found


def endorsed(kind: KeyKind, organisation_id: str, identity: bytes) -> tuple[str, PublicKey] | None:
    """The newest public key of a kind, with its row's id; None if the organisation has none. One query.

    Raises:
        NotBelieved: it is not signed by this identity.
    """
    row = db.session.scalar(
        select(Key).where(Key.organisation_id == organisation_id, Key.kind == kind).order_by(Key.epoch.desc()).limit(1)
    )
    if row is None or row.public is None:
        return None
    return row.id, _believed(identity, kind, organisation_id, row.id, row.public, row.endorsement)


def newest(kind: KeyKind, organisation_id: str) -> tuple[str, PublicKey] | None:
    """The newest public key of a kind, endorsed by the newest statement as the database has it. One query.

    For those who trust nobody yet and hold no pin, such as a log that must go on without a member's session.

    Returns:
        Its row's id and the key; None while the organisation has stated nothing.

    Raises:
        NotBelieved: there is a statement, and no key that it signed.
    """
    row = db.session.execute(NEWEST, {"kind": kind, "organisation_id": organisation_id}).first()
    if row is None:
        return None
    if row.public is None:
        raise NotBelieved
    return row.id, _believed(row.identity, kind, organisation_id, row.id, row.public, row.endorsement)


def signed(kind: KeyKind, organisation_id: str, key_id: str, raw: bytes) -> tuple[str | bytes, ...]:
    """What the endorsement of a public key is over."""
    return ("public-key", kind, organisation_id, key_id, raw)


def _believed(
    identity: bytes, kind: KeyKind, organisation_id: str, key_id: str, public: bytes, endorsement: bytes | None
) -> PublicKey:
    if not verified(identity, endorsement or b"", *signed(kind, organisation_id, key_id, public)):
        raise NotBelieved
    return PublicKey(public)
