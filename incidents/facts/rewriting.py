"""Writing a frame anew as a whole: after a restore, and without what was erased.

Compaction replaces what it read and keeps what it cannot read. Rewriting replaces *everything* of a frame, whatever
organisation key or facts key it is under, with one snapshot under a fresh frame key and a fresh id; the old wraps are
deleted. It is prepared outside of any lock and put in place inside somebody else's write transaction, so that a frame
and what it is derived from change together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from incidents.accounts.models import Organisation
from incidents.database import random_id, snapshot, table_of
from incidents.errors import Forbidden
from incidents.extensions import db
from incidents.facts import frames
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot
from incidents.facts.store import Loaded, Version
from incidents.keyring.envelope import SecretKey, unpad

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Row

    from incidents.facts.frames import Entry, Frame, Schema
    from incidents.keyring.grants import GrantedKey

NEW_SNAPSHOTS = insert(table_of(FrameSnapshot))


class KeyNotHeld(Forbidden):
    """A part of a frame is under a key that this person does not hold: nobody can say that it is rewritten whole."""


class FrameMoved(Exception):
    """A compaction or another rewriting replaced what this one was made from: read it again and repeat."""


@dataclass(frozen=True)
class Rewriting:
    """A frame's new snapshot, sealed, and what it stands in for.

    Attributes:
        organisation_id: Whose frame it is.
        kind: Which.
        replaces: The rows that were read, and that go when it is put in place.
        row: The row of the new snapshot.
    """

    organisation_id: str
    kind: FrameKind
    replaces: Version
    row: dict[str, Any]


def version(organisation_id: str, kind: FrameKind) -> Version:
    """Of what a frame consists under whatever key, in the running transaction. Two queries."""
    return Version(
        db.session.scalar(select(FrameSnapshot.id).where(*_of(FrameSnapshot, organisation_id, kind))),
        frozenset(db.session.scalars(select(FrameDelta.id).where(*_of(FrameDelta, organisation_id, kind)))),
    )


def read(keys: Mapping[str, GrantedKey], organisation_id: str, kind: FrameKind, schema: Schema) -> Loaded:
    """A frame with all that belongs to it, opened with the keys that one holds, by id. Opens a transaction of its own.

    Raises:
        KeyNotHeld: a part is under a key that is not among them.
        Unopenable: a part was altered or moved.
    """
    with snapshot(db.session):
        seen = version(organisation_id, kind)
        rows = [
            (model, row.id, row.key_id, row.wrapped, row.sealed)
            for model in (FrameSnapshot, FrameDelta)
            for row in db.session.execute(
                select(model.id, model.key_id, model.wrapped, model.sealed).where(*_of(model, organisation_id, kind))
            )
        ]
    base = frames.empty(schema)
    entries: list[Entry] = []
    for model, row_id, key_id, wrapped, sealed in rows:
        if key_id not in keys:
            raise KeyNotHeld
        own = SecretKey(keys[key_id].open(wrapped, "frame-key", kind, organisation_id, row_id))
        if model is FrameSnapshot:
            base = frames.decode(own.open(sealed, "snapshot", kind, organisation_id, row_id), schema)
        else:
            entries += _entries(own.open(sealed, "delta", kind, organisation_id, row_id), schema)
    return Loaded(frames.apply(base, entries, schema), seen)


def _entries(plain: bytes, schema: Schema) -> Sequence[Entry]:
    return frames.decode_entries(unpad(plain), list(schema))


def prepare(key: GrantedKey, kind: FrameKind, frame: Frame, replaces: Version) -> Rewriting:
    """Seal a frame as a snapshot with a fresh id under a fresh key of its own, itself under a granted key."""
    row_id, own = random_id(), SecretKey.random()
    row = {
        "id": row_id,
        "organisation_id": key.organisation_id,
        "kind": kind,
        "key_id": key.id,
        "wrapped": key.seal(own.raw, "frame-key", kind, key.organisation_id, row_id),
        "sealed": own.seal(frames.encode(frame), "snapshot", kind, key.organisation_id, row_id),
    }
    return Rewriting(key.organisation_id, kind, replaces, row)


def lock(organisation_id: str) -> Organisation:
    """Hold the organisation's row in the running transaction: nobody compacts or rewrites meanwhile."""
    return db.session.get_one(Organisation, organisation_id, with_for_update=True, populate_existing=True)


def put(rewriting: Rewriting) -> None:
    """Put a snapshot in the place of all that was read, in the running transaction, which holds the lock().

    What was saved since stays a delta: a save loses nothing.

    Raises:
        FrameMoved: something that was read is not there any more.
    """
    organisation_id, kind, seen = rewriting.organisation_id, rewriting.kind, rewriting.replaces
    now = version(organisation_id, kind)
    if now.snapshot_id != seen.snapshot_id or not seen.delta_ids <= now.delta_ids:
        raise FrameMoved
    db.session.execute(delete(FrameSnapshot).where(FrameSnapshot.id == seen.snapshot_id))
    db.session.execute(delete(FrameDelta).where(FrameDelta.id.in_(seen.delta_ids)))
    db.session.execute(NEW_SNAPSHOTS, [rewriting.row])


def move(old: GrantedKey, new: GrantedKey, kind: FrameKind) -> None:
    """Reseal all parts of a frame that are under one key, in the running transaction, which holds the lock().

    Each gets a fresh id and a fresh key of its own: what somebody kept of the old ones opens none of the new. Decoding
    nothing, it takes some 5 ms for a million rows.

    Raises:
        Unopenable: a part was altered or moved.
    """
    for model, part in ((FrameSnapshot, "snapshot"), (FrameDelta, "delta")):
        columns = select(model.id, model.wrapped, model.sealed)
        rows = db.session.execute(columns.where(*_of(model, old.organisation_id, kind), model.key_id == old.id)).all()
        moved = [_resealed(row, part, old, new, kind) for row in rows]
        db.session.execute(delete(model).where(model.id.in_([row.id for row in rows])))
        if moved:
            db.session.execute(insert(table_of(model)), moved)


def _resealed(
    row: Row[str, bytes, bytes], part: str, old: GrantedKey, new: GrantedKey, kind: FrameKind
) -> dict[str, Any]:
    organisation_id = old.organisation_id
    before = SecretKey(old.open(row.wrapped, "frame-key", kind, organisation_id, row.id))
    plain = before.open(row.sealed, part, kind, organisation_id, row.id)
    row_id, own = random_id(), SecretKey.random()
    return {
        "id": row_id,
        "organisation_id": organisation_id,
        "kind": kind,
        "key_id": new.id,
        "wrapped": new.seal(own.raw, "frame-key", kind, organisation_id, row_id),
        "sealed": own.seal(plain, part, kind, organisation_id, row_id),
    }


def _of(
    model: type[FrameSnapshot | FrameDelta], organisation_id: str, kind: FrameKind
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return model.organisation_id == organisation_id, model.kind == kind
