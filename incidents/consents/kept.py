"""The rows of receipts' views. Nothing here knows a case: whoever holds a receipt writes one of them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, update

from incidents.consents.models import ReceiptView
from incidents.consents.withdrawals import INSERT
from incidents.extensions import db
from incidents.keyring.receipt_door import seal_view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.consents.content import Content
    from incidents.keyring.people import PublicKey


def put(public_key: PublicKey, view_id: str, content: Content) -> None:
    """Write a view, in the place of the one before if there is one, in the running transaction."""
    sealed = seal_view(public_key, view_id, content.model_dump_json().encode())
    statement = INSERT[db.engine.dialect.name](ReceiptView).values(id=view_id, sealed=sealed)
    db.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"sealed": sealed}))


def replace(public_key: PublicKey, view_id: str, content: Content) -> bool:
    """Write a view in the place of the one before, in the running transaction; False if that is gone meanwhile."""
    sealed = seal_view(public_key, view_id, content.model_dump_json().encode())
    changed = update(ReceiptView).where(ReceiptView.id == view_id).values(sealed=sealed)
    return db.session.execute(changed.returning(ReceiptView.id)).first() is not None


def drop(view_ids: Iterable[str]) -> None:
    """Delete views, in the running transaction: their codes open nothing any more."""
    db.session.execute(delete(ReceiptView).where(ReceiptView.id.in_(list(view_ids))))
