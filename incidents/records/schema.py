"""The incident document: one unit of reading, writing, consent and erasure.

Nothing but the acts' violations and the references is demanded: a quick record with a sentence, a place and a
date is a valid document. What is still missing is asked by `rules.missing`, and is never a reason to refuse
to keep what is known.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, Literal, Protocol, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from incidents.records.dates import Edtf
from incidents.records.errors import problem
from incidents.records.fields import IDENTITY, Coded, Meta, Record, Sensitive
from incidents.records.identifiers import CellKey, Id, Reference, new_cell_key, new_id, new_reference
from incidents.records.schema_acts import (
    Act,
    Amount,
    DeathDetail,
    DetentionDetail,
    GbvQuestions,
    MedicalDetail,
    Perpetrator,
    TortureElements,
    YesNoUnknown,
)
from incidents.records.schema_people import Consent, Contact, Count, Explained, Language, Person, Receipt
from incidents.records.schema_responses import ChainLink, Comment, Intervention, KeptAside, Overlap, Review, Share
from incidents.records.schema_sources import CaptureMeta, Claim, CustodyEvent, Evidence, Source
from incidents.records.text import Line, Narrative, Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "SCHEMA_VERSION",
    "Act",
    "Amount",
    "CaptureMeta",
    "CaseDocument",
    "ChainLink",
    "Claim",
    "Comment",
    "Consent",
    "Contact",
    "CustodyEvent",
    "DeathDetail",
    "DetentionDetail",
    "Evidence",
    "Explained",
    "GbvQuestions",
    "Geo",
    "Incident",
    "Intervention",
    "KeptAside",
    "MedicalDetail",
    "Overlap",
    "Perpetrator",
    "Person",
    "Receipt",
    "Review",
    "RiskScreen",
    "Share",
    "Source",
    "TortureElements",
]

SCHEMA_VERSION: Final = 2
HelpKind = Literal["care_72h", "naloxone", "medicine", "lawyer", "safe_place", "peer_support", "none_wanted"]
MOST_PARTS: Final = 1000
_AREA: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}\Z")


def check_area(value: str | None) -> str | None:
    """Return an ISO 3166-2 code in capitals.

    Raises:
        PydanticCustomError: It has another shape.
    """
    if value is None:
        return None
    area = value.strip().upper()
    if not _AREA.match(area):
        raise problem("area_malformed")
    return area


class Geo(Record):
    """A point of the map, when somebody has a reason to keep it; never read from a telephone."""

    lat: Annotated[
        float, Field(ge=-90, le=90, allow_inf_nan=False), Sensitive("X", "Latitude, degrees.", where=IDENTITY)
    ]
    lon: Annotated[
        float,
        Field(ge=-180, le=180, allow_inf_nan=False),
        Sensitive("X", "Longitude, degrees.", where=IDENTITY),
    ]


class RiskScreen(Record):
    """The questions at the door: what may harm the teller, and what help comes before any record."""

    interview_seen: Annotated[YesNoUnknown | None, Sensitive("X", "Somebody saw or overheard the talk.")] = None
    findable: Annotated[YesNoUnknown | None, Sensitive("X", "Those who did it can find the teller.")] = None
    child: Annotated[YesNoUnknown | None, Sensitive("X", "A child is concerned.")] = None
    custody: Annotated[YesNoUnknown | None, Sensitive("X", "The person is in custody or confined.")] = None
    pregnancy: Annotated[YesNoUnknown | None, Sensitive("X", "The person is pregnant.")] = None
    withdrawal: Annotated[YesNoUnknown | None, Sensitive("X", "In withdrawal, or without medicine.")] = None
    recent_assault: Annotated[
        YesNoUnknown | None, Sensitive("X", "Sexual assault or injury within the last 72 hours.")
    ] = None
    help_arranged: Annotated[list[HelpKind], Sensitive("X", "Help that was arranged first.")] = Field(
        default_factory=list
    )
    screened_on: Annotated[date | None, Meta("X", "Day of the screen.")] = None


class Incident(Record):
    """What happened, when and where, how well it is known, and who works on it."""

    id: Annotated[Id, Meta("X", "Random id.")] = Field(default_factory=new_id)
    cell_key: Annotated[CellKey, Meta("X", "Random number by which tables count incidents.")] = Field(
        default_factory=new_cell_key
    )
    counts_as: Annotated[
        CellKey | None, Meta("X", "Random number shared by linked accounts of one incident; empty: its own.")
    ] = None
    ref: Annotated[Reference, Meta("C", "Random reference with a check character.")] = Field(
        default_factory=new_reference
    )
    title_working: Annotated[Line, Sensitive("X", "Working title; never a name.")] = ""
    narrative: Annotated[Narrative, Sensitive("U", "Who did what to whom, in order; facts apart from opinion.")] = ""
    narrative_lang: Annotated[Language, Meta("X", "Language of the narrative.")] = ""
    date_start: Annotated[Edtf | None, Sensitive("U", "When it happened or began.")] = None
    date_end: Annotated[Edtf | None, Sensitive("U", "When it ended, if it lasted.")] = None
    time_of_day: Annotated[
        Literal["morning", "noon", "evening", "night", "unknown"] | None, Coded("A", "Part of the day.")
    ] = None
    date_precision: Annotated[
        str | None, Coded("A", "Set by hand; empty: from the date itself.", vocabulary="date_precision")
    ] = None
    date_reported: Annotated[date | None, Meta("X", "Day the account reached the organisation.")] = None
    country: Annotated[str | None, Coded("A", "Country (ISO 3166-1).", vocabulary="regions", only="below")] = None
    network: Annotated[
        list[str], Coded("A", "Set by hand; empty: from the country.", vocabulary="regions", only="roots")
    ] = Field(default_factory=list, max_length=3)
    adm1: Annotated[str | None, AfterValidator(check_area), Coded("A", "Area of the country (ISO 3166-2).")] = None
    place_text: Annotated[Note, Sensitive("U", "Address, ward, name of a facility.", where=IDENTITY)] = ""
    geo: Geo | None = None
    place_precision: Annotated[str | None, Coded("A", "How well it is known.", vocabulary="place_precision")] = None
    release_level: Annotated[str, Coded("X", "How finely it may be shown.", vocabulary="release_level")] = "RL_CTRY"
    place_type: Annotated[str | None, Coded("A", "Kind of place.", vocabulary="place_types")] = None
    drug_nexus: Annotated[list[str], Coded("A", "Why it belongs here.", vocabulary="drug_nexus")] = Field(
        default_factory=list
    )
    themes: Annotated[list[str], Coded("O", "Set by hand; empty: from the violations.", vocabulary="themes")] = Field(
        default_factory=list
    )
    persons_affected_min: Annotated[Count | None, Coded("A", "Lowest credible number of persons.")] = None
    persons_affected_best: Annotated[Count | None, Coded("A", "Reviewer's choice.")] = None
    persons_affected_max: Annotated[Count | None, Coded("A", "Highest credible number of persons.")] = None
    killed_min: Annotated[Count | None, Coded("A", "Lowest credible number killed.")] = None
    killed_best: Annotated[Count | None, Coded("A", "Reviewer's choice.")] = None
    killed_max: Annotated[Count | None, Coded("A", "Highest credible number killed.")] = None
    verification: Annotated[
        str | None,
        Coded("A", "Reviewer's decision; empty: the floor from the sources.", vocabulary="verification_status"),
    ] = None
    conflict_on_core_fact: Annotated[bool, Coded("A", "Sources conflict on a core fact such as the actor.")] = False
    verification_reason: Annotated[Note, Sensitive("X", "Why this status.")] = ""
    reviewer1: Annotated[Line, Meta("X", "First reviewer.")] = ""
    reviewer2: Annotated[Line, Meta("X", "Second reviewer, another person.")] = ""
    priority: Annotated[str, Coded("X", "How soon to act.", vocabulary="priority")] = "PRI_3"
    priority_since: Annotated[AwareDatetime | None, Meta("X", "When the clock of the priority began.")] = None
    risk: RiskScreen | None = None
    risk_note: Annotated[Note, Sensitive("X", "Risk of reprisal.")] = ""
    open_source: Annotated[bool, Coded("A", "Every fact is already public.")] = False
    harm_test_note: Annotated[Note, Sensitive("X", "Why counting public facts harms nobody.")] = ""
    monitoring_status: Annotated[Literal["open", "watch", "closed"], Meta("X", "Whether it is followed.")] = "open"
    closed_on: Annotated[date | None, Meta("X", "Day it was closed; set at the save that closes it.")] = None
    legal_hold: Annotated[bool, Meta("X", "Stops erasure by age.")] = False
    retention_until: Annotated[date | None, Meta("X", "Day after which it is erased.")] = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.adm1 and self.country and not self.adm1.startswith(f"{self.country}-"):
            raise problem("area_outside_country", at="adm1")
        for name in ("persons_affected", "killed"):
            known = [count for end in ("min", "best", "max") if (count := getattr(self, f"{name}_{end}")) is not None]
            if known != sorted(known):
                raise problem("numbers_out_of_order", at=f"{name}_best")
        return self


class CaseDocument(Record):
    """An incident with everything about it, as it is sealed."""

    schema_version: Annotated[Literal[2], Meta("X", "Version of this schema.")] = SCHEMA_VERSION
    status: Annotated[
        Literal["incomplete", "complete"], Meta("X", "Whether the recorder calls the record finished.")
    ] = "incomplete"
    incident: Incident = Field(default_factory=Incident)
    persons: list[Person] = Field(default_factory=list, max_length=MOST_PARTS)
    acts: list[Act] = Field(default_factory=list, max_length=MOST_PARTS)
    perpetrators: list[Perpetrator] = Field(default_factory=list, max_length=MOST_PARTS)
    sources: list[Source] = Field(default_factory=list, max_length=MOST_PARTS)
    consents: list[Consent] = Field(default_factory=list, max_length=MOST_PARTS)
    interventions: list[Intervention] = Field(default_factory=list, max_length=MOST_PARTS)
    chain: list[ChainLink] = Field(default_factory=list, max_length=MOST_PARTS)
    evidence: list[Evidence] = Field(default_factory=list, max_length=MOST_PARTS)
    claims: list[Claim] = Field(default_factory=list, max_length=MOST_PARTS)
    overlaps: list[Overlap] = Field(default_factory=list, max_length=MOST_PARTS)
    shares: list[Share] = Field(default_factory=list, max_length=MOST_PARTS)
    comments: list[Comment] = Field(default_factory=list, max_length=MOST_PARTS)
    review: Review | None = None
    kept_aside: list[KeptAside] = Field(default_factory=list, max_length=MOST_PARTS)
    recorder: Annotated[Line, Meta("X", "Who recorded it.")] = ""
    saved_by: Annotated[Line, Meta("X", "Account that saved this revision; set at each save.")] = ""
    saved_at: Annotated[date | None, Meta("X", "Day of the save; set at each save.")] = None
    identity_changed: Annotated[
        bool, Meta("X", "Whether this save changed names, contacts or other identity; set at each save.")
    ] = False
    origin: Annotated[Line, Sensitive("X", "Opaque mark of the row it was imported from.")] = ""
    reports: Annotated[list[Id], Meta("X", "Publications that rest on it.")] = Field(
        default_factory=list, max_length=100
    )
    summary_id: Annotated[Id | None, Meta("X", "Random id under which advocates receive the summary.")] = None
    summary_text: Annotated[Narrative, Sensitive("C", "Anonymised summary for the public.")] = ""
    summary_written_by: Annotated[Line, Meta("X", "Who wrote the summary.")] = ""
    summary_checked_by: Annotated[Line, Meta("X", "Who checked it for identifying detail: another person.")] = ""
    summary_state: Annotated[Literal["draft", "checked"] | None, Meta("X", "How far the summary is.")] = None
    erased_persons: Annotated[
        list[Id], Meta("X", "Random ids of persons who were erased: no draft brings them back.")
    ] = Field(default_factory=list, max_length=MOST_PARTS)

    def person(self, person_id: str | None) -> Person | None:
        """Return the person of that id, or None."""
        return next((person for person in self.persons if person.id == person_id), None)

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        for path in _repeated_ids(self):
            raise problem("id_repeated", at=path)
        for path in _broken_references(self):
            raise problem("refers_to_nothing", at=path)
        return self


class _Numbered(Protocol):
    """Whatever carries an id."""

    @property
    def id(self) -> str: ...


def _repeated_ids(document: CaseDocument) -> Iterator[str]:
    parts: dict[str, Sequence[_Numbered]] = {
        "persons": document.persons,
        "acts": document.acts,
        "perpetrators": document.perpetrators,
        "sources": document.sources,
        "consents": document.consents,
        "interventions": document.interventions,
        "chain": document.chain,
        "evidence": document.evidence,
        "claims": document.claims,
        "overlaps": document.overlaps,
        "shares": document.shares,
        "comments": document.comments,
        "kept_aside": document.kept_aside,
    }
    for name, entries in parts.items():
        seen = {entry.id for entry in entries}
        if len(seen) != len(entries):
            yield name


def _broken_references(document: CaseDocument) -> Iterator[str]:
    persons = {person.id for person in document.persons}
    acts = {act.id for act in document.acts}
    sources = {source.id for source in document.sources}
    evidence = {item.id for item in document.evidence}
    yield from _dangling("acts", "person_id", ((act.person_id,) for act in document.acts), persons)
    yield from _dangling("perpetrators", "act_ids", (entry.act_ids for entry in document.perpetrators), acts)
    yield from _dangling("perpetrators", "person_id", ((entry.person_id,) for entry in document.perpetrators), persons)
    yield from _dangling("sources", "person_id", ((source.person_id,) for source in document.sources), persons)
    yield from _dangling("sources", "document_id", ((source.document_id,) for source in document.sources), evidence)
    yield from _dangling(
        "sources", "same_origin_as", ((source.same_origin_as,) for source in document.sources), sources
    )
    yield from _dangling("claims", "source_id", ((claim.source_id,) for claim in document.claims), sources)
    yield from _dangling("consents", "person_id", ((consent.person_id,) for consent in document.consents), persons)


def _dangling(part: str, name: str, references: Iterable[Iterable[str | None]], known: set[str]) -> Iterator[str]:
    for position, ids in enumerate(references):
        if any(one is not None and one not in known for one in ids):
            yield f"{part}.{position}.{name}"
