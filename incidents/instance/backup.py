"""Backup and restore, on both databases alike: a backup is a SQLite file of every table but the sessions.

All that matters in it is sealed already. The pepper is not in it: kept apart, it makes a stolen backup worth nothing
even where a passphrase is weak, and losing it costs no case (recovery codes do without).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask_migrate import upgrade
from sqlalchemy import URL, MetaData, Table, create_engine, func, insert, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from config import MIN_PEPPER_BYTES
from incidents.database import snapshot
from incidents.extensions import db
from incidents.instance.services import DEMO_MARK, NotEmpty
from incidents.keyring.passphrase import write_pepper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from config import Settings

#: A log-in is nothing to bring back.
LEFT_OUT = {"session"}
#: From whatever medium it lies on, and without a trace on that.
READ_ONLY = {"mode": "ro", "immutable": "1", "uri": "true"}
VERSION_TABLE = "alembic_version"
ROWS_AT_ONCE = 500
MAGIC = b"SQLite format 3"
#: What a backup is of, in its header.
REAL, DEMO = 0, 1
NOT_WHOLE = "This file is not a whole backup of Tala. Take another one."


class WrongPepper(RuntimeError):
    """Restoring would put a pepper in place with which nobody could log in; the message says what to do."""


class BrokenBackup(RuntimeError):
    """The file is not a backup of Tala, or not a whole one."""


def back_up(path: Path, settings: Settings) -> int:
    """Write a backup, readable by the server's user alone; all tables as of one moment.

    Returns:
        The number of rows.

    Raises:
        FileExistsError: the file exists; choose another name.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    target = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool, hide_parameters=True)
    try:
        with snapshot(db.session), target.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA user_version = {DEMO if settings.demo else REAL}")
            return _write(db.session.connection(), connection)
    except BaseException:
        # What is half written must not be taken for a backup, nor stand in the way of the next.
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        raise
    finally:
        target.dispose()


def _write(source: Connection, target: Connection) -> int:
    version = Table(VERSION_TABLE, MetaData(), autoload_with=source)
    tables = [table for table in db.metadata.sorted_tables if table.name not in LEFT_OUT]
    for table in (version, *tables):
        table.create(target)
    return sum(_copy(source, target, table, table) for table in (version, *tables))


def restore(path: Path, settings: Settings, pepper: Path | None) -> int:
    """Fill an empty instance from a backup, then bring its tables up to date.

    Args:
        path: The backup.
        settings: The instance to fill.
        pepper: The pepper that was kept apart. Without it a new one is made, and people come in with their recovery
            codes.

    Returns:
        The number of rows.

    Raises:
        BrokenBackup: the file cannot be read as a backup.
        NotEmpty: the instance holds something already, or one is a demo and the other is not.
        WrongPepper: the pepper that was given cannot be one, or another is in place.
    """
    if not _is_sqlite(path):
        raise BrokenBackup("This file is not a backup of Tala. Give the file that flask backup wrote.")
    if pepper is not None:
        _check_pepper(settings, pepper)
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    address = URL.create("sqlite", database=f"file:{quote(str(path.absolute()))}", query=READ_ONLY)
    source = create_engine(address, poolclass=NullPool, hide_parameters=True)
    try:
        with source.connect() as connection:
            _keep_apart(connection, settings)
            rows = _fill(connection)
    except DatabaseError:
        raise BrokenBackup(NOT_WHOLE) from None
    finally:
        source.dispose()
    upgrade()
    _place_pepper(settings, pepper)
    return rows


def _fill(source: Connection) -> int:
    stored = {table.name: table for table in _tables(source)}
    version = stored.pop(VERSION_TABLE, None)
    revision = source.scalar(select(version.c.version_num)) if version is not None else None
    if revision is None:
        raise BrokenBackup(NOT_WHOLE)
    upgrade(revision=revision)
    with db.engine.begin() as target:
        tables = [table for table in _tables(target) if table.name in stored]
        if any(target.scalar(select(func.count()).select_from(table)) for table in tables):
            raise NotEmpty("This instance holds something already. Restore into a new TALA_INSTANCE or database.")
        return sum(_copy(source, target, stored[table.name], table) for table in tables)


def _is_sqlite(path: Path) -> bool:
    """Whether it may be a backup. A file with a log beside it is a database in use."""
    if not path.is_file() or Path(f"{path}-wal").exists():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _check_pepper(settings: Settings, pepper: Path) -> None:
    kept = pepper.read_bytes()
    if len(kept) < MIN_PEPPER_BYTES:
        raise WrongPepper("This file is too short to be a pepper. Give the copy of the file called pepper.")
    if settings.pepper_file.exists() and settings.pepper_file.read_bytes() != kept:
        raise WrongPepper(
            f"Another pepper is in place: {settings.pepper_file}. Is TALA_INSTANCE the folder you mean? If so, move it "
            "away first."
        )


def _keep_apart(source: Connection, settings: Settings) -> None:
    """A demo comes back as a demo, and real cases never into one, which serves without TLS."""
    marked = source.exec_driver_sql("PRAGMA user_version").scalar() == DEMO
    if settings.demo and not marked:
        raise NotEmpty("This folder is marked as a demo. Real cases need one of their own: set TALA_INSTANCE.")
    if marked:
        (settings.instance / DEMO_MARK).touch(mode=0o600)


def _tables(connection: Connection) -> list[Table]:
    """The tables as this database has them, each after those it refers to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def _copy(source: Connection, target: Connection, stored: Table, table: Table) -> int:
    """Copy all rows of a table; what refers to rows of the same table in a second pass."""
    own = {key.parent.name for key in table.foreign_keys if key.column.table is table}
    count = 0
    for rows in _batches(source, stored):
        target.execute(insert(table), [row | dict.fromkeys(own) for row in rows])
        count += len(rows)
    for rows in _batches(source, stored) if own else ():
        for row in rows:
            target.execute(update(table).where(table.c.id == row["id"]).values({name: row[name] for name in own}))
    return count


def _batches(source: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    result = source.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table)).mappings()
    for rows in result.partitions(ROWS_AT_ONCE):
        yield [dict(row) for row in rows]


def _place_pepper(settings: Settings, pepper: Path | None) -> None:
    if not settings.pepper_file.exists():
        write_pepper(settings.pepper_file, None if pepper is None else pepper.read_bytes())
