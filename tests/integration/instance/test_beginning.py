"""``flask init`` begins a real instance in which nobody's key passes through the administrator."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from config import Settings
from incidents import create_app
from incidents.accounts import administration, invitations, recovery_codes
from incidents.accounts import services as accounts
from incidents.accounts.models import Organisation, Role
from incidents.accounts.sessions import WrongCredentials
from incidents.demo import services as demo
from incidents.extensions import db
from incidents.instance.serving import ROOT, command
from tests.factories.world import PASSPHRASE, Person, organisation_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

NEW = PASSPHRASE
CODE = re.compile(r"^  (\S+)\s+(\w+)\s+([A-Z2-9-]+)$", re.MULTILINE)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """An application whose instance folder does not exist yet."""
    instance = tmp_path / "instance"
    app = create_app(Settings(instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}"))
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def begin(app: Flask) -> dict[str, tuple[str, str]]:
    """Run the command and read the codes it printed: username to role and code."""
    arguments = ["--organisation", "Fictional Union", "--administrator", "ada", "--founder", "bo", "--founder", "cy"]
    result = app.test_cli_runner().invoke(args=["init", *arguments])
    assert result.exit_code == 0, result.output
    return {username: (role, code) for username, role, code in CODE.findall(result.output)}


def test_the_first_organisation_may_belong_to_a_network_of_the_codebook_and_to_no_other(empty: Flask) -> None:
    names = ["--organisation", "Fictional Union", "--administrator", "ada", "--founder", "bo", "--founder", "cy"]
    refused = empty.test_cli_runner().invoke(args=["init", *names, "--network", "NET_FICTION"])
    assert refused.exit_code == 1
    assert "NET_ANPUD" in refused.output
    assert empty.test_cli_runner().invoke(args=["init", *names, "--network", "NET_ANPUD"]).exit_code == 0
    with empty.app_context():
        assert db.session.scalars(select(Organisation.network)).all() == ["NET_ANPUD"]


def set_up(app: Flask, username: str, code: str) -> Person:
    """Use a code in a session of one's own."""
    with app.app_context():
        account, recovery = accounts.set_up(username, code, NEW)
        return Person(app, account.id, username, account.role, account.organisation_id, recovery)


def test_init_makes_a_folder_and_a_pepper_for_the_servers_user_alone(empty: Flask) -> None:
    begin(empty)
    settings: Settings = empty.extensions["tala-settings"]
    assert settings.instance.stat().st_mode & 0o777 == 0o700
    assert settings.pepper_file.stat().st_mode & 0o777 == 0o600


def test_init_prints_a_code_for_each_and_nobody_has_a_key_yet(empty: Flask) -> None:
    codes = begin(empty)
    assert {name: role for name, (role, _) in codes.items()} == {
        "ada": "administrator",
        "bo": "researcher",
        "cy": "researcher",
    }
    with empty.app_context():
        assert all(account.public_key is None for account in accounts.accounts())


def test_the_founders_make_the_keys_in_their_own_sessions(empty: Flask) -> None:
    codes = begin(empty)
    first, second = (set_up(empty, name, codes[name][1]) for name in ("bo", "cy"))
    with empty.app_context():
        browser = first.browser()
    number = re.search(r'name="comparison" value="([^"]+)"', browser.get("/members"))
    assert number
    browser.post(f"/members/{second.id}/vouch", {"comparison": number[1]}, status=303)
    with empty.app_context():
        keys = [
            organisation_keys(account.id, seed)
            for account, seed in (accounts.open_account_seed(name, NEW) for name in ("bo", "cy"))
        ]
        assert len(keys[0]) == 1
        assert keys[0] == keys[1]


def test_the_administrator_ends_up_with_no_key(empty: Flask) -> None:
    codes = begin(empty)
    set_up(empty, "ada", codes["ada"][1])
    with empty.app_context():
        account, seed = accounts.open_account_seed("ada", NEW)
        assert organisation_keys(account.id, seed) == []
        with pytest.raises(WrongCredentials):
            accounts.open_account_seed("bo", NEW)


def test_init_refuses_an_instance_that_has_begun(empty: Flask) -> None:
    begin(empty)
    again = ["init", "--organisation", "x", "--administrator", "a", "--founder", "b", "--founder", "c"]
    result = empty.test_cli_runner().invoke(args=again)
    assert result.exit_code == 1
    assert "has begun already" in result.output


def test_init_refuses_a_folder_with_demo_data(empty: Flask) -> None:
    with empty.app_context():
        demo.make(empty.extensions["tala-settings"], cases=2)
    arguments = ["init", "--organisation", "x", "--administrator", "a", "--founder", "b", "--founder", "c"]
    result = empty.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 1
    assert "demo" in result.output


def test_init_refuses_two_people_of_one_name(empty: Flask) -> None:
    arguments = ["init", "--organisation", "x", "--administrator", "a", "--founder", "B", "--founder", "b"]
    result = empty.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 1
    assert "username of their own" in result.output
    with empty.app_context():
        assert accounts.accounts() == []


