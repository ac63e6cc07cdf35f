"""When a campaign is, and which months come before it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.codebook.services import UnknownCode, codebook
from incidents.reports import campaigns
from incidents.reports.campaigns import latest_year, window


@pytest.mark.parametrize(
    ("campaign", "year", "first", "last"),
    [
        ("CMP_16D", 2026, date(2026, 11, 25), date(2026, 12, 10)),
        ("CMP_IWD", 2024, date(2024, 3, 8), date(2024, 3, 8)),
        ("CMP_CND", 2024, date(2024, 3, 1), date(2024, 3, 31)),
        ("CMP_GWA", 2016, date(2016, 10, 10), date(2016, 10, 16)),
        ("CMP_OPEN16", 2016, date(2016, 8, 2), date(2016, 8, 2)),
    ],
)
def test_a_window_is_what_the_codebook_says(campaign: str, year: int, first: date, last: date) -> None:
    found = window(campaign, year)
    assert found
    assert (found.first, found.last) == (first, last)


def test_there_is_no_window_without_a_date_or_in_another_year() -> None:
    assert window("CMP_OTH", 2026) is None
    assert window("CMP_GWA", 2017) is None
    with pytest.raises(UnknownCode):
        window("CMP_NONE", 2026)


@given(st.sampled_from(campaigns.dated()), st.integers(2000, 2100))
def test_the_twelve_months_before_are_twelve_and_end_before_the_window(code: object, year: int) -> None:
    found = window(code.code, year)  # type: ignore[attr-defined]
    if found:
        since, until = found.before
        assert (until // 100 - since // 100) * 12 + until % 100 - since % 100 == 11
        assert until < found.first.year * 100 + found.first.month
        assert found.first <= found.last


@pytest.mark.parametrize(
    ("campaign", "today", "year"),
    [
        ("CMP_16D", date(2026, 11, 24), 2025),
        ("CMP_16D", date(2026, 11, 25), 2026),
        ("CMP_16D", date(2026, 12, 31), 2026),
        ("CMP_GWA", date(2026, 11, 24), 2016),
        ("CMP_OTH", date(2026, 11, 24), None),
    ],
)
def test_the_latest_year_is_the_last_that_has_begun(campaign: str, today: date, year: int | None) -> None:
    assert latest_year(campaign, today) == year


def test_every_date_of_the_codebook_is_read() -> None:
    for code in codebook().vocabulary("campaigns"):
        assert (code in campaigns.dated()) is ("DATE" in code.mappings)
    assert all(window(code.code, latest_year(code.code, date(2026, 11, 24)) or 0) for code in campaigns.dated())


def test_a_campaign_may_be_about_themes_and_a_country() -> None:
    assert campaigns.themes("CMP_16D") == ("T_VIOLDISC",)
    assert campaigns.country("CMP_GWA") == "PH"
    assert campaigns.country("CMP_16D") is None


days = st.dates(date(2000, 1, 1), date(2100, 12, 31))
codes = st.sampled_from([code.code for code in campaigns.dated()])


@given(codes, days)
def test_the_coming_window_holds_today_or_begins_after_it_and_none_lies_between(code: str, today: date) -> None:
    near = campaigns.coming(code, today)
    if near is None:
        assert all(one.last < today for year in range(1999, 2102) if (one := window(code, year)))
        return
    assert today <= near.last
    before = window(code, near.first.year - 1)
    assert before is None or before.last < today


@given(codes, days)
def test_a_countdown_says_how_many_days_whatever_the_day(code: str, today: date) -> None:
    near = campaigns.coming(code, today)
    if near is None:
        return
    words = campaigns.countdown(near, today)
    if near.runs(today):
        number = (today - near.first).days + 1
        assert 1 <= number <= near.length
        assert words == ("Today" if near.length == 1 else f"Day {number} of {near.length}")
    else:
        left = (near.first - today).days
        assert words == f"Begins in {left} day{'' if left == 1 else 's'}"


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 11, 24), "Begins in 1 day"),
        (date(2026, 11, 25), "Day 1 of 16"),
        (date(2026, 11, 27), "Day 3 of 16"),
        (date(2026, 12, 10), "Day 16 of 16"),
        (date(2026, 12, 11), "Ended 1 day ago"),
        (date(2027, 1, 10), "Ended 31 days ago"),
    ],
)
def test_the_sixteen_days_are_counted(today: date, words: str) -> None:
    found = window("CMP_16D", 2026)
    assert found
    assert campaigns.countdown(found, today) == words


@given(days)
def test_all_dated_campaigns_are_listed_the_nearest_first_and_those_that_are_over_last(today: date) -> None:
    listed = campaigns.upcoming(today)
    assert {code.code for code, _window in listed} == {code.code for code in campaigns.dated()}
    firsts = [found.first if found else date.max for _code, found in listed]
    assert firsts == sorted(firsts)


@pytest.mark.parametrize(
    ("campaign", "today", "year"),
    [
        ("CMP_16D", date(2026, 11, 24), 2026),
        ("CMP_16D", date(2026, 3, 1), 2025),
        ("CMP_16D", date(2026, 12, 31), 2026),
        ("CMP_GWA", date(2026, 11, 24), 2016),
        ("CMP_OTH", date(2026, 11, 24), None),
    ],
)
def test_the_page_that_is_shown_first_is_the_running_or_soon_beginning_one(
    campaign: str, today: date, year: int | None
) -> None:
    assert campaigns.best_year(campaign, today) == year


class Fictional:
    """A codebook of one campaign."""

    def __init__(self, date_token: str) -> None:
        self.mappings = {"DATE": (date_token,)}

    def vocabulary(self, name: str) -> dict[str, Fictional]:
        assert name == "campaigns"
        return {"CMP_X": self}


@pytest.mark.parametrize(
    ("token", "first", "last", "before"),
    [
        ("--12-25/--01-06", date(2025, 12, 25), date(2026, 1, 6), (202412, 202511)),
        ("--12/--02", date(2025, 12, 1), date(2026, 2, 28), (202412, 202511)),
        ("--01-01/--01-31", date(2025, 1, 1), date(2025, 1, 31), (202401, 202412)),
        ("--02", date(2025, 2, 1), date(2025, 2, 28), (202402, 202501)),
        ("2025", None, None, None),
    ],
)
def test_a_campaign_may_last_into_the_new_year(
    monkeypatch: pytest.MonkeyPatch, token: str, first: date | None, last: date | None, before: tuple[int, int] | None
) -> None:
    monkeypatch.setattr(campaigns, "codebook", lambda: Fictional(token))
    if first is None:
        with pytest.raises(ValueError, match="must look like"):
            window("CMP_X", 2025)
        return
    found = window("CMP_X", 2025)
    assert found
    assert (found.first, found.last, found.before) == (first, last, before)


def test_in_january_the_latest_campaign_is_the_one_that_began_in_december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns, "codebook", lambda: Fictional("--12-25/--01-06"))
    assert latest_year("CMP_X", date(2026, 1, 3)) == 2025
    assert latest_year("CMP_X", date(2026, 12, 24)) == 2025
    assert latest_year("CMP_X", date(2026, 12, 25)) == 2026
