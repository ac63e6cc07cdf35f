"""Which names and passphrases may be chosen. Pure.

Length is what resists guessing, so no signs of any kind are demanded. But some long passphrases are among the first
that anybody tries; these are refused by their shape: lists of stolen passwords hold few of fifteen signs or more.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import Final

MAX_USERNAME: Final = 100
MIN_DIFFERENT: Final = 6
#: What must be left of a passphrase when the person's own name is taken out of it.
MIN_BESIDE_NAME: Final = 8
SHORTEST_NAME: Final = 3
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


def _repeats(typed: str) -> bool:
    """Whether a piece of at most half its length is written again until the end."""
    return any(typed[piece:] == typed[:-piece] for piece in range(1, len(typed) // 2 + 1))


def _runs(typed: str) -> bool:
    steps = [one + other in SIDE_BY_SIDE or one == other for one, other in pairwise(typed)]
    return sum(steps) > RUN * len(steps)
