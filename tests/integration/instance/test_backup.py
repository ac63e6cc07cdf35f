"""A backup brings back every case on either database; without the pepper it opens nothing, and that is survivable."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask_migrate import downgrade
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from incidents import create_app
from incidents.accounts import recovery_codes
from incidents.accounts import services as accounts
from incidents.accounts.models import Account, StoredSession
from incidents.accounts.sessions import WrongCredentials
from incidents.audit import services as audit
from incidents.audit.models import AuditHead
from incidents.database import writing
from incidents.extensions import db
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot
from incidents.facts.services import frame
from incidents.instance import backup, restoring
from incidents.instance.reading import BrokenBackup
from incidents.instance.services import NotEmpty
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.models import Grant, RecoveryCopy
from incidents.keyring.passphrase import write_pepper
from incidents.records import services
from incidents.records.keys import keys_of
from incidents.records.models import Incident, Revision, RevisionKey
from incidents.recovery import services as recovery
from incidents.recovery.models import Share
from incidents.reports.models import Publication, PublicationType
from incidents.submissions.models import Submission
from tests.factories import documents
from tests.factories.world import PASSPHRASE
from tests.server.scanning import hits

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Connection, Select, Table

    from incidents.instance.backup import Written
    from incidents.instance.joining import Restored
    from tests.factories.world import Team, World


@pytest.fixture
def team(world: World) -> Team:
    team = world.team()
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    services.create(keys, [documents.document() for _ in range(3)])
    return team


def back_up(folder: Path) -> Written:
    """A backup of this instance in a folder."""
    return backup.back_up(folder, accounts.settings())


def restore(written: Written, app: Flask, pepper: Path | None = None) -> Restored:
    """Fill another instance from it."""
    return restoring.restore(written.data, written.keys, settings_of(app), pepper)


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
    written = back_up(tmp_path)
    pepper = accounts.settings().pepper_file
    with elsewhere.app_context():
        restored = restore(written, elsewhere, pepper)
        assert restored.rows == written.rows
        assert (restored.cases_left_out, restored.revisions_left_out, restored.rebuilding) == (0, 0, 0)
        account, seed = accounts.open_account_seed(team.researcher.username, PASSPHRASE)
        keys = keys_of(account.id, account.organisation_id, seed)
        assert frame([keys.facts]).rows.height == 3
        cases = db.session.scalars(select(Incident.id)).all()
        assert {services.open_account(keys, case).document.incident.id for case in cases} == set(cases)
        db.engine.dispose()


def test_without_the_pepper_passphrases_open_nothing_and_recovery_codes_do(
    team: Team, tmp_path: Path, elsewhere: Flask
) -> None:
    written = back_up(tmp_path)
    new = "a new plainly fictional passphrase"
    with elsewhere.app_context():
        restore(written, elsewhere)
        with pytest.raises(WrongCredentials):
            accounts.open_account_seed(team.analyst.username, PASSPHRASE)
        recovery_codes.recover(team.analyst.username, team.analyst.recovery_code, new)
        account, seed = accounts.open_account_seed(team.analyst.username, new)
        assert frame(facts_keys(account.id, seed)).rows.height == 3
        db.engine.dispose()


def test_a_backup_goes_into_this_database_too(app: Flask, team: Team, tmp_path: Path) -> None:
    """Restore into the database under test itself, emptied first: on PostgreSQL this is a move between databases."""
    written = back_up(tmp_path)
    downgrade(revision="base")
    assert restore(written, app).rows == written.rows
    account, seed = accounts.open_account_seed(team.researcher.username, PASSPHRASE)
    keys = keys_of(account.id, account.organisation_id, seed)
    assert frame([keys.facts]).rows.height == 3


def test_a_backup_of_the_other_database_goes_into_this_one(
    app: Flask, team: Team, tmp_path: Path, elsewhere: Flask
) -> None:
    """From this database into SQLite, and from there back: both directions on both."""
    first, pepper = back_up(tmp_path / "first"), accounts.settings().pepper_file
    with elsewhere.app_context():
        restore(first, elsewhere, pepper)
        second = backup.back_up(tmp_path / "second", settings_of(elsewhere))
        db.engine.dispose()
    db.session.remove()
    downgrade(revision="base")
    restore(second, app)
    account, seed = accounts.open_account_seed(team.researcher.username, PASSPHRASE)
    assert frame([keys_of(account.id, account.organisation_id, seed).facts]).rows.height == 3


def test_the_logs_heads_are_in_both_files_and_come_back(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    written = back_up(tmp_path)
    assert written.heads == {team.organisation_id: str(audit.head(team.organisation_id))}
    for path in (written.data, written.keys):
        assert json.loads(query(path, "select value from backup where name = 'heads'")[0][0]) == written.heads
    with elsewhere.app_context():
        assert restore(written, elsewhere).heads == written.heads
        assert str(audit.head(team.organisation_id)) == written.heads[team.organisation_id]
        assert audit.verify(team.organisation_id) == []
        db.engine.dispose()


# ---- what is in which file ----


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask a backup something."""
    copy = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        return copy.execute(sql).fetchall()
    finally:
        copy.close()


