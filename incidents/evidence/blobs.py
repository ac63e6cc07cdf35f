"""Sealed files as rows of chunks, beside the documents that hold their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from incidents.evidence.models import Chunk
from incidents.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.records.schema import CaseDocument


def blob_ids(document: CaseDocument) -> Iterator[str]:
    """The ids of every sealed file that a document names."""
    for item in document.evidence:
        yield from filter(None, (item.original_blob, item.working_blob, item.preview_blob))


def forget(document: CaseDocument, left: CaseDocument | None = None) -> None:
    """Delete the sealed files of a document, but for those of what is left, in the running transaction."""
    gone = set(blob_ids(document)).difference(blob_ids(left) if left else ())
    if gone:
        db.session.execute(delete(Chunk).where(Chunk.blob_id.in_(gone)))