def test_an_account_is_added_with_a_code(empty: Flask) -> None:
    begin(empty)
    result = empty.test_cli_runner().invoke(args=["account", "add", "Dee", "analyst", "Fictional Union"])
    assert CODE.findall(result.output)[0][:2] == ("dee", "analyst")
    again = empty.test_cli_runner().invoke(args=["account", "add", "dee", "analyst", "Fictional Union"])
    assert again.exit_code == 1
    assert "taken" in again.output


def test_an_invited_role_is_kept(empty: Flask) -> None:
    begin(empty)
    with empty.app_context():
        administration.invite_by_name("eve", Role.ADVOCATE, "Another Fictional Union", new_organisation=True)
        account = invitations.find("eve")
        assert account is not None
        assert (account.role, account.organisation.name) == (Role.ADVOCATE, "Another Fictional Union")


@pytest.mark.parametrize(
    ("bind", "host", "port"), [("127.0.0.1:8123", "127.0.0.1", "8123"), ("[::1]:8000", "::1", "8000")]
)
def test_the_server_listens_where_the_settings_say(tmp_path: Path, bind: str, host: str, port: str) -> None:
    line = command(Settings(instance=tmp_path, database_url="", bind=bind), workers=3, threads=2)
    assert line[line.index("--host") + 1] == host
    assert line[line.index("--port") + 1] == port
    assert line[line.index("--workers") + 1] == "3"


# ---- what an operator can do wrong ----


def test_a_slip_of_the_pen_in_an_organisations_name_founds_no_other(empty: Flask) -> None:
    begin(empty)
    slip = empty.test_cli_runner().invoke(args=["account", "add", "dee", "researcher", "Fictional Onion"])
    assert slip.exit_code == 1
    assert "--new-organisation" in slip.output
    with empty.app_context():
        assert invitations.find("dee") is None
    meant = ["account", "add", "dee", "researcher", "Fictional Onion", "--new-organisation"]
    assert empty.test_cli_runner().invoke(args=meant).exit_code == 0


@pytest.mark.parametrize("name", ["two words", "dee\u200b", "", "x" * 101])
def test_an_account_with_a_name_that_cannot_be_told_apart_is_refused_in_words(empty: Flask, name: str) -> None:
    begin(empty)
    result = empty.test_cli_runner().invoke(args=["account", "add", name, "analyst", "Fictional Union"])
    assert result.exit_code == 1
    assert "no blanks" in result.output


def test_init_refuses_such_names_too(empty: Flask) -> None:
    arguments = ["--organisation", "x", "--administrator", "two words", "--founder", "b", "--founder", "c"]
    result = empty.test_cli_runner().invoke(args=["init", *arguments])
    assert result.exit_code == 1
    assert "no blanks" in result.output


def test_init_again_after_the_pepper_was_lost_makes_no_other_behind_peoples_backs(empty: Flask) -> None:
    begin(empty)
    settings: Settings = empty.extensions["tala-settings"]
    settings.pepper_file.unlink()
    again = ["init", "--organisation", "x", "--administrator", "a", "--founder", "b", "--founder", "c"]
    assert empty.test_cli_runner().invoke(args=again).exit_code == 1
    assert not settings.pepper_file.exists()


def test_the_server_does_not_start_without_its_pepper(empty: Flask) -> None:
    begin(empty)
    empty.extensions["tala-settings"].pepper_file.unlink()
    result = empty.test_cli_runner().invoke(args=["serve"])
    assert result.exit_code == 1
    assert "flask pepper" in result.output


def test_a_lost_pepper_is_renewed_and_a_pepper_that_is_there_never(empty: Flask) -> None:
    codes = begin(empty)
    settings: Settings = empty.extensions["tala-settings"]
    with empty.app_context():
        _, recovery = accounts.set_up("bo", codes["bo"][1], NEW)
    before = settings.pepper_file.read_bytes()
    refused = empty.test_cli_runner().invoke(args=["pepper"])
    assert (refused.exit_code, settings.pepper_file.read_bytes()) == (1, before)
    settings.pepper_file.unlink()
    assert empty.test_cli_runner().invoke(args=["pepper"]).exit_code == 0
    assert settings.pepper_file.stat().st_mode & 0o777 == 0o600
    with empty.app_context():
        with pytest.raises(WrongCredentials):
            accounts.open_account_seed("bo", NEW)
        recovery_codes.recover("bo", recovery, NEW)
        assert accounts.open_account_seed("bo", NEW)


def test_a_database_outside_the_instance_folder_is_for_the_servers_user_alone(tmp_path: Path) -> None:
    """The umask of a server is often 022; the write-ahead log and the queue take after the database."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    environment = {
        **os.environ,
        "TALA_INSTANCE": str(tmp_path / "instance"),
        "TALA_DATABASE_URL": f"sqlite:///{elsewhere / 'tala.db'}",
    }
    arguments = ["--organisation", "x", "--administrator", "a", "--founder", "b", "--founder", "c"]
    command_line = [sys.executable, "-m", "flask", "--app", "wsgi", "init", *arguments]
    subprocess.run(  # noqa: S603 - our own command
        command_line, cwd=ROOT, env=environment, check=True, capture_output=True, umask=0o022, timeout=60
    )
    made = [path for folder in (elsewhere, tmp_path / "instance") for path in folder.iterdir()]
    assert len(made) >= 2
    assert {path.stat().st_mode & 0o077 for path in made} == {0}
