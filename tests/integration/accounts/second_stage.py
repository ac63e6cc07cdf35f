"""What tests of second factors share: browsers at each stage, codes, and what the log says."""

from __future__ import annotations

import re
import time
from html import unescape
from typing import TYPE_CHECKING

from incidents.accounts.factors import factors_of
from incidents.audit.reading import keys_for, read
from incidents.keyring.totp import code_of, step_at
from tests.factories.world import PASSPHRASE, SECRET, Browser

if TYPE_CHECKING:
    from flask import Flask

    from incidents.audit.acts import Act
    from tests.factories.authenticator import Authenticator
    from tests.factories.world import Person

COOKIE = "__Host-tala"
MINUTE = 60
NEW = "another plainly fictional passphrase"
OPTIONS = re.compile(r'data-options="([^"]+)"')
#: A second in the middle of a step, so that no test crosses into the next.
NOW = 1_900_000_015.0


def fresh(app: Flask) -> Browser:
    return Browser(app.test_client())


def halfway(person: Person) -> Browser:
    """A browser in which the passphrase was given, and nothing else."""
    browser = fresh(person.app)
    browser.post("/login", {"username": person.username, "passphrase": PASSPHRASE}, status=303)
    return browser


def code(person: Person, ahead: int = 0) -> str:
    """The code of a step, whether it was used or not."""
    return code_of(factors_of(person.id, person.seed).apps[0].secret, step_at(time.time()) + ahead)


def second(browser: Browser, typed: str, *, status: int) -> str:
    return browser.post("/login/second", {"code": typed}, status=status)


def cookie_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def options(page: str) -> str:
    found = OPTIONS.search(page)
    assert found
    return unescape(found[1])


def acts(person: Person, passphrase: str = PASSPHRASE) -> list[Act]:
    """What a researcher's log says, newest first."""
    keys = keys_for(person.id, person.opened_by(passphrase), person.organisation_id)
    return [line.act for line in read(keys).lines]


def add_app(browser: Browser, name: str = "Tablet") -> None:
    """Add an app on one's own page."""
    browser.post("/account/factors/app/new", status=303)
    typed = shown_code(browser.get("/account/factors/app"))
    browser.post("/account/factors/app", {"name": name, "code": typed}, status=303)


def shown_code(page: str) -> str:
    """The code of the secret that a page shows."""
    found = SECRET.search(page)
    assert found
    return code_of(found[1].replace(" ", ""), step_at(time.time()))


def add_key(person: Person, key: Authenticator) -> Browser:
    """Add a security key on one's own page."""
    browser = person.browser()
    page = browser.get("/account/factors/key")
    browser.post("/account/factors/key", {"name": "Key", "answer": key.create(options(page))}, status=303)
    return browser


def with_key(browser: Browser, answer: str, *, status: int) -> str:
    """The second stage with a key."""
    return browser.post("/login/second", {"assertion": answer}, status=status)
