"""What a receipt's view says: a person's answers, a coded summary, and what the server needs to act on them. Pure.

Never the narrative, a name, a place below the country, a day: who looks over somebody's shoulder must learn little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from incidents.consents.rules import all_of, answers_of, concerned
from incidents.keyring.envelope import Unopenable
from incidents.keyring.identity import Pin
from incidents.records.derivation import held
from incidents.releases.rules import KEEPING, PUBLICATION, STATISTICS, STORY, answer_of, statistics_decision

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from incidents.records.schema import CaseDocument, Person

#: Why somebody is not counted though they agreed: something about the case, which codes of derivation.Held name.
COUNTED: Final = "counted"


class Answer(BaseModel):
    """One answer, as its person sees it.

    Attributes:
        purpose: What was asked.
        yes: Whether it is a yes that held on the day the view was made.
        until: ISO date of the first day on which it no longer holds; empty: no such day.
        taken_back: ISO date; empty: it was not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: str
    yes: bool
    until: str = ""
    taken_back: str = ""


class Content(BaseModel):
    """A view.

    Attributes:
        made: ISO month in which it was made.
        answers: In the order of the codebook; a purpose that is missing was not asked about.
        year: Of the incident; None when it spans several or is not known. ``month`` likewise, as yyyymm.
        country: Code.
        violations: Codes of what was done to the person.
        counted: Whether the person is counted, or why not: a reason of the gate, or of the case.
        person: Cell key in hexadecimal digits, which a withdrawal names.
        link: The number that entries for the same person in other cases share, likewise; empty: there are none.
        person_id: In the case. ``incident_id`` is the case, ``organisation_id`` whose it is.
        pin: The organisation as whoever saved the case knows it: messages are sealed to what follows from it.
        summary_id: Of the anonymised summary, if it rests on this person too. ``stories`` are publications that do.
        shares: Rows by which other organisations read the case.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    made: str
    answers: tuple[Answer, ...] = ()
    year: int | None = None
    month: int | None = None
    country: str | None = None
    violations: tuple[str, ...] = ()
    counted: str = COUNTED
    person: str
    link: str = ""
    person_id: str
    incident_id: str
    organisation_id: str
    pin: Pin
    summary_id: str | None = None
    stories: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()

    @property
    def standing(self) -> list[str]:
        """Purposes that can be taken back."""
        return [one.purpose for one in self.answers if one.yes]

    @property
    def kept(self) -> bool:
        """Whether its person lets the record be kept; whoever was asked nothing can say no as well."""
        return not any(one.purpose == KEEPING and one.taken_back for one in self.answers)

    def without(self, purposes: Collection[str], today: dt.date) -> Content:
        """The view after consents were taken back."""
        known = {one.purpose for one in self.answers}
        asked = [*self.answers, *(Answer(purpose=one, yes=False) for one in sorted(set(purposes) - known))]
        answers = tuple(
            one.model_copy(update={"yes": False, "taken_back": today.isoformat()})
            if one.purpose in purposes and not one.taken_back
            else one
            for one in asked
        )
        changed: dict[str, object] = {"answers": answers}
        if all_of(purposes) or STATISTICS in purposes:
            changed["counted"] = "withdrawn"
        return self.model_copy(update=changed)

    def story_rests_on(self, purposes: Collection[str]) -> bool:
        """Whether what was told of the case may stand no longer once these are taken back."""
        if all_of(purposes):
            return True
        left = [one for one in self.standing if one in (STORY, PUBLICATION) and one not in purposes]
        return not left and not {STORY, PUBLICATION}.isdisjoint(purposes)


def content_of(document: CaseDocument, person: Person, organisation_id: str, pin: Pin, today: dt.date) -> Content:
    """The view of a person of a case."""
    start = document.incident.date_start
    of_story = concerned(person)
    acts = (act.violation for act in document.acts if act.person_id == person.id)
    return Content(
        made=f"{today:%Y-%m}",
        answers=tuple(
            Answer(
                purpose=purpose,
                yes=bool(answer_of(row, today=today)),
                until=row.expires_on.isoformat() if row.expires_on else "",
                taken_back=row.withdrawn_on.isoformat() if row.withdrawn_on else "",
            )
            for purpose, row in answers_of(document.consents, person.id).items()
        ),
        year=start.year if start else None,
        month=start.month if start else None,
        country=document.incident.country,
        violations=tuple(dict.fromkeys(acts)),
        counted=counted(document, person, today),
        person=f"{person.cell_key:016x}",
        link=f"{person.counts_as:016x}" if person.counts_as is not None else "",
        person_id=person.id,
        incident_id=document.incident.id,
        organisation_id=organisation_id,
        pin=pin,
        summary_id=document.summary_id if of_story else None,
        stories=tuple(document.reports) if of_story else (),
        shares=tuple(share.id for share in document.shares),
    )


def counted(document: CaseDocument, person: Person, today: dt.date) -> str:
    """Whether a person is counted; otherwise the reason of the gate, or why the whole case is held back."""
    decision = statistics_decision(document, person.id, today)
    if not decision:
        return str(decision.reason)
    if not any(act.person_id == person.id for act in document.acts):
        return "not_harmed"
    reason = held(document, today)
    return COUNTED if reason is None or reason.value.startswith("consent") else f"case_{reason}"


def read(plain: bytes) -> Content:
    """A view's bytes.

    Raises:
        Unopenable: they have another shape: whoever knows the public half can seal anything to it.
    """
    try:
        return Content.model_validate_json(plain)
    except ValidationError:
        raise Unopenable from None
