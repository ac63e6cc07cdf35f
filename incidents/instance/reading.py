"""Opening one of the two files of a backup, and looking whether it is whole."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from sqlalchemy import URL, MetaData, Table, create_engine, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from incidents.instance.backup import ABOUT, DEMO, LEFT_OUT, VERSION_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import Connection

    Tables = Mapping[str, Table]

#: From whatever medium it lies on, and without a trace on that.
READ_ONLY: Final = {"mode": "ro", "immutable": "1", "uri": "true"}
MAGIC: Final = b"SQLite format 3"
NOT_WHOLE: Final = "This file is not a whole backup of Tala. Take another one."
NO_BACKUP: Final = (
    "This file is not a {} backup of Tala. flask backup writes two files: give first …-data.db, then …-keys.db."
)


class BrokenBackup(RuntimeError):
    """The file is not the backup of Tala that is wanted, or not a whole one."""


@dataclass(frozen=True)
class File:
    """A backup that is open for reading."""

    connection: Connection
    tables: Tables
    about: Mapping[str, str]

    @property
    def revision(self) -> str:
        """The version of its tables.

        Raises:
            BrokenBackup: it has none.
        """
        version = self.tables.get(VERSION_TABLE)
        found = self.connection.scalar(select(version.c.version_num)) if version is not None else None
        if found is None:
            raise BrokenBackup(NOT_WHOLE)
        return str(found)

    @property
    def of_a_demo(self) -> bool:
        """Whether its cases are invented."""
        return self.connection.exec_driver_sql("PRAGMA user_version").scalar() == DEMO


@contextmanager
def opened(path: Path, kind: str) -> Iterator[File]:
    """Open a backup and look whether it is whole and of this kind."""
    if not _is_sqlite(path):
        raise BrokenBackup(NO_BACKUP.format(kind))
    address = URL.create("sqlite", database=f"file:{quote(str(path.absolute()))}", query=READ_ONLY)
    source = create_engine(address, poolclass=NullPool, hide_parameters=True)
    try:
        with source.connect() as connection:
            if connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
                raise BrokenBackup(NOT_WHOLE)
            tables = tables_of(connection)
            about = tables.pop(ABOUT.name, None)
            stored = {} if about is None else {row.name: row.value for row in connection.execute(select(about))}
            if stored.get("kind") != kind:
                raise BrokenBackup(NO_BACKUP.format(kind))
            yield File(connection, tables, stored)
    except DatabaseError:
        raise BrokenBackup(NOT_WHOLE) from None
    finally:
        source.dispose()


def _is_sqlite(path: Path) -> bool:
    """Whether it may be a backup. A file with a log beside it is a database in use."""
    if not path.is_file() or Path(f"{path}-wal").exists():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def tables_of(connection: Connection) -> dict[str, Table]:
    """The tables as this database has them, by name, each after those it refers to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {table.name: table for table in metadata.sorted_tables if table.name not in LEFT_OUT}
