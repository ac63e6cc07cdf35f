"""The questions of the form, page by page.

Every field that a documenter can know is asked somewhere (a test compares them with the schema), most of them folded:
no page holds more than a screen of questions that most cases need, and every answer may be left open.

They ask no more than the standards allow (4.5, do not collect): nothing about suppliers, prices, amounts or
places of buying, no names of other people who use drugs, no copies of papers, no biometrics, no log-ins, no point on
a map, and of health nothing that the violation does not turn on.
"""

from __future__ import annotations

from typing import Final

from incidents.intake.pages_acts import ACT, DETAILS
from incidents.intake.pages_consent import CONSENT
from incidents.intake.pages_incident import (
    COUNTRY,
    DATE_START,
    NARRATIVE,
    OPEN_SOURCE,
    PLACE,
    PLACE_TEXT,
    WHAT,
    WHEN,
    WHERE,
)
from incidents.intake.pages_people import PERSON
from incidents.intake.pages_safety import HELP, RISK, SAFETY
from incidents.intake.pages_sources import CITATION, PERPETRATOR, SOURCE
from incidents.intake.questions import Kind, Page, Question, Section
from incidents.records.errors import N_

QUICK_INCIDENT: Final = Page(
    "quick",
    N_("Quick record"),
    "incident",
    (
        Section((*RISK, HELP), N_("Safety first: help before the record"), folded=True),
        Section((NARRATIVE, DATE_START, COUNTRY, PLACE_TEXT)),
    ),
)
QUICK_SOURCE: Final = Page(
    "quick",
    N_("Quick record"),
    "sources",
    (
        Section(
            (
                Question(
                    "source_type",
                    Kind.SELECT,
                    N_("How is it known?"),
                    source="sources/SRC",
                ),
                CITATION,
            )
        ),
    ),
)
#: Pages about the incident as a whole, by their step.
SINGLE: Final = {page.step: page for page in (SAFETY, WHAT, WHEN, WHERE, PLACE, OPEN_SOURCE)}
#: Pages about one entry of a list, by their step.
ENTRY: Final = {page.step: page for page in (PERSON, ACT, DETAILS, PERPETRATOR, SOURCE, CONSENT)}
#: The steps in order; `check` is the last.
STEPS: Final = {
    "safety": N_("Safety first"),
    "what": N_("What happened"),
    "when": N_("When it happened"),
    "where": N_("Where it happened"),
    "place": N_("The place more closely"),
    "people": N_("To whom, and who else was there"),
    "acts": N_("What was done"),
    "perpetrators": N_("By whom"),
    "sources": N_("How do we know"),
    "consent": N_("Consent"),
    "check": N_("Check your answers"),
}
