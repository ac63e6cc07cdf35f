"""What working together makes of a document: review, comments, signatures, claims of sources. Pure.

Every function returns a changed document. Who does it is an account's id that the session gives, never a typed name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from incidents.records.errors import N_
from incidents.records.rules import open_questions
from incidents.records.schema import MOST_PARTS, Review
from incidents.records.verification import INDEPENDENT, independent_sources, may_sign, needs_second, verification

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    from incidents.records.schema import CaseDocument, Claim, Comment, Source
    from incidents.records.schema_sources import ClaimField

#: What a reviewer may decide; empty: nothing beyond what the sources give.
DECISIONS: Final = ("", "VS_3", "VS_4", "VS_5", "VS_C", "VS_N", "VS_D", "VS_W", "VS_0")
#: Why a source counts, or does not, towards the status.
COUNTS: Final[Mapping[str, str]] = {
    "first_hand": N_("counts: what it says comes from nobody else"),
    "own": N_("counts: it depends on no other source here"),
    "derived": N_("does not count: it repeats what another source says"),
    "unknown": N_("does not count: nobody has said yet whether it depends on another"),
    "same_origin": N_("does not count again: it comes from the same origin as another source here"),
}
Why = Literal["first_hand", "own", "derived", "unknown", "same_origin"]


class CannotSign(ValueError):
    """Nothing waits for a second signature, or whoever signs is the first reviewer or the recorder."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A source, and whether it counts towards the status; ``why`` is a key of COUNTS."""

    source: Source
    counts: bool
    why: Why


@dataclass(frozen=True, slots=True)
class Said:
    """What sources say about one fact, side by side.

    Attributes:
        field: Which fact.
        claims: In the order in which they were recorded.
    """

    field: ClaimField
    claims: tuple[Claim, ...]

    @property
    def open(self) -> bool:
        """Whether one of them was not decided yet."""
        return any(claim.stands is None for claim in self.claims)


def has_room(document: CaseDocument) -> bool:
    """Say whether a document holds no more comments and claims than one that is read may have."""
    return max(len(document.comments), len(document.claims)) <= MOST_PARTS


def weighed(document: CaseDocument) -> list[Weighed]:
    """Return every source with whether it counts towards the status, and why."""
    counting = {source.id for source in independent_sources(document)}
    return [Weighed(source, source.id in counting, _why(source, counting)) for source in document.sources]


def _why(source: Source, counting: Collection[str]) -> Why:
    if source.id in counting:
        return "first_hand" if source.independence == "IND_PRI" else "own"
    if source.independence in INDEPENDENT:
        return "same_origin"
    return "derived" if source.independence == "IND_DER" else "unknown"


# -- review --------------------------------------------------------------------------------------------


def handed_in(document: CaseDocument, today: dt.date) -> CaseDocument:
    """The recorder calls it ready: it waits for whoever takes it; who had it before keeps it."""
    return _reviewed(document, today, state="waiting")


def assigned(document: CaseDocument, account_id: str, today: dt.date) -> CaseDocument:
    """Somebody takes care of it, themselves or whom a colleague chose; where it stands stays."""
    return _reviewed(document, today, assigned_to=account_id)


def commented(document: CaseDocument, comment: Comment) -> CaseDocument:
    """One comment more."""
    return document.model_copy(update={"comments": [*document.comments, comment]})


def returned(document: CaseDocument, question: Comment) -> CaseDocument:
    """Back to its recorder with a question."""
    return _reviewed(commented(document, question), question.at.date(), state="returned")


def asked(document: CaseDocument, question: Comment) -> CaseDocument:
    """A question from outside: whoever reviews the case next finds it there."""
    return _reviewed(commented(document, question), question.at.date(), state="waiting")


def answered(document: CaseDocument, answer: Comment) -> CaseDocument:
    """A question is answered; with the last one the case is again with whoever reviews it."""
    changed = commented(document, answer)
    if document.review is None or document.review.state != "returned" or open_questions(changed):
        return changed
    return _reviewed(changed, answer.at.date(), state="waiting")


def _reviewed(document: CaseDocument, today: dt.date, **changes: str) -> CaseDocument:
    review = (document.review or Review()).model_copy(update={**changes, "since": today})
    return document.model_copy(update={"review": review})


# -- verification --------------------------------------------------------------------------------------


def decided(document: CaseDocument, status: str, reason: str, account_id: str, today: dt.date) -> CaseDocument:
    """A first reviewer decides; who signed an earlier decision has not signed this one.

    Args:
        document: As it is.
        status: One of DECISIONS.
        reason: Why.
        account_id: Whose session it is.
        today: The day of the decision.
    """
    incident = document.incident.model_copy(
        update={
            "verification": status or None,
            "verification_reason": reason,
            "reviewer1": account_id,
            "reviewer2": "",
        }
    )
    return _moved_on(document.model_copy(update={"incident": incident}), today)


def signed(document: CaseDocument, account_id: str, why: Comment) -> CaseDocument:
    """A second reviewer signs what the first has decided, with a comment that says why.

    Raises:
        CannotSign: nothing waits for it, or they are the first reviewer or the recorder.
    """
    if not needs_second(document) or not may_sign(document, account_id):
        raise CannotSign
    incident = document.incident.model_copy(update={"reviewer2": account_id})
    return _moved_on(commented(document.model_copy(update={"incident": incident}), why), why.at.date())


def _moved_on(document: CaseDocument, today: dt.date) -> CaseDocument:
    """It waits for a second reviewer, whoever that will be; otherwise the review is done, until the next."""
    if needs_second(document):
        return _reviewed(document, today, state="waiting", assigned_to="")
    return _reviewed(document, today, state="waiting" if verification(document) == "VS_0" else "done")


# -- what sources say ----------------------------------------------------------------------------------


def side_by_side(document: CaseDocument) -> list[Said]:
    """Return what sources say, fact by fact, in the order in which each fact was first spoken of."""
    fields = dict.fromkeys(claim.field for claim in document.claims)
    return [Said(field, tuple(one for one in document.claims if one.field == field)) for field in fields]


def with_claim(document: CaseDocument, claim: Claim) -> CaseDocument:
    """One claim more beside the others."""
    return document.model_copy(update={"claims": [*document.claims, claim]})


def claims_decided(document: CaseDocument, field: str, stand: Collection[str], reason: str) -> CaseDocument:
    """A reviewer lets some claims on a fact stand; the others are kept and do not.

    Args:
        document: As it is.
        field: Which fact.
        stand: Ids of the claims that stand: none, one, or several that do not contradict each other.
        reason: Why.
    """
    claims = [
        one.model_copy(update={"stands": one.id in stand, "reason": reason}) if one.field == field else one
        for one in document.claims
    ]
    return document.model_copy(update={"claims": claims})
