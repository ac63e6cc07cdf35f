"""Opening, describing and removing a file: with a reason, logged, as a download, and only if it is what it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select, update

from incidents.audit.acts import Act
from incidents.audit.reading import keys_for, read
from incidents.database import table_of, writing
from incidents.erasure import holds
from incidents.evidence import services
from incidents.evidence.models import Chunk
from incidents.extensions import db
from incidents.keyring.envelope import Unopenable
from incidents.keyring.file_door import ROOM
from incidents.records import services as records
from incidents.records.schema import Source
from incidents.web.downloads import DOWNLOAD_POLICY
from tests.factories import files
from tests.integration.evidence.conftest import REASON, Desk, chunks

if TYPE_CHECKING:
    from collections.abc import Callable

PHOTO, WORDS = files.jpeg()
LONG = b"plainly fictional, and long: " * 50_000


def test_the_original_comes_as_an_attachment_in_a_sandbox_under_a_name_of_ours(desk: Desk) -> None:
    item = desk.add(PHOTO, "photo of Fictional Name.jpg")
    answer = desk.take(item)
    assert answer.status_code == 200
    assert answer.data == PHOTO
    headers = answer.headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Length"] == str(len(PHOTO))
    assert headers["Content-Security-Policy"] == DOWNLOAD_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    name = re.search(r'^attachment; filename="(.*?)"', headers["Content-Disposition"])
    assert name
    assert name[1] == f"tala-{desk.account().incident.ref}-1-original.jpg"
    assert "Fictional Name" not in str(headers)


def test_the_copy_holds_nothing_hidden(desk: Desk) -> None:
    answer = desk.take(desk.add(PHOTO), "copy")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xff\xd8\xff")
    assert not any(word in answer.data for word in WORDS.values())


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"<!doctype html><script>alert(1)</script>"])
def test_what_a_browser_would_run_is_only_ever_sent_to_be_saved(desk: Desk, content: bytes) -> None:
    answer = desk.take(desk.add(content, "picture.svg"))
    assert answer.data == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert ".bin" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("purpose", "act"), [("view", Act.EVIDENCE_OPENED), ("hand_on", Act.EVIDENCE_EXPORTED)])
def test_who_opens_a_file_and_why_is_in_both_logs_and_in_its_custody(desk: Desk, purpose: str, act: Act) -> None:
    item = desk.add(PHOTO)
    desk.take(item, purpose=purpose)
    one = desk.team.researcher
    lines = read(keys_for(one.id, one.seed, desk.team.organisation_id), act=act).lines
    assert [(line.by, line.about_id, line.reason) for line in lines] == [(one.username, desk.case, REASON)]
    (entry,) = services.openings(desk.keys, desk.case, item)
    assert (entry["action"], entry["which"], entry["reason"]) == (act.value, "original", REASON)
    page = desk.browser.get(f"{desk.files}/{item}")
    assert REASON in page
    assert one.username in page


@pytest.mark.parametrize("reason", ["", "why", " " * 30])
def test_without_a_reason_nothing_is_opened(desk: Desk, reason: str) -> None:
    item = desk.add(PHOTO)
    answer = desk.take(item, reason=reason)
    assert answer.status_code == 422
    assert PHOTO not in answer.data
    assert services.openings(desk.keys, desk.case, item) == []


def test_where_there_is_no_copy_the_original_has_to_be_asked_for(desk: Desk) -> None:
    item = desk.add(b"fictional sound", "sound.bin")
    for which in ("copy", "", "neither"):
        assert desk.take(item, which, "hand_on").status_code == 422
    assert services.openings(desk.keys, desk.case, item) == []
    assert desk.take(item, "original", "hand_on").data == b"fictional sound"
    with pytest.raises(services.NoCopy):
        services.take(desk.keys, desk.case, item, "copy", hand_on=True, reason=REASON)


def test_opening_asks_for_the_passphrase_again_when_it_was_proved_long_ago(desk: Desk) -> None:
    item = desk.add(PHOTO)
    desk.browser = desk.team.researcher.browser(proved_before=30 * 60)
    answer = desk.take(item)
    assert answer.status_code == 422
    assert 'name="confirm-passphrase"' in answer.get_data(as_text=True)
    assert REASON in answer.get_data(as_text=True)


def swap_two(blob_id: str) -> None:
    _put(blob_id, lambda rows: [rows[1], rows[0], *rows[2:]])


def flip_a_bit(blob_id: str) -> None:
    _put(blob_id, lambda rows: [rows[0], rows[1][:500] + bytes([rows[1][500] ^ 1]) + rows[1][501:], *rows[2:]])


def drop_the_tail(blob_id: str) -> None:
    _put(blob_id, lambda rows: rows[:-1])


def drop_the_beginning(blob_id: str) -> None:
    _put(blob_id, lambda rows: rows[1:])


def drop_one_between(blob_id: str) -> None:
    _put(blob_id, lambda rows: [rows[0], *rows[2:]])


def leave_a_gap(blob_id: str) -> None:
    with writing(db.session):
        db.session.execute(delete(Chunk).where(Chunk.blob_id == blob_id, Chunk.number == 1))


def send_one_twice(blob_id: str) -> None:
    _put(blob_id, lambda rows: [rows[0], rows[0], *rows[1:]])


def cut_a_chunk(blob_id: str) -> None:
    _put(blob_id, lambda rows: [*rows[:-1], rows[-1][:-1]])


def empty_it(blob_id: str) -> None:
    _put(blob_id, lambda _rows: [])


def lengthen_it(blob_id: str) -> None:
    _put(blob_id, lambda rows: [*rows, rows[-1]])


def number_anew(blob_id: str) -> None:
    with writing(db.session):
        db.session.execute(update(Chunk).where(Chunk.blob_id == blob_id, Chunk.number == 0).values(number=99))


def _put(blob_id: str, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Replace the chunks of a file in the database itself."""
    with writing(db.session):
        mine = Chunk.blob_id == blob_id
        rows = list(db.session.scalars(select(Chunk.sealed).where(mine).order_by(Chunk.number)))
        db.session.execute(delete(Chunk).where(mine))
        for number, sealed in enumerate(change(rows)):
            db.session.execute(insert(table_of(Chunk)), {"blob_id": blob_id, "number": number, "sealed": sealed})


