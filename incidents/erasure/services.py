"""Erasing cases, and a person in a case: keys of revisions are destroyed, and what was derived is rewritten.

Each is one write transaction: everything of it is gone, or nothing. What it cannot reach is said in
docs/decisions/0014-erasure.md: backups until their keys are overwritten, and drafts that only colleagues can open.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy import delete, insert, update

from incidents import clock
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.consents import receipts
from incidents.database import table_of, writing
from incidents.erasure import certificates, holds
from incidents.erasure.certificates import Destroyed, destroyed
from incidents.erasure.emptying import without_contacts, without_content
from incidents.erasure.preparing import (
    Case,
    CaseMoved,
    LogRead,
    forget_log,
    hold_still,
    membership,
    read_case,
    read_frames,
    read_log,
)
from incidents.erasure.rules import named_in, without_person, without_words
from incidents.errors import NotFound, TalaError
from incidents.evidence import blobs
from incidents.extensions import db
from incidents.facts import rewriting, store
from incidents.facts.models import Withdrawal
from incidents.facts.rewriting import FrameMoved
from incidents.intake import services as intake
from incidents.records import frames as derived
from incidents.records import services as records
from incidents.records.fields import mark_of
from incidents.records.keys import check_newest, with_newest
from incidents.records.models import Incident, Revision, RevisionKey
from incidents.sharing import resealing
from incidents.stories import services as stories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from incidents.facts.rewriting import Rewriting
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument, Person
    from incidents.records.services import Sealed

T = TypeVar("T")
TRIES: Final = 5
NEW_REVISION, NEW_KEYS = (insert(table_of(model)) for model in (Revision, RevisionKey))


class Named(TalaError):
    """The person, or somebody who is called alike, is named in words that would stay.

    Attributes:
        fields: What the fields mean in which they are; never the words.
    """

    status = HTTPStatus.CONFLICT

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__()
        self.fields = fields


class Busy(TalaError):
    """The case was saved, or the frames were replaced, at each try: nothing was erased, and a later try does it."""

    status = HTTPStatus.CONFLICT


@with_newest
def erase_cases(keys: CaseKeys, incident_ids: Sequence[str], reason: str, *, expected: int | None = None) -> list[str]:
    """Erase cases, all in one transaction.

    Args:
        keys: Of a researcher of the organisation.
        incident_ids: Which.
        reason: Why, for the log; never a value from a case.
        expected: The revision at which they were judged, if they were: what is saved later is not erased unread.

    Returns:
        The ids of their certificates, in the same order.

    Raises:
        Conflict: one is at another revision than the expected one.
        NotFound: one is not a case of this organisation, or is erased already.
        Held: a legal hold is on one of them.
        KeyNotHeld, Unopenable: something of a case is under a key one lacks, or was altered. Nothing is erased.
        Busy: see there.
    """
    return _repeated(lambda: _erase_cases(keys, list(dict.fromkeys(incident_ids)), reason, expected))


@with_newest
def empty(keys: CaseKeys, incident_id: str, emptying: Emptying, reason: str, *, expected: int) -> str:
    """Erase some of a case: every revision is rewritten without it under a fresh key, and a new one follows.

    Args:
        keys: Of a researcher of the organisation.
        incident_id: The case.
        emptying: What goes.
        reason: Why, for the log; never a value from a case.
        expected: The revision that the researcher has seen.

    Returns:
        The id of the certificate.

    Raises:
        NotFound: no such case in this organisation.
        Conflict: somebody saved the case meanwhile.
        Held, KeyNotHeld, Unopenable, Busy: as erase_cases().
    """
    return _repeated(lambda: _empty(keys, incident_id, emptying, reason, expected))


@with_newest
def erase_person(
    keys: CaseKeys, incident_id: str, person_id: str, reason: str, *, expected: int, another: bool = False
) -> str:
    """Erase a person in a case: every revision is rewritten without them under a fresh key, and a new one follows.

    The new revision makes whoever is writing from the old one meet it, as after any save.

    Args:
        keys: Of a researcher of the organisation.
        incident_id: The case.
        person_id: Whom.
        reason: Why, for the log; never a value from a case.
        expected: The revision whose words the researcher has read.
        another: Whether the researcher says that whoever is named in those words is somebody else.

    Returns:
        The id of the certificate.

    Raises:
        NotFound: no such case in this organisation, or no such person in it.
        Conflict: somebody saved the case meanwhile; its words have to be read again.
        Named: the words that would stay name the person.
        Held, KeyNotHeld, Unopenable, Busy: as erase_cases().
    """
    return _repeated(lambda: _erase_person(keys, _Whom(incident_id, person_id, expected, another), reason))


def _repeated(work: Callable[[], T]) -> T:
    for _ in range(TRIES):
        try:
            return work()
        except (CaseMoved, FrameMoved):
            continue
        finally:
            # What this worker keeps in memory of the frames is found by nobody any more; it need not wait its minutes.
            store.cache.clear()
    raise Busy


@dataclass(frozen=True)
class Emptying:
    """A part of cases that is erased alone.

    Attributes:
        act: As the log names it.
        action: As its certificates name it.
        left: What stays of a document.
    """

    act: Act
    action: str
    left: Callable[[CaseDocument], CaseDocument]


CONTACTS: Final = Emptying(Act.CONTACTS_ERASED, certificates.CONTACTS, without_contacts)
CONTENT: Final = Emptying(Act.CONTENT_ERASED, certificates.CONTENT, without_content)


@dataclass(frozen=True)
class _Whom:
    """Which person of a case, and what the researcher has seen of it."""

    incident_id: str
    person_id: str
    expected: int
    another: bool


@dataclass(frozen=True)
class _Prepared:
    """Everything that was read and sealed before the lock."""

    cases: Sequence[Case]
    frames: Sequence[Rewriting]
    drafts: Sequence[str]
    log: LogRead

    @property
    def ids(self) -> list[str]:
        """Of the cases."""
        return [case.id for case in self.cases]


def _erase_cases(keys: CaseKeys, ids: Sequence[str], reason: str, expected: int | None) -> list[str]:
    one = membership(keys)
    cases = [read_case(keys, incident_id) for incident_id in ids]
    for case in cases:
        if expected not in (None, case.revision):
            raise records.Conflict(case.revision)
    prepared = _Prepared(
        cases,
        read_frames(keys, [case.newest.incident.cell_key for case in cases]),
        intake.drafts_of(intake.Writer(keys.account_id, keys.seed), ids),
        read_log(keys, ids),
    )
    with writing(db.session):
        _lock(keys, prepared)
        holds.check(one, ids)
        for frame in prepared.frames:
            rewriting.put(frame)
        _take_back(keys, cases, [person for case in cases for person in _persons(case)])
        forget_log(keys, ids, prepared.log)
        for model in (RevisionKey, Revision):
            db.session.execute(delete(model).where(model.incident_id.in_(ids)))
        db.session.execute(delete(Incident).where(Incident.id.in_(ids)))
        _forget_beside(cases)
        intake.forget(prepared.drafts)
        return [
            _certify(
                keys,
                Act.ERASED,
                case,
                reason,
                destroyed(len(case.documents), case.wraps),
            )
            for case in cases
        ]


def _erase_person(keys: CaseKeys, whom: _Whom, reason: str) -> str:
    case = read_case(keys, whom.incident_id)
    person = _found(case, whom)
    left = without_person(case.newest, person.id)

    def taken_back() -> str:
        _take_back(keys, [case], [person])
        gone = destroyed(len(case.documents), case.wraps)
        return _certify(keys, Act.PERSON_ERASED, case, reason, gone, action=certificates.PERSON)

    return _rewrite(keys, case, left, _rewritten(case, person.id), taken_back)


def _empty(keys: CaseKeys, incident_id: str, emptying: Emptying, reason: str, expected: int) -> str:
    case = read_case(keys, incident_id)
    if case.revision != expected:
        raise records.Conflict(case.revision)
    # The day until which it was to be kept was meant for what goes now.
    incident = case.newest.incident.model_copy(update={"retention_until": None})
    left = emptying.left(case.newest.model_copy(update={"incident": incident}))
    written = [(number, emptying.left(document)) for number, document in case.documents.items()]
    gone = destroyed(len(case.documents), case.wraps)
    return _rewrite(
        keys, case, left, written, lambda: _certify(keys, emptying.act, case, reason, gone, action=emptying.action)
    )


def _rewrite(
    keys: CaseKeys,
    case: Case,
    left: CaseDocument,
    written: Iterable[tuple[int, CaseDocument]],
    last: Callable[[], str],
) -> str:
    """Put rewritten revisions in the place of all that are there, and what is left beside them as a new one.

    Args:
        keys: Of a researcher of the organisation.
        case: As it was read.
        left: What its new revision says.
        written: What its older ones say from now on.
        last: What belongs to the same transaction, as its last part; gives the id of the certificate.
    """
    one = membership(keys)
    revision, day = case.revision + 1, clock.today()
    left = records.signed(keys, left, day, identity_changed=True)
    sealed = [records.seal_revision(keys, document, number) for number, document in [*written, (revision, left)]]
    prepared = _Prepared(
        [case],
        read_frames(keys, [left.incident.cell_key], derived.entries([left], [revision], day)),
        intake.drafts_of(intake.Writer(keys.account_id, keys.seed), [case.id]),
        LogRead(frozenset(), frozenset()),
    )
    with writing(db.session):
        _lock(keys, prepared)
        holds.check(one, [case.id])
        for frame in prepared.frames:
            rewriting.put(frame)
        _replace(case.id, sealed, revision)
        _forget_beside([case], left)
        records.follow(keys, left, sealed[-1], day)
        intake.forget(prepared.drafts)
        return last()


def _found(case: Case, whom: _Whom) -> Person:
    """The person, if the case is as the researcher has seen it and its words do not name them."""
    person = case.newest.person(whom.person_id)
    if person is None:
        raise NotFound
    if case.revision != whom.expected:
        raise records.Conflict(case.revision)
    named = named_in(case.newest, person.id)
    if named and not whom.another:
        raise Named([mark.meaning for info in named if (mark := mark_of(info))])
    return person


def _rewritten(case: Case, person_id: str) -> Iterable[tuple[int, CaseDocument]]:
    """Every revision without the person; words stay in the newest alone, which the researcher has read."""
    for number, document in case.documents.items():
        left = without_person(document, person_id)
        yield number, left if number == case.revision else without_words(left)


def _replace(incident_id: str, sealed: Sequence[Sealed], revision: int) -> None:
    """Put revisions in the place of those of the same number, the last beside them, all under fresh keys."""
    db.session.execute(delete(RevisionKey).where(RevisionKey.incident_id == incident_id))
    db.session.execute(delete(Revision).where(Revision.incident_id == incident_id))
    db.session.execute(NEW_REVISION, [one.blobs for one in sealed])
    db.session.execute(NEW_KEYS, [one.key for one in sealed])
    db.session.execute(update(Incident).where(Incident.id == incident_id).values(revision=revision))


def _forget_beside(cases: Iterable[Case], left: CaseDocument | None = None) -> None:
    """Delete what lies beside cases in tables of its own, in every revision: files, receipts, shares.

    Args:
        cases: As they were.
        left: What stays of the case when it is a person who is erased, with all that belongs to it.
    """
    for case in cases:
        for document in case.documents.values():
            blobs.forget(document, left)
            receipts.forget(document, left)
            resealing.forget(document, left)


def _lock(keys: CaseKeys, prepared: _Prepared) -> None:
    """Hold the organisation and the cases, and mark that the files of the database have to be swept."""
    rewriting.lock(keys.organisation_id).unswept += 1
    check_newest(keys)
    hold_still(keys, prepared.cases)


def _take_back(keys: CaseKeys, cases: Iterable[Case], persons: Iterable[Person]) -> None:
    for case in cases:
        for summary_id in case.summaries:
            stories.take_back(keys.organisation_id, summary_id)
    cells = [f"{person.cell_key:016x}" for person in persons]
    db.session.execute(delete(Withdrawal).where(Withdrawal.person.in_(cells)))


def _persons(case: Case) -> list[Person]:
    found = {person.id: person for document in case.documents.values() for person in document.persons}
    return list(found.values())


def _certify(
    keys: CaseKeys, act: Act, case: Case, reason: str, gone: Destroyed, *, action: str = certificates.CASE
) -> str:
    """Write the audit entry and the certificate that names it, in the running transaction."""
    audit.record(keys.organisation_id, act, by=keys.account_id, about=case.id, reason=f"{reason} ({gone})")
    return certificates.write(keys, action, case.newest.incident.ref, reason, gone)
