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

    from sqlalchemy import ColumnElement

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
    base, entries = frames.empty(schema), []
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


def _of(
    model: type[FrameSnapshot | FrameDelta], organisation_id: str, kind: FrameKind
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return model.organisation_id == organisation_id, model.kind == kind