def tables(path: Path) -> set[str]:
    return {name for (name,) in query(path, "select name from sqlite_master where type = 'table'")}


def test_log_ins_failed_attempts_and_the_pepper_are_in_neither_file(team: Team, tmp_path: Path) -> None:
    team.researcher.browser()
    assert db.session.scalar(select(func.count(StoredSession.id))) == 1
    written = back_up(tmp_path)
    for path in (written.data, written.keys):
        assert not {"session", "throttle"} & tables(path)
        assert accounts.settings().pepper_file.read_bytes() not in path.read_bytes()
    assert "incident" in tables(written.data)


def wraps(team: Team) -> list[bytes]:
    """Every wrapped key, grant and share that the database has."""
    found = [
        db.session.scalars(select(column)).all()
        for column in (
            *(RevisionKey.wrapped, FrameSnapshot.wrapped, FrameDelta.wrapped, Submission.wrapped),
            *(Grant.sealed, RecoveryCopy.sealed, Share.sealed),
        )
    ]
    assert all(rows for rows in found), "the scene lacks one of the kinds"
    assert team
    return [blob for rows in found for blob in rows]


@pytest.fixture
def full(team: Team) -> Team:
    """A team with one at least of each kind of wrapped key."""
    researcher = team.researcher
    recovery.name_trustees(researcher.membership(), researcher.seed, ["A fictional aunt", "A fictional lawyer"], 2)
    keys = keys_of(researcher.id, team.organisation_id, researcher.seed)
    store.replace_snapshot(keys.facts, FrameKind.FACTS, store.load(keys.facts, FrameKind.FACTS, polars_schema()))
    services.create(keys, [documents.document()])
    with writing(db.session):
        db.session.add(
            Submission(
                organisation_id=team.organisation_id,
                key_id=keys.organisation.id,
                wrapped=b"a wrapped key of a submission",
                sealed=b"sealed",
            )
        )
    return team


def test_no_wrapped_key_is_in_the_data(full: Team, tmp_path: Path) -> None:
    written = back_up(tmp_path)
    content = written.data.read_bytes()
    found = wraps(full)
    assert len(found) > 20
    assert [blob for blob in found if blob in content or blob[-16:] in content] == []


def test_nothing_that_a_key_opens_is_in_the_keys(full: Team, tmp_path: Path) -> None:
    assert full
    written = back_up(tmp_path)
    content = written.keys.read_bytes()
    columns = (Revision.identity, Revision.account, FrameSnapshot.sealed, FrameDelta.sealed)
    sealed = [blob for column in columns for blob in db.session.scalars(select(column))]
    assert len(sealed) > 6
    assert [blob for blob in sealed if blob[-16:] in content] == []
    assert "account" not in tables(written.keys)


