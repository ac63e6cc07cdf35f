"""Receipts' views follow the case: made anew at each save, deleted with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, update

from incidents.consents.content import content_of
from incidents.consents.models import ReceiptView
from incidents.consents.withdrawals import INSERT
from incidents.extensions import db
from incidents.keyring.identity import Identity, Pin
from incidents.keyring.people import PublicKey
from incidents.keyring.receipt_door import seal_view

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from incidents.consents.content import Content
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument


def reseal(keys: CaseKeys, document: CaseDocument, today: dt.date) -> None:
    """Make the sealed views of a document's receipts anew, in the transaction that saves it.

    Costs nothing without receipts, and some 0.3 ms for each.
    """
    holders = [(person, person.receipt) for person in document.persons if person.receipt is not None]
    if not holders:
        return
    pin = Pin(epoch=keys.organisation.epoch, identity=Identity(keys.organisation).public.hex())
    for person, receipt in holders:
        content = content_of(document, person, keys.organisation_id, pin, today)
        put(PublicKey(bytes.fromhex(receipt.public_key)), receipt.view_id, content)


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


def forget(document: CaseDocument, left: CaseDocument | None = None) -> None:
    """Delete the sealed views of a document's receipts, but for those of what is left, in the running transaction."""
    gone = _views(document) - (_views(left) if left else set())
    if gone:
        drop(gone)


def _views(document: CaseDocument) -> set[str]:
    return {person.receipt.view_id for person in document.persons if person.receipt is not None}
