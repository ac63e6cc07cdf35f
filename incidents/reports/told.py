"""Stories told in public: the text of a checked summary as it was agreed to, and gone when that is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import random_id, writing
from incidents.extensions import db
from incidents.reports import withdrawing
from incidents.reports.models import Publication, PublicationType
from incidents.stories import services as stories

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from incidents.keyring.facts_door import SummariesKey


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What may be put around a text that somebody agreed to; the text itself stays as it is."""

    title: str
    language: str
    campaign: str = ""


def publish(
    keys: Mapping[str, SummariesKey], summary_id: str, frame: Frame, *, organisation_id: str, by: str, today: date
) -> str:
    """Publish a story that was given to whoever holds these keys; returns the id of the publication.

    Args:
        keys: The summaries keys of who publishes, by id.
        summary_id: Which story.
        frame: What stands around it.
        organisation_id: Whose publication it is.
        by: The account id of who publishes.
        today: The day on which consent is judged, and under which it is listed.

    Raises:
        NotFound: there is no such story any more, or it is not for them.
    """
    published = random_id()
    with writing(db.session):
        withdrawing.withdraw_ended(today)
        # Held until the end: who takes the story back meanwhile waits, and then finds the publication to empty.
        story = stories.one(keys, summary_id, today)
        db.session.add(
            Publication(
                id=published,
                organisation_id=organisation_id,
                kind=PublicationType.STORY,
                published_on=today,
                text=story.text,
                summary_id=summary_id,
                ends_on=story.until,
                **vars(frame),
            )
        )
        db.session.flush()
        audit.record(organisation_id, Act.PUBLISHED, by=by, about=published)
    return published
