"""A recovery key split so that any m of n trustees restore it and m - 1 learn nothing: XOR subset shares.

For each set of m trustees, m random parts are drawn whose XOR is the secret; each of the set holds one. Whoever lacks a
part of a set lacks that set's whole secret, as with a one-time pad. No field arithmetic, and nothing to compare in
secret; the price is the number of sets, which is small for seven trustees. (The simplest of the schemes of Ito, Saito
and Nishizeki, 1987.)

A trustee's parts lie in the database, sealed under a code of 160 random bits that is on their paper alone, as fifteen
words (BIP-39: the last holds a checksum, so that a slip of the pen is told at once) and as a QR code of them.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations
from typing import TYPE_CHECKING, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from incidents.keyring.envelope import KEY_BYTES, SecretKey, Unopenable, derive, pad, same, unpad
from incidents.keyring.identity import Pin
from incidents.keyring.people import Seed
from incidents.keyring.spelling import whole, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FEWEST: Final = 2
MOST: Final = 7
CODE_BYTES: Final = 20
WORDS: Final = 15

Parts = dict[str, bytes]


class Impossible(ValueError):
    """There are no m of n like this: 2 to n of at most 7."""


class WrongWords(ValueError):
    """These are not the words of a paper.

    Attributes:
        position: Of the first word that is in no list, from 1; 0 if all are words but not together.
    """

    def __init__(self, position: int = 0) -> None:
        super().__init__(position)
        self.position = position


class TooFew(Exception):
    """Fewer papers than are needed, or of different recovery keys: they give nothing."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """How many trustees there are (n), and how many of them restore (m)."""

    needed: int
    trustees: int

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            Impossible: see there.
        """
        if not FEWEST <= self.needed <= self.trustees <= MOST:
            raise Impossible

    @property
    def numbers(self) -> range:
        """The trustees' numbers, from 1."""
        return range(1, self.trustees + 1)

    def sets(self) -> list[str]:
        """Every set of trustees that restores, by their numbers: ``135``."""
        return [_set(numbers) for numbers in combinations(self.numbers, self.needed)]


def _set(numbers: Iterable[int]) -> str:
    return "".join(str(number) for number in sorted(numbers))


def xor(parts: Sequence[bytes]) -> bytes:
    """All of them together."""
    return reduce(lambda one, other: bytes(a ^ b for a, b in zip(one, other, strict=True)), parts)


def split(secret: bytes, scheme: Scheme) -> dict[int, Parts]:
    """Each trustee's parts of a secret of 32 bytes, by the set that they are for."""
    shares: dict[int, Parts] = {number: {} for number in scheme.numbers}
    for name in scheme.sets():
        parts = [secrets.token_bytes(KEY_BYTES) for _ in name[1:]]
        for number, part in zip(name, [*parts, xor([secret, *parts])], strict=True):
            shares[int(number)][name] = part
    return shares


def combine(scheme: Scheme, shares: Mapping[int, Parts]) -> bytes:
    """The secret, from the parts of at least m trustees.

    Raises:
        TooFew: there are fewer, or their parts are not of one set.
    """
    name = _set(sorted(shares)[: scheme.needed])
    if len(name) < scheme.needed:
        raise TooFew
    try:
        return xor([shares[int(number)][name] for number in name])
    except KeyError:
        raise TooFew from None


class Held(BaseModel):
    """What a trustee's code opens.

    Attributes:
        needed: How many trustees restore.
        trustees: How many there are.
        digest: SHA-256 of the public half of the recovery key.
        pin: The organisation as its members knew it when they named this trustee: what is restored must follow from
            it, whoever wrote the database meanwhile.
        parts: Theirs, in hexadecimal digits.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    needed: int
    trustees: int
    digest: str
    pin: Pin
    parts: dict[str, str]

    @property
    def scheme(self) -> Scheme:
        """How many of how many."""
        return Scheme(self.needed, self.trustees)

    def raw(self) -> Parts:
        """The parts as bytes."""
        return {name: bytes.fromhex(part) for name, part in self.parts.items()}


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed for one trustee.

    Attributes:
        number: Theirs.
        code: 160 random bits.
    """

    number: int
    code: bytes = field(repr=False)

    @classmethod
    def new(cls, number: int) -> Self:
        """One with a fresh code."""
        return cls(number, secrets.token_bytes(CODE_BYTES))

    @property
    def words(self) -> list[str]:
        """The code as fifteen words."""
        return words().to_mnemonic(self.code).split()

    def key(self) -> SecretKey:
        """What seals this trustee's parts. The code is random: no slow hash is needed."""
        return SecretKey(derive(self.code, "share"))


def read_words(typed: str) -> bytes:
    """The code of fifteen words, however they were typed; four letters of a word are enough.

    Raises:
        WrongWords: says which word, or that they do not belong together.
    """
    given = unicodedata.normalize("NFKC", typed[:1000]).lower().replace(",", " ").split()
    found = [_word(word, position) for position, word in enumerate(given, 1)]
    if len(found) != WORDS:
        raise WrongWords
    try:
        return bytes(words().to_entropy(found))
    except ValueError:
        raise WrongWords from None


def _word(typed: str, position: int) -> str:
    letters = "".join(sign for sign in typed if sign.isalpha())
    word = whole(letters)
    if word is None:
        raise WrongWords(position)
    return word


def seal_shares(seed: Seed, scheme: Scheme, recovery_id: str, pin: Pin) -> list[tuple[Paper, bytes]]:
    """Split a recovery key: for each trustee the paper, and the blob that its code opens."""
    digest = seed.public_key().digest()
    sealed = []
    for number, parts in split(seed.raw, scheme).items():
        held = Held(
            needed=scheme.needed,
            trustees=scheme.trustees,
            digest=digest,
            pin=pin,
            parts={name: part.hex() for name, part in parts.items()},
        )
        paper = Paper.new(number)
        plain = pad(held.model_dump_json().encode())
        sealed.append((paper, paper.key().seal(plain, "share", recovery_id, number)))
    return sealed


def open_share(paper: Paper, recovery_id: str, blob: bytes) -> Held:
    """Undo seal_shares() for one trustee.

    Raises:
        Unopenable: the code is of another paper or recovery key, or the blob was altered.
    """
    plain = unpad(paper.key().open(blob, "share", recovery_id, paper.number))
    try:
        return Held.model_validate_json(plain)
    except ValidationError:
        raise Unopenable from None


def restore_seed(opened: Mapping[int, Held]) -> Seed:
    """The recovery key, from what the codes of at least m trustees opened.

    Raises:
        TooFew: they are too few, or do not belong to one recovery key.
    """
    if not opened:
        raise TooFew
    first = next(iter(opened.values()))
    seed = Seed(combine(first.scheme, {number: held.raw() for number, held in opened.items()}))
    if not all(same(seed.public_key().digest().encode(), held.digest.encode()) for held in opened.values()):
        raise TooFew
    return seed
