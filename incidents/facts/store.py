"""Reading and writing sealed frames. The same code serves both kinds; whose key is handed in decides what opens.

A save appends a small delta in its own transaction. Reading takes the snapshot and all deltas in one transaction. When
deltas have piled up, a member's save writes a new snapshot: it builds it outside of any lock, then, in one write
transaction, replaces the snapshot it read and deletes exactly the deltas it absorbed, or gives up if another was first.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select

from incidents.accounts.models import Organisation
from incidents.database import random_id, snapshot, table_of, writing
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.facts import frames
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot
from incidents.keyring.envelope import SecretKey, pad, unpad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from incidents.facts.frames import Entry, Frame, Schema
    from incidents.keyring.grants import GrantedKey

#: Deltas that may wait before a save compacts; more in a large frame, where a snapshot costs more than reading deltas.
MIN_DELTAS = 64
ROWS_PER_DELTA = 4_000
CACHE_SECONDS = 300
CACHE_FRAMES = 8
#: Part of every save, so they are put together once.
APPEND = insert(table_of(FrameDelta))
DUE = (
    select(FrameDelta.kind)
    .where(FrameDelta.organisation_id == bindparam("organisation_id"))
    .group_by(FrameDelta.kind)
    .having(func.count() >= bindparam("many"))
)


@dataclass(frozen=True)
class Version:
    """What a frame consists of: its snapshot and its deltas, by id."""

    snapshot_id: str | None
    delta_ids: frozenset[str]


@dataclass(frozen=True)
class Loaded:
    """A frame, what it was read from, and what was worked out from it (such as a sorted copy), which goes with it.

    What was costly and may be some saves old is in ``lasting``: it stays with the frame while it is in memory.
    """

    frame: Frame
    version: Version
    derived: dict[str, Any] = field(default_factory=dict)
    lasting: dict[str, Any] = field(default_factory=dict)


class Moved(TalaError):
    """The frame is under a newer key than this one: a rotation began a moment ago. Asking again finds it."""

    status = HTTPStatus.CONFLICT


class FrameCache:
    """Decoded frames in this process's memory, for minutes; found by a name that only the key's holder can give."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: OrderedDict[tuple[bytes, str], tuple[float, Loaded]] = OrderedDict()
        self._sweeping = False

    def __len__(self) -> int:
        return len(self._items)

    def get(self, name: tuple[bytes, str]) -> Loaded | None:
        """The last frame under this name, unless it has been here too long."""
        with self._lock:
            item = self._items.get(name)
            return item[1] if item and time.monotonic() - item[0] <= CACHE_SECONDS else None

    def put(self, name: tuple[bytes, str], loaded: Loaded) -> None:
        """Keep a frame; the oldest goes when there are too many."""
        with self._lock:
            self._items[name] = (time.monotonic(), loaded)
            self._items.move_to_end(name)
            while len(self._items) > CACHE_FRAMES:
                self._items.popitem(last=False)
            self._sweep_later()

    def _sweep_later(self) -> None:
        """Frames go when their time is over, not when somebody asks again: perhaps nobody does."""
        if self._items and not self._sweeping:
            self._sweeping = True
            oldest = next(iter(self._items.values()))[0]
            timer = threading.Timer(max(0.0, oldest + CACHE_SECONDS - time.monotonic()), self._sweep)
            timer.daemon = True
            timer.start()

    def _sweep(self) -> None:
        with self._lock:
            while self._items and time.monotonic() - next(iter(self._items.values()))[0] >= CACHE_SECONDS:
                self._items.popitem(last=False)
            self._sweeping = False
            self._sweep_later()

    def clear(self) -> None:
        """Forget all frames."""
        with self._lock:
            self._items.clear()


cache = FrameCache()


def delta(key: GrantedKey, kind: FrameKind, schema: Schema, entries: Sequence[Entry]) -> dict[str, Any]:
    """The row of a delta: the entries of one save, sealed. Some 20 µs."""
    row_id = random_id()
    own = SecretKey.random()
    plain = pad(frames.encode_entries(list(schema), entries))
    return {
        "id": row_id,
        "organisation_id": key.organisation_id,
        "kind": kind,
        "key_id": key.id,
        "wrapped": key.seal(own.raw, "frame-key", kind, key.organisation_id, row_id),
        "sealed": own.seal(plain, "delta", kind, key.organisation_id, row_id),
    }


def append(*deltas: dict[str, Any]) -> None:
    """Add the deltas of a save to the running transaction. One statement."""
    db.session.execute(APPEND, list(deltas))


