"""The doors while somebody guesses: the same page for every name, no hash, and one's own device gets in."""

from __future__ import annotations

import re
import time
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING

import pytest

from incidents.accounts import devices, services
from incidents.accounts.throttle import FREE
from incidents.keyring.passphrase import PepperMissing
from tests.factories.world import PASSPHRASE, Browser

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.factories.world import Person, Team, World

SIX = re.compile(r"<bdi>[a-z]+(?: [a-z]+){5}</bdi>")
WRONG = "a wrong plainly fictional one"
NEW = "another plainly fictional passphrase"
Headers = tuple[tuple[str, str], ...]
DEVICE = "__Host-tala-device"


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def sent(browser: Browser, path: str, **fields: str) -> TestResponse:
    return browser.client.post(path, data={"csrf_token": browser.token(), **fields})


def guess(world: World, path: str, name: str, times: int = FREE) -> tuple[int, str, Headers]:
    """Knock so often, each time in a browser of its own; the last answer's status, page and headers."""
    for _ in range(times):
        browser = Browser(world.app.test_client())
        words = {"passphrase": WRONG, "code": "WRONG", "new_passphrase": NEW, "repeated": NEW}
        answer = sent(browser, path, username=name, **words)
    page = answer.get_data(as_text=True).replace(browser.token(), "").replace(name, "")
    kept = ((key, value) for key, value in answer.headers if key not in {"Set-Cookie", "Content-Length"})
    return answer.status_code, page, tuple(sorted(kept))


def own(team: Team) -> tuple[Browser, str]:
    """A browser that the analyst called their own, and its cookie."""
    browser = Browser(team.analyst.app.test_client())
    answer = sent(browser, "/login", username=team.analyst.username, passphrase=PASSPHRASE, own_device="y")
    assert answer.status_code == 303
    cookie = browser.client.get_cookie(DEVICE)
    assert cookie is not None
    return browser, cookie.value


def log_in(browser: Browser, person: Person, passphrase: str = PASSPHRASE) -> int:
    return sent(browser, "/login", username=person.username, passphrase=passphrase).status_code


# ---- while somebody guesses ----


@pytest.mark.parametrize("path", ["/login", "/set-up", "/recover"])
def test_who_waits_gets_the_same_page_whether_the_name_exists_or_not(world: World, team: Team, path: str) -> None:
    answers = []
    for name in (team.analyst.username, "stranger-9", "stranger-99"):
        guess(world, path, name)
        answers.append(guess(world, path, name, 1))
    assert len(set(answers)) == 1
    status, _, headers = answers[0]
    assert (status, dict(headers)["Retry-After"]) == (429, "60")


def test_the_page_says_when_to_try_again_and_keeps_the_name(world: World, team: Team) -> None:
    guess(world, "/login", team.analyst.username)
    browser = Browser(world.app.test_client())
    page = browser.post("/login", {"username": team.analyst.username, "passphrase": PASSPHRASE}, status=429)
    assert "Try again in 1 minute." in page
    assert f'value="{team.analyst.username}"' in page
    assert PASSPHRASE not in page


def test_nothing_is_hashed_for_who_waits(world: World, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    names = (team.analyst.username, "stranger-9")
    for name in names:
        guess(world, "/login", name)

    def forbidden(*_words: object, **_named: object) -> None:
        raise AssertionError("hashed")

    monkeypatch.setattr(services, "passphrase_key", forbidden)
    for name in names:
        assert guess(world, "/login", name, 3)[0] == 429


def test_a_throttled_door_does_not_close_another(world: World, team: Team) -> None:
    guess(world, "/login", team.analyst.username)
    form: dict[str, object] = {"username": team.analyst.username, "new_passphrase": NEW, "repeated": NEW}
    Browser(world.app.test_client()).post("/recover", {**form, "code": team.analyst.recovery_code}, status=200)


def test_the_old_passphrase_cannot_be_guessed_from_inside(team: Team) -> None:
    browser = team.analyst.browser()
    form = {"passphrase": WRONG, "new_passphrase": NEW, "repeated": NEW}
    for _ in range(FREE):
        browser.post("/account", form, status=422)
    assert "Try again in" in browser.post("/account", {**form, "passphrase": PASSPHRASE}, status=429)


def test_a_few_of_the_most_used_passwords_in_a_row_are_refused_with_what_to_do(team: Team) -> None:
    words = "dragon monkey letmein sunshine"
    form = {"passphrase": PASSPHRASE, "new_passphrase": words, "repeated": words}
    assert "many people use" in team.analyst.browser().post("/account", form, status=422)


@pytest.mark.parametrize("path", ["/set-up", "/recover", "/set-up/ABCD"])
def test_six_words_are_offered_on_a_page_that_is_opened_fresh_each_time(world: World, path: str) -> None:
    offers = {SIX.findall(Browser(world.app.test_client()).get(path))[0] for _ in range(3)}
    assert len(offers) == 3


def test_no_words_are_offered_on_a_page_that_comes_back(world: World, team: Team) -> None:
    """Somebody may have written the first ones down."""
    assert SIX.search(team.analyst.browser().get("/account"))
    page = Browser(world.app.test_client()).post("/recover", {"username": "amihan"}, status=422)
    assert not SIX.search(page)


# ---- one's own device ----


def test_no_cookie_is_left_unless_it_is_asked_for(team: Team) -> None:
    assert team.analyst.browser().client.get_cookie(DEVICE) is None


def test_the_cookie_is_for_this_host_and_the_server_alone_and_ends(team: Team) -> None:
    browser = Browser(team.analyst.app.test_client())
    answer = sent(browser, "/login", username=team.analyst.username, passphrase=PASSPHRASE, own_device="y")
    lines = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith(DEVICE)]
    morsel = SimpleCookie(lines[0])[DEVICE]
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"]) == (True, True, "Strict")
    assert (morsel["path"], morsel["domain"], int(morsel["max-age"])) == ("/", "", devices.SECONDS)
    assert team.analyst.username not in lines[0]


