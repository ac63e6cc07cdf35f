"""When something fails, the answer is a page and the log has a kind and a place: no value, no address, no trace."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from incidents.accounts.models import Role
from incidents.accounts.sessions import SealedSessions
from incidents.database import SQLITE_PRAGMAS
from incidents.extensions import db
from incidents.keyring import passphrase
from incidents.logs import EventFormatter
from incidents.web.headers import HEADERS
from tests.factories.world import PASSPHRASE, Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.factories.world import Person, World

#: What must never be read in a log or on a page: an exception's words often hold what was being saved.
VALUE = "the fictional secret of a fictional person"
ADDRESS = f"/cases/{'c' * 32}"


class Failing:
    """A piece that fails with a value in its exception."""

    def __call__(self, *_args: object, **_named: object) -> None:
        raise ValueError(VALUE)


@pytest.fixture
def person(world: World) -> Person:
    return world.person(Role.RESEARCHER, world.organisation())


@pytest.fixture
def production(app: Flask) -> Iterator[Flask]:
    """The application as it is served: a test's own application hands exceptions on to the test."""
    app.testing = False
    yield app
    app.testing = True


def said(caplog: pytest.LogCaptureFixture) -> str:
    """Everything any logger wrote, with the traces that a plain handler would print."""
    return "\n".join(logging.Formatter("%(name)s %(message)s").format(record) for record in caplog.records)


def assert_says_nothing(answer: TestResponse, caplog: pytest.LogCaptureFixture) -> None:
    page, log = answer.get_data(as_text=True), said(caplog)
    assert answer.status_code == 500
    assert answer.mimetype == "text/html"
    for name in HEADERS:
        assert answer.headers[name]
    assert answer.headers["Cache-Control"] == "no-store"
    for words in (page, log):
        assert VALUE not in words
        assert "Traceback" not in words
    assert ADDRESS not in log
    assert PASSPHRASE not in log


def test_a_failure_in_a_view_is_a_page_and_a_line_of_kind_and_place(
    production: Flask, person: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    browser = person.browser()
    monkeypatch.setattr("incidents.accounts.views.admission.waiting", Failing())
    answer = browser.client.get("/members")
    assert_says_nothing(answer, caplog)
    assert "The fault is in Tala" in answer.get_data(as_text=True)
    failures = [record for record in caplog.records if record.message == "unexpected_error"]
    assert [(record.kind, record.where) for record in failures] == [("ValueError", failures[0].where)]  # type: ignore[attr-defined]
    assert re.fullmatch(r"Failing.__call__:\d+", failures[0].where)  # type: ignore[attr-defined]
    assert production


@pytest.mark.parametrize("step", ["open_session", "save_session"])
def test_a_failure_to_read_or_write_the_session_says_as_little(
    production: Flask,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    step: str,
) -> None:
    """No page that asks who is looking can be made then; the framework itself would log a trace and the address."""
    browser = person.browser()
    monkeypatch.setattr(SealedSessions, step, Failing())
    answer = browser.client.get(ADDRESS)
    assert production
    assert_says_nothing(answer, caplog)
    assert "Tala cannot answer now" in answer.get_data(as_text=True)


def test_a_database_that_is_gone_is_a_page_not_a_trace(
    production: Flask, person: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    browser = person.browser()
    monkeypatch.setattr(type(db.session.registry()), "execute", Failing())
    assert production
    assert_says_nothing(browser.client.get(ADDRESS), caplog)
    assert_says_nothing(
        browser.client.post("/login", data={"username": VALUE, "passphrase": PASSPHRASE, "csrf_token": "x"}), caplog
    )


def test_after_a_query_that_the_database_refused_the_page_still_knows_who_is_looking(
    production: Flask, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL answers no further query of a transaction in which one has failed."""

    def refused(_member: object) -> None:
        db.session.execute(text("select nothing from nowhere"))

    browser = person.browser()
    monkeypatch.setattr("incidents.accounts.views.admission.waiting", refused)
    answer = browser.client.get("/members")
    assert answer.status_code == 500
    assert person.username in answer.get_data(as_text=True)
    assert production


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
def test_the_page_of_last_resort_speaks_the_persons_language(
    production: Flask, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    client = production.test_client()
    client.set_cookie("tala-locale", language)
    monkeypatch.setattr(SealedSessions, "open_session", Failing())
    page = client.get("/cases").get_data(as_text=True)
    assert "Tala cannot answer now" not in page.split("<main")[1]
    assert f'lang="{language}"' in page
    assert f'dir="{"rtl" if language == "ar-XB" else "ltr"}"' in page


def test_a_log_line_drops_everything_that_is_not_on_its_list() -> None:
    record = logging.LogRecord(
        "tala", logging.ERROR, __file__, 1, "answered", (), (ValueError, ValueError(VALUE), None)
    )
    record.route, record.name_of_somebody = "/cases", VALUE
    line = EventFormatter().format(record)
    assert json.loads(line) == {"level": "error", "event": "answered", "route": "/cases"}


@pytest.mark.parametrize("path", ["/login", "/set-up", "/recover"])
def test_a_null_in_a_name_is_a_wrong_name_on_both_databases(world: World, path: str) -> None:
    new = "another plainly fictional passphrase"
    form = {"username": "no\0body", "passphrase": "x", "code": "x", "new_passphrase": new, "repeated": new}
    Browser(world.app.test_client()).post(path, form, status=422)


@pytest.mark.parametrize(
    "path", ["/cases/%00", "/cases/%00/history", "/reports/%00", "/releases/%00", "/reports/campaigns/%00"]
)
def test_a_null_in_an_address_finds_nothing_on_both_databases(world: World, path: str) -> None:
    world.team().researcher.browser().get(path, status=404)


def test_nothing_is_found_under_an_address_with_a_null_by_a_form_either(world: World) -> None:
    team = world.team()
    team.administrator.browser().post("/accounts/%00/disable", status=404)
    team.researcher.browser().post("/members/%00/admit", {"fingerprint": "x"}, status=404)


@pytest.mark.parametrize("size", [100_000, 1_200_000])
def test_a_huge_passphrase_is_refused_like_any_other_and_never_hashed(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(passphrase, "Argon2id", Failing())
    browser = Browser(world.app.test_client())
    for username in (person.username, "x" * size):
        page = browser.post("/login", {"username": username, "passphrase": "x" * size}, status=422)
        assert len(page) < 20_000
    new = {"new_passphrase": "y" * size, "repeated": "y" * size}
    browser.post("/recover", {"username": person.username, "code": "x" * size, **new}, status=422)
    browser.post("/set-up", {"username": person.username, "code": "x" * size, **new}, status=422)


def test_a_database_that_stays_locked_is_a_page_after_the_wait(
    production: Flask, person: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Another program has the SQLite file for longer than a writer waits (ten seconds; here a twentieth of one)."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no lock of the whole database")
    browser = Browser(production.test_client())
    form = {"csrf_token": browser.token(), "username": person.username, "passphrase": PASSPHRASE}
    monkeypatch.setitem(SQLITE_PRAGMAS, "busy_timeout", "50")
    db.session.remove()
    db.engine.dispose()
    holder = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        refused = browser.client.post("/login", data=form)
    finally:
        holder.rollback()
        holder.close()
    assert_says_nothing(refused, caplog)
    assert browser.client.post("/login", data=form).status_code == 303
    monkeypatch.undo()
    db.session.remove()
    db.engine.dispose()
