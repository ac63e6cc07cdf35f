"""Consent as it changes: what a withdrawal does to a document, and what is owed to people afterwards. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.records.identifiers import new_id
from incidents.records.schema import Consent
from incidents.releases.rules import (
    CONCERNED,
    KEEPING,
    OWN_ANSWERS,
    PUBLICATION,
    STATISTICS,
    STORY,
    Reason,
    answer_of,
    decide,
    latest,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from incidents.records.schema import CaseDocument, Intervention, Person, Share

OPEN_SOURCE: Final = "CB_OPEN"
PARTNER: Final = "CP_PART"
#: Those who received something are told within a week (standards 4.3).
TELL_WITHIN: Final = dt.timedelta(days=7)
#: What a consent to each of these sends, by kind of step or the group above it.
SENT_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "CP_UN": ("INT_SPUA", "INT_SPAL", "INT_SPREP", "INT_TBIC", "INT_TBSR", "INT_UPR", "INT_CND", "INT_REG"),
    "CP_UNGOV": ("INT_SPUA", "INT_SPAL", "INT_TBIC"),
    "CP_UNPUB": ("INT_SPUA", "INT_SPAL", "INT_SPREP", "INT_TBIC", "INT_TBSR", "INT_UPR"),
    "CP_LAW": ("INT_LEG", "INT_CRT"),
    "CP_COMP": ("INT_POLC", "INT_NHRI", "INT_HLTC", "INT_CRT"),
    "CP_PART": (),
    "CP_MED": ("INT_STMT",),
}
#: What a publication that rests on a case may have been made under: a text, a name, totals, words to journalists.
IN_PUBLIC: Final = frozenset({STATISTICS, STORY, PUBLICATION, "CP_MED", "CP_UNPUB"})
#: A step of these was not taken yet.
NOT_TAKEN: Final = frozenset({"IST_PLAN"})


@dataclass(frozen=True, slots=True)
class Taken:
    """A consent that was taken back.

    Attributes:
        person_id: Whose.
        purpose: Which.
        row_id: The id of the answer that says so in the document: the same withdrawal is folded in once.
    """

    person_id: str
    purpose: str
    row_id: str


def with_withdrawals(document: CaseDocument, taken_back: Iterable[Taken], today: dt.date) -> CaseDocument:
    """The document with an answer added for each consent that was taken back; answers are never changed.

    What the document says already, by the id of the answer, is not said again: a yes that came after it counts.

    Args:
        document: As it is.
        taken_back: Which consents.
        today: The day that the answers say.
    """
    known = {row.id for row in document.consents}
    new = [one for one in taken_back if one.row_id not in known]
    if not new:
        return document
    ordered = sorted(new, key=lambda one: (one.person_id, one.purpose, one.row_id))
    return document.model_copy(
        update={"consents": [*document.consents, *(_no(document, one, today) for one in ordered)]}
    )


def _no(document: CaseDocument, one: Taken, today: dt.date) -> Consent:
    """The answer that takes one back: as the last one, but spoken.

    Public facts speak for nobody, so that a withdrawal beside them is the person's own. Where the person's own answer
    in life ranks before the family's, it is that answer which is taken back.
    """
    spoken = [row for row in document.consents if row.given_by != OPEN_SOURCE]
    own = [row for row in spoken if row.given_by in OWN_ANSWERS]
    before = latest(own, one.person_id, one.purpose) or latest(spoken, one.person_id, one.purpose)
    row = before or Consent(person_id=one.person_id, purpose=one.purpose, given_by="CB_SELF")
    return row.model_copy(update={"id": one.row_id, "answer": "no", "withdrawn_on": today})


def taken_back_by_member(
    document: CaseDocument, person_id: str, purposes: Collection[str], *, asked_by: str, on: dt.date
) -> CaseDocument:
    """The document with the answers that a member was told: taken back, by whom, on which day.

    Args:
        document: As it is.
        person_id: Whose consent.
        purposes: Which; a purpose that nobody asked about is refused from now on.
        asked_by: Who asked, a code below CB.
        on: The day.
    """
    own = [row for row in document.consents if row.given_by in OWN_ANSWERS]
    rows = []
    for purpose in sorted(set(purposes)):
        spoken = latest(own, person_id, purpose)
        if spoken is not None and asked_by not in OWN_ANSWERS:
            # What the person answered in life ranks before the family's answer, so that it is what ends.
            rows.append(_ended(spoken, spoken.given_by, on))
        before = latest(document.consents, person_id, purpose)
        rows.append(_ended(before or Consent(person_id=person_id, purpose=purpose), asked_by, on))
    return document.model_copy(update={"consents": [*document.consents, *rows]})


def _ended(row: Consent, given_by: str | None, on: dt.date) -> Consent:
    return row.model_copy(update={"id": new_id(), "answer": "no", "withdrawn_on": on, "given_by": given_by})


def purposes() -> list[str]:
    """Every purpose that can be asked about, in the order of the codebook."""
    listed = codebook().vocabulary("consent_levels")
    return [code.code for code in listed if code.code != "CP" and listed.within(code.code, "CP")]


def standing(document: CaseDocument, person_id: str, today: dt.date) -> list[str]:
    """The purposes to which a person's last answer is a yes that holds, in the order of the codebook."""
    return [one for one in purposes() if answer_of(latest(document.consents, person_id, one), today=today)]


