"""Backup and restore, on both databases alike: a backup is a SQLite file of every table but the sessions.

All that matters in it is sealed already. The pepper is not in it: kept apart, it makes a stolen backup worth nothing
even where a passphrase is weak, and losing it costs no case (recovery codes do without).
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from flask_migrate import upgrade
from sqlalchemy import MetaData, Table, create_engine, func, insert, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from incidents.database import snapshot
from incidents.extensions import db
from incidents.instance.services import NotEmpty
from incidents.keyring.passphrase import write_pepper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection, Engine

    from config import Settings

#: A log-in is nothing to bring back.
LEFT_OUT = {"session"}
VERSION_TABLE = "alembic_version"
ROWS_AT_ONCE = 500
NOT_WHOLE = "This file is not a whole backup of Tala. Take another one."


class BrokenBackup(RuntimeError):
    """The file is not a backup of Tala, or not a whole one."""


def back_up(path: Path) -> int:
    """Write a backup, readable by the server's user alone; all tables as of one moment.

    Returns:
        The number of rows.

    Raises:
        FileExistsError: the file exists; choose another name.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    target = _file(path)
    try:
        with snapshot(db.session), target.begin() as connection:
            source = db.session.connection()
            version = Table(VERSION_TABLE, MetaData(), autoload_with=source)
            tables = [table for table in db.metadata.sorted_tables if table.name not in LEFT_OUT]
            for table in (version, *tables):
                table.create(connection)
            return sum(_copy(source, connection, table, table) for table in (version, *tables))
    finally:
        target.dispose()


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
        NotEmpty: the instance holds something already.
    """
    if not path.is_file() or path.read_bytes()[:15] != b"SQLite format 3":
        raise BrokenBackup("This file is not a backup of Tala. Give the file that flask backup wrote.")
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = _file(path)
    try:
        with source.connect() as connection:
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


def _file(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", poolclass=NullPool, hide_parameters=True)


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
    if pepper is not None:
        shutil.copyfile(pepper, settings.pepper_file)
        settings.pepper_file.chmod(0o600)
    elif not settings.pepper_file.exists():
        write_pepper(settings.pepper_file)
