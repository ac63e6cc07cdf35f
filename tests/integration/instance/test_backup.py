"""A backup brings back every case on either database; without the pepper it opens nothing, and that is survivable."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
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
from incidents.keyring.passphrase import write_pepper
from incidents.records import services
from incidents.reports.models import Publication, PublicationType
from tests.factories import documents
from tests.factories.world import PASSPHRASE

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from sqlalchemy import Connection, Table

    from tests.factories.world import Team, World


@pytest.fixture
def team(world: World) -> Team:
    team = world.team()
    keys = services.keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    services.create(keys, [documents.document() for _ in range(3)])
    return team


def back_up(folder: Path) -> int:
    """A backup of this instance in a folder."""
    return backup.back_up(folder / "backup", accounts.settings())


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
    rows = back_up(tmp_path)
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
    back_up(tmp_path)
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
    back_up(tmp_path)
    downgrade(revision="base")
    rows = backup.restore(tmp_path / "backup", settings_of(app), None)
    assert rows > 0
    account, seed = accounts.open_account_seed(team.researcher.username, PASSPHRASE)
    keys = services.keys_of(account.id, account.organisation_id, seed)
    assert frame([keys.facts]).rows.height == 3


def test_sessions_and_the_pepper_are_not_in_a_backup(team: Team, tmp_path: Path) -> None:
    team.researcher.browser()
    assert db.session.scalar(select(func.count(StoredSession.id))) == 1
    back_up(tmp_path)
    with sqlite3.connect(tmp_path / "backup") as copy:
        tables = {name for (name,) in copy.execute("select name from sqlite_master where type = 'table'")}
    copy.close()
    assert "session" not in tables
    assert "incident" in tables
    assert accounts.settings().pepper_file.read_bytes() not in (tmp_path / "backup").read_bytes()


def test_a_backup_is_readable_by_its_owner_alone(team: Team, tmp_path: Path) -> None:
    assert team
    back_up(tmp_path)
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600


def test_an_existing_file_is_not_overwritten(team: Team, tmp_path: Path) -> None:
    assert team
    (tmp_path / "backup").write_text("precious")
    with pytest.raises(FileExistsError):
        back_up(tmp_path)
    assert (tmp_path / "backup").read_text() == "precious"


def test_an_instance_that_holds_something_is_not_overwritten(app: Flask, team: Team, tmp_path: Path) -> None:
    back_up(tmp_path)
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
    back_up(tmp_path)
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
    back_up(tmp_path)
    with elsewhere.app_context():
        backup.restore(tmp_path / "backup", settings_of(elsewhere), None)
        assert db.session.get_one(Publication, ids[1]).response_to_id == ids[0]
        db.engine.dispose()


# ---- what goes wrong ----


def test_a_backup_that_fails_halfway_leaves_no_file_behind(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, or a person who presses Ctrl-C: what is there must not be taken for a backup."""
    assert team
    copied = backup._copy

    def interrupted(source: Connection, target: Connection, stored: Table, table: Table) -> int:
        if table.name == "revision":
            raise KeyboardInterrupt
        return copied(source, target, stored, table)

    monkeypatch.setattr(backup, "_copy", interrupted)
    with pytest.raises(KeyboardInterrupt):
        back_up(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert back_up(tmp_path) > 0


def test_a_backup_is_one_file(team: Team, tmp_path: Path) -> None:
    assert team
    back_up(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


@pytest.mark.parametrize("name", ["with space", "per%20cent", "quest?ion", "ha#sh", "ünïcode"])
def test_a_backup_may_have_any_name(team: Team, tmp_path: Path, elsewhere: Flask, name: str) -> None:
    assert team
    path = tmp_path / name
    rows = backup.back_up(path, accounts.settings())
    assert path.stat().st_size > 0
    with elsewhere.app_context():
        assert backup.restore(path, settings_of(elsewhere), None) == rows - 1
        db.engine.dispose()


def test_restoring_leaves_the_backup_as_it_was(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """It may lie on a medium that cannot be written to."""
    assert team
    folder = tmp_path / "kept"
    folder.mkdir()
    back_up(folder)
    before = (folder / "backup").read_bytes()
    with elsewhere.app_context():
        backup.restore(folder / "backup", settings_of(elsewhere), None)
        db.engine.dispose()
    assert [path.name for path in folder.iterdir()] == ["backup"]
    assert (folder / "backup").read_bytes() == before


def test_a_database_in_use_is_not_taken_for_a_backup(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """The newest saves would be missing: they are in the log beside it."""
    assert team
    back_up(tmp_path)
    (tmp_path / "backup-wal").write_bytes(b"")
    with elsewhere.app_context(), pytest.raises(backup.BrokenBackup):
        backup.restore(tmp_path / "backup", settings_of(elsewhere), None)


def test_another_pepper_that_is_in_place_is_never_overwritten(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """A drill with the wrong TALA_INSTANCE would close every passphrase of the real one."""
    assert team
    back_up(tmp_path)
    settings = settings_of(elsewhere)
    write_pepper(settings.pepper_file)
    before = settings.pepper_file.read_bytes()
    with elsewhere.app_context():
        with pytest.raises(backup.WrongPepper, match="TALA_INSTANCE"):
            backup.restore(tmp_path / "backup", settings, accounts_pepper(tmp_path))
        assert settings.pepper_file.read_bytes() == before
        assert not (settings.instance / "tala.db").exists()


def accounts_pepper(folder: Path) -> Path:
    """A copy of some other instance's pepper."""
    path = folder / "other-pepper"
    path.write_bytes(b"q" * 32)
    return path


def test_the_same_pepper_in_place_is_no_obstacle(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    back_up(tmp_path)
    pepper = accounts.settings().pepper_file
    settings = settings_of(elsewhere)
    write_pepper(settings.pepper_file, pepper.read_bytes())
    with elsewhere.app_context():
        backup.restore(tmp_path / "backup", settings, pepper)
        assert accounts.open_account_seed(team.researcher.username, PASSPHRASE)
        db.engine.dispose()


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 31])
def test_a_file_that_is_no_pepper_is_refused_before_anything_is_written(
    team: Team, tmp_path: Path, elsewhere: Flask, content: bytes
) -> None:
    assert team
    back_up(tmp_path)
    (tmp_path / "pepper").write_bytes(content)
    settings = settings_of(elsewhere)
    with elsewhere.app_context(), pytest.raises(backup.WrongPepper):
        backup.restore(tmp_path / "backup", settings, tmp_path / "pepper")
    assert list(settings.instance.iterdir()) == []


def test_a_restored_pepper_is_for_the_servers_user_alone(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    assert team
    back_up(tmp_path)
    copy = tmp_path / "pepper-copy"
    copy.write_bytes(accounts.settings().pepper_file.read_bytes())
    copy.chmod(0o644)
    settings = settings_of(elsewhere)
    with elsewhere.app_context():
        backup.restore(tmp_path / "backup", settings, copy)
        db.engine.dispose()
    assert settings.pepper_file.stat().st_mode & 0o777 == 0o600
    assert settings.pepper_file.read_bytes() == copy.read_bytes()


def test_a_demo_comes_back_as_a_demo(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """Invented cases must say so on every page, wherever they are brought."""
    assert team
    backup.back_up(tmp_path / "backup", replace(accounts.settings(), demo=True))
    settings = settings_of(elsewhere)
    with elsewhere.app_context():
        backup.restore(tmp_path / "backup", settings, None)
        db.engine.dispose()
    assert Settings.from_env({"TALA_INSTANCE": str(settings.instance)}).demo


def test_real_cases_are_not_restored_into_a_demo(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """A demo serves without TLS and tells everyone that its cases are invented."""
    assert team
    back_up(tmp_path)
    settings = replace(settings_of(elsewhere), demo=True)
    with elsewhere.app_context(), pytest.raises(NotEmpty, match="demo"):
        backup.restore(tmp_path / "backup", settings, None)
    assert not Settings.from_env({"TALA_INSTANCE": str(settings.instance)}).demo


def test_the_command_says_what_was_written_and_where_the_pepper_is(app: Flask, team: Team, tmp_path: Path) -> None:
    assert team
    runner = app.test_cli_runner()
    first = runner.invoke(args=["backup", str(tmp_path / "backup")])
    assert first.exit_code == 0
    assert str(accounts.settings().pepper_file) in first.output
    again = runner.invoke(args=["backup", str(tmp_path / "backup")])
    assert (again.exit_code, "Choose another name" in again.output) == (1, True)


def test_the_restore_command_says_what_to_do_in_words(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    assert team
    back_up(tmp_path)
    (tmp_path / "no-backup").write_text("nothing")
    runner = elsewhere.test_cli_runner()
    with elsewhere.app_context():
        refused = runner.invoke(args=["restore", str(tmp_path / "no-backup")])
        assert (refused.exit_code, "not a backup of Tala" in refused.output) == (1, True)
        done = runner.invoke(args=["restore", str(tmp_path / "backup")])
        assert done.exit_code == 0, done.output
        assert "recovery code" in done.output
        db.engine.dispose()
