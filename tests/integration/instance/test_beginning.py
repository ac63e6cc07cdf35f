"""``flask init`` begins a real instance in which nobody's key passes through the administrator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from config import Settings
from incidents import create_app
from incidents.accounts import services as accounts
from incidents.accounts.models import Role
from incidents.accounts.sessions import WrongCredentials
from incidents.demo import services as demo
from incidents.extensions import db
from incidents.instance import services
from incidents.instance.serving import command
from incidents.keyring.case_door import organisation_keys
from tests.factories.world import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

NEW = "a plainly fictional passphrase"
CODE = re.compile(r"^  (\S+)\s+(\w+)\s+([A-Z2-9]{28})$", re.MULTILINE)


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


def set_up(app: Flask, username: str, code: str) -> Browser:
    browser = Browser(app.test_client())
    form = {"username": username, "code": code, "new_passphrase": NEW, "repeated": NEW}
    browser.post("/set-up", form)
    browser.post("/login", {"username": username, "passphrase": NEW}, status=303)
    return browser


def test_init_makes_a_folder_and_a_pepper_for_the_servers_user_alone(empty: Flask) -> None:
    begin(empty)
    settings: Settings = empty.extensions["tala-settings"]
    assert settings.instance.stat().st_mode & 0o777 == 0o700
    assert settings.pepper_file.stat().st_mode & 0o777 == 0o600
    assert (settings.instance / "tala.db").stat().st_mode & 0o777 == 0o600


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
    first = set_up(empty, "bo", codes["bo"][1])
    set_up(empty, "cy", codes["cy"][1])
    with empty.app_context():
        second = accounts.find("cy")
        assert second is not None
        assert second.public_key is not None
        fingerprint, second_id = second.public_key.fingerprint(), second.id
    assert fingerprint in first.get("/members")
    first.post(f"/members/{second_id}/admit", {"fingerprint": fingerprint}, status=303)
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
        services.invite("eve", Role.ADVOCATE, "Another Fictional Union")
        account = accounts.find("eve")
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
