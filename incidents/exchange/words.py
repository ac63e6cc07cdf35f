"""Words of a cell, made comparable and fit to be stored."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from incidents.records.text import NARRATIVE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TWO_DIGITS: Final = 0x100
_PIECE: Final = NARRATIVE_LIMIT // 12
_KINDS_OF_AREA: Final = re.compile(r"\b(?:province|state|region)\b|[^\w\s]")


def fold(text: str) -> str:
    """Text without case and double spaces: how cells are compared with a mapping's tables."""
    return " ".join(text.casefold().split())


@lru_cache(maxsize=4096)
def fold_area(name: str) -> str:
    """Name of an area without case, accents, marks, and the word province, state or region."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return " ".join(_KINDS_OF_AREA.sub(" ", plain.casefold()).split())


@lru_cache(maxsize=1024)
def columns_of(template: str) -> tuple[str, ...]:
    """The columns that a template speaks of, in order."""
    return tuple(_PLACEHOLDER.findall(template))


def fill(template: str, cell: Callable[[str], str]) -> str:
    """A template with its cells; empty when all of them are."""
    cells = {column: cell(column) for column in columns_of(template)}
    if cells and not any(cells.values()):
        return ""
    return _PLACEHOLDER.sub(lambda found: cells[found[1]], template)


def storable(text: str) -> Iterator[str]:
    r"""The text in pieces that a record can hold, with what is invisible spelled out (``\x0b``, ``\u202e``)."""
    if len(text) <= NARRATIVE_LIMIT and text.isprintable() and text.isascii():
        yield text
        return
    visible = _CONTROL.sub(_spelled, text)
    if len(visible) <= NARRATIVE_LIMIT:
        yield visible
        return
    # Composing characters can lengthen a text as it is stored: pieces stay well below the limit.
    for start in range(0, len(visible), _PIECE):
        yield visible[start : start + _PIECE]


def _spelled(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < _TWO_DIGITS else f"\\u{code:04x}"