def load(key: GrantedKey, kind: FrameKind, schema: Schema) -> Loaded:
    """A frame as it is now: one query for its version, and only what is new since the last reading is opened.

    Raises:
        Unopenable: a snapshot or delta was altered or moved.
        Moved: a rotation has passed this key.
    """
    with snapshot(db.session):
        version = _version(key, kind)
        if version == Version(None, frozenset()) and _elsewhere(key, kind):
            raise Moved
        name = (key.fingerprint(), f"{kind}:{key.organisation_id}")
        known = cache.get(name)
        if known and known.version == version:
            return known
        if known and known.version.snapshot_id == version.snapshot_id and known.version.delta_ids < version.delta_ids:
            base, wanted = known.frame, version.delta_ids - known.version.delta_ids
        else:
            base, wanted = _open_snapshot(key, kind, schema), version.delta_ids
        sealed = _deltas(key, kind, wanted)
    entries = [entry for delta in sealed for entry in frames.decode_entries(delta, list(schema))]
    loaded = Loaded(frames.apply(base, entries, schema), version, lasting=known.lasting if known else {})
    cache.put(name, loaded)
    return loaded


def _under(model: type[FrameSnapshot | FrameDelta], key: GrantedKey, kind: FrameKind) -> Sequence[ColumnElement[bool]]:
    """The rows of a frame that this key opens."""
    return model.organisation_id == key.organisation_id, model.kind == kind, model.key_id == key.id


def _version(key: GrantedKey, kind: FrameKind) -> Version:
    return Version(
        db.session.scalar(select(FrameSnapshot.id).where(*_under(FrameSnapshot, key, kind))),
        frozenset(db.session.scalars(select(FrameDelta.id).where(*_under(FrameDelta, key, kind)))),
    )


def _elsewhere(key: GrantedKey, kind: FrameKind) -> bool:
    """Whether the frame has parts, none of them under this key: nobody must take that for an empty one."""
    return any(
        db.session.scalar(
            select(model.id).where(model.organisation_id == key.organisation_id, model.kind == kind).limit(1)
        )
        for model in (FrameSnapshot, FrameDelta)
    )


def _open_snapshot(key: GrantedKey, kind: FrameKind, schema: Schema) -> Frame:
    row = db.session.scalar(select(FrameSnapshot).where(*_under(FrameSnapshot, key, kind)))
    if row is None:
        return frames.empty(schema)
    own = SecretKey(key.open(row.wrapped, "frame-key", kind, key.organisation_id, row.id))
    return frames.decode(own.open(row.sealed, "snapshot", kind, key.organisation_id, row.id), schema)


def _deltas(key: GrantedKey, kind: FrameKind, wanted: frozenset[str]) -> list[bytes]:
    columns = select(FrameDelta.id, FrameDelta.wrapped, FrameDelta.sealed)
    opened = []
    for row_id, wrapped, sealed in db.session.execute(columns.where(*_under(FrameDelta, key, kind))):
        if row_id in wanted:
            own = SecretKey(key.open(wrapped, "frame-key", kind, key.organisation_id, row_id))
            opened.append(unpad(own.open(sealed, "delta", kind, key.organisation_id, row_id)))
    return opened


def due(organisation_id: str) -> Sequence[FrameKind]:
    """The frames whose deltas have piled up, in the running transaction. One query for all."""
    return db.session.scalars(DUE, {"organisation_id": organisation_id, "many": MIN_DELTAS}).all()


def compact(key: GrantedKey, kind: FrameKind, schema: Schema) -> bool:
    """Absorb the deltas into a new snapshot if they are many for the frame's size; True if this call did it.

    Never loses a save: what came after the reading stays a delta.
    """
    loaded = load(key, kind, schema)
    if len(loaded.version.delta_ids) < max(MIN_DELTAS, loaded.frame.rows.height // ROWS_PER_DELTA):
        return False
    return replace_snapshot(key, kind, loaded)


def replace_snapshot(key: GrantedKey, kind: FrameKind, loaded: Loaded) -> bool:
    """Write a loaded frame as the new snapshot, unless what it was read from has changed hands meanwhile."""
    row_id = random_id()
    own = SecretKey.random()
    sealed = own.seal(frames.encode(loaded.frame), "snapshot", kind, key.organisation_id, row_id)
    wrapped = key.seal(own.raw, "frame-key", kind, key.organisation_id, row_id)
    ids = loaded.version.delta_ids
    with writing(db.session):
        _lock(key)
        if not _still_there(key, kind, loaded.version):
            return False
        db.session.execute(
            # That one and no other: a snapshot under another key holds what this reading could not see.
            delete(FrameSnapshot).where(FrameSnapshot.id == loaded.version.snapshot_id)
        )
        db.session.execute(delete(FrameDelta).where(FrameDelta.id.in_(ids)))
        db.session.add(
            FrameSnapshot(
                id=row_id,
                organisation_id=key.organisation_id,
                kind=kind,
                key_id=key.id,
                wrapped=wrapped,
                sealed=sealed,
            )
        )
    return True


def _lock(key: GrantedKey) -> None:
    """Hold the organisation's row, so that two members do not compact at once (SQLite has one writer anyway)."""
    db.session.get(Organisation, key.organisation_id, with_for_update=True)


def _still_there(key: GrantedKey, kind: FrameKind, version: Version) -> bool:
    now = _version(key, kind)
    return now.snapshot_id == version.snapshot_id and version.delta_ids <= now.delta_ids
