"""Shares follow the case: each save seals the keys of the new revision's parts to those it is shared with.

And to nobody else: what ran out, was taken back, or lacks the consent of anybody concerned by now is deleted by the
same save. A partner whose keys are not to be believed receives nothing, and the save goes on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.errors import KeysChanged
from incidents.extensions import db
from incidents.keyring.envelope import Unopenable
from incidents.keyring.identity import Identity, NotBelieved
from incidents.keyring.services import StaleRoster, member
from incidents.keyring.share_door import seal_share, slot
from incidents.sharing import partners, rules
from incidents.sharing.models import SharedCase
from incidents.sharing.rules import Shared

if TYPE_CHECKING:
    import datetime as dt

    from incidents.keyring.case_door import DataKey
    from incidents.keyring.roster import Partner
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument, Share


@dataclass(frozen=True)
class _Revision:
    """What is shared: a document that is being saved, and its key."""

    document: CaseDocument
    data_key: DataKey
    number: int


def reseal(keys: CaseKeys, document: CaseDocument, data_key: DataKey, revision: int, today: dt.date) -> None:
    """Seal a revision's keys to every organisation that may read the case, in the transaction that saves it.

    Costs nothing for a case that was never shared; else three queries, and some 0.5 ms a share.
    """
    if not document.shares:
        return
    ids = [share.id for share in document.shares]
    before = set(db.session.scalars(select(SharedCase.id).where(SharedCase.id.in_(ids))))
    db.session.execute(delete(SharedCase).where(SharedCase.id.in_(ids)))
    wanted = [share for share in document.shares if rules.standing(share, today)]
    trusted = _partners(keys) if wanted else {}
    saved = _Revision(document, data_key, revision)
    for share in wanted:
        partner = trusted.get(share.organisation_id)
        if partner is not None and rules.allowed(document, partner.name, today):
            # Nothing is sealed to keys that are not to be believed; the page of the case says so.
            with suppress(NotBelieved, Unopenable):
                db.session.add(_sealed(keys, saved, share, partner, today))
                before.discard(share.id)
    for _ in before:
        audit.record(keys.organisation_id, Act.SHARE_ENDED, by=keys.account_id, about=document.incident.id)


def _partners(keys: CaseKeys) -> dict[str, Partner]:
    """Those whose keys were compared; nobody if the roster is not to be believed."""
    try:
        roster, _version = member(keys.account_id, keys.organisation_id, keys.seed).roster()
    except (KeysChanged, StaleRoster, Unopenable):
        return {}
    return {one: partner for one, partner in roster.partners.items() if partner.confirmed}


def _sealed(keys: CaseKeys, saved: _Revision, share: Share, partner: Partner, today: dt.date) -> SharedCase:
    document = saved.document
    key_id, theirs = partners.inbox_of(share.organisation_id, partner)
    body = Shared(
        owner=keys.organisation_id,
        epoch=keys.organisation.epoch,
        incident_id=document.incident.id,
        revision=saved.number,
        purpose=share.purpose,
        until=rules.end(document, partner.name, share.until, today),
        shared_on=share.shared_on,
        persons=tuple(person.cell_key for person in rules.asked(document)),
        links=tuple(person.counts_as for person in rules.asked(document) if person.counts_as is not None),
        account=saved.data_key.of_part("account").raw.hex(),
        identity=saved.data_key.of_part("identity").raw.hex() if share.with_identity else None,
    )
    place = slot(share.organisation_id, share.id)
    wrapped, sealed = seal_share(theirs.intake_key, place, body.model_dump_json().encode(), Identity(keys.organisation))
    return SharedCase(id=share.id, organisation_id=share.organisation_id, key_id=key_id, wrapped=wrapped, sealed=sealed)


def open_to_them(share: Share, document: CaseDocument, today: dt.date) -> bool:
    """Whether the other organisation can open a share today, as far as the account part tells. One query at most."""
    if not rules.standing(share, today) or not rules.allowed(document, None, today):
        return False
    return db.session.scalar(select(SharedCase.id).where(SharedCase.id == share.id)) is not None


def forget(document: CaseDocument, left: CaseDocument | None = None) -> None:
    """Delete the rows of a document's shares, but for those of what is left, in the running transaction."""
    staying = {share.id for share in left.shares} if left else set()
    going = [share.id for share in document.shares if share.id not in staying]
    if going:
        db.session.execute(delete(SharedCase).where(SharedCase.id.in_(going)))
