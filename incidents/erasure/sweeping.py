"""Leaving erased keys in no file of the database.

A row that was deleted is still in files: in SQLite's write-ahead log; in PostgreSQL's tables and in its log, which it
keeps to write over it later. The erasure itself counts up a mark in its own transaction, and the mark stands until this
has succeeded, so that neither a crash nor a reader who is in the way makes anybody forget it.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError

from incidents.accounts.models import Organisation
from incidents.database import autocommit, truncate_log, writing
from incidents.extensions import db
from incidents.i18n import gettext as _
from incidents.records.errors import N_

if TYPE_CHECKING:
    from flask import Flask, Response
    from sqlalchemy.engine import Connection, Engine

#: Seconds that a page, and that the command, wait for readers who are in the way.
PAGE_PATIENCE: Final = 2.0
COMMAND_PATIENCE: Final = 60.0
#: Holds of wrapped keys, rows that are sealed under a key which lives on, and what was public until it was withdrawn.
WRAPS: Final = (
    "revision_key",
    "frame_snapshot",
    "frame_delta",
    "log_entry",
    "summary",
    "draft",
    "withdrawal",
    "grant",
    "recovery_copy",
    "share",
    "submission",
    "memory",
    # Emptied when they are withdrawn.
    "publication",
    "publication_file",
)
#: Large, and of no use without the keys.
SEALED: Final = ("revision", "incident", "evidence_chunk")
#: Sessions that still see what was there before this one began: their rows cannot be removed.
OLDER_READERS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_xmin IS NOT NULL AND age(backend_xmin) >= age(CAST(:xid AS xid))"
)
OLD_SEGMENTS: Final = text("SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND name < :segment")
POLL_SECONDS: Final = 0.1
NOT_ALLOWED: Final = N_(
    "The database account may not do this. Let the operator of PostgreSQL grant pg_checkpoint, pg_monitor and EXECUTE "
    "on pg_switch_wal(), and let the account own the tables."
)


@dataclass(frozen=True)
class Swept:
    """What came of it, in sentences.

    Attributes:
        problems: What stands against it, and what to do.
        elsewhere: Where else a copy of the database's log is, which this does not reach.
    """

    problems: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether nothing stands against it."""
        return not self.problems


def pending() -> dict[str, int]:
    """How many erasures wait to be swept, by organisation; empty if none. One query."""
    rows = db.session.execute(select(Organisation.id, Organisation.unswept).where(Organisation.unswept > 0))
    return {row.id: row.unswept for row in rows}


def sweep(*, patience: float = COMMAND_PATIENCE, whole: bool = True) -> Swept:
    """Bring erased keys out of every file of the database, and take the mark away when that is done.

    Args:
        patience: Seconds to wait for readers who are in the way.
        whole: On PostgreSQL, rewrite the large tables of sealed parts too.
    """
    waiting = pending()
    db.session.rollback()
    engine = db.engine
    found = _sqlite(engine, patience) if engine.dialect.name == "sqlite" else _postgresql(engine, patience, whole)
    if found.done and waiting:
        with writing(db.session):
            for organisation_id, count in waiting.items():
                # An erasure that came in meanwhile has counted on, and keeps its mark.
                db.session.execute(
                    update(Organisation)
                    .where(Organisation.id == organisation_id, Organisation.unswept == count)
                    .values(unswept=0)
                )
    return found


def _sqlite(engine: Engine, patience: float) -> Swept:
    try:
        if truncate_log(engine, patience):
            return Swept()
    except (OperationalError, sqlite3.OperationalError):
        pass
    return Swept((_("Somebody was reading meanwhile. The next save of anybody finishes it."),))


def _postgresql(engine: Engine, patience: float, whole: bool) -> Swept:  # noqa: FBT001 - passed on
    with autocommit(engine) as connection:
        problems = settings_problems(connection)
        for step in (_vacuum, _cut_log):
            try:
                problems += step(connection, patience, WRAPS + (SEALED if whole else ()))
            except DBAPIError as error:
                problems.append(_refused(error))
        return Swept(tuple(problems), tuple(copies(connection)))


