"""Invented incidents: the same for the same seed, over the whole codebook, and nothing that reads like a testimony."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest

from incidents.codebook.services import codebook
from incidents.demo.generator import Generator

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument

TODAY = dt.date(2026, 11, 24)


def documents(seed: int = 1, count: int = 220) -> list[CaseDocument]:
    return list(Generator(random.Random(seed), ("PH", "KE"), TODAY, "0" * 32).documents(count))


@pytest.fixture(scope="module")
def drawn() -> list[CaseDocument]:
    return documents()


def test_the_same_seed_draws_the_same_incidents() -> None:
    assert documents(7, 20) == documents(7, 20)
    assert documents(7, 20) != documents(8, 20)


def test_every_violation_of_the_codebook_appears(drawn: list[CaseDocument]) -> None:
    seen = {act.violation for document in drawn for act in document.acts}
    assert {code.code for code in codebook().vocabulary("violation_types").leaves()} <= seen


def test_nothing_happens_after_today(drawn: list[CaseDocument]) -> None:
    assert all((document.incident.date_reported or TODAY) <= TODAY for document in drawn)


def test_some_agree_some_refuse_some_were_not_asked(drawn: list[CaseDocument]) -> None:
    answers = {row.answer for document in drawn for row in document.consents if row.purpose == "CP_STAT"}
    assert answers == {"yes", "no", "not_asked"}


def test_every_text_says_that_it_is_invented(drawn: list[CaseDocument]) -> None:
    assert all("fictional" in document.incident.narrative for document in drawn)
    assert all("fictional" in person.name for document in drawn for person in document.persons)


def test_some_records_wait_for_completion_and_some_are_press_reports(drawn: list[CaseDocument]) -> None:
    assert {document.status for document in drawn} == {"complete", "incomplete"}
    assert any(document.incident.open_source and document.persons for document in drawn)


def test_what_only_a_state_agent_can_do_is_done_by_one(drawn: list[CaseDocument]) -> None:
    for document in drawn:
        torture = {act.id for act in document.acts if act.violation.startswith("TOR")}
        actors = {one.perp_type or "" for one in document.perpetrators if torture & set(one.act_ids)}
        assert all(actor.startswith("ST") for actor in actors)
