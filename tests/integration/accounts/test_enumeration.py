"""A stranger with a clock and many names does not learn which of them exist."""

from __future__ import annotations

import gc
import random
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from incidents.accounts import throttle
from incidents.accounts.models import Account
from incidents.database import random_id, table_of, writing
from incidents.extensions import db
from tests.factories.guessing import area_under_curve
from tests.factories.world import Browser

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.factories.world import Team, World

PAIRS = 250
WORDS = {
    "passphrase": "a wrong plainly fictional one",
    "code": "WRONG-WRONG-WRONG",
    "new_passphrase": "another plainly fictional passphrase",
    "repeated": "another plainly fictional passphrase",
}


@pytest.fixture
def names(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """As many names that exist as ones that do not, of one length, in random order; the site's budget is no bound."""
    monkeypatch.setattr(throttle, "SITE_BURST", 10**9)
    like(world.team(), [f"name-{2 * number:04}" for number in range(PAIRS)])
    mixed = [(f"name-{number:04}", number % 2 == 0) for number in range(2 * PAIRS)]
    random.Random(7).shuffle(mixed)
    return mixed


def like(team: Team, usernames: list[str]) -> None:
    """Accounts like the analyst's: whole rows, which open with no passphrase."""
    table = table_of(Account)
    row = db.session.execute(select(table).where(table.c.id == team.analyst.id)).one()._asdict()
    with writing(db.session):
        db.session.execute(insert(table), [{**row, "id": random_id(), "username": name} for name in usernames])


def knock(browser: Browser, path: str, name: str) -> tuple[float, TestResponse]:
    """Seconds until the answer, and the answer."""
    form = {"csrf_token": browser.token(), "username": name, **WORDS}
    begun = time.perf_counter()
    answer = browser.client.post(path, data=form)
    return time.perf_counter() - begun, answer


def looks(answer: TestResponse) -> tuple[int, int, frozenset[tuple[str, str]]]:
    return answer.status_code, len(answer.data), frozenset(answer.headers.items())


@pytest.mark.parametrize("path", ["/login", "/set-up", "/recover"])
def test_time_and_looks_of_an_answer_do_not_tell_whether_a_name_exists(
    world: World, names: list[tuple[str, bool]], path: str
) -> None:
    browser = Browser(world.app.test_client())
    browser.client.parses = False  # type: ignore[attr-defined]
    times: dict[bool, list[float]] = {True: [], False: []}
    seen = set()
    knock(browser, path, "warming-up")
    gc.disable()
    try:
        for name, exists in names:
            seconds, answer = knock(browser, path, name)
            times[exists].append(seconds)
            seen.add(looks(answer))
    finally:
        gc.enable()
    assert len(seen) == 1
    assert 0.4 < area_under_curve(times[True], times[False]) < 0.6


def test_the_measure_hears_a_tenth_of_a_millisecond() -> None:
    """The test above can fail: what an object of an account costs would be heard."""
    noise = random.Random(3)
    quiet = [noise.gauss(0.005, 0.0002) for _ in range(PAIRS)]
    late = [noise.gauss(0.0051, 0.0002) for _ in range(PAIRS)]
    assert area_under_curve(late, quiet) > 0.6
    assert area_under_curve(quiet, quiet) == 0.5
    assert area_under_curve([2.0], [1.0]) == 1.0
