"""Stories that were published of a case, and that go when somebody takes back the consent they rest on.

Only stories of the organisation whose case it is: what a case names is for its members to say, and nobody empties what
another organisation has published by naming it. A story that another one told from the case's summary goes with that.
"""

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


def follow(organisation_id: str, document: CaseDocument, today: dt.date) -> None:
    """Take down the stories that rest on a case, in the transaction that saves it, if their consent was taken back.

    Costs nothing where no publication rests on the case.
    """
    if document.reports and story_taken_back(document, today):
        take_down(organisation_id, document.reports, today)


def take_down(organisation_id: str, publication_ids: Collection[str], today: dt.date) -> None:
    """Empty an organisation's stories among some publications, in the running transaction; others stay."""
    for publication_id in stories_among(organisation_id, publication_ids):
        withdrawing.withdraw(publication_id, today)


def stories_among(organisation_id: str, publication_ids: Collection[str]) -> list[str]:
    """Those of some publications with which an organisation tells a story. One query where there are any."""
    if not publication_ids:
        return []
    told = (Publication.kind == PublicationType.STORY) & (Publication.organisation_id == organisation_id)
    wanted = select(Publication.id).where(Publication.id.in_(publication_ids), told)
    return list(db.session.scalars(wanted.order_by(Publication.id)))
