"""What a table says in a sentence: made from published numbers alone, and never more than they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from incidents.disclosure.services import HIDDEN, TOTAL
from incidents.i18n import gettext as _
from incidents.i18n import ngettext
from incidents.releases import wording

if TYPE_CHECKING:
    from incidents.disclosure.services import Dimension, ProtectedTable


class Part(NamedTuple):
    """A part of the first side of a table.

    Attributes:
        words: What it is called.
        value: Persons in it; None where that is hidden.
    """

    words: str
    value: int | None


def total(protected: ProtectedTable) -> int | None:
    """Persons in the whole table; None where that is hidden."""
    value = protected.cells[(TOTAL,) * len(protected.dimensions)]
    return None if value is HIDDEN or not isinstance(value, int) else value


def parts(protected: ProtectedTable) -> list[Part]:
    """The parts right under the total of the first side, in their order, without those that are empty."""
    side = protected.dimensions[0]
    found = [Part(wording.code_words(side, code), _margin(protected, code)) for code in _tops(side)]
    return [part for part in found if part.value != 0]


def _tops(side: Dimension) -> tuple[str, ...]:
    """The codes under the total; where that is one alone, those under it."""
    tops = side.children[TOTAL]
    while len(tops) == 1 and tops[0] in side.children:
        tops = side.children[tops[0]]
    return tops


def _margin(protected: ProtectedTable, code: str) -> int | None:
    value = protected.cells[(code, *(TOTAL,) * (len(protected.dimensions) - 1))]
    return value if isinstance(value, int) else None


def finding(protected: ProtectedTable) -> str:
    """The finding as a sentence: how many, and where most of them stand as far as that is shown.

    A hidden part may be the largest: then it is only said how large the largest shown one is.
    """
    whole = total(protected)
    if whole is None:
        return _("Documented cases; how many people are in them is not shown.")
    said = ngettext("%(num)s person in documented cases.", "%(num)s people in documented cases.", whole)
    found = parts(protected)
    shown = [part for part in found if part.value is not None]
    if len(found) < 2 or not shown:  # noqa: PLR2004 - one part is the whole
        return said
    largest = max(shown, key=lambda part: part.value or 0)
    if len(shown) == len(found):
        most = _("Most often: %(part)s (%(count)s).", part=largest.words, count=largest.value)
    else:
        most = _("Among them: %(part)s (%(count)s).", part=largest.words, count=largest.value)
    return f"{said} {most}"
