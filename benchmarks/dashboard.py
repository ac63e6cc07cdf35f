"""The dashboard's whole set of counts over a million facts, against the same counts in SQLite on plain columns.

Ours are sealed: a snapshot under real keys in a real instance. SQLite has the advantage of an unencrypted table of only
the columns it needs, wholly in its cache, with the level of the tree that is asked for ready as a column. No index:
none would serve every filter. Both sides must give the same numbers, and are run in turns.
"""

from __future__ import annotations

import multiprocessing
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl
from flask_migrate import upgrade

from benchmarks.facts import facts_frame
from benchmarks.worker import answer_pages
from config import Settings
from incidents import create_app
from incidents.facts import store
from incidents.facts.models import FrameKind
from incidents.facts.store import Loaded, Version
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.passphrase import write_pepper
from incidents.records import services as records
from incidents.records.keys import keys_of
from incidents.summaries import services as summaries
from incidents.summaries.counts import CONTESTED, Query
from tests.factories.documents import document
from tests.factories.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.queues import Queue

    from flask import Flask

    from incidents.facts.frames import Frame
    from incidents.summaries.counts import Dashboard, Tally
    from tests.factories.world import Person, Team

ROWS: Final = 1_000_000
RUNS: Final = 5
PLAIN: Final = (
    "month",
    "year",
    "country",
    "violation_group",
    "violation",
    "perpetrator_group",
    "gender",
    "age",
    "verification",
    "killed_low",
    "killed_best",
    "killed_high",
)
MEASURES: Final = (
    'count(distinct "case"), count(distinct person), count(*), '
    "coalesce(sum(killed_low), 0), coalesce(sum(killed_best), 0), coalesce(sum(killed_high), 0)"
)
PANELS: Final = {
    "months": "month",
    "years": "year",
    "violations": "violation_group",
    "perpetrators": "perpetrator_group, gender",
    "ages": "age",
    "countries": "country",
    "verification": "verification",
}


class Question(NamedTuple):
    """The same filters for both sides."""

    name: str
    query: Query
    where: str


def questions(rows: pl.DataFrame) -> list[Question]:
    """No filter; a country with some two per cent of the rows; that country, three years and a group of violations."""
    ranked = rows["country"].value_counts(sort=True)["country"].to_list()
    country = ranked[9]
    narrow = f"country = '{country}' and month between 201801 and 202012 and violation_group = 'LIF'"
    return [
        Question("no filter", Query(), "1"),
        Question("one country", Query(country=country), f"country = '{country}'"),
        Question("country, months and violation", Query(201801, 202012, country=country, violation="LIF"), narrow),
    ]


def run() -> Iterator[str]:
    """Seal, count in turns, compare; then open cold, save one case more, and weigh a worker."""
    frame = facts_frame(ROWS)
    ids = {name: frame.rows[name].n_unique() for name in ("case", "person")}
    yield f"{frame.rows.height:,} rows, {ids['case']:,} cases, {ids['person']:,} persons"
    with instance() as app, closing(plain_table(frame.rows)) as plain:
        world = World(app)
        with app.app_context():
            team = world.team()
            seal(team.researcher, frame)
            asked = questions(frame.rows)
            del frame
            for question in asked:
                yield from in_turns(team.analyst, plain, question)
            yield one_more(team)
        yield weigh(app, team.analyst)


def in_turns(analyst: Person, plain: sqlite3.Connection, question: Question) -> Iterator[str]:
    """Count on both sides in turns, warm and cold."""
    ours, theirs, cold = [], [], []
    account, seed = analyst.id, analyst.seed
    for _ in range(RUNS):
        store.cache.clear()
        seconds, _counted = timed(lambda: summaries.granted(account, seed).count(question.query))
        cold.append(seconds)
        seconds, counted = timed(lambda: summaries.granted(account, seed).count(question.query))
        ours.append(seconds)
        seconds, expected = timed(lambda: in_sqlite(plain, question))
        theirs.append(seconds)
        assert as_plain(counted) == expected, "both sides must count the same"
    warm, baseline, opening = map(statistics.median, (ours, theirs, cold))
    yield (
        f"{question.name}: {warm * 1000:,.0f} ms; "
        f"SQLite on plain columns {baseline * 1000:,.0f} ms: {baseline / warm:.0f} x; "
        f"with a cold snapshot {opening * 1000:,.0f} ms: {baseline / opening:.0f} x"
    )


