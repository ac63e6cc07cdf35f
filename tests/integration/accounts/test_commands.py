"""``flask account``: what the administrators' pages do, at the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from incidents.accounts import invitations, services
from incidents.accounts.models import Account, Role
from incidents.extensions import db
from incidents.keyring.models import Grant
from tests.factories.world import PASSPHRASE

if TYPE_CHECKING:
    from click.testing import Result

    from tests.factories.world import Team, World

CODE = re.compile(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){8}")


@pytest.fixture
def team(world: World) -> Team:
    return world.team("Fictional Union")


def run(team: Team, *arguments: str) -> Result:
    db.session.rollback()
    return team.analyst.app.test_cli_runner().invoke(args=["account", *arguments])


def code_of(result: Result) -> str:
    assert result.exit_code == 0, result.output
    found = CODE.search(result.output)
    assert found, result.output
    return found[0]


def known(username: str) -> Account:
    db.session.rollback()
    account = invitations.find(username)
    assert account is not None
    return account


def test_add_prints_a_code_that_works_once(team: Team) -> None:
    code = code_of(run(team, "add", "Amihan", "advocate", "Fictional Union"))
    account, _recovery = services.set_up("amihan", code, PASSPHRASE)
    assert (account.role, account.organisation_id) == (Role.ADVOCATE, team.organisation_id)


def test_add_refuses_a_name_that_is_taken_unusable_or_an_organisation_that_is_not_there(team: Team) -> None:
    for arguments, word in (
        ((team.analyst.username, "analyst", "Fictional Union"), "taken"),
        (("two words", "analyst", "Fictional Union"), "no blanks"),
        (("amihan", "analyst", "Fictional Onion"), "--new-organisation"),
    ):
        result = run(team, "add", *arguments)
        assert result.exit_code == 1
        assert word in result.output
    db.session.rollback()
    assert invitations.find("amihan") is None


def test_list_says_how_far_everyone_has_come_and_shows_no_code(team: Team) -> None:
    code = code_of(run(team, "add", "amihan", "analyst", "Fictional Union"))
    code_of(run(team, "add", "dilag", "analyst", "Fictional Union"))
    assert run(team, "withdraw", "dilag").exit_code == 0
    run(team, "disable", team.advocate.username)
    output = run(team, "list").output
    lines = {line.split()[0]: line for line in output.splitlines()}
    assert "code not used yet, until 2" in lines["amihan"]
    assert "invitation taken back" in lines["dilag"]
    assert lines[team.advocate.username].endswith("Fictional Union: disabled")
    assert lines[team.analyst.username].endswith("Fictional Union: set up")
    assert code not in output


def test_reset_prints_a_new_code_and_takes_every_grant(team: Team) -> None:
    code_of(run(team, "reset", team.analyst.username, "--role", "advocate"))
    account = known(team.analyst.username)
    assert (account.role, account.public_key) == (Role.ADVOCATE, None)
    assert not db.session.scalar(select(func.count()).select_from(Grant).where(Grant.account_id == account.id))


def test_reset_of_the_last_holder_wants_to_be_said_twice(team: Team) -> None:
    code_of(run(team, "reset", team.second_researcher.username))
    refused = run(team, "reset", team.researcher.username)
    assert refused.exit_code == 1
    assert "--even-last" in refused.output
    assert known(team.researcher.username).public_key is not None
    code_of(run(team, "reset", team.researcher.username, "--even-last"))


def test_a_role_changes_before_set_up_only(team: Team) -> None:
    code = code_of(run(team, "add", "amihan", "analyst", "Fictional Union"))
    assert run(team, "role", "amihan", "researcher").exit_code == 0
    services.set_up("amihan", code, PASSPHRASE)
    refused = run(team, "role", "amihan", "analyst")
    assert refused.exit_code == 1
    assert "reset --role" in refused.output
    assert known("amihan").role is Role.RESEARCHER


def test_disable_and_enable(team: Team) -> None:
    assert run(team, "disable", team.analyst.username).exit_code == 0
    assert known(team.analyst.username).disabled
    assert run(team, "enable", team.analyst.username).exit_code == 0
    assert not known(team.analyst.username).disabled


@pytest.mark.parametrize("command", ["withdraw", "reset", "disable", "enable"])
def test_a_name_that_nobody_has_is_said_with_what_to_do(team: Team, command: str) -> None:
    result = run(team, command, "nobody-here")
    assert result.exit_code == 1
    assert "flask account list" in result.output


def test_a_code_is_taken_back_once(team: Team) -> None:
    assert "no code to take back" in run(team, "withdraw", team.analyst.username).output
