"""What was done, to whom, and by whom."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from incidents.records.dates import Edtf
from incidents.records.errors import problem
from incidents.records.fields import IDENTITY, Coded, Meta, Record, Sensitive
from incidents.records.identifiers import Id, new_id
from incidents.records.schema_people import Count
from incidents.records.text import Line, Narrative, Note

YesNoUnknown = Literal["yes", "no", "unknown"]
GbvCoreType = Literal[
    "rape",
    "sexual_assault",
    "physical_assault",
    "forced_marriage",
    "denial_of_resources",
    "psychological_abuse",
    "non_gbv",
]
ActPurpose = Literal["information", "confession", "punish", "intimidate", "extort", "discriminate"]
AmountBand = Literal["under_10", "10_49", "50_199", "200_999", "1000_or_more"]
_CURRENCY: Final = re.compile(r"[A-Z]{3}\Z")


def check_currency(value: str) -> str:
    """Return an ISO 4217 code in capitals.

    Raises:
        PydanticCustomError: It has not three letters.
    """
    code = value.strip().upper()
    if not _CURRENCY.match(code):
        raise problem("money_malformed")
    return code


class TortureElements(Record):
    """The four elements of torture (Convention against Torture, article 1)."""

    pain: Annotated[YesNoUnknown | None, Coded("A", "Severe pain or suffering.")] = None
    intent: Annotated[YesNoUnknown | None, Coded("A", "Inflicted on purpose.")] = None
    purpose: Annotated[YesNoUnknown | None, Coded("A", "For a purpose such as a confession.")] = None
    official: Annotated[YesNoUnknown | None, Coded("A", "By, or with the consent of, an official.")] = None


class GbvQuestions(Record):
    """The six questions of the GBVIMS, asked in this order; the first yes is the core type."""

    penetration: Annotated[YesNoUnknown | None, Coded("A", "Any penetration, however slight.")] = None
    contact: Annotated[YesNoUnknown | None, Coded("A", "Unwanted sexual contact.")] = None
    physical: Annotated[YesNoUnknown | None, Coded("A", "Physical assault.")] = None
    marriage: Annotated[YesNoUnknown | None, Coded("A", "Forced marriage.")] = None
    denial: Annotated[YesNoUnknown | None, Coded("A", "Denial of resources, opportunities or services.")] = None
    psychological: Annotated[YesNoUnknown | None, Coded("A", "Psychological or emotional abuse.")] = None


class DetentionDetail(Record):
    """Arrest and detention, as a working group would ask."""

    held_by: Annotated[Line, Sensitive("U", "Authority or persons who held the person.")] = ""
    legal_ground: Annotated[Note, Sensitive("U", "Law or reason given.")] = ""
    warrant: Annotated[YesNoUnknown | None, Sensitive("U", "Whether a warrant was shown.")] = None
    date_held: Annotated[Edtf | None, Sensitive("U", "From when, to when.")] = None
    whereabouts_acknowledged: Annotated[YesNoUnknown | None, Sensitive("U", "Whether the holding was admitted.")] = None
    lawyer: Annotated[YesNoUnknown | None, Sensitive("U", "Access to a lawyer.")] = None
    family_contact: Annotated[YesNoUnknown | None, Sensitive("U", "Contact with the family.")] = None
    court: Annotated[Note, Sensitive("U", "Brought before which court, when, with what result.")] = ""


class DeathDetail(Record):
    """What is known of a death (Minnesota Protocol)."""

    cause: Annotated[Note, Sensitive("U", "Cause of death.")] = ""
    manner: Annotated[Note, Sensitive("U", "Manner of death.")] = ""
    autopsy: Annotated[YesNoUnknown | None, Sensitive("U", "Whether there was an autopsy.")] = None
    certificate: Annotated[YesNoUnknown | None, Sensitive("U", "Whether there is a death certificate.")] = None
    body_location: Annotated[Line, Sensitive("U", "Where the body is or was found.", where=IDENTITY)] = ""


class MedicalDetail(Record):
    """A medical examination (Istanbul Protocol)."""

    exam_date: Annotated[Edtf | None, Sensitive("U", "Day of the examination.")] = None
    clinician: Annotated[Line, Sensitive("U", "Who examined.", where=IDENTITY)] = ""
    findings: Annotated[Narrative, Sensitive("U", "What was found.")] = ""
    consistency: Annotated[
        str | None, Sensitive("U", "How well findings fit the account.", vocabulary="grading", facet="CON")
    ] = None


class Amount(Record):
    """Money that was demanded or taken."""

    amount: Annotated[
        Decimal, Field(ge=0, max_digits=15, decimal_places=2), Sensitive("U", "The sum in the currency paid.")
    ]
    currency: Annotated[str, AfterValidator(check_currency), Sensitive("U", "ISO 4217.")]


class Act(Record):
    """One violation against one person or group; a law or policy has no person."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    person_id: Annotated[Id | None, Meta("X", "Whom it was done to; none for a law or policy.")] = None
    violation: Annotated[str, Coded("A", "What was done; the leaf that fits.", vocabulary="violation_types")]
    is_primary: Annotated[bool | None, Coded("A", "Set by hand: this act stands for the person in headlines.")] = None
    primary_reason: Annotated[Note, Sensitive("X", "Why the primary act was set by hand.")] = ""
    gbv_questions: GbvQuestions | None = None
    gbv_core_type: Annotated[
        GbvCoreType | None, Coded("A", "Set by hand; empty: by the order of the six questions (GBVIMS).")
    ] = None
    methods: Annotated[list[str], Coded("A", "How it was done.", vocabulary="methods")] = Field(default_factory=list)
    stated_reason: Annotated[Note, Sensitive("U", "Reason given by those who did it.")] = ""
    torture_elements: TortureElements | None = None
    purpose: Annotated[list[ActPurpose], Coded("A", "What it was done for.")] = Field(default_factory=list)
    age_at_act: Annotated[Annotated[int, Field(ge=0, le=120)] | None, Sensitive("U", "Age in years.")] = None
    status_at_end: Annotated[list[str], Coded("A", "What became of the person.", vocabulary="outcomes")] = Field(
        default_factory=list
    )
    physical_consequences: Annotated[Note, Sensitive("U", "Harm to the body.")] = ""
    psych_consequences: Annotated[Note, Sensitive("U", "Harm to the mind.")] = ""
    rights: Annotated[
        list[str], Coded("O", "Rights set by hand; empty: derived from the violation.", vocabulary="rights")
    ] = Field(default_factory=list)
    national_law: Annotated[Note, Coded("O", "Name and article of a law; no facts of the case.")] = ""
    detention_detail: DetentionDetail | None = None
    death_detail: DeathDetail | None = None
    medical_detail: MedicalDetail | None = None
    amount_extorted: Amount | None = None
    amount_band: Annotated[AmountBand | None, Coded("A", "The sum in US dollars, banded.")] = None


