"""A case with a person who agreed to much, and what rests on it: a release, a summary, a story, a share."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from incidents.consents import services
from incidents.database import writing
from incidents.extensions import db
from incidents.records import services as records
from incidents.records.keys import keys_of
from incidents.reports.models import Publication, PublicationType
from tests.factories import documents

if TYPE_CHECKING:
    from incidents.keyring.receipt_door import Paper
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Browser, Person, Team

SUMMARY: Final = "A plainly fictional summary: somebody was asked for money somewhere."
WORD: Final = "harbour"
NOTE: Final = "/note"
DAY: Final = dt.date(2026, 11, 1)


def keys(person: Person) -> CaseKeys:
    """What a researcher holds."""
    return keys_of(person.id, person.organisation_id, person.seed)


def agreed(*purposes: str, **fields: object) -> CaseDocument:
    """A complete, credible case about one person who agreed to these purposes."""
    whom = documents.person(name="Fictional Name")
    given = {
        "consents": [documents.consent(whom, purpose) for purpose in purposes],
        "sources": [documents.source(), documents.source()],
    } | fields
    return documents.about(whom, "POL_EXT", **given)


def summarised(document: CaseDocument) -> CaseDocument:
    """The same with a checked summary."""
    return document.model_copy(
        update={
            "summary_id": "5" * 32,
            "summary_text": SUMMARY,
            "summary_written_by": "one",
            "summary_checked_by": "another",
            "summary_state": "checked",
        }
    )


def saved(team: Team, document: CaseDocument) -> CaseDocument:
    """Save a case, twice: what follows a case does so from its second save on."""
    mine = keys(team.researcher)
    records.create(mine, [document])
    records.update(mine, document, expected=1)
    return document


@dataclass
class Holder:
    """Somebody with a paper and a word.

    Attributes:
        words: On the paper.
        word: Not on it.
    """

    words: str
    word: str

    @property
    def typed(self) -> dict[str, object]:
        """What they type."""
        return {"words": self.words, "word": self.word}


def receipt(team: Team, document: CaseDocument, word: str = WORD) -> Holder:
    """Give the case's first person a receipt."""
    mine = keys(team.researcher)
    incident_id = document.incident.id
    revision = records.open_account(mine, incident_id).revision
    paper: Paper = services.issue(mine, incident_id, document.persons[0].id, word, revision)
    return Holder(" ".join(paper.words), word)


def published(
    team: Team, kind: PublicationType = PublicationType.STORY, title: str = "A fictional title", day: dt.date = DAY
) -> str:
    """A publication of a team, as somebody may link it with a case; its id."""
    with writing(db.session):
        one = Publication(
            organisation_id=team.organisation_id,
            kind=kind,
            title=title,
            language="en",
            published_on=day,
            text="A plainly fictional text.",
        )
        db.session.add(one)
        db.session.flush()
        return one.id


def send(browser: Browser, holder: Holder, do: str = "open", *, status: int = 200, **fields: object) -> str:
    """Send the form of the receipt's page as somebody without cookie or token."""
    response = browser.client.post(NOTE, data={**holder.typed, "do": do, **fields})
    assert response.status_code == status, response.status_code
    assert "Set-Cookie" not in response.headers
    return response.get_data(as_text=True)


def text_of(page: str) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
