"""One answer: from boxes and fields to a value and back, and what is said when it cannot be read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.intake.answers import OWN_MESSAGES, WrongAnswer, received, same, typed_of, value_of
from incidents.intake.questions import Kind, Question
from incidents.records.dates import parse
from incidents.records.errors import MESSAGES
from tests.factories.documents import TODAY, edtf_dates
from tests.unit.intake.typing_people import boxes, typed_dates

WHEN = Question("when", Kind.DATE, "When?")
DAY = Question("day", Kind.DAY, "Which day?")
ENDS = Question("ends", Kind.DAY_AHEAD, "Until when?")
LINE = Question("name", Kind.LINE, "Name?")
NUMBER = Question("size", Kind.NUMBER, "How many?")
MANY = Question("codes", Kind.MANY, "Which?", source="methods")
FLAG = Question("flag", Kind.FLAG, "Is it so?")
YES_NO = Question("dead", Kind.YES_NO, "Has the person died?", source="yes_no")


def date_typed(kind: str = "", **parts: str) -> dict[str, list[str]]:
    """A date as it is typed; parts by the names of the boxes."""
    return {f"when-{part}": [text] for part, text in {"kind": kind, **parts}.items() if text}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (date_typed("day", day="3", month="2", year="2025"), "2025-02-03"),
        (date_typed("month", month="2", year="2025"), "2025-02"),
        (date_typed("year", year="2025"), "2025"),
        (date_typed("about", month="2", year="2025"), "2025-02~"),
        (date_typed("between", year="2024", to_year="2025"), "2024/2025"),
        (date_typed("unknown"), "XXXX"),
        (date_typed(), None),
        (date_typed(day="٣", month="٢", year="٢٠٢٥"), "2025-02-03"),
        (date_typed(month="2", year="2025"), "2025-02"),
        (date_typed("year", day="40", month="x", year="2025"), "2025"),
        (date_typed("unknown", day="40"), "XXXX"),
    ],
    ids=str,
)
def test_a_date_is_kept_as_well_as_it_is_known(typed: dict[str, list[str]], stored: str | None) -> None:
    assert value_of(WHEN, typed, TODAY) == stored


@pytest.mark.parametrize(
    ("typed", "kind", "at"),
    [
        (date_typed("day", day="31", month="2", year="2025"), "date_no_such_day", "when-day"),
        (date_typed("day", day="3", month="13", year="2025"), "date_no_such_month", "when-month"),
        (date_typed("day", month="2", year="2025"), "date_day_missing", "when-day"),
        (date_typed("month", year="2025"), "date_month_missing", "when-month"),
        (date_typed("day"), "date_empty", "when-year"),
        (date_typed("day", day="3", year="2025"), "date_day_without_month", "when-month"),
        (date_typed("year", year="25"), "date_year_digits", "when-year"),
        (date_typed("year", year="2568"), "date_year_buddhist", "when-year"),
        (date_typed("year", year="1447"), "date_year_other_calendar", "when-year"),
        (date_typed("day", day="1", month="1", year="2027"), "date_future", "when-year"),
        (date_typed("between", year="2025"), "date_empty", "when-to_year"),
        (date_typed("between", year="2025", to_year="2024"), "date_order", "when-to_year"),
        (date_typed("between", year="2025", to_month="13", to_year="2025"), "date_no_such_month", "when-to_month"),
        (date_typed("sometime", year="2025"), "not_listed", "when-kind"),
        (date_typed("day", day="1e1", month="2", year="2025"), "date_no_such_day", "when-day"),
    ],
    ids=str,
)
def test_a_wrong_date_says_what_to_do_at_its_box(typed: dict[str, list[str]], kind: str, at: str) -> None:
    with pytest.raises(WrongAnswer) as caught:
        value_of(WHEN, typed, TODAY)
    assert (caught.value.error.type, caught.value.error.path) == (kind, at)
    assert caught.value.error.message in {**MESSAGES, **OWN_MESSAGES}.values()


@given(st.data())
def test_every_date_that_can_be_typed_comes_back_as_it_was_typed(data: st.DataObject) -> None:
    typed = data.draw(typed_dates("when"))
    assert typed_of(WHEN, value_of(WHEN, typed, TODAY)) == typed


@given(edtf_dates())
def test_every_stored_date_can_be_shown_in_boxes(stored: Any) -> None:
    typed = typed_of(WHEN, str(stored))
    assert set(typed) <= set(WHEN.typed_names)
    assert all(value for values in typed.values() for value in values)


def test_an_open_or_doubly_uncertain_interval_is_shown_even_though_no_form_could_give_it() -> None:
    assert typed_of(WHEN, "2024/..") == {"when-kind": ["between"], "when-year": ["2024"]}
    assert typed_of(WHEN, "../2024-02") == {
        "when-kind": ["between"],
        "when-to_month": ["2"],
        "when-to_year": ["2024"],
    }
    assert typed_of(WHEN, "2023~/2024")["when-kind"] == ["between"]


@given(st.dates(dt.date(1900, 1, 1), TODAY))
def test_a_day_comes_back_as_it_was_typed(day: dt.date) -> None:
    typed = boxes("day", day, ("day", "month", "year"), 3)
    assert value_of(DAY, typed, TODAY) == day.isoformat()
    assert typed_of(DAY, day.isoformat()) == typed


def test_a_day_needs_all_three_boxes() -> None:
    with pytest.raises(WrongAnswer) as caught:
        value_of(DAY, {"day-month": ["2"], "day-year": ["2025"]}, TODAY)
    assert caught.value.error.path == "day-day"


def test_only_a_day_ahead_may_lie_ahead() -> None:
    ahead = TODAY + dt.timedelta(days=400)
    assert value_of(ENDS, boxes("ends", ahead, ("day", "month", "year"), 3), TODAY) == ahead.isoformat()
    with pytest.raises(WrongAnswer):
        value_of(DAY, boxes("day", ahead, ("day", "month", "year"), 3), TODAY)


@pytest.mark.parametrize(
    ("typed", "value"),
    [("12", 12), (" 7 ", 7), ("١٢", 12), ("-1", "-1"), ("1e3", "1e3"), ("9" * 5000, "9" * 5000)],
    ids=["plain", "spaces", "other digits", "sign", "exponent", "long"],
)
def test_numbers_of_any_script_are_read_and_anything_else_is_left_to_the_document(typed: str, value: object) -> None:
    assert value_of(NUMBER, {"size": [typed]}, TODAY) == value


def test_nothing_typed_is_no_answer() -> None:
    assert value_of(LINE, {}, TODAY) == ""
    assert value_of(NUMBER, {}, TODAY) is None
    assert value_of(MANY, {}, TODAY) == []
    assert value_of(FLAG, {}, TODAY) is False
    assert value_of(YES_NO, {}, TODAY) is None


@pytest.mark.parametrize(("value", "typed"), [(True, "yes"), (False, "no"), (None, "unknown")])
def test_yes_no_and_not_known_go_both_ways(value: object, typed: str) -> None:
    assert typed_of(YES_NO, value) == {"dead": [typed]}
    assert value_of(YES_NO, {"dead": [typed]}, TODAY) is value


def test_a_character_that_could_not_be_read_is_shown_and_refused() -> None:
    typed = received([LINE], [("name", ["Ana\x00 \x1b\ufffe"])])
    assert typed == {"name": ["Ana\ufffd \ufffd\ufffd"]}
    with pytest.raises(WrongAnswer) as caught:
        value_of(LINE, typed, TODAY)
    assert caught.value.error.type == "text_unreadable"


def test_only_answers_to_the_page_are_received_and_empty_ones_are_none() -> None:
    sent = [("name", ["a\r\nb"]), ("csrf_token", ["x"]), ("size", ["  "]), ("codes", ["", "MT_GUN"])]
    assert received([LINE, NUMBER, MANY], sent) == {"name": ["a\nb"], "codes": ["MT_GUN"]}


@given(st.text())
def test_whatever_is_received_can_stand_in_a_page(text: str) -> None:
    for values in received([LINE], [("name", [text])]).values():
        for value in values:
            assert not any(ord(sign) < 32 and sign not in "\n\t\r" for sign in value)
            assert not any(ord(sign) & 0xFFFE == 0xFFFE or 0xD800 <= ord(sign) < 0xE000 for sign in value)


def test_the_order_of_boxes_is_no_change() -> None:
    assert same(MANY, {"codes": ["MT_GUN", "MT_BEAT"]}, {"codes": ["MT_BEAT", "MT_GUN"]})
    assert not same(MANY, {"codes": ["MT_GUN"]}, {"codes": ["MT_BEAT"]})
    assert same(FLAG, {"flag": ["on"]}, {"flag": ["y"]})
    assert same(YES_NO, {}, {"dead": ["unknown"]})


def test_the_value_of_a_wrong_answer_never_stands_in_its_message() -> None:
    with pytest.raises(WrongAnswer) as caught:
        value_of(WHEN, date_typed("day", day="secret", month="2", year="2025"), TODAY)
    assert "secret" not in f"{caught.value} {caught.value.error}"


@given(edtf_dates())
def test_a_shown_date_is_understood_again_or_was_no_date_of_the_form(stored: Any) -> None:
    typed = typed_of(WHEN, str(stored))
    try:
        again = value_of(WHEN, typed, dt.date(2199, 12, 30))
    except WrongAnswer:
        assert "/" in str(stored)
        assert ".." in str(stored)
    else:
        assert again is not None
        assert parse(again).first_day == stored.first_day
