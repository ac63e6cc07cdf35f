"""What was asked of authorities about an incident, and how they answered. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.codebook.services import codebook

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument, Intervention

#: From the best answer to none; what is not here (a reprisal, say) is worse than silence and comes last.
_ORDER: Final = ("RSP_ACT", "RSP_PLED", "RSP_SUBST", "RSP_TRANS", "RSP_TOK", "RSP_DEN", "RSP_PEND", "RSP_NONE")
#: Steps below these are addressed to an authority that owes an answer.
_AUTHORITIES: Final = ("INT_NAT", "INT_INTL")
_WAITING: Final = frozenset({None, "RSP_PEND", "RSP_NONE"})


class Answers(NamedTuple):
    """Whether an authority was asked, and the best that came back; None: nothing yet."""

    asked: bool
    best: str | None


def addressed(step: Intervention) -> bool:
    """Say whether a step asked something of an authority."""
    listed = codebook().vocabulary("interventions")
    return any(listed.within(step.type, top) for top in _AUTHORITIES)


def answered(step: Intervention) -> bool:
    """Say whether anything came back, a denial included."""
    return step.response not in _WAITING


def answers(document: CaseDocument) -> Answers:
    """Return what facts say of the answers of authorities."""
    steps = [step for step in document.interventions if addressed(step)]
    given = [step.response for step in steps if step.response]
    return Answers(bool(steps), min(given, key=_rank, default=None))


def packed(document: CaseDocument) -> str:
    """Return the steps addressed to authorities as the index keeps them; empty when there are none.

    JSON: a list of [type, UN body or null, date, answer or null, date of the answer, deadline], dates in ISO form.
    """
    steps = [
        [
            step.type,
            step.addressed_to,
            step.date.isoformat() if step.date else None,
            step.response,
            step.response_date.isoformat() if step.response_date else None,
            step.deadline.isoformat() if step.deadline else None,
        ]
        for step in document.interventions
        if addressed(step)
    ]
    return json.dumps(steps, separators=(",", ":")) if steps else ""


def _rank(response: str) -> int:
    return _ORDER.index(response) if response in _ORDER else len(_ORDER)
