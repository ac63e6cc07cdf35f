"""One's own second factors and recovery code: every change ends the other sessions, and the last one stays."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from incidents.accounts.factors import factors_of
from incidents.audit.acts import Act
from incidents.keyring.totp import code_of, step_at
from tests.integration.accounts.second_stage import NEW, acts, add_app, fresh, halfway, second

if TYPE_CHECKING:
    from tests.factories.world import Person, Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture
def person(team: Team) -> Person:
    return team.researcher


def test_an_app_is_added_and_the_old_one_removed(person: Person) -> None:
    elsewhere, browser = person.browser(), person.browser()
    old = factors_of(person.id, person.seed).apps[0]
    add_app(browser, "Tablet in the drawer")
    elsewhere.get("/account", status=401)
    page = browser.get("/account/factors")
    assert "Tablet in the drawer" in page
    assert "The authenticator app is added." in page
    assert acts(person)[0] is Act.FACTOR_ADDED
    browser.post(f"/account/factors/{old.id}/remove", status=303)
    assert [app.name for app in factors_of(person.id, person.seed).apps] == ["Tablet in the drawer"]
    assert acts(person)[0] is Act.FACTOR_REMOVED
    second(halfway(person), code_of(old.secret, step_at(time.time())), status=422)
    person.log_in(fresh(person.app))


def test_the_last_factor_is_not_removed(person: Person) -> None:
    browser = person.browser()
    only = factors_of(person.id, person.seed).apps[0]
    browser.post(f"/account/factors/{only.id}/remove", status=303)
    assert "Add another first" in browser.get("/account/factors")
    assert factors_of(person.id, person.seed).apps == [only]


def test_a_factor_of_somebody_else_cannot_be_touched(team: Team) -> None:
    theirs = factors_of(team.analyst.id, team.analyst.seed).apps[0]
    browser = team.researcher.browser()
    browser.post(f"/account/factors/{theirs.id}/remove", status=404)
    browser.post(f"/account/factors/{theirs.id}/rename", {"name": "Mine"}, status=404)
    assert factors_of(team.analyst.id, team.analyst.seed).apps == [theirs]


def test_a_factor_gets_another_name_and_a_bad_one_is_refused(person: Person) -> None:
    browser = person.browser()
    only = factors_of(person.id, person.seed).apps[0]
    browser.post(f"/account/factors/{only.id}/rename", {"name": "<b>Old</b> telephone"}, status=303)
    assert "&lt;b&gt;Old&lt;/b&gt; telephone" in browser.get("/account/factors")
    for bad in ("x" * 61, ""):
        browser.post(f"/account/factors/{only.id}/rename", {"name": bad}, status=422)
    assert "at most 60 characters" in browser.post(f"/account/factors/{only.id}/rename", {"name": "x" * 61}, status=422)
    assert factors_of(person.id, person.seed).apps[0].name == "<b>Old</b> telephone"


def test_the_page_of_a_new_app_without_one_begun_leads_back(person: Person) -> None:
    person.browser().get("/account/factors/app", status=303)


def test_a_new_app_counts_once_its_code_was_right(person: Person) -> None:
    browser = person.browser()
    browser.post("/account/factors/app/new", status=303)
    page = browser.post("/account/factors/app", {"name": "Tablet", "code": "000000x"}, status=422)
    assert 'value="Tablet"' in page
    assert len(factors_of(person.id, person.seed).all) == 1


def test_a_new_recovery_code_replaces_the_old(person: Person) -> None:
    elsewhere, browser = person.browser(), person.browser()
    page = browser.post("/account/recovery-code")
    shown = re.search(r"\b(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}\b", page)
    assert shown
    elsewhere.get("/account", status=401)
    assert acts(person)[0] is Act.RECOVERY_CODE_RENEWED
    form = {"username": person.username, "new_passphrase": NEW, "repeated": NEW}
    stranger = fresh(person.app)
    stranger.post("/recover", {**form, "code": person.recovery_code}, status=422)
    stranger.post("/recover", {**form, "code": shown[0]}, status=200)
