"""Who was killed: which acts are killings, and how many people each of them killed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.codebook.services import codebook

if TYPE_CHECKING:
    from incidents.records.schema import Act, CaseDocument, Person

# An attempt was survived and a threat was not carried out; whatever else stands under "right to life" is a
# death.
SURVIVED: Final = frozenset({"LIF_ATT", "LIF_THR"})
SINGLE_UNITS: Final = frozenset({None, "UNIT_IND"})


class Killed(NamedTuple):
    """Lowest credible, best, and highest credible number of people killed."""

    low: int
    best: int
    high: int


NOBODY: Final = Killed(0, 0, 0)
ONE: Final = Killed(1, 1, 1)


@cache
def is_killing(violation: str) -> bool:
    """Say whether the violation is a death: the group LIF without attempts and threats."""
    violations = codebook().vocabulary("violation_types")
    return violations.within(violation, "LIF") and not any(violations.within(violation, code) for code in SURVIVED)


def killings(document: CaseDocument) -> dict[str, Killed]:
    """Return how many people each act of the document killed, by id of the act, for acts that killed.

    A person dies once: of several killing acts against the same person or group the first one counts. The
    numbers of the incident are used when exactly one such act remains, since they cannot be divided among
    several.
    """
    counted: dict[str | None, Act] = {}
    for act in document.acts:
        if is_killing(act.violation):
            # acts against nobody in particular stay apart
            counted.setdefault(act.person_id or act.id, act)
    if not counted:
        return {}
    whole = _of_incident(document) if len(counted) == 1 else None
    persons = {person.id: person for person in document.persons}
    return {act.id: whole or _of_person(persons.get(act.person_id or "")) for act in counted.values()}


def _of_incident(document: CaseDocument) -> Killed | None:
    incident = document.incident
    return _ordered(incident.killed_min, incident.killed_best, incident.killed_max)


def _of_person(person: Person | None) -> Killed:
    if person is None or person.unit in SINGLE_UNITS:
        return ONE
    return _ordered(person.group_size_min, person.group_size, person.group_size_max) or ONE


def _ordered(low: int | None, best: int | None, high: int | None) -> Killed | None:
    """Fill what is not known: the best from the lowest (ACLED's practice), the ends from the best."""
    known = [count for count in (low, best, high) if count is not None]
    if not known:
        return None
    middle = best if best is not None else known[0]
    return Killed(
        low if low is not None else min(middle, *known),
        middle,
        high if high is not None else max(middle, *known),
    )
