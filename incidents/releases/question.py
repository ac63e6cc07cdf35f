"""What an advocate asks for: codes only, so that a question can be kept, compared and put in an address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from incidents.codebook.services import codebook
from incidents.i18n import LazyString, lazy_gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

WORLD: Final = "WORLD"
MONTHS_A_YEAR: Final = 12
MOST_DIMENSIONS: Final = 3
#: Dimensions that tell the same thing more or less finely: a table has at most one of each family.
FAMILIES: Final = {
    "month": "time",
    "quarter": "time",
    "year": "time",
    "country": "place",
    "network": "place",
    "violation_group": "violation",
    "violation": "violation",
    "perpetrator_group": "perpetrator",
    "perpetrator": "perpetrator",
    "gender": "gender",
    "age": "age",
}
#: Adult or child: all that a release says of age.
AGE_GROUPS: Final = {"child": "AGE_CH", "adult": "AGE_AD", "unknown": "AGE_UNK"}


class Series(StrEnum):
    """How well what is counted has been established."""

    CREDIBLE = "credible"
    CORROBORATED = "corroborated"
    PRESS = "press"


#: Contested cases (VS_C) are in none: they are never added to other counts.
VERIFIED: Final[Mapping[Series, tuple[str, ...]]] = {
    Series.CREDIBLE: ("VS_2", "VS_3", "VS_4", "VS_5"),
    Series.CORROBORATED: ("VS_3", "VS_4", "VS_5"),
    Series.PRESS: ("VS_1", "VS_2", "VS_3", "VS_4", "VS_5"),
}


class Unaskable(ValueError):
    """A question that makes no sense. `field` names what to change; the message says how."""

    def __init__(self, field: str, message: LazyString) -> None:
        super().__init__(field)
        self.field = field
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Question:
    """Persons in a period and place, narrowed by codes, broken down by one to three dimensions.

    `since` and `until` are months as yyyymm, both included. `place` is a country, a network or `WORLD`.
    `violation` means the code and everything under it; `age` is one of `AGE_GROUPS`' codes.
    Raises `Unaskable`.
    """

    since: int
    until: int
    dimensions: tuple[str, ...]
    place: str = WORLD
    violation: str | None = None
    gender: str | None = None
    age: str | None = None
    perpetrator_group: str | None = None
    series: Series = Series.CREDIBLE

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimensions", tuple(self.dimensions))
        object.__setattr__(self, "series", Series(self.series))
        for check in (_period, _codes, _dimensions, _fixed):
            for field, message in check(self):
                raise Unaskable(field, message)

    @property
    def country(self) -> str | None:
        """The country asked for; None when a network or the world is."""
        return self.place if codebook().is_country(self.place) else None

    @property
    def network(self) -> str | None:
        """The network asked for; None when a country or the world is."""
        return None if self.place == WORLD or self.country else self.place

    def scope(self) -> dict[str, tuple[str, ...]]:
        """What the table is filtered by: attribute -> codes, as disclosure control wants to know it."""
        filters = {
            "period": f"{self.since}-{self.until}",
            "country": self.country,
            "network": self.network,
            "violation": self.violation,
            "gender": self.gender,
            "age": self.age,
            "perpetrator_group": self.perpetrator_group,
        }
        filters["series"] = self.series.value
        return {name: (code,) for name, code in filters.items() if code}

    def to_json(self) -> str:
        """The question as the register keeps it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Question:
        """Read what `to_json` wrote."""
        kept: dict[str, Any] = json.loads(text)
        return cls(**kept)

    def overlaps(self, other: Question) -> bool:
        """Whether some person could be counted in the answers to both."""
        return (
            self.since <= other.until
            and other.since <= self.until
            and _places_meet(self.place, other.place)
            and _violations_meet(self.violation, other.violation)
            and all(
                None in {mine, theirs} or mine == theirs
                for mine, theirs in (
                    (self.gender, other.gender),
                    (self.age, other.age),
                    (self.perpetrator_group, other.perpetrator_group),
                )
            )
        )


Problems = Iterator[tuple[str, LazyString]]


def _period(question: Question) -> Problems:
    for field in ("since", "until"):
        if not 1 <= getattr(question, field) % 100 <= MONTHS_A_YEAR:
            yield field, lazy_gettext("Give a month as year and month, such as 2026-03.")
    if question.since > question.until:
        yield "until", lazy_gettext("The last month is before the first: change one of them.")


def _codes(question: Question) -> Problems:
    for field, codes in _choices().items():
        if getattr(question, field) not in codes:
            yield field, lazy_gettext("Choose one of the list.")


@cache
def _choices() -> dict[str, frozenset[str | None]]:
    """What each filter may be: others of the same vocabulary stand on no fact, or on no side of a table."""
    countries = codebook().countries()
    genders = codebook().vocabulary("victim_attributes").facet("GEN")
    return {
        "place": frozenset([WORLD, *(one.code for one in countries), *(one.parent for one in countries)]),
        "violation": frozenset([None, *(one.code for one in codebook().vocabulary("violation_types"))]),
        "gender": frozenset([None, *(one.code for one in genders)]),
        "perpetrator_group": frozenset([None, *(one.code for one in codebook().vocabulary("perpetrator_types").roots)]),
        "age": frozenset([None, *AGE_GROUPS.values()]),
    }


def _dimensions(question: Question) -> Problems:
    asked = question.dimensions
    if not asked or not FAMILIES.keys() >= set(asked):
        yield "by", lazy_gettext("Choose what to break the numbers down by.")
        return
    if len(asked) > MOST_DIMENSIONS:
        yield "by", lazy_gettext("Break the numbers down by three things at most.")
    if len({FAMILIES[name] for name in asked}) < len(asked):
        yield "by", lazy_gettext("Two of these say the same, one more finely: keep one of them.")


def _fixed(question: Question) -> Problems:
    """A dimension of which the question already chose the one value; deaths that are none."""
    violations = codebook().vocabulary("violation_types")
    narrowed = {
        "gender": question.gender,
        "age": question.age,
        "perpetrator_group": question.perpetrator_group,
        "violation_group": question.violation,
        "country": question.country,
        "network": question.place != WORLD,
        "violation": question.violation and not violations.children(question.violation),
    }
    if any(narrowed.get(name) for name in question.dimensions):
        yield (
            "by",
            lazy_gettext("The question already chose one value of this: break it down by something else."),
        )
    if question.series is Series.PRESS and question.violation and not deaths(question.violation):
        yield (
            "violation",
            lazy_gettext("Press reports may be released for killings only: choose one, or none."),
        )


def deaths(violation: str | None = None) -> tuple[str, ...]:
    """Every code of a death at or under a violation: "right to life" without attempts and threats."""
    violations = codebook().vocabulary("violation_types")
    return tuple(
        code.code
        for code in violations
        if violations.within(code.code, "LIF")
        and not any(violations.within(code.code, survived) for survived in ("LIF_ATT", "LIF_THR"))
        and (violation is None or violations.within(code.code, violation))
    )


def _places_meet(one: str, other: str) -> bool:
    regions = codebook().vocabulary("regions")
    return WORLD in {one, other} or regions.within(one, other) or regions.within(other, one)


def _violations_meet(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return True
    violations = codebook().vocabulary("violation_types")
    return violations.within(one, other) or violations.within(other, one)
