"""Words in one spelling: without case, accents, joiners and punctuation, in Latin letters and common digits. Pure.

Other alphabets are put into Latin letters sign by sign (anyascii), so that whatever alphabet a word is typed in, it is
found in the others. Scripts that leave most vowels unwritten are compared by their consonants; see rules.Term.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from anyascii import anyascii

#: Hebrew, Arabic and their kin, with their presentation forms.
CONSONANTAL: Final = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u200c\u200d]+")
APOSTROPHES: Final = frozenset("'’‘ʼʻ`´ʹ")


class _Signs(dict[int, str]):
    """What each sign becomes, worked out when it is first met: as many entries as there are signs in use."""

    def __missing__(self, code: int) -> str:
        """Work out one sign."""
        found = self[code] = _folded(chr(code))
        return found


def _folded(sign: str) -> str:
    kind = unicodedata.category(sign)
    if sign in APOSTROPHES or kind == "Cf":
        return ""
    if kind[0] not in "LNM":
        return " "
    known = anyascii(sign).lower()
    latin = "".join(one for one in known if one.isalnum() or one == " ")
    # A mark, or a letter without a sound of its own such as alef or the soft sign: nothing. One not known: itself.
    silent = known or kind[0] == "M" or CONSONANTAL.match(sign)
    return latin if latin or silent else sign.casefold()


_SIGNS: Final = _Signs()


def fold(text: str) -> str:
    """Words of lower-case Latin letters and digits, parted by single spaces."""
    return " ".join(text.translate(_SIGNS).split())


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """As fold(), and for each sign of the result the place of the sign in the text that it comes from."""
    folded: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for one in _SIGNS[ord(sign)]:
            if one != " " or (folded and folded[-1] != " "):
                folded.append(one)
                places.append(place)
    if folded and folded[-1] == " ":
        folded.pop()
        places.pop()
    return "".join(folded), places


def is_silent(sign: str) -> bool:
    """Whether a sign leaves nothing, not even a space, such as an accent of its own or a joiner."""
    return not _SIGNS[ord(sign)]


def consonantal(text: str) -> str:
    """The words of a text that are written in a script of consonants, folded."""
    return fold(" ".join(CONSONANTAL.findall(text)))
