"""Rules of evidence: the chain of custody, and what a download is called. Pure."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from incidents.evidence.media import media_of
from incidents.records.schema import CaseDocument, CustodyEvent

if TYPE_CHECKING:
    import datetime as dt

    from incidents.records.schema import Evidence
    from incidents.records.schema_sources import CustodyAction

ORIGINAL: Final = "original"
COPY: Final = "copy"


def handled(item: Evidence, action: CustodyAction, *, by: str, at: dt.datetime, reason: str = "") -> Evidence:
    """The item with one more entry at the end of its chain of custody.

    Args:
        item: As it was.
        action: What was done.
        by: Account id of who did it.
        at: When, UTC.
        reason: Why.
    """
    before = item.custody[-1].hash if item.custody else ""
    event = CustodyEvent(at=at, actor=by, action=action, reason=reason, prev_hash=before, hash="")
    event = event.model_copy(update={"hash": link(item, event)})
    return item.model_copy(update={"custody": [*item.custody, event]})


def link(item: Evidence, event: CustodyEvent) -> str:
    """What an entry's hash must be: SHA-256 over what it says, the entry before, the item and its file."""
    said = [
        item.id,
        item.sha256,
        event.prev_hash,
        event.at.isoformat(),
        event.actor,
        event.action,
        event.reason,
    ]
    return sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def is_whole(item: Evidence) -> bool:
    """Whether the chain of custody is unbroken: each entry follows the one before and says what it said."""
    before = ""
    for event in item.custody:
        if event.prev_hash != before or event.hash != link(item, event):
            return False
        before = event.hash
    return True


def number_of(document: CaseDocument, evidence_id: str) -> int:
    """Which of the files of a case it is, from 1; 0 if it is none."""
    ids = [item.id for item in document.evidence]
    return ids.index(evidence_id) + 1 if evidence_id in ids else 0


def download_name(document: CaseDocument, item: Evidence, which: str) -> str:
    """What a file is saved as: never as it was called, which may be a name."""
    ending = media_of(item.media_type).ending
    return f"tala-{document.incident.ref}-{number_of(document, item.id)}-{which}.{ending}"


def without_item(document: CaseDocument, evidence_id: str) -> CaseDocument:
    """The document without a piece of evidence, and without what referred to it."""
    return document.model_copy(
        update={
            "evidence": [item for item in document.evidence if item.id != evidence_id],
            "sources": [
                source.model_copy(update={"document_id": None}) if source.document_id == evidence_id else source
                for source in document.sources
            ],
        }
    )
