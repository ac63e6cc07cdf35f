"""Consents that were taken back without a log-in: rows that every reading subtracts, and that a save folds in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from incidents.consents.rules import with_withdrawals
from incidents.extensions import db
from incidents.facts.models import Withdrawal

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument


def folded_in(document: CaseDocument) -> CaseDocument:
    """The document with consents that its persons took back meanwhile marked as taken back. One query."""
    keys = {f"{person.cell_key:016x}": person.id for person in document.persons}
    if not keys:
        return document
    rows = db.session.execute(select(Withdrawal.person, Withdrawal.purpose).where(Withdrawal.person.in_(keys))).all()
    today = dt.datetime.now(tz=dt.UTC).date()
    return with_withdrawals(document, {(keys[row.person], row.purpose) for row in rows}, today)


def forget(document: CaseDocument) -> None:
    """Delete the rows that a document now says itself, in the transaction that saves it."""
    keys = [f"{person.cell_key:016x}" for person in document.persons]
    if keys:
        db.session.execute(delete(Withdrawal).where(Withdrawal.person.in_(keys)))
