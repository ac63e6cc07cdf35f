"""Backups, on both databases alike: two SQLite files of one moment, the data and the keys that open them.

*The data* is every table but log-ins and failed attempts, and no wrapped key: alone it opens nothing, and it may be
kept for years. *The keys* are the wraps, grants and shares, small, and kept for days: what has been erased since is in
no key backup any more, so that an old data backup does not bring it back. Each wrapped key goes with a digest of what
it belongs to, so that restoring finds what was sealed anew since. The pepper is in neither.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import secrets
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, Column, LargeBinary, MetaData, Table, Text, create_engine, insert, select
from sqlalchemy.pool import NullPool

from incidents.accounts.models import Account, Organisation
from incidents.audit.acts import Act
from incidents.audit.services import LogBroken, heads, record
from incidents.consents.models import ReceiptView
from incidents.database import snapshot, table_of, writing
from incidents.extensions import db
from incidents.facts.models import FrameDelta, FrameSnapshot
from incidents.keyring.envelope import context
from incidents.keyring.identity import NotBelieved
from incidents.keyring.models import Grant, Key, RecoveryCopy, Statement, StoredRoster
from incidents.records.models import Revision, RevisionKey
from incidents.recovery.models import Share
from incidents.sharing.models import SharedCase
from incidents.submissions.models import Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from config import Settings
    from incidents.database import Base

#: A log-in is nothing to bring back, nor is a failed one.
LEFT_OUT: Final = {"session", "throttle"}
#: Tables that are in the key backup alone. A receipt's view opens with its code, whatever was erased since.
KEYS_ONLY: Final = tuple(table_of(model) for model in (RevisionKey, Grant, RecoveryCopy, Share, ReceiptView))
#: Tables that are in both: with them, keys of a later epoch than the data still open it.
IN_BOTH: Final = tuple(table_of(model) for model in (Key, Statement, StoredRoster))
#: Tables whose wrapped keys are in the key backup, beside the row's id.
WRAPPED: Final = tuple(table_of(model) for model in (FrameSnapshot, FrameDelta, Submission, SharedCase))
#: The column of the key backup that holds the digest of what a wrapped key belongs to.
BELONGS: Final = "belongs_to"
#: What the data backup has where the key backup has the wrapped key.
NO_WRAP: Final = {"wrapped": b""}
VERSION_TABLE: Final = "alembic_version"
ROWS_AT_ONCE: Final = 500
#: What a backup is of, in its header.
REAL, DEMO = 0, 1
DATA, KEYS = "data", "keys"
ABOUT: Final = Table("backup", MetaData(), Column("name", Text, primary_key=True), Column("value", Text))
NAME: Final = re.compile(r"tala-(\d{4}-\d\d-\d\d-\d{6})-keys\.db")
MOMENT: Final = "%Y-%m-%d-%H%M%S"


@dataclass(frozen=True)
class Written:
    """What a backup wrote.

    Attributes:
        data: The file of the data.
        keys: The file of the keys.
        rows: In the data.
        heads: Where the log of each organisation ended, by the organisation's id.
        removed: Key backups that were overwritten and deleted.
    """

    data: Path
    keys: Path
    rows: int
    heads: Mapping[str, str]
    removed: Sequence[Path]


def back_up(
    folder: Path, settings: Settings, *, keep_keys: int | None = None, now: dt.datetime | None = None
) -> Written:
    """Write both files, readable by the server's user alone; all tables as of one moment, while in use.

    Args:
        folder: Where to; it is made if it is missing.
        settings: The instance's.
        keep_keys: Days after which key backups in the folder are overwritten and deleted; None keeps all.
        now: The moment, for the names.

    Raises:
        FileExistsError: there is a backup of this second already.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    moment = now or dt.datetime.now(tz=dt.UTC)
    data, keys = (folder / f"tala-{moment.strftime(MOMENT)}-{part}.db" for part in (DATA, KEYS))
    _log()
    with snapshot(db.session), ExitStack() as files:
        source = db.session.connection()
        ends = {head.organisation_id: str(head) for head in heads()}
        about = {"made_at": moment.isoformat(timespec="seconds"), "heads": json.dumps(ends)}
        mark = DEMO if settings.demo else REAL
        rows = _write_data(source, files.enter_context(_new(data, mark)), about)
        _write_keys(source, files.enter_context(_new(keys, mark)), about)
    removed = [] if keep_keys is None else _remove_keys(folder, moment - dt.timedelta(days=keep_keys))
    return Written(data, keys, rows, ends, removed)


def _log() -> None:
    """Say in each organisation's log that a copy was made. A log that is broken is itself worth a backup."""
    for organisation_id in db.session.scalars(select(Organisation.id)).all():
        with suppress(LogBroken, NotBelieved), writing(db.session):
            record(organisation_id, Act.BACKED_UP)


