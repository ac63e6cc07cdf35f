"""Pages around accounts: what they say, to whom, and that no secret stands on them twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from incidents.accounts import comparing, invitations, services
from incidents.accounts.models import Organisation, Role
from incidents.database import writing
from incidents.extensions import db
from tests.factories.world import PASSPHRASE, Browser

if TYPE_CHECKING:
    from flask import Flask

    from tests.factories.world import Team, World

NEW = "another plainly fictional passphrase"


def organisation_of(team: Team) -> Organisation:
    """The team's organisation."""
    return db.session.get_one(Organisation, team.organisation_id)


def newcomer(world: World, role: Role = Role.ANALYST) -> tuple[Team, str, str]:
    """A team, and somebody new with a set-up code: the team, the username, the code."""
    team = world.team()
    with writing(db.session):
        account, code = invitations.add_account("newcomer", role, organisation_of(team))
        username = account.username
    return team, username, code


@pytest.mark.parametrize("path", ["/set-up", "/recover", "/login"])
def test_public_forms_have_a_token_a_heading_and_labels(app: Flask, path: str) -> None:
    text = Browser(app.test_client()).get(path)
    assert text.count("<h1") == 1
    assert 'name="csrf_token"' in text
    for name in ("username", *(("code", "new_passphrase", "repeated") if path != "/login" else ("passphrase",))):
        assert f'<label for="{name}">' in text


def test_set_up_shows_the_recovery_code_once(app: Flask, world: World) -> None:
    _, username, code = newcomer(world)
    browser = Browser(app.test_client())
    sent = {"username": username, "code": code, "new_passphrase": NEW, "repeated": NEW}
    browser.post("/set-up", sent, status=303)
    text = browser.add_app()
    account = invitations.find(username)
    assert account is not None
    assert account.public_key is not None
    assert "Write down your recovery code" in text
    assert NEW not in text
    assert code not in text


def test_a_refused_set_up_keeps_what_is_no_secret_and_says_what_to_do(app: Flask, world: World) -> None:
    _, username, _ = newcomer(world)
    sent = {"username": username, "code": "WRONG", "new_passphrase": NEW, "repeated": NEW}
    text = Browser(app.test_client()).post("/set-up", sent, status=422)
    assert f'value="{username}"' in text
    assert NEW not in text
    assert 'href="#code"' in text
    assert "<title>Error:" in text.replace("\n      ", "")


def test_recovering_changes_the_passphrase_and_gives_a_new_code(app: Flask, world: World) -> None:
    person = world.team().analyst
    browser = Browser(app.test_client())
    sent = {"username": person.username, "code": person.recovery_code, "new_passphrase": NEW, "repeated": NEW}
    assert "This is a new code." in browser.post("/recover", sent)
    person.log_in(browser, NEW)
    browser.get("/account")


def test_a_wrong_recovery_code_is_refused_without_saying_what_was_wrong(app: Flask, world: World) -> None:
    person = world.team().analyst
    sent = {"code": "WRONG", "new_passphrase": NEW, "repeated": NEW}
    browser = Browser(app.test_client())
    known = browser.post("/recover", sent | {"username": person.username}, status=422)
    unknown = browser.post("/recover", sent | {"username": "nobody-at-all"}, status=422)
    message = "This username and recovery code do not fit together."
    assert message in known
    assert message in unknown


@pytest.mark.parametrize("role", ["researcher", "analyst", "advocate", "administrator"])
def test_the_own_account_shows_role_organisation_and_the_number_to_compare(world: World, role: str) -> None:
    person = getattr(world.team("Fictional Network of Harbours"), role)
    text = person.browser().get("/account")
    for words in (person.username, role.capitalize(), "Fictional Network of Harbours", person.comparison()):
        assert words in text


def test_a_passphrase_that_differs_comes_back_with_a_message(world: World) -> None:
    sent = {"passphrase": PASSPHRASE, "new_passphrase": NEW, "repeated": NEW + "x"}
    text = world.team().analyst.browser().post("/account", sent, status=422)
    assert "The two passphrases differ." in text
    assert NEW not in text
    assert PASSPHRASE not in text


def test_the_administrator_sees_every_account_and_its_state(world: World) -> None:
    team, username, code = newcomer(world)
    services.set_disabled(team.analyst.id, disabled=True)
    text = team.administrator.browser().get("/accounts")
    for person in (team.researcher, team.analyst, team.advocate):
        assert person.username in text
    assert username in text
    assert code not in text
    assert text.count("code not used yet") == 1
    assert text.count(">disabled<") == 1
    assert f'action="/accounts/{team.analyst.id}/enable"' in text
    assert f'action="/accounts/{team.researcher.id}/disable"' in text


def test_nobody_can_disable_themselves_from_the_page(world: World) -> None:
    administrator = world.team().administrator
    text = administrator.browser().get("/accounts")
    assert f"/accounts/{administrator.id}/disable" not in text


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.ANALYST, Role.ADVOCATE])
def test_members_says_what_a_newcomer_will_be_able_to_open(app: Flask, world: World, role: Role) -> None:
    team, username, code = newcomer(world, role)
    sent = {"username": username, "code": code, "new_passphrase": NEW, "repeated": NEW}
    browser = Browser(app.test_client())
    browser.post("/set-up", sent, status=303)
    browser.add_app()
    account = invitations.find(username)
    assert account is not None
    assert account.public_key is not None
    text = team.researcher.browser().get("/members")
    assert username in text
    assert comparing.comparison_with(team.researcher.membership().stated.identity, account) in text
    assert ("every case of your organisation" in text) == (role is Role.RESEARCHER)
    assert ("read checked anonymised summaries" in text) == (role is Role.ADVOCATE)


def test_members_without_anybody_waiting_says_so(world: World) -> None:
    assert "Nobody is waiting." in world.team().researcher.browser().get("/members")


def test_only_the_right_role_sees_members_and_accounts(world: World) -> None:
    team = world.team()
    for person in (team.analyst, team.advocate, team.administrator):
        person.browser().get("/members", status=403)
    for person in (team.analyst, team.advocate, team.researcher):
        person.browser().get("/accounts", status=403)


@pytest.mark.parametrize("locale", ["en-XA", "ar-XB"])
def test_every_string_is_translated(world: World, locale: str) -> None:
    team = world.team()
    for person, path in (
        (team.administrator, "/accounts"),
        (team.researcher, "/members"),
        (team.analyst, "/account"),
    ):
        browser = person.browser()
        browser.client.set_cookie("tala-locale", locale)
        text = browser.get(path)
        main = text[text.index("<main") : text.index("</main>")]
        for plain in ("Accounts", "Members", "Your account", "Change", "Username", "Organisation", "Nobody is waiting"):
            assert plain not in main
