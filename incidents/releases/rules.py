"""The consent gate: may something about this person be used for this purpose? See standards 4.1 to 4.3.

Every row, page and file that leaves the organisation asks here. The last answer of a person about a purpose
counts; no answer is no. Pure: a document in, a decision with its reason out; the reason is what a page
explains in plain words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.records.killings import is_killing
from incidents.records.verification import verification

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incidents.records.schema import CaseDocument, Consent, Person

STATISTICS: Final = "CP_STAT"
KEEPING: Final = "CP_STORE"
AFTER_DEATH: Final = "CP_DEATH"
STORY: Final = "CP_STORY"
PUBLICATION: Final = "CP_PUB"
CONCERNED: Final = frozenset({"victim", "witness", "source"})
CREDIBLE_OR_BETTER: Final = frozenset({"VS_2", "VS_3", "VS_4", "VS_5"})
CHILD_BANDS: Final = frozenset({"AGE_0_11", "AGE_12_14", "AGE_15_17", "AGE_CH"})
GROUP_UNITS: Final = frozenset({"UNIT_GRP", "UNIT_ORG", "UNIT_COM"})
_DEAD_OR_MISSING: Final = frozenset({"OUT_DEAD", "OUT_MISS"})
# A person's own answers, which the wish "use them after my death" keeps alive.
OWN_ANSWERS: Final = frozenset({"CB_SELF", "CB_TEEN"})
# Nothing above this level for a child (standards 4.3).
MOST_FOR_A_CHILD: Final = 4
# From this level on a consent is asked again after a year.
ASK_AGAIN_FROM: Final = 5
ASK_AGAIN_AFTER: Final = timedelta(days=365)


class Reason(StrEnum):
    """Why the gate let something through or not."""

    CONSENT = "consent"
    OPEN_SOURCE = "open_source"
    WISH_AFTER_DEATH = "wish_after_death"
    NO_PERSON = "no_person"
    NOT_ASKED = "not_asked"
    REFUSED = "refused"
    STORAGE_REFUSED = "storage_refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ASK_AGAIN = "ask_again"
    NOT_EXPLAINED = "not_explained"
    OTHER_RECIPIENT = "other_recipient"
    NOT_POSSIBLE_YET = "not_possible_yet"
    BASIS_MISSING = "basis_missing"
    NOT_OPEN_SOURCE = "not_open_source"
    OPEN_SOURCE_TOTALS_ONLY = "open_source_totals_only"
    GUARDIAN_NEEDED = "guardian_needed"
    TOO_FAR_FOR_A_CHILD = "too_far_for_a_child"
    NEXT_OF_KIN_NEEDED = "next_of_kin_needed"
    NEXT_OF_KIN_ONLY_FOR_THE_DEAD = "next_of_kin_only_for_the_dead"
    NOT_VERIFIED = "not_verified"
    NOT_RELEASED = "not_released"
    UNKNOWN_PERSON = "unknown_person"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something may be used, and why."""

    allowed: bool
    reason: Reason

    def __bool__(self) -> bool:
        return self.allowed


def _yes(reason: Reason) -> Decision:
    return Decision(allowed=True, reason=reason)


def _no(reason: Reason) -> Decision:
    return Decision(allowed=False, reason=reason)


@cache
def level_of(purpose: str) -> int:
    """Return how far a purpose goes, from 1 (support only) to 6 (public identity)."""
    levels = codebook().vocabulary("consent_levels")
    target = levels[purpose].mappings["CL"][0]
    return int(levels[target].mappings["RANK"][0])


def latest(consents: Sequence[Consent], person_id: str, purpose: str) -> Consent | None:
    """Return the row that counts: the last one of this person and purpose in the order they were added."""
    found = None
    for row in consents:
        if row.person_id == person_id and row.purpose == purpose:
            found = row
    return found


def answer_of(row: Consent | None, *, recipient: str | None = None, today: date) -> Decision:
    """Say whether a row is a yes that holds today, whoever gave it.

    Args:
        row: The last row of the person and purpose, or None when nobody asked.
        recipient: The body that is to receive something, when the purpose is sharing.
        today: The day of use.
    """
    if row is None or row.answer == "not_asked":
        return _no(Reason.NOT_ASKED)
    refusal = _refusal(row, recipient, today)
    return _no(refusal) if refusal else _yes(Reason.CONSENT)


