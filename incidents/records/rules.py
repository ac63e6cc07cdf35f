"""The coding rules (standards 3): what follows from a document, and what it still lacks. Pure."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.codebook.services import codebook
from incidents.records.errors import N_
from incidents.records.killings import NOBODY, Killed, is_killing, killings
from incidents.records.verification import (
    COUNTED,
    independent_sources,
    needs_second,
    objections,
    single_testimony,
    unfounded_state_links,
    verification,
    verification_floor,
)
from incidents.releases import rules as gate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from incidents.records.schema import Act, CaseDocument, Comment, Incident, Perpetrator, Person, TortureElements
    from incidents.records.schema_acts import GbvCoreType

__all__ = [
    "COUNTED",
    "NOBODY",
    "Killed",
    "Missing",
    "consent_level",
    "gbv_core_type",
    "gbv_core_type_of",
    "independent_sources",
    "is_killing",
    "killings",
    "lead_perpetrator",
    "missing",
    "month",
    "needs_second",
    "network",
    "objections",
    "open_questions",
    "primary_acts",
    "release_level",
    "rights",
    "single_testimony",
    "themes",
    "torture_shown",
    "unfounded_state_links",
    "verification",
    "verification_floor",
]

UNCLEAR_NEXUS: Final = "NX_UNC"
# Coding rule 3: which act stands for a person in headlines; within a step the order of the document decides.
_PRIMARY_ORDER: Final = (
    ("LIF",),
    ("TOR_TORT", "GBV_RAPE"),
    ("GBV", "CDT", "LIB"),
    ("REP", "FAM"),
    ("HLT", "MED"),
    ("POL", "JUS"),
)
_PERPETRATOR_ORDER: Final = ("ST", "SL", "NS", "UN")
_GBVIMS: Final[dict[str, GbvCoreType]] = {
    "rape": "rape",
    "sexual_assault": "sexual_assault",
    "physical_assault": "physical_assault",
    "forced_marriage": "forced_marriage",
    "denial_of_resources_opportunities_or_services": "denial_of_resources",
    "psychological_emotional_abuse": "psychological_abuse",
}


class Missing(NamedTuple):
    """One thing a record still lacks: the field to go to, and a sentence."""

    path: str
    message: str


@cache
def primary_rank(violation: str) -> int:
    """Return the step of coding rule 3 that a violation stands on; 0 comes first."""
    violations = codebook().vocabulary("violation_types")
    for rank, codes in enumerate(_PRIMARY_ORDER):
        if any(violations.within(violation, code) for code in codes):
            return rank
    return len(_PRIMARY_ORDER)


def primary_acts(document: CaseDocument) -> dict[str | None, str]:
    """Return, for each person or group acted upon, the id of the one act that counts in headlines.

    A recorder's override wins; acts without a person (laws) share the key None.
    """
    chosen: dict[str | None, tuple[int, str]] = {}
    for act in document.acts:
        rank = -1 if act.is_primary else primary_rank(act.violation)
        if act.person_id not in chosen or rank < chosen[act.person_id][0]:
            chosen[act.person_id] = (rank, act.id)
    return {person_id: act_id for person_id, (_rank, act_id) in chosen.items()}


def torture_shown(elements: TortureElements | None) -> bool:
    """Say whether all four elements of torture are answered yes (coding rule 4)."""
    return elements is not None and {elements.pain, elements.intent, elements.purpose, elements.official} == {"yes"}


def gbv_core_type(
    *, penetration: bool, contact: bool, physical: bool, marriage: bool, denial: bool, psychological: bool
) -> GbvCoreType:
    """Return the core type by the first question answered yes, in the fixed order of the GBVIMS."""
    answers: tuple[tuple[bool, GbvCoreType], ...] = (
        (penetration, "rape"),
        (contact, "sexual_assault"),
        (physical, "physical_assault"),
        (marriage, "forced_marriage"),
        (denial, "denial_of_resources"),
        (psychological, "psychological_abuse"),
    )
    return next((core_type for yes, core_type in answers if yes), "non_gbv")


def gbv_core_type_of(act: Act) -> GbvCoreType | None:
    """Return the core type of an act: as set by hand, else by its six questions, else as the codebook maps it."""
    if act.gbv_core_type is not None:
        return act.gbv_core_type
    if act.gbv_questions is not None and any(answer for _name, answer in act.gbv_questions):
        answers = {name: answer == "yes" for name, answer in act.gbv_questions}
        return gbv_core_type(**answers)
    targets = codebook().vocabulary("violation_types")[act.violation].mappings.get("GBVIMS", ())
    return _GBVIMS.get(targets[0]) if targets else None


def rights(act: Act) -> tuple[str, ...]:
    """Return the rights an act touches: set by hand, else as the codebook maps the violation."""
    return tuple(act.rights) or _rights_of(act.violation)


def themes(document: CaseDocument) -> tuple[str, ...]:
    """Return the public themes of an incident: set by hand, else those of its violations."""
    if document.incident.themes:
        return tuple(document.incident.themes)
    found = {theme for act in document.acts for theme in _themes_of(act.violation)}
    return tuple(theme.code for theme in codebook().vocabulary("themes") if theme.code in found)


def network(incident: Incident) -> str | None:
    """Return the regional network: the first set by hand, else that of the country, else None."""
    if incident.network:
        return incident.network[0]
    return _network_of(incident.country) if incident.country else None


def month(incident: Incident) -> int | None:
    """Return the month that totals use, as yyyymm; None when the date is unknown or spans several months."""
    return incident.date_start.month if incident.date_start else None


def release_level(incident: Incident) -> str:
    """Return how finely it may be shown: not at all while its link to drugs is unclear (coding rule 1)."""
    if not set(incident.drug_nexus) - {UNCLEAR_NEXUS}:
        return "RL_NONE"
    return incident.release_level


def lead_perpetrator(perpetrators: Iterable[Perpetrator]) -> str:
    """Return the actor a count shows: State before State-linked, non-State, unidentified; else UN_UNK."""
    kinds = [entry.perp_type for entry in perpetrators if entry.perp_type]
    return min(kinds, key=lambda kind: _PERPETRATOR_ORDER.index(kind.partition("_")[0]), default="UN_UNK")


def consent_level(document: CaseDocument, today: date) -> str:
    """Return CL_X or CL_0 to CL_6: the least that any living, identifiable person of the record agreed to.

    Perpetrators and those who helped are not asked. Without such a person the rest of those harmed decide; an
    incident that is open source, or concerns nobody in particular, is at anonymous statistics.
    """
    asked = [person for person in document.persons if {"victim", "witness", "source"} & set(person.roles)]
    living = [person for person in asked if gate.identifiable(person) and not gate.dead_or_missing(document, person)]
    persons = living or asked
    if not persons:
        return "CL_2"
    return min((_level(document, person, today) for person in persons), key=_level_rank)


def open_questions(document: CaseDocument) -> list[Comment]:
    """Return the questions of colleagues that nobody has answered, oldest first."""
    answered = {comment.answers for comment in document.comments}
    return [one for one in document.comments if one.kind == "question" and one.id not in answered]


def missing(document: CaseDocument) -> list[Missing]:
    """Return what the record lacks to be complete; never a reason not to keep it."""
    return [
        *_missing_of_incident(document.incident),
        *_missing_of_acts(document),
        *_missing_of_persons(document),
        *_missing_of_grounds(document),
    ]


def _level(document: CaseDocument, person: Person, today: date) -> str:
    if document.incident.open_source:
        return "CL_2" if gate.statistics_decision(document, person.id, today) else "CL_0"
    purposes = {row.purpose for row in document.consents if row.person_id == person.id}
    decisions = {purpose: gate.decide(document, person.id, purpose, today=today) for purpose in purposes}
    granted = [gate.level_of(purpose) for purpose, decision in decisions.items() if decision]
    if granted:
        return f"CL_{max(granted)}"
    withdrawn = any(decision.reason is gate.Reason.WITHDRAWN for decision in decisions.values())
    return "CL_X" if withdrawn else "CL_0"


def _level_rank(level: str) -> int:
    return int(codebook().vocabulary("consent_levels")[level].mappings["RANK"][0])


@cache
def _rights_of(violation: str) -> tuple[str, ...]:
    return codebook().rights_of(violation)


@cache
def _themes_of(violation: str) -> tuple[str, ...]:
    return codebook().themes_of(violation)


@cache
def _network_of(country: str) -> str:
    return codebook().network_of(country)


def _missing_of_incident(incident: Incident) -> Iterator[Missing]:
    wanted = (
        (incident.narrative, "narrative", N_("Say what happened, in a few sentences.")),
        (incident.date_start, "date_start", N_("Say when it happened, or that the date is unknown.")),
        (incident.country, "country", N_("Say in which country it happened.")),
        (incident.place_type, "place_type", N_("Say what kind of place it was.")),
        (incident.date_reported, "date_reported", N_("Say when the account reached you.")),
    )
    for value, name, message in wanted:
        if not value:
            yield Missing(f"incident.{name}", message)
    if not set(incident.drug_nexus) - {UNCLEAR_NEXUS}:
        yield Missing("incident.drug_nexus", N_("Say how it is linked to drugs. Without a link, refer the person on."))
    if incident.open_source and not incident.harm_test_note:
        yield Missing("incident.harm_test_note", N_("Say why using these public facts harms nobody."))


def _missing_of_acts(document: CaseDocument) -> Iterator[Missing]:
    if not document.acts:
        yield Missing("acts", N_("Say what was done: choose at least one violation."))
    answered = {act_id for entry in document.perpetrators for act_id in entry.act_ids}
    for position, act in enumerate(document.acts):
        yield from _missing_of_act(act, f"acts.{position}")
        if act.id not in answered:
            yield Missing(f"acts.{position}.perpetrators", N_("Say who did it, or that nobody knows."))


def _missing_of_act(act: Act, place: str) -> Iterator[Missing]:
    group = act.violation.partition("_")[0]
    if act.person_id is None and group != "LAW":
        yield Missing(f"{place}.person_id", N_("Say to whom it was done."))
    if act.person_id is not None and group == "LAW":
        yield Missing(f"{place}.person_id", N_("A law or policy has no single person. Leave this empty."))
    if act.violation == "TOR_TORT" and not torture_shown(act.torture_elements):
        message = N_("Torture needs four yes answers. With fewer, choose ill-treatment or assault.")
        yield Missing(f"{place}.torture_elements", message)
    if group == "GBV" and gbv_core_type_of(act) is None:
        yield Missing(f"{place}.gbv_core_type", N_("Answer the six questions on the kind of violence."))


def _missing_of_persons(document: CaseDocument) -> Iterator[Missing]:
    harmed = {act.person_id for act in document.acts}
    for position, person in enumerate(document.persons):
        if person.id not in harmed:
            continue
        for name in ("gender", "age_band", "unit"):
            if getattr(person, name) is None:
                yield Missing(f"persons.{position}.{name}", N_("Choose an answer; unknown is one."))
        if person.unit in gate.GROUP_UNITS and person.group_size is None and person.group_size_min is None:
            yield Missing(f"persons.{position}.group_size", N_("Say how many people, as well as you know."))
        if not document.incident.open_source and gate.latest(document.consents, person.id, gate.STATISTICS) is None:
            yield Missing(
                f"persons.{position}.consent",
                N_("Ask whether this may be counted in anonymous statistics. Not asked means no."),
            )


def _missing_of_grounds(document: CaseDocument) -> Iterator[Missing]:
    if not document.sources:
        yield Missing("sources", N_("Say how it is known: add at least one source."))
    unfounded = set(unfounded_state_links(document))
    for position, entry in enumerate(document.perpetrators):
        if entry.id in unfounded:
            yield Missing(
                f"perpetrators.{position}.attribution_basis",
                N_("Say what links this actor to the State. Without a sign, choose unidentified attackers."),
            )
    for message in objections(document):
        yield Missing("incident.verification", message)
