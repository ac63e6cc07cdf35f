"""What is known of an act beyond its sentence, and how many people it touched."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from incidents.records.particulars import particulars, toll
from incidents.records.schema import Amount, CaseDocument, DeathDetail, DetentionDetail, MedicalDetail
from tests.factories import documents as made

CODE = re.compile(r"\b(MT|OUT|CON)_[A-Z0-9_]+\b")


def told(violation: str = "POL_EXT", **fields: Any) -> str:
    """The particulars of one act, as text."""
    return " ".join(str(one) for one in particulars(made.act(violation, **fields)))


def test_an_act_of_which_no_more_is_known_has_none() -> None:
    assert particulars(made.act("POL_EXT")) == []


def test_how_it_was_done_and_what_came_of_it() -> None:
    said = told(methods=["MT_BEAT", "MT_VERB"], status_at_end=["OUT_MON"])
    assert said.startswith("How: Beating and Verbal or written threat or insult.")
    assert "What became of the person: " in said


def test_being_held_says_yes_and_no_and_not_what_nobody_knows() -> None:
    detail = DetentionDetail(
        held_by="a fictional watch house",
        date_held="2026-03",
        warrant="no",
        lawyer="yes",
        family_contact="unknown",
        court="never",
    )
    said = told("LIB_DET", detention_detail=detail)
    assert "Held in <bdi>March 2026</bdi>." in said
    assert "Held by: <bdi>a fictional watch house</bdi>" in said
    assert "No warrant was shown." in said
    assert "There was access to a lawyer." in said
    assert "family" not in said
    assert "Before a court: <bdi>never</bdi>" in said


def test_a_death_says_its_cause_and_its_papers_and_never_where_the_body_is() -> None:
    detail = DeathDetail(cause="a fall", manner="not decided", autopsy="no", certificate="yes", body_location="SEALED")
    said = told("LIF_CUST", death_detail=detail)
    for words in ("Cause of death: <bdi>a fall</bdi>", "There was no autopsy.", "There is a death certificate."):
        assert words in said
    assert "SEALED" not in said


def test_an_examination_says_how_it_fits_and_never_who_examined() -> None:
    detail = MedicalDetail(exam_date="2026-04-02", clinician="SEALED", findings="two marks", consistency="CON_3")
    said = told("TOR_ASLT", medical_detail=detail)
    assert "Examined on <bdi>" in said
    assert "Found at the examination: <bdi>two marks</bdi>" in said
    assert "How it fits the account: " in said
    assert "SEALED" not in said


def test_money_reason_and_harm_are_told() -> None:
    said = told(
        amount_extorted=Amount(amount=Decimal("1500.5"), currency="KES"),
        stated_reason="<loitering>.",
        physical_consequences="a bruise",
        psych_consequences="no sleep",
    )
    assert "Money: <bdi>1,500.5 KES</bdi>." in said
    assert "Reason given: <bdi>&lt;loitering&gt;</bdi>. Money" in said
    assert "Harm to the body: <bdi>a bruise</bdi>" in said
    assert "Harm to the mind: <bdi>no sleep</bdi>" in said


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"persons_affected_min": 3, "persons_affected_max": 9}, "<bdi>3</bdi> to <bdi>9</bdi> people were affected"),
        ({"persons_affected_best": 1}, "<bdi>1</bdi> person was affected"),
        ({"killed_min": 12, "killed_best": 12}, "<bdi>12</bdi> people were killed"),
    ],
)
def test_numbers_beyond_the_persons_are_said(fields: dict[str, int], words: str) -> None:
    document = made.about(made.person(), "LIF_EJK_OP", incident=made.incident(**fields))
    assert words in " ".join(toll(document))


def test_one_death_is_said_by_its_act_alone() -> None:
    assert toll(made.about(made.person(), "LIF_EJK_OP")) == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(made.documents())
def test_any_document_can_be_told_without_a_code(document: CaseDocument) -> None:
    text = " ".join([*toll(document), *(str(one) for act in document.acts for one in particulars(act))])
    assert not CODE.search(text)
