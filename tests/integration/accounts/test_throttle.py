"""Who guesses waits; who knows gets in; nobody learns which names exist, and no worker can be kept busy for ever."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from incidents.accounts import services, throttle
from incidents.accounts.models import Role, Throttle
from incidents.accounts.sessions import WrongCredentials
from incidents.accounts.throttle import FREE, LONGEST_WAIT, MINUTE, Door, Throttled, attempt, wait_after
from incidents.extensions import db
from incidents.instance.serving import THREADS
from incidents.keyring import passphrase as passphrases
from incidents.keyring.passphrase import PepperMissing

if TYPE_CHECKING:
    from flask import Flask

    from tests.factories.world import World


pytestmark = pytest.mark.usefixtures("app")


class Clock:
    """A clock that a test turns on."""

    def __init__(self) -> None:
        self.milliseconds = 1_800_000_000_000

    def time_ns(self) -> int:
        return self.milliseconds * 1_000_000

    def pass_(self, milliseconds: int) -> None:
        self.milliseconds += milliseconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(throttle, "time", clock)
    return clock


def passed(door: Door, names: list[str], device: str = "") -> int:
    """How many of these attempts are let through."""
    let_through = 0
    for name in names:
        try:
            attempt(door, name, device)
        except Throttled:
            continue
        let_through += 1
    return let_through


def test_the_wait_grows_and_ends_at_a_quarter_of_an_hour() -> None:
    waits = [wait_after(failures) for failures in range(12)]
    assert waits[:FREE] == [0] * FREE
    assert waits[FREE : FREE + 4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert set(waits[FREE + 4 :]) == {LONGEST_WAIT} == {wait_after(10**6)}


def test_five_failures_a_minute_and_no_more(clock: Clock) -> None:
    assert passed(Door.LOG_IN, ["amihan"] * 20) == 5
    clock.pass_(MINUTE - 1)
    assert passed(Door.LOG_IN, ["amihan"]) == 0
    clock.pass_(1)
    assert passed(Door.LOG_IN, ["amihan"] * 3) == 1


def test_a_refusal_says_how_long_and_does_not_lengthen_the_wait(clock: Clock) -> None:
    passed(Door.LOG_IN, ["amihan"] * 5)
    clock.pass_(MINUTE // 2)
    for _ in range(3):
        with pytest.raises(Throttled) as refusal:
            attempt(Door.LOG_IN, "amihan")
        assert (refusal.value.seconds, refusal.value.minutes) == (30, 1)
    clock.pass_(MINUTE // 2)
    assert passed(Door.LOG_IN, ["amihan"]) == 1


def test_a_day_of_guessing_at_one_name_reaches_the_hash_some_hundred_times(clock: Clock) -> None:
    tried = 0
    for _ in range(24 * 60):
        tried += passed(Door.LOG_IN, ["amihan"])
        clock.pass_(MINUTE)
    assert tried <= 24 * 4 + FREE + 4


def test_a_success_takes_the_count_away() -> None:
    for _ in range(3):
        for _ in range(FREE - 1):
            attempt(Door.LOG_IN, "amihan")
        attempt(Door.LOG_IN, "amihan").succeeded()
    assert db.session.scalar(select(func.count(Throttle.id)).where(Throttle.failures > 0)) == 0


def test_names_doors_and_devices_are_counted_apart() -> None:
    for door, name, device in (
        (Door.LOG_IN, "amihan", ""),
        (Door.LOG_IN, "dilag", ""),
        (Door.RECOVERY, "amihan", ""),
        (Door.CONFIRM, "amihan", ""),
        (Door.LOG_IN, "amihan", "a-device"),
        (Door.LOG_IN, "amihan", "another-device"),
    ):
        assert passed(door, [name] * 9, device) == FREE


def test_a_name_is_one_name_however_it_is_typed() -> None:
    assert passed(Door.LOG_IN, ["amihan", "AMIHAN", " amihan ", "ＡＭＩＨＡＮ", "Amihan", "aMihan"]) == FREE


def test_failures_are_forgotten_and_their_rows_deleted(clock: Clock) -> None:
    passed(Door.LOG_IN, ["amihan"] * 5)
    clock.pass_(throttle.MEMORY)
    attempt(Door.LOG_IN, "dilag").succeeded()
    names = db.session.scalar(select(func.count(Throttle.id)).where(Throttle.failures > 0))
    assert names == 0
    assert passed(Door.LOG_IN, ["amihan"] * 9) == FREE


# ---- the whole site ----


def test_many_names_share_a_budget_of_one_a_second(clock: Clock) -> None:
    names = [f"nobody-{number}" for number in range(200)]
    assert passed(Door.LOG_IN, names) == 60
    clock.pass_(10_000)
    assert passed(Door.LOG_IN, names[100:]) == 10


def test_who_succeeds_costs_the_site_nothing() -> None:
    for number in range(100):
        attempt(Door.LOG_IN, f"person-{number}").succeeded()


def test_a_known_device_gets_in_while_the_site_is_under_attack() -> None:
    passed(Door.LOG_IN, [f"nobody-{number}" for number in range(100)] + ["amihan"] * 9)
    assert passed(Door.LOG_IN, ["amihan"]) == 0
    assert passed(Door.LOG_IN, ["amihan"], "a-device") == 1


def test_who_is_logged_in_does_not_wait_for_strangers() -> None:
    passed(Door.LOG_IN, [f"nobody-{number}" for number in range(100)])
    assert passed(Door.SECOND_FACTOR, ["a" * 32]) == passed(Door.CONFIRM, ["a" * 32]) == 1


def test_a_name_that_waits_does_not_use_up_the_site() -> None:
    passed(Door.LOG_IN, ["amihan"] * 500)
    assert passed(Door.LOG_IN, [f"person-{number}" for number in range(55)]) == 55


# ---- workers, thieves, a lost pepper ----


def test_attempts_at_the_same_moment_count_each_other(app: Flask) -> None:
    """Each thread is a worker: its own session, its own connection."""

    def knock(_number: int) -> int:
        with app.app_context():
            return passed(Door.LOG_IN, ["amihan"])

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(knock, range(24))) == FREE


def test_different_names_at_the_same_moment_do_not_wait_for_each_other_for_ever(app: Flask) -> None:
    def knock(number: int) -> int:
        with app.app_context():
            for _ in range(3):
                attempt(Door.LOG_IN, f"person-{number % 5}").succeeded()
            return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(knock, range(16))) == 16


def test_a_line_that_is_full_lets_no_more_in_and_empties_again(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crowd at the door takes no thread that another page needs: who finds the line full is told at once."""
    person = world.person(Role.ANALYST, world.organisation())
    inside, done = threading.Semaphore(0), threading.Event()

    class Slow:
        def __init__(self, **_named: object) -> None:
            pass

        def derive(self, _typed: bytes) -> bytes:
            inside.release()
            done.wait(30)
            return bytes(32)

    monkeypatch.setattr(passphrases, "Argon2id", Slow)

    def come() -> bool:
        with app.app_context():
            try:
                services.open_account_seed(person.username, "a wrong plainly fictional one")
            except Throttled:
                return False
            except WrongCredentials:
                return True
        raise AssertionError("let in")

    with ThreadPoolExecutor(passphrases.MAX_IN_LINE) as pool:
        first = [pool.submit(come) for _ in range(passphrases.MAX_IN_LINE)]
        inside.acquire(timeout=30)
        until = time.monotonic() + 30
        while passphrases._line._value and time.monotonic() < until:
            time.sleep(0.01)
        assert come() is False
        done.set()
        assert all(future.result(timeout=30) for future in first)
    assert come() is True


def test_a_server_has_more_threads_than_may_stand_in_line() -> None:
    assert THREADS > passphrases.MAX_IN_LINE


def test_the_table_does_not_say_whose_name_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thief of the database who has a list of names but no pepper finds none of them."""
    attempt(Door.LOG_IN, "amihan")
    rows = {row.id for row in db.session.scalars(select(Throttle))}
    assert not any("amihan" in row for row in rows)
    monkeypatch.setattr(throttle, "read_pepper", lambda _path: b"a guess at the pepper of this place")
    assert throttle._bucket(Door.LOG_IN, "name", "amihan") not in rows
    monkeypatch.undo()
    assert throttle._bucket(Door.LOG_IN, "name", "amihan") in rows


def test_a_lost_pepper_stops_no_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(_path: object) -> bytes:
        raise PepperMissing

    monkeypatch.setattr(throttle, "read_pepper", lost)
    assert passed(Door.RECOVERY, ["amihan"] * 9) == FREE
