"""Thresholds and rules of what may leave in a table, as versioned data (policy.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from incidents.disclosure.dimensions import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from incidents.disclosure.tables import Table

BUNDLED: Final = Path(__file__).with_name("policy.toml")


class Reason(Enum):
    """Why a table is refused. "None" and "too few" are one reason: the refusal must not tell which."""

    TOO_MANY_DIMENSIONS = "too_many_dimensions"
    TOO_MANY_CELLS = "too_many_cells"
    NOT_A_DIMENSION = "not_a_dimension"
    BELOW_COUNTRY = "below_country"
    TOO_FEW = "too_few"
    NOT_SAFE = "not_safe"


class Refused(Exception):
    """Nothing is published, for the `reason`, which holds no count; `releases.forms` says what to do about it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What may leave in a table. Load it with `Policy.load()`; its numbers live in policy.toml."""

    version: str
    usual: int
    strict: int
    country_base: int
    dimensions: frozenset[str]
    max_dimensions: int
    max_cells: int
    below_country: frozenset[str]
    below_country_permitted: bool
    person_attributes: frozenset[str]
    always_strict: frozenset[str]
    children: frozenset[str]
    strict_below_country: frozenset[str]
    group_attributes: frozenset[str]
    delay_days: int

    @classmethod
    def load(cls, path: Path | None = None) -> Policy:
        """Read a policy file, by default the bundled one. Raises `KeyError` when a rule is missing."""
        return cls.of(tomllib.loads((path or BUNDLED).read_text(encoding="utf-8")))

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Policy:
        """The policy that parsed TOML states. Raises `KeyError` when a rule is missing."""
        crossing, strict = data["crossing"], data["strict"]
        return cls(
            version=str(data["version"]),
            usual=int(data["thresholds"]["usual"]),
            strict=int(data["thresholds"]["strict"]),
            country_base=int(data["thresholds"]["country_base"]),
            dimensions=frozenset(crossing["dimensions"]),
            max_dimensions=int(crossing["max_dimensions"]),
            max_cells=int(crossing["max_cells"]),
            below_country=frozenset(crossing["below_country"]),
            below_country_permitted=bool(crossing["below_country_permitted"]),
            person_attributes=frozenset(strict["person_attributes"]),
            always_strict=frozenset(strict["always"]),
            children=frozenset(strict["children"]),
            strict_below_country=frozenset(strict["below_country"]),
            group_attributes=frozenset(data["group"]["attributes"]),
            delay_days=int(data["delay"]["living_persons_days"]),
        )

    def threshold(self, table: Table) -> int:
        """How many persons a cell of this table must have to be shown: the strictest rule that touches it."""
        touched = attributes(table)
        codes = codes_of(table)
        fine = bool(touched & self.below_country)
        rules = (
            len(touched & self.person_attributes) > 1,
            bool(touched & self.always_strict),
            within(codes, self.children),
            fine and within(codes, self.strict_below_country),
        )
        return self.strict if any(rules) else self.usual

    def check(self, table: Table) -> None:
        """Refuse a question that may not be asked, whatever its answer. Raises `Refused`."""
        touched = attributes(table)
        if len(table.dimensions) > self.max_dimensions:
            raise Refused(Reason.TOO_MANY_DIMENSIONS)
        if not self.dimensions.issuperset(dimension.name for dimension in table.dimensions):
            raise Refused(Reason.NOT_A_DIMENSION)
        if touched & self.below_country and not self.below_country_permitted:
            raise Refused(Reason.BELOW_COUNTRY)


def attributes(table: Table) -> frozenset[str]:
    """What a table is crossed or filtered by."""
    return frozenset(table.scope).union(dimension.name for dimension in table.dimensions)


def codes_of(table: Table) -> frozenset[str]:
    """Every code a table shows or is filtered by."""
    shown = {code for dimension in table.dimensions for code in dimension.codes if code != TOTAL}
    return frozenset(shown.union(*table.scope.values()))


def within(codes: Iterable[str], tops: Iterable[str]) -> bool:
    """Whether any code is one of the tops or stands below it (codes are built as PARENT_CHILD)."""
    return any(code == top or code.startswith(f"{top}_") for code in codes for top in tops)
