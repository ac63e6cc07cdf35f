"""Security keys and passkeys: WebAuthn (level 2) by way of ``fido2``; nothing else here imports it.

A key signs for one address of the site alone, so it cannot be talked into signing for a copy of it. The challenge
follows from the session's cookie and a number that each answer moves on: nothing is written when a page is shown, and
none is good twice.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import struct
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fido2.cose import UnsupportedKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from incidents.accounts.factors import SecurityKey, WrongFactor
from incidents.keyring.envelope import SecretKey
from incidents.keyring.tokens import session_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from incidents.accounts.models import Account
    from incidents.accounts.sessions import TalaSession

#: Whether a key asks for a PIN or a finger is the key's affair: the passphrase has been given already.
VERIFICATION: Final = UserVerificationRequirement.PREFERRED
DEFAULT_PORTS: Final = {"https": 443, "http": 80}
NUMBER: Final = "webauthn"


def usable(origin: str) -> bool:
    """Whether keys can sign for this address: it has a name, and TLS unless it is this machine."""
    parts = urlsplit(origin)
    if not parts.hostname or _is_number(parts.hostname):
        return False
    return parts.scheme == "https" or parts.hostname == "localhost"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def plain_origin(address: str) -> str:
    """An address as browsers write it: small letters, and no port that goes without saying."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port and parts.port != DEFAULT_PORTS.get(parts.scheme) else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def _server(origin: str) -> Fido2Server:
    """The other side of the keys. The origin must be the very one: fido2 alone would take every subdomain."""
    ours = plain_origin(origin)
    rp = PublicKeyCredentialRpEntity(name="Tala", id=urlsplit(ours).hostname)
    return Fido2Server(rp, verify_origin=lambda theirs: theirs == ours)


def _challenge(session: TalaSession) -> bytes:
    """What is to be signed now."""
    secret = SecretKey(session_key(session.cookie)).derive("webauthn")
    return SecretKey(secret).derive(f"challenge {session.get(NUMBER, 0)}")


def _state(session: TalaSession) -> dict[str, str]:
    """What fido2 compares an answer with; asked for once, for the challenge is another afterwards."""
    challenge = base64.urlsafe_b64encode(_challenge(session)).decode().rstrip("=")
    session[NUMBER] = session.get(NUMBER, 0) + 1
    return {"challenge": challenge, "user_verification": VERIFICATION}


def registration_options(origin: str, session: TalaSession, account: Account, keys: Sequence[SecurityKey]) -> str:
    """What a browser needs to make a new credential, as JSON; keys that are known already refuse by themselves."""
    user = PublicKeyCredentialUserEntity(
        name=account.username, id=bytes.fromhex(account.id), display_name=account.username
    )
    options, _ = _server(origin).register_begin(
        user,
        _descriptors(keys),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=VERIFICATION,
        challenge=_challenge(session),
    )
    return json.dumps(dict(options.public_key))


def registered(origin: str, session: TalaSession, answer: str, name: str) -> SecurityKey:
    """The key that answered.

    Raises:
        WrongFactor: it is not an answer to what was asked, here and now.
    """
    state = _state(session)
    data = _checked(lambda sent: _server(origin).register_complete(state, RegistrationResponse.from_dict(sent)), answer)
    if isinstance(data.credential_data.public_key, UnsupportedKey):
        raise WrongFactor
    credential = base64.b64encode(bytes(data.credential_data)).decode()
    return SecurityKey(name=name, credential=credential, counter=data.counter)


def assertion_options(origin: str, session: TalaSession, keys: Sequence[SecurityKey]) -> str:
    """What a browser needs to let a key sign, as JSON."""
    options, _ = _server(origin).authenticate_begin(
        _descriptors(keys), user_verification=VERIFICATION, challenge=_challenge(session)
    )
    return json.dumps(dict(options.public_key))


def signed(origin: str, session: TalaSession, keys: Sequence[SecurityKey], answer: str) -> tuple[str, int]:
    """The id of the key that answered, and its counter; whether that has grown is for Factors.after_use() to say.

    Raises:
        WrongFactor: it is not an answer of one of these keys to what was asked, here and now.
    """
    state = _state(session)
    credentials = _opened(keys)
    ids = {credential.credential_id: key.id for key, credential in zip(keys, credentials, strict=True)}

    def complete(sent: Mapping[str, Any]) -> tuple[str, int]:
        response = AuthenticationResponse.from_dict(sent)
        found = _server(origin).authenticate_complete(state, credentials, response)
        return ids[found.credential_id], response.response.authenticator_data.counter

    result: tuple[str, int] = _checked(complete, answer)
    return result


def _checked(complete: Callable[[Mapping[str, Any]], Any], answer: str) -> Any:  # noqa: ANN401 - whatever it gives
    """Run fido2's checks on what a browser sent; whatever is wrong with it, it is refused alike."""
    try:
        return complete(json.loads(answer))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, AssertionError, RecursionError, struct.error):
        raise WrongFactor from None


def _opened(keys: Sequence[SecurityKey]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(base64.b64decode(key.credential)) for key in keys]


def _descriptors(keys: Sequence[SecurityKey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=credential.credential_id)
        for credential in _opened(keys)
    ]
