"""The list of cases at 100,000 cases beside the same page at 1,000, over HTTP through the production server.

Two organisations in one instance, two researchers, requests in turns. The index is written as the store writes it, from
the index rows of invented cases under new ids; nothing else of the cases exists, and a list needs nothing else.
"""

from __future__ import annotations

import datetime as dt
import http.client
from itertools import cycle, islice
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from benchmarks.instance import Browser, documents, served, temporary
from benchmarks.machine import describe, percentile, timed
from incidents.database import random_id
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.frames import HELD_SCHEMA, Frame
from incidents.facts.models import FrameKind
from incidents.facts.store import Loaded, Version
from incidents.records.derivation import index_row
from incidents.records.identifiers import new_cell_key, new_reference
from incidents.records.index import INDEX_COLUMNS, PAGE_SIZE, to_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from incidents.records.keys import CaseKeys

SMALL: Final = 1_000
LARGE: Final = 100_000
#: Enough that every worker has met every page: a connection stays with its worker.
WARM_UP: Final = 3
ROUNDS: Final = 40
PAGES: Final = {
    "first page": "/cases",
    "deepest page": "/cases?page={pages}",
    "one filter": "/cases?country=PH",
    "other order": "/cases?sort=violation&order=up",
    "filter and other order, page 3": "/cases?country=PH&sort=verification&page=3",
}


def rows(count: int) -> Iterator[Mapping[str, Any]]:
    """Index rows of so many cases: those of a thousand invented ones over and over, each with ids of its own."""
    day = dt.datetime.now(tz=dt.UTC).date()
    names = [column.name for column in INDEX_COLUMNS]
    known = [dict(zip(names, to_values(index_row(one, day)), strict=True)) for one in documents(SMALL)]
    for values in islice(cycle(known), count):
        yield values | {"case": new_cell_key(), "id": random_id(), "ref": new_reference()}


def fill(keys: CaseKeys, count: int) -> None:
    """Give an organisation an index of so many cases."""
    frame = Frame(
        pl.DataFrame(list(rows(count)), schema=polars_schema(INDEX_COLUMNS)), pl.DataFrame(schema=HELD_SCHEMA)
    )
    assert store.replace_snapshot(keys.organisation, FrameKind.INDEX, Loaded(frame, Version(None, frozenset())))


def ask(browser: Browser, path: str) -> float:
    """Milliseconds of one page."""

    def get() -> None:
        status, _ = browser.request("GET", path)
        assert status == http.client.OK

    return timed(get) * 1000


def compared(name: str, path: str, sides: Sequence[tuple[Browser, int]]) -> str:
    """A page of both organisations, in turns."""
    paths = [path.format(pages=-(-count // PAGE_SIZE)) for _, count in sides]
    for (browser, _), own in zip(sides, paths, strict=True):
        for _ in range(WARM_UP):
            ask(browser, own)
    small, large = [], []
    for _ in range(ROUNDS):
        small.append(ask(sides[0][0], paths[0]))
        large.append(ask(sides[1][0], paths[1]))
    return (
        f"{name:30} {SMALL:,}: p50 {median(small):5.1f} p95 {percentile(small, 0.95):5.1f} ms   "
        f"{LARGE:,}: p50 {median(large):5.1f} p95 {percentile(large, 0.95):5.1f} ms   "
        f"{median(large) / median(small):.2f} x"
    )


def run() -> Iterator[str]:
    """Measure."""
    with temporary() as instance:
        yield describe(instance.folder)
        organisations = {"fictional-small-network": SMALL, "fictional-large-network": LARGE}
        for name, count in organisations.items():
            fill(instance.researcher(name), count)
        with served(instance.folder) as server:
            sides = []
            for name, count in organisations.items():
                browser = Browser(server.port)
                browser.log_in(name)
                yield f"first reading of {count:,} cases, cold: {ask(browser, '/cases'):.0f} ms"
                sides.append((browser, count))
            for name, path in PAGES.items():
                yield compared(name, path, sides)
