"""What an erasure reads and seals before it takes any lock, and what it checks again when it has it.

Nothing slow happens while others wait: frames are decoded, changed and sealed anew outside. Under the lock every case
must be at the revision that was read, and the frames must still consist of what was read; otherwise all of it is done
again from the start. So neither a save nor a compaction is lost, and neither brings back what is erased.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import delete, select

from incidents.erasure.certificates import ACTIONS
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.facts import frames, rewriting
from incidents.facts.frames import Frame
from incidents.facts.rewriting import KeyNotHeld
from incidents.keyring.services import member
from incidents.records import frames as derived
from incidents.records.fields import ACCOUNT, IDENTITY
from incidents.records.keys import StaleKeys
from incidents.records.models import Incident, LogEntry, Revision, RevisionKey
from incidents.records.parts import join
from incidents.records.services import opened_parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from incidents.facts.frames import Entry
    from incidents.facts.models import FrameKind
    from incidents.facts.rewriting import Rewriting
    from incidents.keyring.services import Member
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument


class CaseMoved(Exception):
    """Somebody saved the case while its erasure was prepared: it is read again, and all is done anew."""


@dataclass(frozen=True)
class Case:
    """A case as it was read.

    Attributes:
        id: Of the incident.
        revision: Its newest.
        documents: Every revision that can still be opened.
        wraps: Every wrapped key of it.
    """

    id: str
    revision: int
    documents: Mapping[int, CaseDocument]
    wraps: Sequence[bytes]

    @property
    def newest(self) -> CaseDocument:
        """As it stands.

        Raises:
            NotFound: it cannot be opened.
        """
        if self.revision not in self.documents:
            raise NotFound
        return self.documents[self.revision]

    @property
    def summaries(self) -> set[str]:
        """Ids under which advocates may have received a summary of it."""
        return {one.summary_id for one in self.documents.values() if one.summary_id}


def read_case(keys: CaseKeys, incident_id: str) -> Case:
    """Open every revision of a case, both parts.

    Raises:
        NotFound: no such case in this organisation.
        StaleKeys: a revision is under a key that these are not.
        Unopenable: a revision was altered or moved.
    """
    incident = db.session.get(Incident, incident_id, populate_existing=True)
    if incident is None or incident.organisation_id != keys.organisation_id:
        raise NotFound
    rows = db.session.execute(
        select(Revision, RevisionKey)
        .join(
            RevisionKey,
            (RevisionKey.incident_id == Revision.incident_id) & (RevisionKey.revision == Revision.revision),
        )
        .where(Revision.incident_id == incident_id)
    ).all()
    if any(wrapped.key_id not in keys.by_id for _, wrapped in rows):
        raise StaleKeys
    documents = {row.revision: _document(opened_parts(keys, row, wrapped)) for row, wrapped in rows}
    return Case(incident_id, incident.revision, documents, [wrapped.wrapped for _, wrapped in rows])


def _document(parts: Mapping[str, Any]) -> CaseDocument:
    return join(parts[ACCOUNT], parts[IDENTITY])


def read_frames(
    keys: CaseKeys, cells: Collection[int], new: Mapping[FrameKind, Sequence[Entry]] | None = None
) -> list[Rewriting]:
    """All frames without the rows of some cases, with new ones in their place, sealed under fresh keys.

    Raises:
        KeyNotHeld, Unopenable: see rewriting.read().
    """
    held = {key.id: key for key in membership(keys).keys}
    gone = pl.Series("case", list(cells), dtype=pl.UInt64).implode()
    prepared = []
    for one in derived.ALL:
        loaded = rewriting.read(held, keys.organisation_id, one.kind, one.schema)
        left = Frame(*(table.filter(~pl.col("case").is_in(gone)) for table in (loaded.frame.rows, loaded.frame.held)))
        after = frames.apply(left, (new or {}).get(one.kind, ()), one.schema)
        prepared.append(rewriting.prepare(one.key(keys), one.kind, after, loaded.version))
    return prepared


def membership(keys: CaseKeys) -> Member:
    """Whoever these keys belong to, with what they believe of their organisation. Two queries."""
    return member(keys.account_id, keys.organisation_id, keys.seed)


@dataclass(frozen=True)
class LogRead:
    """The organisation's log as it was read.

    Attributes:
        seen: Ids of all entries.
        about: Ids of those about the cases that are erased.
    """

    seen: frozenset[str]
    about: frozenset[str]


def read_log(keys: CaseKeys, incident_ids: Collection[str], before: LogRead | None = None) -> LogRead:
    """Find the entries about some cases. Opens every entry that was not seen before; some 10 µs each.

    Raises:
        KeyNotHeld: an entry is under a key that this person does not hold.
        Unopenable: an entry was altered or moved.
    """
    seen, about = (before.seen, before.about) if before else (frozenset[str](), frozenset[str]())
    own = LogEntry.organisation_id == keys.organisation_id
    ids = frozenset(db.session.scalars(select(LogEntry.id).where(own)))
    new = ids - seen
    # All at once the first time; afterwards there are few.
    chosen = select(LogEntry.id, LogEntry.key_id, LogEntry.sealed).where(own)
    rows = db.session.execute(chosen.where(LogEntry.id.in_(new)) if before else chosen).all() if new else []
    found = {row.id for row in rows if _is_about(_entry(keys, *row), incident_ids)}
    return LogRead(seen | ids, about | found)


def _entry(keys: CaseKeys, row_id: str, key_id: str, sealed: bytes) -> dict[str, Any]:
    if key_id not in keys.by_id:
        raise KeyNotHeld
    entry: dict[str, Any] = json.loads(keys.by_id[key_id].open(sealed, "log", keys.organisation_id, row_id))
    return entry


def _is_about(entry: Mapping[str, Any], incident_ids: Collection[str]) -> bool:
    """Certificates stay: they say nothing of a case but its random reference."""
    return entry.get("incident_id") in incident_ids and entry["action"] not in ACTIONS


def hold_still(keys: CaseKeys, cases: Iterable[Case]) -> None:
    """Lock the cases in the running transaction, each at the revision that was read.

    Raises:
        NotFound: one was erased meanwhile.
        CaseMoved: one was saved meanwhile.
    """
    for case in sorted(cases, key=lambda one: one.id):
        incident = db.session.get(Incident, case.id, with_for_update=True, populate_existing=True)
        if incident is None or incident.organisation_id != keys.organisation_id:
            raise NotFound
        if incident.revision != case.revision:
            raise CaseMoved


def forget_log(keys: CaseKeys, incident_ids: Collection[str], read: LogRead) -> None:
    """Delete the entries about some cases, those that came since the reading too, in the running transaction."""
    about = read_log(keys, incident_ids, read).about
    db.session.execute(delete(LogEntry).where(LogEntry.id.in_(about)))
