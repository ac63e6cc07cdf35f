"""Random names of things: nothing in them tells a date, a place, an order or a person."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field

from incidents.records.errors import problem

if TYPE_CHECKING:
    from collections.abc import Callable

# Crockford's base 32: no I, L, O, U, so that a reference survives being read aloud.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH: Final = 12
_VALUES = {letter: number for number, letter in enumerate(ALPHABET)}
_SOUND_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_ID = re.compile(r"[0-9a-f]{32}\Z")


def new_id() -> str:
    """Return a random id of 128 bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)


def new_cell_key() -> int:
    """Return a random number between 1 and 2**64 - 1, by which tables count without knowing a case."""
    return secrets.randbelow(2**64 - 1) + 1


def new_reference(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return eleven random letters and digits and a check character (Luhn algorithm, modulo 32)."""
    body = "".join(ALPHABET[one % len(ALPHABET)] for one in random_bytes(REFERENCE_LENGTH - 1))  # 32 divides 256
    return body + _check_character(body)


def read_reference(typed: str) -> str:
    """Return a reference as stored: upper case, without spaces or hyphens, sound-alikes mended.

    Raises:
        PydanticCustomError: It has a wrong length, a strange letter, or its check character does not fit.
    """
    reference = typed.strip().upper().translate(_SOUND_ALIKE)
    if len(reference) != REFERENCE_LENGTH or not _VALUES.keys() >= set(reference):
        raise problem("reference_malformed")
    if _check_character(reference[:-1]) != reference[-1]:
        raise problem("reference_malformed")
    return reference


def _check_character(body: str) -> str:
    base = len(ALPHABET)
    total = 0
    for position, letter in enumerate(reversed(body)):
        value = _VALUES[letter] * (2 - position % 2)
        total += value // base + value % base
    return ALPHABET[-total % base]


def _check_id(value: str) -> str:
    if not _ID.match(value):
        raise problem("id_malformed")
    return value


Id = Annotated[str, AfterValidator(_check_id)]
Reference = Annotated[str, AfterValidator(read_reference)]
CellKey = Annotated[int, Field(ge=1, lt=2**64)]
