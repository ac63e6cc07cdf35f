"""Persons and groups, and what they agreed to."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from incidents.records.dates import Edtf
from incidents.records.errors import problem
from incidents.records.fields import ACCOUNT, IDENTITY, Coded, Meta, Record, Sensitive
from incidents.records.identifiers import CellKey, Id, new_cell_key, new_id
from incidents.records.pseudonyms import new_pseudonym
from incidents.records.text import Line, Note

Count = Annotated[int, Field(ge=0, le=1_000_000)]
PersonRole = Literal["victim", "witness", "source", "perpetrator", "intervenor"]


def _victim() -> list[PersonRole]:
    return ["victim"]


def check_language(value: str) -> str:
    """Return an ISO 639 tag of two or three letters in lower case; empty when nobody asked.

    Raises:
        PydanticCustomError: It has another shape.
    """
    if value and not (value.isascii() and value.isalpha() and len(value) in (2, 3)):
        raise problem("language_malformed")
    return value.lower()


Language = Annotated[str, AfterValidator(check_language)]
#: The public half of a key pair, in hexadecimal digits.
PublicHalf = Annotated[str, Field(pattern=r"\A[0-9a-f]{64,4096}\z")]


class Contact(Record):
    """How to reach a person without harm."""

    channel: Annotated[Line, Sensitive("X", "How to reach the person safely.", where=IDENTITY)] = ""
    value: Annotated[Line, Sensitive("X", "Number, address or name on that channel.", where=IDENTITY)] = ""
    safe_times: Annotated[Line, Sensitive("X", "When a message does no harm.", where=IDENTITY)] = ""
    note: Annotated[Note, Sensitive("X", "What else to mind, such as who shares the phone.", where=IDENTITY)] = ""


class Receipt(Record):
    """A receipt that a person took along: with its code, and without an account, they see and narrow their consent."""

    view_id: Annotated[Id, Meta("X", "Row of the sealed view; follows from the code and the word.")]
    public_key: Annotated[PublicHalf, Meta("X", "What the view is sealed to; opens with the code and the word alone.")]
    issued_by: Annotated[Line, Meta("X", "Account that issued it.")] = ""
    issued_on: Annotated[date | None, Meta("X", "Day it was issued.")] = None


class Person(Record):
    """A person or group in the incident; one table, many roles."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    cell_key: Annotated[CellKey, Meta("X", "Random number by which tables count persons.")] = Field(
        default_factory=new_cell_key
    )
    pseudonym: Annotated[Line, Meta("C", "Random word pair, never derived from a name or birth date.")] = Field(
        default_factory=new_pseudonym
    )
    roles: Annotated[list[PersonRole], Coded("X", "What the person is in this incident.")] = Field(
        default_factory=_victim
    )
    name: Annotated[Line, Sensitive("U", "Name as the person gives it.", where=IDENTITY)] = ""
    other_names: Annotated[Line, Sensitive("U", "Other names, spellings, nicknames.", where=IDENTITY)] = ""
    contact: Contact | None = None
    residence_area: Annotated[Line, Sensitive("U", "Town or district, not the address.", where=IDENTITY)] = ""
    civil_status: Annotated[Line, Sensitive("U", "Asked only for UN or legal use.", where=IDENTITY)] = ""
    birth_date: Annotated[Edtf | None, Sensitive("U", "As well as it is known.", where=IDENTITY)] = None
    id_documents: Annotated[
        Line, Sensitive("U", "Kind, number, issuer; asked only for UN or legal use.", where=IDENTITY)
    ] = ""
    nationality: Annotated[
        str | None, Sensitive("U", "Citizenship.", where=IDENTITY, vocabulary="regions", only="below")
    ] = None
    occupation: Annotated[Line, Sensitive("U", "Work or activity.", where=IDENTITY)] = ""
    gender: Annotated[
        str | None, Coded("A", "As the person states it.", vocabulary="victim_attributes", facet="GEN")
    ] = None
    trans_experience: Annotated[
        str | None,
        Sensitive("U", "In a packet only if the person asks for it.", vocabulary="victim_attributes", facet="TRN"),
    ] = None
    sexual_orientation: Annotated[
        str | None,
        Sensitive("U", "In a packet only if the person asks for it.", vocabulary="victim_attributes", facet="SOR"),
    ] = None
    age_band: Annotated[
        str | None,
        Coded("A", "Age at the time of the incident.", vocabulary="victim_attributes", facet="AGE"),
    ] = None
    kp_status: Annotated[
        list[str],
        Sensitive("U", "Self-identified or stated by the source.", vocabulary="victim_attributes", facet="KP"),
    ] = Field(default_factory=list)
    health_status: Annotated[Note, Sensitive("U", "Only what the violation turns on.", where=ACCOUNT)] = ""
    substances: Annotated[list[Line], Sensitive("X", "Only if the act turns on it.")] = Field(
        default_factory=list, max_length=20
    )
    context_role: Annotated[
        list[str], Coded("A", "Role or context of the person.", vocabulary="victim_attributes", facet="ROLE")
    ] = Field(default_factory=list)
    legal_status: Annotated[
        str | None, Coded("A", "At the time of the incident.", vocabulary="victim_attributes", facet="CIVS")
    ] = None
    unit: Annotated[
        str | None, Coded("A", "What this entry stands for.", vocabulary="victim_attributes", facet="UNIT")
    ] = None
    group_size: Annotated[Count | None, Coded("A", "Best estimate of a group's size.")] = None
    group_size_min: Annotated[Count | None, Coded("A", "Lowest credible size of the group.")] = None
    group_size_max: Annotated[Count | None, Coded("A", "Highest credible size of the group.")] = None
    deceased: Annotated[bool | None, Coded("A", "Whether the person has died.")] = None
    dedupe_hmac: Annotated[Line, Meta("X", "Keyed hash of name and birth year; named dead only.")] = ""
    language: Annotated[Language, Meta("X", "Language for contact.")] = ""
    counts_as: Annotated[
        CellKey | None, Meta("X", "Random number shared by entries for one person in linked cases; empty: their own.")
    ] = None
    receipt: Receipt | None = None


