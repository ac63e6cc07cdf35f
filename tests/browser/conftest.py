"""Chromium for the tests that need one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a screen. Where there is none, tests are skipped loudly, or fail if one is demanded."""
    if not CHROMIUM.exists():
        reason = f"NOT TESTED IN A BROWSER: there is no {CHROMIUM}. Install Debian's package chromium."
        if os.environ.get("TALA_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield started
        started.close()
