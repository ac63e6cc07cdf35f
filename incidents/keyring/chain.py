"""A chain of signatures that whoever holds today's signing key cannot bend back.

Each entry is signed by a key that signs nothing else, and names the public half of the next one: signing entry *i*
makes key *i + 1* and destroys key *i*. Somebody who takes the server has one key, for the entry that is not written
yet; to change an older one they would need a key that is gone (forward security, after Bellare and Yee, "Forward
integrity for secure audit logs", 1997, with signatures, Ed25519, RFC 8032, so that anybody can verify). What they can
still do is write a false end to the chain from that moment on: a head that was printed before tells that from the true
one, and so does the signed head of an export.

Nothing here knows a database or opens an entry.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incidents.keyring.envelope import context
from incidents.keyring.identity import fits

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What the first entry has before it.
NOTHING_BEFORE: Final = bytes(32)


class Fault(enum.StrEnum):
    """What is wrong with a chain."""

    #: An entry is not what was signed under its number.
    ALTERED = "altered"
    #: Another entry's content stands under this number, and its own stands elsewhere.
    SWAPPED = "swapped"
    #: An entry is signed with the key that the server holds now, which has signed nothing yet.
    FORGED = "forged"
    #: Numbers are missing in the middle.
    MISSING = "missing"
    #: Entries at the end are gone: the head knows more, or its key is not the one that the last entry names.
    CUT = "cut"
    #: The head does not fit the last entry.
    HEAD = "head"
    #: The chain does not begin with the key that the organisation's roster, or whoever verifies, names.
    BEGINNING = "beginning"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault and the entry that shows it; nothing after that entry is proven."""

    fault: Fault
    number: int


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is stored: sealed, signed, and with the public half of the key that signs the next."""

    organisation_id: str
    number: int
    key_id: str
    sealed: bytes
    next_public: bytes
    signature: bytes = b""

    def message(self, before: bytes) -> bytes:
        """What its signature is over: its place, the digest of the entry before it, and its content."""
        content = hashlib.sha256(self.sealed).digest()
        return context("audit", self.organisation_id, self.number, before, self.key_id, content, self.next_public)

    def digest(self, before: bytes) -> bytes:
        """SHA-256 over it and, through ``before``, over every entry before it."""
        return hashlib.sha256(context("audit-digest", self.message(before), self.signature)).digest()


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a chain stands: what the first entry is verified with, and its end.

    Attributes:
        organisation_id: Whose.
        genesis: The public key that the first entry is signed with.
        number: Of the last entry.
        digest: Of the last entry.
        public: The public half of the key that signs the next one.
    """

    organisation_id: str
    genesis: bytes
    number: int
    digest: bytes
    public: bytes


def new_signing_key() -> bytes:
    """A fresh private key, 32 bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_half(signing_key: bytes) -> bytes:
    """What verifies its one signature."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).public_key().public_bytes_raw()


def sign_link(
    signing_key: bytes, before: bytes, organisation_id: str, number: int, key_id: str, sealed: bytes
) -> tuple[Link, bytes]:
    """Sign an entry, some 100 µs.

    Returns:
        The entry, and the private key of the next one. The key that was given must be kept nowhere.
    """
    following = Ed25519PrivateKey.generate()
    public = following.public_key().public_bytes_raw()
    unsigned = Link(organisation_id, number, key_id, sealed, public)
    signature = Ed25519PrivateKey.from_private_bytes(signing_key).sign(unsigned.message(before))
    return Link(organisation_id, number, key_id, sealed, public, signature), following.private_bytes_raw()


def sign_head(signing_key: bytes, chain: Chain, at: str) -> bytes:
    """Sign, with the key of the entry that is not written yet, that the chain ends here at this time (ISO, UTC)."""
    return Ed25519PrivateKey.from_private_bytes(signing_key).sign(_head_message(chain, at))


def _head_message(chain: Chain, at: str) -> bytes:
    return context("audit-head", chain.organisation_id, chain.genesis, chain.number, chain.digest, at)


def verify(chain: Chain, links: Iterable[Link]) -> list[Finding]:
    """Everything that is wrong with a chain, given its entries in order of their numbers; some 120 µs an entry.

    Verifying stops at the first entry that does not fit: what comes after it hangs on it.
    """
    before, expected, number = NOTHING_BEFORE, chain.genesis, 0
    remaining = iter(links)
    for link in remaining:
        if link.number != number:
            return [Finding(Fault.MISSING, number)]
        if link.organisation_id != chain.organisation_id or not fits(expected, link.signature, link.message(before)):
            return [Finding(_why(chain, expected, before, link, remaining), number)]
        before, expected, number = link.digest(before), link.next_public, number + 1
    return _end(chain, number - 1, before, expected)


def _why(chain: Chain, expected: bytes, before: bytes, link: Link, later: Iterable[Link]) -> Fault:
    """What was done to an entry that does not verify under its number."""
    if fits(chain.public, link.signature, link.message(before)):
        return Fault.FORGED
    for other in later:
        moved = Link(link.organisation_id, link.number, other.key_id, other.sealed, other.next_public, other.signature)
        if fits(expected, moved.signature, moved.message(before)):
            return Fault.SWAPPED
    return Fault.ALTERED


def _end(chain: Chain, last: int, digest: bytes, expected: bytes) -> list[Finding]:
    if last < chain.number or (last == chain.number and digest == chain.digest and expected != chain.public):
        return [Finding(Fault.CUT, last + 1)]
    if (last, digest) != (chain.number, chain.digest):
        return [Finding(Fault.HEAD, last)]
    return []