class Explained(Record):
    """The five things a person must have been told for a consent to hold."""

    purpose: Annotated[bool, Meta("X", "What it is for.")] = False
    recipients: Annotated[bool, Meta("X", "Who receives it.")] = False
    risks: Annotated[bool, Meta("X", "What may go wrong.")] = False
    withdrawal: Annotated[bool, Meta("X", "How to take it back.")] = False
    limits: Annotated[bool, Meta("X", "What cannot be promised or recalled.")] = False

    @property
    def complete(self) -> bool:
        """Whether all five were explained."""
        return self.purpose and self.recipients and self.risks and self.withdrawal and self.limits


class Consent(Record):
    """One answer of one person about one purpose; rows are added, never changed, and the last one counts."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    person_id: Annotated[Id, Meta("X", "The person who answers, or for whom somebody answers.")]
    purpose: Annotated[str, Meta("X", "What was asked.", vocabulary="consent_levels", facet="CP")]
    answer: Annotated[Literal["yes", "no", "not_asked"], Meta("X", "Not asked counts as no.")] = "not_asked"
    given_by: Annotated[
        str | None, Meta("X", "Who answered, on what basis.", vocabulary="consent_levels", facet="CB")
    ] = None
    mode: Annotated[str | None, Meta("X", "How the answer was given.", vocabulary="consent_levels", facet="CM")] = None
    explained_by: Annotated[Line, Meta("X", "Who explained and asked.")] = ""
    explained_how: Annotated[Note, Sensitive("X", "How it was explained, such as through an interpreter.")] = ""
    explained_in: Annotated[Language, Meta("X", "Language in which it was explained.")] = ""
    recipient: Annotated[Line, Sensitive("X", "The named body, for sharing.", where=IDENTITY)] = ""
    name_form: Annotated[
        Literal["full", "initials", "pseudonym", "none"] | None,
        Meta("U", "How a UN report may name the person."),
    ] = None
    explained: Explained = Field(default_factory=Explained)
    given_on: Annotated[date | None, Meta("X", "Day of the answer.")] = None
    review_on: Annotated[date | None, Meta("X", "Day to ask again.")] = None
    expires_on: Annotated[date | None, Meta("X", "First day on which it no longer holds.")] = None
    withdrawn_on: Annotated[date | None, Meta("X", "Day it was taken back.")] = None
    witness_note: Annotated[Note, Sensitive("X", "Who was present; relation of next of kin.", where=IDENTITY)] = ""