def test_nothing_that_was_typed_or_is_secret_is_in_either_file(full: Team, tmp_path: Path) -> None:
    """In no encoding, nor inside a compressed stream: words of a case, names of trustees, their codes, keys, seeds."""
    researcher = full.researcher
    keys = keys_of(researcher.id, full.organisation_id, researcher.seed)
    whom = documents.person(name="KanariVogelName")
    told = documents.incident(narrative="KanariVogelStory", place_text="KanariVogelPlace")
    case = documents.about(whom, "POL_EXT", incident=told)
    services.create(keys, [case])
    services.open_identity(keys, case.incident.id, "KanariVogelReason")
    trustees = ["KanariVogelAunt", "KanariVogelPriest"]
    sheets = recovery.name_trustees(researcher.membership(), researcher.seed, trustees, 2)
    secrets: dict[str, str | bytes] = {"typed": "KanariVogel", "passphrase": PASSPHRASE, "seed": researcher.seed.raw}
    secrets |= {f"key {key.id}": key.raw for key in researcher.membership().keys}
    secrets |= {f"code {sheet.paper.number}": sheet.paper.code for sheet in sheets}
    secrets |= {f"words {sheet.paper.number}": " ".join(sheet.paper.words) for sheet in sheets}
    secrets |= {"recovery code": researcher.recovery_code, "cell": f"{case.incident.cell_key}"}
    written = back_up(tmp_path / "backup")
    assert hits([written.data, written.keys], secrets) == []
    (tmp_path / "planted").write_bytes(b"before " + sheets[0].paper.code.hex().encode())
    assert hits([tmp_path / "planted"], secrets)


def test_every_table_is_in_the_data_or_has_a_reason(full: Team, tmp_path: Path) -> None:
    assert full
    written = back_up(tmp_path)
    missing = set(db.metadata.tables) - tables(written.data)
    assert missing == {"session", "throttle", "revision_key", "grant", "recovery_copy", "share", "receipt_view"}
    assert {"revision_key", "grant", "recovery_copy", "share", "receipt_view"} < tables(written.keys)
    assert {"frame_snapshot", "frame_delta", "submission", "shared_case", "key", "statement", "roster"} < tables(
        written.keys
    )


def test_every_kind_of_wrapped_key_comes_back(full: Team, tmp_path: Path, elsewhere: Flask) -> None:
    written = back_up(tmp_path)
    before = sorted(wraps(full))
    with elsewhere.app_context():
        restore(written, elsewhere)
        assert sorted(wraps(full)) == before
        db.engine.dispose()


def test_both_files_are_readable_by_their_owner_alone(team: Team, tmp_path: Path) -> None:
    assert team
    written = back_up(tmp_path / "new")
    for path in (written.data, written.keys):
        assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_an_existing_file_is_not_overwritten(team: Team, tmp_path: Path) -> None:
    assert team
    now = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    (tmp_path / "tala-2026-01-02-030405-keys.db").write_text("precious")
    with pytest.raises(FileExistsError):
        backup.back_up(tmp_path, accounts.settings(), now=now)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["precious"]


