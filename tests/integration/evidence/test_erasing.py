"""Files go with the case or the person they belong to, and come back with a backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from incidents.erasure import services as erasure
from incidents.erasure import sweeping
from incidents.evidence import blobs
from incidents.evidence.models import Chunk
from incidents.extensions import db
from incidents.records import services as records
from incidents.records.schema import Source
from tests.factories import documents, files
from tests.integration.evidence.conftest import Desk, chunks
from tests.integration.instance.test_backup import back_up, elsewhere, restore

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["elsewhere"]

REASON = "the people asked for it in writing"
PIECE = 64


def stored() -> list[bytes]:
    """Every chunk in the database."""
    found = list(db.session.scalars(select(Chunk.sealed)))
    db.session.rollback()
    return found


def on_disk(pieces: list[bytes]) -> int:
    """How many of these are in a file of the SQLite database, in part."""
    folder = Path(str(db.engine.url.database)).parent
    content = b"".join(path.read_bytes() for path in folder.glob("tala.db*"))
    return sum(piece[-PIECE:] in content for piece in pieces)


def test_no_chunk_of_an_erased_case_is_left_in_any_file_of_the_database(desk: Desk) -> None:
    files.added(desk.keys, desk.case)
    pieces = stored()
    assert len(pieces) == 3
    sqlite = db.engine.dialect.name == "sqlite"
    assert not sqlite or on_disk(pieces) == 3, "the control"
    erasure.erase_cases(desk.keys, [desk.case], REASON)
    assert chunks() == 0
    sweeping.sweep(patience=0)
    assert not sqlite or on_disk(pieces) == 0
    assert "evidence_chunk" in sweeping.SEALED


def test_a_file_that_was_removed_is_swept_out_too(desk: Desk) -> None:
    item = files.added(desk.keys, desk.case)
    pieces = stored()
    desk.browser.post(f"{desk.files}/{item}/remove", {"reason": "added to the wrong case"}, status=303)
    assert chunks() == 0
    if db.engine.dialect.name == "sqlite":
        assert on_disk(pieces) == 0
        assert sweeping.pending() == {}


def test_with_a_person_go_the_files_that_came_with_them_and_no_others(desk: Desk) -> None:
    whom, other = documents.person(), documents.person()
    theirs, others = files.added(desk.keys, desk.case), files.added(desk.keys, desk.case)
    opened = records.open_account(desk.keys, desk.case)
    sources = [Source(person_id=whom.id, document_id=theirs), Source(person_id=other.id, document_id=others)]
    update = {"persons": [*opened.document.persons, whom, other], "sources": sources}
    revision = records.update(desk.keys, opened.document.model_copy(update=update), expected=opened.revision)
    erasure.erase_person(desk.keys, desk.case, whom.id, REASON, expected=revision)
    (left,) = desk.identity().evidence
    assert left.id == others
    assert chunks() == 3
    assert b"".join(blobs.content(left.original_blob or "", left.original_key)) == files.jpeg()[0]


def test_files_come_back_with_a_backup(desk: Desk, tmp_path: Path, elsewhere: Flask) -> None:
    item = desk.item(files.added(desk.keys, desk.case))
    written = back_up(tmp_path / "backups")
    with elsewhere.app_context():
        restore(written, elsewhere)
        content = b"".join(blobs.content(item.original_blob or "", item.original_key))
        db.session.remove()
    assert content == files.jpeg()[0]


@pytest.mark.parametrize("part", ["keys", "data"])
def test_neither_file_of_a_backup_opens_a_file(desk: Desk, tmp_path: Path, part: str) -> None:
    item = desk.item(files.added(desk.keys, desk.case))
    written = back_up(tmp_path / "backups")
    content = getattr(written, part).read_bytes()
    keys = [item.original_key, item.working_key, item.preview_key]
    assert not any(key.encode() in content or bytes.fromhex(key) in content for key in keys)
    assert not any(word in content for word in files.jpeg()[1].values())
