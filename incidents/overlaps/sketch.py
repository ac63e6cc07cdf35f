"""Names as sketches: alike names have alike sketches, and no name can be read from one. Pure.

A name is folded (compatibility forms, all alphabets to Latin letters), parted into words, and each word reduced to its
consonants, because Arabic and Hebrew write few vowels and transliterations differ in them most. What is left, and each
pair of neighbouring consonants in it, sets bits of a small Bloom filter (Schnell, Bachteler and Reiher 2009). Order is
lost with it: "Santos, Maria" is "Maria Santos". Many names share a sketch; somebody who holds one can test a guess, and
cannot list a name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from anyascii import anyascii

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HALF_BITS: Final = 64
NAME_BITS: Final = 2 * HALF_BITS
PLACE_BITS: Final = HALF_BITS
#: Longer texts in a field of names are notes: their end is left out.
LONGEST: Final = 500
#: Between one name and another of the same person.
_APART: Final = re.compile(r"[,;/|()\[\]\n\"“”«»،؛、]|\b(?:alias|a\.?k\.?a\.?|known as|called|or)\b", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"\bال(?=\w{3})")
_LETTERS: Final = re.compile(r"[a-z]+")
_FIRST_VOWEL: Final = re.compile(r"^['`]+(?=[a-z])")
_SPACES: Final = re.compile(r"[\s\-‐-―_.]+")
#: Words of a description, or of what somebody is accused of: whatever stands beside them is nobody's name.
_NOBODY: Final = (
    "unidentified unknown unnamed anonymous withheld nameless noname nn doe desconocido desconocida anonimo anonima "
    "alleged suspected suspect accused wanted presunto presunta sospechoso sospechosa suspecto suspeito suspeita "
    "inconnu inconnue anonyme desconhecido desconhecida неизвестный неизвестная неизвестно مجهول مجهولة مجهوله"
)
_NOBODY_PHRASES: Final = (
    "no name",
    "not known",
    "not identified",
    "not named",
    "no identificado",
    "no identificada",
    "non identifie",
    "non identifiee",
    "sin identificar",
    "hindi kilala",
    "di kilala",
    "غير معروف",
    "غير معروفة",
)
_NOT_NAMES: Final = "al el ul ibn bin bint ben de la del da dos das van von der den y e jr sr mr mrs ms miss dr sir"
#: What every second place is called besides its name.
_ANY_PLACE: Final = (
    "city town province district municipality county state village area region near the of in at street road"
    " barangay brgy ciudad pueblo provincia distrito municipio barrio calle cerca en ville rue quartier"
)
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("sch|sh|ts|tz|z", "s"),
        ("kh", "h"),
        ("gh|dzh|dj|zh|j", "g"),
        ("ch", "x"),
        ("ph", "f"),
        ("th", "t"),
        ("dh", "d"),
        ("ck|q", "k"),
        ("c(?=[eiy])", "s"),
        ("c", "k"),
        ("v|^w", "b"),
        ("^[aeiou]+", "A"),
        ("(?<=.)[aeiouyw]", ""),
        ("(?<=.)h$", ""),
        (r"(.)\1+", r"\1"),
    )
)


def words(text: str) -> list[str]:
    """The words of a text in small Latin letters, without accents, articles and titles."""
    not_names = _NOT_NAMES.split()
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).replace("ـ", "")
    parts = [part for part in _SPACES.split(_ARTICLE.sub("", plain)) if part.casefold() not in not_names]
    return [word for word in map(_plain, parts) if word]


def skeleton(word: str) -> str:
    """What sounds of a folded word: its consonants, spellings of one sound made one; the word where none is left."""
    found = word
    for pattern, sound in _SOUNDS:
        found = pattern.sub(sound, found)
    return found or word


def names(*fields: str) -> list[list[str]]:
    """The names in some fields, each as its words; descriptions of somebody unnamed are no names."""
    parts = (words(part) for field in fields for part in _APART.split(field))
    return [part for part in parts if any(len(word) > 1 for word in part) and not _unnamed(part)]


def name_sketch(*fields: str) -> tuple[int, int] | None:
    """The sketch of all names of a person, as two numbers of 64 bits; None when no name is known."""
    bits = _sketch({skeleton(word) for name in names(*fields) for word in name}, NAME_BITS)
    return (bits >> HALF_BITS, bits & (2**HALF_BITS - 1)) if bits else None


def place_sketch(text: str) -> int | None:
    """The sketch of a place in words, coarser than that of a name; None when nothing is said."""
    said = {skeleton(word) for word in words(text) if word not in _ANY_PLACE.split()}
    return _sketch(said, PLACE_BITS, whole=True) or None


def bucket(value: str, size: int) -> int:
    """One of so many numbers, always the same for the same text."""
    return int.from_bytes(blake2b(value.encode(), digest_size=8, person=b"tala bucket").digest(), "big") % size


def _plain(word: str) -> str:
    """A word in small Latin letters; a sign that stands for a vowel at its beginning is one."""
    return "".join(_LETTERS.findall(_FIRST_VOWEL.sub("a", anyascii(word).casefold(), count=1)))


def _unnamed(found: list[str]) -> bool:
    phrase = f" {' '.join(found)} "
    single, several = _nobody()
    return not single.isdisjoint(found) or any(one in phrase for one in several)


@cache
def _nobody() -> tuple[frozenset[str], tuple[str, ...]]:
    """Folded once, as names are."""
    return frozenset(words(_NOBODY)), tuple(f" {' '.join(words(phrase))} " for phrase in _NOBODY_PHRASES)


def _sketch(parts: Iterable[str], size: int, *, whole: bool = False) -> int:
    bits = 0
    for part in parts:
        for feature in _features(part, whole=whole):
            number = int.from_bytes(blake2b(feature.encode(), digest_size=8, person=b"tala name").digest(), "big")
            bits |= 1 << number % size | 1 << (number >> HALF_BITS // 2) % size
    return bits


def _features(part: str, *, whole: bool) -> Iterator[str]:
    yield part
    if not whole:
        framed = f"_{part}_"
        yield from (framed[at : at + 2] for at in range(len(framed) - 1))
