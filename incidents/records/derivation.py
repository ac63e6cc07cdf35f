"""What is derived from a document at every save: a row for its organisation's lists, and facts.

Facts hold only what the consent gate lets through, for each person apart. Pure: the same document on the same
day gives the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.codebook.services import codebook
from incidents.facts.schema import RULES_VERSION, FactRow
from incidents.records import responses, rules, urgency
from incidents.records.dates import UNKNOWN
from incidents.releases.rules import AFTER_DEATH, STATISTICS, latest, statistics_decision
from incidents.retention import rules as retention
from incidents.sharing import rules as sharing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.records.schema import Act, CaseDocument, Person

AREA_LEVELS: Final = frozenset({"RL_ADM1", "RL_CASE"})
DELAY_FOR_THE_LIVING: Final = timedelta(days=30)
EPOCH: Final = date(1970, 1, 1)


class Held(StrEnum):
    """Why a case has no facts, or not all of them; the first that applies is given."""

    OUT_OF_SCOPE = "out_of_scope"
    INCOMPLETE = "incomplete"
    VERIFICATION = "verification"
    NO_COUNTRY = "no_country"
    NO_VIOLATION = "no_violation"
    CONSENT = "consent"
    CONSENT_OF_SOME = "consent_of_some"


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One case as lists and filters see it: coded values only, no words about it."""

    id: str
    cell_key: int
    revision: int
    ref: str
    status: str
    year: int | None
    month: int | None
    date_sort: tuple[int, int]
    date_reported: date | None
    country: str | None
    network: str | None
    area: str | None
    violation_groups: tuple[str, ...]
    violations: tuple[str, ...]
    primary_violation: str | None
    perpetrator_groups: tuple[str, ...]
    perpetrators: tuple[str, ...]
    themes: tuple[str, ...]
    verification: str
    verification_floor: str
    consent_level: str
    held: Held | None
    persons: int
    acts: int
    killed_best: int
    priority: str
    open_source: bool
    missing: int
    kept_aside: int
    monitoring_status: str
    origin: str
    summary_state: str | None
    reports: tuple[str, ...]
    recorder: str
    case_link: int | None
    people: tuple[int, ...]
    due: int | None
    review: str | None
    assigned_to: str
    questions: int
    first_reviewer: str
    single_testimony: bool
    responses: str
    evidence: int
    shared: int
    age_of_record: retention.Due | None

    @property
    def counted(self) -> bool:
        """Whether at least one fact of the case is counted."""
        return self.held in (None, Held.CONSENT_OF_SOME)


def index_row(document: CaseDocument, today: date, *, revision: int = 0) -> IndexRow:
    """Return the row of a document for its organisation's lists and filters."""
    incident = document.incident
    when = incident.date_start or UNKNOWN
    violations = tuple(dict.fromkeys(act.violation for act in document.acts))
    perpetrators = tuple(dict.fromkeys(entry.perp_type for entry in document.perpetrators if entry.perp_type))
    harmed = {act.person_id for act in document.acts} - {None}
    return IndexRow(
        id=incident.id,
        cell_key=incident.cell_key,
        revision=revision,
        ref=incident.ref,
        status=document.status,
        year=when.year,
        month=rules.month(incident),
        date_sort=when.sort_key,
        date_reported=incident.date_reported,
        country=incident.country,
        network=rules.network(incident),
        area=incident.adm1,
        violation_groups=_tops("violation_types", violations),
        violations=violations,
        primary_violation=_primary_violation(document),
        perpetrator_groups=_tops("perpetrator_types", perpetrators),
        perpetrators=perpetrators,
        themes=rules.themes(document),
        verification=rules.verification(document),
        verification_floor=rules.verification_floor(document),
        consent_level=rules.consent_level(document, today),
        held=held(document, today),
        persons=len(harmed),
        acts=len(document.acts),
        killed_best=sum(killed.best for killed in rules.killings(document).values()),
        priority=incident.priority,
        open_source=incident.open_source,
        missing=len(rules.missing(document)),
        kept_aside=len(document.kept_aside),
        monitoring_status=incident.monitoring_status,
        origin=document.origin,
        summary_state=document.summary_state,
        reports=tuple(document.reports),
        recorder=document.recorder,
        case_link=incident.counts_as,
        people=tuple(person.cell_key for person in document.persons),
        due=urgency.due_minute(document),
        review=document.review.state if document.review else None,
        assigned_to=document.review.assigned_to if document.review else "",
        questions=len(rules.open_questions(document)),
        first_reviewer=incident.reviewer1 if rules.needs_second(document) else "",
        single_testimony=rules.single_testimony(document),
        responses=responses.packed(document),
        evidence=len(document.evidence),
        shared=sum(1 for share in document.shares if sharing.standing(share, today)),
        age_of_record=retention.due(document, today),
    )


def held(document: CaseDocument, today: date) -> Held | None:
    """Return why a document has no facts, or not those of every person; None when all of it is counted."""
    reason = _held_whole(document)
    if reason is not None:
        return reason
    let_through = {bool(statistics_decision(document, person_id, today)) for person_id in _acted_upon(document)}
    if let_through == {True}:
        return None
    return Held.CONSENT_OF_SOME if True in let_through else Held.CONSENT


def fact_rows(document: CaseDocument, today: date) -> list[FactRow]:
    """Return one fact for each act against a person whom the gate lets through."""
    if _held_whole(document) is not None:
        return []
    open_to_count = {one for one in _acted_upon(document) if statistics_decision(document, one, today)}
    if not open_to_count:
        return []
    case = _case(document)
    return [_fact(document, act, case, today) for act in document.acts if act.person_id in open_to_count]


