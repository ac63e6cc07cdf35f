"""A quick record saved over HTTP, one client and eight, beside a bare floor on the same disk in the same run.

Ours is the whole of what a researcher's click does: session, anti-forgery token, the form's rules, keys opened from the
session's seed, two sealed parts under a key of their own, index and facts, one durable transaction. Every save is counted
afterwards: none may be lost, none may be there twice.
"""

from __future__ import annotations

import http.client
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from benchmarks.instance import Browser, Instance, Server, documents, free_port, served, started, temporary
from benchmarks.machine import alternating, describe, percentile, timed
from incidents.extensions import db
from incidents.records import index, services
from incidents.records.models import Incident, Revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from incidents.records.services import CaseKeys

RESEARCHER: Final = "fictional network"
ROUNDS: Final = 3
SAVES: Final = 150
WARM_UP: Final = 20
WRITERS: Final = 8
IN_PROCESS: Final = 100
#: Some 700 bytes of text, as in the floor.
NARRATIVE: Final = "A fictional incident, told in fictional words. " * 13


@dataclass
class Run:
    """What some saves took, in seconds each and in all."""

    each: list[float] = field(default_factory=list)
    wall: float = 0.0
    errors: int = 0

    def add(self, other: Run) -> None:
        """Put another round to this one."""
        self.each += other.each
        self.wall += other.wall
        self.errors += other.errors

    @property
    def rate(self) -> float:
        """Saves a second."""
        return len(self.each) / self.wall

    def line(self, name: str) -> str:
        """Rate, median, 95th percentile and errors."""
        p50, p95 = median(self.each) * 1000, percentile(self.each, 0.95) * 1000
        return f"{name:28} {self.rate:7.0f}/s   p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   errors {self.errors}"


def form(number: int) -> dict[str, str]:
    """What a researcher types."""
    return {
        "narrative": f"{number}. {NARRATIVE}",
        "date_start-kind": "day",
        "date_start-day": "5",
        "date_start-month": "5",
        "date_start-year": "2026",
        "country": "PH",
        "place_text": "The fictional corner",
        "source_type": "SRC_WIT",
        "citation": "An invented source",
    }


def send(browser: Browser, path: str, data: Mapping[str, str], run: Run) -> None:
    """Save once; anything but a redirect is an error."""
    began = time.perf_counter()
    status, _ = browser.request("POST", path, data)
    run.each.append(time.perf_counter() - began)
    run.errors += status != http.client.SEE_OTHER


def hammer(browsers: list[Browser], path: str, saves: int) -> Run:
    """Let each browser save its share at the same time as the others."""
    runs = [Run() for _ in browsers]

    def work(browser: Browser, run: Run) -> None:
        for number in range(saves // len(browsers)):
            send(browser, path, form(number), run)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(browsers, runs, strict=True)]

    def together() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    whole = Run(wall=timed(together))
    for run in runs:
        whole.each += run.each
        whole.errors += run.errors
    return whole


def floor_server(stack: ExitStack, folder: Path) -> Server:
    """The floor under the same server and the same number of workers and threads."""
    port = free_port()
    arguments = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "2", "--blocking-threads", "4", "--log-level", "warning"),
        "benchmarks.floor:app",
    ]
    return stack.enter_context(started(arguments, port, {"FLOOR_DATABASE": str(folder / "floor.db")}, "/healthz"))


def over_http(instance: Instance) -> Iterator[str]:
    """One client and eight, ours and the floor in turns."""
    with ExitStack() as stack:
        ours = stack.enter_context(served(instance.folder))
        floor = floor_server(stack, instance.folder)
        sides: dict[str, tuple[str, list[Browser]]] = {
            "Tala": ("/cases/new/quick", [Browser(ours.port) for _ in range(WRITERS)]),
            "floor": ("/save", [Browser(floor.port) for _ in range(WRITERS)]),
        }
        for browser in sides["Tala"][1]:
            browser.log_in(RESEARCHER)
        for path, browsers in sides.values():
            hammer(browsers, path, WARM_UP * WRITERS)
        one: dict[str, Run] = {name: Run() for name in sides}
        eight: dict[str, Run] = {name: Run() for name in sides}
        for name in alternating(ROUNDS, *sides):
            path, browsers = sides[name]
            one[name].add(hammer(browsers[:1], path, SAVES))
            eight[name].add(hammer(browsers, path, SAVES // WRITERS * WRITERS))
    for name in sides:
        yield one[name].line(f"{name}, one client")
        yield eight[name].line(f"{name}, {WRITERS} clients")
    yield f"one client, median beside the floor's: {median(one['Tala'].each) / median(one['floor'].each):.1f} x"
    yield f"eight clients beside one: {eight['Tala'].rate / one['Tala'].rate:.2f} x"
    sent = WARM_UP * WRITERS + len(one["Tala"].each) + len(eight["Tala"].each)
    yield check(instance, sent)


def check(instance: Instance, sent: int) -> str:
    """Count what is there: as many cases as were saved, each once, in tables and index alike."""
    del instance
    db.session.rollback()
    cases = db.session.scalar(select(func.count(Incident.id)))
    revisions = db.session.scalar(select(func.count(Revision.incident_id)))
    return f"saved {sent}, cases {cases}, revisions {revisions}"


def in_process(keys: CaseKeys) -> Iterator[str]:
    """Full documents, without HTTP: one transaction each, and a hundred in one."""
    batch = documents(IN_PROCESS)
    single: Callable[[], None] = lambda: [services.create(keys, [one]) for one in batch]  # type: ignore[return-value]  # noqa: E731
    seconds = timed(single)
    yield f"full documents, a transaction each: {IN_PROCESS / seconds:.0f}/s"


def run() -> Iterator[str]:
    """Measure."""
    with temporary() as instance:
        yield describe(instance.folder)
        keys = instance.researcher(RESEARCHER)
        yield from over_http(instance)
        before = index.load(keys.organisation).frame.rows.height
        yield from in_process(keys)
        assert index.load(keys.organisation).frame.rows.height == before + IN_PROCESS
