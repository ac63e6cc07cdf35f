"""What every table shares, and how Tala opens transactions on SQLite and PostgreSQL."""

from __future__ import annotations

import enum
import fcntl
import os
import secrets
import sqlite3
import threading
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Enum, LargeBinary, MetaData, String, Table, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.orm import Session, scoped_session
    from sqlalchemy.pool import ConnectionPoolEntry

ID_LENGTH = 32

#: A random id as 32 hexadecimal digits.
Id = String(ID_LENGTH)
#: Bytes that only a key opens; see keyring.
Sealed = LargeBinary

#: Keeps SQLite from storing rows in order of arrival, which would tell a thief what was recorded when.
UNORDERED = {"sqlite_with_rowid": False}

#: Marks a session whose write transaction is running.
WRITING = "tala-writing"
SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": "1",
    "secure_delete": "1",
    "trusted_schema": "0",
    "cell_size_check": "1",
    "temp_store": "2",
    "busy_timeout": "10000",
}


class Base(DeclarativeBase):
    """Parent of all models, with constraint names that both databases and Alembic agree on."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        # Kept as their values in plain text, on both databases alike, so that a new value is no migration.
        type_annotation_map={
            enum.Enum: Enum(
                enum.Enum,
                native_enum=False,
                length=20,
                values_callable=lambda kind: [one.value for one in kind],
            )
        },
    )


def random_id() -> str:
    """128 random bits: nothing about time, order or place can be read from an id."""
    return secrets.token_hex(ID_LENGTH // 2)


@event.listens_for(Engine, "connect")
def prepare_connection(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """Set SQLite's safety switches, which hold for one connection only, and leave BEGIN to us."""
    del record
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    for name, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


@event.listens_for(Engine, "begin")
def begin(connection: Connection) -> None:
    """Open a real transaction on SQLite.

    Python's driver begins one only before the first write, so that two reads of one page could see two states. A
    writer asks for the lock at once (IMMEDIATE): a deferred one fails when it finds another writer ahead of it.
    """
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("tala_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def table_of(model: type[Base]) -> Table:
    """The bare table of a model: rows that nobody needs as objects are written three times faster without them."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - every model here is one table
    return table


class WriteQueue:
    """Where the writers of an SQLite file wait: each is woken when its turn comes.

    SQLite itself has no queue. A writer that finds another ahead sleeps and tries again, up to 100 ms at a time: of
    eight writers some wait many times longer than others. Its own lock is still what protects the data; this lock of a
    file (it ends with the process that holds it) only spares the sleeping.
    """

    def __init__(self, path: str) -> None:
        self._threads = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait, then let nobody else begin before the block ends."""
        with self._threads:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


@cache
def _queue(database: str, process: int) -> WriteQueue:
    """One queue a file and process: a lock that was inherited would be shared."""
    del process
    return WriteQueue(f"{database}-queue")


def _turn(session: Session | scoped_session[Any]) -> AbstractContextManager[None]:
    url = session.get_bind().engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        return nullcontext()
    return _queue(url.database, os.getpid()).turn()


@contextmanager
def writing(session: Session | scoped_session[Any]) -> Iterator[None]:
    """Run a block as one write transaction: committed whole, or rolled back whole.

    Nothing slow belongs inside (no passphrase hash, no scan): on SQLite every other writer waits for it. One cannot
    stand inside another.
    """
    if session.info.get(WRITING):
        raise RuntimeError("writing() stands inside another: the outer one would lose its work, or wait for itself")
    session.rollback()
    with _turn(session):
        session.info[WRITING] = True
        try:
            session.connection(execution_options={"tala_writing": True})
            yield
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop(WRITING, None)


def truncate_log(engine: Engine, patience: float) -> bool:
    """Move SQLite's write-ahead log into the database and cut it to nothing; False if a reader was in the way.

    A deleted row stands in the log until then, though ``secure_delete`` has wiped it from the database itself. The
    session that calls must have ended its transaction.

    Args:
        engine: Of an SQLite file.
        patience: Seconds to wait for readers.
    """
    connection = engine.raw_connection()
    try:
        driver = connection.driver_connection
        assert driver is not None  # noqa: S101 - it was opened just now
        driver.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
        busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        driver.execute(f"PRAGMA busy_timeout = {SQLITE_PRAGMAS['busy_timeout']}")
        return not busy
    finally:
        connection.close()


@contextmanager
def autocommit(engine: Engine) -> Iterator[Connection]:
    """A connection whose statements each stand for themselves, for what PostgreSQL refuses inside a transaction."""
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def snapshot(session: Session | scoped_session[Any]) -> Iterator[None]:
    """Run a block of reads that all see the same committed state."""
    session.rollback()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    try:
        yield
    finally:
        session.rollback()
