"""A worker's memory: a process of its own that has nothing loaded but the program and answers the dashboard."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from incidents import create_app
from tests.factories.world import PASSPHRASE, Browser

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

    from config import Settings

#: Freed memory is given back to the system after some ten seconds.
SETTLE_SECONDS: Final = 12


def answer_pages(settings: Settings, username: str, code: str, answers: Queue[tuple[float, float, int]]) -> None:
    """Log in, ask for the dashboard three times, and for little of it once the allocator has had time to settle.

    Puts MiB held, MiB at most, and the bytes of the page.
    """
    browser = Browser(create_app(settings).test_client())
    browser.post("/login", {"username": username, "passphrase": PASSPHRASE}, status=303)
    browser.post("/login/second", {"code": code}, status=303)
    size = max(len(browser.get("/summaries").encode()) for _ in range(3))
    time.sleep(SETTLE_SECONDS)
    browser.get("/summaries?gender=GEN_NB&age=AGE_65")
    answers.put((_mebibytes("VmRSS"), _mebibytes("VmHWM"), size))


def _mebibytes(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0
