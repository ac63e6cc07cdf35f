"""The second stage of a log-in, and those who would go round it: half of one opens nothing, and a code counts once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from incidents.accounts import entering, services
from incidents.accounts.factors import Factors, WrongFactor, changing, factors_of
from incidents.accounts.models import Role, StoredSession
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.memory import remember
from incidents.keyring.models import StoredMemory
from incidents.keyring.totp import code_of, step_at
from tests.contracts.walking import address
from tests.factories.site import build
from tests.factories.world import PASSPHRASE
from tests.integration.accounts.second_stage import (
    COOKIE,
    MINUTE,
    NEW,
    NOW,
    acts,
    add_app,
    code,
    cookie_of,
    fresh,
    halfway,
    second,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.factories.world import Browser, Person, Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture
def person(team: Team) -> Person:
    return team.researcher


# ---- half a log-in ----


def test_passphrase_and_code_log_in(person: Person) -> None:
    browser = halfway(person)
    assert "Your second factor" in browser.get("/login/second")
    second(browser, person.code(), status=303)
    assert person.username in browser.get("/account")


def test_half_a_log_in_opens_nothing_on_any_route(app: Flask, world: World) -> None:
    """Every route, asked by somebody with the passphrase alone and by a stranger: the same answers."""
    ours = build(world).ours
    skipped = {"static", "factors.second", "accounts.login", "factors.first"}
    with_passphrase, stranger = halfway(ours.team.researcher), fresh(app)
    with_passphrase.client.parses = stranger.client.parses = False
    asked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in skipped:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            path = address(rule.rule, ours)
            found = []
            for browser in (with_passphrase, stranger):
                data = {"csrf_token": browser.token()} if method == "POST" else None
                found.append(browser.client.open(path, method=method, data=data).status_code)
            assert found[0] == found[1], (method, path, found)
            asked += 1
    assert asked > 60
    assert "Your second factor" in with_passphrase.get("/login/second")


def test_half_a_log_in_is_not_logged_as_one(person: Person) -> None:
    before = acts(person)
    browser = halfway(person)
    assert acts(person) == before
    second(browser, person.code(), status=303)
    assert acts(person) == [Act.LOGGED_IN, *before]


def test_the_second_page_without_the_first_leads_to_the_log_in(app: Flask) -> None:
    for path in ("/login/second", "/second-factor"):
        browser = fresh(app)
        browser.get(path, status=303)
        browser.post(path, {"code": "000000"}, status=303)


def test_the_cookie_is_another_after_each_stage(app: Flask, person: Person) -> None:
    planted = fresh(app)
    planted.get("/login")
    first = cookie_of(planted)
    browser = fresh(app)
    browser.client.set_cookie(COOKIE, first)
    browser.post("/login", {"username": person.username, "passphrase": PASSPHRASE}, status=303)
    half = cookie_of(browser)
    second(browser, person.code(), status=303)
    whole = cookie_of(browser)
    assert len({first, half, whole}) == 3
    for old in (first, half):
        thief = fresh(app)
        thief.client.set_cookie(COOKIE, old)
        thief.get("/account", status=401)
        thief.get("/login/second", status=303)
    assert db.session.scalars(select(StoredSession.account_id)).all() == [person.id]


def test_half_a_log_in_ends_after_five_minutes_visits_or_not(person: Person, still: Callable[[float], None]) -> None:
    browser = halfway(person)
    for minutes in (1, 2, 3, 4):
        still(minutes * MINUTE)
        browser.get("/login/second")
    row = db.session.scalars(select(StoredSession)).one()
    assert (row.idle_until, row.absolute_until) == (int(NOW) + 5 * MINUTE, int(NOW) + 5 * MINUTE)
    still(5 * MINUTE + 1)
    second(browser, code(person), status=303)
    browser.get("/account", status=401)


@pytest.mark.parametrize("change", ["disabled", "passphrase"])
def test_half_a_log_in_ends_when_the_account_is_changed(person: Person, change: str) -> None:
    browser = halfway(person)
    answer = person.code()
    if change == "disabled":
        services.set_disabled(person.id, disabled=True)
    else:
        services.replace_passphrase(person.id, person.seed, NEW, opened=person.account.salt)
    second(browser, answer, status=303)
    browser.get("/account", status=401)


def test_half_a_log_in_does_not_outlive_a_change_that_ended_no_session(person: Person) -> None:
    """Its row put back by somebody who can write the table: the passphrase is another by then."""
    browser = halfway(person)
    answer = person.code()
    row = db.session.scalars(select(StoredSession)).one()
    kept = {column.name: getattr(row, column.name) for column in StoredSession.__table__.columns}
    services.replace_passphrase(person.id, person.seed, NEW, opened=person.account.salt)
    with writing(db.session):
        db.session.add(StoredSession(**kept))
    second(browser, answer, status=303)
    browser.get("/account", status=401)


def test_a_wrong_code_says_what_to_do_and_may_be_tried_again(person: Person) -> None:
    browser = halfway(person)
    assert "Wait for the next one" in second(browser, "123 456 7", status=422)
    assert "Fill this in." in second(browser, "", status=422)
    second(browser, person.code(), status=303)


# ---- a code counts once ----


def test_a_code_that_was_used_is_refused(person: Person, still: Callable[[float], None]) -> None:
    second(halfway(person), code(person), status=303)
    second(halfway(person), code(person), status=422)
    still(29)
    second(halfway(person), code(person, -1), status=422)


def test_an_older_code_is_refused_after_a_newer_one(person: Person, still: Callable[[float], None]) -> None:
    """Watching somebody type two codes, one could keep the second back and send the first, or the other way round."""
    still(0)
    second(halfway(person), code(person, 1), status=303)
    for ahead in (-1, 0, 1):
        second(halfway(person), code(person, ahead), status=422)
    still(30)
    second(halfway(person), code(person, 0), status=422)
    second(halfway(person), code(person, 1), status=303)


@pytest.mark.parametrize(("ahead", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_a_clock_may_be_half_a_minute_wrong_and_no_more(
    person: Person, still: Callable[[float], None], ahead: int, status: int
) -> None:
    still(0)
    second(halfway(person), code(person, ahead), status=status)


def test_of_many_log_ins_at_once_with_one_code_exactly_one_wins(person: Person) -> None:
    browsers = [halfway(person) for _ in range(6)]
    tokens = [browser.token() for browser in browsers]
    typed = person.code()
    together = threading.Barrier(len(browsers))

    def attempt(browser: Browser, token: str) -> int:
        together.wait(20)
        with person.app.app_context():
            return browser.client.post("/login/second", data={"code": typed, "csrf_token": token}).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        found = list(pool.map(attempt, browsers, tokens))
    assert sorted(found) in ([303] + [422] * 5, [303] + [422] * 4 + [429])
    inside = [browser for browser in browsers if browser.client.get("/account").status_code == 200]
    assert len(inside) == 1


def test_of_two_codes_in_one_half_open_session_at_once_one_session_comes(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits is taken once: the other request finds it gone, though its code was good."""
    browser = halfway(person)
    token, old, codes = browser.token(), cookie_of(browser), [code(person, -1), code(person, 0)]
    met = threading.Barrier(2)

    def proved(*args: object) -> None:
        prove(*args)  # type: ignore[arg-type]
        met.wait(20)

    prove = entering.prove
    monkeypatch.setattr(entering, "prove", proved)
    outcomes = []

    def attempt(typed: str) -> None:
        client = person.app.test_client()
        client.set_cookie(COOKIE, old)
        with person.app.app_context():
            answer = client.post("/login/second", data={"code": typed, "csrf_token": token})
            outcomes.append((answer.status_code, client.get("/account").status_code))

    first = threading.Thread(target=attempt, args=(codes[0],))
    first.start()
    time.sleep(0.3)
    attempt(codes[1])
    first.join(20)
    assert sorted(outcomes) == [(303, 200), (303, 401)]


