"""How an organisation signs, and how anybody who trusts it follows it from one epoch of its key to the next.

The signing key (Ed25519, RFC 8032) and the intake key pair follow from the organisation key: whoever holds that can
sign for the organisation and open its inbox, and nobody else. What is public of both stands in a *statement* for each
epoch, endorsed by the statement before. An account keeps a *pin*: the identity that it was invited with and that two
people have compared. A statement that does not follow from the pin is not believed, whoever wrote it into the database.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict

from incidents.errors import KeysChanged
from incidents.keyring.envelope import SecretKey, context
from incidents.keyring.people import PublicKey, Seed

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Base 32 signs of a pin on paper: 80 bits, against somebody who looks for another key with the same ones.
PIN_SIGNS = 16
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class NotBelieved(KeysChanged):
    """What the database says of an organisation does not follow from what this account trusts."""


class Pin(BaseModel):
    """Whom an account trusts to speak for an organisation.

    Attributes:
        epoch: Of the organisation key, when the account last looked.
        identity: The public signing key of that epoch, in hexadecimal digits.
        roster: The newest version of the roster that the account has seen; an older one is not believed.
    """

    model_config = ConfigDict(frozen=True)

    epoch: int
    identity: str
    roster: int = 0


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement as it was read: not believed before follow() has come to it."""

    organisation_id: str
    epoch: int
    identity: bytes
    intake: bytes
    signature: bytes
    endorsement: bytes

    @property
    def pin(self) -> Pin:
        """The pin of an account that believes this statement."""
        return Pin(epoch=self.epoch, identity=self.identity.hex())

    @property
    def intake_key(self) -> PublicKey:
        """What submissions are sealed to."""
        return PublicKey(self.intake)

    def signed(self) -> tuple[str | int | bytes, ...]:
        """What its signature and its endorsement are over."""
        return ("statement", self.organisation_id, self.epoch, self.identity, self.intake)


@dataclass(frozen=True, slots=True)
class Identity:
    """The private half: follows from the organisation key, and is nowhere kept."""

    key: SecretKey

    @property
    def public(self) -> bytes:
        """What others verify with."""
        return self._private().public_key().public_bytes_raw()

    @property
    def intake(self) -> Seed:
        """The key pair of the inbox."""
        return Seed(self.key.derive("intake"))

    def sign(self, *parts: str | int | bytes) -> bytes:
        """Sign a list of parts (64 bytes)."""
        return self._private().sign(context(*parts))

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.key.derive("identity"))


def state(organisation_id: str, epoch: int, identity: Identity, before: Identity | None = None) -> Stated:
    """The statement of an epoch, signed by its own identity and endorsed by that of the epoch before."""
    unsigned = Stated(organisation_id, epoch, identity.public, identity.intake.public_key().raw, b"", b"")
    signed = unsigned.signed()
    return replace(unsigned, signature=identity.sign(*signed), endorsement=before.sign(*signed) if before else b"")


def follow(pin: Pin, statements: Sequence[Stated]) -> Stated:
    """The newest statement that follows from a pin.

    Raises:
        NotBelieved: the pinned statement is gone or another, or one of those after it is not signed by the one before.
    """
    return _follow(pin, tuple(sorted(statements, key=lambda one: one.epoch)))


@lru_cache(maxsize=1024)
def _follow(pin: Pin, statements: tuple[Stated, ...]) -> Stated:
    found = [one for one in statements if one.epoch >= pin.epoch]
    if not found or found[0].epoch != pin.epoch or found[0].identity.hex() != pin.identity:
        raise NotBelieved
    for before, after in pairwise(found):
        if after.epoch != before.epoch + 1 or not verified(before.identity, after.endorsement, *after.signed()):
            raise NotBelieved
    if not verified(found[-1].identity, found[-1].signature, *found[-1].signed()):
        raise NotBelieved
    return found[-1]


def fits(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 key signed a message. Some 100 µs."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


_remembered = lru_cache(maxsize=4096)(fits)


def verified(public: bytes, signature: bytes, *parts: str | int | bytes) -> bool:
    """Whether a public key signed these parts. Some 100 µs the first time, remembered after."""
    return _remembered(public, signature, context(*parts))


def pin_signs(identity: bytes) -> str:
    """What an invitation on paper says of an organisation's identity: sixteen signs."""
    number = int.from_bytes(hashlib.sha256(context("invitation", identity)).digest(), "big")
    signs = []
    for _ in range(PIN_SIGNS):
        number, sign = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[sign])
    return "".join(signs)


def comparison(identity: bytes, account_id: str, username: str, role: str, public_key: PublicKey) -> str:
    """Eight groups of four digits that a newcomer and a member compare, in person or by voice.

    Each works them out from what their own session trusts. If they are equal, both have the same organisation, the same
    person, the same role and the same public key before them.
    """
    digits = hashlib.sha256(context("comparison", identity, account_id, username, role, public_key.raw)).hexdigest()
    return " ".join(digits[i : i + 4] for i in range(0, 32, 4))
