"""A person's key pair, and sealing to it: HPKE (RFC 9180) in base mode with a hybrid KEM.

KEM MLKEM768_X25519 (ML-KEM, FIPS 203, with X25519; "X-Wing"), HKDF-SHA256, AES-256-GCM: what is sealed today stays
closed to someone who keeps it until they own a quantum computer. Both private keys follow from one 32-byte seed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from incidents.keyring.envelope import SecretKey, Unopenable, context, derive

if TYPE_CHECKING:
    from collections.abc import Callable

SUITE_BYTE = b"\x01"
MLKEM_SEED_BYTES = 64
MLKEM_PUBLIC_BYTES = 1184
X25519_BYTES = 32
SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What anyone may know of a person's keys: ML-KEM-768 (1,184 bytes) then X25519 (32 bytes)."""

    raw: bytes

    def seal(self, plaintext: bytes, *parts: str | int | bytes) -> bytes:
        """Seal to this person, bound to a context: ``suite (1) ‖ encapsulated key ‖ ciphertext``."""
        if len(self.raw) != MLKEM_PUBLIC_BYTES + X25519_BYTES:
            raise Unopenable
        key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.raw[:MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(self.raw[MLKEM_PUBLIC_BYTES:]),
        )
        return SUITE_BYTE + SUITE.encrypt(plaintext, key, info=context(*parts))

    def digest(self) -> str:
        """SHA-256 as 64 hexadecimal digits: what a roster keeps of it."""
        return hashlib.sha256(context("public-key", self.raw)).hexdigest()


@dataclass(frozen=True, slots=True)
class Seed(SecretKey):
    """The 32 bytes that are a person: whoever has them can open what was sealed to that person."""

    def public_key(self) -> PublicKey:
        """The public half."""
        lattice, curve = self._pair()
        return PublicKey(lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw())

    def open_sealed(self, blob: bytes, *parts: str | int | bytes) -> bytes:
        """Open what was sealed to this person for the same context.

        Raises:
            Unopenable: in every other case, without saying which.
        """
        return self.opener()(blob, *parts)

    def opener(self) -> Callable[..., bytes]:
        """open_sealed() for several blobs: deriving the key pair takes longer than opening one."""
        key = MLKEM768X25519PrivateKey(*self._pair())

        def opened(blob: bytes, *parts: str | int | bytes) -> bytes:
            if blob[:1] != SUITE_BYTE:
                raise Unopenable
            try:
                return SUITE.decrypt(blob[1:], key, info=context(*parts))
            except InvalidTag:
                raise Unopenable from None

        return opened

    def _pair(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        return (
            MLKEM768PrivateKey.from_seed_bytes(derive(self.raw, "mlkem", MLKEM_SEED_BYTES)),
            X25519PrivateKey.from_private_bytes(derive(self.raw, "x25519", X25519_BYTES)),
        )


def seal_seed(seed: Seed, key: SecretKey, account_id: str, how: str) -> bytes:
    """Wrap a seed under the key of a passphrase or a recovery code (``how``)."""
    return key.seal(seed.raw, "seed", account_id, how)


def open_seed(blob: bytes, key: SecretKey, account_id: str, how: str) -> Seed:
    """Undo seal_seed().

    Raises:
        Unopenable: not this passphrase or code.
    """
    return Seed(key.open(blob, "seed", account_id, how))