class Perpetrator(Record):
    """Those who did one or more of the acts, or share responsibility for them."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    act_ids: Annotated[list[Id], Meta("X", "The acts this entry answers for.")] = Field(
        default_factory=list, max_length=1000
    )
    person_id: Annotated[Id | None, Meta("X", "Entry among the persons, if there is one.")] = None
    perp_type: Annotated[str | None, Coded("A", "Kind of actor.", vocabulary="perpetrator_types")] = None
    relationship: Annotated[
        str | None, Coded("A", "Relation to the person harmed.", vocabulary="perpetrator_types")
    ] = None
    count_min: Annotated[Count | None, Coded("A", "Lowest credible number.")] = None
    count_max: Annotated[Count | None, Coded("A", "Highest credible number.")] = None
    involvement: Annotated[list[str], Coded("A", "Degree of involvement.", vocabulary="involvement", facet="INV")] = (
        Field(default_factory=list)
    )
    attribution_basis: Annotated[
        list[str], Coded("A", "Why this kind of actor is named.", vocabulary="involvement", facet="ATB")
    ] = Field(default_factory=list)
    official_position: Annotated[
        str | None, Coded("A", "What the authority says.", vocabulary="involvement", facet="OFR")
    ] = None
    accountability: Annotated[str | None, Coded("A", "Latest known status.", vocabulary="involvement", facet="PST")] = (
        None
    )
    as_of: Annotated[date | None, Meta("X", "Day to which the status refers.")] = None
    unit_name: Annotated[Line, Sensitive("U", "Station or unit.", where=IDENTITY)] = ""
    individual_name: Annotated[Line, Sensitive("U", "Name and rank.", where=IDENTITY)] = ""
    description: Annotated[Note, Sensitive("U", "Marks, uniform, vehicle.", where=IDENTITY)] = ""
