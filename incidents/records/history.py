"""What became of a case, save by save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from incidents.errors import NotFound
from incidents.records import services
from incidents.records.answers import changes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from incidents.records.answers import Change
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument

PAGE_SIZE: Final = 20


@dataclass(frozen=True)
class Version:
    """One save.

    Attributes:
        number: Its revision; 1 is the first.
        saved_by: Id of the account that saved it; empty when nobody noted it.
        saved_at: The day; None likewise.
        changes: What the account says differently from the save before.
        identity_changed: Whether names, contacts or other identity changed.
        erased: Whether its key was destroyed, so that nobody can read it.
    """

    number: int
    saved_by: str
    saved_at: date | None
    changes: Sequence[Change]
    identity_changed: bool = False
    erased: bool = False


@dataclass(frozen=True)
class History:
    """One page of saves, newest first."""

    versions: Sequence[Version]
    page: int
    pages: int


def history(keys: CaseKeys, incident_id: str, page: int = 1) -> History:
    """The saves of a case. Opens the account of each save on the page, and never the identity.

    Raises:
        NotFound: no such case in this organisation.
    """
    numbers = services.revisions(keys, incident_id)
    pages = max(1, -(-len(numbers) // PAGE_SIZE))
    here = min(max(1, page), pages)
    shown = numbers[(here - 1) * PAGE_SIZE : here * PAGE_SIZE]
    # one more than is shown: the oldest on the page is compared with the one before it
    wanted = [*shown, *([shown[-1] - 1] if shown[-1] > 1 else [])]
    documents = {number: _opened(keys, incident_id, number) for number in wanted}
    return History([_version(documents, number) for number in shown], here, pages)


def _opened(keys: CaseKeys, incident_id: str, number: int) -> CaseDocument | None:
    try:
        return services.open_account(keys, incident_id, number).document
    except NotFound:
        return None


def _version(documents: dict[int, CaseDocument | None], number: int) -> Version:
    document, before = documents[number], documents.get(number - 1)
    if document is None:
        return Version(number, "", None, [], erased=True)
    return Version(
        number=number,
        saved_by=document.saved_by,
        saved_at=document.saved_at,
        changes=changes(before, document) if before else [],
        identity_changed=document.identity_changed,
    )
