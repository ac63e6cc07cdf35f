"""The production server on a demo: start, requests a second, memory before and after use.

Other servers join in where they are installed (``pip install gunicorn`` into a copy of the environment): that is how
the choice was made. All run the same application with two workers, of four threads each where there are threads.
"""

from __future__ import annotations

import http.client
import importlib.util
import re
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from benchmarks.instance import Browser, free_port, started, temporary
from benchmarks.machine import alternating, describe, memory_mib, timed
from config import Settings
from incidents.demo import services as demo
from incidents.instance.serving import command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from incidents.demo.services import DemoAccount

WORKERS, THREADS = 2, 4
CLIENTS: Final = 4
REQUESTS: Final = 300
ROUNDS: Final = 2
SHOWN: Final = re.compile(rb'name="shown" value="([0-9a-f]{64})"')
QUESTION: Final = {
    "since": "2024-01",
    "until": "2026-12",
    "place": "WORLD",
    "series": "credible",
    "by": "violation_group",
    "by2": "gender",
}
RESEARCHER, ANALYST, ADVOCATE = "amihan", "casey", "devi"


def granian(settings: Settings) -> list[str]:
    """What ``flask serve`` runs."""
    return command(settings, workers=WORKERS, threads=THREADS)


def gunicorn(settings: Settings, *, threads: int) -> list[str]:
    """Gunicorn, with threads (gthread) or without (sync)."""
    kind = ["--worker-class", "gthread", "--threads", str(threads)] if threads > 1 else ["--worker-class", "sync"]
    return [sys.executable, "-m", "gunicorn", "--workers", str(WORKERS), *kind, "--bind", settings.bind, "wsgi:app"]


def servers() -> dict[str, Callable[[Settings], list[str]]]:
    """Command lines by name."""
    found: dict[str, Callable[[Settings], list[str]]] = {"granian": granian}
    if importlib.util.find_spec("gunicorn"):
        found["gunicorn gthread"] = partial(gunicorn, threads=THREADS)
        found["gunicorn sync"] = partial(gunicorn, threads=1)
    return found


def rate(port: int, path: str, cookie: str = "") -> float:
    """Requests a second with some clients at once, each keeping its connection where the server does."""

    def work() -> None:
        browser = Browser(port, cookie=cookie)
        for _ in range(REQUESTS // CLIENTS):
            status, _ = browser.request("GET", path)
            assert status == http.client.OK

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]

    def together() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return REQUESTS // CLIENTS * CLIENTS / timed(together)


def entered(port: int, account: DemoAccount) -> Browser:
    """A browser in which somebody is logged in. It connects anew: a server without threads serves one connection."""
    browser = Browser(port)
    browser.log_in(account.username, account.passphrase, secret=account.totp_secret)
    browser.connection.close()
    return browser


def use(port: int, accounts: dict[str, DemoAccount]) -> str:
    """What a day brings, often enough that every worker has met all of it; gives back the researcher's cookie."""
    researcher, analyst, advocate = (entered(port, accounts[name]) for name in (RESEARCHER, ANALYST, ADVOCATE))
    for _ in range(20):
        for browser, path in ((researcher, "/cases"), (researcher, "/cases/new/quick"), (analyst, "/summaries")):
            fresh = Browser(port, cookie=browser.cookie)
            assert fresh.request("GET", path)[0] == http.client.OK
    for _ in range(6):
        export(Browser(port, cookie=advocate.cookie, token=advocate.token))
    return researcher.cookie


def export(browser: Browser) -> None:
    """Ask, release, fetch the workbook."""
    status, page = browser.request("GET", f"/releases/new?{urlencode(QUESTION)}")
    found = SHOWN.search(page)
    assert status == http.client.OK
    assert found
    status, _ = browser.request("POST", "/releases/new", QUESTION | {"shown": found[1].decode()})
    assert status == http.client.SEE_OTHER
    status, _ = browser.request("GET", f"{browser.location}/files/xlsx")
    assert status == http.client.OK


def measure(arguments: Callable[[Settings], list[str]], folder: Path, accounts: dict[str, DemoAccount]) -> list[float]:
    """Seconds to start, MiB idle, requests a second of two pages, MiB after use."""
    port = free_port()
    settings = Settings(
        instance=folder, database_url=f"sqlite:///{folder / 'tala.db'}", bind=f"127.0.0.1:{port}", demo=True
    )
    environment = {"TALA_INSTANCE": str(folder), "TALA_BIND": settings.bind}
    with started(arguments(settings), port, environment, "/login") as server:
        rate(port, "/login")
        idle = memory_mib(server.pid)
        cookie = use(port, accounts)
        figures = [server.start_seconds, idle, rate(port, "/login"), rate(port, "/cases", cookie)]
        return [*figures, memory_mib(server.pid)]


def run() -> Iterator[str]:
    """Measure."""
    with temporary() as instance:
        yield describe(instance.folder)
        settings = Settings(instance=instance.folder, database_url=f"sqlite:///{instance.folder / 'tala.db'}")
        accounts = {account.username: account for account in demo.make(settings)}
        found: dict[str, list[list[float]]] = {name: [] for name in servers()}
        for name, arguments in alternating(ROUNDS, *servers().items()):
            found[name].append(measure(arguments, instance.folder, accounts))
    for name, rounds in found.items():
        start, idle, login, cases, used = (sorted(column)[len(column) // 2] for column in zip(*rounds, strict=True))
        yield (
            f"{name:17} first answer {start:.1f} s   /login {login:.0f}/s   /cases {cases:.0f}/s   "
            f"memory {idle:.0f} MiB after the first page, {used:.0f} MiB after use"
        )
