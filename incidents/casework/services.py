"""Working on a case together. Everything is part of its sealed document and saved like any other change of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from incidents import clock
from incidents.accounts.services import usernames
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.casework import rules
from incidents.errors import NotFound, TalaError
from incidents.keyring.services import member
from incidents.records import services as records
from incidents.records.rules import open_questions
from incidents.records.schema import Claim, Comment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from incidents.records.schema_sources import ClaimField

    Changed = Callable[[CaseDocument], CaseDocument]


class NotTheirs(TalaError):
    """This signature cannot be theirs: they reviewed first or recorded the case, or nothing waits for a second one."""

    status = HTTPStatus.FORBIDDEN


class Full(TalaError):
    """The case holds as many comments or claims as a case may have: nothing was added."""

    status = HTTPStatus.CONFLICT


@dataclass(frozen=True, slots=True)
class Case:
    """A case as a page has it: which, and the revision that somebody had before them.

    Attributes:
        id: Of the incident.
        expected: That revision; a save is refused when it is not the newest any more.
    """

    id: str
    expected: int


def colleagues(keys: CaseKeys) -> dict[str, str]:
    """Who can take care of a case: those who hold the organisation key, by account id. Two queries.

    Raises:
        RolledBack: the roster is gone, or older than one that this member has seen.
    """
    roster, _version = member(keys.account_id, keys.organisation_id, keys.seed).roster()
    names = usernames()
    return {one: names[one] for one in roster.researchers if one in names}


# -- review --------------------------------------------------------------------------------------------


def hand_in(keys: CaseKeys, case: Case) -> int:
    """It waits for review from now on.

    Returns:
        The new revision, as every function here that changes a case does.

    Raises:
        Conflict, NotFound: see records.services.update(); the same holds for the functions below.
    """
    return _save(keys, case, lambda document: rules.handed_in(document, clock.today()), Act.REVIEW_HANDED_IN)


def assign(keys: CaseKeys, case: Case, account_id: str) -> int:
    """Somebody takes care of it.

    Raises:
        NotFound: they are no member who could open it.
    """
    if account_id not in colleagues(keys):
        raise NotFound
    return _save(keys, case, lambda document: rules.assigned(document, account_id, clock.today()), Act.REVIEW_ASSIGNED)


def give_back(keys: CaseKeys, case: Case, text: str) -> int:
    """Return it to its recorder with a question."""
    question = note(keys, text, "question")
    return _save(keys, case, lambda document: rules.returned(document, question), Act.REVIEW_RETURNED)


def comment(keys: CaseKeys, case: Case, text: str) -> int:
    """Tell colleagues something about a case."""
    return _save(keys, case, lambda document: rules.commented(document, note(keys, text)))


def answer(keys: CaseKeys, case: Case, question_id: str, text: str) -> int:
    """Answer a question.

    Raises:
        NotFound: it has an answer already, or there is no such question.
    """

    def change(document: CaseDocument) -> CaseDocument:
        if question_id not in {one.id for one in open_questions(document)}:
            raise NotFound
        return rules.answered(document, note(keys, text, "answer").model_copy(update={"answers": question_id}))

    return _save(keys, case, change)


def note(keys: CaseKeys, text: str, kind: Literal["comment", "question", "answer"] = "comment") -> Comment:
    """A comment of whoever's session this is, written now."""
    return Comment(at=clock.now(), by=keys.account_id, kind=kind, text=text)


# -- verification --------------------------------------------------------------------------------------


def decide(keys: CaseKeys, case: Case, status: str, reason: str) -> int:
    """Decide as first reviewer how well it is verified; the session says who that is."""
    change = partial(rules.decided, status=status, reason=reason, account_id=keys.account_id, today=clock.today())
    return _save(keys, case, change, Act.VERIFICATION_DECIDED)


def sign(keys: CaseKeys, case: Case, reason: str) -> int:
    """Sign as second reviewer what the first has decided; the session says who that is.

    Raises:
        NotTheirs: they reviewed first or recorded it, or nothing waits for a second signature.
    """

    def change(document: CaseDocument) -> CaseDocument:
        try:
            return rules.signed(document, keys.account_id, note(keys, reason))
        except rules.CannotSign:
            raise NotTheirs from None

    return _save(keys, case, change, Act.VERIFICATION_SIGNED)


def add_claim(keys: CaseKeys, case: Case, field: ClaimField, source_id: str, value: str) -> int:
    """Write down what a source says about a fact, beside what others say.

    Raises:
        NotFound: the case has no such source.
    """

    def change(document: CaseDocument) -> CaseDocument:
        if source_id not in {source.id for source in document.sources}:
            raise NotFound
        return rules.with_claim(document, Claim(field=field, source_id=source_id, value=value))

    return _save(keys, case, change)


def decide_claims(keys: CaseKeys, case: Case, field: ClaimField, stand: Collection[str], reason: str) -> int:
    """Let some of the claims on a fact stand, and none of the others; all are kept."""
    return _save(keys, case, lambda document: rules.claims_decided(document, field, stand, reason), Act.CLAIMS_DECIDED)


def checked(document: CaseDocument) -> CaseDocument:
    """The same document, if it can be read again once it is saved.

    Raises:
        Full: it holds too many comments or claims.
    """
    if not rules.has_room(document):
        raise Full
    return document


def _save(keys: CaseKeys, case: Case, change: Changed, act: Act | None = None) -> int:
    document = checked(change(records.open_account(keys, case.id, case.expected).document))

    def log() -> None:
        if act is not None:
            audit.record(keys.organisation_id, act, by=keys.account_id, about=case.id)

    return records.update(keys, document, expected=case.expected, also=log)
