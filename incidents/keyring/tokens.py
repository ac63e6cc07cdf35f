"""What follows from a random secret that somebody holds: a session's cookie, or a set-up code."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from incidents.keyring.envelope import context, derive

#: No code is longer, whatever stands between its signs.
LONGEST = 200


def session_id(cookie: str) -> str:
    """The row that belongs to a cookie; the cookie does not follow from it."""
    return hashlib.sha256(context("session-id", cookie)).hexdigest()


def session_key(cookie: str) -> bytes:
    """The key that opens that row."""
    return derive(cookie.encode(), "session")


def setup_digest(code: str) -> bytes:
    """What is kept of a set-up code: enough to know it again. The code is random, so a plain hash is slow enough."""
    return hashlib.sha256(context("setup-code", tidy(code))).digest()


def opaque(secret: bytes, purpose: str, *parts: str) -> str:
    """A name of something that only who has the secret can make again: HMAC-SHA256 as 64 hexadecimal digits."""
    return hmac.new(derive(secret, purpose), context(purpose, *parts), hashlib.sha256).hexdigest()


def tidy(code: str) -> str:
    """A code as it was given, however it was typed: in groups, in small letters, on a keyboard of wide ones."""
    typed = unicodedata.normalize("NFKC", code[:LONGEST]).upper()
    return "".join(sign for sign in typed if sign.isalnum())
