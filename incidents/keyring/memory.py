"""What an account keeps for itself, sealed under its own seed: pins, and the sections that other domains keep there.

One blob an account: whoever edits the database can put an older one back whole, but cannot take a second factor or a
pin out of it, nor leave it out, because an account that was set up has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from incidents.extensions import db
from incidents.keyring.envelope import SecretKey, Unopenable, pad, unpad
from incidents.keyring.identity import Pin
from incidents.keyring.models import StoredMemory

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.keyring.people import Seed


class Memory(BaseModel):
    """What is remembered.

    Attributes:
        pins: Whom this account trusts, by organisation.
        sections: What a domain keeps here under its own name, as JSON: ``factors``, ``receipts``.
        first_use: Whether no invitation named the organisation's key, so that it was taken at first sight, and nobody
            has compared it since.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pins: dict[str, Pin] = Field(default_factory=dict)
    sections: dict[str, Any] = Field(default_factory=dict)
    first_use: bool = False

    def with_pin(self, organisation_id: str, pin: Pin) -> Memory:
        """The same with another pin."""
        return self.model_copy(update={"pins": self.pins | {organisation_id: pin}})

    def with_section(self, name: str, content: object) -> Memory:
        """The same with another section."""
        return self.model_copy(update={"sections": self.sections | {name: content}})


def seal_memory(seed: Seed, account_id: str, memory: Memory) -> bytes:
    """Seal it under the seed, padded."""
    return SecretKey(seed.derive("memory")).seal(pad(memory.model_dump_json().encode()), "memory", account_id)


def open_memory(seed: Seed, account_id: str, blob: bytes | None) -> Memory:
    """Undo seal_memory().

    Raises:
        Unopenable: it is missing, altered, or another's.
    """
    if blob is None:
        raise Unopenable
    return Memory.model_validate_json(unpad(SecretKey(seed.derive("memory")).open(blob, "memory", account_id)))


def recall(account_id: str, seed: Seed) -> Memory:
    """What an account remembers. One query, some 30 µs.

    Raises:
        Unopenable: see open_memory().
    """
    row = db.session.get(StoredMemory, account_id, populate_existing=True)
    return open_memory(seed, account_id, row.sealed if row else None)


def begin_memory(account_id: str, seed: Seed, memory: Memory) -> None:
    """Write an account's first memory, or one that replaces what a lost seed closed, in the running transaction."""
    db.session.merge(StoredMemory(account_id=account_id, sealed=seal_memory(seed, account_id, memory)))
    db.session.flush()


def remember(account_id: str, seed: Seed, change: Callable[[Memory], Memory]) -> Memory:
    """Change what an account remembers, in the running transaction; two at once wait for each other.

    Raises:
        Unopenable: see open_memory().
        Whatever ``change`` raises; nothing is written then.
    """
    row = db.session.get(StoredMemory, account_id, with_for_update=True, populate_existing=True)
    before = open_memory(seed, account_id, row.sealed if row else None)
    after = change(before)
    if row is not None and after != before:
        row.sealed = seal_memory(seed, account_id, after)
    return after
