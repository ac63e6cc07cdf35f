"""Codes of an authenticator app: TOTP (RFC 6238), HMAC-SHA-1, steps of 30 seconds, six digits.

SHA-1 is what every app knows. Its collisions are no help to somebody who does not have the secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from typing import Final
from urllib.parse import quote, urlencode

STEP_SECONDS: Final = 30
DIGITS: Final = 6
#: A clock may be wrong by as many steps, either way.
WINDOW: Final = 1
#: As long as the hash (RFC 4226, section 4).
SECRET_BYTES: Final = 20
LONGEST: Final = 40


def new_secret() -> str:
    """160 random bits in base 32: what an app is given."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def step_at(seconds: float) -> int:
    """The step of a time, in seconds since 1970."""
    return int(seconds) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """The code of a step (RFC 4226, section 5.3)."""
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    first = digest[-1] & 0x0F
    number = int.from_bytes(digest[first : first + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def accepted_step(secret: str, typed: str, *, after: int, now: float) -> int | None:
    """The step whose code was typed, if it is near now and later than every step that was accepted before.

    A code counts once, and none that is older than it counts any more: what was seen over a shoulder is worth nothing.

    Args:
        secret: Of the app.
        typed: As it was typed.
        after: The last step that was accepted.
        now: Seconds since 1970.

    Returns:
        The step to remember; None if the code is wrong, used, or of another time.
    """
    digits = _digits(typed).encode()
    near = range(step_at(now) - WINDOW, step_at(now) + WINDOW + 1)
    # Every step is compared, so that the time taken does not say which it was.
    found = [step for step in near if hmac.compare_digest(code_of(secret, step).encode(), digits) and step > after]
    return min(found, default=None)


def _digits(typed: str) -> str:
    """The digits of a code, in whatever script and however grouped; nothing if there is anything else."""
    signs = [sign for sign in typed[:LONGEST] if not sign.isspace() and sign != "-"]
    return "".join(str(unicodedata.decimal(sign, "x")) for sign in signs)


def address(secret: str, username: str, issuer: str = "Tala") -> str:
    """What the QR code says to the app."""
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?" + urlencode({"secret": secret, "issuer": issuer})


def grouped(secret: str) -> str:
    """The secret in fours, to be typed where no camera can be used."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
