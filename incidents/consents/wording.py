"""Consent in words: what holds and why, how it was explained, and what a receipt shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.consents import rules
from incidents.i18n import bdi, day
from incidents.i18n import gettext as _
from incidents.records.answers import label_of
from incidents.records.errors import N_
from incidents.records.sentences import joined, name_of
from incidents.records.standing import why
from incidents.records.when import month
from incidents.releases.rules import Reason, decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.consents.content import Answer, Content
    from incidents.records.schema import CaseDocument, Consent, Explained, Intervention, Person

EXPLAINED: Final[Mapping[str, str]] = {
    "purpose": N_("what it is for"),
    "recipients": N_("who receives it"),
    "risks": N_("what may go wrong"),
    "withdrawal": N_("how to take it back"),
    "limits": N_("what cannot be promised"),
}
#: Why the holder of a receipt is counted or not, said to them.
COUNTED: Final[Mapping[str, str]] = {
    "counted": N_("You are counted in anonymous numbers."),
    Reason.NOT_ASKED: N_("You are in no number: nobody has asked you."),
    Reason.REFUSED: N_("You are in no number: the answer was no."),
    Reason.STORAGE_REFUSED: N_("You are in no number, because nothing of you is to be kept."),
    Reason.WITHDRAWN: N_("You are in no number, because that was taken back."),
    Reason.EXPIRED: N_("You are in no number: what you agreed to has run out."),
    "not_harmed": N_("You are in no number: nothing is recorded as done to you."),
}
OTHERWISE: Final = N_("You are in no number at present: the record is not complete or not checked far enough.")


@dataclass(frozen=True)
class Row:
    """One purpose of one person, in words; None is not known."""

    purpose: str
    standing: str
    holds: bool
    basis: str | None
    form: str | None
    explained: str | None
    explained_by: str | None
    given: str | None
    until: str


@dataclass(frozen=True)
class Holder:
    """One person with all their answers.

    Attributes:
        can_take_back: Whether there is anything left to take back.
        taken: Whether something was.
    """

    id: str
    name: str
    rows: list[Row]
    can_take_back: bool
    taken: bool
    receipt_since: str | None
    has_receipt: bool


def holders(document: CaseDocument, today: dt.date) -> list[Holder]:
    """Everybody in a case, and what they answered."""
    return [holder(document, person, today) for person in document.persons]


def holder(document: CaseDocument, person: Person, today: dt.date) -> Holder:
    """One person, and what they answered."""
    taken = rules.taken_back(document, person.id)
    receipt = person.receipt
    return Holder(
        id=person.id,
        name=name_of(person),
        rows=[_row(document, person, row, today) for row in rules.answers_of(document.consents, person.id).values()],
        can_take_back=not rules.all_of(taken),
        taken=bool(taken),
        receipt_since=bdi(day(receipt.issued_on)) if receipt and receipt.issued_on else None,
        has_receipt=receipt is not None,
    )


def _row(document: CaseDocument, person: Person, row: Consent, today: dt.date) -> Row:
    decision = decide(document, person.id, row.purpose, today=today)
    return Row(
        purpose=label_of("consent_levels", row.purpose) or row.purpose,
        standing=why(decision.reason, name_of(person)),
        holds=bool(decision),
        basis=label_of("consent_levels", row.given_by),
        form=label_of("consent_levels", row.mode),
        explained=explained(row.explained),
        explained_by=row.explained_by or None,
        given=bdi(day(row.given_on)) if row.given_on else None,
        until=bdi(day(row.expires_on)) if row.expires_on else _("no end set"),
    )


def explained(told: Explained) -> str | None:
    """Which of the five things were explained; None if none was."""
    found = [_(words) for name, words in EXPLAINED.items() if getattr(told, name)]
    return joined(found) if found else None


def steps(taken: Sequence[Intervention]) -> list[tuple[str, str | None, str | None]]:
    """Steps that handed something on: what, to whom, when."""
    return [
        (
            label_of("interventions", step.type) or step.type,
            label_of("un_bodies", step.addressed_to) or step.addressee_text or None,
            bdi(day(step.date)) if step.date else None,
        )
        for step in taken
    ]


def purpose(code: str) -> str:
    """A purpose as people are asked about it."""
    return label_of("consent_levels", code) or code


def answer(one: Answer) -> tuple[str, str]:
    """One answer on the page of a receipt: what was asked, and what holds."""
    return purpose(one.purpose), _standing(one)


def _standing(one: Answer) -> str:
    if one.taken_back:
        return _("no, taken back on %(date)s", date=bdi(day(dt.date.fromisoformat(one.taken_back))))
    if not one.yes:
        return _("no")
    return _("yes, until %(date)s", date=bdi(day(dt.date.fromisoformat(one.until)))) if one.until else _("yes")


def counted(content: Content) -> str:
    """Whether the holder of a receipt is counted, and why not."""
    return _(COUNTED.get(content.counted, OTHERWISE))


def when(content: Content) -> str | None:
    """The month, or the year, of what is recorded."""
    if content.month is not None:
        return month(content.month)
    return str(content.year) if content.year is not None else None


def violations(content: Content) -> str | None:
    """What is recorded as done to the holder, by name of the kind."""
    listed = codebook().vocabulary("violation_types")
    found = [_(listed[code].label) for code in content.violations if code in listed]
    return joined(found) if found else None
