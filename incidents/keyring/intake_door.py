"""The intake door: what is sealed to an organisation's inbox. Whoever seals it cannot open it again.

A random data key seals the content; the data key is sealed (HPKE) to the intake key that the organisation states. Both
are bound to the organisation and to the row, and to no epoch of the key: rotation re-wraps the data key alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.keyring.envelope import SecretKey, pad, unpad

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.keyring.people import PublicKey


@dataclass(frozen=True, slots=True)
class Slot:
    """Where something that was sealed to an inbox lies; bound into both of its blobs, so that they open nowhere else.

    Attributes:
        organisation_id: Whose inbox.
        row_id: The row.
        kind: What it is: a ``submission``, or a case that is ``shared``.
    """

    organisation_id: str
    row_id: str
    kind: str = "submission"

    def key_context(self) -> tuple[str, ...]:
        """What the sealed data key is bound to."""
        return (f"{self.kind}-key", self.organisation_id, self.row_id)

    def context(self) -> tuple[str, ...]:
        """What the sealed content is bound to."""
        return (self.kind, self.organisation_id, self.row_id)


def seal_submission(intake: PublicKey, slot: Slot, plaintext: bytes) -> tuple[bytes, bytes]:
    """Seal something to an inbox, padded. Some 0.2 ms.

    Returns:
        The sealed data key (1,169 bytes), and the sealed content.

    Raises:
        Unopenable: the intake key is none.
    """
    data_key = SecretKey.random()
    wrapped = intake.seal(data_key.raw, *slot.key_context())
    return wrapped, data_key.seal(pad(plaintext), *slot.context())


def open_submission(opener: Callable[..., bytes], slot: Slot, wrapped: bytes, sealed: bytes) -> bytes:
    """Undo seal_submission() with the opener of the intake seed.

    Raises:
        Unopenable: another organisation, another row, or altered.
    """
    data_key = SecretKey(opener(wrapped, *slot.key_context()))
    return unpad(data_key.open(sealed, *slot.context()))


def rewrap(opener: Callable[..., bytes], new: PublicKey, slot: Slot, wrapped: bytes) -> bytes:
    """Seal the data key of a submission to the intake key of another epoch; the content is not touched.

    Raises:
        Unopenable: as open_submission().
    """
    return new.seal(SecretKey(opener(wrapped, *slot.key_context())).raw, *slot.key_context())
