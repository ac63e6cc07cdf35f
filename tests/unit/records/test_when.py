"""Dates in words: as well as they are known, in the language of the page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from incidents import i18n
from incidents.i18n import Locale, day
from incidents.records.dates import UNKNOWN, between, from_parts, parse
from incidents.records.when import at, month, until, when
from tests.factories.documents import edtf_dates

if TYPE_CHECKING:
    from incidents.records.dates import Edtf


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-02-28", "on <bdi>28 February 2026</bdi>"),
        ("2026-02", "in <bdi>February 2026</bdi>"),
        ("2024-02", "in <bdi>February 2024</bdi>"),
        ("2026", "in <bdi>2026</bdi>"),
        ("2026-02~", "about <bdi>February 2026</bdi>"),
        ("2026-02-01/2026-02-28", "in <bdi>February 2026</bdi>"),
        ("2026-02-01/2026-02-27", "between <bdi>1 February 2026</bdi> and <bdi>27 February 2026</bdi>"),
        ("2024-02-01/2024-02-28", "between <bdi>1 February 2024</bdi> and <bdi>28 February 2024</bdi>"),
        ("2026-01-01/2026-12-31", "in <bdi>2026</bdi>"),
        ("2026-01/2026-03", "between <bdi>1 January 2026</bdi> and <bdi>31 March 2026</bdi>"),
        ("2025/2026", "between <bdi>1 January 2025</bdi> and <bdi>31 December 2026</bdi>"),
        ("2025-05-03/2026-05-03", "between <bdi>3 May 2025</bdi> and <bdi>3 May 2026</bdi>"),
        ("2026-05-03~/2026-05-05", "about between <bdi>3 May 2026</bdi> and <bdi>5 May 2026</bdi>"),
        ("2026-05/..", "since <bdi>1 May 2026</bdi>"),
        ("../2026-05", "until <bdi>31 May 2026</bdi>"),
        ("XXXX", "on an unknown date"),
    ],
)
def test_says_a_date_as_well_as_it_is_known(text: str, words: str) -> None:
    assert when(parse(text)) == words


def test_no_date_is_an_unknown_date() -> None:
    assert when(None) == when(UNKNOWN) == "on an unknown date"


def test_what_a_person_types_comes_back_as_they_would_say_it() -> None:
    today = dt.date(2026, 11, 24)
    assert when(from_parts("", "5", "2026", about=True, today=today)) == "about <bdi>May 2026</bdi>"
    first, last = (from_parts(number, "5", "2026", today=today) for number in ("3", "5"))
    assert when(between(first, last)) == "between <bdi>3 May 2026</bdi> and <bdi>5 May 2026</bdi>"
    assert when(parse(f"{first.text}/..")) == "since <bdi>3 May 2026</bdi>"


@given(edtf_dates())
@settings(max_examples=200)
def test_every_date_has_words_and_each_of_its_years_is_isolated(value: Edtf) -> None:
    text = when(value)
    assert text
    assert "%(" not in text
    if value.known:
        shown = value.first_day or value.last_day
        assert shown is not None
        assert str(shown.year) in text
        assert text.count("<bdi>") == text.count("</bdi>") >= 1
    else:
        assert "<bdi>" not in text


@given(edtf_dates())
@settings(max_examples=200)
def test_only_what_is_approximate_is_told_as_about(value: Edtf) -> None:
    if value.first_day and value.last_day:
        assert when(value).startswith("about") == value.approximate


@pytest.mark.parametrize(("number", "words"), [(202601, "January 2026"), (199912, "December 1999")])
def test_a_month_given_as_a_number_is_written_out(number: int, words: str) -> None:
    assert month(number) == words


@pytest.mark.parametrize(
    ("babel", "full", "short"),
    [
        ("en_001", "5 May 2026", "May 2026"),
        ("fr", "5 mai 2026", "mai 2026"),
        ("es", "5 de mayo de 2026", "mayo de 2026"),
        ("ru", "5 мая 2026\u202fг.", "май 2026\u202fг."),
    ],
)
def test_each_language_writes_dates_its_own_way(
    monkeypatch: pytest.MonkeyPatch, babel: str, full: str, short: str
) -> None:
    locale = Locale("xx", "ltr", "Test", babel)
    monkeypatch.setattr(i18n, "current_locale", lambda: locale)
    monkeypatch.setattr("incidents.records.when.current_locale", lambda: locale)
    assert day(dt.date(2026, 5, 5)) == full
    assert month(202605) == short


NOW = dt.datetime(2026, 11, 24, 10, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (dt.timedelta(minutes=59), "within the hour"),
        (dt.timedelta(hours=1), "in 1 hour"),
        (dt.timedelta(hours=5, minutes=59), "in 5 hours"),
        (dt.timedelta(hours=47), "in 47 hours"),
        (dt.timedelta(days=2), "in 2 days"),
        (dt.timedelta(days=14), "in 14 days"),
        (-dt.timedelta(minutes=20), "less than an hour late"),
        (-dt.timedelta(hours=1), "1 hour late"),
        (-dt.timedelta(hours=30), "30 hours late"),
        (-dt.timedelta(days=2), "2 days late"),
    ],
)
def test_how_far_off_a_moment_is_in_the_largest_fair_unit(gap: dt.timedelta, words: str) -> None:
    assert until(NOW + gap, NOW) == words


def test_a_moment_says_that_it_is_utc_whatever_zone_it_was_given_in() -> None:
    manila = dt.timezone(dt.timedelta(hours=8))
    assert at(dt.datetime(2026, 11, 24, 20, 5, tzinfo=manila)) == "<bdi>24 November 2026, 12:05 UTC</bdi>"
