"""Writers of one SQLite file wait for their turn: none is lost, none begins early, a dead one holds nobody up."""

from __future__ import annotations

import multiprocessing
import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from incidents.accounts.models import Organisation
from incidents.database import WriteQueue, writing
from incidents.extensions import db

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event as EventType
    from pathlib import Path

    from flask import Flask

WRITERS = 8
EACH = 10
SPAWN = multiprocessing.get_context("spawn")


def hold(path: str, taken: EventType) -> None:
    """What another process does that takes the turn and never gives it back by itself."""
    with WriteQueue(path).turn():
        taken.set()
        time.sleep(60)


def fail() -> None:
    with writing(db.session):
        db.session.add(Organisation(name="Fictional Network"))
        raise ZeroDivisionError


def test_eight_writers_at_once_lose_nothing(app: Flask) -> None:
    def write(writer: int) -> None:
        with app.app_context():
            for number in range(EACH):
                with writing(db.session):
                    db.session.add(Organisation(name=f"Fictional Network {writer}-{number}"))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.session.scalar(select(func.count(Organisation.id))) == WRITERS * EACH


@pytest.mark.usefixtures("app")
def test_a_block_that_fails_gives_its_turn_back() -> None:
    with pytest.raises(ZeroDivisionError):
        fail()
    with writing(db.session):
        assert db.session.scalar(select(func.count(Organisation.id))) == 0


def test_nobody_begins_before_the_one_ahead_has_ended(tmp_path: Path) -> None:
    events: list[str] = []
    one, other = WriteQueue(str(tmp_path / "queue")), WriteQueue(str(tmp_path / "queue"))

    def second() -> None:
        with other.turn():
            events.append("second begins")

    with one.turn():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.1)
        events.append("first ends")
    thread.join()
    assert events == ["first ends", "second begins"]


def test_a_process_that_dies_holds_nobody_up(tmp_path: Path) -> None:
    path = str(tmp_path / "queue")
    held = SPAWN.Event()
    holder = SPAWN.Process(target=hold, args=(path, held))
    holder.start()
    assert held.wait(60)
    taken = threading.Event()

    def take() -> None:
        with WriteQueue(path).turn():
            taken.set()

    thread = threading.Thread(target=take)
    thread.start()
    assert not taken.wait(0.2)
    holder.kill()
    assert taken.wait(10)
    thread.join()
    holder.join()


def test_the_file_of_the_queue_is_empty_and_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "queue"
    with WriteQueue(str(path)).turn():
        assert path.read_bytes() == b""
        assert path.stat().st_mode & 0o777 == 0o600