def releasable_from(document: CaseDocument, act: Act, today: date) -> date | None:
    """Return the first day a fact may be released; None: at once.

    Thirty days after the account was received; none for killings known from open sources. Without a day of
    receipt the delay runs from today.
    """
    if document.incident.open_source and rules.is_killing(act.violation):
        return None
    return (document.incident.date_reported or today) + DELAY_FOR_THE_LIVING


def _held_whole(document: CaseDocument) -> Held | None:
    if document.incident.priority == "PRI_X":
        return Held.OUT_OF_SCOPE
    if document.status != "complete":
        return Held.INCOMPLETE
    if rules.verification(document) not in rules.COUNTED:
        return Held.VERIFICATION
    if document.incident.country is None:
        return Held.NO_COUNTRY
    return None if document.acts else Held.NO_VIOLATION


def _acted_upon(document: CaseDocument) -> dict[str | None, None]:
    return dict.fromkeys(act.person_id for act in document.acts)


class _Case(NamedTuple):
    """What all facts of one document share, worked out once."""

    persons: dict[str, Person]
    primary: frozenset[str]
    killings: dict[str, rules.Killed]
    level: str
    verification: str
    network: str
    single_testimony: bool
    answers: responses.Answers


def _case(document: CaseDocument) -> _Case:
    return _Case(
        persons={person.id: person for person in document.persons},
        primary=frozenset(rules.primary_acts(document).values()),
        killings=rules.killings(document),
        level=rules.release_level(document.incident),
        verification=rules.verification(document),
        network=rules.network(document.incident) or "NET_NONE",
        single_testimony=rules.single_testimony(document),
        answers=responses.answers(document),
    )


class _Harmed(NamedTuple):
    """What a fact says of a person; of nobody where an act is done to none."""

    cell: int | None = None
    link: int | None = None
    unit: str | None = None
    gender: str = "GEN_UNK"
    age: str = "AGE_UNK"


def _harmed(person: Person | None) -> _Harmed:
    if person is None:
        return _Harmed()
    gender, age = person.gender or "GEN_UNK", person.age_band or "AGE_UNK"
    return _Harmed(person.cell_key, person.counts_as, person.unit or "UNIT_IND", gender, age)


def _fact(document: CaseDocument, act: Act, case: _Case, today: date) -> FactRow:
    incident = document.incident
    when = incident.date_start or UNKNOWN
    harmed = _harmed(case.persons.get(act.person_id or ""))
    actor = rules.lead_perpetrator(entry for entry in document.perpetrators if act.id in entry.act_ids)
    killed = case.killings.get(act.id, rules.NOBODY)
    return FactRow(
        case=incident.cell_key,
        person=harmed.cell,
        year=when.year,
        month=when.month,
        country=incident.country or "",
        network=case.network,
        area=incident.adm1 if case.level in AREA_LEVELS else None,
        violation_group=_top("violation_types", act.violation),
        violation=act.violation,
        primary=act.id in case.primary,
        perpetrator_group=_top("perpetrator_types", actor),
        perpetrator=actor,
        gender=harmed.gender,
        age=harmed.age,
        unit=harmed.unit,
        place_type=incident.place_type or "PL_UNK",
        nexus=incident.drug_nexus[0] if incident.drug_nexus else rules.UNCLEAR_NEXUS,
        verification=case.verification,
        outcome=_outcome(act),
        open_source=incident.open_source,
        killed_low=killed.low,
        killed_best=killed.best,
        killed_high=killed.high,
        release_level=case.level,
        releasable_from=_days(releasable_from(document, act, today)),
        reports=" ".join(document.reports) or None,
        rules=RULES_VERSION,
        counted_until=_days(consent_ends(document, act.person_id)),
        case_link=incident.counts_as,
        person_link=harmed.link,
        single_testimony=case.single_testimony,
        asked=case.answers.asked,
        answer=case.answers.best,
        accountability=_accountability(document, act),
    )


def consent_ends(document: CaseDocument, person_id: str | None) -> date | None:
    """Return the first day on which a person is no longer counted because an answer runs out; None: no such day.

    The earliest end of the answers that a count rests on. What was public all along does not run out.
    """
    if person_id is None or document.incident.open_source:
        return None
    answers = (latest(document.consents, person_id, purpose) for purpose in (STATISTICS, AFTER_DEATH))
    return min((row.expires_on for row in answers if row and row.expires_on), default=None)


def _primary_violation(document: CaseDocument) -> str | None:
    """Return the violation a list shows: among the primary acts, the one that coding rule 3 puts first."""
    primary = set(rules.primary_acts(document).values())
    return min((act.violation for act in document.acts if act.id in primary), key=rules.primary_rank, default=None)


def _accountability(document: CaseDocument, act: Act) -> str | None:
    """Return what became of those who did an act: what is known of the first of them of whom anything is."""
    known = (entry.accountability for entry in document.perpetrators if act.id in entry.act_ids)
    return next(filter(None, known), None)


def _outcome(act: Act) -> str | None:
    """Return the one outcome that a count shows: death before all others, else the first named."""
    if "OUT_DEAD" in act.status_at_end:
        return "OUT_DEAD"
    return act.status_at_end[0] if act.status_at_end else None


@cache
def _top(vocabulary: str, code: str) -> str:
    return codebook().vocabulary(vocabulary).top(code)


def _tops(vocabulary: str, codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_top(vocabulary, code) for code in codes))


def _days(day: date | None) -> int | None:
    return None if day is None else (day - EPOCH).days
