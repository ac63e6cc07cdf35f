"""Sharing a case: one member proposes, a second one confirms, anybody takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from incidents import clock
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.errors import NotFound, TalaError
from incidents.keyring.services import member
from incidents.records import services as records
from incidents.records.keys import with_newest
from incidents.records.schema import Share
from incidents.sharing import partners, rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from incidents.keyring.roster import Partner
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from incidents.sharing.rules import Bar, Refusal

TRIES: Final = 5


class NotAllowed(TalaError):
    """The case may not be shared with this partner.

    Attributes:
        bars: What forbids it, whoever agreed.
        refusals: Who has not agreed.
    """

    status = HTTPStatus.CONFLICT

    def __init__(self, bars: list[Bar], refusals: list[Refusal]) -> None:
        super().__init__()
        self.bars = bars
        self.refusals = refusals


class SharedAlready(TalaError):
    """The case is shared with this partner, or proposed to be: that is taken back first."""

    status = HTTPStatus.CONFLICT


class TooMany(TalaError):
    """The case is shared with as many organisations as it can be."""

    status = HTTPStatus.CONFLICT


class OwnProposal(TalaError):
    """A second person confirms."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True)
class Wish:
    """What somebody proposes.

    Attributes:
        organisation_id: With whom to share.
        purpose: What for.
        until: First day on which it is not shared any more.
        with_identity: Whether names, contacts and exact place are shared too.
    """

    organisation_id: str
    purpose: str
    until: dt.date
    with_identity: bool


@with_newest
def propose(keys: CaseKeys, incident_id: str, wish: Wish, *, today: dt.date | None = None) -> Share:
    """Propose to share a case; it is shared at once where there is nobody who could confirm.

    Raises:
        NotFound: no such case in this organisation.
        NotAPartner: nobody has compared a number with the other organisation, or not enough.
        NotAllowed: consent is missing, or the case may not leave at all.
        SharedAlready, TooMany: take something back first.
        Conflict: somebody saved the case meanwhile.
        NotBelieved: the partner's keys do not follow from what was compared.
        RolledBack, StaleRoster: see keyring.services.Member.
    """
    day = today or clock.today()
    partner, alone = _partner(keys, wish.organisation_id)
    opened = records.open_for_rules(keys, incident_id)
    document = opened.document
    active = [one for one in document.shares if rules.standing(one, day) or rules.waiting(one, day)]
    if any(one.organisation_id == wish.organisation_id for one in active):
        raise SharedAlready
    if len(active) >= rules.MOST:
        raise TooMany
    _check(document, partner, day)
    share = Share(
        organisation_id=wish.organisation_id,
        purpose=wish.purpose,
        until=wish.until,
        with_identity=wish.with_identity,
        shared_by=keys.account_id,
        confirmed_by=keys.account_id if alone else "",
        shared_on=day if alone else None,
    )
    changed = document.model_copy(update={"shares": [*document.shares, share]})
    act = Act.CASE_SHARED if alone else Act.SHARE_PROPOSED
    records.update(keys, changed, expected=opened.revision, today=day, also=_logged(keys, act, incident_id, partner))
    return share


@with_newest
def confirm(keys: CaseKeys, incident_id: str, share_id: str, *, today: dt.date | None = None) -> Share:
    """Agree to what a colleague proposed: from now on the partner reads the case.

    Raises:
        NotFound: no such case, or nothing of it waits under this id.
        OwnProposal: whoever proposed it asks a colleague.
        NotAPartner, NotAllowed, Conflict, NotBelieved, RolledBack, StaleRoster: see propose().
    """
    day = today or clock.today()
    opened = records.open_for_rules(keys, incident_id)
    document = opened.document
    share = next((one for one in document.shares if one.id == share_id and rules.waiting(one, day)), None)
    if share is None:
        raise NotFound
    partner, alone = _partner(keys, share.organisation_id)
    if share.shared_by == keys.account_id and not alone:
        raise OwnProposal
    _check(document, partner, day)
    agreed = share.model_copy(update={"confirmed_by": keys.account_id, "shared_on": day})
    also = _logged(keys, Act.CASE_SHARED, incident_id, partner)
    records.update(keys, _with(document, agreed), expected=opened.revision, today=day, also=also)
    return agreed


@with_newest
def take_back(keys: CaseKeys, incident_id: str, share_id: str, *, today: dt.date | None = None) -> None:
    """End a share, or a proposal, at once; ended twice, it has ended. What the partner has read, they have read.

    Raises:
        NotFound: no such case, or it is not shared under this id.
        Conflict: the case was saved at each try.
    """
    day = today or clock.today()
    for last in [False] * (TRIES - 1) + [True]:
        opened = records.open_account(keys, incident_id)
        share = next((one for one in opened.document.shares if one.id == share_id), None)
        if share is None:
            raise NotFound
        if share.revoked_on is not None:
            return
        over = _with(opened.document, share.model_copy(update={"revoked_on": day}))

        def also() -> None:
            audit.record(keys.organisation_id, Act.SHARE_TAKEN_BACK, by=keys.account_id, about=incident_id)

        try:
            records.update(keys, over, expected=opened.revision, today=day, also=also)
        except records.Conflict:
            if last:
                raise
        else:
            return


def _partner(keys: CaseKeys, organisation_id: str) -> tuple[Partner, bool]:
    """The partner at its newest keys, and whether there is no second member who could confirm."""
    one = member(keys.account_id, keys.organisation_id, keys.seed)
    partner = partners.keep_up(one, keys.seed, organisation_id)
    roster, _version = member(keys.account_id, keys.organisation_id, keys.seed).roster()
    return partner, len(roster.researchers) == 1


def _check(document: CaseDocument, partner: Partner, day: dt.date) -> None:
    bars, refusals = rules.bars(document, day), rules.refusals(document, partner.name, day)
    if bars or refusals:
        raise NotAllowed(bars, refusals)


def _with(document: CaseDocument, share: Share) -> CaseDocument:
    return document.model_copy(update={"shares": [share if one.id == share.id else one for one in document.shares]})


def _logged(keys: CaseKeys, act: Act, incident_id: str, partner: Partner) -> Callable[[], None]:
    def also() -> None:
        audit.record(keys.organisation_id, act, by=keys.account_id, about=incident_id, reason=partner.name)

    return also
