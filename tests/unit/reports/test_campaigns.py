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
