"""Sealed files as rows of chunks, beside the documents that hold their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from incidents.accounts.models import Organisation
from incidents.database import table_of
from incidents.evidence.models import Chunk
from incidents.extensions import db
from incidents.keyring.envelope import Unopenable
from incidents.keyring.file_door import FileKey, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.evidence.sealing import SealedFile
    from incidents.records.schema import CaseDocument

NEW_CHUNK = insert(table_of(Chunk))


def store(file: SealedFile) -> None:
    """Write the chunks of a file, in the running transaction; one at a time, so that no second copy is in memory."""
    for number, chunk in enumerate(file.chunks):
        db.session.execute(NEW_CHUNK, {"blob_id": file.id, "number": number, "sealed": chunk})


def content(blob_id: str, key: str) -> Iterator[bytes]:
    """A file, chunk by chunk, each found to be right before it is given. No transaction stays open between two.

    Raises:
        Unopenable: what is stored was altered, moved, or is not all there.
    """
    yield from opened(FileKey.from_hex(key), blob_id, _chunks(blob_id))


def check(blob_id: str, key: str) -> None:
    """Read a file to its end, so that nothing is sent of one that does not open.

    Raises:
        Unopenable: as content().
    """
    for _piece in content(blob_id, key):
        pass


def _chunks(blob_id: str) -> Iterator[bytes]:
    numbers = list(db.session.scalars(select(Chunk.number).where(Chunk.blob_id == blob_id).order_by(Chunk.number)))
    db.session.rollback()
    if numbers != list(range(len(numbers))):
        raise Unopenable
    for number in numbers:
        chunk = db.session.scalar(select(Chunk.sealed).where(Chunk.blob_id == blob_id, Chunk.number == number))
        db.session.rollback()
        if chunk is None:
            raise Unopenable
        yield chunk


def blob_ids(document: CaseDocument) -> Iterator[str]:
    """The ids of every sealed file that a document names."""
    for item in document.evidence:
        yield from filter(None, (item.original_blob, item.working_blob, item.preview_blob))


def forget(document: CaseDocument, left: CaseDocument | None = None) -> None:
    """Delete the sealed files of a document, but for those of what is left, in the running transaction."""
    gone = set(blob_ids(document)).difference(blob_ids(left) if left else ())
    if gone:
        db.session.execute(delete(Chunk).where(Chunk.blob_id.in_(gone)))


def mark_unswept(organisation_id: str) -> None:
    """Note, in the running transaction, that the files of the database have to be swept: see erasure.sweeping."""
    counted = update(Organisation).where(Organisation.id == organisation_id)
    db.session.execute(counted.values(unswept=Organisation.unswept + 1))
