"""Server-side sessions, sealed under a key that only the cookie holds.

The table has SHA-256 of the cookie, an account, two times and a blob; a seized disk opens none of them. Any worker can
serve any session, and a row that is gone is a log-in that is over. Nobody has a row before logging in: the anti-forgery
token follows from the cookie itself.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from copy import deepcopy
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from flask import request, session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import bindparam, delete, or_, select, update

from incidents.accounts.browsers import coarse
from incidents.accounts.models import StoredSession
from incidents.database import writing
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.keyring.envelope import SecretKey, Unopenable
from incidents.keyring.people import Seed
from incidents.keyring.tokens import session_id, session_key
from incidents.web.access import leaves_no_trace

if TYPE_CHECKING:
    from flask import Flask, Request, Response

    from incidents.accounts.models import Account

COOKIE_BYTES = 32
IDLE_SECONDS = 20 * 60
ABSOLUTE_SECONDS = 10 * 60 * 60
#: The context of a session's note, and how long it is made, so that its length tells no browser.
NOTE = "session-note"
NOTE_BYTES = 128
#: A visit is written down at most this often: a write at each page made reading twelve times slower.
TOUCH_SECONDS = 60
#: Where a session keeps what waits for a second factor.
HALF_OPEN = "half_open"
#: Asked at every request, so it is put together once.
STORED = select(
    StoredSession.account_id, StoredSession.idle_until, StoredSession.absolute_until, StoredSession.sealed
).where(
    StoredSession.id == bindparam("row_id"),
    StoredSession.idle_until > bindparam("now"),
    StoredSession.absolute_until > bindparam("now"),
)


@dataclass
class Times:
    """When a session ends, in seconds since 1970."""

    idle_until: int = 0
    absolute_until: int = 0


class TalaSession(dict[str, Any], SessionMixin):
    """What Flask calls the session. ``cookie`` is the browser's secret; ``stored`` says whether a row exists for it."""

    def __init__(self, values: dict[str, Any], *, cookie: str, presented: bool, stored: bool, times: Times) -> None:
        super().__init__(values)
        # Deep: messages for the next page are a list that Flask changes in its place.
        self.before = deepcopy(values)
        self.cookie = cookie
        self.presented = presented
        self.stored = stored
        self.times = times
        self.retired: list[str] = []

    @property
    def modified(self) -> bool:
        """Whether the values differ from those that were opened."""
        return self.before != dict(self)

    @modified.setter
    def modified(self, value: bool) -> None:
        """Flask and Flask-Login set this; the comparison above knows better."""

    @property
    def accessed(self) -> bool:
        """Every answer depends on the cookie: it says ``Vary: Cookie``."""
        return True

    @accessed.setter
    def accessed(self, value: bool) -> None:
        """See the getter."""

    def of(self, account: Account) -> bool:
        """Whether it began with the passphrase that the account has now: a log-in may finish while that is changed."""
        return self.get("passphrase") == passphrase_mark(account)

    @property
    def owner(self) -> str:
        """The account that is logged in, or that waits for its second factor; empty if there is none."""
        return str(self.get("_user_id") or self.get(HALF_OPEN, {}).get("account_id", ""))

    def limits(self, now: int) -> Times:
        """Until when it lasts from now on; what waits for a second factor does so for minutes, visits or not."""
        if HALF_OPEN in self:
            until = int(self[HALF_OPEN]["until"])
            return Times(until, until)
        return Times(now + IDLE_SECONDS, now + ABSOLUTE_SECONDS)

    @property
    def seed(self) -> Seed | None:
        """The seed of the account that is logged in."""
        raw = self.get("seed")
        return Seed(base64.b64decode(raw)) if raw else None

    def renew(self) -> None:
        """Take a new cookie, so that one that was planted or overheard before log-in is worth nothing."""
        self.retired.append(self.cookie)
        self.cookie = new_cookie()
        self.stored = False

    def token(self) -> str:
        """The anti-forgery token of this browser."""
        return base64.urlsafe_b64encode(SecretKey(session_key(self.cookie)).derive("csrf")).decode().rstrip("=")


def passphrase_mark(account: Account) -> str:
    """Another one for each passphrase that an account ever had: its salt."""
    return mark_of(account.salt or b"")


def mark_of(salt: bytes) -> str:
    """The same from the salt alone."""
    return base64.b64encode(salt).decode()


def new_cookie() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(COOKIE_BYTES)


class WrongCredentials(TalaError):
    """Name and passphrase (or code) do not fit together. Which of them is wrong is not said."""


