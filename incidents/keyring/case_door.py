"""The case door: what only an organisation's researchers may open. Analysts' code does not import this module."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from incidents.keyring.envelope import SecretKey, context, pad, unpad
from incidents.keyring.grants import GrantedKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.keyring.people import Seed


@dataclass(frozen=True, slots=True)
class OrganisationKey(GrantedKey):
    """Wraps the data keys of an organisation's cases; seals its index and its log."""


@dataclass(frozen=True, slots=True)
class DataKey(SecretKey):
    """Seals the parts of one revision of one incident, and nothing else."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed part lives; bound into it, so that it opens nowhere else."""

    organisation_id: str
    incident_id: str
    revision: int


def wrap(key: OrganisationKey, data_key: DataKey, place: Place) -> bytes:
    """Wrap a revision's data key under the organisation key (61 bytes)."""
    return key.seal(data_key.raw, "data-key", place.organisation_id, place.incident_id, place.revision)


def unwrap(key: OrganisationKey, wrapped: bytes, place: Place) -> DataKey:
    """Undo wrap().

    Raises:
        Unopenable: another key, another place, or altered.
    """
    return DataKey(key.open(wrapped, "data-key", place.organisation_id, place.incident_id, place.revision))


def seal_part(data_key: DataKey, part: str, place: Place, plaintext: bytes) -> bytes:
    """Seal one part of a document (``identity`` or ``account``), padded."""
    return data_key.seal(pad(plaintext), "part", part, place.organisation_id, place.incident_id, place.revision)


def open_part(data_key: DataKey, part: str, place: Place, blob: bytes) -> bytes:
    """Undo seal_part().

    Raises:
        Unopenable: another key, part or place, or altered.
    """
    return unpad(data_key.open(blob, "part", part, place.organisation_id, place.incident_id, place.revision))


def seal_private(seed: Seed, kind: str, row_id: str, plaintext: bytes) -> bytes:
    """Seal something that is one person's alone, such as a draft."""
    return SecretKey(seed.derive("private")).seal(pad(plaintext), "private", kind, row_id)


def open_private(seed: Seed, kind: str, row_id: str, blob: bytes) -> bytes:
    """Undo seal_private().

    Raises:
        Unopenable: not theirs, another row, or altered.
    """
    return unpad(SecretKey(seed.derive("private")).open(blob, "private", kind, row_id))


def origin_marker(key: SecretKey) -> Callable[..., str]:
    """A function that gives opaque names to rows of files: equal parts, equal names, to holders of this secret only.

    HMAC-SHA256 (128 bits of it) under a key derived for this purpose. A clear hash of a public row would prove that it
    was imported.
    """
    secret = key.derive("origin")

    def mark(*parts: str | int | bytes) -> str:
        return hmac.new(secret, context(*parts), sha256).hexdigest()[:32]

    return mark
