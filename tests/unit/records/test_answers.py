"""A document answer by answer: every field in words, each part apart, and what two revisions differ in."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings

from incidents.records.answers import TECHNICAL, WORDS, Answer, answers, changes, label_of, word
from incidents.records.fields import IDENTITY, Record, inner_record, marks
from incidents.records.schema import Act, Amount, CaseDocument
from tests.factories import documents as make

CODE = re.compile(r"\b[A-Z]{2,5}_[A-Z0-9_]+\b")


def by_label(document: CaseDocument, part: str = "account") -> dict[str, Answer]:
    """Answers by what they are called."""
    return {answer.label: answer for answer in answers(document, part)}


def literals(model: type[Record]) -> set[str]:
    """Every short answer that the schema allows and the codebook does not list."""
    found: set[str] = set()
    for info in model.model_fields.values():
        inner, _ = inner_record(info)
        found |= literals(inner) if inner else set(_strings(info.annotation))
    return found


def _strings(annotation: object) -> list[str]:
    inside = [one for part in get_args(annotation) for one in _strings(part)]
    return inside + [one for one in get_args(annotation) if isinstance(one, str)]


def test_every_short_answer_of_the_schema_has_words_and_no_words_are_left_over() -> None:
    assert literals(CaseDocument) == set(WORDS)


def test_technical_names_all_exist_in_the_schema() -> None:
    leaves = {path.rpartition(".")[2].rstrip("[]") for path in marks(CaseDocument)}
    assert leaves >= TECHNICAL


def test_speaks_of_codes_dates_numbers_and_yes_in_words() -> None:
    whom = make.person(deceased=True, group_size=1200)
    act = Act(
        violation="POL_EXT",
        person_id=whom.id,
        amount_extorted=Amount(amount=Decimal("1500.50"), currency="php"),
        age_at_act=30,
        purpose=["extort", "punish"],
    )
    document = make.document(
        persons=[whom], acts=[act], perpetrators=[make.perpetrator(act)], consents=[make.consent(whom)]
    )
    found = by_label(document)
    assert found["When it happened or began"].value == "on <bdi>14 March 2026</bdi>"
    assert found["What was done; the leaf that fits"].value == "Extortion or bribe demand"
    assert found["Whether the person has died"].value == "yes"
    assert found["Best estimate of a group's size"].value == "<bdi>1,200</bdi>"
    assert found["The sum in the currency paid"].value == "<bdi>1,500.5</bdi>"
    assert found["What it was done for"].value == "to extort and to punish"
    assert found["Day the account reached the organisation"].value == "<bdi>20 March 2026</bdi>"


def test_references_are_told_by_pseudonym_and_by_act() -> None:
    whom = make.person(pseudonym="Amber Heron")
    document = make.about(whom, "POL_EXT")
    found = by_label(document)
    assert found["Whom it was done to; none for a law or policy"].value == "<bdi>Amber Heron</bdi>"
    assert found["The acts this entry answers for"].value == "Extortion or bribe demand"


def test_sections_say_whom_an_answer_is_about() -> None:
    whom = make.person(pseudonym="Amber Heron")
    sections = {str(answer.section) for answer in answers(make.about(whom, "POL_EXT"), "account")}
    assert sections == {
        "The record",
        "What happened",
        "Person: <bdi>Amber Heron</bdi>",
        "Act: Extortion or bribe demand",
        "Who did it: police",
        "Source <bdi>1</bdi>",
        "Consent of <bdi>Amber Heron</bdi>",
    }


def test_a_no_that_was_said_is_shown_and_one_that_nobody_said_is_not() -> None:
    said, silent = make.person(deceased=False), make.person()
    labels = [
        answer.label
        for answer in answers(make.document(persons=[said, silent], acts=[], perpetrators=[], consents=[]), "account")
    ]
    assert labels.count("Whether the person has died") == 1
    assert "Every fact is already public" not in labels


@given(make.documents())
@settings(max_examples=80, deadline=None)
def test_each_field_is_in_the_part_that_its_mark_names_and_nowhere_else(document: CaseDocument) -> None:
    known = marks(CaseDocument)
    for part in ("account", "identity"):
        for answer in answers(document, part):
            path = re.sub(r"\.[0-9a-f]{32}\.", "[].", answer.key)
            path = re.sub(r"\.custody\.\d+\.", ".custody[].", path)
            path = path.replace("evidence[].custody.", "evidence[].custody[].")
            assert known[path].part == part


@given(make.documents())
@settings(max_examples=80, deadline=None)
def test_keys_are_unique_and_codes_never_shown(document: CaseDocument) -> None:
    for part in ("account", "identity"):
        found = answers(document, part)
        assert len({answer.key for answer in found}) == len(found)
    coded = {path for path, mark in marks(CaseDocument).items() if mark.vocabulary}
    assert coded
    typed = " ".join(answer.value for answer in answers(document, "account") if isinstance(answer.raw, list))
    assert not CODE.search(typed)


@given(make.documents())
@settings(max_examples=40, deadline=None)
def test_a_document_differs_in_nothing_from_itself(document: CaseDocument) -> None:
    assert changes(document, document.model_copy()) == []


@given(make.documents(), make.documents())
@settings(max_examples=40, deadline=None)
def test_a_change_turned_around_swaps_before_and_after(one: CaseDocument, other: CaseDocument) -> None:
    there = {(change.label, change.before, change.after) for change in changes(one, other)}
    back = {(change.label, change.after, change.before) for change in changes(other, one)}
    assert there == back


def test_changes_never_look_at_the_identity() -> None:
    document = make.document()
    renamed = document.persons[0].model_copy(update={"name": "Fictional Name"})
    assert changes(document, document.model_copy(update={"persons": [renamed]})) == []
    assert "<bdi>Fictional Name</bdi>" in {
        answer.value for answer in answers(document.model_copy(update={"persons": [renamed]}), IDENTITY)
    }


@pytest.mark.parametrize(("code", "label"), [("PH", "Philippines"), (None, None)])
def test_a_code_is_its_label_and_nothing_stays_nothing(code: str | None, label: str | None) -> None:
    assert label_of("regions", code) == label


def test_what_is_no_short_answer_stays_as_it_is() -> None:
    assert word("not_asked") == "not asked"
    assert word("Blue Bridge") == "Blue Bridge"


def test_free_text_that_happens_to_be_a_short_answer_is_not_translated() -> None:
    told = make.incident(narrative="night")
    assert (
        by_label(make.document(incident=told))["Who did what to whom, in order; facts apart from opinion"].value
        == "<bdi>night</bdi>"
    )
