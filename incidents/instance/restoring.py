"""Restoring a data backup with a key backup of the same day or later, into an empty instance on either database.

The data is put back as it was, without a key. Then each wrapped key goes to what it belongs to; what has none any more
was erased since, and is left out. Where a frame has lost its key, index and facts are made anew from the cases by a
member's session, which alone can open them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask_migrate import upgrade
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError

from config import MIN_PEPPER_BYTES
from incidents.extensions import db
from incidents.instance.backup import DATA, KEYS, VERSION_TABLE, batches, copy
from incidents.instance.joining import Joining, Restored
from incidents.instance.reading import NOT_WHOLE, BrokenBackup, File, opened, tables_of
from incidents.instance.services import DEMO_MARK, NotEmpty
from incidents.keyring.passphrase import write_pepper

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

    from config import Settings


class WrongPepper(RuntimeError):
    """Restoring would put a pepper in place with which nobody could log in; the message says what to do."""


def restore(data: Path, keys: Path, settings: Settings, pepper: Path | None) -> Restored:
    """Fill an empty instance from two backups, then bring its tables up to date.

    Args:
        data: The data backup.
        keys: A key backup of the same moment or later.
        settings: The instance to fill.
        pepper: The pepper that was kept apart. Without it a new one is made, and people come in with their recovery
            codes.

    Raises:
        BrokenBackup: a file cannot be read as what it should be, or the keys are older than the data.
        NotEmpty: the instance holds something already, or one is a demo and the other is not.
        WrongPepper: the pepper that was given cannot be one, or another is in place.
    """
    if pepper is not None:
        _check_pepper(settings, pepper)
    try:
        with opened(data, DATA) as sealed, opened(keys, KEYS) as wraps:
            _check_together(sealed, wraps)
            _keep_apart(sealed, settings)
            rows = _fill(sealed)
            upgrade(revision=wraps.revision)
            with db.engine.begin() as target:
                restored = Joining(wraps, target).run()
            restored.rows, restored.heads = rows, json.loads(sealed.about["heads"])
    except DatabaseError:
        raise BrokenBackup(NOT_WHOLE) from None
    upgrade()
    if not settings.pepper_file.exists():
        write_pepper(settings.pepper_file, None if pepper is None else pepper.read_bytes())
    return restored


def _check_together(data: File, keys: File) -> None:
    if keys.about["made_at"] < data.about["made_at"]:
        raise BrokenBackup(
            "The key backup is older than the data backup: what was saved between them would not open. Take the key "
            "backup of the same moment or a newer one, or an older data backup."
        )
    if data.of_a_demo != keys.of_a_demo:
        raise BrokenBackup("One of these backups is of a demo and the other is not.")


def _check_pepper(settings: Settings, pepper: Path) -> None:
    kept = pepper.read_bytes()
    if len(kept) < MIN_PEPPER_BYTES:
        raise WrongPepper("This file is too short to be a pepper. Give the copy of the file called pepper.")
    if settings.pepper_file.exists() and settings.pepper_file.read_bytes() != kept:
        raise WrongPepper(
            f"Another pepper is in place: {settings.pepper_file}. Is TALA_INSTANCE the folder you mean? If so, move it "
            "away first."
        )


def _keep_apart(data: File, settings: Settings) -> None:
    """A demo comes back as a demo, and real cases never into one, which serves without TLS."""
    if settings.demo and not data.of_a_demo:
        raise NotEmpty("This folder is marked as a demo. Real cases need one of their own: set TALA_INSTANCE.")
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if data.of_a_demo:
        (settings.instance / DEMO_MARK).touch(mode=0o600)


# ---- the data ----


def _fill(data: File) -> int:
    upgrade(revision=data.revision)
    with db.engine.begin() as target:
        tables = {name: table for name, table in tables_of(target).items() if name != VERSION_TABLE}
        if any(target.scalar(select(func.count()).select_from(table)) for table in tables.values()):
            raise NotEmpty("This instance holds something already. Restore into a new TALA_INSTANCE or database.")
        known = [(data.tables[name], table) for name, table in tables.items() if name in data.tables]
        return sum(_copy(data.connection, target, stored, table) for stored, table in known)


def _copy(source: Connection, target: Connection, stored: Table, table: Table) -> int:
    """Copy all rows of a table; what refers to rows of the same table in a second pass."""
    own = {key.parent.name for key in table.foreign_keys if key.column.table is table}
    count = copy(source, target, select(stored), table, dict.fromkeys(own))
    for rows in batches(source, select(stored)) if own else ():
        for row in rows:
            target.execute(update(table).where(table.c.id == row["id"]).values({name: row[name] for name in own}))
    return count
