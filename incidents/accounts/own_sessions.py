"""The sessions of whoever is logged in: since when, last seen when, in what browser; and ending them.

What is said of a session beyond its two limits lies in its note, sealed under the person's own seed: nobody else, with
the database or without, learns what they use.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask_login import current_user
from sqlalchemy import delete, select

from incidents.accounts.models import StoredSession
from incidents.accounts.services import log_out
from incidents.accounts.sessions import IDLE_SECONDS, NOTE, current_seed, end_all, end_others, tala_session
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.envelope import SecretKey, Unopenable
from incidents.keyring.tokens import session_id

if TYPE_CHECKING:
    from incidents.keyring.people import Seed

MINUTE: Final = 60
#: What a form says instead of one session.
OTHERS: Final = "others"
ALL: Final = "all"


@dataclass(frozen=True)
class OwnSession:
    """One log-in.

    Attributes:
        id: Of its row: SHA-256 of the cookie, from which the cookie does not follow.
        since: Its beginning, in seconds since 1970; None if its note does not open.
        last_seen: The last visit, to the minute.
        browser: A coarse word, empty if unknown.
        system: As well.
        current: Whether it is the one that asks.
    """

    id: str
    since: int | None
    last_seen: int
    browser: str
    system: str
    current: bool


def own_sessions() -> list[OwnSession]:
    """Every session of whoever is logged in, this one first, then by the last visit. One query."""
    here, seed = session_id(tala_session().cookie), current_seed()
    rows = db.session.scalars(select(StoredSession).where(StoredSession.account_id == current_user.id)).all()
    found = [_opened(row, seed, here) for row in rows]
    return sorted(found, key=lambda one: (not one.current, -one.last_seen))


def _opened(row: StoredSession, seed: Seed, here: str) -> OwnSession:
    note: dict[str, str | int] = {}
    with suppress(Unopenable):
        note = json.loads(SecretKey(seed.raw).open(row.note or b"", NOTE, row.id, row.account_id))
    since = int(note["since"]) if "since" in note else None
    last_seen = (row.idle_until - IDLE_SECONDS) // MINUTE * MINUTE
    browser, system = (str(note.get(name, "")) for name in ("browser", "system"))
    return OwnSession(row.id, since, last_seen, browser, system, current=row.id == here)


def end(which: str) -> bool:
    """End one session by its id, all others, or all; those of somebody else are nobody's here.

    Returns:
        Whether this one is over too.
    """
    account_id, here = current_user.id, session_id(tala_session().cookie)
    organisation_id = current_user.organisation_id
    with writing(db.session):
        if which == ALL:
            end_all(account_id)
        elif which == OTHERS:
            end_others(account_id)
        else:
            mine = StoredSession.account_id == account_id
            db.session.execute(delete(StoredSession).where(mine, StoredSession.id == which))
        audit.record(organisation_id, Act.SESSIONS_ENDED, by=account_id)
    if which in {ALL, here}:
        log_out()
        return True
    return False
