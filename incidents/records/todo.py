"""What needs doing in a case, before anything else: help, the clock of urgent response, and answers to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.codebook.services import codebook
from incidents.i18n import gettext as _
from incidents.records import screening
from incidents.records.advice import advice
from incidents.records.urgency import PRESSING, due
from incidents.records.when import at, until

if TYPE_CHECKING:
    from datetime import datetime

    from incidents.records.schema import CaseDocument


@dataclass(frozen=True)
class Clock:
    """By when somebody has to act.

    Attributes:
        priority: How soon, in words.
        by: The moment, UTC.
        left: How far off it is, or how late.
        late: Whether it has passed.
        pressing: Whether the priority does not wait.
    """

    priority: str
    by: str
    left: str
    late: bool
    pressing: bool


@dataclass(frozen=True)
class Todo:
    """What needs doing; all in words.

    Attributes:
        clock: None when no clock runs.
        help_first: Help that is not arranged yet.
        no_consent: Why consent is not taken now.
        advice: Answers that may not go together.
    """

    clock: Clock | None
    help_first: list[str]
    no_consent: list[str]
    advice: list[str]

    @property
    def now(self) -> bool:
        """Whether something does not wait."""
        return bool(self.help_first or self.no_consent or (self.clock and self.clock.pressing))


def todo(document: CaseDocument, now: datetime) -> Todo:
    """What needs doing in a case, as of now."""
    risk = document.incident.risk
    return Todo(
        clock=_clock(document, now),
        help_first=[_(one.message) for one in screening.help_first(risk)],
        no_consent=[_(one) for one in screening.no_consent_now(risk)],
        advice=list(dict.fromkeys(_(one.message) for one in advice(document))),
    )


def _clock(document: CaseDocument, now: datetime) -> Clock | None:
    moment = due(document)
    if moment is None:
        return None
    code = document.incident.priority
    label = _(codebook().vocabulary("priority")[code].label)
    return Clock(label, at(moment), until(moment, now), moment < now, code in PRESSING)
