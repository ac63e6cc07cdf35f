"""What is searched for, whether a text says it, and where. Pure; no text is kept.

All terms must be found, each anywhere in the case; part of a word is enough, because many languages put more before and
after a word. What stands in quotation marks is found as whole words in this order.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.search.folding import CONSONANTAL, consonantal, fold, fold_with_places, is_silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

QUOTED: Final = re.compile(r"""["“”„«»]([^"“”„«»]*)["“”„«»]""")
#: Signs of a folded term: one letter is in every case.
SHORTEST: Final = 2
MOST_TERMS: Final = 10
#: Consonants that a term needs to be compared by them alone: fewer are in too many words.
FEWEST_CONSONANTS: Final = 3
VOWELS: Final = "aeiouwy"
#: What may stand between two consonants: in Hebrew a vowel is written with a sign that is a consonant elsewhere.
BETWEEN: Final = f"[{VOWELS}v]*"
#: How one consonant may be written in Latin letters, where there are several ways.
ALIKE: Final = {
    "c": "[ckqs]h?",
    "d": "dh?",
    "g": "gh?",
    "h": "k?h",
    "k": "[ckq]h?",
    "q": "[ckq]h?",
    "s": "sh?",
    "t": "th?",
    "v": "[bv]",
    "z": "zh?",
}
DIGRAPH: Final = re.compile("([cdgkpstz])h")
#: An article or a particle that is written as one with its word.
PARTICLE: Final = "(?:[aeiou]?l|[bfkw])?"
#: A text in JSON.
STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
#: Signs of a text before and after what was found, and how many findings of one text are shown.
BEFORE: Final = 60
AFTER: Final = 100
MOST_SHOWN: Final = 2


@dataclass(frozen=True)
class Term:
    """One thing to look for.

    Attributes:
        text: Folded, one or more words.
        whole: Whether it stands as whole words only.
        by_consonants: Whether it was typed in a script of consonants, and is found in other scripts by them.
    """

    text: str
    whole: bool = False
    by_consonants: bool = False

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        """Its words, one of which is missing in whatever does not say it."""
        return tuple(word.encode() for word in self.text.split())

    @cached_property
    def consonants(self) -> str:
        """A pattern of its consonants with any vowels between; empty where they are too few to tell words apart."""
        letters = re.sub(f"[{VOWELS}]", "", DIGRAPH.sub(r"\1", self.text))
        if self.by_consonants:
            letters = letters[:1] + letters[1:].replace("v", "")
        letters = re.sub(r"(.)\1+", r"\1", letters)
        if self.whole or not letters.isalnum() or len(letters) < FEWEST_CONSONANTS:
            return ""
        return BETWEEN.join(f"(?:{ALIKE.get(one, one)})+" for one in letters)

    @cached_property
    def loose(self) -> re.Pattern[str] | None:
        """Words with these consonants; in other scripts, where more words are alike, none that goes on after them."""
        end = f"[{VOWELS}h]*(?![a-z0-9])" if self.by_consonants else ""
        pattern = f"(?<![a-z0-9]){PARTICLE}[{VOWELS}]*{self.consonants}{end}"
        return re.compile(pattern) if self.consonants else None

    @cached_property
    def loose_bytes(self) -> re.Pattern[bytes] | None:
        """The consonants for bytes, if it was typed in a script of consonants."""
        return re.compile(self.consonants.encode()) if self.by_consonants and self.consonants else None

    def may_be_in(self, lowered: bytes) -> bool:
        """Whether plain text may say it: never False of a text that does. For a first look at many."""
        for word in self.needles:
            if word not in lowered:
                return bool(self.loose_bytes and self.loose_bytes.search(lowered))
        return True

    def is_in(self, text: Folded) -> bool:
        """Whether a text says it."""
        if (f" {self.text} " if self.whole else self.text) in text.framed:
            return True
        if self.loose is None:
            return False
        return bool(self.loose.search(text.framed if self.by_consonants else text.consonantal))


@dataclass(frozen=True)
class Folded:
    """A text in one spelling, worked out once for all terms."""

    original: str

    @cached_property
    def framed(self) -> str:
        """With a space before and after."""
        return f" {fold(self.original)} "

    @cached_property
    def consonantal(self) -> str:
        """Of its words those in a script of consonants."""
        return "" if self.original.isascii() else consonantal(self.original)


class Piece(NamedTuple):
    """A stretch of a text, and whether it is what was looked for."""

    text: str
    marked: bool


def terms(typed: str) -> tuple[Term, ...]:
    """What somebody typed, as terms: each word, and each group of words in quotation marks. Each once."""
    phrases = [Term(fold(one), whole=True) for one in QUOTED.findall(typed)]
    words = [_word(one) for one in QUOTED.sub(" ", typed).split()]
    return tuple(dict.fromkeys(term for term in (*phrases, *words) if term.text))