class SealedSessions(SessionInterface):
    """Opens the session at the start of a request and writes it at the end. Keeps no state of its own."""

    def cookie_name(self, app: Flask) -> str:
        """``__Host-`` ties the cookie to this host over TLS; a loopback demo has no TLS."""
        return "__Host-tala" if app.config["SESSION_COOKIE_SECURE"] else "tala"

    def open_session(self, app: Flask, request: Request) -> TalaSession:
        """The session of the cookie; an empty one where there is none, or none any more."""
        presented = request.cookies.get(self.cookie_name(app), "")
        found = self._stored(presented)
        if found is None:
            known = bool(presented) and len(presented) == len(new_cookie())
            cookie = presented if known else new_cookie()
            return TalaSession({}, cookie=cookie, presented=known, stored=False, times=Times())
        values, times = found
        return TalaSession(values, cookie=presented, presented=True, stored=True, times=times)

    def _stored(self, cookie: str) -> tuple[dict[str, Any], Times] | None:
        """What lies under a cookie, and until when; None if nothing does, or it is over, or does not open."""
        if not cookie:
            return None
        row_id = session_id(cookie)
        row = db.session.execute(STORED, {"row_id": row_id, "now": int(time.time())}).first()
        if row is None:
            return None
        try:
            values = json.loads(SecretKey(session_key(cookie)).open(row.sealed, "session", row_id, row.account_id))
        except Unopenable:
            return None
        return values, Times(row.idle_until, row.absolute_until)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed: a log-in adds a row, a log-out deletes it, a visit moves the idle limit."""
        if not isinstance(session, TalaSession):
            raise TypeError("Tala opens its own sessions")
        response.vary.add("Cookie")
        if leaves_no_trace(request.endpoint):
            return
        if session.owner:
            self._store(session)
        elif session.stored or session.retired:
            self._forget(session)
        # A style sheet may be kept by a proxy for many people: it brings nobody a cookie.
        if request.endpoint != "static" and (not session.presented or session.retired):
            response.set_cookie(
                self.cookie_name(app),
                session.cookie,
                secure=app.config["SESSION_COOKIE_SECURE"],
                httponly=True,
                samesite="Strict",
                path="/",
            )

    def _store(self, session: TalaSession) -> None:
        now = int(time.time())
        idle, absolute = astuple(session.limits(now))
        if session.stored and not session.modified:
            if idle - session.times.idle_until >= TOUCH_SECONDS:
                with writing(db.session):
                    db.session.execute(
                        update(StoredSession)
                        .where(StoredSession.id == session_id(session.cookie))
                        .values(idle_until=idle)
                    )
            return
        row_id = session_id(session.cookie)
        account_id = session.owner
        sealed = SecretKey(session_key(session.cookie)).seal(
            json.dumps(dict(session)).encode(), "session", row_id, account_id
        )
        with writing(db.session):
            self._delete(session.retired)
            if session.stored:
                # An update, never an insert: a session that was ended meanwhile stays ended.
                db.session.execute(
                    update(StoredSession).where(StoredSession.id == row_id).values(sealed=sealed, idle_until=idle)
                )
            else:
                # Sessions that ended by themselves would say for ever who was here and when.
                ended = or_(StoredSession.idle_until <= now, StoredSession.absolute_until <= now)
                db.session.execute(delete(StoredSession).where(ended))
                db.session.add(
                    StoredSession(
                        id=row_id,
                        account_id=account_id,
                        idle_until=idle,
                        absolute_until=absolute,
                        sealed=sealed,
                        note=_note(session, row_id, now),
                    )
                )

    def _forget(self, session: TalaSession) -> None:
        with writing(db.session):
            self._delete([*session.retired, session.cookie])

    @staticmethod
    def _delete(cookies: list[str]) -> None:
        ids = [session_id(cookie) for cookie in cookies]
        db.session.execute(delete(StoredSession).where(StoredSession.id.in_(ids)))


def _note(session: TalaSession, row_id: str, now: int) -> bytes | None:
    """What the person's own list says of a log-in, under their seed; nothing of one that waits for a second factor."""
    if session.seed is None:
        return None
    browser, system = coarse(request.user_agent.string)
    note = json.dumps({"since": now, "browser": browser, "system": system}).ljust(NOTE_BYTES)
    return SecretKey(session.seed.raw).seal(note.encode(), NOTE, row_id, session.owner)


def end_all(account_id: str) -> None:
    """End every session of an account, in the running transaction."""
    db.session.execute(delete(StoredSession).where(StoredSession.account_id == account_id))


def end_others(account_id: str) -> None:
    """End every session of an account but that of this request, in the running transaction."""
    own = session_id(tala_session().cookie)
    db.session.execute(delete(StoredSession).where(StoredSession.account_id == account_id, StoredSession.id != own))


def tala_session() -> TalaSession:
    """The session of this request."""
    proxied = session._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the way Flask offers
    if not isinstance(proxied, TalaSession):
        raise TypeError("Tala opens its own sessions")
    return proxied


def current_seed() -> Seed:
    """The seed of whoever is logged in.

    Raises:
        WrongCredentials: nobody is.
    """
    seed = tala_session().seed
    if seed is None:
        raise WrongCredentials
    return seed