ATTACKS = (
    *(swap_two, flip_a_bit, drop_the_tail, drop_the_beginning, drop_one_between, leave_a_gap),
    *(send_one_twice, cut_a_chunk, empty_it, lengthen_it, number_anew),
)


@pytest.mark.parametrize("attack", ATTACKS, ids=[one.__name__ for one in ATTACKS])
def test_a_file_that_was_altered_in_the_database_is_not_sent(desk: Desk, attack: Callable[[str], None]) -> None:
    item = desk.add(LONG, "long.bin")
    blob_id = desk.item(item).original_blob
    assert blob_id
    assert chunks(blob_id) == len(LONG) // ROOM + 1
    assert desk.take(item).data == LONG, "the control"
    attack(blob_id)
    answer = desk.take(item)
    assert answer.status_code == 422
    assert "does not open" in answer.get_data(as_text=True)
    assert b"plainly fictional" not in answer.data


def test_a_file_in_the_place_of_another_is_not_sent(desk: Desk) -> None:
    one, other = desk.add(LONG, "one.bin"), desk.add(LONG, "other.bin")
    mine, theirs = (desk.item(item).original_blob for item in (one, other))
    with writing(db.session):
        db.session.execute(update(Chunk).where(Chunk.blob_id == mine).values(blob_id="0" * 32))
        db.session.execute(update(Chunk).where(Chunk.blob_id == theirs).values(blob_id=mine))
    for item in (one, other):
        assert desk.take(item).status_code == 422


def test_the_original_cannot_be_passed_off_as_the_copy(desk: Desk) -> None:
    item = desk.item(desk.add(PHOTO))
    with writing(db.session):
        db.session.execute(delete(Chunk).where(Chunk.blob_id == item.working_blob))
        moved = update(Chunk).where(Chunk.blob_id == item.original_blob)
        db.session.execute(moved.values(blob_id=item.working_blob))
    assert desk.take(item.id, "copy").status_code == 422


def test_what_is_altered_while_it_is_sent_breaks_off(desk: Desk) -> None:
    item = desk.add(LONG, "long.bin")
    download = services.take(desk.keys, desk.case, item, "original", hand_on=False, reason=REASON)
    assert next(download.content) == LONG[:ROOM]
    cut_a_chunk(desk.item(item).original_blob or "")
    with pytest.raises(Unopenable):
        list(download.content)


def test_a_preview_that_was_altered_is_not_shown(desk: Desk) -> None:
    item = desk.item(desk.add(PHOTO))
    _put(item.preview_blob or "", lambda rows: [rows[0][:-1] + bytes([rows[0][-1] ^ 1])])
    assert desk.browser.client.get(f"{desk.files}/{item.id}/preview").status_code == 500


def test_a_preview_is_a_small_picture_and_the_only_bytes_that_a_page_shows(desk: Desk) -> None:
    item = desk.add(PHOTO)
    page = desk.browser.get(f"{desk.files}/{item}")
    assert re.findall(r'<img src="(/cases[^"]+)"', page) == [f"{desk.files}/{item}/preview"]
    answer = desk.browser.client.get(f"{desk.files}/{item}/preview")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Security-Policy"] == DOWNLOAD_POLICY
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.data) < 5000


def test_of_a_file_that_is_hard_to_look_at_not_even_the_preview_is_shown_before_a_click(desk: Desk) -> None:
    item = desk.add(PHOTO, graphic="y", content_note="Fictional injuries")
    page = desk.browser.get(f"{desk.files}/{item}")
    assert re.search(r"<details\s*>\s*<summary>Show a blurred preview</summary>.*?<img ", page, re.DOTALL)
    assert "Fictional injuries" in page
    assert "hard to look at" in page


