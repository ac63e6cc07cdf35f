"""Legal holds: a case that may not be erased.

One member asks for a hold, and from that moment nothing of the case is erased: waiting for a second would leave time to
erase it. A second member makes it final. Lifting takes two, whoever placed it, so that nobody is coerced alone.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from incidents.accounts.models import Organisation
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import NotFound, TalaError
from incidents.extensions import db
from incidents.keyring.roster import Hold
from incidents.keyring.services import StaleRoster, write_roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from incidents.keyring.people import Seed
    from incidents.keyring.roster import Roster
    from incidents.keyring.services import Member

PEOPLE: Final = 2
TRIES: Final = 5


class Held(TalaError):
    """A legal hold is on the case: nothing of it is erased while it stands.

    Attributes:
        hold: The hold.
    """

    status = HTTPStatus.CONFLICT

    def __init__(self, hold: Hold) -> None:
        super().__init__()
        self.hold = hold


def needed(roster: Roster) -> int:
    """How many must agree: two, or one while the organisation has one member."""
    return max(1, min(PEOPLE, len(roster.researchers)))


def check(one: Member, incident_ids: Iterable[str]) -> None:
    """Refuse where a hold is on one of these cases, in the running transaction.

    Raises:
        Held: there is one.
        RolledBack: the roster is gone, or older than the member has seen: a hold may have been taken out of it.
    """
    holds = one.roster()[0].holds
    for incident_id in incident_ids:
        if incident_id in holds:
            raise Held(holds[incident_id])


def hold_of(one: Member, incident_id: str) -> Hold | None:
    """The hold on a case, if there is one. One query."""
    return one.roster()[0].holds.get(incident_id)


def place(one: Member, seed: Seed, incident_id: str, reason: str) -> Hold:
    """Ask for a hold, or confirm the one a colleague asked for; a lifting that waits for a second member is undone.

    Raises:
        RolledBack, NotBelieved: see keyring.services.
        StaleRoster: others changed the roster at each try.
    """

    def placed(roster: Roster) -> tuple[Hold, Act]:
        before = roster.holds.get(incident_id)
        if before is None:
            return Hold(placed=(one.account_id,), reason=reason, needed=needed(roster)), Act.HOLD_ASKED
        both = tuple(dict.fromkeys([*before.placed, one.account_id]))
        more = max(before.needed, needed(roster))
        return before.model_copy(update={"placed": both, "lifted": (), "needed": more}), Act.HOLD_PLACED

    hold = _changed(one, seed, incident_id, reason, placed)
    if hold is None:
        raise NotFound
    return hold


def lift(one: Member, seed: Seed, incident_id: str, reason: str) -> Hold | None:
    """Ask for a hold to be lifted, or agree with a colleague who did; None when it is lifted.

    Raises:
        NotFound: there is no hold on this case.
        RolledBack, NotBelieved, StaleRoster: as place().
    """

    def lifted(roster: Roster) -> tuple[Hold | None, Act]:
        before = roster.holds.get(incident_id)
        if before is None:
            raise NotFound
        agreed = [who for who in before.lifted if who in roster.researchers]
        both = tuple(dict.fromkeys([*agreed, one.account_id]))
        if len(both) >= before.needed:
            return None, Act.HOLD_LIFTED
        return before.model_copy(update={"lifted": both}), Act.HOLD_LIFT_ASKED

    return _changed(one, seed, incident_id, reason, lifted)


def _changed(
    one: Member, seed: Seed, incident_id: str, reason: str, change: Callable[[Roster], tuple[Hold | None, Act]]
) -> Hold | None:
    for _ in range(TRIES):
        try:
            with writing(db.session):
                db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
                roster, version = one.roster()
                hold, act = change(roster)
                if hold == roster.holds.get(incident_id):
                    return hold
                others = {key: other for key, other in roster.holds.items() if key != incident_id}
                after = others if hold is None else others | {incident_id: hold}
                write_roster(one, roster.model_copy(update={"holds": after}), version, seed)
                audit.record(one.organisation_id, act, by=one.account_id, about=incident_id, reason=reason)
                return hold
        except StaleRoster:
            continue
    raise StaleRoster
