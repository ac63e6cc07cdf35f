"""How long letters wait, and who signed them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.reports.letters import Waited, signatories, waited

SENT = date(2026, 3, 5)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(days, st.lists(days, max_size=4), days)
def test_a_letter_waits_for_its_first_reply_or_until_today_and_never_less_than_nothing(
    sent: date, replies: list[date], today: date
) -> None:
    found = waited(sent, replies, today)
    assert found.answered is bool(replies)
    assert found.days >= 0
    assert found.days == max(0, (min(replies, default=today) - sent).days)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Waited(1, answered=True), "Answered after 1 day"),
        (Waited(40, answered=True), "Answered after 40 days"),
        (Waited(0, answered=False), "No reply yet"),
        (Waited(1, answered=False), "No reply after 1 day"),
        (Waited(400, answered=False), "No reply after 400 days"),
    ],
)
def test_an_unanswered_letter_says_its_age(found: Waited, words: str) -> None:
    assert str(found) == words


def test_a_reply_dated_before_its_letter_took_no_time() -> None:
    assert waited(SENT, [SENT - timedelta(days=3)], SENT).days == 0


@given(st.lists(st.sampled_from(["Fictional Union", " Fictional  House ", "", "دار خيالية"]), max_size=8))
def test_signatories_are_lines_each_once_in_order(lines: list[str]) -> None:
    found = signatories("\n".join(lines))
    assert len(found) == len(set(found))
    assert set(found) == {line.strip() for line in lines if line.strip()}
    assert signatories("\n".join(found)) == found
