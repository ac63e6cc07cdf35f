"""What colleagues did about invented incidents: steps and answers, reviews, urgency, second accounts. Pure."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final, TypeVar

from incidents.records.identifiers import new_reference
from incidents.records.schema import CaseDocument

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

Drawn = TypeVar("Drawn")

#: Steps towards authorities, and how often each.
STEPS: Final = {"INT_POLC": 40, "INT_NHRI": 20, "INT_CRT": 12, "INT_SPAL": 18, "INT_HLTC": 10}
#: What came back, None while nothing has.
ANSWERS: Final = {None: 30, "RSP_NONE": 32, "RSP_TOK": 14, "RSP_DEN": 10, "RSP_SUBST": 8, "RSP_ACT": 6}
SHARE_WITH_STEPS: Final = 0.35
SHARE_IN_REVIEW: Final = 0.12
SHARE_URGENT: Final = 0.03
SHARE_TOLD_TWICE: Final = 0.02
#: Days that authorities get.
DEADLINE: Final = 60


class Desk:
    """Works on invented incidents as two colleagues would.

    Args:
        random: The seeded source of all choices.
        today: The last day on which something was done.
        colleagues: Account ids of those who work on cases.
    """

    def __init__(self, random: random.Random, today: dt.date, colleagues: tuple[str, ...]) -> None:
        self.random = random
        self.today = today
        self.colleagues = colleagues

    def worked_on(self, document: CaseDocument) -> CaseDocument:
        """The incident with what was done about it, if anything was."""
        raw = document.model_dump(mode="json")
        if self.random.random() < SHARE_WITH_STEPS:
            raw["interventions"] = [self._step(document)]
        if self.random.random() < SHARE_IN_REVIEW:
            raw |= self._review()
        if self.random.random() < SHARE_URGENT:
            raw["incident"] |= self._urgency()
        return CaseDocument.model_validate(raw)

    def told_again(self, document: CaseDocument) -> CaseDocument | None:
        """A second account of an incident, by somebody else and less exact; None for most."""
        if not document.persons or self.random.random() >= SHARE_TOLD_TWICE:
            return None
        raw = self._renamed(document)
        incident = raw["incident"]
        start = document.incident.date_start
        incident |= {
            "id": self._id(),
            "cell_key": self._number(),
            "ref": new_reference(self.random.randbytes),
            "date_start": start.text[:7] if start else None,
            "place_precision": "PP_ADM2",
            "narrative": "Invented for the demo: a second, less exact account of a fictional incident.",
        }
        for person in raw["persons"]:
            person["cell_key"] = self._number()
        raw["sources"] = raw["sources"][:1]
        return CaseDocument.model_validate(raw | {"status": "incomplete"})

    def _renamed(self, document: CaseDocument) -> dict[str, Any]:
        """The values of a document without what colleagues did, its people under other ids."""
        text = document.model_dump_json(exclude={"interventions", "review", "comments", "consents"})
        for person in document.persons:
            text = text.replace(person.id, self._id())
        raw: dict[str, Any] = json.loads(text)
        return raw

    def _step(self, document: CaseDocument) -> dict[str, Any]:
        reported = document.incident.date_reported or self.today
        asked = min(self.today, reported + dt.timedelta(days=self.random.randint(2, 60)))
        kind = self._drawn(STEPS)
        answer = self._drawn(ANSWERS)
        came = asked + dt.timedelta(days=self.random.randint(10, 200))
        replied = answer not in (None, "RSP_NONE") and came <= self.today
        return {
            "id": self._id(),
            "type": kind,
            "addressed_to": "UNB_SUMEX" if kind == "INT_SPAL" else None,
            "date": asked.isoformat(),
            "deadline": (asked + dt.timedelta(days=DEADLINE)).isoformat(),
            "demand": "Invented for the demo: to look into it, and to say what was done.",
            "response": answer if replied or answer == "RSP_NONE" else None,
            "response_date": came.isoformat() if replied else None,
            "status": "IST_ACT",
        }

    def _review(self) -> dict[str, Any]:
        first, second = self.random.sample(self.colleagues, 2)
        since = self.today - dt.timedelta(days=self.random.randint(1, 20))
        comment = {
            "id": self._id(),
            "at": dt.datetime.combine(since, dt.time(9), dt.UTC).isoformat(),
            "by": first,
            "kind": "question",
            "text": "Invented for the demo: do the two sources depend on each other?",
        }
        returned = self.random.random() < 1 / 2
        return {
            "review": {
                "state": "returned" if returned else "waiting",
                "assigned_to": second if returned else "",
                "since": since.isoformat(),
            },
            "comments": [comment] if returned else [],
        }

    def _urgency(self) -> dict[str, Any]:
        hours = self.random.randint(1, 70)
        since = dt.datetime.combine(self.today, dt.time(12), dt.UTC) - dt.timedelta(hours=hours)
        return {
            "priority": self.random.choice(["PRI_1", "PRI_2"]),
            "priority_since": since.isoformat(),
            "risk": {"findable": "yes", "custody": "unknown", "screened_on": since.date().isoformat()},
        }

    def _drawn(self, weighted: Mapping[Drawn, int]) -> Drawn:
        return self.random.choices(list(weighted), list(weighted.values()))[0]

    def _id(self) -> str:
        return f"{self.random.getrandbits(128):032x}"

    def _number(self) -> int:
        return self.random.getrandbits(63) + 1
