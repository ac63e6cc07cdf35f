"""How Tala opens transactions on SQLite: safety switches on every connection, real snapshots, one writer at a time."""

from __future__ import annotations

import re
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from incidents.database import SQLITE_PRAGMAS, Base, Id, random_id, snapshot, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database in a file, with a table of numbers."""
    made = create_engine(f"sqlite:///{tmp_path / 'test.db'}", hide_parameters=True)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE numbers (n INTEGER)"))
    yield made
    made.dispose()


def add(session: Session, number: int) -> None:
    session.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": number})


def numbers(session: Session) -> list[int]:
    return list(session.scalars(text("SELECT n FROM numbers ORDER BY n")))


def test_ids_are_32_random_hexadecimal_digits() -> None:
    ids = {random_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids)


def test_every_pooled_connection_has_every_safety_switch(engine: Engine) -> None:
    expected = {**SQLITE_PRAGMAS, "journal_mode": "wal", "synchronous": "2"}
    connections = [engine.connect() for _ in range(4)]
    for connection in connections:
        found = {name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in expected}
        assert found == expected
    for connection in connections:
        connection.close()


def test_what_is_deleted_is_overwritten_in_the_file(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE words (w TEXT)"))
        connection.execute(text("INSERT INTO words VALUES ('plainly fictional secret')"))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM words"))
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    engine.dispose()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"plainly fictional secret" not in left


def test_a_block_that_writes_is_committed_whole(engine: Engine) -> None:
    with Session(engine) as session:
        with writing(session):
            add(session, 1)
            add(session, 2)
        with Session(engine) as other:
            assert numbers(other) == [1, 2]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_block_that_fails_is_rolled_back_whole(engine: Engine, failure: type[BaseException]) -> None:
    def write(session: Session) -> None:
        with writing(session):
            add(session, 1)
            raise failure

    with Session(engine) as session:
        with pytest.raises(failure):
            write(session)
        assert numbers(session) == []


def test_writing_begins_afresh_and_drops_what_was_not_committed(engine: Engine) -> None:
    with Session(engine) as session:
        add(session, 1)
        with writing(session):
            add(session, 2)
        assert numbers(session) == [2]


def test_a_snapshot_sees_one_state_while_others_write(engine: Engine) -> None:
    with Session(engine) as reader, Session(engine) as writer:
        with snapshot(reader):
            assert numbers(reader) == []
            with writing(writer):
                add(writer, 1)
            assert numbers(reader) == []
        assert numbers(reader) == [1]


def test_without_an_explicit_begin_the_driver_would_show_two_states(tmp_path: Path) -> None:
    """Why begin() exists: this is what Python's driver does by itself."""
    with sqlite3.connect(tmp_path / "bare.db") as reader, sqlite3.connect(tmp_path / "bare.db") as writer:
        writer.execute("PRAGMA journal_mode = wal")
        writer.execute("CREATE TABLE numbers (n INTEGER)")
        writer.commit()
        count = "SELECT count(*) FROM numbers"
        first = reader.execute(count).fetchone()
        writer.execute("INSERT INTO numbers VALUES (1)")
        writer.commit()
        assert reader.execute(count).fetchone() != first
    reader.close()
    writer.close()


def test_a_writer_waits_for_the_writer_before_it(engine: Engine) -> None:
    entered, order = threading.Event(), []

    def second() -> None:
        entered.wait(5)
        with Session(engine) as session, writing(session):
            order.append("second")
            add(session, len(numbers(session)))

    thread = threading.Thread(target=second)
    thread.start()
    with Session(engine) as session, writing(session):
        entered.set()
        add(session, 0)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    with Session(engine) as session:
        assert numbers(session) == [0, 1]


def test_readers_read_while_somebody_writes(engine: Engine) -> None:
    with Session(engine) as writer, Session(engine) as reader, writing(writer):
        add(writer, 1)
        assert numbers(reader) == []


def test_an_error_names_no_value(engine: Engine) -> None:
    with Session(engine) as session, pytest.raises(OperationalError) as failure:
        session.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "plainly fictional secret"})
    assert "plainly fictional secret" not in str(failure.value)


def test_constraints_have_names_that_both_databases_agree_on() -> None:
    class Thing(Base):
        __tablename__ = "a_thing_of_this_test"
        id: Mapped[str] = mapped_column(Id, primary_key=True)

    try:
        assert Thing.__table__.primary_key.name == "pk_a_thing_of_this_test"
    finally:
        Base.metadata.remove(Thing.__table__)  # type: ignore[arg-type]
        Base.registry._dispose_cls(Thing)
