"""With what an organisation signs its releases (Ed25519, RFC 8032), so that anybody can tell a file from a forgery.

The key follows from the summaries key: advocates and researchers hold that, analysts and administrators do not. It is
nowhere kept. A rotation makes another; what was signed before stays verifiable with the public key in its manifest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incidents.keyring.envelope import context
from incidents.keyring.facts_door import summaries_keys

if TYPE_CHECKING:
    from incidents.keyring.facts_door import SummariesKey
    from incidents.keyring.people import Seed


class CannotSign(Exception):
    """Somebody holds no key with which their organisation signs."""


@dataclass(frozen=True, slots=True)
class ReleaseSigner:
    """The private half, as long as somebody's keys are open."""

    key: SummariesKey

    @property
    def public(self) -> str:
        """What others verify with: 32 bytes as hexadecimal digits."""
        return self._private().public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        """A signature over a manifest: 64 bytes as hexadecimal digits."""
        return self._private().sign(context("release", message)).hex()

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.key.derive("release-signature"))


def release_signer(account_id: str, organisation_id: str, seed: Seed) -> ReleaseSigner:
    """The signer of an organisation, for who holds its newest summaries key. Two queries.

    Raises:
        CannotSign: they hold none.
    """
    own = [key for key in summaries_keys(account_id, seed) if key.organisation_id == organisation_id]
    if not own:
        raise CannotSign
    return ReleaseSigner(max(own, key=lambda key: key.epoch))
