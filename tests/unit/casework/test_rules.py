"""The rules of working on a case together, over whole documents."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.casework import rules
from incidents.records.rules import open_questions
from incidents.records.schema import CaseDocument, Claim, Comment
from incidents.records.verification import LADDER, independent_sources, needs_second, verification, verification_floor
from tests.factories.documents import document, documents, source

if TYPE_CHECKING:
    from typing import Any

TODAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
accounts = st.sampled_from(["a" * 32, "b" * 32, "c" * 32])
#: Whole documents take long to draw; the status alone is tried a hundred times in tests/unit/records.
WHOLE = 20
decisions = st.sampled_from(rules.DECISIONS)


def said(kind: Any = "comment", **fields: Any) -> Comment:
    return Comment(at=NOW, by="a" * 32, kind=kind, text="plainly fictional", **fields)


# -- deciding and signing ------------------------------------------------------------------------------------


@settings(max_examples=WHOLE)
@given(documents(), decisions, accounts)
def test_one_reviewer_alone_lifts_nothing_above_what_the_sources_give(
    case: CaseDocument, status: str, reviewer: str
) -> None:
    changed = rules.decided(case, status, "seen", reviewer, TODAY)
    holds, floor = verification(changed), verification_floor(changed)
    if holds in LADDER and floor in LADDER:
        assert LADDER.index(holds) <= LADDER.index(floor)
    else:
        assert holds in {status, floor}


@settings(max_examples=WHOLE)
@given(documents(), decisions, accounts, accounts, accounts)
def test_a_second_reviewer_is_never_the_first_nor_the_recorder(
    case: CaseDocument, status: str, recorder: str, first: str, second: str
) -> None:
    case = case.model_copy(update={"recorder": recorder})
    changed = rules.decided(case, status, "seen", first, TODAY)
    try:
        signed = rules.signed(changed, second, said())
    except rules.CannotSign:
        assert second in {first, recorder} or not needs_second(changed)
    else:
        incident = signed.incident
        assert (incident.reviewer1, incident.reviewer2) == (first, second)
        assert len({first, second}) == 2
        assert second != recorder
        assert signed.comments[-1] == said().model_copy(update={"id": signed.comments[-1].id})


@settings(max_examples=WHOLE)
@given(documents(), decisions, accounts, accounts)
def test_nobody_signs_what_is_signed(case: CaseDocument, status: str, first: str, second: str) -> None:
    changed = rules.decided(case.model_copy(update={"recorder": ""}), status, "seen", first, TODAY)
    if needs_second(changed) and second != first:
        changed = rules.signed(changed, second, said())
        assert not needs_second(changed)
        with pytest.raises(rules.CannotSign):
            rules.signed(changed, "d" * 32, said())


@settings(max_examples=WHOLE)
@given(documents(), decisions, accounts)
def test_a_decision_changes_nothing_but_verification_and_review(case: CaseDocument, status: str, reviewer: str) -> None:
    changed = rules.decided(case, status, "seen", reviewer, TODAY)
    names = {"verification", "verification_reason", "reviewer1", "reviewer2"}
    assert changed.incident.model_dump(exclude=names) == case.incident.model_dump(exclude=names)
    assert changed.model_dump(exclude={"incident", "review"}) == case.model_dump(exclude={"incident", "review"})
    assert CaseDocument.model_validate(changed.model_dump(mode="json")) == changed


@pytest.mark.parametrize(
    ("status", "state"), [("VS_3", "waiting"), ("VS_N", "done"), ("", "done"), ("VS_0", "waiting")]
)
def test_a_review_is_done_once_the_decision_waits_for_nobody(status: str, state: str) -> None:
    review = rules.decided(document(), status, "seen", "a" * 32, TODAY).review
    assert review
    assert review.state == state


# -- sources -------------------------------------------------------------------------------------------------


@settings(max_examples=WHOLE)
@given(documents())
def test_every_source_says_whether_it_counts_and_the_floor_counts_the_same(case: CaseDocument) -> None:
    weighed = rules.weighed(case)
    assert [one.source for one in weighed] == case.sources
    assert [one.source for one in weighed if one.counts] == independent_sources(case)
    assert {one.why for one in weighed if one.counts} <= {"first_hand", "own"}
    assert {one.why for one in weighed} <= set(rules.COUNTS)


def test_of_two_sources_of_one_origin_the_second_says_why_it_does_not_count() -> None:
    one = source()
    case = document(sources=[one, source(same_origin_as=one.id), source(independence="IND_DER")])
    assert [item.why for item in rules.weighed(case)] == ["first_hand", "same_origin", "derived"]


# -- claims --------------------------------------------------------------------------------------------------


@settings(max_examples=WHOLE)
@given(documents(), st.data())
def test_no_claim_is_lost_or_changed_but_for_whether_it_stands(case: CaseDocument, data: st.DataObject) -> None:
    for one in rules.side_by_side(case):
        stand = data.draw(st.sets(st.sampled_from([claim.id for claim in one.claims])))
        case = rules.claims_decided(case, one.field, stand, "seen")
        decided = next(said for said in rules.side_by_side(case) if said.field == one.field)
        assert not decided.open
        assert {claim.id for claim in decided.claims if claim.stands} == stand
        assert [(claim.id, claim.value, claim.source_id) for claim in decided.claims] == [
            (claim.id, claim.value, claim.source_id) for claim in one.claims
        ]


def test_a_new_claim_stands_beside_the_others_and_is_open() -> None:
    case = rules.with_claim(document(), Claim(field="actor", value="somebody"))
    [one] = rules.side_by_side(case)
    assert one.open


# -- to and fro ----------------------------------------------------------------------------------------------


def test_a_case_that_came_back_waits_again_with_the_last_answer_and_not_before() -> None:
    first, second = said("question"), said("question")
    case = rules.returned(rules.returned(document(), first), second)
    one = rules.answered(case, said("answer", answers=first.id))
    assert (one.review and one.review.state, open_questions(one)) == ("returned", [second])
    both = rules.answered(one, said("answer", answers=second.id))
    assert (both.review and both.review.state, open_questions(both)) == ("waiting", [])


def test_an_answer_to_a_question_from_outside_moves_no_review_that_is_done() -> None:
    case = rules.asked(document(), said("question"))
    assert case.review
    assert case.review.state == "waiting"
    done = case.model_copy(update={"review": case.review.model_copy(update={"state": "done"})})
    after = rules.answered(done, said("answer", answers=case.comments[0].id))
    assert after.review == done.review


def test_who_takes_care_of_it_stays_when_it_is_handed_in_again() -> None:
    case = rules.handed_in(rules.assigned(document(), "b" * 32, TODAY), TODAY)
    assert case.review
    assert (case.review.assigned_to, case.review.since) == ("b" * 32, TODAY)