def _word(typed: str) -> Term:
    return Term(fold(typed), by_consonants=bool(CONSONANTAL.search(typed)))


def may_say(raw: bytes, wanted: Sequence[Term]) -> bool:
    """Whether a sealed part, opened, may say all terms: never False of one that does. Costs some 3 µs for 2 kB.

    Parts are JSON of plain ASCII: the bytes of a text without an escaped sign are the text. The others are read.
    """
    lowered = raw.lower()
    for joiner in (b"'", b"`"):
        if joiner in lowered:
            lowered = lowered.replace(joiner, b"")
    unsaid = [term for term in wanted if not term.may_be_in(lowered)]
    # One sign is looked for ten times faster than two.
    if not unsaid or b"\\" not in raw or b"\\u" not in raw:
        return not unsaid
    return not missing(_escaped(raw), unsaid)


def _escaped(raw: bytes) -> Iterator[str]:
    """The texts of a JSON document that hold an escaped sign.

    A quotation mark inside a text stands behind a backslash, the one that begins a text never does.
    """
    at = raw.find(b"\\u")
    while at >= 0:
        start = raw.rfind(b'"', 0, at)
        while raw[start - 1 : start] == b"\\":
            start = raw.rfind(b'"', 0, start)
        text = STRING.match(raw, start)
        if text is None:
            return
        yield json.loads(text[0])
        at = raw.find(b"\\u", text.end())


def missing(texts: Iterable[str], wanted: Iterable[Term]) -> tuple[Term, ...]:
    """The terms that none of these texts says."""
    left = tuple(wanted)
    for text in texts:
        if not left:
            break
        folded = Folded(text)
        left = tuple(term for term in left if not term.is_in(folded))
    return left


def passage(text: str, wanted: Iterable[Term]) -> list[Piece]:
    """What a text says of the terms, with some words around; nothing if it says none of them."""
    found = _places(text, wanted)
    windows = _windows(text, found)
    pieces: list[Piece] = []
    for start, end in windows:
        pieces += [Piece("… ", marked=False)] if start or pieces else []
        pieces += _pieces(text, start, end, found)
    if windows and windows[-1][1] < len(text):
        pieces.append(Piece(" …", marked=False))
    return pieces


def _places(text: str, wanted: Iterable[Term]) -> list[tuple[int, int]]:
    """Where a text says the terms: from, to; in order, none inside another."""
    folded, places = fold_with_places(text)
    known = Folded(text)
    found = sorted(
        (_start(text, places[start]), _end(text, places[end - 1]))
        for term in wanted
        for start, end in _spans(known, folded, term)
    )
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _spans(text: Folded, folded: str, term: Term) -> Iterator[tuple[int, int]]:
    """Where a folded text says a term."""
    edge = r"(?<!\S)", r"(?!\S)"
    pattern = re.escape(term.text)
    strict = [one.span() for one in re.finditer(f"{edge[0]}{pattern}{edge[1]}" if term.whole else pattern, folded)]
    if strict or term.loose is None:
        yield from strict
    elif term.by_consonants:
        yield from (one.span() for one in term.loose.finditer(folded))
    else:
        for word in text.consonantal.split():
            if term.loose.search(word):
                yield from (one.span() for one in re.finditer(f"{edge[0]}{re.escape(word)}{edge[1]}", folded))


def _start(text: str, place: int) -> int:
    """Before the signs without a sound that a word begins with, such as alef."""
    while place and text[place - 1].isalpha() and is_silent(text[place - 1]):
        place -= 1
    return place


def _end(text: str, place: int) -> int:
    """Behind a sign and whatever belongs to it without a sound of its own, such as an accent."""
    end = place + 1
    while end < len(text) and is_silent(text[end]):
        end += 1
    return end


def _windows(text: str, found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches that are shown: the first findings with what stands around them, joined where they meet."""
    windows: list[tuple[int, int]] = []
    for start, end in found:
        first, last = _from_word(text, max(0, start - BEFORE), start), _to_word(text, end, min(len(text), end + AFTER))
        if windows and first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], last)
        elif len(windows) < MOST_SHOWN:
            windows.append((first, last))
    return windows


def _from_word(text: str, place: int, until: int) -> int:
    """The beginning of a word, if one begins between a place and what was found."""
    space = text.find(" ", place, until) if place else -1
    return place if space < 0 else space + 1


def _to_word(text: str, since: int, place: int) -> int:
    space = text.rfind(" ", since, place) if place < len(text) else -1
    return place if space < 0 else space


def _pieces(text: str, start: int, end: int, found: Iterable[tuple[int, int]]) -> Iterator[Piece]:
    for first, last in found:
        if first < start or last > end:
            continue
        if start < first:
            yield Piece(text[start:first], marked=False)
        yield Piece(text[first:last], marked=True)
        start = last
    if start < end:
        yield Piece(text[start:end], marked=False)
