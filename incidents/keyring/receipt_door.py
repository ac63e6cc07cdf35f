"""The receipt door: a view of one's own record, sealed to a code on paper and a word that is not on it.

The code is 128 random bits, written as twelve words (BIP-39: the last holds a checksum, so that a slip of the pen is
told at once). From code and word together follow, by HKDF, the name of the view's row and a key pair; whoever lacks one
of the two knows neither. The case keeps the public half. No slow hash is needed against who has the word alone; against
who found the paper, attempts are counted by the code (see consents.opening). Who has both the paper and a copy of the
database can try words against the names of rows: that is what the word cannot protect from.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from incidents.keyring.envelope import LENGTH_BYTES, Unopenable, context, derive
from incidents.keyring.people import PublicKey, Seed
from incidents.keyring.spelling import whole, words

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE_BYTES: Final = 16
WORDS: Final = 12
LONGEST: Final = 1_000
ID_BYTES: Final = 16
#: Views are of one length, whatever they say; one that says more than any person's record does is twice as long.
VIEW_BYTES: Final = 8192
#: What sealing adds. Where there is no row, as many bytes as a view has are tried, so that the answer takes as long.
SEALED_OVERHEAD: Final = 1 + 1120 + 16


class NotWords(ValueError):
    """These are not the words of any paper: too few, not from the list, or not together."""


@dataclass(frozen=True, slots=True)
class ReceiptKeys:
    """What follows from a code and a word.

    Attributes:
        view_id: The row of the view.
        seed: What opens it, and has the public half that it is sealed to.
        subject: What attempts are counted by: follows from the code alone, so that another word is no fresh start.
    """

    view_id: str
    seed: Seed = field(repr=False)
    subject: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Paper:
    """What is on paper: 128 random bits."""

    code: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """One with a fresh code."""
        return cls(secrets.token_bytes(CODE_BYTES))

    @classmethod
    def read(cls, typed: str) -> Self:
        """The paper with these words, however they were typed; four letters of a word are enough.

        Raises:
            NotWords: see there.
        """
        given = [_word(one) for one in _typed(typed)]
        if len(given) != WORDS:
            raise NotWords
        try:
            return cls(bytes(words().to_entropy(given)))
        except ValueError:
            raise NotWords from None

    @property
    def words(self) -> list[str]:
        """The code as twelve words."""
        return words().to_mnemonic(self.code).split()

    def keys(self, spoken: str) -> ReceiptKeys:
        """What follows from this paper and a word that is not on it.

        Raises:
            NotWords: the word has no letter or digit.
        """
        word = tidy_word(spoken)
        if not word:
            raise NotWords
        secret = context("receipt", self.code, word)
        return ReceiptKeys(
            view_id=derive(secret, "receipt-view", ID_BYTES).hex(),
            seed=Seed(derive(secret, "receipt-seed")),
            subject=derive(context("receipt-code", self.code), "receipt-attempts", ID_BYTES).hex(),
        )


def offered_word() -> str:
    """A word to be spoken, of two thousand: whoever takes the receipt may choose another."""
    return secrets.choice(words().wordlist)


def tidy_word(typed: str) -> str:
    """A word as it counts, however it was typed: letters and digits, whatever script, accents and capitals aside."""
    apart = unicodedata.normalize("NFKD", typed[:LONGEST].casefold())
    return "".join(sign for sign in apart if sign.isalnum())


def seal_view(public_key: PublicKey, view_id: str, content: bytes) -> bytes:
    """Seal a view (HPKE), all of one length. Some 0.2 ms."""
    framed = len(content).to_bytes(LENGTH_BYTES, "big") + content
    size = -(-len(framed) // VIEW_BYTES) * VIEW_BYTES
    return public_key.seal(framed.ljust(size, b"\0"), "receipt-view", view_id)


def open_view(keys: ReceiptKeys, sealed: bytes | None) -> bytes:
    """Undo seal_view(). Takes as long where there is no row.

    Raises:
        Unopenable: none, another's, moved or altered.
    """
    blob = sealed or b"\x01" + bytes(SEALED_OVERHEAD - 1 + VIEW_BYTES)
    framed = keys.seed.open_sealed(blob, "receipt-view", keys.view_id)
    end = LENGTH_BYTES + int.from_bytes(framed[:LENGTH_BYTES], "big")
    if end > len(framed):
        raise Unopenable
    return framed[LENGTH_BYTES:end]


def _typed(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    yield from "".join(sign if sign.isalpha() else " " for sign in plain).split()


def _word(letters: str) -> str:
    word = whole(letters)
    if word is None:
        raise NotWords
    return word
