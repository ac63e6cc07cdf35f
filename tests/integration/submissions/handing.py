"""Handing in and opening, as the tests of this folder do it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.extensions import db
from incidents.records.keys import CaseKeys, keys_of
from incidents.submissions import services
from incidents.submissions.models import Submission
from incidents.submissions.services import Sender
from tests.factories import documents

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Browser, Person

QUICK = "/cases/new/quick"
REFERENCE = re.compile(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}\b")
TOLD = "Plainly fictional: taken from the fictional market, held over night."
ANSWERS = {
    "narrative": TOLD,
    "date_start-kind": "about",
    "date_start-month": "3",
    "date_start-year": "2025",
    "country": "KE",
    "place_text": "Near the fictional bridge",
    "source_type": "SRC_PEER",
    "citation": "A fictional peer on the phone",
}


def sender(person: Person) -> Sender:
    return Sender(person.id, person.organisation_id, person.seed)


def keys(person: Person) -> CaseKeys:
    return keys_of(person.id, person.organisation_id, person.seed)


def handed_in(person: Person, document: CaseDocument | None = None) -> str:
    """Hand something in; the id of its row."""
    before = set(rows())
    services.submit(sender(person), document or documents.document())
    [new] = set(rows()) - before
    return new


def rows() -> list[str]:
    """Ids of everything that waits."""
    db.session.rollback()
    return list(db.session.scalars(select(Submission.id)))


def told(browser: Browser, answers: dict[str, str] | None = None, *, status: int = 303) -> str:
    """Send a quick record."""
    return browser.post(QUICK, dict(answers or ANSWERS), status=status)
