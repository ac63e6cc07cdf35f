"""The door between organisations: the keys of a case's parts, sealed to another organisation's inbox and signed.

Anybody can seal to an inbox. The signature is how a recipient that has compared a number with the owner tells a case of
theirs from one that somebody slipped in. It is over the row as well, so that it proves no other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from incidents.keyring.envelope import Unopenable
from incidents.keyring.identity import verified
from incidents.keyring.intake_door import Slot, open_submission, seal_submission

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.keyring.identity import Identity
    from incidents.keyring.people import PublicKey

KIND = "shared"


def slot(recipient_id: str, row_id: str) -> Slot:
    """Where a shared case lies."""
    return Slot(recipient_id, row_id, KIND)


def seal_share(intake: PublicKey, place: Slot, body: bytes, identity: Identity) -> tuple[bytes, bytes]:
    """Seal and sign what a recipient receives of a case. Some 0.3 ms.

    Returns:
        The sealed data key, and the sealed content.

    Raises:
        Unopenable: the intake key is none.
    """
    signature = identity.sign(*_signed(place, body))
    content = json.dumps({"body": body.decode(), "signature": signature.hex()}).encode()
    return seal_submission(intake, place, content)


def open_share(opener: Callable[..., bytes], place: Slot, wrapped: bytes, sealed: bytes) -> tuple[bytes, bytes]:
    """Undo seal_share() with the opener of the recipient's intake seed; whoever made it.

    Returns:
        The body and the signature, which is not checked yet.

    Raises:
        Unopenable: another organisation, another row, altered, or of another shape.
    """
    try:
        content = json.loads(open_submission(opener, place, wrapped, sealed))
        return content["body"].encode(), bytes.fromhex(content["signature"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # Anybody can seal anything to an inbox.
        raise Unopenable from None


def is_of(identity: bytes, place: Slot, body: bytes, signature: bytes) -> bool:
    """Whether the holder of an identity has sealed this, for this recipient and row."""
    return verified(identity, signature, *_signed(place, body))


def _signed(place: Slot, body: bytes) -> tuple[str | bytes, ...]:
    return ("share", place.organisation_id, place.row_id, body)
