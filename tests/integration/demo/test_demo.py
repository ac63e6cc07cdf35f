"""The demo: every role can log in, its cases are counted, and it never mixes with a real instance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from config import Settings
from incidents import create_app
from incidents.accounts import services as accounts
from incidents.accounts.models import Role
from incidents.demo import services
from incidents.extensions import db
from incidents.facts.services import frame
from incidents.instance.services import NotEmpty, prepare
from incidents.keyring.facts_door import facts_keys
from incidents.records import index
from incidents.records.keys import keys_of
from incidents.submissions import inbox
from tests.factories.documents import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

CASES = 12


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    instance = tmp_path / "instance"
    app = create_app(Settings(instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}"))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def settings(empty: Flask) -> Settings:
    found: Settings = empty.extensions["tala-settings"]
    return found


def test_every_role_of_two_organisations_can_log_in(settings: Settings) -> None:
    made = services.make(settings, cases=CASES, today=TODAY)
    assert len({account.organisation for account in made}) == 2
    assert {account.role for account in made} == set(Role)
    for account in made:
        assert accounts.open_account_seed(account.username, account.passphrase)


def test_the_accounts_file_is_as_others_rely_on(settings: Settings) -> None:
    made = services.make(settings, cases=CASES, today=TODAY)
    path = settings.instance / "demo-accounts.json"
    assert path.stat().st_mode & 0o777 == 0o600
    lines = json.loads(path.read_text())
    assert [set(line) for line in lines] == [{"username", "passphrase", "role", "organisation", "totp_secret"}] * len(
        made
    )
    assert len({line["totp_secret"] for line in lines}) == len(made)
    assert list(services.read_accounts(settings)) == list(made)


def test_cases_are_listed_for_researchers_and_counted_for_analysts_of_both(settings: Settings) -> None:
    made = {account.username: account for account in services.make(settings, cases=CASES, today=TODAY)}
    account, seed = accounts.open_account_seed("amihan", made["amihan"].passphrase)
    keys = keys_of(account.id, account.organisation_id, seed)
    # A few incidents are told a second time, by somebody else.
    assert CASES <= index.find(keys.organisation, index.CaseQuery()).total < 2 * CASES
    analyst, seed = accounts.open_account_seed("gale", made["gale"].passphrase)
    granted = facts_keys(analyst.id, seed)
    assert len(granted) == 2
    assert 0 < frame(granted).rows["case"].n_unique() <= 2 * CASES


def test_a_field_worker_has_handed_something_in_that_waits_for_a_member(settings: Settings) -> None:
    made = {account.username: account for account in services.make(settings, cases=2, today=TODAY)}
    account, seed = accounts.open_account_seed("amihan", made["amihan"].passphrase)
    found = inbox.waiting(keys_of(account.id, account.organisation_id, seed))
    worker, _seed = accounts.open_account_seed("jomar", made["jomar"].passphrase)
    assert [one.content.sender for one in found if one.content] == [worker.id] * services.WAITING


def test_a_folder_with_a_real_instance_is_left_alone(settings: Settings) -> None:
    prepare(settings)
    with pytest.raises(NotEmpty, match="real instance"):
        services.is_made(settings)


def test_a_demo_that_was_interrupted_is_said_to_be(settings: Settings) -> None:
    prepare(settings)
    (settings.instance / "demo").touch()
    with pytest.raises(NotEmpty, match="not finished"):
        services.is_made(settings)


def test_a_second_start_finds_the_demo(settings: Settings) -> None:
    assert not services.is_made(settings)
    services.make(settings, cases=2, today=TODAY)
    assert services.is_made(settings)


def test_pages_of_a_demo_say_that_it_is_one(settings: Settings) -> None:
    services.make(settings, cases=2, today=TODAY)
    again = Settings(instance=settings.instance, database_url=settings.database_url, demo=True)
    assert "invented" in create_app(again).test_client().get("/login").get_data(as_text=True)


def test_the_command_prints_passphrases_once(empty: Flask) -> None:
    first = empty.test_cli_runner().invoke(args=["demo", "make", "--cases", "2"])
    second = empty.test_cli_runner().invoke(args=["demo", "make"])
    passphrase = services.read_accounts(empty.extensions["tala-settings"])[0].passphrase
    assert passphrase in first.output
    assert passphrase not in second.output
