"""The door of microdata: coded rows of persons go in, rows that may be handed to a partner come out, or nothing.

The method is global recoding and local suppression to k-anonymity and l-diversity: docs/microdata.md. Each person
must be one row; who is linked to whom is for the caller to know.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field, fields
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Final

from incidents.disclosure.microdata_policy import NoRows, RowsRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from incidents.disclosure.microdata_policy import RowsPolicy, RowsQuestion
    from incidents.disclosure.risk import Risk

_MAKER: Final = object()


class Shown(Enum):
    """How a column is shown."""

    AS_RECORDED = "as_recorded"
    COARSER = "coarser"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, kw_only=True)
class Recoding:
    """What became of an identifying column, for the person who releases.

    `loss` is the share of what the column says that is lost, by coarser codes and stars together, 0 to 1;
    `starred` the cells hidden.
    """

    column: str
    label: str
    shown: Shown
    codes: tuple[str, ...]
    recorded: int
    weight: float
    loss: float
    starred: int

    @property
    def in_words(self) -> str:
        """One line of plain English, for a log or the command line; pages word it from the fields."""
        if self.shown is Shown.LEFT_OUT:
            return f"{self.label or self.column}: left out"
        how = "as recorded" if self.shown is Shown.AS_RECORDED else f"{self.recorded} codes became {len(self.codes)}"
        return f"{self.label or self.column}: {how}; {self.starred} cells starred; {self.loss:.0%} lost"


@dataclass(frozen=True)
class WorstCase:
    """Rows that few others look like: how many there are, and what they show."""

    size: int
    codes: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Rows made coarser and not yet checked, with what that cost and risks: not to be handed on.

    `starred_share` is of the cells of the columns kept, `loss` the mean of the columns' losses by their weights.
    """

    frame: pl.DataFrame = field(repr=False)
    recodings: tuple[Recoding, ...]
    starred_share: float
    loss: float
    before: Risk
    after: Risk
    worst: tuple[WorstCase, ...]


@dataclass(frozen=True, kw_only=True)
class AnonymisedRows(Draft):
    """Rows that may be handed on. Only `anonymise` makes one.

    `frame` has the identifying columns kept and the sensitive ones, all text, sorted, and no id of any row.
    `before` and `worst` are for the person who releases and do not leave.
    """

    k: int
    distinct: int
    policy_version: str
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        if maker is not _MAKER:
            raise TypeError("Rows that may be handed on are made by anonymise() alone.")

    @property
    def starred(self) -> int:
        """Cells hidden, in all columns."""
        return sum(one.starred for one in self.recodings)


def anonymise(frame: pl.DataFrame, question: RowsQuestion, policy: RowsPolicy) -> AnonymisedRows:
    """Make rows coarser, and hide cells, until each looks like k others that differ in what is sensitive.

    `frame` has one row for each person and at least the columns of the question, as text or whole numbers; an
    empty cell of an identifying column is the code `_U`. The result is checked anew by other code, and refused
    on any finding. Raises `RowsRefused`, and `ValueError` when a code is not one of its column.
    """
    policy.check(question)
    if frame.height < policy.smallest_class(question.audience):
        raise RowsRefused(NoRows.TOO_FEW)
    # numpy is loaded here and not above: a web worker that never hands on rows must not pay
    draft: Draft = import_module("incidents.disclosure.anonymising").draft(frame, question, policy)
    if import_module("incidents.disclosure.microdata_check").findings(draft.frame, frame, question, policy):
        raise RowsRefused(NoRows.NOT_SAFE)
    return AnonymisedRows(
        **{one.name: getattr(draft, one.name) for one in fields(draft)},
        k=policy.smallest_class(question.audience),
        distinct=policy.distinct,
        policy_version=policy.version,
        maker=_MAKER,
    )
