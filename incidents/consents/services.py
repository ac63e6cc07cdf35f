"""What members do about consent: take it back for somebody, see what is owed then, issue and revoke receipts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents import clock
from incidents.accounts.services import organisation_names
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.consents import kept, rules, withdrawals
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.receipt_door import Paper
from incidents.records import services as records
from incidents.records.schema import Receipt
from incidents.releases import persons
from incidents.releases.models import Release
from incidents.reports.models import Publication

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from incidents.consents.rules import Owed
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument, Person


@dataclass(frozen=True)
class Asked:
    """What somebody asked to be taken back.

    Attributes:
        purposes: Which; with the purpose of keeping, everything.
        by: Who asked, a code below CB.
        on: The day.
    """

    purposes: Sequence[str]
    by: str
    on: dt.date


@dataclass(frozen=True)
class Debt:
    """All that is owed to a person after consents were taken back.

    Attributes:
        owed: What the case tells; see rules.owed().
        releases: Every release in which the person was counted.
        partners: Names of organisations that the case was shared with, by id.
        publications: Those that rest on the case: stories are taken down, others are for members to look at.
        waiting: Whether something came by receipt that no save has folded in yet.
    """

    owed: Owed
    releases: Sequence[Release] = ()
    partners: dict[str, str] | None = None
    publications: Sequence[Publication] = ()
    waiting: bool = False


def person_of(document: CaseDocument, person_id: str) -> Person:
    """The person.

    Raises:
        NotFound: there is none of that id in the case.
    """
    person = document.person(person_id)
    if person is None:
        raise NotFound
    return person


def take_back(keys: CaseKeys, incident_id: str, person_id: str, asked: Asked, expected: int) -> int:
    """Save that somebody took consent back: counts, summaries, stories, shares and views follow in that transaction.

    Returns:
        The new revision.

    Raises:
        NotFound: no such case or person.
        Conflict: somebody saved the case meanwhile.
    """
    document = records.open_account(keys, incident_id, expected).document
    person = person_of(document, person_id)
    purposes = set(asked.purposes)
    if rules.all_of(purposes):
        purposes |= set(rules.standing(document, person_id, clock.today()))
    changed = rules.taken_back_by_member(document, person_id, purposes, asked_by=asked.by, on=asked.on)

    def also() -> None:
        withdrawals.reach_linked(changed, keys.organisation_id, person, purposes)
        audit.record(keys.organisation_id, Act.CONSENT_TAKEN_BACK, by=keys.account_id, about=incident_id)

    return records.update(keys, changed, expected=expected, also=also)


def debt(keys: CaseKeys, document: CaseDocument, person_id: str) -> Debt:
    """What is owed to a person of a case. Opens what releases say of one's own organisation; some queries.

    Raises:
        NotFound: no such person in the case.
        Unopenable: a row that says whom a release counted was altered.
    """
    person = person_of(document, person_id)
    owed = rules.owed(document, person_id, clock.today())
    mine = [key for key in facts_keys(keys.account_id, keys.seed) if key.organisation_id == keys.organisation_id]
    counted = persons.counting(mine, [person.cell_key]) if owed.statistics else []
    return Debt(
        owed,
        releases=_releases(counted),
        partners=organisation_names() if owed.shares else {},
        publications=_publications(owed.publications),
        waiting=withdrawals.waiting(document),
    )


def _releases(release_ids: Collection[str]) -> Sequence[Release]:
    found = select(Release).where(Release.id.in_(release_ids)).order_by(Release.number.desc())
    return db.session.scalars(found).unique().all() if release_ids else []


def _publications(publication_ids: Collection[str]) -> Sequence[Publication]:
    found = select(Publication).where(Publication.id.in_(publication_ids)).order_by(Publication.published_on)
    return db.session.scalars(found).unique().all() if publication_ids else []


def issue(keys: CaseKeys, incident_id: str, person_id: str, word: str, expected: int) -> Paper:
    """Give a person a receipt; one that they had before opens nothing any more.

    Args:
        keys: The researcher's keys.
        incident_id: The case.
        person_id: Who takes it.
        word: What they say beside the code; it is kept nowhere.
        expected: The revision that was shown.

    Returns:
        What is on the paper. Nobody can make it again.

    Raises:
        NotFound: no such case or person.
        Conflict: somebody saved the case meanwhile.
        NotWords: the word has no letter or digit.
    """
    paper = Paper.new()
    found = paper.keys(word)
    receipt = Receipt(
        view_id=found.view_id,
        public_key=found.seed.public_key().raw.hex(),
        issued_by=keys.account_id,
        issued_on=clock.today(),
    )
    _with_receipt(keys, records.open_account(keys, incident_id, expected).document, person_id, receipt, expected)
    return paper


def revoke(keys: CaseKeys, incident_id: str, person_id: str, expected: int) -> None:
    """Let a person's receipt open nothing any more.

    Raises:
        NotFound: no such case or person, or they have no receipt.
        Conflict: somebody saved the case meanwhile.
    """
    document = records.open_account(keys, incident_id, expected).document
    if person_of(document, person_id).receipt is None:
        raise NotFound
    _with_receipt(keys, document, person_id, None, expected)


def _with_receipt(
    keys: CaseKeys, document: CaseDocument, person_id: str, receipt: Receipt | None, expected: int
) -> None:
    before = person_of(document, person_id).receipt
    changed = [one.model_copy(update={"receipt": receipt}) if one.id == person_id else one for one in document.persons]

    def also() -> None:
        if before is not None:
            kept.drop([before.view_id])
        act = Act.RECEIPT_ISSUED if receipt else Act.RECEIPT_REVOKED
        audit.record(keys.organisation_id, act, by=keys.account_id, about=document.incident.id)

    records.update(keys, document.model_copy(update={"persons": changed}), expected=expected, also=also)
