"""The tables of a case's page, cell by cell in words, and who opened its identity."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from incidents.i18n import bdi, day
from incidents.i18n import gettext as _
from incidents.records import rules, services
from incidents.records.answers import answers, label_of, word
from incidents.records.sentences import actor, joined, name_of
from incidents.records.when import at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.records.answers import Answer
    from incidents.records.fields import Where
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument

Cells = list[str | int | None]
Section = tuple[str, list["Answer"]]


@dataclass(frozen=True)
class Tables:
    """The parts of a document as rows of cells; None is not known."""

    acts: list[Cells]
    persons: list[Cells]
    perpetrators: list[Cells]
    sources: list[Cells]
    consents: list[Cells]
    responses: list[Cells]


@dataclass(frozen=True)
class Range:
    """A number and how far it may be off."""

    low: int
    best: int
    high: int


@dataclass(frozen=True)
class Opening:
    """One opening of an identity: whose account, when (in words), and the reason they gave."""

    account: str
    at: str
    reason: str


def tables(document: CaseDocument) -> Tables:
    """Every table of the page."""
    return Tables(
        acts=_acts(document),
        persons=_persons(document),
        perpetrators=_perpetrators(document),
        sources=_sources(document),
        consents=_consents(document),
        responses=_responses(document),
    )


def killed(document: CaseDocument) -> Range | None:
    """How many were killed, over all acts; None when nobody was."""
    found = rules.killings(document).values()
    if not found:
        return None
    return Range(*(sum(getattr(one, end) for one in found) for end in ("low", "best", "high")))


def affected(document: CaseDocument) -> Range | None:
    """How many persons were affected, where the record says so."""
    incident = document.incident
    known = [
        count
        for count in (
            incident.persons_affected_min,
            incident.persons_affected_best,
            incident.persons_affected_max,
        )
        if count is not None
    ]
    best = incident.persons_affected_best
    return Range(known[0], known[0] if best is None else best, known[-1]) if known else None


def sections(document: CaseDocument, part: Where) -> list[Section]:
    """All answers of a part, gathered by whom or what they are about."""
    return [(title, list(group)) for title, group in groupby(answers(document, part), lambda one: one.section)]


def openings(keys: CaseKeys, incident_id: str, names: dict[str, str]) -> list[Opening]:
    """Who opened the identity of a case before, newest first. Opens the organisation's log."""
    return [
        Opening(names.get(entry["account"], entry["account"]), moment(entry["at"]), _reason(entry))
        for entry in services.log_entries(keys)
        if (entry["action"] == "identity_opened" and entry["incident_id"] == incident_id)
        or entry["action"] == "names_searched"
    ]


def _reason(entry: dict[str, str]) -> str:
    """Why, as it was typed. A search reads the names of many cases: it stands on the page of each."""
    searched = entry["action"] == "names_searched"
    return _("%(reason)s (a search of names)", reason=bdi(entry["reason"])) if searched else entry["reason"]


def moment(iso: str) -> str:
    """A moment of the log in words."""
    return at(dt.datetime.fromisoformat(iso))


def _labels(vocabulary: str, codes: Iterable[str]) -> str | None:
    found = [label for code in codes if (label := label_of(vocabulary, code))]
    return joined(found) if found else None


def _day(value: dt.date | None) -> str | None:
    return bdi(day(value)) if value else None


def _acts(document: CaseDocument) -> list[Cells]:
    primary = set(rules.primary_acts(document).values())
    return [
        [
            label_of("violation_types", act.violation),
            name_of(document.person(act.person_id)) if act.person_id else _("nobody in particular"),
            _labels("methods", act.methods),
            _labels("outcomes", act.status_at_end),
            _("yes") if act.id in primary else _("no"),
        ]
        for act in document.acts
    ]


def _persons(document: CaseDocument) -> list[Cells]:
    return [
        [
            name_of(person),
            joined([word(role) for role in person.roles]) if person.roles else None,
            label_of("victim_attributes", person.gender),
            label_of("victim_attributes", person.age_band),
            label_of("victim_attributes", person.unit),
            person.group_size if person.unit not in (None, "UNIT_IND") else 1,
        ]
        for person in document.persons
    ]


def _perpetrators(document: CaseDocument) -> list[Cells]:
    return [
        [
            label_of("perpetrator_types", one.perp_type) or actor(one),
            _number(one.count_min, one.count_max),
            _labels("involvement", one.involvement),
            _labels("involvement", one.attribution_basis),
            label_of("involvement", one.official_position),
            label_of("involvement", one.accountability),
        ]
        for one in document.perpetrators
    ]


def _number(low: int | None, high: int | None) -> str | None:
    if low is None and high is None:
        return None
    if low is None:
        return _("at most %(n)s", n=bdi(high))
    if high is None:
        return _("at least %(n)s", n=bdi(low))
    return bdi(low) if low == high else bdi(f"{low}–{high}")


def _sources(document: CaseDocument) -> list[Cells]:
    return [
        [
            label_of("sources", source.source_type),
            label_of("sources", source.connection),
            label_of("sources", source.independence),
            label_of("grading", source.reliability),
            label_of("grading", source.credibility),
            _day(source.date_of_material),
        ]
        for source in document.sources
    ]


def _consents(document: CaseDocument) -> list[Cells]:
    return [
        [
            name_of(document.person(row.person_id)),
            label_of("consent_levels", row.purpose),
            word(row.answer),
            label_of("consent_levels", row.given_by),
            _day(row.given_on),
            _day(row.withdrawn_on) or _("no"),
        ]
        for row in document.consents
    ]


def _responses(document: CaseDocument) -> list[Cells]:
    return [
        [
            label_of("interventions", step.type),
            _day(step.date),
            label_of("un_bodies", step.addressed_to) or step.addressee_text or None,
            label_of("interventions", step.response),
            label_of("interventions", step.status),
        ]
        for step in document.interventions
    ]
