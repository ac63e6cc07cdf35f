"""Consent as it changes: what a withdrawal does to a document. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.records.schema import Consent
from incidents.releases.rules import latest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from incidents.records.schema import CaseDocument


def with_withdrawals(document: CaseDocument, taken_back: Collection[tuple[str, str]], today: dt.date) -> CaseDocument:
    """The document with a new row for each consent that was taken back; rows are added, never changed.

    Args:
        document: As it is.
        taken_back: Person id and purpose of each.
        today: The day that the rows say.
    """
    rows = [
        (before or Consent(person_id=person_id, purpose=purpose)).model_copy(
            update={"id": Consent(person_id=person_id, purpose=purpose).id, "answer": "no", "withdrawn_on": today}
        )
        for person_id, purpose in sorted(taken_back)
        if (before := latest(document.consents, person_id, purpose)) is None or before.withdrawn_on is None
    ]
    return document.model_copy(update={"consents": [*document.consents, *rows]}) if rows else document
