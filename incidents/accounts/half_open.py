"""What waits for a second factor: a log-in, a set-up, or a recovery after the factors were lost.

It lies in a session of its own, sealed like any other, for some minutes. Nobody is logged in meanwhile: the seed lies
under another name than that of a log-in, and every page that wants somebody answers as to a stranger.
"""

from __future__ import annotations

import enum
import time
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete

from incidents.accounts.models import StoredSession
from incidents.accounts.sessions import HALF_OPEN, WrongCredentials, tala_session
from incidents.extensions import db
from incidents.keyring.people import Seed
from incidents.keyring.tokens import session_id

if TYPE_CHECKING:
    from sqlalchemy.engine import CursorResult

LOG_IN_SECONDS: Final = 5 * 60
#: An app may have to be found and installed first.
BEGIN_SECONDS: Final = 20 * 60


class Step(enum.StrEnum):
    """What waits."""

    LOG_IN = "log-in"
    SET_UP = "set-up"
    RECOVERY = "recovery"


class HalfOpen(BaseModel):
    """What is known so far.

    Attributes:
        step: What waits.
        account_id: Of whom.
        seed: Theirs, in hexadecimal digits.
        until: When it is over, in seconds since 1970.
        salt: Of the passphrase: the present one, or one that is to be written.
        sealed: The seed under that passphrase, if it is to be written.
        code: The set-up code, or the recovery code, that brought them here.
        secret: For the app that is to be their second factor.
    """

    model_config = ConfigDict(frozen=True)

    step: Step
    account_id: str
    seed: str
    until: int
    salt: str
    sealed: str = ""
    code: str = ""
    secret: str = ""

    @property
    def opened(self) -> Seed:
        """The seed."""
        return Seed(bytes.fromhex(self.seed))

    @property
    def by_passphrase(self) -> tuple[bytes, bytes]:
        """Salt and sealed seed that are to be written."""
        return bytes.fromhex(self.salt), bytes.fromhex(self.sealed)


def begin(step: Step, account_id: str, seed: Seed, salt: bytes, **known: str) -> None:
    """Let something wait, under a new cookie: one that was planted before is worth nothing."""
    seconds = LOG_IN_SECONDS if step is Step.LOG_IN else BEGIN_SECONDS
    until = int(time.time()) + seconds
    waits = HalfOpen(step=step, account_id=account_id, seed=seed.raw.hex(), until=until, salt=salt.hex(), **known)
    stored = tala_session()
    stored.clear()
    stored.renew()
    stored[HALF_OPEN] = waits.model_dump(mode="json")


def waiting(*steps: Step) -> HalfOpen | None:
    """What waits in this session, if it is one of these."""
    found = tala_session().get(HALF_OPEN)
    waits = HalfOpen.model_validate(found) if found else None
    return waits if waits and waits.step in steps and time.time() < waits.until else None


def claim() -> None:
    """Take what waits, in the running transaction: of two requests that finish it at once, one does.

    Raises:
        WrongCredentials: another request has taken it, or it was ended from elsewhere.
    """
    own = StoredSession.id == session_id(tala_session().cookie)
    taken: CursorResult[tuple[()]] = db.session.execute(delete(StoredSession).where(own))  # type: ignore[assignment]
    if taken.rowcount != 1:
        raise WrongCredentials


def give_up() -> None:
    """Let nothing wait any more."""
    tala_session().pop(HALF_OPEN, None)
