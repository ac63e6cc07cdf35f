"""Drafts, and the way from a draft or a quick record to a saved case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from flask_login import current_user
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from incidents.accounts.sessions import current_seed
from incidents.database import random_id, writing
from incidents.errors import Forbidden, NotFound, TalaError
from incidents.extensions import db
from incidents.intake import rules
from incidents.intake.conflicts import merged
from incidents.intake.models import Draft
from incidents.intake.pages_safety import SAFETY
from incidents.intake.states import DraftState, Saved, pack, unpack
from incidents.keyring import case_door
from incidents.records import services as records
from incidents.records.parts import join, overlay, split
from incidents.records.schema import CaseDocument
from incidents.submissions import services as submissions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date

    from incidents.intake.answers import Typed
    from incidents.intake.questions import Page
    from incidents.keyring.people import Seed
    from incidents.records.keys import CaseKeys
    from incidents.submissions.services import Sender

Result = TypeVar("Result")
KIND = "draft"
TRIES = 5
#: Why the names were opened, as the log of the organisation keeps it.
CONFLICT_REASON = "edited by two people at once"


class CaseErased(TalaError):
    """The case that a draft changes was erased meanwhile: the draft cannot be opened or saved any more."""

    status = HTTPStatus.GONE


class Busy(TalaError):
    """Other windows kept saving this draft; nothing was lost, and trying again helps."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose drafts these are: only their seed opens them."""

    account_id: str
    seed: Seed


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft as it is now."""

    id: str
    version: int
    state: DraftState


def current_writer() -> Writer:
    """The researcher of this request."""
    return Writer(current_user.id, current_seed())


def begin(writer: Writer, state: DraftState | None = None) -> str:
    """Begin a draft and return its id."""
    draft_id = random_id()
    sealed = _seal(writer, draft_id, state or DraftState(CaseDocument()))
    with writing(db.session):
        db.session.execute(insert(Draft), [{"id": draft_id, "account_id": writer.account_id, "sealed": sealed}])
    return draft_id


def open_draft(writer: Writer, draft_id: str) -> OpenDraft:
    """A draft of the writer's.

    Raises:
        NotFound: there is none, or it is somebody else's.
        CaseErased: it changes a case that was erased.
    """
    row = db.session.execute(
        select(Draft.version, Draft.sealed).where(Draft.id == draft_id, Draft.account_id == writer.account_id)
    ).first()
    if row is None:
        raise NotFound
    state = _open(writer, draft_id, row.sealed)
    if state.base is not None and records.gone([state.document.incident.id]):
        raise CaseErased
    return OpenDraft(draft_id, row.version, state)


def drafts(writer: Writer) -> list[OpenDraft]:
    """All drafts of the writer's, but those that change a case that was erased. Opens each."""
    opened = _all(writer)
    gone = records.gone({one.state.document.incident.id for one in opened if one.state.base})
    return [one for one in opened if one.state.base is None or one.state.document.incident.id not in gone]


def drafts_of(writer: Writer, incident_ids: Collection[str]) -> list[str]:
    """The ids of the writer's drafts that change or made some cases. Opens each draft."""
    return [one.id for one in _all(writer) if one.state.document.incident.id in incident_ids]


def forget(draft_ids: Collection[str]) -> None:
    """Delete drafts whose case is erased, in the running transaction."""
    db.session.execute(delete(Draft).where(Draft.id.in_(draft_ids)))


def forget_erased(writer: Writer) -> None:
    """Delete the writer's drafts that change a case that was erased; nobody else could tell which they are."""
    kept = {one.id for one in drafts(writer)}
    if erased := [one.id for one in _all(writer) if one.id not in kept]:
        with writing(db.session):
            forget(erased)


def _all(writer: Writer) -> list[OpenDraft]:
    rows = db.session.execute(
        select(Draft.id, Draft.version, Draft.sealed).where(Draft.account_id == writer.account_id)
    )
    return [OpenDraft(row.id, row.version, _open(writer, row.id, row.sealed)) for row in rows]