def one_more(team: Team) -> str:
    """Save a case as a researcher does, and count it as an analyst does."""
    analyst, researcher = team.analyst, team.researcher
    before = summaries.granted(analyst.id, analyst.seed).count(Query()).total.cases
    keys = keys_of(researcher.id, researcher.organisation_id, researcher.seed)
    records.create(keys, [document()])
    seconds, counted = timed(lambda: summaries.granted(analyst.id, analyst.seed).count(Query()))
    assert counted.total.cases == before + 1, "a case saved is in the next dashboard"
    after = counted.total.cases
    return f"a case saved is in the next dashboard: {before:,} cases, then {after:,}, in {seconds * 1000:,.0f} ms"


# -- the two sides ---------------------------------------------------------------------------------------


@contextmanager
def instance() -> Iterator[Flask]:
    """A fresh instance on SQLite in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="tala-bench-") as folder:
        path = Path(folder)
        write_pepper(path / "pepper")
        app = create_app(Settings(instance=path, database_url=f"sqlite:///{path / 'tala.db'}"))
        with app.app_context():
            upgrade()
        yield app


def seal(researcher: Person, frame: Frame) -> None:
    """Store a frame as its organisation's snapshot, as compaction does."""
    (key,) = facts_keys(researcher.id, researcher.seed)
    assert store.replace_snapshot(key, FrameKind.FACTS, Loaded(frame, Version(None, frozenset())))


def plain_table(rows: pl.DataFrame) -> sqlite3.Connection:
    """The same rows as a plain table, wholly in memory. Ids are signed there: SQLite has no other."""
    plain = sqlite3.connect(":memory:")
    listed = ", ".join(f'"{name}"' for name in ("case", "person", *PLAIN, "violation_child"))
    plain.execute(f"create table fact ({listed})")
    # grouping by the child of a group needs the tree: SQLite is given it as a column
    parts = rows.select(
        pl.col("case", "person").reinterpret(signed=True),
        *(pl.col(name).cast(pl.String) if isinstance(rows.schema[name], pl.Enum) else pl.col(name) for name in PLAIN),
        pl.col("violation").cast(pl.String).str.extract(r"^([A-Z]+_[A-Z]+|[A-Z]+)").alias("violation_child"),
    )
    marks = ", ".join("?" * len(parts.columns))
    with plain:
        plain.executemany(f"insert into fact values ({marks})", parts.iter_rows())  # noqa: S608 - only marks
    return plain


def in_sqlite(plain: sqlite3.Connection, question: Question) -> dict[str, Any]:
    """Every count of the dashboard, one query a panel."""
    kept = f"verification in ('VS_1', 'VS_2', 'VS_3', 'VS_4', 'VS_5') and {question.where}"
    panels = PANELS | ({"violations": "violation_child"} if question.query.violation else {})
    answers: dict[str, Any] = {}
    for name, columns in panels.items():
        found = plain.execute(f"select {columns}, {MEASURES} from fact where {kept} group by {columns}")  # noqa: S608
        width = columns.count(",") + 1
        answers[name] = {row[:width]: row[width:] for row in found}
    answers["total"] = plain.execute(f"select {MEASURES} from fact where {kept}").fetchone()  # noqa: S608
    contested = f"verification = '{CONTESTED}' and {question.where}"
    answers["contested"] = plain.execute(f"select {MEASURES} from fact where {contested}").fetchone()  # noqa: S608
    return answers


def as_plain(counted: Dashboard) -> dict[str, Any]:
    """Our counts in the same shape."""
    tables = {name: {key: plain_tally(tally) for key, tally in getattr(counted, name).cells.items()} for name in PANELS}
    return tables | {"total": plain_tally(counted.total), "contested": plain_tally(counted.contested)}


def plain_tally(tally: Tally) -> tuple[int, ...]:
    """The six numbers."""
    return tuple(tally)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


# -- a worker's memory -----------------------------------------------------------------------------------


def weigh(app: Flask, analyst: Person) -> str:
    """Let a process of its own answer the page, as a worker does, and read how much memory it holds after."""
    settings: Settings = app.extensions["tala-settings"]
    context = multiprocessing.get_context("spawn")
    answers: Queue[tuple[float, float, int]] = context.Queue()
    worker = context.Process(target=answer_pages, args=(settings, analyst.username, analyst.code(), answers))
    worker.start()
    resident, peak, size = answers.get(timeout=120)
    worker.join()
    held = f"{resident:.0f} MiB, {peak:.0f} MiB at most"
    return f"a worker that answered the page ({size / 1000:.0f} kB) and holds the frame: {held}"
