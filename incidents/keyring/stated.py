"""What the database says of an organisation in public: its statements and its endorsed keys. Opens nothing."""

from __future__ import annotations

from sqlalchemy import select

from incidents.extensions import db
from incidents.keyring.identity import NotBelieved, Stated, verified
from incidents.keyring.models import Key, KeyKind, Statement
from incidents.keyring.people import PublicKey


def statements(organisation_id: str) -> list[Stated]:
    """What the database says an organisation states; believe it only as far as follow() does. One query."""
    rows = db.session.scalars(select(Statement).where(Statement.organisation_id == organisation_id))
    return [Stated(organisation_id, r.epoch, r.identity, r.intake, r.signature, r.endorsement) for r in rows]


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
    signed = ("public-key", kind, organisation_id, row.id, row.public)
    if not verified(identity, row.endorsement or b"", *signed):
        raise NotBelieved
    return row.id, PublicKey(row.public)
