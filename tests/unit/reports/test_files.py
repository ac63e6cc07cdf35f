"""Files are known by their bytes; what could run, hide or tell too much is refused."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.reports import files
from incidents.reports.files import FileRefused, media_type, safe_name


def archive(*parts: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name, content in parts:
            opened.writestr(name, content)
    return packed.getvalue()


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*extra: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + b"".join(extra) + chunk(b"IEND")


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    parts = [bytes([0xFF, kind]) + struct.pack(">H", len(content) + 2) + content for kind, content in segments]
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xda\x00\x02image\xff\xd9"


JFIF = (0xE0, b"JFIF\x00")
GOOD = {
    "report.pdf": b"%PDF-1.4\n",
    "picture.png": png(),
    "picture.JPG": jpeg(JFIF),
    "picture.jpeg": jpeg(JFIF),
    "words.txt": "Ωδή, plainly fictional".encode(),
    "table.csv": b"\xef\xbb\xbfa,b\r\n1,2\r\n",
    "letter.odt": archive(("mimetype", files.ODT.encode()), ("content.xml", b"")),
    "letter.docx": archive(("[Content_Types].xml", b""), ("word/document.xml", b"")),
    "table.xlsx": archive(("[Content_Types].xml", b""), ("xl/workbook.xml", b"")),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_it_says_it_is_and_is_may_be_published(name: str) -> None:
    assert media_type(name, GOOD[name]) == files.ENDINGS[name.rpartition(".")[2].lower()]


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("claimed", GOOD)
def test_a_file_under_another_kind_s_name_is_refused(name: str, claimed: str) -> None:
    kinds = {files.ENDINGS[one.rpartition(".")[2].lower()] for one in (name, claimed)}
    if len(kinds) == 1 or kinds == {files.TXT, files.CSV}:
        assert media_type(claimed, GOOD[name])
    else:
        with pytest.raises(FileRefused) as refusal:
            media_type(claimed, GOOD[name])
        assert refusal.value.message is files.NOT_WHAT_IT_SAYS


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.pdf", b"", files.EMPTY),
        ("large.pdf", b"%PDF-" + bytes(files.MOST_BYTES), files.TOO_LARGE),
        ("page.html", b"<script>", files.UNKNOWN),
        ("picture.svg", b"<svg>", files.UNKNOWN),
        ("noending", b"%PDF-", files.UNKNOWN),
        ("report.pdf.exe", b"%PDF-", files.UNKNOWN),
        ("report.pdf", b"MZ", files.NOT_WHAT_IT_SAYS),
        ("words.txt", b"a\x00b", files.NOT_UTF8),
        ("words.txt", b"\xff\xfea\x00", files.NOT_UTF8),
        ("table.csv", "Ωδή".encode("utf-16"), files.NOT_UTF8),
        ("table.csv", "caf\u00e9".encode("latin-1"), files.NOT_UTF8),
        ("table.csv", b"%PDF-1.4", files.NOT_WHAT_IT_SAYS),
        ("letter.docx", b"PK\x03\x04 and no more", files.NOT_WHAT_IT_SAYS),
        ("letter.docx", archive(), files.NOT_WHAT_IT_SAYS),
        ("letter.docx", archive(("word/document.xml", b""), ("word/vbaProject.bin", b"")), files.WITH_MACROS),
        ("letter.odt", archive(("mimetype", files.ODT.encode()), ("Basic/script.xml", b"")), files.WITH_MACROS),
        ("picture.jpg", jpeg(JFIF, (0xE1, b"Exif\x00\x00")), files.TELLS_TOO_MUCH),
        ("picture.jpg", jpeg((0xE1, b"http://ns.adobe.com/xap/1.0/")), files.TELLS_TOO_MUCH),
        ("picture.jpg", jpeg(JFIF, (0xED, b"Photoshop")), files.TELLS_TOO_MUCH),
        ("picture.jpg", jpeg(JFIF, (0xFE, b"a comment")), files.TELLS_TOO_MUCH),
        ("picture.png", png(chunk(b"eXIf", b"x")), files.TELLS_TOO_MUCH),
        ("picture.png", png(chunk(b"tEXt", b"Author\x00x")), files.TELLS_TOO_MUCH),
        ("picture.png", png(chunk(b"tIME", bytes(7))), files.TELLS_TOO_MUCH),
    ],
)
def test_a_refusal_says_which_and_what_to_do(name: str, content: bytes, message: object) -> None:
    with pytest.raises(FileRefused) as refusal:
        media_type(name, content)
    assert refusal.value.message is message


@given(
    st.sampled_from(sorted(files.ENDINGS)),
    st.binary(max_size=300),
    st.sampled_from([b"", *files.SIGNATURES, b"PK\x03\x04"]),
)
def test_any_bytes_are_either_known_or_refused(ending: str, content: bytes, start: bytes) -> None:
    with suppress(FileRefused):
        assert media_type(f"file.{ending}", start + content) == files.ENDINGS[ending]


@given(st.text(), st.sampled_from(sorted(files.ENDINGS)))
def test_a_name_has_no_folder_no_control_sign_and_keeps_its_ending(stem: str, ending: str) -> None:
    name = safe_name(f"{stem}.{ending}")
    assert name.endswith(f".{ending}")
    assert not set(name) & set('/\\:*?"<>|\x00\x1f\u202e\u200f')
    assert len(name) <= files.LONGEST_NAME + 1 + len(ending)


def test_a_name_of_folders_is_its_last_part() -> None:
    assert safe_name("../../etc/Brief 1.pdf") == "Brief 1.pdf"
    assert safe_name("C:\\Users\\somebody\\Brief.pdf") == "Brief.pdf"
    assert safe_name("\u202e.pdf") == "file.pdf"


PACKED = {
    "letter.odt": archive(("mimetype", files.ODT.encode()), ("content.xml", b"plainly fictional")),
    "letter.docx": archive(("[Content_Types].xml", b"x" * 50), ("word/document.xml", b"plainly fictional")),
}


@pytest.mark.parametrize("name", PACKED)
def test_an_archive_spoilt_at_any_byte_is_known_or_refused_and_never_an_error(name: str) -> None:
    whole = PACKED[name]
    for place in range(len(whole)):
        for flip in (0x01, 0x08, 0xFF):
            spoilt = whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :]
            with suppress(FileRefused):
                assert media_type(name, spoilt) in {files.ODT, files.DOCX}


@pytest.mark.parametrize("name", PACKED)
def test_an_archive_cut_off_anywhere_is_refused(name: str) -> None:
    for kept in range(1, len(PACKED[name]) - 22, 7):
        with pytest.raises(FileRefused):
            media_type(name, PACKED[name][:kept])


@pytest.mark.parametrize("kind", [*range(0xE0, 0xF0), 0xFE])
@pytest.mark.parametrize("filling", [0, 1, 5])
def test_a_jpeg_may_hold_colours_and_nothing_else_beside_its_image(kind: int, filling: int) -> None:
    picture = jpeg(JFIF, (kind, b"canary"))
    filled = picture.replace(bytes([0xFF, kind, 0, 8]), b"\xff" * filling + bytes([0xFF, kind, 0, 8]))
    if kind in {0xE0, 0xE2, 0xEE}:
        assert media_type("picture.jpg", filled) == files.JPEG
    else:
        with pytest.raises(FileRefused) as refusal:
            media_type("picture.jpg", filled)
        assert refusal.value.message is files.TELLS_TOO_MUCH


@given(st.lists(st.sampled_from([b"IHDR", b"IDAT", b"tRNS", b"gAMA", b"pHYs", b"iTXt", b"zTXt", b"caBX"]), max_size=6))
def test_a_png_is_refused_exactly_when_one_of_its_chunks_tells_something(kinds: list[bytes]) -> None:
    picture = png(*(chunk(kind, b"canary") for kind in kinds))
    if {b"iTXt", b"zTXt", b"caBX"} & set(kinds):
        with pytest.raises(FileRefused):
            media_type("picture.png", picture)
    else:
        assert media_type("picture.png", picture) == files.PNG


@pytest.mark.parametrize("start", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
@given(rest=st.binary(max_size=200))
def test_a_spoilt_picture_ends_the_search_for_what_it_tells(start: bytes, rest: bytes) -> None:
    ending = "png" if start.startswith(b"\x89") else "jpg"
    with suppress(FileRefused):
        assert media_type(f"picture.{ending}", start + rest)


def test_a_picture_of_nothing_but_filling_ends_too() -> None:
    assert media_type("picture.jpg", b"\xff" + b"\xd8" + b"\xff" * 200_000) == files.JPEG


def test_a_refusal_holds_no_word_of_the_file_or_its_name() -> None:
    for name, content in (("canary.exe", b"canary"), ("canary.pdf", b"canary"), ("canary.txt", b"canary\x00")):
        with pytest.raises(FileRefused) as refusal:
            media_type(name, content)
        assert "canary" not in f"{refusal.value} {refusal.value.message}"
