"""The case door: what only an organisation's researchers may open. Analysts' code does not import this module."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from incidents.keyring.envelope import SecretKey, Unopenable, context, framed, open_once, opener, pad, unpad
from incidents.keyring.grants import GrantedKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from incidents.keyring.people import Seed


@dataclass(frozen=True, slots=True)
class OrganisationKey(GrantedKey):
    """Wraps the data keys of an organisation's cases; seals its index and its log."""


#: What the key of each part is derived for: the info of HKDF-Expand, and the number of its one block.
PART_KEYS: Final = {part: context("part-key", part) + b"\x01" for part in ("identity", "account")}


@dataclass(frozen=True, slots=True)
class DataKey(SecretKey):
    """Gives the keys of the parts of one revision of one incident, and seals nothing else."""

    def of_part(self, part: str) -> PartKey:
        """The key of one part (``identity`` or ``account``): from it neither this key follows nor the other part's.

        HKDF-Expand (RFC 5869) of one block; this key is random, so that nothing is to be extracted. Some 1 µs.
        """
        return PartKey(hmac.digest(self.raw, PART_KEYS[part], "sha256"))


@dataclass(frozen=True, slots=True)
class PartKey(SecretKey):
    """Seals one part of one revision of one incident: what another organisation receives of a case."""


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
    """Seal one part of a document (``identity`` or ``account``) under a key of its own, padded."""
    return data_key.of_part(part).seal(pad(plaintext), *_context(part, place))


def open_part(data_key: DataKey, part: str, place: Place, blob: bytes) -> bytes:
    """Undo seal_part().

    Raises:
        Unopenable: another key, part or place, or altered.
    """
    return unpad(_open_bound(data_key, part, blob, context(*_context(part, place))))


def _open_bound(data_key: DataKey, part: str, blob: bytes, bound: bytes) -> bytes:
    try:
        return open_once(data_key.of_part(part).raw, blob, bound)
    except Unopenable:
        # Revisions of before parts had keys of their own.
        return open_once(data_key.raw, blob, bound)


def open_alone(key: SecretKey, part: str, place: Place, blob: bytes) -> bytes:
    """Undo seal_part() with the key of that part alone.

    Raises:
        Unopenable: as open_part().
    """
    return unpad(key.open(blob, *_context(part, place)))


def _context(part: str, place: Place) -> tuple[str | int, ...]:
    return ("part", part, place.organisation_id, place.incident_id, place.revision)


def parts_opener(key: OrganisationKey, *parts: str) -> Callable[[str, int, bytes, Sequence[bytes]], list[bytes]]:
    """A function that opens the named parts of many revisions: what is the same for all is prepared once.

    It takes the incident's id, the revision, its wrapped data key and the sealed parts, and raises Unopenable where
    unwrap() or open_part() do.
    """
    organisation_id = key.organisation_id
    unwrapped, of_keys = opener(key), context("data-key", organisation_id)
    bounds = [context("part", part, organisation_id) for part in parts]
    # There are few numbers of revisions.
    of_revision = cache(framed)

    def opened(incident_id: str, revision: int, wrapped: bytes, blobs: Sequence[bytes]) -> list[bytes]:
        place = framed(incident_id) + of_revision(revision)
        data_key = DataKey(unwrapped(wrapped, of_keys + place))
        return [
            unpad(_open_bound(data_key, part, blob, bound + place))
            for part, blob, bound in zip(parts, blobs, bounds, strict=True)
        ]

    return opened


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
