"""Answers about consent: rows that were saved stay, the last one counts, and no talk changes another."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.intake.consent import purposes, talk_of, with_talk
from incidents.releases.rules import decide
from tests.factories import documents as made
from tests.factories.documents import EXPLAINED, TODAY

ANNA, BEN = "a" * 32, "b" * 32
answers = st.sampled_from(["yes", "no", "not_asked"])


def row(purpose: str, answer: str = "yes", whom: str = ANNA, **fields: Any) -> dict[str, Any]:
    """A stored row, as JSON."""
    values = made.consent(made.person(id=whom), purpose, answer=answer, **fields)
    return values.model_dump(mode="json")


def said(rows: list[dict[str, Any]], whom: str = ANNA) -> dict[str, str]:
    """What counts for a person."""
    return {name: answer for name, answer in talk_of(rows, whom)["answer"].items() if answer != "not_asked"}


def changed(rows: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """The page as it is shown, with some answers changed."""
    talk = talk_of(rows, ANNA)
    answer = talk["answer"] | fields.pop("answer", {})
    return talk | {"answer": answer} | fields


def test_nobody_asked_is_not_asked_about_everything() -> None:
    assert set(talk_of([], ANNA)["answer"].values()) == {"not_asked"}
    assert with_talk([], ANNA, talk_of([], ANNA), ()) == []


def test_an_answer_becomes_a_row_with_the_circumstances_of_the_talk() -> None:
    talk = changed([], answer={"CP_STAT": "yes"}, given_by="CB_SELF", mode="CM_ORAL", explained=EXPLAINED)
    (only,) = with_talk([], ANNA, talk, ())
    assert (only["person_id"], only["purpose"], only["answer"]) == (ANNA, "CP_STAT", "yes")
    assert (only["given_by"], only["mode"], only["explained"]) == ("CB_SELF", "CM_ORAL", EXPLAINED)


def test_a_talk_without_answers_is_kept_as_not_asked_until_there_is_one() -> None:
    rows = with_talk([], ANNA, changed([], given_by="CB_NO"), ())
    assert [(one["answer"], one["given_by"]) for one in rows] == [("not_asked", "CB_NO")]
    rows = with_talk(rows, ANNA, changed(rows, given_by="CB_SELF", mode="CM_ORAL"), ())
    assert [(one["answer"], one["given_by"], one["mode"]) for one in rows] == [("not_asked", "CB_SELF", "CM_ORAL")]
    rows = with_talk(rows, ANNA, changed(rows, answer={"CP_STAT": "yes"}), ())
    assert said(rows) == {"CP_STAT": "yes"}
    assert rows[-1]["given_by"] == "CB_SELF"


def test_a_saved_row_stays_and_the_new_answer_comes_after_it() -> None:
    saved = row("CP_STAT")
    rows = with_talk([saved], ANNA, changed([saved], answer={"CP_STAT": "no"}), {saved["id"]})
    assert rows[0] == saved
    assert [one["answer"] for one in rows] == ["yes", "no"]
    assert said(rows) == {"CP_STAT": "no"}


def test_an_answer_that_only_this_draft_has_is_replaced() -> None:
    typed = row("CP_STAT")
    rows = with_talk([typed], ANNA, changed([typed], answer={"CP_STAT": "no"}), ())
    assert [one["answer"] for one in rows] == ["no"]


def test_taking_back_an_answer_of_this_draft_forgets_it_and_of_a_saved_case_leaves_a_trace() -> None:
    only = row("CP_STAT")
    not_asked = changed([only], answer={"CP_STAT": "not_asked"})
    assert [one["answer"] for one in with_talk([only], ANNA, not_asked, ())] == ["not_asked"]
    assert [one["answer"] for one in with_talk([only], ANNA, not_asked, {only["id"]})] == ["yes", "not_asked"]


def test_a_withdrawn_yes_is_shown_as_no_and_stays_withdrawn_when_nothing_is_changed() -> None:
    withdrawn = row("CP_STAT", withdrawn_on=TODAY)
    assert said([withdrawn]) == {"CP_STAT": "no"}
    talk = changed([withdrawn], mode="CM_WRIT")
    assert with_talk([withdrawn], ANNA, talk, {withdrawn["id"]}) == [withdrawn]


def test_correcting_the_day_of_a_talk_corrects_its_answers_and_no_earlier_ones() -> None:
    earlier = row("CP_STORE", given_on=TODAY - dt.timedelta(days=300))
    later = row("CP_STAT")
    rows = [earlier, later]
    talk = changed(rows, given_on="2026-11-01")
    after = with_talk(rows, ANNA, talk, {one["id"] for one in rows})
    assert after[:2] == rows
    assert [(one["purpose"], one["given_on"]) for one in after[2:]] == [("CP_STAT", "2026-11-01")]


def test_another_named_partner_is_a_new_answer() -> None:
    shared = row("CP_PART", recipient="One Fictional Partner")
    talk = changed([shared], recipient={"CP_PART": "Another"})
    after = with_talk([shared], ANNA, talk, {shared["id"]})
    assert [one["recipient"] for one in after] == ["One Fictional Partner", "Another"]


@given(st.dictionaries(st.sampled_from(purposes()), answers), st.dictionaries(st.sampled_from(purposes()), answers))
def test_what_was_answered_last_is_what_the_page_shows(first: dict[str, str], then: dict[str, str]) -> None:
    rows = with_talk([], ANNA, changed([], answer=first), ())
    saved = {one["id"] for one in rows}
    rows = with_talk(rows, ANNA, changed(rows, answer=then), saved)
    expected = {purpose: answer for purpose, answer in (first | then).items() if answer != "not_asked"}
    assert said(rows) == expected
    assert saved <= {one["id"] for one in rows}


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
@given(st.dictionaries(st.sampled_from(purposes()), answers))
def test_nobody_elses_answers_are_touched(answer: dict[str, str]) -> None:
    other = row("CP_STAT", whom=BEN)
    rows = with_talk([other], ANNA, changed([other], answer=answer), ())
    assert other in rows
    assert said(rows, BEN) == {"CP_STAT": "yes"}


def test_a_typed_no_closes_the_gate() -> None:
    whom = made.person(id=ANNA)
    document = made.about(whom, "POL_EXT")
    rows = [one.model_dump(mode="json") for one in document.consents]
    assert decide(document, ANNA, "CP_STAT", today=TODAY)
    after = with_talk(rows, ANNA, changed(rows, answer={"CP_STAT": "no"}), {one["id"] for one in rows})
    changed_document = type(document).model_validate(document.model_dump(mode="json") | {"consents": after})
    assert not decide(changed_document, ANNA, "CP_STAT", today=TODAY)
