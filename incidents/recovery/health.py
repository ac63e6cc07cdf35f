"""Whether an organisation could come back: what its members, and what administrators, can tell of that."""

from __future__ import annotations

import base64
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from incidents import clock
from incidents.accounts.models import Organisation
from incidents.extensions import db
from incidents.keyring.models import Key, KeyKind, RecoveryCopy
from incidents.recovery.models import Share

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from incidents.keyring.roster import Recovery

#: Months after which papers that nobody has tried may be lost, and nobody knows.
DRILL_MONTHS: Final = 12


class Standing(enum.StrEnum):
    """How it is with an organisation's recovery."""

    NONE = "none"
    #: What the roster says is not what the database has: it would not come back.
    BROKEN = "broken"
    UNTRIED = "untried"
    OVERDUE = "overdue"
    GOOD = "good"


@dataclass(frozen=True)
class Health:
    """What is known of an organisation's recovery key.

    Attributes:
        organisation_id: Whose.
        organisation: Its name.
        standing: How it is.
        proved: Year and month (``yyyymm``) of the last drill of each share, by number; 0 for never.
    """

    organisation_id: str
    organisation: str
    standing: Standing
    proved: Mapping[int, int]

    @property
    def drilled(self) -> int:
        """Year and month of the last drill; 0 if there was none."""
        return max(self.proved.values(), default=0)


def months_since(month: int, today: dt.date) -> int:
    """Whole months from a ``yyyymm`` until today."""
    return today.year * 12 + today.month - (month // 100 * 12 + month % 100)


def judge(drilled: int, today: dt.date) -> Standing:
    """How it is with a recovery key that exists."""
    if not drilled:
        return Standing.UNTRIED
    return Standing.OVERDUE if months_since(drilled, today) > DRILL_MONTHS else Standing.GOOD


def of_organisations() -> list[Health]:
    """What an administrator can see: whether each organisation that has keys has a recovery key too, and its drills."""
    names = db.session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.id.in_(select(Key.organisation_id)))
        .order_by(Organisation.name)
    ).all()
    found: dict[str, dict[int, int]] = {}
    shares = select(Key.organisation_id, Share.number, Share.proved).join_from(Key, Share, Share.recovery_id == Key.id)
    for organisation_id, number, proved in db.session.execute(shares.where(Key.kind == KeyKind.RECOVERY)):
        found.setdefault(organisation_id, {})[number] = proved
    today = clock.today()
    return [_health(one, name, found.get(one), today) for one, name in names]


def _health(organisation_id: str, name: str, proved: dict[int, int] | None, today: dt.date) -> Health:
    standing = Standing.NONE if proved is None else judge(max(proved.values()), today)
    return Health(organisation_id, name, standing, proved or {})


def of_members(organisation_id: str, name: str, recovery: Recovery | None) -> Health:
    """What a member can see: the same, and whether the database still has what their roster says."""
    if recovery is None:
        return Health(organisation_id, name, Standing.NONE, {})
    rows = db.session.execute(select(Share.number, Share.proved).where(Share.recovery_id == recovery.key_id)).all()
    proved = {row.number: row.proved for row in rows}
    if len(proved) != len(recovery.trustees) or not _whole(organisation_id, recovery):
        return Health(organisation_id, name, Standing.BROKEN, proved)
    return _health(organisation_id, name, proved, clock.today())


def _whole(organisation_id: str, recovery: Recovery) -> bool:
    """Whether the recovery key is the roster's, and every key of the organisation has a copy."""
    row = db.session.get(Key, recovery.key_id, populate_existing=True)
    missing = db.session.scalar(
        select(func.count(Key.id)).where(
            Key.organisation_id == organisation_id,
            Key.kind != KeyKind.RECOVERY,
            ~select(RecoveryCopy.key_id)
            .where(RecoveryCopy.key_id == Key.id, RecoveryCopy.recovery_id == recovery.key_id)
            .exists(),
        )
    )
    return row is not None and row.public == base64.b64decode(recovery.public) and not missing