def test_a_file_without_a_preview_has_none(desk: Desk) -> None:
    item = desk.add(b"fictional", "x.bin")
    assert "/preview" not in desk.browser.get(f"{desk.files}/{item}")
    desk.browser.get(f"{desk.files}/{item}/preview", status=404)


def test_the_page_of_the_case_lists_files_without_their_names(desk: Desk) -> None:
    item = desk.add(PHOTO, "Fictional Name.jpg", title="Fictional title", content_note="A fictional note")
    page = desk.browser.get(f"/cases/{desk.case}")
    assert f"{desk.files}/{item}" in page
    assert "A fictional note" in page
    assert "Fictional Name" not in page
    assert "Fictional title" not in page


def test_a_colleague_opens_it_and_a_stranger_finds_nothing(desk: Desk) -> None:
    item = desk.add(PHOTO)
    mine = desk.browser
    desk.browser = desk.team.second_researcher.browser()
    assert desk.take(item).data == PHOTO
    desk.browser = mine
    assert desk.browser.client.get(f"{desk.files}/{'0' * 32}").status_code == 404
    assert desk.take("0" * 32).status_code == 404


def edit(desk: Desk, item: str, status: int = 303, **fields: str) -> str:
    data = {"identifies_person": "unknown", "expected": "2", **fields}
    return desk.browser.post(f"{desk.files}/{item}/edit", data, status=status)


def test_what_is_said_about_a_file_can_be_changed_and_what_is_not_shown_is_kept(desk: Desk) -> None:
    item = desk.add(PHOTO, title="Fictional title", creator="Fictional maker", tool="browser")
    assert "Fictional title" not in desk.browser.get(f"{desk.files}/{item}/edit")
    edit(desk, item, content_note="Another note", identifies_person="no", creator="Another maker", archive_id="X-1")
    found = desk.item(item)
    assert (found.content_note, found.identifies_person, found.graphic) == ("Another note", "no", False)
    assert (found.title, found.creator) == ("Fictional title", "Another maker")
    assert found.capture_meta
    assert (found.capture_meta.tool, found.capture_meta.archive_id) == ("", "X-1")
    assert desk.take(item).data == PHOTO


def test_a_change_on_an_old_revision_is_a_conflict_and_keeps_what_was_typed(desk: Desk) -> None:
    item = desk.add(PHOTO)
    records.update(desk.keys, desk.account(), expected=2)
    page = edit(desk, item, status=409, content_note="Typed in vain")
    assert "Typed in vain" in page
    assert "Somebody saved this case meanwhile" in page
    assert 'name="expected" value="3"' in page
    edit(desk, item, content_note="Typed again", expected="3")


@pytest.mark.parametrize("expected", ["", "x", "9" * 30, "-1", "²"])
def test_a_revision_that_was_tampered_with_is_a_conflict(desk: Desk, expected: str) -> None:
    edit(desk, desk.add(PHOTO), status=409, expected=expected)


def test_removing_takes_original_copy_and_preview_away_and_leaves_the_history(desk: Desk) -> None:
    item, other = desk.add(PHOTO), desk.add(b"fictional", "other.bin")
    source = Source(document_id=item)
    records.update(desk.keys, desk.account().model_copy(update={"sources": [source]}), expected=3)
    assert chunks() == 4
    desk.browser.post(f"{desk.files}/{item}/remove", {"reason": "added to the wrong case"}, status=303)
    assert chunks() == 1
    document = desk.identity()
    assert [one.id for one in document.evidence] == [other]
    assert document.sources[0].document_id is None
    assert records.open_account(desk.keys, desk.case, 3).document.evidence[0].sha256
    one = desk.team.researcher
    (line,) = read(keys_for(one.id, one.seed, desk.team.organisation_id), act=Act.EVIDENCE_REMOVED).lines
    assert line.reason == "added to the wrong case"


def test_a_legal_hold_keeps_every_file(desk: Desk) -> None:
    item = desk.add(PHOTO)
    before = chunks()
    one = desk.team.second_researcher
    holds.place(one.membership(), one.seed, desk.case, "a fictional court asks for it")
    page = desk.browser.post(f"{desk.files}/{item}/remove", {"reason": "added to the wrong case"}, status=409)
    assert "legal hold" in page
    assert chunks() == before
    assert desk.take(item).data == PHOTO


def test_removing_needs_a_reason(desk: Desk) -> None:
    item = desk.add(PHOTO)
    desk.browser.post(f"{desk.files}/{item}/remove", {"reason": "why"}, status=422)
    assert desk.item(item)


def test_a_chain_of_custody_that_was_changed_is_shown_as_broken(desk: Desk) -> None:
    item = desk.add(PHOTO)
    assert "do not follow one another" not in desk.browser.get(f"{desk.files}/{item}")
    document = desk.account()
    (found,) = document.evidence
    changed = found.model_copy(update={"custody": found.custody[1:]})
    records.update(desk.keys, document.model_copy(update={"evidence": [changed]}), expected=2)
    assert "do not follow one another" in desk.browser.get(f"{desk.files}/{item}")