def decide(
    document: CaseDocument, person_id: str, purpose: str, *, recipient: str | None = None, today: date
) -> Decision:
    """Say whether something about a person of the document may be used for a purpose today, and why."""
    person = document.person(person_id)
    if person is None:
        return _no(Reason.UNKNOWN_PERSON)
    keeping = latest(document.consents, person_id, KEEPING)
    if keeping is not None and (keeping.answer == "no" or keeping.withdrawn_on):
        # Who does not want the record kept does not want it used either.
        return _no(Reason.WITHDRAWN if keeping.withdrawn_on else Reason.STORAGE_REFUSED)
    if document.incident.open_source:
        return _decide_open_source(document, person_id, purpose, recipient=recipient, today=today)
    if dead_or_missing(document, person):
        return _decide_for_the_dead(document, person, purpose, recipient=recipient, today=today)
    row = latest(document.consents, person_id, purpose)
    decision = answer_of(row, recipient=recipient, today=today)
    if row is None or not decision:
        return decision
    objection = _wrong_basis_for_the_living(person, row)
    return _no(objection) if objection else decision


def statistics_decision(document: CaseDocument, person_id: str | None, today: date) -> Decision:
    """Say whether the coded row of a person may enter totals; every fact passes here.

    A law or a policy concerns nobody in particular and may be counted; any other act without a person waits
    until somebody says to whom it was done, unless all of it is public.
    """
    if person_id is None:
        return _yes(Reason.OPEN_SOURCE) if document.incident.open_source else _nobody_in_particular(document)
    return decide(document, person_id, STATISTICS, today=today)


def story_decision(document: CaseDocument, today: date) -> Decision:
    """Say whether an anonymous account of the incident may be shown outside (tier C of standards 4.2).

    It takes the consent of every person harmed, witness and source to a story or to publication, a record
    that is credible (VS_2) or better, and a release level that lets anything out at all.
    """
    if verification(document) not in CREDIBLE_OR_BETTER:
        return _no(Reason.NOT_VERIFIED)
    if document.incident.release_level == "RL_NONE":
        return _no(Reason.NOT_RELEASED)
    concerned = told_of(document)
    if not concerned:
        return _nobody_in_particular(document)
    decisions = [_story_of(document, person.id, today) for person in concerned]
    return next((decision for decision in decisions if not decision), decisions[0])


def told_of(document: CaseDocument) -> list[Person]:
    """Return the persons whose consent a story takes: whoever was harmed, witnessed or told."""
    return [person for person in document.persons if not CONCERNED.isdisjoint(person.roles)]


def story_rests_on(document: CaseDocument, today: date) -> Iterator[tuple[Person, str]]:
    """Yield the consents that a story which may be shown rests on: to keeping, and to a story or publication."""
    for person in told_of(document):
        yield person, KEEPING
        yield person, STORY if decide(document, person.id, STORY, today=today) else PUBLICATION


def story_end(document: CaseDocument, today: date) -> date | None:
    """Return the first day after today on which a story may not be shown any more, if nothing is said until then."""
    ahead = sorted({day for day in turning_days(document) if day > today})
    return next((day for day in ahead if not story_decision(document, day)), None)


def turning_days(document: CaseDocument) -> Iterator[date]:
    """Yield the days on which an answer may cease to hold by itself: it runs out, or has to be asked again."""
    for row in document.consents:
        yield from filter(None, (row.expires_on, row.review_on, row.given_on and row.given_on + ASK_AGAIN_AFTER))


def _story_of(document: CaseDocument, person_id: str, today: date) -> Decision:
    story = decide(document, person_id, STORY, today=today)
    return story or decide(document, person_id, PUBLICATION, today=today) or story


def _nobody_in_particular(document: CaseDocument) -> Decision:
    """Say whether what has no person concerns a law or a policy, and not a person whom nobody entered."""
    unnamed = [act for act in document.acts if act.person_id is None]
    if unnamed and all(act.violation.partition("_")[0] == "LAW" for act in unnamed):
        return _yes(Reason.NO_PERSON)
    return _no(Reason.NOT_ASKED)


def is_child(person: Person) -> bool:
    """Say whether the person was under 18."""
    return person.age_band in CHILD_BANDS


def identifiable(person: Person) -> bool:
    """Say whether the entry stands for somebody in particular, and not a group, organisation or community."""
    return person.unit not in GROUP_UNITS


