"""A backup brings back every case on either database; without the pepper it opens nothing, and that is survivable."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from flask_migrate import downgrade
from sqlalchemy import func, select, text

from config import Settings
from incidents import create_app
from incidents.accounts import services as accounts
from incidents.accounts.models import Account, StoredSession
from incidents.accounts.sessions import WrongCredentials
from incidents.database import writing
from incidents.extensions import db
from incidents.facts.services import frame
from incidents.instance import backup
from incidents.instance.services import NotEmpty
from incidents.keyring.facts_door import facts_keys
from incidents.records import services
from incidents.reports.models import Publication, PublicationType
from tests.factories import documents
from tests.factories.world import PASSPHRASE

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.factories.world import Team, World


@pytest.fixture
def team(world: World) -> Team:
    team = world.team()
    keys = services.keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    services.create(keys, [documents.document() for _ in range(3)])
    return team


@pytest.fixture
def elsewhere(tmp_path: Path) -> Flask:
    """Another, empty instance on SQLite."""
    instance = tmp_path / "restored"
    instance.mkdir(mode=0o700)
    return create_app(Settings(instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}"))


def settings_of(app: Flask) -> Settings:
    found: Settings = app.extensions["tala-settings"]
    return found


def test_every_case_and_fact_comes_back_with_the_pepper(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    rows = backup.back_up(tmp_path / "backup")
    pepper = accounts.settings().pepper_file
    with elsewhere.app_context():
        assert backup.restore(tmp_path / "backup", settings_of(elsewhere), pepper) == rows - 1
        account, seed = accounts.open_account_seed(team.researcher.username, PASSPHRASE)
        keys = services.keys_of(account.id, account.organisation_id, seed)
        assert frame([keys.facts]).rows.height == 3
        db.engine.dispose()


def test_without_the_pepper_passphrases_open_nothing_and_recovery_codes_do(
    team: Team, tmp_path: Path, elsewhere: Flask
) -> None:
    backup.back_up(tmp_path / "backup")
    new = "a new plainly fictional passphrase"
    with elsewhere.app_context():
        backup.restore(tmp_path / "backup", settings_of(elsewhere), None)
        with pytest.raises(WrongCredentials):
            accounts.open_account_seed(team.analyst.username, PASSPHRASE)
        accounts.recover(team.analyst.username, team.analyst.recovery_code, new)
        account, seed = accounts.open_account_seed(team.analyst.username, new)
        assert frame(facts_keys(account.id, seed)).rows.height == 3
        db.engine.dispose()


def test_a_backup_goes_from_sqlite_into_this_database_too(app: Flask, team: Team, tmp_path: Path) -> None:
    """Restore into the database under test itself, emptied first: on PostgreSQL this is a move between databases."""
    backup.back_up(tmp_path / "backup")
    downgrade(revision="base")
    rows = backup.restore(tmp_path / "backup", settings_of(app), None)
    assert rows > 0
    account, seed = accounts.open_account_seed(team.researcher.username, PASSPHRASE)
    keys = services.keys_of(account.id, account.organisation_id, seed)
    assert frame([keys.facts]).rows.height == 3


def test_sessions_and_the_pepper_are_not_in_a_backup(team: Team, tmp_path: Path) -> None:
    team.researcher.browser()
    assert db.session.scalar(select(func.count(StoredSession.id))) == 1
    backup.back_up(tmp_path / "backup")
    with sqlite3.connect(tmp_path / "backup") as copy:
        tables = {name for (name,) in copy.execute("select name from sqlite_master where type = 'table'")}
    copy.close()
    assert "session" not in tables
    assert "incident" in tables
    assert accounts.settings().pepper_file.read_bytes() not in (tmp_path / "backup").read_bytes()


def test_a_backup_is_readable_by_its_owner_alone(team: Team, tmp_path: Path) -> None:
    assert team
    backup.back_up(tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_not_overwritten(team: Team, tmp_path: Path) -> None:
    assert team
    (tmp_path / "backup").write_text("precious")
    with pytest.raises(FileExistsError):
        backup.back_up(tmp_path / "backup")
    assert (tmp_path / "backup").read_text() == "precious"


def test_an_instance_that_holds_something_is_not_overwritten(app: Flask, team: Team, tmp_path: Path) -> None:
    backup.back_up(tmp_path / "backup")
    with pytest.raises(NotEmpty):
        backup.restore(tmp_path / "backup", settings_of(app), None)
    assert db.session.get(Account, team.analyst.id) is not None


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + bytes(84)])
def test_a_file_that_is_no_backup_is_refused(elsewhere: Flask, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with elsewhere.app_context(), pytest.raises(backup.BrokenBackup):
        backup.restore(tmp_path / "file", settings_of(elsewhere), None)


def test_a_truncated_backup_is_refused_and_leaves_nothing_behind(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    assert team
    backup.back_up(tmp_path / "backup")
    whole = (tmp_path / "backup").read_bytes()
    (tmp_path / "broken").write_bytes(whole[: len(whole) // 2])
    with elsewhere.app_context():
        with pytest.raises(backup.BrokenBackup):
            backup.restore(tmp_path / "broken", settings_of(elsewhere), None)
        with db.engine.connect() as connection:
            tables = {
                name for (name,) in connection.execute(text("select name from sqlite_master where type = 'table'"))
            }
            assert "account" not in tables or not connection.scalar(text("select count(*) from account"))
        db.engine.dispose()


def test_replies_to_letters_come_back(app: Flask, team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """A table that refers to itself is filled whatever the order of its rows."""
    assert app
    with writing(db.session):
        ids = ["f" * 32, "0" * 32]
        for number, one in enumerate(ids):
            db.session.add(
                Publication(
                    id=one,
                    organisation_id=team.organisation_id,
                    kind=PublicationType.OPEN_LETTER,
                    title="A fictional letter",
                    language="en",
                    published_on=documents.TODAY,
                    response_to_id=ids[0] if number else None,
                )
            )
            db.session.flush()
    backup.back_up(tmp_path / "backup")
    with elsewhere.app_context():
        backup.restore(tmp_path / "backup", settings_of(elsewhere), None)
        assert db.session.get_one(Publication, ids[1]).response_to_id == ids[0]
        db.engine.dispose()