def change(writer: Writer, draft_id: str, step: Callable[[DraftState], tuple[DraftState, Result]]) -> Result:
    """Save what `step` makes of a draft; `step` runs again when another window saved in between.

    Raises:
        NotFound: there is no such draft of the writer's.
        Busy: other windows saved each time.
    """
    for _ in range(TRIES):
        draft = open_draft(writer, draft_id)
        state, result = step(draft.state)
        if state == draft.state:
            return result
        sealed = _seal(writer, draft_id, state)
        with writing(db.session):
            done = db.session.execute(
                update(Draft)
                .where(Draft.id == draft_id, Draft.version == draft.version)
                .values(version=draft.version + 1, sealed=sealed)
                .returning(Draft.id)
            ).first()
        if done:
            return result
    raise Busy


def answer(
    writer: Writer, draft_id: str, page: Page, typed: Typed, *, today: date, entry_id: str | None = None
) -> rules.Outcome:
    """Save the answers of a page; what cannot be read is kept as it was typed."""
    key = rules.key_of(page.step, entry_id)
    now = datetime.now(UTC)

    def step(state: DraftState) -> tuple[DraftState, rules.Outcome]:
        consenting = rules.Consenting(state.saved_consents, writer.account_id)
        outcome = rules.answered(state.document, page, typed, today, entry_id=entry_id, consenting=consenting)
        if page is SAFETY:
            outcome = rules.screened(state.document, outcome, now)
        if outcome.document is None:
            return state.with_typed(key, typed), outcome
        return state.with_answers(key, outcome.document), outcome

    return change(writer, draft_id, step)


def remove(writer: Writer, draft_id: str, step: str, entry_id: str) -> None:
    """Take an entry out of a list, and forget what was typed about it."""

    def without(state: DraftState) -> tuple[DraftState, None]:
        document = rules.removed(state.document, step, entry_id)
        return state.without_pages(entry_id, document), None

    change(writer, draft_id, without)


def discard(writer: Writer, draft_id: str) -> None:
    """Throw a draft away.

    Raises:
        NotFound: there is no such draft of the writer's.
    """
    with writing(db.session):
        gone = db.session.execute(
            delete(Draft).where(Draft.id == draft_id, Draft.account_id == writer.account_id).returning(Draft.id)
        ).first()
        if gone is None:
            raise NotFound


def record(keys: CaseKeys, document: CaseDocument) -> None:
    """Save a new case; saving the same one again (a button pressed twice) changes nothing."""
    try:
        records.create(keys, [document.model_copy(update={"recorder": keys.account_id})])
    except IntegrityError:
        # Of this organisation, or somebody guessed an id: then open_account says so.
        records.open_account(keys, document.incident.id)


def keep(writer: Writer, document: CaseDocument) -> str:
    """Keep a new record as a draft, once however often it is asked for, and return the id of the draft."""
    for draft in drafts(writer):
        if draft.state.document.incident.id == document.incident.id:
            return draft.id
    return begin(writer, DraftState(document))


def hand_in(writer: Writer, sender: Sender, draft_id: str, *, complete: bool) -> str:
    """Seal a draft to the inbox of the organisation and throw it away.

    Returns:
        The reference of the submission.

    Raises:
        NotSent: see submissions.services.submit(); the draft stays.
        NotFound: there is no such draft of the writer's.
        Forbidden: it changes a saved case, which only a member can.
    """
    state = open_draft(writer, draft_id).state
    if state.base is not None:
        raise Forbidden
    reference = submissions.submit(sender, _finished(state.document, complete=complete))
    _throw_away(writer, draft_id)
    return reference


def edit(writer: Writer, keys: CaseKeys, incident_id: str) -> str:
    """Begin to edit a case, or go on with it, and return the id of the draft. Names and contacts stay closed.

    Raises:
        NotFound: no such case in this organisation.
    """
    opened = records.open_account(keys, incident_id)
    forget_erased(writer)
    for draft in drafts(writer):
        if draft.state.base and draft.state.document.incident.id == incident_id:
            return draft.id
    saved = Saved(opened.document, opened.revision)
    return begin(writer, DraftState(opened.document, base=saved))


