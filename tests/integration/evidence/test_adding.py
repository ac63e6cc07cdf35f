"""Adding a file: sealed as it arrives, copied without hidden data, all of it or nothing."""

from __future__ import annotations

import hashlib
import io
import tempfile

import pytest
from sqlalchemy import select

from incidents.audit.acts import Act
from incidents.audit.reading import keys_for, read
from incidents.database import writing
from incidents.evidence import blobs, isolation, rules, sealing, services
from incidents.evidence.models import Chunk
from incidents.evidence.sealing import MOST_BYTES, Upload
from incidents.evidence.services import Described
from incidents.extensions import db
from incidents.records import services as records
from incidents.web.request import TalaRequest
from tests.factories import files
from tests.integration.evidence.conftest import Desk, chunks, multipart

PHOTO, WORDS = files.jpeg()
FOLDERS = "C:\\people\\Fictional Name\\photo of Fictional Name.jpg"


def whole(blob_id: str | None, key: str) -> bytes:
    assert blob_id
    return b"".join(blobs.content(blob_id, key))


def test_the_original_is_kept_to_the_last_byte_with_its_sum_and_what_it_was_called(desk: Desk) -> None:
    item = desk.item(desk.add(PHOTO, FOLDERS, title="Fictional title", content_note="A fictional note"))
    assert whole(item.original_blob, item.original_key) == PHOTO
    assert item.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert (item.size, item.media_type) == (len(PHOTO), "image/jpeg")
    assert item.file_name == "photo of Fictional Name.jpg"
    assert (item.title, item.content_note) == ("Fictional title", "A fictional note")


def test_beside_it_are_a_copy_without_hidden_data_and_a_blurred_preview(desk: Desk) -> None:
    item = desk.item(desk.add(PHOTO))
    copy = whole(item.working_blob, item.working_key)
    assert copy.startswith(b"\xff\xd8\xff")
    assert (item.working_size, item.working_sha256) == (len(copy), hashlib.sha256(copy).hexdigest())
    assert not any(word in copy for word in WORDS.values())
    assert whole(item.preview_blob, item.preview_key).startswith(b"\xff\xd8\xff")
    assert len({item.original_key, item.working_key, item.preview_key}) == 3
    assert not item.not_cleaned


def test_keys_and_names_of_files_are_not_in_the_account(desk: Desk) -> None:
    desk.add(PHOTO, FOLDERS, title="Fictional title", url="https://fictional.invalid/1")
    (item,) = desk.account().evidence
    assert (item.original_key, item.working_key, item.file_name, item.title) == ("", "", "", "")
    assert item.capture_meta is None or not item.capture_meta.url
    assert item.preview_key


def test_custody_begins_with_what_was_done_on_receipt_and_its_chain_holds(desk: Desk) -> None:
    item = desk.item(desk.add(PHOTO))
    assert [event.action for event in item.custody] == ["received", "hashed", "sealed", "copied"]
    assert {event.actor for event in item.custody} == {desk.team.researcher.id}
    assert rules.is_whole(item)


def test_that_a_file_was_added_is_in_the_audit_log(desk: Desk) -> None:
    desk.add(PHOTO)
    one = desk.team.researcher
    found = read(keys_for(one.id, one.seed, desk.team.organisation_id), act=Act.EVIDENCE_ADDED).lines
    assert [(line.by, line.about_id) for line in found] == [(one.username, desk.case)]


def test_what_is_no_kind_we_know_is_kept_and_not_copied(desk: Desk) -> None:
    for content, name in (
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "picture.png"),
        (b"<!doctype html><script>alert(1)</script>", "picture.jpg"),
        (b"PK\x03\x04" + bytes(1000), "bomb.zip"),
    ):
        item = desk.item(desk.add(content, name))
        assert item.media_type in {"application/octet-stream", "application/zip"}
        assert (item.working_blob, item.preview_blob, item.not_cleaned) == (None, None, "kind")
        assert whole(item.original_blob, item.original_key) == content
    page = desk.browser.get(f"/cases/{desk.case}")
    assert page.count("knows no way") == 3


def test_a_file_that_is_two_kinds_at_once_is_only_what_its_beginning_says(desk: Desk) -> None:
    item = desk.item(desk.add(PHOTO + b"<script>alert(1)</script>PK\x03\x04", "both.html"))
    assert item.media_type == "image/jpeg"
    assert b"script" not in whole(item.working_blob, item.working_key)


def test_nothing_of_the_file_is_written_before_it_is_sealed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the framework's spooling nor ours: whoever asks for a temporary file fails."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    desk.add(bytes(1024) * 3000, "long.bin")


def test_no_more_than_a_chunk_is_in_clear_at_a_time() -> None:
    upload, most = Upload(), 0
    for _piece in range(100):
        upload.write(b"plainly fictional" * 3000)
        most = max(most, len(upload._sealing._sealer._waiting))
    assert 0 < most <= 256 * 1024


