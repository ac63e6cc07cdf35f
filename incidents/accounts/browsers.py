"""A coarse word for a browser, so that people recognise their own sessions: a maker and a system, no version. Pure."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 500
#: The first sign that is found decides: most browsers also carry the names of those they imitate.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def coarse(user_agent: str) -> tuple[str, str]:
    """Browser and system, as far as they are known; empty where they are not. Nothing else of the text is kept."""
    seen = user_agent[:LONGEST]
    return _first(BROWSERS, seen), _first(SYSTEMS, seen)


def _first(signs: tuple[tuple[str, str], ...], seen: str) -> str:
    return next((name for sign, name in signs if sign in seen), "")
