"""Symmetric sealing: AES-256-GCM with a version byte, a bound context, and padding.

A sealed blob is ``version (1) ‖ nonce (12) ‖ ciphertext and tag``. The context says what the blob is and where it
lives; it is authenticated, so that a blob moved to another row, part, organisation or revision does not open. AES-GCM:
NIST SP 800-38D, random 96-bit nonces (far below 2^32 messages a key). HKDF: RFC 5869. Padding: Padmé (Nikitin et al.,
PETS 2019).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12
OVERHEAD = len(VERSION) + NONCE_BYTES + 16
PROTOCOL = b"tala1"
LENGTH_BYTES = 4
#: Nothing sealed with padding is shorter than this, so that short and empty documents look alike.
FLOOR = 512


class Unopenable(Exception):
    """A blob does not open: wrong key, wrong place, altered, or of a version this code does not know."""


def context(*parts: str | int | bytes) -> bytes:
    """Join parts so that no two lists of parts give the same bytes: each is preceded by its length."""
    return PROTOCOL + framed(*parts)


def framed(*parts: str | int | bytes) -> bytes:
    """Parts with their lengths: what is appended to a context makes the context of the longer list."""
    out = []
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        out += [len(raw).to_bytes(LENGTH_BYTES, "big"), raw]
    return b"".join(out)


def padme(size: int) -> int:
    """The Padmé size at or above a size (at most 12 % more): the true size shows only roughly."""
    exponent = size.bit_length() - 1
    spare = max(0, exponent - exponent.bit_length())
    mask = (1 << spare) - 1
    return (size + mask) & ~mask


def pad(data: bytes) -> bytes:
    """Prefix the length and fill with zeros up to a Padmé size (at most 12 % more), 512 bytes at least."""
    framed = len(data).to_bytes(LENGTH_BYTES, "big") + data
    return framed.ljust(padme(max(FLOOR, len(framed))), b"\0")


def unpad(data: bytes) -> bytes:
    """Undo pad().

    Raises:
        Unopenable: the frame's length does not fit.
    """
    size = int.from_bytes(data[:LENGTH_BYTES], "big")
    end = LENGTH_BYTES + size
    if end > len(data) or data[end:].strip(b"\0"):
        raise Unopenable
    return data[LENGTH_BYTES:end]


@dataclass(frozen=True, slots=True)
class SecretKey:
    """32 secret bytes that can seal, open, derive and authenticate; they never show in a repr."""

    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a key of another length."""
        if len(self.raw) != KEY_BYTES:
            raise Unopenable

    @classmethod
    def random(cls) -> Self:
        """A fresh key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def seal(self, plaintext: bytes, *parts: str | int | bytes) -> bytes:
        """Encrypt under a fresh nonce, bound to the context of these parts."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + AESGCM(self.raw).encrypt(nonce, plaintext, context(*parts))

    def open(self, blob: bytes, *parts: str | int | bytes) -> bytes:
        """Decrypt what seal() made for the same context.

        Raises:
            Unopenable: in every other case, without saying which.
        """
        return opener(self)(blob, context(*parts))

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, from which neither this key nor another purpose's bytes follow."""
        return derive(self.raw, purpose)

    def fingerprint(self) -> bytes:
        """A public name for this key in a cache: equal keys, equal names; nothing follows from it."""
        return self.derive("fingerprint")


def opener(key: SecretKey) -> Callable[[bytes, bytes], bytes]:
    """A function that opens blobs, each with its context, for whoever opens many: the cipher is set up once.

    It raises Unopenable where open() does.
    """
    return partial(_opened, AESGCM(key.raw))


def open_once(raw: bytes, blob: bytes, bound: bytes) -> bytes:
    """Open a blob with a key of its own, given as its 32 bytes: opener() without the objects that live for one blob.

    Raises:
        Unopenable: as open() does.
    """
    return _opened(AESGCM(raw), blob, bound)


def _opened(cipher: AESGCM, blob: bytes, bound: bytes) -> bytes:
    if blob[:1] != VERSION or len(blob) < OVERHEAD:
        raise Unopenable
    try:
        return cipher.decrypt(blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :], bound)
    except InvalidTag:
        raise Unopenable from None


def derive(secret: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 of a secret for one purpose."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=context(purpose)).derive(secret)


def same(one: bytes, other: bytes) -> bool:
    """Compare without telling by time how much was equal."""
    return hmac.compare_digest(one, other)
