"""Receipts: what a person sees of their own record with a code, without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument


def reseal(keys: CaseKeys, document: CaseDocument, today: dt.date) -> None:
    """Make the sealed views of a document's receipts anew, in the transaction that saves it."""
    del keys, document, today


def forget(document: CaseDocument, left: CaseDocument | None = None) -> None:
    """Delete the sealed views of a document's receipts, but for those of what is left, in the running transaction."""
    del document, left