def settings_problems(connection: Connection) -> list[str]:
    """Settings of PostgreSQL under which erased keys stay in its files."""
    checks = (
        ("wal_recycle", (None, "off"), _("Set wal_recycle = off: PostgreSQL keeps old files of its log.")),
        ("wal_keep_size", (None, "0"), _("Set wal_keep_size = 0: PostgreSQL keeps old files of its log.")),
        ("log_statement", ("none", "ddl"), _("Set log_statement = none: the server's own log holds what is saved.")),
    )
    return [problem for name, right, problem in checks if _setting(connection, name) not in right]


def copies(connection: Connection) -> list[str]:
    """Where else PostgreSQL sends its log: replicas and archives follow the retention of backups."""
    found = []
    if _setting(connection, "archive_mode") not in (None, "off"):
        found.append(_("The log is archived (archive_mode): delete archived files when key backups are deleted."))
    if connection.scalar(text("SELECT count(*) FROM pg_replication_slots")):
        found.append(_("There are replication slots: a replica has erased nothing until it has followed."))
    return found


def _setting(connection: Connection, name: str) -> str | None:
    value: str | None = connection.scalar(text("SELECT current_setting(:name, true)"), {"name": name})
    return value


def _vacuum(connection: Connection, patience: float, tables: tuple[str, ...]) -> list[str]:
    """Write the tables anew without their dead rows, once nobody sees these any more."""
    xid = connection.scalar(text("SELECT CAST(CAST(pg_current_xact_id() AS xid) AS text)"))
    end = time.monotonic() + patience
    while connection.scalar(OLDER_READERS, {"xid": xid}):
        if time.monotonic() >= end:
            return [_("Somebody was reading meanwhile. Run flask erasure sweep again.")]
        time.sleep(POLL_SECONDS)
    connection.execute(text(f"SET lock_timeout = {int(max(patience, 1) * 1000)}"))
    # PostgreSQL passes over a table of somebody else with a warning and no error: only its file tells.
    skipped = [table for table in tables if not _written_anew(connection, table)]
    return [_(NOT_ALLOWED)] if skipped else []


def _written_anew(connection: Connection, table: str) -> bool:
    file = text("SELECT pg_relation_filenode(CAST(:name AS regclass))")
    before = connection.scalar(file, {"name": table})
    connection.execute(text(f'VACUUM (FULL) "{table}"'))
    return bool(connection.scalar(file, {"name": table}) != before)


def _cut_log(connection: Connection, patience: float, tables: tuple[str, ...]) -> list[str]:
    """Begin a new file of the write-ahead log and let the checkpoint remove those before it."""
    del patience, tables
    connection.execute(text("SELECT pg_switch_wal()"))
    segment = connection.scalar(text("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"))
    connection.execute(text("CHECKPOINT"))
    if connection.scalar(OLD_SEGMENTS, {"segment": segment}):
        return [_("PostgreSQL has kept old log files. Check its settings, then run flask erasure sweep again.")]
    return []


def _refused(error: DBAPIError) -> str:
    """What to do about an error, by its class; never what the database says, which may quote a row."""
    state = getattr(error.orig, "sqlstate", None) or "?"
    if state == "42501":
        return _(NOT_ALLOWED)
    return _("PostgreSQL refused (SQLSTATE %(state)s). Run flask erasure sweep again.", state=state)


def register(app: Flask) -> None:
    """Let the next write finish what a reader was in the way of."""
    app.after_request(finish)


def finish(response: Response) -> Response:
    """On SQLite, try again after every request that may have written. One query, and nothing more if none waits."""
    if request.method == "POST" and db.engine.dialect.name == "sqlite" and pending():
        sweep(patience=0)
    return response