def test_a_backup_while_in_use_is_of_one_moment(team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case saved after the data were read and before the keys were is in neither."""
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    engine = db.engine
    written = backup._write_keys
    document = documents.document()

    def interrupted(source: Connection, target: Connection, about: dict[str, str]) -> None:
        # As another worker would, on a connection of its own.
        with Session(engine) as other, other.begin():
            other.add(Incident(id=document.incident.id, organisation_id=team.organisation_id, revision=1))
            other.flush()
            other.add(Revision(incident_id=document.incident.id, revision=1, identity=b"i", account=b"a"))
            other.flush()
            other.add(
                RevisionKey(
                    incident_id=document.incident.id, revision=1, key_id=keys.organisation.id, wrapped=b"late wrap"
                )
            )
        written(source, target, about)

    monkeypatch.setattr(backup, "_write_keys", interrupted)
    found = back_up(tmp_path)
    assert query(found.data, "select count(*) from incident")[0][0] == 3
    assert query(found.keys, "select count(*) from revision_key")[0][0] == 3


def test_a_log_that_is_broken_does_not_keep_anybody_from_a_backup(team: Team, tmp_path: Path) -> None:
    with writing(db.session):
        db.session.delete(db.session.get_one(AuditHead, team.organisation_id))
    written = back_up(tmp_path)
    assert (written.rows > 0, written.heads) == (True, {})


def test_a_backup_is_in_the_log(team: Team, tmp_path: Path) -> None:
    before = audit.head(team.organisation_id)
    back_up(tmp_path)
    after = audit.head(team.organisation_id)
    assert before is not None
    assert after is not None
    assert after.number == before.number + 1


# ---- retention ----


def test_older_key_backups_are_overwritten_and_deleted_and_nothing_else_is(team: Team, tmp_path: Path) -> None:
    assert team
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    settings = accounts.settings()
    made = [backup.back_up(tmp_path, settings, now=start + dt.timedelta(days=day)) for day in (0, 1, 13)]
    (tmp_path / "tala-notes-keys.db").write_text("of somebody")
    last = backup.back_up(tmp_path, settings, keep_keys=14, now=start + dt.timedelta(days=15, seconds=-1))
    assert last.removed == [made[0].keys]
    left = {path.name for path in tmp_path.iterdir()}
    assert {one.data.name for one in made} | {made[1].keys.name, made[2].keys.name, last.keys.name} < left
    assert made[0].keys.name not in left
    assert "tala-notes-keys.db" in left


def test_shredding_overwrites_in_place(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_bytes(b"a wrapped key " * 200_000)
    with path.open("rb") as still_open:
        backup.shred(path)
        content = still_open.read()
    assert not path.exists()
    assert len(content) == 14 * 200_000
    assert b"wrapped" not in content


# ---- what does not fit together ----


def test_an_instance_that_holds_something_is_not_overwritten(app: Flask, team: Team, tmp_path: Path) -> None:
    written = back_up(tmp_path)
    with pytest.raises(NotEmpty):
        restore(written, app)
    assert db.session.get(Account, team.analyst.id) is not None


def test_keys_older_than_the_data_are_refused_before_anything_is_written(
    team: Team, tmp_path: Path, elsewhere: Flask
) -> None:
    assert team
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    old = backup.back_up(tmp_path, accounts.settings(), now=start)
    new = backup.back_up(tmp_path, accounts.settings(), now=start + dt.timedelta(days=1))
    with elsewhere.app_context(), pytest.raises(BrokenBackup, match="older than the data"):
        restoring.restore(new.data, old.keys, settings_of(elsewhere), None)
    assert list(settings_of(elsewhere).instance.iterdir()) == []


def test_the_two_files_in_the_wrong_order_are_refused(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    assert team
    written = back_up(tmp_path)
    with elsewhere.app_context(), pytest.raises(BrokenBackup, match="give first"):
        restoring.restore(written.keys, written.data, settings_of(elsewhere), None)


def with_another(written: Written, part: str, path: Path) -> Written:
    """The same backup with another file in the place of one of the two."""
    return replace(written, data=path) if part == "data" else replace(written, keys=path)


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + bytes(84)])
@pytest.mark.parametrize("broken", ["data", "keys"])
def test_a_file_that_is_no_backup_is_refused(
    team: Team, elsewhere: Flask, tmp_path: Path, content: bytes, broken: str
) -> None:
    assert team
    written = back_up(tmp_path)
    (tmp_path / "file").write_bytes(content)
    with elsewhere.app_context(), pytest.raises(BrokenBackup):
        restore(with_another(written, broken, tmp_path / "file"), elsewhere)
    assert list(settings_of(elsewhere).instance.iterdir()) == []


@pytest.mark.parametrize("broken", ["data", "keys"])
def test_a_truncated_backup_is_refused_and_leaves_nothing_behind(
    team: Team, tmp_path: Path, elsewhere: Flask, broken: str
) -> None:
    assert team
    written = back_up(tmp_path)
    whole: bytes = getattr(written, broken).read_bytes()
    (tmp_path / "broken").write_bytes(whole[: len(whole) // 2])
    with elsewhere.app_context(), pytest.raises(BrokenBackup):
        restore(with_another(written, broken, tmp_path / "broken"), elsewhere)
    assert list(settings_of(elsewhere).instance.iterdir()) == []


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
    written = back_up(tmp_path)
    with elsewhere.app_context():
        restore(written, elsewhere)
        assert db.session.get_one(Publication, ids[1]).response_to_id == ids[0]
        db.engine.dispose()


# ---- what goes wrong ----


@pytest.mark.parametrize("step", ["revision", "share"])
def test_a_backup_that_fails_halfway_leaves_no_file_behind(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A full disk, or a person who presses Ctrl-C: what is there must not be taken for a backup."""
    assert team
    copied = backup.copy

    def interrupted(source: Connection, target: Connection, chosen: Select[Any], table: Table, *change: Any) -> int:
        if table.name == step:
            raise KeyboardInterrupt
        return copied(source, target, chosen, table, *change)

    monkeypatch.setattr(backup, "copy", interrupted)
    with pytest.raises(KeyboardInterrupt):
        back_up(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert back_up(tmp_path).rows > 0


def test_a_backup_is_two_files_named_by_its_moment(team: Team, tmp_path: Path) -> None:
    assert team
    backup.back_up(tmp_path, accounts.settings(), now=dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"tala-2026-01-02-030405-data.db", "tala-2026-01-02-030405-keys.db"}


@pytest.mark.parametrize("name", ["with space", "per%20cent", "quest?ion", "ha#sh", "ünïcode"])
def test_the_files_may_have_any_name(team: Team, tmp_path: Path, elsewhere: Flask, name: str) -> None:
    assert team
    written = back_up(tmp_path)
    renamed = replace(written, data=written.data.rename(tmp_path / name))
    with elsewhere.app_context():
        assert restore(renamed, elsewhere).rows == written.rows
        db.engine.dispose()


def test_restoring_leaves_the_backup_as_it_was(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """It may lie on a medium that cannot be written to."""
    assert team
    folder = tmp_path / "kept"
    folder.mkdir()
    written = back_up(folder)
    before = {path: path.read_bytes() for path in (written.data, written.keys)}
    with elsewhere.app_context():
        restore(written, elsewhere)
        db.engine.dispose()
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_database_in_use_is_not_taken_for_a_backup(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """The newest saves would be missing: they are in the log beside it."""
    assert team
    written = back_up(tmp_path)
    Path(f"{written.data}-wal").write_bytes(b"")
    with elsewhere.app_context(), pytest.raises(BrokenBackup):
        restore(written, elsewhere)


def test_another_pepper_that_is_in_place_is_never_overwritten(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """A drill with the wrong TALA_INSTANCE would close every passphrase of the real one."""
    assert team
    written = back_up(tmp_path)
    settings = settings_of(elsewhere)
    write_pepper(settings.pepper_file)
    before = settings.pepper_file.read_bytes()
    with elsewhere.app_context():
        with pytest.raises(restoring.WrongPepper, match="TALA_INSTANCE"):
            restoring.restore(written.data, written.keys, settings, accounts_pepper(tmp_path))
        assert settings.pepper_file.read_bytes() == before
        assert not (settings.instance / "tala.db").exists()


def accounts_pepper(folder: Path) -> Path:
    """A copy of some other instance's pepper."""
    path = folder / "other-pepper"
    path.write_bytes(b"q" * 32)
    return path


def test_the_same_pepper_in_place_is_no_obstacle(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    written = back_up(tmp_path)
    pepper = accounts.settings().pepper_file
    settings = settings_of(elsewhere)
    write_pepper(settings.pepper_file, pepper.read_bytes())
    with elsewhere.app_context():
        restoring.restore(written.data, written.keys, settings, pepper)
        assert accounts.open_account_seed(team.researcher.username, PASSPHRASE)
        db.engine.dispose()


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 31])
def test_a_file_that_is_no_pepper_is_refused_before_anything_is_written(
    team: Team, tmp_path: Path, elsewhere: Flask, content: bytes
) -> None:
    assert team
    written = back_up(tmp_path)
    (tmp_path / "pepper").write_bytes(content)
    settings = settings_of(elsewhere)
    with elsewhere.app_context(), pytest.raises(restoring.WrongPepper):
        restoring.restore(written.data, written.keys, settings, tmp_path / "pepper")
    assert list(settings.instance.iterdir()) == []


def test_a_restored_pepper_is_for_the_servers_user_alone(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    assert team
    written = back_up(tmp_path)
    copy = tmp_path / "pepper-copy"
    copy.write_bytes(accounts.settings().pepper_file.read_bytes())
    copy.chmod(0o644)
    settings = settings_of(elsewhere)
    with elsewhere.app_context():
        restoring.restore(written.data, written.keys, settings, copy)
        db.engine.dispose()
    assert settings.pepper_file.stat().st_mode & 0o777 == 0o600
    assert settings.pepper_file.read_bytes() == copy.read_bytes()


def test_a_demo_comes_back_as_a_demo(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """Invented cases must say so on every page, wherever they are brought."""
    assert team
    written = backup.back_up(tmp_path, replace(accounts.settings(), demo=True))
    settings = settings_of(elsewhere)
    with elsewhere.app_context():
        restoring.restore(written.data, written.keys, settings, None)
        db.engine.dispose()
    assert Settings.from_env({"TALA_INSTANCE": str(settings.instance)}).demo


def test_real_cases_are_not_restored_into_a_demo(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    """A demo serves without TLS and tells everyone that its cases are invented."""
    assert team
    written = back_up(tmp_path)
    settings = replace(settings_of(elsewhere), demo=True)
    with elsewhere.app_context(), pytest.raises(NotEmpty, match="demo"):
        restoring.restore(written.data, written.keys, settings, None)
    assert not Settings.from_env({"TALA_INSTANCE": str(settings.instance)}).demo


def test_the_command_says_what_was_written_where_each_log_ends_and_where_the_pepper_is(
    app: Flask, team: Team, tmp_path: Path
) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["backup", str(tmp_path), "--keep-keys", "14"])
    assert first.exit_code == 0, first.output
    assert str(accounts.settings().pepper_file) in first.output
    assert str(audit.head(team.organisation_id)) in first.output
    assert len(list(tmp_path.glob("*-data.db"))) == len(list(tmp_path.glob("*-keys.db"))) == 1


def test_the_restore_command_says_what_to_do_in_words(team: Team, tmp_path: Path, elsewhere: Flask) -> None:
    written = back_up(tmp_path)
    (tmp_path / "no-backup").write_text("nothing")
    runner = elsewhere.test_cli_runner()
    with elsewhere.app_context():
        refused = runner.invoke(args=["restore", str(tmp_path / "no-backup"), str(written.keys)])
        assert (refused.exit_code, "not a data backup of Tala" in refused.output) == (1, True)
        done = runner.invoke(args=["restore", str(written.data), str(written.keys)])
        assert done.exit_code == 0, done.output
        assert "recovery code" in done.output
        assert written.heads[team.organisation_id] in done.output
        db.engine.dispose()
