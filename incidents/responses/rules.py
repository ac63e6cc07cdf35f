"""What is due, and what came of what was asked. Pure.

A step is *asked* when it was addressed to an authority and is no mere plan. Then it is exactly one of *answered*
(anything came back, a denial included), *silent* (the deadline has passed without an answer, or somebody noted that),
or *pending*.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.codebook.services import codebook
from incidents.records.responses import Step, addressed, answered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEADLINES: Final = Path(__file__).with_name("deadlines.toml")
PLANNED: Final = "IST_PLAN"
SILENCE: Final = "RSP_NONE"
#: Of a step that was ended nothing is due any more.
ENDED: Final = frozenset({"IST_DONE", "IST_STOP"})


class Why(StrEnum):
    """Why somebody has to look at a step."""

    OVERDUE = "overdue"
    REMINDER = "reminder"
    PLANNED = "planned"


class Due(NamedTuple):
    """What is due, and since or from which day; None: a plan without a day."""

    why: Why
    day: date | None

    def late(self, today: date) -> int:
        """How many days ago it was due; less than 0: that many days are left. A plan without a day is not late."""
        return (today - self.day).days if self.day else 0


class State(StrEnum):
    """What came of something that was asked."""

    ANSWERED = "answered"
    SILENT = "silent"
    PENDING = "pending"


@cache
def usual_days() -> Mapping[str, int]:
    """Days within which an answer is usually due, by type of step; read once."""
    read = tomllib.loads(DEADLINES.read_text(encoding="utf-8"))["deadline"]
    return {code: entry["days"] for entry in read for code in entry["types"]}


def usual_deadline(kind: str, sent: date | None) -> date | None:
    """Return the day by which an answer to a step of some type is usually due; None when nothing is usual."""
    listed = codebook().vocabulary("interventions")
    days = next((days for code, days in usual_days().items() if listed.within(kind, code)), None)
    return sent + timedelta(days=days) if sent and days else None


def due(step: Step, today: date) -> Due | None:
    """Return what is due of a step by today; a plan is always due, from its day. None: nothing."""
    if step.status in ENDED:
        return None
    if overdue(step, today):
        return Due(Why.OVERDUE, step.deadline)
    if step.remind_on is not None and step.remind_on <= today:
        return Due(Why.REMINDER, step.remind_on)
    return Due(Why.PLANNED, step.date) if step.status == PLANNED else None


def overdue(step: Step, today: date) -> bool:
    """Say whether a deadline has passed without an answer, and nobody has noted that yet."""
    passed = step.deadline is not None and step.deadline < today
    return passed and not answered(step) and step.response != SILENCE


def asked(step: Step) -> bool:
    """Say whether an authority was asked for something: addressed to one, and more than a plan."""
    return addressed(step) and step.status != PLANNED


def state(step: Step, today: date) -> State:
    """Return what came of a step that was asked."""
    if answered(step):
        return State.ANSWERED
    if step.response == SILENCE or (step.deadline is not None and step.deadline < today):
        return State.SILENT
    return State.PENDING


def days_to_answer(step: Step) -> int | None:
    """Return how many days an answer took; None when there is none, or a day is not known or cannot be."""
    if not answered(step) or step.date is None or step.response_date is None:
        return None
    days = (step.response_date - step.date).days
    return days if days >= 0 else None


@dataclass
class Tally:
    """What was asked of one body and what came of it."""

    states: Counter[State] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    days: list[int] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """How many steps: answered, silent and pending together."""
        return self.states.total()

    @property
    def median_days(self) -> int | None:
        """Median days to an answer, rounded; None without one whose days are known."""
        return round(median(self.days)) if self.days else None

    def add(self, step: Step, today: date) -> None:
        """Count a step that was asked."""
        self.states[state(step, today)] += 1
        if answered(step) and step.response:
            self.kinds[step.response] += 1
        took = days_to_answer(step)
        if took is not None:
            self.days.append(took)


class Place(NamedTuple):
    """Where a line of the ledger stands: the country of the case, and a UN body or a type of national step."""

    country: str | None
    body: str


def ledger(steps: Iterable[tuple[str | None, Step]], today: date) -> dict[Place, Tally]:
    """Return what was asked and answered by country and body, countries in order and those not known last.

    Args:
        steps: Each step with the country of its case; those that asked nobody are left out.
        today: The day on which deadlines are judged.
    """
    found: dict[Place, Tally] = {}
    for country, step in steps:
        if asked(step):
            found.setdefault(Place(country, step.body or step.type), Tally()).add(step, today)
    return dict(sorted(found.items(), key=lambda pair: (pair[0].country is None, pair[0].country or "", pair[0].body)))


def total(tallies: Iterable[Tally]) -> Tally:
    """Return several lines as one."""
    found = Tally()
    for tally in tallies:
        found.states.update(tally.states)
        found.kinds.update(tally.kinds)
        found.days.extend(tally.days)
    return found
