"""How often somebody may knock: counted in the database, before the work, by name and for the whole site.

An onion service sees every client at one address, so addresses count for nothing here. What is counted is the name that
was typed, whether anybody has it or not, under a keyed hash: the table does not say whose names were tried. The key
follows from the pepper; without a pepper (recovery works without one) it is a constant.

Each attempt counts as a failure before its work is done, in a transaction of its own, so that attempts at the same
moment, on whatever worker, count each other; the one that succeeds takes the count away. What is refused is not
counted: whoever goes on knocking does not lengthen the wait.
"""

from __future__ import annotations

import enum
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from incidents.accounts.models import Throttle
from incidents.accounts.rules import normalise_username
from incidents.database import writing
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.keyring.passphrase import PepperMissing, read_pepper
from incidents.keyring.tokens import opaque

if TYPE_CHECKING:
    from sqlalchemy import Row

    from config import Settings

MINUTE: Final = 60_000
#: Failures of one name without any wait; then a minute, and twice as long after each further one.
FREE: Final = 5
LONGEST_WAIT: Final = 15 * MINUTE
#: Failures are forgotten this long after the last one.
MEMORY: Final = 60 * MINUTE
#: The whole site: one attempt a second in the long run, sixty at once. One hash takes a third of a second of one core.
SITE_STEP: Final = 1_000
SITE_BURST: Final = 60 * SITE_STEP
INSERT: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Door(enum.StrEnum):
    """Where somebody may knock with what they do not know. Each door counts for itself."""

    LOG_IN = "log-in"
    SET_UP = "set-up"
    RECOVERY = "recovery"
    SECOND_FACTOR = "second-factor"
    #: A receipt's code; it is counted by the code, whatever word comes with it, and by nothing else: who knows no code
    #: can keep nobody from taking consent back.
    RECEIPT = "receipt"
    #: The passphrase once more, by who is logged in: step-up, or a change of passphrase.
    CONFIRM = "confirm"


#: Doors where any name makes the server do slow work: the site as a whole has a budget there.
OPEN_DOORS: Final = frozenset({Door.LOG_IN, Door.SET_UP, Door.RECOVERY})


class Throttled(TalaError):
    """Too many failures: nothing was tried this time.

    Attributes:
        seconds: How long to wait.
    """

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds

    @property
    def minutes(self) -> int:
        """The same in whole minutes, rounded up: what a page says."""
        return math.ceil(self.seconds / 60)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was let through and counted as a failure."""

    bucket: str
    site: str

    def succeeded(self) -> None:
        """Take the count away, in a transaction of its own. An attempt that failed needs no word."""
        with writing(db.session):
            if self.site:
                back = update(Throttle).where(Throttle.id == self.site).values(next_at=Throttle.next_at - SITE_STEP)
                db.session.execute(back)
            db.session.execute(delete(Throttle).where(Throttle.id == self.bucket))


def attempt(door: Door, subject: str, device: str = "") -> Attempt:
    """Count an attempt at a door, in a write transaction of its own, before the work that it asks for.

    Args:
        door: Which door.
        subject: The name as it was typed, or an account's id.
        device: Of a device that the account knows (see devices.known()): it is counted apart, and not against the
            site's budget, so that nobody can lock it out from elsewhere.

    Raises:
        Throttled: do not do the work; nothing was counted.
    """
    bucket = _bucket(door, "device" if device else "name", device or normalise_username(subject))
    site = _bucket(door, "site", "") if door in OPEN_DOORS and not device else ""
    now = time.time_ns() // 1_000_000
    with writing(db.session):
        _forget(now)
        # Always the site first: two transactions that wait for each other's row would never end.
        if site:
            _spend(site, now)
        _count(bucket, now)
    return Attempt(bucket, site)


def wait_after(failures: int) -> int:
    """Milliseconds before the next attempt, after so many failures."""
    return 0 if failures < FREE else min(MINUTE << min(failures - FREE, 8), LONGEST_WAIT)


def _count(bucket: str, now: int) -> None:
    row = _locked(bucket)
    if row.next_at > now:
        raise Throttled(_seconds(row.next_at - now))
    failures = row.failures + 1
    wait = wait_after(failures)
    # Zero where nobody waits: another attempt may have looked at the clock before this one and come here after it.
    _write(bucket, failures=failures, next_at=now + wait if wait else 0, forget_at=now + MEMORY)


def _spend(site: str, now: int) -> None:
    """Take one attempt out of the site's budget, a bucket that fills at a steady pace (GCRA, as in ATM networks)."""
    full_at = max(_locked(site).next_at, now) + SITE_STEP
    if full_at - now > SITE_BURST:
        raise Throttled(_seconds(full_at - now - SITE_BURST))
    _write(site, failures=0, next_at=full_at, forget_at=full_at)


def _seconds(milliseconds: int) -> int:
    return math.ceil(milliseconds / 1_000)


def _locked(bucket: str) -> Row[tuple[int, int]]:
    """A bucket's row, made if there is none, that nobody else changes before the transaction ends. One statement."""
    made = INSERT[db.engine.dialect.name](Throttle).values(id=bucket, failures=0, next_at=0, forget_at=0)
    mine = made.on_conflict_do_update(index_elements=["id"], set_={"failures": Throttle.failures})
    found: Row[tuple[int, int]] = db.session.execute(mine.returning(Throttle.failures, Throttle.next_at)).one()
    return found


def _write(bucket: str, **values: int) -> None:
    db.session.execute(update(Throttle).where(Throttle.id == bucket).values(**values))


def _forget(now: int) -> None:
    """Delete what is over: rows that stayed would say for ever when somebody was at the door."""
    over = select(Throttle.id).where(Throttle.forget_at <= now).with_for_update(skip_locked=True)
    ids = db.session.scalars(over).all()
    if ids:
        db.session.execute(delete(Throttle).where(Throttle.id.in_(ids)))


def _bucket(door: Door, kind: str, subject: str) -> str:
    settings: Settings = current_app.extensions["tala-settings"]
    pepper = b""
    with suppress(PepperMissing):
        pepper = read_pepper(settings.pepper_file)
    return opaque(pepper, "throttle", door, kind, subject)