def test_ones_own_device_gets_in_while_others_guess(world: World, team: Team) -> None:
    browser, _cookie = own(team)
    guess(world, "/login", team.analyst.username)
    assert log_in(Browser(world.app.test_client()), team.analyst) == 429
    assert log_in(browser, team.analyst) == 303


def test_a_stolen_device_guesses_no_faster(world: World, team: Team) -> None:
    _, cookie = own(team)
    thief = Browser(world.app.test_client())
    thief.client.set_cookie(DEVICE, cookie)
    assert [log_in(thief, team.analyst, WRONG) for _ in range(FREE + 1)] == [422] * FREE + [429]


def test_a_device_is_known_for_one_name_and_helps_no_other(world: World, team: Team) -> None:
    browser, _cookie = own(team)
    guess(world, "/login", team.advocate.username)
    assert log_in(browser, team.advocate) == 429


@pytest.mark.parametrize("spoil", ["token", "until", "proof", "all", "long ago"])
def test_a_cookie_that_was_altered_or_is_over_is_no_device(
    world: World, team: Team, spoil: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, cookie = own(team)
    token, until, proof = cookie.split(".")
    parts = {"token": token, "until": until, "proof": proof}
    if spoil in parts:
        parts[spoil] = parts[spoil][:-1] + ("0" if parts[spoil][-1] != "0" else "1")
    value = "..é\0" if spoil == "all" else ".".join(parts.values())
    browser.client.set_cookie(DEVICE, value)
    guess(world, "/login", team.analyst.username)
    if spoil == "long ago":
        later = time.time() + devices.SECONDS + 1
        monkeypatch.setattr(time, "time", lambda: later)
        with world.app.test_request_context(headers={"Cookie": f"{DEVICE}={cookie}"}):
            assert devices.known(team.analyst.username) == ""
    else:
        assert log_in(browser, team.analyst) == 429


def test_a_change_of_passphrase_voids_every_device(world: World, team: Team) -> None:
    browser, _cookie = own(team)
    services.replace_passphrase(team.analyst.id, team.analyst.seed, NEW, opened=team.analyst.account.salt)
    guess(world, "/login", team.analyst.username)
    assert log_in(browser, team.analyst, NEW) == 429


def test_a_device_is_forgotten_on_the_accounts_page(world: World, team: Team) -> None:
    browser, _cookie = own(team)
    assert "Forget this device" not in team.analyst.browser().get("/account")
    team.analyst.log_in(browser)
    assert "Forget this device" in browser.get("/account")
    browser.post("/account/forget-device", status=303)
    assert browser.client.get_cookie(DEVICE) is None
    assert "Forget this device" not in browser.get("/account")
    assert world


def test_without_a_pepper_there_is_no_device(world: World, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that everybody could make would let everybody past the throttle."""
    _, cookie = own(team)

    def lost(_path: object) -> bytes:
        raise PepperMissing

    monkeypatch.setattr(devices, "read_pepper", lost)
    with world.app.test_request_context(headers={"Cookie": f"{DEVICE}={cookie}"}):
        assert devices.known(team.analyst.username) == ""
        answer = world.app.response_class()
        devices.remember(answer, team.analyst.account)
        assert "Set-Cookie" not in answer.headers