def dead_or_missing(document: CaseDocument, person: Person) -> bool:
    """Say whether the next of kin answer for the person."""
    if person.deceased:
        return True
    return any(
        is_killing(act.violation) or not _DEAD_OR_MISSING.isdisjoint(act.status_at_end)
        for act in document.acts
        if act.person_id == person.id
    )


def _refusal(row: Consent, recipient: str | None, today: date) -> Reason | None:
    checks = (
        (row.withdrawn_on is not None, Reason.WITHDRAWN),
        (row.answer != "yes", Reason.REFUSED),
        (row.given_by == "CB_NO", Reason.NOT_POSSIBLE_YET),
        (row.given_by is None, Reason.BASIS_MISSING),
        # Public facts are used without contact: there is nobody to explain to.
        (row.given_by != "CB_OPEN" and not row.explained.complete, Reason.NOT_EXPLAINED),
        (row.expires_on is not None and today >= row.expires_on, Reason.EXPIRED),
        (recipient is not None and _plain(row.recipient) != _plain(recipient), Reason.OTHER_RECIPIENT),
    )
    return next((reason for refused, reason in checks if refused), None) or _overdue(row, today)


def _overdue(row: Consent, today: date) -> Reason | None:
    if level_of(row.purpose) < ASK_AGAIN_FROM:
        return None
    due = row.review_on or (row.given_on and row.given_on + ASK_AGAIN_AFTER)
    return Reason.ASK_AGAIN if due is None or today >= due else None


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _wrong_basis_for_the_living(person: Person, row: Consent) -> Reason | None:
    if row.given_by == "CB_OPEN":
        return Reason.NOT_OPEN_SOURCE
    if row.given_by == "CB_NOK":
        return Reason.NEXT_OF_KIN_ONLY_FOR_THE_DEAD
    if not is_child(person):
        return None
    if row.given_by != "CB_TEEN":
        return Reason.GUARDIAN_NEEDED
    return _too_far(person, row)


def _too_far(person: Person, row: Consent) -> Reason | None:
    too_far = is_child(person) and level_of(row.purpose) > MOST_FOR_A_CHILD
    return Reason.TOO_FAR_FOR_A_CHILD if too_far else None


def _decide_for_the_dead(
    document: CaseDocument, person: Person, purpose: str, *, recipient: str | None, today: date
) -> Decision:
    own = [row for row in document.consents if row.given_by in OWN_ANSWERS]
    wish = answer_of(latest(own, person.id, AFTER_DEATH), today=today)
    if wish.reason in (Reason.REFUSED, Reason.WITHDRAWN):
        return wish
    spoken = latest(own, person.id, purpose)
    if wish and spoken is not None and spoken.answer != "not_asked":
        # What the person answered in life goes on to count, before anything the family says.
        answer = answer_of(spoken, recipient=recipient, today=today)
        objection = _too_far(person, spoken) if answer else answer.reason
        return _no(objection) if objection else _yes(Reason.WISH_AFTER_DEATH)
    row = latest(document.consents, person.id, purpose)
    decision = answer_of(row, recipient=recipient, today=today)
    if row is None or not decision:
        return decision
    objection = _wrong_basis_for_the_dead(person, row)
    return _no(objection) if objection else decision


def _wrong_basis_for_the_dead(person: Person, row: Consent) -> Reason | None:
    if row.given_by == "CB_OPEN":
        return Reason.NOT_OPEN_SOURCE
    if row.given_by not in ("CB_NOK", "CB_REP"):
        return Reason.NEXT_OF_KIN_NEEDED
    return _too_far(person, row)


def _decide_open_source(
    document: CaseDocument, person_id: str, purpose: str, *, recipient: str | None, today: date
) -> Decision:
    spoken = [row for row in document.consents if row.given_by != "CB_OPEN"]
    row = latest(spoken, person_id, purpose)
    # A request of the person or the family to be left out wins over any later row that nobody spoke.
    if row is not None and (row.answer == "no" or row.withdrawn_on):
        return _no(Reason.WITHDRAWN if row.withdrawn_on else Reason.REFUSED)
    if purpose == STATISTICS:
        return _yes(Reason.OPEN_SOURCE)
    decision = answer_of(row, recipient=recipient, today=today)
    if decision.reason is Reason.NOT_ASKED:
        return _no(Reason.OPEN_SOURCE_TOTALS_ONLY)
    return decision
