"""Index and facts made anew from the cases themselves: after a restore, which brings cases back and no frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from incidents import clock
from incidents.accounts.models import Organisation
from incidents.database import snapshot, writing
from incidents.extensions import db
from incidents.facts import frames, rewriting, store
from incidents.facts.models import FrameKind
from incidents.facts.rewriting import FrameMoved
from incidents.records import frames as derived
from incidents.records.fields import ACCOUNT, IDENTITY
from incidents.records.keys import check_newest, with_newest
from incidents.records.models import Incident, Revision, RevisionKey
from incidents.records.parts import join
from incidents.records.services import opened_parts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from incidents.facts.frames import Entry
    from incidents.facts.rewriting import Rewriting
    from incidents.facts.store import Version
    from incidents.records.frames import Derived
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument

#: Cases that are opened in one query: their blobs are in memory together.
BATCH: Final = 500
TRIES: Final = 5


class Busy(Exception):
    """The frames were replaced by somebody else at each try: nothing is lost, and a later try does it."""


def needed(organisation_id: str) -> bool:
    """Whether an organisation's frames have to be made anew. One query."""
    return bool(db.session.scalar(select(Organisation.rebuild).where(Organisation.id == organisation_id)))


@with_newest
def rebuild(keys: CaseKeys, today: dt.date | None = None) -> int:
    """Derive all frames from every case of the organisation, and put them in the place of those that are there.

    Some 1 ms a case, outside of any lock. A case saved meanwhile keeps what its save derived.

    Returns:
        The number of cases.

    Raises:
        Unopenable: a case was altered or moved.
        Busy: see there.
    """
    day = today or clock.today()
    for _ in range(TRIES):
        count, prepared = _prepare(keys, day)
        try:
            with writing(db.session):
                rewriting.lock(keys.organisation_id).rebuild = False
                check_newest(keys)
                for one in prepared:
                    rewriting.put(one)
        except FrameMoved:
            continue
        store.cache.clear()
        return count
    raise Busy


def _prepare(keys: CaseKeys, day: dt.date) -> tuple[int, list[Rewriting]]:
    """All frames anew. What they consist of is read before the cases are: whatever is saved later stays a delta."""
    with snapshot(db.session):
        seen = {kind: rewriting.version(keys.organisation_id, kind) for kind in FrameKind}
        ids = db.session.scalars(select(Incident.id).where(Incident.organisation_id == keys.organisation_id)).all()
    found: derived.Entries = {one.kind: [] for one in derived.ALL}
    for start in range(0, len(ids), BATCH):
        opened = list(_opened(keys, ids[start : start + BATCH]))
        more = derived.entries([document for document, _ in opened], [revision for _, revision in opened], day)
        for kind, entries in more.items():
            found[kind] += entries
    return len(ids), [_sealed(keys, one, found[one.kind], seen) for one in derived.ALL]


def _opened(keys: CaseKeys, ids: Sequence[str]) -> Iterator[tuple[CaseDocument, int]]:
    """The current revision of some cases; one that was erased meanwhile is not among them."""
    with snapshot(db.session):
        rows = db.session.execute(
            select(Revision, RevisionKey)
            .join(Incident, (Incident.id == Revision.incident_id) & (Incident.revision == Revision.revision))
            .join(
                RevisionKey,
                (RevisionKey.incident_id == Revision.incident_id) & (RevisionKey.revision == Revision.revision),
            )
            .where(Revision.incident_id.in_(ids), RevisionKey.key_id.in_(keys.by_id))
        ).all()
        parts = [(opened_parts(keys, row, wrapped), row.revision) for row, wrapped in rows]
    for both, revision in parts:
        yield join(both[ACCOUNT], both[IDENTITY]), revision


def _sealed(keys: CaseKeys, one: Derived, found: Sequence[Entry], seen: dict[FrameKind, Version]) -> Rewriting:
    frame = frames.apply(frames.empty(one.schema), found, one.schema)
    return rewriting.prepare(one.key(keys), one.kind, frame, seen[one.kind])
