"""A plainly fictional case as it is told at the form, and what must follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Answers = dict[str, Any]
#: All five things were explained.
EXPLAINED: Answers = {f"explained.{name}": "y" for name in ("purpose", "recipients", "risks", "withdrawal", "limits")}


@dataclass(frozen=True)
class Entry:
    """One entry of a list of the form.

    Attributes:
        answers: What is typed on its page; ``whom`` and ``acts`` name other entries.
        more: What is typed on the page after it (an act's details).
    """

    answers: Answers
    more: Answers = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """A case, told step by step, and what it must become.

    Attributes:
        name: Which of the twelve.
        incident: Answers of the steps about the incident, by step.
        people: By a name that only this test uses.
        acts: By such a name; ``whom`` in the answers is a person's.
        perpetrators: Each with the names of its acts.
        sources: What they answered.
        consent: By person: the answers of the talk that lets the person be counted.
        rights: Rights that the acts must touch, by act.
        primary: The act that stands for each person.
        verification: The status that the sources alone must give.
        gbv: The core type of acts that are gender-based violence, by act.
        perpetrator: The actor that the facts must show.
        killed: How many the facts must count as killed.
        group: The group of violations in which the person must be published.
    """

    name: str
    incident: Mapping[str, Answers]
    people: Mapping[str, Entry]
    acts: Mapping[str, Entry]
    perpetrators: tuple[Answers, ...]
    sources: tuple[Answers, ...]
    consent: Mapping[str, Answers]
    rights: Mapping[str, tuple[str, ...]]
    primary: Mapping[str, str]
    verification: str
    group: str
    perpetrator: str
    gbv: Mapping[str, str] = field(default_factory=dict)
    killed: int = 0

    @property
    def public(self) -> bool:
        """Whether every fact is public already, so that nobody is asked."""
        return "open_source" in self.incident.get("consent", {})


def on(month: int, day: int, field_name: str = "date_start") -> Answers:
    """A day of 2026 as it is typed."""
    boxes = {f"{field_name}-day": str(day), f"{field_name}-month": str(month), f"{field_name}-year": "2026"}
    return boxes if field_name == "date_reported" else {f"{field_name}-kind": "day", **boxes}


def setting(words: str, nexus: str, country: str, place: str) -> dict[str, Answers]:
    """What happened, when and where."""
    return {
        "what": {"narrative": words, "narrative_lang": "en", "drug_nexus": [nexus]},
        "when": {**on(3, 14), **on(3, 20, "date_reported")},
        "where": {"country": country, "place_type": place},
    }


def woman(**answers: Any) -> Entry:
    """A woman who was harmed."""
    return somebody(gender="GEN_W", **answers)


def man(**answers: Any) -> Entry:
    """A man who was harmed."""
    return somebody(gender="GEN_M", **answers)


def somebody(**answers: Any) -> Entry:
    """A person who was harmed."""
    given = {"roles": ["victim"], "unit": "UNIT_IND", "age_band": "AGE_25_34", "deceased": "no"}
    return Entry({**given, **answers})


def act(violation: str, whom: str, **details: Any) -> Entry:
    """One violation against somebody."""
    return Entry({"violation": violation, "whom": whom}, details)


def testimony(**answers: Any) -> Answers:
    """What the person harmed told, graded C3."""
    given = {
        "source_type": "SRC_SURV",
        "connection": "LNK_VIC",
        "independence": "IND_PRI",
        "reliability": "REL_C",
        "credibility": "CRD_3",
    }
    return {**given, **answers}


def agreed(**answers: Any) -> Answers:
    """A talk in which the person agrees to be counted, and to nothing more."""
    given = {"given_by": "CB_SELF", "mode": "CM_ORAL", **EXPLAINED, "answer.CP_STAT": "yes"}
    return {**given, **answers}
