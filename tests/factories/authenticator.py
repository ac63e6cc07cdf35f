"""A security key in software, as a browser shows it to a site: it signs what it is asked to, honestly or not."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

ORIGIN = "https://tala.example"


def coded(raw: bytes) -> str:
    """Base 64 as WebAuthn writes it."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Authenticator:
    """One key with one credential.

    Attributes:
        origin: Where the browser believes to be.
        rp_id: For whom it signs.
        counter: Goes up by one at each signature; 0 and ``counts=False`` for a passkey.
    """

    origin: str = ORIGIN
    rp_id: str = "tala.example"
    counter: int = 0
    counts: bool = True
    flags: AuthenticatorData.FLAG = AuthenticatorData.FLAG.UP
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, options: str) -> str:
        """What the browser sends after making a credential."""
        key = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.credential_id, key)
        data = AuthenticatorData.create(
            self._rp_hash(), self.flags | AuthenticatorData.FLAG.AT, self.counter, credential
        )
        response = {
            "clientDataJSON": coded(self._client_data("webauthn.create", options)),
            "attestationObject": coded(AttestationObject.create("none", data, {})),
        }
        return self._answer(response)

    def get(self, options: str) -> str:
        """What the browser sends after the key signed."""
        self.counter += self.counts
        data = AuthenticatorData.create(self._rp_hash(), self.flags, self.counter)
        client_data = self._client_data("webauthn.get", options)
        signature = self.private.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": coded(client_data),
            "authenticatorData": coded(data),
            "signature": coded(signature),
        }
        return self._answer(response)

    def _rp_hash(self) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest()

    def _client_data(self, kind: str, options: str) -> bytes:
        challenge = json.loads(options)["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        name = coded(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
