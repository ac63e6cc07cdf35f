"""A device that a person calls their own: it gets in even while others guess at the name.

The cookie holds a random token, its end, and a keyed hash that binds both to the account and to the salt of its present
passphrase: a change of passphrase voids it, and no table knows of it. It proves nothing but that this browser has
logged in before: the passphrase is asked for all the same, and whoever steals the cookie may guess no faster than
anybody else. It is off unless asked for: on a seized telephone it says that somebody uses Tala here.
"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from flask import current_app, request
from sqlalchemy import select

from incidents.accounts.models import Account
from incidents.accounts.rules import normalise_username
from incidents.accounts.sessions import mark_of
from incidents.extensions import db
from incidents.keyring.envelope import same
from incidents.keyring.passphrase import PepperMissing, read_pepper
from incidents.keyring.tokens import opaque

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from config import Settings

SECONDS: Final = 30 * 24 * 60 * 60
TOKEN_BYTES: Final = 16
#: In the place of a salt that there is none of.
NO_SALT: Final = b"\0" * 16


def cookie_name() -> str:
    """``__Host-`` ties the cookie to this host over TLS; a loopback demo has no TLS."""
    return "__Host-tala-device" if current_app.config["SESSION_COOKIE_SECURE"] else "tala-device"


def present() -> bool:
    """Whether this browser carries such a cookie, whoever's."""
    return cookie_name() in request.cookies


def known(username: str) -> str:
    """The token of this browser, if it was given to whoever has this name now; else nothing."""
    token, _, rest = request.cookies.get(cookie_name(), "").partition(".")
    until, _, proof = rest.partition(".")
    if not (proof and until.isdecimal() and until.isascii()):
        return ""
    # The same query and the same work for a name that nobody has: a forged cookie must not tell which names exist.
    row = db.session.execute(select(Account.id, Account.salt).where(Account.username == normalise_username(username)))
    account_id, salt = row.first() or ("", None)
    expected = _proof(account_id, salt or NO_SALT, token, until)
    good = bool(expected) and same(expected.encode(), proof.encode()) and time.time() < int(until)
    return token if good and salt else ""


def remember(answer: Response, account: Account) -> None:
    """Let the browser keep a fresh token for 30 days. Without a pepper there is nothing to bind it with, and none."""
    token, until = secrets.token_hex(TOKEN_BYTES), str(int(time.time()) + SECONDS)
    proof = _proof(account.id, account.salt or NO_SALT, token, until)
    if proof:
        answer.set_cookie(
            cookie_name(),
            f"{token}.{until}.{proof}",
            max_age=SECONDS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Strict",
            path="/",
        )


def forget(answer: Response) -> None:
    """Take the cookie away."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    answer.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Strict")


def _proof(account_id: str, salt: bytes, token: str, until: str) -> str:
    settings: Settings = current_app.extensions["tala-settings"]
    with suppress(PepperMissing):
        pepper = read_pepper(settings.pepper_file)
        return opaque(pepper, "device", account_id, mark_of(salt), token, until)
    return ""
