"""A session is a row that only its cookie opens, and that is over the moment it is gone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from incidents.accounts import services, sessions
from incidents.accounts.models import Role, StoredSession
from incidents.database import writing
from incidents.extensions import db
from tests.factories.world import PASSPHRASE, Browser

if TYPE_CHECKING:
    from tests.factories.world import Person, World

COOKIE = "__Host-tala"
NEW_PASSPHRASE = "another plainly fictional passphrase"


@pytest.fixture
def person(world: World) -> Person:
    return world.person(Role.RESEARCHER, world.organisation())


def cookie_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def replay(world: World, cookie: str) -> Browser:
    """Another browser that has got hold of a cookie."""
    thief = Browser(world.app.test_client())
    thief.client.set_cookie(COOKIE, cookie)
    return thief


def test_a_page_without_a_session_is_answered_401_with_the_log_in_form(world: World) -> None:
    page = Browser(world.app.test_client()).get("/account", status=401)
    assert 'name="passphrase"' in page


def test_log_in_lets_in(person: Person) -> None:
    assert "your number" in person.browser().get("/account").lower()


@pytest.mark.parametrize(
    ("username", "passphrase"),
    [("nobody-here", PASSPHRASE), (None, "a wrong fictional passphrase"), (None, "")],
)
def test_wrong_name_wrong_passphrase_and_empty_passphrase_are_refused(
    world: World, person: Person, username: str | None, passphrase: str
) -> None:
    browser = Browser(world.app.test_client())
    browser.post("/login", {"username": username or person.username, "passphrase": passphrase}, status=422)
    browser.get("/account", status=401)


def test_unknown_name_and_wrong_passphrase_get_the_same_page(world: World, person: Person) -> None:
    pages = []
    for username in (person.username, "x" * len(person.username)):
        browser = Browser(world.app.test_client())
        page = browser.post("/login", {"username": username, "passphrase": "a wrong fictional one"}, status=422)
        pages.append(page.replace(username, "").replace(browser.token(), ""))
    assert pages[0] == pages[1]


def test_username_is_the_same_in_any_case_and_width(world: World, person: Person) -> None:
    browser = Browser(world.app.test_client())
    browser.post("/login", {"username": f" {person.username.upper()} ", "passphrase": PASSPHRASE}, status=303)
    browser.post("/login/second", {"code": person.code()}, status=303)
    browser.get("/account")


def test_a_cookie_that_was_planted_before_log_in_is_not_adopted(world: World, person: Person) -> None:
    planted = sessions.new_cookie()
    browser = replay(world, planted)
    browser.post("/login", {"username": person.username, "passphrase": PASSPHRASE}, status=303)
    assert cookie_of(browser) != planted
    replay(world, planted).get("/account", status=401)


def test_a_cookie_replayed_after_log_out_is_answered_401(world: World, person: Person) -> None:
    browser = person.browser()
    cookie = cookie_of(browser)
    replay(world, cookie).get("/account")
    browser.post("/logout", status=303)
    replay(world, cookie).get("/account", status=401)


def test_disabling_an_account_ends_its_sessions_at_once(world: World, person: Person) -> None:
    browser = person.browser()
    cookie = cookie_of(browser)
    services.set_disabled(person.id, disabled=True)
    browser.get("/account", status=401)
    services.set_disabled(person.id, disabled=False)
    replay(world, cookie).get("/account", status=401)


def test_a_disabled_account_cannot_log_in(world: World, person: Person) -> None:
    services.set_disabled(person.id, disabled=True)
    Browser(world.app.test_client()).post("/login", {"username": person.username, "passphrase": PASSPHRASE}, status=422)


def test_changing_the_passphrase_ends_every_session(world: World, person: Person) -> None:
    here, elsewhere = person.browser(), person.browser()
    cookies = [cookie_of(here), cookie_of(elsewhere)]
    change = {"passphrase": PASSPHRASE, "new_passphrase": NEW_PASSPHRASE, "repeated": NEW_PASSPHRASE}
    here.post("/account", change, status=303)
    for cookie in cookies:
        replay(world, cookie).get("/account", status=401)
    fresh = Browser(world.app.test_client())
    fresh.post("/login", {"username": person.username, "passphrase": PASSPHRASE}, status=422)
    fresh.post("/login", {"username": person.username, "passphrase": NEW_PASSPHRASE}, status=303)


def test_changing_the_passphrase_asks_for_the_old_one(person: Person) -> None:
    change = {
        "passphrase": "not the old one at all",
        "new_passphrase": NEW_PASSPHRASE,
        "repeated": NEW_PASSPHRASE,
    }
    browser = person.browser()
    browser.post("/account", change, status=422)
    browser.get("/account")


@pytest.mark.parametrize("limit", ["idle_until", "absolute_until"])
def test_a_session_past_a_limit_is_over(person: Person, limit: str) -> None:
    browser = person.browser()
    with writing(db.session):
        db.session.execute(update(StoredSession).values({limit: int(time.time()) - 1}))
    browser.get("/account", status=401)


def test_a_visit_moves_the_idle_limit_but_not_at_every_page(person: Person) -> None:
    browser = person.browser()
    browser.get("/account")
    first = db.session.scalar(select(StoredSession.idle_until))
    db.session.rollback()
    browser.get("/account")
    assert db.session.scalar(select(StoredSession.idle_until)) == first
    with writing(db.session):
        db.session.execute(update(StoredSession).values(idle_until=int(time.time()) + 60))
    browser.get("/account")
    assert (db.session.scalar(select(StoredSession.idle_until)) or 0) > int(time.time()) + 60


def test_the_row_alone_opens_nothing(person: Person) -> None:
    browser = person.browser()
    row = db.session.scalars(select(StoredSession)).one()
    assert cookie_of(browser) not in row.id
    assert person.seed.raw not in row.sealed
    assert b"seed" not in row.sealed


def test_a_row_moved_to_another_account_is_worth_nothing(world: World, person: Person) -> None:
    other = world.person(Role.RESEARCHER, world.organisation())
    browser = person.browser()
    with writing(db.session):
        db.session.execute(update(StoredSession).values(account_id=other.id))
    browser.get("/account", status=401)


def test_a_session_that_was_ended_is_not_written_back_by_a_request_still_running(world: World, person: Person) -> None:
    browser = person.browser()
    opened = world.app.session_interface.open_session(
        world.app, world.app.test_request_context(headers={"Cookie": f"{COOKIE}={cookie_of(browser)}"}).request
    )
    assert opened is not None
    with writing(db.session):
        sessions.end_all(person.id)
    opened["late"] = "change"
    with world.app.test_request_context("/account"):
        world.app.session_interface.save_session(world.app, opened, world.app.make_response(""))
    assert db.session.scalar(select(StoredSession)) is None


def test_nobody_has_a_row_before_logging_in(world: World) -> None:
    Browser(world.app.test_client()).get("/login")
    assert db.session.scalar(select(StoredSession)) is None


@pytest.mark.parametrize("token", ["", "wrong", None])
def test_a_form_without_the_right_token_is_refused(person: Person, token: str | None) -> None:
    browser = person.browser()
    data = {} if token is None else {"csrf_token": token}
    assert browser.client.post("/logout", data=data).status_code == 400
    browser.get("/account")


def test_another_browsers_token_is_refused(world: World, person: Person) -> None:
    other = Browser(world.app.test_client()).token()
    browser = person.browser()
    assert browser.client.post("/logout", data={"csrf_token": other}).status_code == 400


def test_every_answer_varies_by_cookie_and_is_kept_nowhere(person: Person) -> None:
    response = person.browser().client.get("/account")
    assert "Cookie" in response.headers["Vary"]
    assert response.headers["Cache-Control"] == "no-store"


def test_the_cookie_is_strict_and_out_of_reach_of_scripts(world: World) -> None:
    header = world.app.test_client().get("/login").headers["Set-Cookie"]
    assert header.startswith("__Host-tala=")
    assert "Secure" in header
    assert "HttpOnly" in header
    assert "SameSite=Strict" in header
    assert "Path=/" in header


def test_of_two_messages_before_the_next_page_none_is_lost(world: World) -> None:
    browser = world.team().researcher.browser()
    token = browser.token()
    for _ in range(2):
        draft = browser.client.post("/drafts", data={"csrf_token": token}).location.split("/")[2]
        assert browser.client.post(f"/drafts/{draft}/discard", data={"csrf_token": token}).status_code == 303
    assert browser.get("/cases").count("The draft was thrown away.") == 2