def test_a_file_that_is_too_long_is_refused_with_a_page_and_nothing_is_kept(desk: Desk) -> None:
    before = desk.account()
    answer = desk.send(bytes(MOST_BYTES + 1))
    assert answer.status_code == 413
    assert "may have up to" in answer.get_data(as_text=True)
    assert chunks() == 0
    assert desk.account() == before


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, _size: int | None = -1, /) -> bytes:
        raise AssertionError("the body was read")


def test_a_request_that_says_it_is_too_long_is_refused_before_it_is_read(desk: Desk) -> None:
    answer = desk.browser.client.post(
        f"{desk.files}/new",
        input_stream=Unread(),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(60 * 1024 * 1024)},
    )
    assert answer.status_code == 413


def test_other_pages_take_no_more_than_before(desk: Desk) -> None:
    for path in (f"{desk.files}/{'0' * 32}", f"/cases/{desk.case}/identity", "/drafts"):
        body = multipart({"csrf_token": desk.browser.token()}, bytes(5 * 1024 * 1024), "long.bin")
        assert desk.browser.client.post(path, **body).status_code == 413


def test_elsewhere_files_are_kept_in_memory_as_they_were(desk: Desk) -> None:
    assert TalaRequest.file_stream is io.BytesIO
    assert desk


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_the_token_nothing_is_kept(desk: Desk, token: str) -> None:
    assert desk.send(PHOTO, csrf_token=token).status_code == 400
    assert chunks() == 0


def test_the_token_counts_wherever_it_stands_in_the_form(desk: Desk) -> None:
    """A browser sends fields in their order; the file may come first."""
    token = desk.browser.token()
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + files.png()[0],
        b'--x\r\nContent-Disposition: form-data; name="identifies_person"\r\n\r\nno',
        b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode(),
    ]
    body = b"\r\n".join(parts) + b"\r\n--x--\r\n"
    answer = desk.browser.client.post(f"{desk.files}/new", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 303


@pytest.mark.parametrize("who", ["analyst", "advocate", "field_worker", "administrator"])
def test_who_holds_no_key_of_cases_is_refused_before_the_file_is_read(desk: Desk, who: str) -> None:
    browser = getattr(desk.team, who).browser()
    data = {"csrf_token": browser.token(), "file": (io.BytesIO(PHOTO), "a.jpg")}
    assert browser.client.post(f"{desk.files}/new", data=data).status_code == 403
    assert browser.client.get(f"{desk.files}/new").status_code == 403


def test_a_form_that_is_refused_comes_back_with_what_was_typed(desk: Desk) -> None:
    answer = desk.send(b"", name="", content_note="A fictional note", title="Fictional title", captured_at="yesterday")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "A fictional note" in page
    assert "Fictional title" in page
    assert "yesterday" in page
    assert "Choose a file that is not empty" in page


def test_a_wrong_answer_says_that_the_file_was_not_kept(desk: Desk) -> None:
    answer = desk.send(PHOTO, captured_at="9999-01-01 00:00")
    assert answer.status_code == 422
    assert "Choose the file again" in answer.get_data(as_text=True)
    assert chunks() == 0


def test_files_that_two_people_add_at_once_are_both_there(desk: Desk) -> None:
    sealed = sealing.Sealing()
    sealed.feed(b"fictional")
    meanwhile = records.update
    calls = []

    def beaten(keys: object, document: object, *, expected: int, also: object) -> int:
        if not calls:
            calls.append(1)
            meanwhile(desk.keys, desk.account(), expected=expected)
        return meanwhile(keys, document, expected=expected, also=also)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "update", beaten)
        services.add(desk.keys, desk.case, sealed.finish(), "", Described())
    desk.add(PHOTO)
    assert len(desk.account().evidence) == 2


def test_nothing_is_stored_of_a_file_whose_case_could_not_be_saved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(services.audit, "record", fail)
    assert desk.send(PHOTO).status_code == 500
    assert chunks() == 0
    assert desk.account().evidence == []


def test_a_file_that_cannot_be_cleaned_in_time_is_kept_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "COMMAND", ("/bin/false",))
    item = desk.item(desk.add(PHOTO))
    assert (item.not_cleaned, item.working_blob) == ("failed", None)
    assert whole(item.original_blob, item.original_key) == PHOTO


def test_chunks_tell_neither_case_nor_organisation_nor_kind(desk: Desk) -> None:
    desk.add(PHOTO)
    rows = db.session.execute(select(Chunk.blob_id, Chunk.number, Chunk.sealed)).all()
    db.session.rollback()
    assert {len(row.blob_id) for row in rows} == {32}
    assert not any(desk.case in row.blob_id for row in rows)
    assert not any(b"JFIF" in row.sealed for row in rows)


def test_a_chunk_cannot_be_written_twice(desk: Desk) -> None:
    sealed = sealing.Sealing()
    sealed.feed(b"fictional")
    file = sealed.finish()
    with writing(db.session):
        blobs.store(file)
    with pytest.raises(Exception, match=r"(?i)unique"), writing(db.session):
        blobs.store(file)
    assert desk
