"""What was asked of authorities about an incident, and how they answered. Pure."""

from __future__ import annotations

import datetime as dt
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
#: What of a step is a day.
_DAYS: Final = ("date", "deadline", "remind_on", "response_date")


class Answers(NamedTuple):
    """Whether an authority was asked, and the best that came back; None: nothing yet."""

    asked: bool
    best: str | None


def addressed(step: Intervention | Step) -> bool:
    """Say whether a step asked something of an authority."""
    listed = codebook().vocabulary("interventions")
    return any(listed.within(step.type, top) for top in _AUTHORITIES)


def answered(step: Intervention | Step) -> bool:
    """Say whether anything came back, a denial included."""
    return step.response not in _WAITING


def answers(document: CaseDocument) -> Answers:
    """Return what facts say of the answers of authorities."""
    steps = [step for step in document.interventions if addressed(step)]
    given = [step.response for step in steps if step.response]
    return Answers(bool(steps), min(given, key=_rank, default=None))


class Step(NamedTuple):
    """A step as the index keeps it: coded, no words.

    Attributes:
        id: Its random id within the case.
        type: What was done, such as INT_SPUA.
        body: UN body addressed, if any.
        campaign: Campaign it belongs to, if any.
    """

    id: str
    type: str
    body: str | None = None
    campaign: str | None = None
    date: dt.date | None = None
    deadline: dt.date | None = None
    remind_on: dt.date | None = None
    status: str | None = None
    response: str | None = None
    response_date: dt.date | None = None


def coded(step: Intervention) -> Step:
    """Return a step without its words."""
    return Step(
        id=step.id,
        type=step.type,
        body=step.addressed_to,
        campaign=step.campaign,
        date=step.date,
        deadline=step.deadline,
        remind_on=step.remind_on,
        status=step.status,
        response=step.response,
        response_date=step.response_date,
    )


def packed(document: CaseDocument) -> str:
    """Return all steps as the index keeps them, a JSON list of lists; empty when there are none."""
    steps = [
        [value.isoformat() if isinstance(value, dt.date) else value for value in coded(step)]
        for step in document.interventions
    ]
    return json.dumps(steps, separators=(",", ":")) if steps else ""


def unpacked(steps: str) -> list[Step]:
    """Return the steps that `packed` wrote."""
    found = [dict(zip(Step._fields, values, strict=True)) for values in json.loads(steps)]
    return [Step(**(values | {name: _day(values[name]) for name in _DAYS})) for values in found]


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _rank(response: str) -> int:
    return _ORDER.index(response) if response in _ORDER else len(_ORDER)
