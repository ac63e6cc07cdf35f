"""Which rule of retention (standards 4.6) asks to act on a document, and from when. Pure.

The rules are data; what each date stands for is told in docs/decisions/0024-retention.md. A rule asks; nothing is ever
erased but by a person who confirms it.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.codebook.services import codebook
from incidents.erasure.emptying import has_contacts, has_content
from incidents.records.errors import N_
from incidents.records.rules import consent_level
from incidents.releases.rules import CONCERNED, statistics_decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from incidents.records.schema import CaseDocument, Intervention, Person

EPOCH: Final = date(1970, 1, 1)
SUPPORT: Final = ("INT_SUP",)
PROCEDURES: Final = ("INT_POLC", "INT_NHRI", "INT_HLTC", "INT_CRT", "INT_SPUA", "INT_SPAL", "INT_TBIC", "INT_REG")
IDENTIFIED_LEVELS: Final = frozenset({"CL_2", "CL_3", "CL_4"})


class Due(NamedTuple):
    """The rule that asks first, and the day (since 1970-01-01) from which it does."""

    rule: str
    day: int

    @property
    def on(self) -> date:
        """That day."""
        return EPOCH + timedelta(days=self.day)


class Action(StrEnum):
    """What a rule asks for."""

    CASE = "case"
    CONTACTS = "contacts"
    CONTENT = "content"
    BY_HAND = "by_hand"


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Attributes:
        action: What is done once somebody has confirmed it.
        what: What it is about.
        why: Why it is due, in a sentence; also the reason that is offered.
        days: How long it is kept; ``months`` likewise.
        since: The day from which that is counted; None while the rule does not ask.
    """

    action: Action
    what: str
    why: str
    since: Callable[[CaseDocument, date], date | None]
    days: int = 0
    months: int = 0

    def day(self, document: CaseDocument, today: date) -> date | None:
        """The day from which it asks; None: not of this document."""
        since = self.since(document, today)
        return None if since is None else months_after(since, self.months) + timedelta(days=self.days)


def due(document: CaseDocument, today: date) -> Due | None:
    """Return the rule that asks first; None while none does.

    Args:
        document: With its identity part; without it, rules about names and contacts see none.
        today: The day on which consent is judged. The day of the rule may lie behind or ahead of it.
    """
    asked = ((name, day) for name, rule in RULES.items() if (day := rule.day(document, today)) is not None)
    first = min(asked, key=lambda one: one[1], default=None)
    until = document.incident.retention_until
    if until is not None:
        first = (first[0] if first else KEPT_UNTIL, max(until + timedelta(days=1), first[1] if first else date.min))
    return Due(first[0], (first[1] - EPOCH).days) if first else None


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_contact(document: CaseDocument) -> date | None:
    """The last day on which somebody is known to have spoken with a person of the case; else that of the last save."""
    spoken = [document.incident.date_reported, *_answers(document), *_steps(document, SUPPORT)]
    spoken += [person.receipt.issued_on for person in document.persons if person.receipt]
    return _last(spoken) or document.saved_at


def _undecided_since(document: CaseDocument, today: date) -> date | None:
    """When it came, if nobody whom it concerns has decided anything yet."""
    del today
    asked = _concerned(document)
    decided = {row.person_id for row in document.consents if row.answer != "not_asked" and row.given_by != "CB_NO"}
    if document.incident.open_source or not asked or decided & {person.id for person in asked}:
        return None
    return document.incident.date_reported or document.saved_at


def _contacts_since(document: CaseDocument, today: date) -> date | None:
    del today
    return last_contact(document) if has_contacts(document) else None


def _help_ended(document: CaseDocument, today: date) -> date | None:
    """When help ended, if the case is kept for help alone."""
    closed = document.incident.closed_on
    if closed is None or consent_level(document, today) != "CL_1":
        return None
    return _last([closed, *_steps(document, SUPPORT)])


