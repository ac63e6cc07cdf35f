"""A quick record saved over HTTP, one client and eight, beside a bare floor on the same disk in the same run.

Ours is the whole of what a researcher's click does: session, anti-forgery token, the form's rules, keys opened from
the session's seed, two sealed parts under a key of their own, index and facts, one durable transaction. Every save is
counted afterwards: none may be lost, none may be there twice. With one client the two sides take turns request by
request, so that both meet the same machine; the processor time of each server's processes is told beside, since it is
what a busy machine does not blur.
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
from benchmarks.machine import describe, percentile, processor_seconds, timed
from incidents.extensions import db
from incidents.records import index, services
from incidents.records.models import Incident, Revision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from incidents.records.keys import CaseKeys

RESEARCHER: Final = "fictional-network"
ROUNDS: Final = 3
SAVES: Final = 200
WARM_UP: Final = 20
WRITERS: Final = 8
IN_PROCESS: Final = 100
#: Some 700 bytes of text, as in the floor.
NARRATIVE: Final = "A fictional incident, told in fictional words. " * 13


@dataclass
class Run:
    """What some saves took: seconds each and in all, and seconds of the server's processors."""

    each: list[float] = field(default_factory=list)
    wall: float = 0.0
    processor: float = 0.0
    errors: int = 0

    def add(self, other: Run) -> None:
        """Put another round to this one."""
        self.each += other.each
        self.wall += other.wall
        self.processor += other.processor
        self.errors += other.errors

    @property
    def rate(self) -> float:
        """Saves a second."""
        return len(self.each) / self.wall

    def line(self, name: str) -> str:
        """Rate, median, 95th percentile and errors."""
        p50, p95 = median(self.each) * 1000, percentile(self.each, 0.95) * 1000
        processor = self.processor / len(self.each) * 1000
        return (
            f"{name:18} {self.rate:6.0f}/s   p50 {p50:6.2f} ms   p95 {p95:6.2f} ms   errors {self.errors}   "
            f"processor {processor:.2f} ms a save"
        )


@dataclass(frozen=True)
class Side:
    """A server, and the browsers that save to it."""

    name: str
    server: Server
    path: str
    browsers: list[Browser]


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


def together(side: Side, saves: int) -> Run:
    """Let all browsers of a side save their share at the same time."""
    runs = [Run() for _ in side.browsers]

    def work(browser: Browser, run: Run) -> None:
        for number in range(saves // len(side.browsers)):
            send(browser, side.path, form(number), run)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(side.browsers, runs, strict=True)]

    def all_of_them() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    used = processor_seconds(side.server.pid)
    whole = Run(wall=timed(all_of_them), processor=processor_seconds(side.server.pid) - used)
    for run in runs:
        whole.each += run.each
        whole.errors += run.errors
    return whole


def in_turns(sides: list[Side], saves: int) -> list[Run]:
    """One browser of each side, request by request in turns."""
    runs = [Run() for _ in sides]
    used = [processor_seconds(side.server.pid) for side in sides]
    for number in range(saves):
        for side, run in zip(sides, runs, strict=True):
            send(side.browsers[0], side.path, form(number), run)
    for side, run, before in zip(sides, runs, used, strict=True):
        run.wall, run.processor = sum(run.each), processor_seconds(side.server.pid) - before
    return runs


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
        ours, floor = stack.enter_context(served(instance.folder)), floor_server(stack, instance.folder)
        sides = [
            Side("Tala", ours, "/cases/new/quick", [Browser(ours.port) for _ in range(WRITERS)]),
            Side("floor", floor, "/save", [Browser(floor.port) for _ in range(WRITERS)]),
        ]
        for browser in sides[0].browsers:
            browser.log_in(RESEARCHER)
        for side in sides:
            together(side, WARM_UP * WRITERS)
        one, eight = [Run(), Run()], [Run(), Run()]
        for _ in range(ROUNDS):
            for total, more in zip(one, in_turns(sides, SAVES), strict=True):
                total.add(more)
            for total, side in zip(eight, sides, strict=True):
                total.add(together(side, SAVES))
    for side, single, many in zip(sides, one, eight, strict=True):
        yield single.line(f"{side.name}, one client")
        yield many.line(f"{side.name}, {WRITERS} clients")
    yield f"one client, p50 beside the floor's: {median(one[0].each) / median(one[1].each):.1f} x"
    yield f"one client, processor time beside the floor's: {one[0].processor / one[1].processor:.1f} x"
    yield f"{WRITERS} clients beside one, rate: {eight[0].rate / one[0].rate:.2f} x"
    yield check(WARM_UP * WRITERS + len(one[0].each) + len(eight[0].each))


def check(sent: int) -> str:
    """Count what is there: as many cases as were saved, each once, in tables and index alike."""
    db.session.rollback()
    cases = db.session.scalar(select(func.count(Incident.id)))
    revisions = db.session.scalar(select(func.count(Revision.incident_id)))
    assert cases == revisions == sent
    return f"saved {sent}: {cases} cases, {revisions} revisions"


def in_process(keys: CaseKeys) -> str:
    """Full documents without HTTP, a transaction each."""

    def save_all() -> None:
        for document in batch:
            services.create(keys, [document])

    batch = documents(IN_PROCESS)
    return f"full documents in process, a transaction each: {IN_PROCESS / timed(save_all):.0f}/s"


def run() -> Iterator[str]:
    """Measure."""
    with temporary() as instance:
        yield describe(instance.folder)
        keys = instance.researcher(RESEARCHER)
        yield from over_http(instance)
        saved = index.load(keys.organisation).frame.rows["id"]
        assert saved.n_unique() == saved.len() == db.session.scalar(select(func.count(Incident.id)))
        yield in_process(keys)
        yield describe(instance.folder)
