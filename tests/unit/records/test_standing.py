"""Why a case counts or not: words for every reason, and what the next step needs."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings

from incidents.codebook.services import codebook
from incidents.records.derivation import Held, fact_rows, held
from incidents.records.schema import Act, CaseDocument
from incidents.records.standing import (
    HELD_IN_FULL,
    HELD_IN_SHORT,
    NEXT_STEPS,
    REASONS,
    in_short,
    standing,
    why,
)
from incidents.records.verification import LADDER
from incidents.releases.rules import Reason
from tests.factories import documents as make

TODAY = make.TODAY


@pytest.mark.parametrize("reason", list(Reason))
def test_every_decision_of_the_gate_has_words_that_begin_with_yes_or_no(reason: Reason) -> None:
    text = why(reason, "Amber Heron")
    assert text.startswith(("Yes: ", "No: "))
    assert text.endswith(".")
    assert "%(" not in text


@pytest.mark.parametrize("reason", [Reason.CONSENT, Reason.OPEN_SOURCE, Reason.WISH_AFTER_DEATH, Reason.NO_PERSON])
def test_what_lets_through_says_yes(reason: Reason) -> None:
    assert REASONS[reason].startswith("Yes")
    assert sum(text.startswith("Yes") for text in REASONS.values()) == 4


@pytest.mark.parametrize("reason", list(Held))
def test_every_reason_to_hold_a_case_back_has_words_for_a_list_and_for_a_page(reason: Held) -> None:
    assert in_short(reason.value) == HELD_IN_SHORT[reason]
    assert HELD_IN_FULL[reason].endswith(".")


def test_without_a_reason_a_case_is_counted() -> None:
    assert in_short(None) == "counted"
    assert standing(make.document(), TODAY).reason is None


def test_every_step_of_the_ladder_but_the_last_says_what_the_next_one_needs() -> None:
    assert set(NEXT_STEPS) == {*LADDER[:-1], "VS_C"}
    listed = codebook().vocabulary("verification_status")
    assert all(code in listed for code in NEXT_STEPS)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (make.document(), None),
        (make.document(consents=[]), Held.CONSENT),
        (make.quick_record(), Held.INCOMPLETE),
        (make.document(sources=[]), Held.VERIFICATION),
        (make.open_source_killing(), None),
    ],
)
def test_agrees_with_what_is_derived(document: CaseDocument, reason: Held | None) -> None:
    told = standing(document, TODAY)
    assert told.reason == held(document, TODAY) == reason
    assert (told.release is not None) == bool(fact_rows(document, TODAY))


@given(make.documents())
@settings(max_examples=80, deadline=None)
def test_any_document_has_a_standing_that_agrees_with_its_facts(document: CaseDocument) -> None:
    told = standing(document, TODAY)
    assert (told.release is not None) == bool(fact_rows(document, TODAY))
    assert len(told.persons) == len({act.person_id for act in document.acts})
    counted = [text for text in told.persons if text.startswith("Yes")]
    if fact_rows(document, TODAY):
        assert counted


def test_the_delay_is_that_of_the_latest_act_that_is_counted() -> None:
    reported = TODAY - dt.timedelta(days=10)
    document = make.document(incident=make.incident(date_start=str(reported), date_reported=reported))
    assert "from <bdi>14 December 2026</bdi>" in str(standing(document, TODAY).release)
    assert "now" in str(standing(document, TODAY + dt.timedelta(days=20)).release)


def test_an_open_source_killing_waits_for_nothing() -> None:
    assert "now" in str(standing(make.open_source_killing(), TODAY).release)


def test_a_law_needs_nobody_to_agree() -> None:
    act = Act(violation="LAW_CRIM")
    document = make.document(persons=[], acts=[act], perpetrators=[make.perpetrator(act)], consents=[])
    assert standing(document, TODAY).persons == ["Yes: this concerns nobody in particular, so there is nobody to ask."]


def test_each_person_is_asked_about_once_though_several_things_were_done_to_them() -> None:
    whom = make.person()
    assert len(standing(make.about(whom, "POL_EXT", "TOR_ASLT", "LIB_ARR"), TODAY).persons) == 1


def test_status_and_floor_are_told_apart_when_a_reviewer_decided() -> None:
    decided = make.incident(verification="VS_3", verification_reason="seen", reviewer1="r1", reviewer2="r2")
    told = standing(make.document(incident=decided), TODAY).verification
    assert told.status == "Corroborated (single testimony)"
    assert told.floor == "Credible"


def test_a_decision_whose_conditions_do_not_hold_is_not_shown_as_the_status() -> None:
    told = standing(make.document(incident=make.incident(verification="VS_4")), TODAY).verification
    assert told.status == "Credible"
    assert "Give the reason for this status." in told.lacking


def test_conflicting_sources_say_what_to_do() -> None:
    told = standing(make.document(incident=make.incident(conflict_on_core_fact=True)), TODAY).verification
    assert told.status == "Contested"
    assert any("Sources disagree" in text for text in told.lacking)


def test_what_is_missing_is_listed_once() -> None:
    first, second = make.person(gender=None), make.person(gender=None)
    acts = [make.act("LIB_ARR", first), make.act("LIB_ARR", second)]
    document = make.document(
        persons=[first, second],
        acts=acts,
        perpetrators=[make.perpetrator(*acts)],
        consents=[make.consent(first), make.consent(second)],
    )
    assert standing(document, TODAY).missing == ["Choose an answer; unknown is one."]
