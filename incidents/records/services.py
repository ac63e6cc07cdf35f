"""Saving and reading cases. One transaction a save: validate, derive index and facts, seal, write."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import insert, select

from incidents import clock
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.consents import receipts, told, withdrawals
from incidents.database import random_id, table_of, writing
from incidents.erasure.rules import without_erased
from incidents.errors import NotFound, TalaError
from incidents.extensions import db
from incidents.facts import store
from incidents.keyring import case_door
from incidents.keyring.case_door import DataKey, Place
from incidents.keyring.services import member
from incidents.records import frames
from incidents.records.fields import ACCOUNT, IDENTITY
from incidents.records.keys import CaseKeys, StaleKeys, check_newest, with_newest
from incidents.records.models import Incident, LogEntry, Revision, RevisionKey
from incidents.records.parts import join, overlay, split
from incidents.releases.rules import story_decision, story_end, story_rests_on
from incidents.rotation import services as rotation
from incidents.sharing import resealing
from incidents.stories import services as stories
from incidents.stories.services import Story

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from incidents.records.schema import CaseDocument


NEW_INCIDENTS, NEW_REVISIONS, NEW_KEYS = (insert(table_of(model)) for model in (Incident, Revision, RevisionKey))


class Conflict(TalaError):
    """Someone else saved this case meanwhile.

    Attributes:
        revision: The revision that is current now.
    """

    status = HTTPStatus.CONFLICT

    def __init__(self, revision: int) -> None:
        super().__init__()
        self.revision = revision


@dataclass(frozen=True)
class Opened:
    """A document as some revision of a case has it."""

    document: CaseDocument
    revision: int


def carry_on(keys: CaseKeys) -> None:
    """Move some of what hangs on older keys, after a save: a rotation ends even if who began it never comes back."""
    rotation.advance(member(keys.account_id, keys.organisation_id, keys.seed), patience=0)


@with_newest
def create(
    keys: CaseKeys,
    documents: Sequence[CaseDocument],
    *,
    today: dt.date | None = None,
    also: Callable[[], None] | None = None,
) -> None:
    """Save new cases, all in one transaction; each keeps the id that its document carries.

    Costs some 0.1 ms a document before the lock is taken, and a commit.

    Args:
        keys: The researcher's keys.
        documents: What the cases say.
        today: The day on which consent is judged.
        also: What belongs to the same transaction, as its last part; if it raises, nothing is saved.
    """
    day = today or clock.today()
    documents = [signed(keys, document, day) for document in documents]
    sealed = [seal_revision(keys, document, 1) for document in documents]
    derived = frames.entries(documents, [1] * len(documents), day)
    with writing(db.session):
        rotating = check_newest(keys)
        organisation_id = keys.organisation_id
        db.session.execute(
            NEW_INCIDENTS,
            [{"id": one.incident.id, "organisation_id": organisation_id, "revision": 1} for one in documents],
        )
        db.session.execute(NEW_REVISIONS, [one.blobs for one in sealed])
        db.session.execute(NEW_KEYS, [one.key for one in sealed])
        frames.append(keys, derived)
        due = store.due(keys.organisation_id)
        if also is not None:
            also()
    frames.compact(keys, due)
    if rotating:
        carry_on(keys)


@dataclass(frozen=True)
class Change:
    """A case as it shall be.

    Attributes:
        document: What it says now.
        expected: The revision it was made from.
        identity_opened: Whether its writer had the identity part before them. If not, identity fields that the document
            leaves empty keep what is stored.
    """

    document: CaseDocument
    expected: int
    identity_opened: bool = False


def update(
    keys: CaseKeys,
    document: CaseDocument,
    *,
    expected: int,
    identity_opened: bool = False,
    today: dt.date | None = None,
    also: Callable[[], None] | None = None,
) -> int:
    """Save a new revision of a case; see update_all().

    Returns:
        The new revision.
    """
    return update_all(keys, [Change(document, expected, identity_opened)], today=today, also=also)[0]


@with_newest
def update_all(
    keys: CaseKeys,
    wanted: Sequence[Change],
    *,
    today: dt.date | None = None,
    also: Callable[[], None] | None = None,
) -> list[int]:
    """Save new revisions of cases, all in one transaction.

    Args:
        keys: The researcher's keys.
        wanted: The cases, each once.
        today: The day on which consent is judged.
        also: What belongs to the same transaction, as its last part; if it raises, nothing is saved.

    Returns:
        The new revisions, in the same order.

    Raises:
        Conflict: one of them is not at the expected revision any more; nothing was written.
        NotFound: no such case in this organisation.
    """
    day = today or clock.today()
    documents = [_whole(keys, change, day) for change in wanted]
    new = [change.expected + 1 for change in wanted]
    sealed = [seal_revision(keys, document, number) for document, number in zip(documents, new, strict=True)]
    derived = frames.entries(documents, new, day)
    with writing(db.session):
        rotating = check_newest(keys)
        # In one order, so that two who save the same cases wait for each other instead of both failing.
        for document, number in sorted(zip(documents, new, strict=True), key=lambda one: one[0].incident.id):
            incident = _incident(keys, document.incident.id, lock=True)
            if incident.revision != number - 1:
                raise Conflict(incident.revision)
            incident.revision = number
        db.session.execute(NEW_REVISIONS, [one.blobs for one in sealed])
        db.session.execute(NEW_KEYS, [one.key for one in sealed])
        frames.append(keys, derived)
        due = store.due(keys.organisation_id)
        for document, one in zip(documents, sealed, strict=True):
            follow(keys, document, one, day)
        if also is not None:
            also()
    frames.compact(keys, due)
    if rotating:
        carry_on(keys)
    return new


def _whole(keys: CaseKeys, change: Change, day: dt.date) -> CaseDocument:
    """The document of a change as it will be sealed: with stored identities, and withdrawals that came meanwhile."""
    document = change.document
    before = _revision(keys, document.incident.id, change.expected)
    stored = opened_parts(keys, *before, [IDENTITY])[IDENTITY]
    account, identity = split(document)
    whole = without_erased(document if change.identity_opened else join(account, overlay(stored, identity)))
    whole = withdrawals.folded_in(whole, keys.organisation_id)
    return signed(keys, whole, day, identity_changed=split(whole)[1] != stored)


def follow(keys: CaseKeys, document: CaseDocument, sealed: Sealed, day: dt.date) -> None:
    """What goes with a save, in its transaction: summaries, receipts and shares follow what the case says now."""
    if document.summary_id or document.reports:
        # A receipt changes no revision: what was taken back since this was put together is seen under the lock alone.
        now = withdrawals.folded_in(document, keys.organisation_id)
        _give_or_take_back(keys, now, day)
        told.follow(keys.organisation_id, now, day)
    withdrawals.forget(document, keys.organisation_id)
    receipts.reseal(keys, document, day)
    resealing.reseal(keys, document, sealed.data_key, sealed.blobs["revision"], day)


def signed(keys: CaseKeys, document: CaseDocument, day: dt.date, *, identity_changed: bool = False) -> CaseDocument:
    """The document with who saves it and when, which its history shows, and since when it is closed."""
    incident = document.incident
    closed_on = (incident.closed_on or day) if incident.monitoring_status == "closed" else None
    if closed_on != incident.closed_on:
        document = document.model_copy(update={"incident": incident.model_copy(update={"closed_on": closed_on})})
    return document.model_copy(
        update={"saved_by": keys.account_id, "saved_at": day, "identity_changed": identity_changed}
    )


class Sealed(NamedTuple):
    """A revision, sealed.

    Attributes:
        blobs: The row of its sealed parts.
        key: The row of its data key, wrapped under the newest organisation key.
        data_key: That key: fresh, and for nothing else.
    """

    blobs: dict[str, Any]
    key: dict[str, Any]
    data_key: DataKey


def seal_revision(keys: CaseKeys, document: CaseDocument, revision: int) -> Sealed:
    """Seal a revision under a fresh data key."""
    account, identity = split(document)
    place = Place(keys.organisation_id, document.incident.id, revision)
    data_key = DataKey.random()
    row = {"incident_id": place.incident_id, "revision": revision}
    blobs = row | {
        part: case_door.seal_part(data_key, part, place, json.dumps(content, separators=(",", ":")).encode())
        for part, content in ((IDENTITY, identity), (ACCOUNT, account))
    }
    wrapped = case_door.wrap(keys.organisation, data_key, place)
    return Sealed(blobs, row | {"key_id": keys.organisation.id, "wrapped": wrapped}, data_key)


def _incident(keys: CaseKeys, incident_id: str, *, lock: bool = False) -> Incident:
    incident = db.session.get(Incident, incident_id, with_for_update=lock or None, populate_existing=True)
    if incident is None or incident.organisation_id != keys.organisation_id:
        raise NotFound
    return incident


def _revision(keys: CaseKeys, incident_id: str, revision: int | None) -> tuple[Revision, RevisionKey]:
    incident = _incident(keys, incident_id)
    found = db.session.execute(
        select(Revision, RevisionKey)
        .join(
            RevisionKey,
            (RevisionKey.incident_id == Revision.incident_id) & (RevisionKey.revision == Revision.revision),
        )
        .where(Revision.incident_id == incident_id, Revision.revision == (revision or incident.revision))
    ).all()
    mine = [(row, wrapped) for row, wrapped in found if wrapped.key_id in keys.by_id]
    if not mine:
        raise StaleKeys if found else NotFound
    return mine[0]


def opened_parts(
    keys: CaseKeys, row: Revision, wrapped: RevisionKey, parts: Sequence[str] = (IDENTITY, ACCOUNT)
) -> dict[str, dict[str, Any]]:
    """The parts of a revision.

    Raises:
        Unopenable: they were altered or moved.
    """
    place = Place(keys.organisation_id, row.incident_id, row.revision)
    data_key = case_door.unwrap(keys.by_id[wrapped.key_id], wrapped.wrapped, place)
    return {part: json.loads(case_door.open_part(data_key, part, place, getattr(row, part))) for part in parts}


@with_newest
def open_account(keys: CaseKeys, incident_id: str, revision: int | None = None) -> Opened:
    """A case without its identity part: names, contacts, exact place and source identities stay closed.

    Raises:
        NotFound: no such case or revision in this organisation.
    """
    row, wrapped = _revision(keys, incident_id, revision)
    document = join(opened_parts(keys, row, wrapped, [ACCOUNT])[ACCOUNT], {})
    return Opened(withdrawals.folded_in(document, keys.organisation_id), row.revision)


@with_newest
def open_for_rules(keys: CaseKeys, incident_id: str) -> Opened:
    """A case with its identity part, for a rule that needs all of it, such as whom a consent names; shown to nobody.

    What is shown of an identity is opened by open_identity(), which logs it.

    Raises:
        NotFound: no such case in this organisation.
    """
    row, wrapped = _revision(keys, incident_id, None)
    parts = opened_parts(keys, row, wrapped)
    return Opened(withdrawals.folded_in(join(parts[ACCOUNT], parts[IDENTITY]), keys.organisation_id), row.revision)


@with_newest
def open_identity(
    keys: CaseKeys, /, incident_id: str, reason: str, *, act: Act = Act.IDENTITY_OPENED, **details: str
) -> Opened:
    """A case with its identity part; who opened it, when and why is logged before it is given.

    Args:
        keys: The researcher's keys.
        incident_id: The case.
        reason: Why, as a person typed it.
        act: What it is opened for, such as for a file whose key is in it.
        details: What else the organisation's own log says of it; never a value from a case.

    Raises:
        NotFound: no such case in this organisation.
    """
    row, wrapped = _revision(keys, incident_id, None)
    parts = opened_parts(keys, row, wrapped)
    revision = row.revision
    with writing(db.session):
        check_newest(keys)
        # Held until the entry is written: a case that is erased meanwhile is not opened, and leaves no entry behind.
        _incident(keys, incident_id, lock=True)
        log(keys, act.value, incident_id=incident_id, reason=reason, **details)
        audit.record(keys.organisation_id, act, by=keys.account_id, about=incident_id, reason=reason)
    return Opened(withdrawals.folded_in(join(parts[ACCOUNT], parts[IDENTITY]), keys.organisation_id), revision)


def gone(incident_ids: Collection[str]) -> set[str]:
    """Which of these cases, all of which were saved once, are there no more: they were erased. One query."""
    there = db.session.scalars(select(Incident.id).where(Incident.id.in_(incident_ids))) if incident_ids else ()
    return set(incident_ids).difference(there)


def revisions(keys: CaseKeys, incident_id: str) -> list[int]:
    """The revisions of a case, newest first.

    Raises:
        NotFound: no such case in this organisation.
    """
    incident = _incident(keys, incident_id)
    return list(range(incident.revision, 0, -1))


def log(keys: CaseKeys, action: str, **details: str) -> str:
    """Add an entry to the organisation's sealed log, in the running transaction. Never a value from a case.

    Returns:
        The id of the entry.
    """
    row_id = random_id()
    entry = {
        "at": dt.datetime.now(tz=dt.UTC).isoformat(timespec="milliseconds"),
        "account": keys.account_id,
        "action": action,
    }
    sealed = keys.organisation.seal(json.dumps(entry | details).encode(), "log", keys.organisation_id, row_id)
    db.session.add(
        LogEntry(id=row_id, organisation_id=keys.organisation_id, key_id=keys.organisation.id, sealed=sealed)
    )
    return row_id


def log_entries(keys: CaseKeys) -> list[dict[str, str]]:
    """The organisation's log, newest first. Opens every entry."""
    rows = db.session.scalars(select(LogEntry).where(LogEntry.key_id.in_(keys.by_id)))
    opened = [json.loads(keys.by_id[row.key_id].open(row.sealed, "log", row.organisation_id, row.id)) for row in rows]
    return sorted(opened, key=lambda entry: entry["at"], reverse=True)


def _give_or_take_back(keys: CaseKeys, document: CaseDocument, day: dt.date) -> None:
    """Give a checked summary to advocates while every consent it needs stands; take it back otherwise."""
    if not document.summary_id:
        return
    if document.summary_state == "checked" and story_decision(document, day).allowed:
        rests_on = tuple(
            (withdrawals.linked(person.counts_as or person.cell_key), purpose)
            for person, purpose in story_rests_on(document, day)
        )
        story = Story(document.incident.ref, document.summary_text, story_end(document, day), rests_on)
        if stories.give(keys.summaries, document.summary_id, story):
            audit.record(keys.organisation_id, Act.STORY_GIVEN, by=keys.account_id, about=document.incident.id)
    elif stories.take_back(keys.organisation_id, document.summary_id):
        audit.record(keys.organisation_id, Act.STORY_TAKEN_BACK, by=keys.account_id, about=document.incident.id)
