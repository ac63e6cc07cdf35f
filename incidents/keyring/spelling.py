"""Codes as words on paper (BIP-39, its English list; the last word holds a checksum, so a slip of the pen is told)."""

from __future__ import annotations

from functools import cache

from mnemonic import Mnemonic

#: The list's words differ in their first four letters.
_TELLING = 4


@cache
def words() -> Mnemonic:
    """The list: `to_mnemonic` spells a code, `to_entropy` reads one and raises ValueError at a slip."""
    return Mnemonic("english")


def whole(letters: str) -> str | None:
    """The word of the list that is this, or that begins with it when it has four letters; None when there is none."""
    known = words().wordlist
    if letters in known:
        return letters
    begun = [word for word in known if word.startswith(letters)] if len(letters) >= _TELLING else []
    return begun[0] if len(begun) == 1 else None
