"""Text as it is kept: one normal form, no invisible surprises, sensible lengths.

The decision about bidirectional controls (Unicode UAX 9): a one-line field refuses embeddings, overrides and
isolates, because a name that reads differently from what is stored can deceive; a narrative drops them,
because telephones put them into pasted text where the writer can neither see nor remove them. The harmless
marks (left-to-right, right-to-left, Arabic letter) are dropped from both: the page isolates each value
itself. Joiners, which Persian and the languages of India need, stay.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator

from incidents.records.errors import problem

LINE_LIMIT: Final = 500
NOTE_LIMIT: Final = 10_000
NARRATIVE_LIMIT: Final = 100_000

# control characters but tab and line feed; halves of letters that broken UTF-16 leaves behind
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]")
_BREAK = re.compile(r"\r\n?|[\u2028\u2029]")
_GAP = re.compile(r"[\n\t]+")


def clean_line(value: str) -> str:
    """Return one line of text, NFC, trimmed, breaks and tabs turned into a space.

    Raises:
        PydanticCustomError: It is too long, or holds a control or a direction-changing character.
    """
    if value.isascii() and value.isprintable():
        return _fitting(value.strip(), LINE_LIMIT)
    if _BIDI.search(value[: 2 * LINE_LIMIT]):
        raise problem("text_bidi")
    return _GAP.sub(" ", _normal(value, LINE_LIMIT))


def clean_note(value: str) -> str:
    """Return several lines of text of at most `NOTE_LIMIT` characters; see `clean_narrative`."""
    return _normal(value, NOTE_LIMIT)


def clean_narrative(value: str) -> str:
    """Return several lines of text, NFC, trimmed, line feeds only, without direction-changing characters.

    Raises:
        PydanticCustomError: It is too long, or holds a control character.
    """
    return _normal(value, NARRATIVE_LIMIT)


def _normal(value: str, limit: int) -> str:
    # Before any other work: a megabyte of text is refused by its length alone.
    if len(value) > 2 * limit:
        raise problem("text_too_long", limit=limit)
    tidy = _BREAK.sub("\n", value)
    if _CONTROL.search(tidy):
        raise problem("text_control")
    # What is invisible goes first: taking it out may bring letters together that NFC composes.
    tidy = unicodedata.normalize("NFC", _INVISIBLE.sub("", tidy))
    return _fitting(tidy.strip(), limit)


def _fitting(value: str, limit: int) -> str:
    if len(value) > limit:
        raise problem("text_too_long", limit=limit)
    return value


Line = Annotated[str, AfterValidator(clean_line)]
Note = Annotated[str, AfterValidator(clean_note)]
Narrative = Annotated[str, AfterValidator(clean_narrative)]
