"""Which names and passphrases may be chosen. Pure.

Length is what resists guessing, so no signs of any kind are demanded. But some long passphrases are among the first
that anybody tries; these are refused by their shape, and where they are a few of the most used passwords in a row:
lists of stolen passwords hold few of fifteen signs or more.
"""

from __future__ import annotations

import string
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_USERNAME: Final = 100
MIN_DIFFERENT: Final = 6
#: What must be left of a passphrase when the person's own name is taken out of it.
MIN_BESIDE_NAME: Final = 8
SHORTEST_NAME: Final = 3
#: What people put between words.
BETWEEN: Final = dict.fromkeys(map(ord, string.punctuation))
#: Different pieces that a passphrase must at least be put together from; none of the most used passwords is longer.
MIN_PIECES: Final = 5
LONGEST_PIECE: Final = 18
#: A run: this share of all neighbours lie side by side in one of the rows.
RUN: Final = 0.7
ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
SIDE_BY_SIDE: Final = frozenset(
    pair for row in ROWS for one, other in pairwise(row) for pair in (one + other, other + one)
)


def normalise_username(typed: str) -> str:
    """One spelling for a username, whatever the keyboard made of it."""
    return unicodedata.normalize("NFKC", shown(typed)).strip().casefold()


def shown(typed: str) -> str:
    """A name or code as a page can show it and a database can look for it: not endless, and without NUL."""
    return typed[: MAX_USERNAME + 1].replace("\0", "\ufffd")


def usable_username(name: str) -> bool:
    """Whether a name can be told from others by looking at it: not empty, no blank, nothing that does not show."""
    return (
        0 < len(name) <= MAX_USERNAME
        and name.isprintable()
        and "\ufffd" not in name
        and not any(map(str.isspace, name))
    )


def guessable(passphrase: str, username: str = "") -> bool:
    """Whether a passphrase is long and still easy: few signs, one piece again and again, a run, or one's own name."""
    typed = "".join(unicodedata.normalize("NFKC", passphrase).casefold().split())
    name = normalise_username(username)
    if len(name) >= SHORTEST_NAME and name in typed and len(typed.replace(name, "")) < MIN_BESIDE_NAME:
        return True
    return len(set(typed)) < MIN_DIFFERENT or _repeats(typed) or _runs(typed)


def made_of_common(passphrase: str, most_used: Collection[str]) -> bool:
    """Whether somebody who joins the most used passwords would come to it soon: fewer than five different pieces.

    A piece is one of those passwords or one sign. Five of ten thousand are 66 bits: as much as six random words have.
    """
    typed = "".join(unicodedata.normalize("NFKC", passphrase).casefold().split())
    # Some of those passwords hold signs that others put between words.
    ways = (typed, typed.translate(BETWEEN))
    return any(len(set(_fewest_pieces(way, most_used))) < MIN_PIECES for way in ways)


def _fewest_pieces(typed: str, known: Collection[str]) -> list[str]:
    """The fewest known pieces or single signs that give a text: the shortest way from its beginning to each place."""
    cost, last = [0], [""]
    for end in range(1, len(typed) + 1):
        starts = range(max(0, end - LONGEST_PIECE), end)
        pieces = [typed[start:end] for start in starts if end - start == 1 or typed[start:end] in known]
        best = min(pieces, key=lambda piece: cost[end - len(piece)])
        cost.append(cost[end - len(best)] + 1)
        last.append(best)
    found, end = [], len(typed)
    while end:
        found.append(last[end])
        end -= len(last[end])
    return found


def _repeats(typed: str) -> bool:
    """Whether a piece of at most half its length is written again until the end."""
    return any(typed[piece:] == typed[:-piece] for piece in range(1, len(typed) // 2 + 1))


def _runs(typed: str) -> bool:
    steps = [one + other in SIDE_BY_SIDE or one == other for one, other in pairwise(typed)]
    return sum(steps) > RUN * len(steps)
