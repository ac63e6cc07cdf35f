"""Before what cannot be undone, the passphrase again; nothing that was typed is lost on the way."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from incidents.accounts import step_up
from incidents.accounts.models import Role
from tests.factories.site import PUBLICATION, QUESTION
from tests.factories.world import PASSPHRASE

if TYPE_CHECKING:
    from flask import Flask

    from tests.factories.world import Browser, Person, World

MINUTE = 60
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def advocate(world: World) -> Person:
    return world.team().advocate


def later(monkeypatch: pytest.MonkeyPatch, minutes: float) -> None:
    """Let minutes pass, for everything that asks what time it is."""
    now = time.time() + minutes * MINUTE
    monkeypatch.setattr(time, "time", lambda: now)


def answer_of(person: Person, passphrase: str = PASSPHRASE) -> dict[str, str]:
    """What they type when they are asked."""
    return {"confirm-passphrase": passphrase, "confirm-code": person.code()}


def is_asked(page: str) -> bool:
    return "Is it still you?" in page


def carried(page: str) -> dict[str, str]:
    return {name: value for name, value in HIDDEN.findall(page) if name not in {"csrf_token", "locale"}}


@pytest.mark.parametrize(("minutes", "status"), [(9, 200), (11, 303)])
def test_a_page_opens_within_ten_minutes_of_the_log_in(
    advocate: Person, monkeypatch: pytest.MonkeyPatch, minutes: int, status: int
) -> None:
    browser = advocate.browser()
    later(monkeypatch, minutes)
    browser.get("/reports/new", status=status)


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (16, 422)])
def test_a_form_may_be_sent_within_fifteen(
    advocate: Person, monkeypatch: pytest.MonkeyPatch, minutes: int, status: int
) -> None:
    browser = advocate.browser()
    later(monkeypatch, minutes)
    page = browser.post("/reports/new", PUBLICATION, status=status)
    assert is_asked(page) == (status == 422)


def test_a_page_that_asks_goes_on_to_where_somebody_was_going(
    advocate: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = advocate.browser()
    later(monkeypatch, 11)
    answer = browser.client.get("/reports/new?series=1")
    assert answer.location == "/confirm?next=/reports/new?series%3D1"
    page = browser.get(answer.location)
    assert is_asked(page)
    assert carried(page) == {"next": "/reports/new?series=1"}
    sent = browser.client.post("/confirm", data={**carried(page), **answer_of(advocate), "csrf_token": browser.token()})
    assert (sent.status_code, sent.location) == (303, "/reports/new?series=1")
    browser.get(sent.location)


def test_what_was_typed_comes_back_and_is_done_once_the_passphrase_is_right(
    advocate: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = advocate.browser()
    later(monkeypatch, 16)
    page = browser.post("/reports/new", PUBLICATION, status=422)
    along = carried(page)
    assert along == {name: str(value) for name, value in PUBLICATION.items()}
    assert 'action="/reports/new"' in page
    wrong = browser.post("/reports/new", {**along, **answer_of(advocate, "a wrong fictional one")}, status=422)
    assert "This is not your passphrase" in wrong
    assert carried(wrong) == along
    browser.post("/reports/new", {**along, **answer_of(advocate)}, status=303)
    assert PUBLICATION["title"] in browser.get("/reports")


def test_a_passphrase_never_goes_along(advocate: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = advocate.browser()
    later(monkeypatch, 16)
    page = browser.post("/reports/new", {**PUBLICATION, "new_passphrase": "typed by mistake"}, status=422)
    assert "typed by mistake" not in page


def test_the_passphrase_alone_is_not_enough(advocate: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = advocate.browser()
    later(monkeypatch, 16)
    page = browser.post("/reports/new", {**PUBLICATION, "confirm-passphrase": PASSPHRASE}, status=422)
    assert "Fill this in." in page
    page = browser.post("/reports/new", {**PUBLICATION, **answer_of(advocate), "confirm-code": "000000"}, status=422)
    assert "each counts once" in page
    assert PUBLICATION["title"] not in browser.get("/reports")


def test_a_code_counts_once_here_too(advocate: Person) -> None:
    browser, answer = advocate.browser(), answer_of(advocate)
    browser.post("/confirm", answer, status=303)
    browser.post("/confirm", answer, status=422)


def test_who_guesses_waits_and_loses_nothing_that_was_typed(advocate: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = advocate.browser()
    later(monkeypatch, 16)
    for _ in range(5):
        browser.post("/reports/new", {**PUBLICATION, **answer_of(advocate, "a wrong fictional one")}, status=422)
    page = browser.post("/reports/new", {**PUBLICATION, **answer_of(advocate)}, status=429)
    assert carried(page) == {name: str(value) for name, value in PUBLICATION.items()}
    assert "too many attempts" in page


def test_an_empty_answer_is_refused(advocate: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = advocate.browser()
    later(monkeypatch, 16)
    page = browser.post("/reports/new", {**PUBLICATION, "confirm-passphrase": ""}, status=422)
    assert "Fill this in." in page


def test_a_right_answer_counts_for_ten_minutes_more(advocate: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = advocate.browser()
    later(monkeypatch, 11)
    browser.post("/confirm", answer_of(advocate), status=303)
    later(monkeypatch, 9)
    browser.get("/reports/new")


def test_a_clock_that_was_set_back_is_no_proof(advocate: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = advocate.browser()
    later(monkeypatch, -5)
    browser.get("/reports/new", status=303)


@pytest.mark.parametrize(
    "typed",
    [
        *("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "\\\\elsewhere.example"),
        *("javascript:alert(1)", "/\t/elsewhere.example", "/a\r\nSet-Cookie: x=y", "", "elsewhere", "\t//elsewhere"),
    ],
)
def test_nobody_is_sent_off_the_site(advocate: Person, typed: str) -> None:
    browser = advocate.browser()
    answer = browser.client.post("/confirm", data={"next": typed, **answer_of(advocate), "csrf_token": browser.token()})
    assert (answer.status_code, answer.location) == (303, "/account")


def test_who_may_not_see_a_page_is_told_so_and_not_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser: Browser = world.team().analyst.browser()
    later(monkeypatch, 16)
    browser.post("/reports/new", PUBLICATION, status=403)


@pytest.mark.parametrize(
    ("role", "path", "data"),
    [
        (Role.RESEARCHER, "/members/0/vouch", {}),
        (Role.ADMINISTRATOR, "/accounts/0/disable", {}),
        (Role.ADMINISTRATOR, "/accounts/0/enable", {}),
        (Role.ADVOCATE, "/releases/new", QUESTION),
    ],
)
def test_every_grave_act_asks(
    world: World, monkeypatch: pytest.MonkeyPatch, role: Role, path: str, data: dict[str, object]
) -> None:
    team = world.team()
    person = next(one for one in world.people if one.role is role and one.organisation_id == team.organisation_id)
    browser = person.browser()
    later(monkeypatch, 16)
    assert is_asked(browser.post(path, data, status=422))


def test_a_download_asks(advocate: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = advocate.browser()
    later(monkeypatch, 11)
    assert "/confirm" in browser.client.get("/releases/0/files/csv").location


def test_the_limits_are_as_the_documentation_says() -> None:
    assert (step_up.READ_SECONDS, step_up.SEND_SECONDS) == (600, 900)


def test_what_hands_on_gives_out_or_takes_away_for_good_has_the_mark(app: Flask) -> None:
    """A mark that is lost in an edit fails here; what is added to the site is for its author to weigh."""
    marked = {endpoint for endpoint, view in app.view_functions.items() if getattr(view, "step_up", False)}
    assert marked >= {
        *("accounts.disable", "accounts.enable", "accounts.vouch"),
        *("administration.change_role", "administration.invite", "administration.reset"),
        *("factors.app", "factors.begin_app", "factors.key", "factors.remove", "factors.renew_recovery_code"),
        *("policy.trust", "policy.vouches", "rotation.leave"),
        *(
            "releases.approve_public",
            "releases.ask_public",
            "releases.create",
            "releases.download",
            "releases.signed_manifest",
            "releases.withdraw",
            "reports.edit",
            "reports.new",
            "reports.remove",
            "reports.remove_file",
        ),
        *("consents.issue", "evidence.take", "inbox.decline", "search.names", "sharing.share", "sharing.confirm"),
    }