@contextmanager
def _new(path: Path, mark: int) -> Iterator[Connection]:
    """A new file to write to. What is half written must not be taken for a backup, nor stand in the way of the next."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    target = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool, hide_parameters=True)
    try:
        with target.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA user_version = {mark}")
            yield connection
    except BaseException:
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        raise
    finally:
        target.dispose()


def _describe(source: Connection, target: Connection, about: dict[str, str]) -> None:
    """The file's own table, and the version of the tables that follow."""
    ABOUT.create(target)
    target.execute(insert(ABOUT), [{"name": name, "value": value} for name, value in about.items()])
    version = Table(VERSION_TABLE, MetaData(), autoload_with=source)
    version.create(target)
    copy(source, target, select(version), version)


def _write_data(source: Connection, target: Connection, about: dict[str, str]) -> int:
    _describe(source, target, about | {"kind": DATA})
    absent = LEFT_OUT | {table.name for table in KEYS_ONLY}
    tables = [table for table in db.metadata.sorted_tables if table.name not in absent]
    for table in tables:
        table.create(target)
    return sum(_copy_data(source, target, table) for table in tables)


def _copy_data(source: Connection, target: Connection, table: Table) -> int:
    """All rows of a table without wrapped keys. References inside a table are checked at its end."""
    blank = NO_WRAP if table in WRAPPED else {}
    target.exec_driver_sql("PRAGMA defer_foreign_keys = 1")
    return copy(source, target, select(table), table, blank)


def copy(
    source: Connection,
    target: Connection,
    chosen: Select[Any],
    table: Table,
    change: Mapping[str, object] | None = None,
) -> int:
    """Copy chosen rows into a table, some at a time, each with the same change."""
    count = 0
    for rows in batches(source, chosen):
        target.execute(insert(table), [row | dict(change or {}) for row in rows])
        count += len(rows)
    return count


def batches(source: Connection, chosen: Select[Any]) -> Iterator[list[dict[str, Any]]]:
    """Rows as they come, some at a time."""
    result = source.execution_options(yield_per=ROWS_AT_ONCE).execute(chosen).mappings()
    for rows in result.partitions(ROWS_AT_ONCE):
        yield [dict(row) for row in rows]


def digest(*parts: object) -> bytes:
    """What a wrapped key is known to belong to: SHA-256 of sealed bytes, which says nothing of what is in them."""
    return hashlib.sha256(context(*(part if isinstance(part, bytes) else b"" for part in parts))).digest()


def _write_keys(source: Connection, target: Connection, about: dict[str, str]) -> None:
    _describe(source, target, about | {"kind": KEYS})
    for table in IN_BOTH + tuple(table_of(model) for model in (RecoveryCopy, Share, ReceiptView)):
        copy(source, target, select(table), _bare(target, table, [column.name for column in table.columns]))
    for model, of in BELONGING.items():
        _write_wraps(source, target, table_of(model), of)


#: What each wrapped key belongs to. A grant is sealed to a public key, which a reset account has no longer.
BELONGING: Final[dict[type[Base], tuple[type[Base], tuple[str, ...]]]] = {
    RevisionKey: (Revision, ("identity", "account")),
    Grant: (Account, ("public_key",)),
    FrameSnapshot: (FrameSnapshot, ("sealed",)),
    FrameDelta: (FrameDelta, ("sealed",)),
    Submission: (Submission, ("sealed",)),
    SharedCase: (SharedCase, ("sealed",)),
}


def _bare(target: Connection, table: Table, names: Sequence[str]) -> Table:
    """A table of the key backup: some of the columns of ours, no reference to tables that are not in the file."""
    bare = Table(
        table.name,
        MetaData(),
        *(Column(name, table.c[name].type, primary_key=table.c[name].primary_key) for name in names),
        Column(BELONGS, LargeBinary),
    )
    bare.create(target)
    return bare


def _write_wraps(
    source: Connection, target: Connection, table: Table, belonging: tuple[type[Base], tuple[str, ...]]
) -> None:
    """The wrapped keys of a table, each with the digest of what it belongs to."""
    names = ["id", "key_id", "wrapped"] if table in WRAPPED else [column.name for column in table.columns]
    bare = _bare(target, table, names)
    owner, parts = table_of(belonging[0]), belonging[1]
    chosen = select(*(table.c[name] for name in names), *(owner.c[part].label(f"of_{part}") for part in parts))
    if owner is not table:
        chosen = chosen.join_from(table, owner)
    for rows in batches(source, chosen):
        for row in rows:
            row[BELONGS] = digest(*(row.pop(f"of_{part}") for part in parts))
        target.execute(insert(bare), rows)


# ---- retention ----


def _remove_keys(folder: Path, before: dt.datetime) -> list[Path]:
    """Overwrite and delete the key backups of a folder that were made before a moment."""
    found = [path for path in sorted(folder.iterdir()) if (made := _made(path)) and made < before]
    for path in found:
        shred(path)
    return found


def _made(path: Path) -> dt.datetime | None:
    """When a key backup was made, by its name; None for any other file."""
    name = NAME.fullmatch(path.name)
    return dt.datetime.strptime(name[1], MOMENT).replace(tzinfo=dt.UTC) if name else None


def shred(path: Path) -> None:
    """Overwrite a file in its place, then delete it: as much as a file system lets one do."""
    with path.open("r+b") as file:
        for start in range(0, path.stat().st_size, 1 << 20):
            file.seek(start)
            file.write(secrets.token_bytes(min(1 << 20, path.stat().st_size - start)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