def open_names(writer: Writer, keys: CaseKeys, draft_id: str, reason: str) -> bool:
    """Open the names and contacts of a case for editing; logged. What was typed anew in the draft stays.

    Returns:
        False when somebody saved the case meanwhile: then the two have to be brought together first.
    """
    state = open_draft(writer, draft_id).state
    if state.base is None or state.identity_opened:
        return True
    opened = records.open_identity(keys, state.document.incident.id, reason)
    if opened.revision != state.base.revision:
        _meet(writer, keys, draft_id)
        return False
    stored = split(opened.document)[1]
    saved = Saved(opened.document, opened.revision)

    def with_names(now: DraftState) -> tuple[DraftState, None]:
        account, typed = split(now.document)
        document = join(account, overlay(stored, typed))
        return replace(now, document=document, base=saved, identity_opened=True), None

    change(writer, draft_id, with_names)
    return True


def submit(writer: Writer, keys: CaseKeys, draft_id: str, *, complete: bool) -> str:
    """Save a draft as a case and throw the draft away.

    Returns:
        The id of the case.

    Raises:
        Conflict: somebody else saved the case meanwhile; the draft keeps what they saved beside its own.
        NotFound: there is no such draft of the writer's, or no such case.
    """
    state = open_draft(writer, draft_id).state
    document = _finished(state.document, complete=complete)
    if state.base is None:
        record(keys, document)
    else:
        try:
            records.update(keys, document, expected=state.base.revision, identity_opened=state.identity_opened)
        except records.Conflict:
            if _pressed_twice(writer, draft_id):
                return document.incident.id
            _meet(writer, keys, draft_id)
            raise
    _throw_away(writer, draft_id)
    return document.incident.id


def _finished(document: CaseDocument, *, complete: bool) -> CaseDocument:
    return document.model_copy(update={"status": "complete" if complete else "incomplete"})


def bring_together(writer: Writer, draft_id: str, picks: Mapping[str, str]) -> None:
    """Put the draft on top of what somebody else saved, with what was picked from each.

    Raises:
        Undecided: both changed a field and nobody said which stands.
        ValidationError: the picks do not go together.
    """

    def together(state: DraftState) -> tuple[DraftState, None]:
        if state.base is None or state.theirs is None:
            return state, None
        document = merged(state.base.document, state.theirs.document, state.document, picks)
        return replace(state, document=document, base=state.theirs, theirs=None), None

    change(writer, draft_id, together)


def _meet(writer: Writer, keys: CaseKeys, draft_id: str) -> None:
    """Lay what somebody else saved beside the draft."""
    state = open_draft(writer, draft_id).state
    incident_id = state.document.incident.id
    if state.identity_opened:
        opened = records.open_identity(keys, incident_id, CONFLICT_REASON)
    else:
        opened = records.open_account(keys, incident_id)
    theirs = Saved(opened.document, opened.revision)
    change(writer, draft_id, lambda now: (replace(now, theirs=theirs), None))


def _pressed_twice(writer: Writer, draft_id: str) -> bool:
    """Whether the draft is gone: the first of two presses of the button has saved it."""
    try:
        open_draft(writer, draft_id)
    except NotFound:
        return True
    return False


def _throw_away(writer: Writer, draft_id: str) -> None:
    with writing(db.session):
        db.session.execute(delete(Draft).where(Draft.id == draft_id, Draft.account_id == writer.account_id))


def _seal(writer: Writer, draft_id: str, state: DraftState) -> bytes:
    return case_door.seal_private(writer.seed, KIND, draft_id, pack(state))


def _open(writer: Writer, draft_id: str, sealed: bytes) -> DraftState:
    return unpack(case_door.open_private(writer.seed, KIND, draft_id, sealed))
