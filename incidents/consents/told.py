"""Stories that were published of a case, and that go when somebody takes back the consent they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.consents.rules import story_taken_back
from incidents.extensions import db
from incidents.reports import withdrawing
from incidents.reports.models import Publication, PublicationType

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from incidents.records.schema import CaseDocument


def follow(document: CaseDocument, today: dt.date) -> None:
    """Take down the stories that rest on a case, in the transaction that saves it, if their consent was taken back.

    Costs nothing where no publication rests on the case.
    """
    if document.reports and story_taken_back(document, today):
        take_down(document.reports, today)


def take_down(publication_ids: Collection[str], today: dt.date) -> None:
    """Empty those of some publications that tell a story, in the running transaction; others tell of many and stay."""
    for publication_id in stories_among(publication_ids):
        withdrawing.withdraw(publication_id, today)


def stories_among(publication_ids: Collection[str]) -> list[str]:
    """Those of some publications that tell a story. One query where there are any."""
    if not publication_ids:
        return []
    told = Publication.kind == PublicationType.STORY
    wanted = select(Publication.id).where(Publication.id.in_(publication_ids), told)
    return list(db.session.scalars(wanted.order_by(Publication.id)))
