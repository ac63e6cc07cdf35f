"""Security keys over HTTP: what a key signed is good once, for one session of one account of this site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from incidents.accounts.factors import factors_of
from tests.factories.authenticator import Authenticator
from tests.factories.world import PASSPHRASE
from tests.integration.accounts.second_stage import MINUTE, add_key, halfway, options, with_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.factories.world import Person, Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture
def person(team: Team) -> Person:
    return team.researcher


@pytest.mark.usefixtures("origin")
def test_a_security_key_is_added_and_logs_in(person: Person) -> None:
    key = Authenticator()
    assert "The security key is added." in add_key(person, key).get("/account/factors")
    browser = halfway(person)
    with_key(browser, key.get(options(browser.get("/login/second"))), status=303)
    browser.get("/account")


@pytest.mark.usefixtures("origin")
def test_an_answer_of_a_key_is_no_good_twice_or_in_another_session(person: Person) -> None:
    key = Authenticator()
    add_key(person, key)
    first, other = halfway(person), halfway(person)
    answer = key.get(options(first.get("/login/second")))
    with_key(other, answer, status=422)
    with_key(first, answer, status=303)
    with_key(halfway(person), answer, status=422)


@pytest.mark.usefixtures("origin")
def test_a_key_of_another_account_does_not_log_in(team: Team) -> None:
    mine, theirs = Authenticator(), Authenticator()
    add_key(team.researcher, mine)
    add_key(team.analyst, theirs)
    browser = halfway(team.researcher)
    with_key(browser, theirs.get(options(browser.get("/login/second"))), status=422)
    browser.get("/account", status=401)


@pytest.mark.usefixtures("origin")
def test_a_copy_of_the_site_gets_nothing_from_a_key(person: Person) -> None:
    key = Authenticator()
    add_key(person, key)
    browser = halfway(person)
    key.origin = "https://tala.example.copy.example"
    with_key(browser, key.get(options(browser.get("/login/second"))), status=422)


@pytest.mark.usefixtures("origin")
def test_a_copied_key_is_refused_once_the_other_was_used(person: Person) -> None:
    key = Authenticator()
    add_key(person, key)
    copy = Authenticator(private=key.private, credential_id=key.credential_id)
    for _ in range(2):
        browser = halfway(person)
        with_key(browser, key.get(options(browser.get("/login/second"))), status=303)
    browser = halfway(person)
    with_key(browser, copy.get(options(browser.get("/login/second"))), status=422)


@pytest.mark.usefixtures("origin")
def test_a_key_that_was_removed_opens_nothing(person: Person) -> None:
    key = Authenticator()
    browser = add_key(person, key)
    waits = halfway(person)
    page = waits.get("/login/second")
    kept = factors_of(person.id, person.seed).keys[0]
    browser.post(f"/account/factors/{kept.id}/remove", status=303)
    # The half-open session ended with the others.
    with_key(waits, key.get(options(page)), status=303)
    waits.get("/account", status=401)


@pytest.mark.usefixtures("origin")
def test_a_key_confirms_a_grave_act_with_the_passphrase(person: Person, still: Callable[[float], None]) -> None:
    key = Authenticator()
    browser = add_key(person, key)
    still(16 * MINUTE)
    page = browser.post("/account/recovery-code", status=422)
    answer = {"confirm-passphrase": PASSPHRASE, "confirm-assertion": key.get(options(page))}
    assert "This is a new code." in browser.post("/account/recovery-code", answer)


@pytest.mark.usefixtures("origin")
def test_a_script_runs_on_the_pages_of_keys_alone(person: Person) -> None:
    browser = add_key(person, Authenticator())
    half = halfway(person)
    for client, path, runs in (
        (browser, "/account/factors/key", True),
        (browser, "/confirm", True),
        (half, "/login/second", True),
        (browser, "/account/factors", False),
        (browser, "/account", False),
        (half, "/login", False),
    ):
        answer = client.client.get(path)
        policy, page = answer.headers["Content-Security-Policy"], answer.get_data(as_text=True)
        assert ("script-src 'self'" in policy) == runs == ("<script" in page), path
        assert "unsafe" not in policy
        assert re.findall(r"<script(?! src=\"/static/webauthn\.js\" defer></script>)", page) == []


def test_without_an_address_that_has_a_name_no_key_is_offered(person: Person) -> None:
    browser = person.browser()
    assert "TALA_ORIGIN" in browser.get("/account/factors")
    browser.get("/account/factors/key", status=404)
    assert "<script" not in halfway(person).get("/login/second")
