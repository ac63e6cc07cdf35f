"""Shares follow the case: each save seals the new revision's data key to those it is shared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from incidents.keyring.case_door import DataKey
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument


def reseal(keys: CaseKeys, document: CaseDocument, data_key: DataKey, revision: int, today: dt.date) -> None:
    """Seal a revision's data key to every organisation that may read the case, in the transaction that saves it."""
    del keys, document, data_key, revision, today


def forget(document: CaseDocument, left: CaseDocument | None = None) -> None:
    """Delete the rows of a document's shares, but for those of what is left, in the running transaction."""
    del document, left
