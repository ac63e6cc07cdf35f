"""Importing a file: read it once to see that it is whole, then row by row into sealed records.

Each batch is one transaction, so a run that breaks off leaves whole records and the next run goes on after them. What
was imported is known by an opaque mark inside the sealed index: of the row's name, and of what it said.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.exchange.build import build
from incidents.exchange.errors import FileUnreadable
from incidents.exchange.readers import read_rows
from incidents.exchange.report import Report
from incidents.extensions import db
from incidents.keyring.case_door import origin_marker
from incidents.keyring.services import member
from incidents.records import index
from incidents.records import services as records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from incidents.exchange.mapping import Mapping
    from incidents.exchange.readers import Row
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument

#: Records of one transaction.
BATCH: Final = 500


@dataclass(frozen=True)
class Job:
    """One file to import.

    Attributes:
        path: The file.
        mapping: What its columns mean.
        today: Day of receipt of all its accounts.
        recorder: Username of who imports it.
    """

    path: Path
    mapping: Mapping
    today: date
    recorder: str = ""


def examine(job: Job) -> int:
    """Read the whole file and give the number of its rows; nothing is built or written.

    Raises:
        FileUnreadable: It is damaged, or lacks columns that the mapping needs.
    """
    count = 0
    for row in read_rows(job.path, job.mapping.file.layout):
        lacking = [name for name in job.mapping.file.required if name not in row.cells]
        if lacking:
            raise FileUnreadable(
                f"The file lacks the columns {', '.join(lacking)} (row {row.number}). Check that it is the file of"
                f" this mapping, that its first row has the names of the columns, and the delimiter."
            )
        count += not row.header
    if not count:
        raise FileUnreadable("The file has no rows under its header. Check that it is the right one.")
    return count


def preview(job: Job, keys: CaseKeys | None, progress: Callable[[int], None]) -> Report:
    """Build every record and count, without writing; with keys, what is here already is known."""
    report = Report()
    marks = Marks(keys, job.mapping)
    for row, mark in _new_rows(job, marks, report, progress):
        report.built(row, build(row, job.mapping, today=job.today, recorder=job.recorder, mark=mark))
    return report


def run(job: Job, keys: CaseKeys, progress: Callable[[int], None]) -> Report:
    """Import what is not here yet; `progress` is told the number of rows dealt with, after they are safe.

    Raises:
        FileUnreadable: The file changed under the reading. Batches before that stand.
    """
    report = Report()
    batch: list[CaseDocument] = []
    waiting = 0

    def told(rows: int) -> None:
        nonlocal waiting
        waiting += rows

    for row, mark in _new_rows(job, Marks(keys, job.mapping), report, told):
        built = build(row, job.mapping, today=job.today, recorder=job.recorder, mark=mark)
        report.built(row, built)
        batch.append(built.document)
        if len(batch) == BATCH:
            records.create(keys, batch, today=job.today)
            batch = []
            progress(waiting)
            waiting = 0
    if batch:
        records.create(keys, batch, today=job.today)
    progress(waiting)
    with writing(db.session):
        records.log(keys, "imported", mapping=job.mapping.id, records=str(report.imported))
        audit.record(keys.organisation_id, Act.IMPORTED, by=keys.account_id, about=job.mapping.id)
    return report


def _new_rows(job: Job, marks: Marks, report: Report, progress: Callable[[int], None]) -> Iterator[tuple[Row, str]]:
    for row in read_rows(job.path, job.mapping.file.layout):
        report.read(row)
        if row.header:
            continue
        progress(1)
        mark, known = marks.of(row)
        if known is None:
            yield row, mark
        elif known:
            report.already += 1
        else:
            report.changed.add(row.number)


class Marks:
    """The marks of an organisation's imported rows. Without keys nothing is known and marks are empty.

    A row's name is what the mapping's key columns say, and the how-manieth row of that name it is, so that rows which
    share a name stay apart; without key columns it is the row's number.
    """

    def __init__(self, keys: CaseKeys | None, mapping: Mapping) -> None:
        self._mapping = mapping
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._mark: Callable[..., str] | None = None
        self._known: dict[str, str] = {}
        if keys is not None:
            # Of a secret that outlives the organisation key: after a rotation, rows are still known.
            roster, _version = member(keys.account_id, keys.organisation_id, keys.seed).roster()
            self._mark = origin_marker(roster.origin_secret)
            found = (mark.partition(".") for mark in index.origins(keys.organisation))
            self._known = {name: content for name, _, content in found}

    def of(self, row: Row) -> tuple[str, bool | None]:
        """The mark of a row; and None when it is new, True when it is here, False when it is here and has changed."""
        name = self._name(row)
        content = json.dumps(row.cells, ensure_ascii=False, sort_keys=True)
        if self._mark is None:
            return "", None
        named, said = self._mark("row", self._mapping.id, *name), self._mark("content", self._mapping.id, content)
        if named in self._known:
            return "", self._known[named] == said
        return f"{named}.{said}", None

    def _name(self, row: Row) -> tuple[str, ...]:
        parts = [str(row.cells.get(column, "")) for column in self._mapping.file.key]
        if not any(parts):
            return ("number", str(row.number))
        name = ("key", *parts)
        self._seen[name] += 1
        return (*name, str(self._seen[name]))
