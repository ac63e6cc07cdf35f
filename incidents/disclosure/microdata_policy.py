"""What may leave as rows, as versioned data (microdata.toml), and what somebody asks for."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.disclosure.dimensions import Dimension

#: What stands in a cell that is hidden.
STAR: Final = "*"
BUNDLED: Final = Path(__file__).with_name("microdata.toml")


class Audience(Enum):
    """Who is to read the rows."""

    PARTNER = "partner"  # under an agreement that forbids looking for people
    PUBLIC = "public"


class NoRows(Enum):
    """Why no rows are handed on. "None" and "too few" are one reason: the refusal must not tell which."""

    NOT_A_COLUMN = "not_a_column"  # a column is not on the list
    BELOW_COUNTRY = "below_country"
    IDENTIFY_TOGETHER = "identify_together"  # the sensitive columns point at a person as well
    TOO_MANY_RECODINGS = "too_many_recodings"  # take fewer columns, or flatter ones
    TOO_FEW = "too_few"
    NOT_DIVERSE = "not_diverse"  # a sensitive column, or the incidents, tell of everybody the same
    TOO_RISKY = "too_risky"  # more would be recognised than the limit allows, however coarse
    EMPTIED = "emptied"  # nothing identifying would be left
    NOT_SAFE = "not_safe"  # the independent check found something


class RowsRefused(Exception):
    """No rows are handed on, for the `reason`, which holds no value and no count."""

    def __init__(self, reason: NoRows) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class RowsPolicy:
    """What may leave as rows. Load it with `RowsPolicy.load()`; its numbers live in microdata.toml."""

    version: str
    partner: int
    public: int
    distinct: int
    starred: float
    global_risk: float
    high_risk: float
    recodings: int
    identifying: frozenset[str]
    sensitive: frozenset[str]
    below_country: frozenset[str]
    never: frozenset[str]

    @classmethod
    def load(cls, path: Path | None = None) -> RowsPolicy:
        """Read a policy file, by default the bundled one. Raises `KeyError` when a rule is missing."""
        data: dict[str, Any] = tomllib.loads((path or BUNDLED).read_text(encoding="utf-8"))
        classes, limits, columns = data["classes"], data["limits"], data["columns"]
        return cls(
            version=str(data["version"]),
            partner=int(classes["partner"]),
            public=int(classes["public"]),
            distinct=int(classes["distinct"]),
            starred=float(limits["starred"]),
            global_risk=float(limits["global_risk"]),
            high_risk=float(limits["high_risk"]),
            recodings=int(limits["recodings"]),
            identifying=frozenset(columns["identifying"]),
            sensitive=frozenset(columns["sensitive"]),
            below_country=frozenset(columns["below_country"]),
            never=frozenset(data["never"]["codes"]),
        )

    def smallest_class(self, audience: Audience) -> int:
        """k: how many rows must look alike for this audience."""
        return self.partner if audience is Audience.PARTNER else self.public

    def check(self, question: RowsQuestion) -> None:
        """Refuse a question that may not be asked, whatever the rows. Raises `RowsRefused`."""
        identifying = {side.name for side in question.columns}
        if not (self.identifying.issuperset(identifying) and self.sensitive.issuperset(question.sensitive)):
            raise RowsRefused(NoRows.NOT_A_COLUMN)
        if identifying & self.below_country and not question.below_country_permitted:
            raise RowsRefused(NoRows.BELOW_COUNTRY)
        # Nothing groups rows by their sensitive columns: two that somebody could know make nearly every row unique,
        # and one beside its own group takes the star off it.
        known = [name for name in question.sensitive if name in self.identifying]
        families = {family(name) for name in identifying}
        if len(known) > 1 or any(family(name) in families for name in known):
            raise RowsRefused(NoRows.IDENTIFY_TOGETHER)


def family(name: str) -> str:
    """What a column and its coarser form have in common."""
    return name.removesuffix("_group")


@dataclass(frozen=True, kw_only=True)
class RowsQuestion:
    """Which columns somebody asks for, and what matters to them.

    `columns` are the identifying ones, each with its codes in a tree, by whose levels it may become coarser.
    `weights` say how much each matters (1 when not named): what weighs more is coarsened later. `incidents`
    names a column that says which rows are of one incident: rows that look alike must be of several; it is not
    handed on. `documented` is the share of all persons concerned, whom a reader could think of, that the rows
    hold, above 0 up to 1; 1 supposes a reader who knows that the person is among them. Raises `ValueError`
    when the parts do not fit together.
    """

    columns: tuple[Dimension, ...]
    sensitive: tuple[str, ...] = ()
    audience: Audience = Audience.PARTNER
    weights: Mapping[str, float] = field(default_factory=dict)
    incidents: str | None = None
    documented: float = 1.0
    below_country_permitted: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "sensitive", tuple(self.sensitive))
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))
        names = [side.name for side in self.columns]
        used = [*names, *self.sensitive, *([self.incidents] if self.incidents else [])]
        if not names or len(set(used)) != len(used):
            raise ValueError("Rows need at least one identifying column, and each column only once.")
        if any(STAR in side.codes for side in self.columns):
            raise ValueError("The star is the mark of hidden cells in rows and no code of a column.")
        if not set(names).issuperset(self.weights):
            raise ValueError("A weight is given for a column that is not among the identifying ones.")
        if not all(math.isfinite(weight) and weight > 0 for weight in self.weights.values()):
            raise ValueError("A weight must be a number above zero.")
        if not 0 < self.documented <= 1:
            raise ValueError("The share documented must be above 0 and at most 1.")

    @property
    def weighed(self) -> tuple[float, ...]:
        """The weight of each identifying column, in their order."""
        return tuple(float(self.weights.get(side.name, 1.0)) for side in self.columns)
