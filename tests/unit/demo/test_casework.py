"""What invented colleagues did about invented incidents."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest

from incidents.demo.casework import Desk
from incidents.demo.generator import Generator
from incidents.records.responses import addressed, answered

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument

TODAY = dt.date(2026, 11, 24)
COLLEAGUES = ("a" * 32, "b" * 32)


def desk(seed: int = 3) -> Desk:
    return Desk(random.Random(seed), TODAY, COLLEAGUES)


@pytest.fixture(scope="module")
def worked_on() -> list[CaseDocument]:
    made = Generator(random.Random(1), ("PH", "KE"), TODAY, COLLEAGUES[0]).documents(220)
    at_desk = desk()
    return [at_desk.worked_on(one) for one in made]


def test_some_steps_were_answered_some_not_and_none_lies_ahead(worked_on: list[CaseDocument]) -> None:
    steps = [step for document in worked_on for step in document.interventions]
    assert all(addressed(step) for step in steps)
    assert {answered(step) for step in steps} == {True, False}
    assert all(step.date and step.date <= TODAY for step in steps)
    assert all(step.response_date is None or step.response_date <= TODAY for step in steps)


def test_some_cases_wait_some_were_returned_with_a_question_and_some_are_urgent(worked_on: list[CaseDocument]) -> None:
    states = {document.review.state for document in worked_on if document.review}
    assert states == {"waiting", "returned"}
    returned = [document for document in worked_on if document.review and document.review.state == "returned"]
    assert all(document.comments[0].kind == "question" for document in returned)
    assert any(document.incident.priority == "PRI_1" for document in worked_on)


def test_a_second_account_is_of_the_same_incident_and_shares_no_id_or_number(worked_on: list[CaseDocument]) -> None:
    at_desk = desk(5)
    pairs = [(one, again) for one in worked_on if (again := at_desk.told_again(one))]
    assert pairs
    for one, again in pairs:
        assert again.incident.country == one.incident.country
        assert again.consents == []
        known = {one.incident.id, one.incident.cell_key, *((p.id, p.cell_key) for p in one.persons)}
        assert known.isdisjoint(
            {again.incident.id, again.incident.cell_key, *((p.id, p.cell_key) for p in again.persons)}
        )
        assert {act.person_id for act in again.acts} <= {person.id for person in again.persons} | {None}


def test_every_word_says_that_it_is_invented(worked_on: list[CaseDocument]) -> None:
    words = [step.demand for document in worked_on for step in document.interventions]
    words += [comment.text for document in worked_on for comment in document.comments]
    assert all(one.startswith("Invented for the demo") for one in words)
