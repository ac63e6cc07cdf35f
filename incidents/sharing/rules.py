"""Whether a case may be shared with a partner, until when, and what the partner receives. Pure.

A packet to a partner is tier P of standards 4.2: consent of everybody concerned to this recipient, two people, an end.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from incidents.records.identifiers import CellKey, Id
from incidents.records.text import Note
from incidents.records.verification import verification
from incidents.releases.rules import (
    AFTER_DEATH,
    CONCERNED,
    KEEPING,
    decide,
    identifiable,
    statistics_decision,
    turning_days,
)

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument, Person, Share
    from incidents.releases.rules import Reason

PARTNER: Final = "CP_PART"
#: Whoever takes one of these back is not to be read of any more.
ENDING: Final = frozenset({PARTNER, KEEPING, AFTER_DEATH})
#: Standards 4.1, E7: what nobody has read, and what was withdrawn, leaves in no tier.
NEVER_LEAVES: Final = frozenset({"VS_0", "VS_W"})
LONGEST: Final = dt.timedelta(days=365)
#: Each is sealed anew at each save, some 0.3 ms.
MOST: Final = 20


class Bar(StrEnum):
    """Why a whole case may not be shared, whoever agreed."""

    UNCHECKED = "unchecked"
    NOT_RELEASED = "not_released"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody whose consent is missing, and why it is no yes."""

    person: Person
    reason: Reason


class Shared(BaseModel):
    """What a recipient receives, as it is sealed.

    Attributes:
        owner: The organisation whose case it is.
        epoch: Of its key, when it signed this.
        incident_id: The case.
        revision: The one that the keys open.
        purpose: What for.
        until: First day on which it is not shared any more; no later than any consent that it rests on.
        shared_on: Since when.
        persons: Random numbers of those whose consent it rests on.
        links: Numbers that these share with entries for the same people in other cases.
        account: The key of the account part, in hexadecimal digits.
        identity: The key of the identity part, if names are shared too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: Id
    epoch: int
    incident_id: Id
    revision: int
    purpose: Note
    until: dt.date
    shared_on: dt.date | None
    persons: tuple[CellKey, ...]
    links: tuple[CellKey, ...] = ()
    account: str
    identity: str | None = None


def unpack(body: bytes) -> Shared | None:
    """What was sealed; None if it has another shape: anybody can seal to an inbox."""
    try:
        return Shared.model_validate_json(body)
    except ValidationError:
        return None


def waiting(share: Share, today: dt.date) -> bool:
    """Whether a share waits for a second person."""
    return not share.confirmed_by and share.revoked_on is None and today < share.until


def standing(share: Share, today: dt.date) -> bool:
    """Whether a share was confirmed, is not over and not taken back; consent is asked apart."""
    return bool(share.confirmed_by) and share.revoked_on is None and today < share.until


def bars(document: CaseDocument, today: dt.date) -> list[Bar]:
    """What forbids sharing the case at all."""
    concerned = any(not CONCERNED.isdisjoint(person.roles) for person in document.persons)
    found = (
        (verification(document) in NEVER_LEAVES, Bar.UNCHECKED),
        (document.incident.release_level == "RL_NONE", Bar.NOT_RELEASED),
        (not concerned and not statistics_decision(document, None, today), Bar.NOBODY),
    )
    return [bar for barred, bar in found if barred]


def asked(document: CaseDocument) -> list[Person]:
    """Whose consent it takes: everybody harmed, witnesses, sources; that of groups where nobody else is concerned."""
    concerned = [one for one in document.persons if not CONCERNED.isdisjoint(one.roles)]
    return [one for one in concerned if identifiable(one)] or concerned


def refusals(document: CaseDocument, recipient: str | None, today: dt.date) -> list[Refusal]:
    """Who has not agreed that this recipient may read of them, and why that is so; next of kin answer for the dead.

    Args:
        document: With its identity part, in which consents name their recipient.
        recipient: What the partner is called; None where the identity part is closed, so that nobody can tell.
        today: The day of use.
    """
    decided = ((one, decide(document, one.id, PARTNER, recipient=recipient, today=today)) for one in asked(document))
    return [Refusal(one, decision.reason) for one, decision in decided if not decision]


def allowed(document: CaseDocument, recipient: str | None, today: dt.date) -> bool:
    """Whether a recipient may read the case today."""
    return not bars(document, today) and not refusals(document, recipient, today)


def end(document: CaseDocument, recipient: str, until: dt.date, today: dt.date) -> dt.date:
    """The first day on which the case is not shared any more, if nothing is said until then: consents run out.

    Nobody of the owner need be there on that day, so that it is sealed with the keys.
    """
    days = sorted({day for day in turning_days(document) if today < day < until})
    return next((day for day in days if not allowed(document, recipient, day)), until)
