"""Which rule of retention (standards 4.6) asks to act on a document, and from when. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from incidents.records.schema import CaseDocument


class Due(NamedTuple):
    """The rule that asks first, and the day (since 1970-01-01) from which it does."""

    rule: str
    day: int


def due(document: CaseDocument, today: date) -> Due | None:
    """Return the rule that asks first; None while none does."""
    del document, today
    return None