def test_guessing_codes_is_throttled_over_all_half_open_sessions(person: Person) -> None:
    for _ in range(5):
        second(halfway(person), "000000x", status=422)
    page = second(halfway(person), person.code(), status=429)
    assert "too many attempts" in page


# ---- the database edited ----


def test_a_memory_that_was_deleted_lets_nobody_in(person: Person) -> None:
    with writing(db.session):
        db.session.execute(delete(StoredMemory).where(StoredMemory.account_id == person.id))
    browser = fresh(person.app)
    page = browser.post("/login", {"username": person.username, "passphrase": PASSPHRASE}, status=422)
    assert "was changed or deleted" in page
    browser.get("/account", status=401)


@pytest.mark.parametrize("blob", [b"", b"\x01" * 100])
def test_a_memory_that_was_altered_lets_nobody_in(person: Person, blob: bytes) -> None:
    set_memory(person, blob)
    fresh(person.app).post("/login", {"username": person.username, "passphrase": PASSPHRASE}, status=422)


def test_the_memory_of_another_lets_nobody_in(team: Team) -> None:
    set_memory(team.researcher, memory_of(team.analyst))
    person = team.researcher
    fresh(person.app).post("/login", {"username": person.username, "passphrase": PASSPHRASE}, status=422)


def test_a_memory_that_was_deleted_while_the_factor_was_waited_for_lets_nobody_in(person: Person) -> None:
    browser = halfway(person)
    answer = person.code()
    with writing(db.session):
        db.session.execute(delete(StoredMemory).where(StoredMemory.account_id == person.id))
    browser.post("/login/second", {"code": answer}, status=403)
    browser.get("/account", status=401)


def test_the_oldest_memory_put_back_still_asks_for_a_factor(world: World) -> None:
    """From the first moment on there is one: no copy of the table lacks it."""
    person = world.person(Role.RESEARCHER, world.organisation())
    oldest, first = memory_of(person), factors_of(person.id, person.seed).apps[0].secret
    browser = person.browser()
    add_app(browser)
    gone = factors_of(person.id, person.seed).apps[0]
    browser.post(f"/account/factors/{gone.id}/remove", status=303)
    set_memory(person, oldest)
    page = halfway(person)
    second(page, "", status=422)
    page.get("/account", status=401)
    # What it brings back is the factor of that time, and no more: docs/threat-model.md says so.
    second(page, code_of(first, step_at(time.time())), status=303)


def test_a_memory_without_a_factor_lets_nobody_in(person: Person) -> None:
    with writing(db.session):
        remember(person.id, person.seed, changing(lambda _factors: Factors()))
    second(halfway(person), "000000", status=422)
    with pytest.raises(WrongFactor):
        entering.prove(person.id, person.seed, "000000", "")


def test_nothing_of_a_factor_is_in_the_table(person: Person) -> None:
    secret = factors_of(person.id, person.seed).apps[0].secret
    assert secret.encode() not in memory_of(person)


def memory_of(person: Person) -> bytes:
    db.session.rollback()
    return db.session.scalars(select(StoredMemory.sealed).where(StoredMemory.account_id == person.id)).one()


def set_memory(person: Person, blob: bytes) -> None:
    with writing(db.session):
        db.session.execute(update(StoredMemory).where(StoredMemory.account_id == person.id).values(sealed=blob))
