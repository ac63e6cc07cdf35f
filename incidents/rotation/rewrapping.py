"""What hangs on a key, table by table, and how a row of each is put under the key of the next epoch.

Every table that refers to the table of keys is named here, in one list or the other: a test compares them with the
database's own foreign keys, so that a kind of row that is added later cannot be forgotten.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, select, tuple_, update

from incidents.accounts.models import Organisation
from incidents.database import table_of
from incidents.extensions import db
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot
from incidents.keyring import case_door, facts_door, intake_door
from incidents.keyring.case_door import OrganisationKey, Place
from incidents.keyring.envelope import Unopenable
from incidents.keyring.facts_door import SummariesKey
from incidents.keyring.identity import Identity
from incidents.keyring.intake_door import Slot
from incidents.keyring.models import Grant, Key, KeyKind, RecoveryCopy, StoredRoster
from incidents.records.models import LogEntry, RevisionKey
from incidents.releases.models import ReleasePersons
from incidents.sharing.models import SharedCase
from incidents.stories.models import Summary
from incidents.submissions.models import Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import RowMapping, Table

    from incidents.keyring.grants import GrantedKey

    Cursor = tuple[Any, ...]
    Rewrap = Callable[[RowMapping], bytes]

#: The kinds whose old epochs go when nothing hangs on them. Old log entries stay sealed to the audit key of their time.
RETIRED: Final = (KeyKind.ORGANISATION, KeyKind.FACTS, KeyKind.SUMMARIES)
BATCH: Final = 1000


@dataclass(frozen=True)
class Hanging:
    """Rows that a key opens and that are moved in batches.

    Attributes:
        kind: Of the key.
        table: Where they are.
        place: The columns that name a row.
        blob: The column that is under the key.
        rewrap: From an old key and a new one, a function of a row that gives the blob under the new one.
    """

    kind: KeyKind
    table: Table
    place: tuple[str, ...]
    blob: str
    rewrap: Callable[[GrantedKey, GrantedKey], Rewrap]


def _revision_keys(old: GrantedKey, new: GrantedKey) -> Rewrap:
    before, after = _organisation(old), _organisation(new)

    def one(row: RowMapping) -> bytes:
        place = Place(old.organisation_id, row["incident_id"], row["revision"])
        return case_door.wrap(after, case_door.unwrap(before, row["wrapped"], place), place)

    return one


def _log_entries(old: GrantedKey, new: GrantedKey) -> Rewrap:
    def one(row: RowMapping) -> bytes:
        parts = ("log", old.organisation_id, row["id"])
        return new.seal(old.open(row["sealed"], *parts), *parts)

    return one


def _summaries(old: GrantedKey, new: GrantedKey) -> Rewrap:
    before, after = (
        SummariesKey(old.raw, old.id, old.organisation_id),
        SummariesKey(new.raw, new.id, old.organisation_id),
    )

    def one(row: RowMapping) -> bytes:
        return facts_door.seal_summary(after, row["id"], facts_door.open_summary(before, row["id"], row["sealed"]))

    return one


def _submissions(old: GrantedKey, new: GrantedKey) -> Rewrap:
    return _sealed_to_inbox(old, new, "submission")


def _shared_cases(old: GrantedKey, new: GrantedKey) -> Rewrap:
    return _sealed_to_inbox(old, new, "shared")


def _release_persons(old: GrantedKey, new: GrantedKey) -> Rewrap:
    def one(row: RowMapping) -> bytes:
        parts = ("release-persons", old.organisation_id, row["release_id"])
        return new.seal(old.open(row["sealed"], *parts), *parts)

    return one


def _sealed_to_inbox(old: GrantedKey, new: GrantedKey, kind: str) -> Rewrap:
    opener = Identity(_organisation(old)).intake.opener()
    intake = Identity(_organisation(new)).intake.public_key()

    def one(row: RowMapping) -> bytes:
        wrapped: bytes = row["wrapped"]
        # Anybody may have put it there: what does not open moves as it is, and keeps no old key alive.
        with suppress(Unopenable):
            wrapped = intake_door.rewrap(opener, intake, Slot(old.organisation_id, row["id"], kind), wrapped)
        return wrapped

    return one


def _organisation(key: GrantedKey) -> OrganisationKey:
    if not isinstance(key, OrganisationKey):
        raise TypeError("an organisation key is needed here")
    return key


HANGING: Final = (
    Hanging(KeyKind.ORGANISATION, table_of(RevisionKey), ("incident_id", "revision"), "wrapped", _revision_keys),
    Hanging(KeyKind.ORGANISATION, table_of(LogEntry), ("id",), "sealed", _log_entries),
    Hanging(KeyKind.ORGANISATION, table_of(Submission), ("id",), "wrapped", _submissions),
    Hanging(KeyKind.ORGANISATION, table_of(SharedCase), ("id",), "wrapped", _shared_cases),
    Hanging(KeyKind.FACTS, table_of(ReleasePersons), ("release_id", "organisation_id"), "sealed", _release_persons),
    Hanging(KeyKind.SUMMARIES, table_of(Summary), ("id",), "sealed", _summaries),
)
#: Moved whole when a rotation begins: they are few, and a reader must never see half of them.
AT_ONCE: Final = (table_of(FrameSnapshot), table_of(FrameDelta), table_of(StoredRoster))
#: Go with the key.
GO_WITH_IT: Final = (table_of(Grant), table_of(RecoveryCopy))


def batch(hanging: Hanging, old: GrantedKey, new: GrantedKey, after: Cursor | None) -> tuple[int, Cursor | None]:
    """Move the next rows from one key to the other, in the running transaction. Some 20 µs a row.

    Args:
        hanging: Which rows.
        old: The key they are under.
        new: The key of the next epoch.
        after: Where the last batch ended; None to begin.

    Returns:
        How many of them do not open and stay (they were altered: nobody could read them), and where this batch ended;
        None when there are no more.
    """
    columns = [hanging.table.c[name] for name in hanging.place]
    wanted = select(*columns, hanging.table.c[hanging.blob]).where(hanging.table.c.key_id == old.id)
    if after is not None:
        wanted = wanted.where(tuple_(*columns) > after)
    rows = db.session.execute(wanted.order_by(*columns).limit(BATCH)).mappings().all()
    if not rows:
        return 0, None
    moved = list(_moved(hanging, hanging.rewrap(old, new), rows))
    if moved:
        here = [column == bindparam(f"at_{column.name}") for column in columns]
        statement = update(hanging.table).where(*here, hanging.table.c.key_id == old.id)
        values = {"key_id": new.id, hanging.blob: bindparam("blob")}
        db.session.connection().execute(statement.values(values), moved)
    return len(rows) - len(moved), tuple(rows[-1][name] for name in hanging.place)


def _moved(hanging: Hanging, rewrap: Rewrap, rows: Sequence[RowMapping]) -> Iterator[dict[str, Any]]:
    for row in rows:
        try:
            blob = rewrap(row)
        except Unopenable:
            continue
        yield {f"at_{name}": row[name] for name in hanging.place} | {"blob": blob}


def hangs_on(key_id: str) -> bool:
    """Whether any row of any table is still under a key, but for what goes with it. One query a table."""
    for table in tables():
        if table in GO_WITH_IT:
            continue
        for column in table.columns:
            refers = any(foreign.column.table is table_of(Key) for foreign in column.foreign_keys)
            if refers and db.session.execute(select(column).where(column == key_id).limit(1)).first() is not None:
                return True
    return False


def tables() -> list[Table]:
    """Every table that refers to the table of keys."""
    keys = table_of(Key)
    return [
        table
        for table in db.metadata.sorted_tables
        if any(foreign.column.table is keys for foreign in table.foreign_keys)
    ]


def retire(organisation_id: str, key_id: str) -> bool:
    """Delete a key of an old epoch, in the running transaction, if nothing hangs on it; False if something does.

    The proof and the deletion see the same state: the organisation is locked, and the database itself refuses to delete
    a key that a row refers to.
    """
    organisation = db.session.get_one(Organisation, organisation_id, with_for_update=True, populate_existing=True)
    if hangs_on(key_id):
        return False
    for table in GO_WITH_IT:
        db.session.execute(delete(table).where(table.c.key_id == key_id))
    db.session.execute(delete(table_of(Key)).where(table_of(Key).c.id == key_id))
    # Old wraps and grants are in the database's files until those are swept.
    organisation.unswept += 1
    return True


FRAMES: Final = {
    FrameKind.INDEX: KeyKind.ORGANISATION,
    FrameKind.FACTS: KeyKind.FACTS,
    FrameKind.LINKAGE: KeyKind.ORGANISATION,
}