def taken_back(document: CaseDocument, person_id: str) -> dict[str, dt.date]:
    """The purposes whose last answer was taken back, and the day of each."""
    rows = ((one, latest(document.consents, person_id, one)) for one in purposes())
    return {one: row.withdrawn_on for one, row in rows if row is not None and row.withdrawn_on is not None}


def all_of(purposes_taken: Collection[str]) -> bool:
    """Whether the record itself is not to be kept: then nothing else of the person may be used either."""
    return KEEPING in purposes_taken


def concerned(person: Person) -> bool:
    """Whether a story needs the person's consent."""
    return not CONCERNED.isdisjoint(person.roles)


def story_taken_back(document: CaseDocument, today: dt.date) -> bool:
    """Whether somebody whose consent a story needs has taken it back, so that what was told of them must go."""
    return any(_no_story_any_more(document, person, today) for person in document.persons if concerned(person))


def _no_story_any_more(document: CaseDocument, person: Person, today: dt.date) -> bool:
    decisions = [decide(document, person.id, purpose, today=today) for purpose in (STORY, PUBLICATION)]
    return not any(decisions) and any(one.reason is Reason.WITHDRAWN for one in decisions)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed after consents were taken back, as far as the document tells.

    Attributes:
        told_by: Day by which those who received something are told; None when nobody received anything.
        shares: Organisations that the case was shared with.
        steps: Steps that were taken under a consent that was taken back: whoever was addressed is told.
        recipients: Answers that name a recipient, in the identity part: somebody has to open it and tell them.
        summary: Whether an anonymised summary was written that rested on it.
        publications: Ids of publications that rest on the case, or are a step that sent something under such a consent:
            of the former, the organisation's own stories are taken down.
        erase: Whether the record of the person is to be erased.
        statistics: Whether they leave every count from now on.
    """

    told_by: dt.date | None
    shares: tuple[Share, ...]
    steps: tuple[Intervention, ...]
    recipients: tuple[str, ...]
    summary: bool
    publications: tuple[str, ...]
    erase: bool
    statistics: bool


def owed(document: CaseDocument, person_id: str, today: dt.date) -> Owed:
    """What is owed to a person whose last answers take something back."""
    taken = taken_back(document, person_id)
    everything = all_of(taken)
    shares = tuple(document.shares) if everything or PARTNER in taken else ()
    steps = tuple(one for one in document.interventions if _sent_under(one, taken, everything=everything))
    recipients = tuple(one for one in SENT_BY if (everything or one in taken) and _was_yes(document, person_id, one))
    person = document.person(person_id)
    of_story = person is not None and concerned(person) and _no_story_any_more(document, person, today)
    told = min(taken.values()) + TELL_WITHIN if taken and (shares or steps or recipients) else None
    return Owed(
        told_by=told,
        shares=shares,
        steps=steps,
        recipients=recipients,
        summary=of_story and document.summary_id is not None,
        publications=_publications(document, taken, everything=everything),
        erase=everything,
        statistics=everything or STATISTICS in taken,
    )


def _publications(document: CaseDocument, taken: Collection[str], *, everything: bool) -> tuple[str, ...]:
    """Publications that a withdrawal touches: what the case names, then what its steps name, each once."""
    in_public = everything or not IN_PUBLIC.isdisjoint(taken)
    published = [step for step in document.interventions if step.publication_id and step.status not in NOT_TAKEN]
    steps = [one for one in published if in_public or _sent_under(one, taken, everything=everything)]
    named = [*(document.reports if in_public else ()), *(step.publication_id for step in steps)]
    return tuple(dict.fromkeys(one for one in named if one))


def _sent_under(step: Intervention, taken: Collection[str], *, everything: bool) -> bool:
    """Whether a step handed something on under a consent that was taken back."""
    if step.status in NOT_TAKEN:
        return False
    wanted = SENT_BY if everything else taken
    return any(step.type in SENT_BY.get(purpose, ()) for purpose in wanted)


def _was_yes(document: CaseDocument, person_id: str, purpose: str) -> bool:
    return any(
        row.answer == "yes" for row in document.consents if row.person_id == person_id and row.purpose == purpose
    )


def answers_of(consents: Sequence[Consent], person_id: str) -> dict[str, Consent]:
    """The last answer of a person to each purpose, in the order of the codebook."""
    found = ((one, latest(consents, person_id, one)) for one in purposes())
    return {one: row for one, row in found if row is not None}
