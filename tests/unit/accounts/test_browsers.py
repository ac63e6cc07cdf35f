"""A browser is told by its maker and system, and nothing finer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.accounts.browsers import BROWSERS, SYSTEMS, coarse

GECKO = "Mozilla/5.0 ({}; rv:140.0) Gecko/20100101 Firefox/140.0"
WEBKIT = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) {}Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (GECKO.format("Windows NT 10.0; Win64; x64"), ("Firefox", "Windows")),
        (GECKO.format("Android 14; Mobile"), ("Firefox", "Android")),
        (GECKO.format("X11; Linux x86_64"), ("Firefox", "Linux")),
        (WEBKIT.format("Linux; Android 10; K", "Chrome/150.0.0.0 Mobile "), ("Chrome", "Android")),
        (WEBKIT.format("Windows NT 10.0", "Chrome/150.0.0.0 ") + " Edg/150.0", ("Edge", "Windows")),
        (WEBKIT.format("Linux; Android 13", "SamsungBrowser/29.0 Chrome/130 "), ("Samsung Internet", "Android")),
        (WEBKIT.format("Macintosh; Intel Mac OS X 10_15_7", "Version/18.0 "), ("Safari", "macOS")),
        (WEBKIT.format("iPhone; CPU iPhone OS 18_0 like Mac OS X", "CriOS/150 "), ("Chrome", "iPhone")),
        (WEBKIT.format("iPad; CPU OS 18_0 like Mac OS X", "FxiOS/140 "), ("Firefox", "iPad")),
        (WEBKIT.format("X11; CrOS x86_64", "Chrome/150 "), ("Chrome", "ChromeOS")),
        ("curl/8.0", ("", "")),
        ("", ("", "")),
    ],
)
def test_known_browsers_are_named(user_agent: str, expected: tuple[str, str]) -> None:
    assert coarse(user_agent) == expected


@given(st.text(max_size=2000))
def test_nothing_of_the_text_itself_is_kept(user_agent: str) -> None:
    browser, system = coarse(user_agent)
    assert browser in {"", *(name for _, name in BROWSERS)}
    assert system in {"", *(name for _, name in SYSTEMS)}
