"""Dates of any precision: what is read, what is refused, what totals may use."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.records.dates import UNKNOWN, DateProblem, Edtf, between, from_parts, parse
from tests.factories.documents import days, edtf_dates

TODAY = dt.date(2026, 11, 24)


@given(edtf_dates())
def test_a_date_survives_being_written_and_read(when: Edtf) -> None:
    assert parse(str(when)) == when


@given(edtf_dates())
def test_the_first_day_never_lies_after_the_last(when: Edtf) -> None:
    if when.first_day and when.last_day:
        assert when.first_day <= when.last_day


@given(edtf_dates())
def test_a_month_is_given_only_when_every_possible_day_lies_in_it(when: Edtf) -> None:
    ends = [day for day in (when.first_day, when.last_day) if day]
    if when.month is not None:
        assert [(day.year, day.month) for day in ends] == [divmod(when.month, 100)] * 2


@given(days)
def test_three_boxes_and_the_stored_form_agree(day: dt.date) -> None:
    typed = from_parts(str(day.day), str(day.month), f"{day.year:04d}", today=dt.date(2100, 12, 31))
    assert typed == parse(day.isoformat())
    assert (typed.first_day, typed.last_day) == (day, day)


@pytest.mark.parametrize(
    ("text", "precision", "month", "year"),
    [
        ("2026-03-14", "DP_DAY", 202603, 2026),
        ("2026-03-14/2026-03-17", "DP_RANGE", 202603, 2026),
        ("2026-03-09/2026-03-14", "DP_RANGE", 202603, 2026),
        ("2026-03-09/2026-03-15", "DP_WEEK", 202603, 2026),
        ("2026-03-28/2026-04-03", "DP_WEEK", None, 2026),
        ("2026-03", "DP_MONTH", 202603, 2026),
        ("2026-03-01/2026-03-08", "DP_MONTH", 202603, 2026),
        ("2024-02", "DP_MONTH", 202402, 2024),
        ("2026-03-14~", "DP_EST", 202603, 2026),
        ("2026-03~", "DP_EST", 202603, 2026),
        ("2026~", "DP_EST", None, 2026),
        ("2026", "DP_YEAR", None, 2026),
        ("2024", "DP_YEAR", None, 2024),
        ("2026-01/2026-05", "DP_YEAR", None, 2026),
        ("2025-12-31/2026-01-01", "DP_RANGE", None, None),
        ("2024/2026", "DP_LONG", None, None),
        ("2021/..", "DP_LONG", None, None),
        ("../2021-05", "DP_LONG", None, None),
        ("XXXX", "DP_UNK", None, None),
    ],
)
def test_precision_month_and_year_follow_from_the_days(
    text: str, precision: str, month: int | None, year: int | None
) -> None:
    when = parse(text)
    assert (when.precision, when.month, when.year) == (precision, month, year)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-3",
        "26",
        "2026-03-14T10:00",
        "14/03/2026",
        "2026-03-14?",
        "../..",
        "/",
        "2026/XXXX",
        "٢٠٢٦",
        "2026-03-14 ",
    ],
)
def test_what_is_not_of_the_subset_is_refused(text: str) -> None:
    with pytest.raises(DateProblem) as refused:
        parse(text)
    assert refused.value.type == "date_malformed"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2026-02-29", "date_no_such_day"),
        ("2026-13", "date_no_such_month"),
        ("2026-00", "date_no_such_month"),
        ("2026-04-00", "date_no_such_day"),
        ("0000", "date_year_range"),
        ("1799", "date_year_range"),
        ("2200", "date_year_range"),
        ("2026-03/2026-02", "date_order"),
        ("2026-03-14/2026-03-13", "date_order"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(text: str, kind: str) -> None:
    with pytest.raises(DateProblem) as refused:
        parse(text)
    assert refused.value.type == kind


@pytest.mark.parametrize(
    ("boxes", "kind", "box"),
    [
        (("31", "2", "2026"), "date_no_such_day", "day"),
        (("29", "2", "2025"), "date_no_such_day", "day"),
        (("0", "5", "2026"), "date_no_such_day", "day"),
        (("-1", "5", "2026"), "date_no_such_day", "day"),
        (("1e0", "5", "2026"), "date_no_such_day", "day"),
        (("1", "13", "2026"), "date_no_such_month", "month"),
        (("1", "May", "2026"), "date_no_such_month", "month"),
        (("1", "", "2026"), "date_day_without_month", "month"),
        (("1", "5", "0000"), "date_year_range", "year"),
        (("1", "5", "0"), "date_year_digits", "year"),
        (("1", "5", "26"), "date_year_digits", "year"),
        (("1", "5", ""), "date_year_digits", "year"),
        (("", "", ""), "date_empty", "year"),
        (("26", "11", "2026"), "date_future", "year"),
        (("", "12", "2026"), "date_future", "year"),
        (("", "", "2027"), "date_future", "year"),
    ],
)
def test_a_wrong_box_is_named_with_what_to_do(boxes: tuple[str, str, str], kind: str, box: str) -> None:
    with pytest.raises(DateProblem) as refused:
        from_parts(*boxes, today=TODAY)
    assert (refused.value.type, refused.value.part) == (kind, box)
    assert str(refused.value)


def test_tomorrow_is_accepted_because_it_may_have_begun_elsewhere() -> None:
    assert from_parts("25", "11", "2026", today=TODAY).first_day == dt.date(2026, 11, 25)


def test_a_month_or_year_that_has_begun_is_accepted() -> None:
    assert from_parts("", "11", "2026", today=TODAY).month == 202611
    assert from_parts("", "", "2026", today=TODAY).year == 2026


@pytest.mark.parametrize("year", ["2568", "2569", "2499"])
def test_a_buddhist_year_gets_the_year_that_was_meant(year: str) -> None:
    with pytest.raises(DateProblem) as refused:
        from_parts("", "", year, today=TODAY)
    assert refused.value.type == "date_year_buddhist"
    assert refused.value.params == {"year": str(int(year) - 543)}


@pytest.mark.parametrize(
    ("year", "kind"),
    [
        ("2399", "date_year_range"),
        ("2400", "date_year_buddhist"),
        ("2742", "date_year_buddhist"),
        ("2743", "date_year_range"),
        ("1199", "date_year_range"),
        ("1200", "date_year_other_calendar"),
        ("1599", "date_year_other_calendar"),
        ("1600", "date_year_range"),
        ("1800", None),
        ("2199", None),
    ],
)
def test_the_edges_of_each_calendar(year: str, kind: str | None) -> None:
    try:
        parse(year)
        found = None
    except DateProblem as problem:
        found = problem.type
    assert found == kind


@pytest.mark.parametrize("year", ["1404", "1447"])
def test_a_persian_or_islamic_year_is_told_apart_from_a_typing_mistake(year: str) -> None:
    with pytest.raises(DateProblem) as refused:
        from_parts("", "", year, today=TODAY)
    assert refused.value.type == "date_year_other_calendar"


@pytest.mark.parametrize(
    ("boxes", "text"),
    [(("١٤", "٣", "٢٠٢٦"), "2026-03-14"), (("๕", "๑", "๒๐๒๖"), "2026-01-05"), ((" 5", "1 ", " 2026"), "2026-01-05")],
)
def test_digits_of_any_script_count(boxes: tuple[str, str, str], text: str) -> None:
    assert from_parts(*boxes, today=TODAY).text == text


def test_about_is_kept_and_shown_as_an_estimate() -> None:
    when = from_parts("", "3", "2026", about=True, today=TODAY)
    assert (when.text, when.approximate, when.precision, when.month) == ("2026-03~", True, "DP_EST", 202603)


def test_between_keeps_the_precision_of_both_ends() -> None:
    when = between(parse("2026-03"), parse("2026-05-02"))
    assert (when.text, when.first_day, when.last_day) == (
        "2026-03/2026-05-02",
        dt.date(2026, 3, 1),
        dt.date(2026, 5, 2),
    )


def test_between_takes_no_interval_and_nothing_unknown() -> None:
    for wrong in (parse("2026/2027"), UNKNOWN):
        with pytest.raises(DateProblem):
            between(parse("2025"), wrong)


def test_since_has_no_last_day() -> None:
    when = parse("2026-03/..")
    assert (when.text, when.first_day, when.last_day, when.known) == ("2026-03/..", dt.date(2026, 3, 1), None, True)


def test_an_estimate_at_either_end_makes_the_interval_an_estimate() -> None:
    assert parse("2026-03~/2026-04").approximate
    assert parse("2026-03/2026-04~").approximate


@given(st.lists(edtf_dates(), max_size=8))
def test_dates_sort_by_first_day_and_the_unknown_comes_first(dates: list[Edtf]) -> None:
    ordered = sorted([*dates, UNKNOWN], key=lambda when: when.sort_key)
    assert ordered[0] == UNKNOWN
    known = [day for when in ordered if (day := when.first_day or when.last_day)]
    assert known == sorted(known)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(DateProblem):
        assert parse(text).text == text


@given(st.text(max_size=5), st.text(max_size=5), st.text(max_size=6))
def test_no_typing_breaks_the_boxes(day: str, month: str, year: str) -> None:
    with contextlib.suppress(DateProblem):
        assert from_parts(day, month, year, today=TODAY).known


def test_a_problem_never_repeats_what_was_typed() -> None:
    with pytest.raises(DateProblem) as refused:
        parse("the night they came")
    assert "night" not in str(refused.value)
