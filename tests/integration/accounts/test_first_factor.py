"""Set-up and recovery wait for a second factor, and nothing is written before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from incidents.accounts import invitations, services
from incidents.accounts.factors import factors_of
from incidents.accounts.models import Organisation, Role, StoredSession
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.extensions import db
from tests.factories.world import PASSPHRASE, SECRET
from tests.integration.accounts.second_stage import MINUTE, NEW, acts, fresh, shown_code

if TYPE_CHECKING:
    from tests.factories.world import Browser, Person, Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture
def person(team: Team) -> Person:
    return team.researcher


@pytest.fixture
def newcomer(world: World, team: Team) -> tuple[Browser, dict[str, object]]:
    """A browser and what a newcomer types first."""
    with writing(db.session):
        organisation = db.session.get_one(Organisation, team.organisation_id)
        invitation = invitations.add_account("newcomer", Role.ANALYST, organisation)[1]
    form = {"username": "newcomer", "code": invitation, "new_passphrase": NEW, "repeated": NEW}
    return fresh(world.app), form


def test_set_up_writes_nothing_before_the_first_code_is_right(newcomer: tuple[Browser, dict[str, object]]) -> None:
    browser, form = newcomer
    browser.post("/set-up", form, status=303)
    assert "the code that the app should show" in browser.post("/second-factor", {"code": "000000x"}, status=422)
    with pytest.raises(services.WrongCredentials):
        services.open_account_seed("newcomer", NEW)
    browser.get("/account", status=401)
    # The invitation is as good as before, in another browser too.
    other = fresh(browser.client.application)
    other.post("/set-up", form, status=303)
    assert "Write down your recovery code" in other.add_app()
    # And used once the first has finished.
    browser.post("/second-factor", {"code": shown_code(browser.get("/second-factor"))}, status=303)
    services.open_account_seed("newcomer", NEW)


def test_the_page_of_a_new_app_shows_its_secret_in_letters_and_as_a_picture(
    newcomer: tuple[Browser, dict[str, object]],
) -> None:
    browser, form = newcomer
    browser.post("/set-up", form, status=303)
    page = browser.get("/second-factor")
    assert SECRET.search(page)
    assert '<svg class="qr"' in page


def test_a_set_up_waits_twenty_minutes(
    newcomer: tuple[Browser, dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, form = newcomer
    browser.post("/set-up", form, status=303)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 19 * MINUTE)
    browser.get("/second-factor")
    monkeypatch.setattr(time, "time", lambda: now + 21 * MINUTE)
    browser.get("/second-factor", status=303)


def test_lost_factors_are_replaced_with_the_recovery_code(person: Person) -> None:
    elsewhere, browser = person.browser(), fresh(person.app)
    old = factors_of(person.id, person.seed).apps[0]
    form = {"username": person.username, "code": person.recovery_code, "new_passphrase": NEW, "repeated": NEW}
    browser.post("/recover", {**form, "lost": "y"}, status=303)
    # Nothing has changed yet.
    elsewhere.get("/account")
    assert factors_of(person.id, person.seed).apps == [old]
    page = browser.add_app()
    assert "This is a new code." in page
    elsewhere.get("/account", status=401)
    seed = person.opened_by(NEW)
    assert [app.id for app in factors_of(person.id, seed).apps] != [old.id]
    assert acts(person, NEW)[0] is Act.RECOVERED
    browser.post("/recover", {**form, "lost": "y"}, status=422)
    person.log_in(browser, NEW)


def test_a_recovery_alone_keeps_the_factors(person: Person) -> None:
    before = factors_of(person.id, person.seed)
    form = {"username": person.username, "code": person.recovery_code, "new_passphrase": NEW, "repeated": NEW}
    browser = fresh(person.app)
    browser.post("/recover", form, status=200)
    assert factors_of(person.id, person.opened_by(NEW)) == before
    browser.get("/account", status=401)
    browser.post("/recover", form, status=422)


def test_a_recovery_that_waits_is_worth_nothing_once_the_code_was_renewed(person: Person) -> None:
    waits = fresh(person.app)
    form = {"username": person.username, "code": person.recovery_code, "new_passphrase": NEW, "repeated": NEW}
    waits.post("/recover", {**form, "lost": "y"}, status=303)
    typed = shown_code(waits.get("/second-factor"))
    row = db.session.scalars(select(StoredSession)).one()
    kept = {column.name: getattr(row, column.name) for column in StoredSession.__table__.columns}
    assert "This is a new code." in person.browser().post("/account/recovery-code")
    waits.get("/second-factor", status=303)
    # Nor if somebody who can write the table puts its row back.
    with writing(db.session):
        db.session.add(StoredSession(**kept))
    waits.post("/second-factor", {"code": typed}, status=303)
    services.open_account_seed(person.username, PASSPHRASE)