def _identified_since(document: CaseDocument, today: date) -> date | None:
    """When it was closed, or a person of it has agreed anew since."""
    closed = document.incident.closed_on
    if closed is None or consent_level(document, today) not in IDENTIFIED_LEVELS or not has_content(document):
        return None
    return _last([closed, *(row.given_on for row in document.consents if row.answer == "yes")])


def _counted_since(document: CaseDocument, today: date) -> date | None:
    return _identified_since(document, today) if _is_counted(document, today) else None


def _uncounted_since(document: CaseDocument, today: date) -> date | None:
    return None if _is_counted(document, today) else _identified_since(document, today)


def _procedure_ended(document: CaseDocument, today: date) -> date | None:
    """When the last procedure ended for which files are kept."""
    del today
    steps = list(_of_kind(document, PROCEDURES))
    closed = document.incident.closed_on
    if not document.evidence or not steps or closed is None:
        return None
    return _last([closed, *_dates(steps)])


#: Standards 4.6; where two ask on one day, the first. What has no row here, and why, is told in the decision.
RULES: Final[Mapping[str, Rule]] = {
    "undecided": Rule(
        Action.CASE,
        N_("A case about whose use nobody has decided"),
        N_("It came 30 days ago or more, and nobody whom it concerns has decided whether it may be kept or used."),
        _undecided_since,
        days=30,
    ),
    "support": Rule(
        Action.CASE,
        N_("A case that is kept for help alone"),
        N_("It was kept to give help, and help ended six months ago or more."),
        _help_ended,
        months=6,
    ),
    "identified": Rule(
        Action.CONTENT,
        N_("Names and words of a case that is closed"),
        N_("It was closed two years ago or more, and nobody has agreed anew since. Its codes may go on to be counted."),
        _counted_since,
        months=24,
    ),
    "identified_uncounted": Rule(
        Action.CASE,
        N_("A closed case that may not be counted"),
        N_("It was closed two years ago or more, nobody has agreed anew since, and it may not be counted."),
        _uncounted_since,
        months=24,
    ),
    "evidence": Rule(
        Action.BY_HAND,
        N_("Files that were kept for a procedure"),
        N_(
            "The procedure ended a year ago or more. Return the files to the person or the family, or destroy them "
            "together."
        ),
        _procedure_ended,
        months=12,
    ),
    "contacts": Rule(
        Action.CONTACTS,
        N_("Contact details"),
        N_("The last contact was a year ago or more. Ask the person once again, or erase how to reach them."),
        _contacts_since,
        months=12,
    ),
}
#: Asked for by nobody but whoever set the day.
KEPT_UNTIL: Final = "kept_until"
OWN_DAY: Final = Rule(
    Action.CASE,
    N_("A case that was to be kept until a day"),
    N_("Somebody has set the day after which it is erased, and that day is over."),
    lambda document, _today: document.incident.retention_until,
    days=1,
)


def rule(name: str) -> Rule:
    """A rule by the name that the index keeps.

    Raises:
        KeyError: there is none.
    """
    return OWN_DAY if name == KEPT_UNTIL else RULES[name]


def _concerned(document: CaseDocument) -> list[Person]:
    return [person for person in document.persons if not CONCERNED.isdisjoint(person.roles)]


def _is_counted(document: CaseDocument, today: date) -> bool:
    """Whether somebody's codes may go on to be counted."""
    return any(statistics_decision(document, act.person_id, today) for act in document.acts)


def _answers(document: CaseDocument) -> Iterable[date | None]:
    for row in document.consents:
        yield from (row.given_on, row.withdrawn_on)


def _steps(document: CaseDocument, kinds: tuple[str, ...]) -> Iterable[date | None]:
    return _dates(_of_kind(document, kinds))


def _of_kind(document: CaseDocument, kinds: tuple[str, ...]) -> Iterable[Intervention]:
    return (step for step in document.interventions if any(_within(step.type, kind) for kind in kinds))


def _dates(steps: Iterable[Intervention]) -> Iterable[date | None]:
    for step in steps:
        yield from (step.date, step.response_date)


@cache
def _within(code: str, kind: str) -> bool:
    return codebook().vocabulary("interventions").within(code, kind)


def _last(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day is not None), default=None)
