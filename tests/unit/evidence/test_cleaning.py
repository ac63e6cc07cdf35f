"""Copies of files: what is to be seen is there, and nothing else is."""

from __future__ import annotations

import io
import re
import struct
import zlib

import pikepdf
import pytest
from pikepdf import Name, Pdf
from PIL import Image, ImageChops

from incidents.evidence import cleaning, papers, pictures
from incidents.evidence.refusals import WORDS, Refused, Why
from tests.factories import files
from tests.server.scanning import encodings, texts

#: What a word of a description that is cut to its place still shows.
SHORTEST = b"fictional-canary"


def hits(data: bytes, words: dict[str, bytes]) -> set[str]:
    """In which places a word is found, in any encoding."""
    inside = list(texts(data))
    return {
        place
        for place, word in words.items()
        if any(needle in text for needle in encodings(word.decode()).values() for text in inside)
    }


def traces(data: bytes) -> set[str]:
    """In which encodings there is any of our words."""
    needles = encodings(SHORTEST.decode())
    return {how for text in texts(data) for how, needle in needles.items() if needle in text}


@pytest.mark.parametrize("kind", files.KINDS)
def test_every_planted_word_is_in_the_original_and_none_in_the_copy(kind: str) -> None:
    original, words = files.KINDS[kind]()
    assert hits(original, words) == set(words), "the control: each is where it was planted"
    copy, preview = cleaning.clean(kind, original)
    assert hits(copy, words) == hits(preview, words) == set()
    assert traces(copy) == traces(preview) == set()


def test_the_words_stand_in_every_place_that_is_known_to_hold_some() -> None:
    assert {kind: len(make()[1]) for kind, make in files.KINDS.items()} == {
        "image/jpeg": 18,
        "image/png": 18,
        "image/gif": 4,
        "image/webp": 14,
        "image/tiff": 10,
        "application/pdf": 48,
    }


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_a_copy_carries_pixels_and_nothing_that_a_reader_finds_beside_them(kind: str) -> None:
    copy, _preview = cleaning.clean(kind, files.KINDS[kind]()[0])
    with Image.open(io.BytesIO(copy)) as found:
        assert not found.getexif().get_ifd(0x8825)
        assert not {"exif", "xmp", "icc_profile", "comment", "photoshop", "XML:com.adobe.xmp"} & set(found.info)
        assert found.format == pictures.FORMATS[kind]


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/webp"])
def test_a_picture_is_turned_as_it_is_meant_to_be_seen(kind: str) -> None:
    copy, _preview = cleaning.clean(kind, files.KINDS[kind]()[0])
    with Image.open(io.BytesIO(copy)) as found:
        assert found.size == files.SIZE[::-1]
        red, green, _blue = found.convert("RGB").getpixel((found.width - 3, 2))  # type: ignore[misc]
        assert red > 200
        assert green < 60


def test_pixels_of_a_png_are_the_same() -> None:
    original = files.saved(files.picture(), "PNG")
    copy, _preview = pictures.cleaned(original, "image/png")
    with Image.open(io.BytesIO(copy)) as found:
        assert ImageChops.difference(found, files.picture()).getbbox() is None


def test_pixels_of_a_jpeg_are_nearly_the_same() -> None:
    original = files.saved(files.picture(), "JPEG", quality=95)
    copy, _preview = pictures.cleaned(original, "image/jpeg")
    with Image.open(io.BytesIO(copy)) as found, Image.open(io.BytesIO(original)) as before:
        most = max(high for _low, high in ImageChops.difference(found, before).getextrema())
    assert most < 24


def test_a_gif_moves_as_before() -> None:
    copy, _preview = pictures.cleaned(files.gif()[0], "image/gif")
    with Image.open(io.BytesIO(copy)) as found:
        assert (found.n_frames, found.info["loop"]) == (3, 3)  # type: ignore[attr-defined]
        durations = []
        for number in range(3):
            found.seek(number)
            durations.append(found.info["duration"])
    assert durations == [100, 200, 300]


def test_every_page_of_a_tiff_is_there() -> None:
    copy, _preview = pictures.cleaned(files.tiff()[0], "image/tiff")
    with Image.open(io.BytesIO(copy)) as found:
        assert found.n_frames == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("kind", ["image/png", "image/tiff"])
def test_every_kind_of_points_is_copied(kind: str, mode: str) -> None:
    before = files.picture().convert("L").point(lambda value: value * 200, "I") if mode == "I;16" else files.picture()
    original = files.saved(before.convert(mode), pictures.FORMATS[kind])
    copy, preview = pictures.cleaned(original, kind)
    with Image.open(io.BytesIO(copy)) as found, Image.open(io.BytesIO(original)) as source:
        assert found.size == source.size
        assert ImageChops.difference(found.convert("RGBA"), source.convert("RGBA")).getbbox() is None
    assert preview


def test_of_a_jpeg_with_several_pictures_only_the_picture_itself_is_copied() -> None:
    hidden = Image.new("RGB", files.SIZE, "blue")
    original = files.saved(files.picture(), "MPO", save_all=True, append_images=[hidden])
    copy, _preview = pictures.cleaned(original, "image/jpeg")
    assert copy.count(b"\xff\xd8\xff") == 1


def test_a_preview_is_too_coarse_to_tell_who_it_is() -> None:
    """A pattern of lines a tenth of the picture wide is not to be seen any more."""
    lines = Image.new("L", (960, 960), 255)
    for at in range(0, 960, 96):
        lines.paste(0, (at, 0, at + 48, 960))
    with Image.open(io.BytesIO(pictures.preview(lines))) as found:
        assert max(found.size) == pictures.PREVIEW_SIDE
        middle = found.convert("L").crop((24, 24, 72, 72))
        low, high = middle.getextrema()
    assert high - low < 60  # type: ignore[operator]


def test_a_picture_with_too_many_points_is_refused_before_it_is_decoded() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + files._chunk(b"IHDR", header)
    bomb += files._chunk(b"IDAT", zlib.compress(bytes(1000))) + files._chunk(b"IEND", b"")
    refused(Why.TOO_LARGE, "image/png", bomb)


def test_many_frames_count_together() -> None:
    frame = Image.new("L", (4000, 4000))
    bomb = files.saved(frame, "GIF", save_all=True, append_images=[Image.new("L", (4000, 4000), n) for n in range(4)])
    assert len(bomb) < 200_000
    refused(Why.TOO_LARGE, "image/gif", bomb)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("kind", files.KINDS)
def test_what_is_no_such_file_is_refused(kind: str) -> None:
    original = files.KINDS[kind]()[0]
    for wrong in (b"", original[:12], original[:12] + b"plainly fictional" * 100):
        refused(Why.DAMAGED, kind, wrong)


@pytest.mark.parametrize(
    "kind", ["image/svg+xml", "text/html", "application/zip", "video/mp4", "application/octet-stream"]
)
def test_what_no_way_is_known_for_is_refused(kind: str) -> None:
    refused(Why.KIND, kind, b"<svg onload='alert(1)'/>")


def refused(why: Why, kind: str, data: bytes) -> None:
    with pytest.raises(Refused) as found:
        cleaning.clean(kind, data)
    assert found.value.why is why


def test_every_reason_is_in_words() -> None:
    assert set(WORDS) == set(Why)


def drawn(data: bytes) -> bytes:
    """The instructions of a document's first page and of all that it draws."""
    with Pdf.open(io.BytesIO(data)) as found:
        page = found.pages[0]
        inner = [one.read_bytes() for one in page.resources.get("/XObject", {}).values() if one.Subtype == Name.Form]
        return b"\n".join([bytes(page.Contents.read_bytes()), *inner])


def test_words_pictures_and_notes_of_a_page_are_still_to_be_seen() -> None:
    copy = papers.cleaned(files.pdf()[0])
    assert b"visible words" in drawn(copy)
    assert b"words of a note" in drawn(copy)
    with Pdf.open(io.BytesIO(copy)) as found:
        page = found.pages[0]
        assert page.mediabox == [0, 0, 200, 200]
        drawings = page.resources.XObject
        photo = pikepdf.PdfImage(drawings["/Photo"]).as_pil_image()
        assert photo.size == files.SIZE
        assert drawings["/Bare"].read_bytes() == bytes(range(12))
        assert str(drawings["/Photo"].ColorSpace) == "/DeviceRGB"


def test_a_copy_of_a_document_has_pages_and_nothing_else() -> None:
    with Pdf.open(io.BytesIO(papers.cleaned(files.pdf()[0]))) as found:
        assert set(found.Root.keys()) == {"/Type", "/Pages"}
        assert set(found.pages[0].obj.keys()) == {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
        assert "/Info" not in found.trailer
        assert len(found.attachments) == 0


def test_two_copies_of_a_document_are_the_same() -> None:
    original = files.pdf()[0]
    assert papers.cleaned(original) == papers.cleaned(original)


def test_what_an_older_revision_said_is_gone() -> None:
    original = io.BytesIO()
    with Pdf.new() as made:
        made.add_blank_page()
        made.pages[0].Contents = made.make_stream(b"BT (fictional-canary) Tj ET")
        made.save(original, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    newer = revised(original.getvalue(), b"<</Length 3>>\nstream\nq Q\nendstream")
    assert traces(newer)
    assert b"fictional-canary" not in drawn(newer)
    assert not traces(papers.cleaned(newer))


def revised(older: bytes, stream: bytes) -> bytes:
    """A document whose stream was replaced by an incremental update: the old one is still in the file."""
    number = int(re.findall(rb"(\d+) 0 obj\s*<<\s*/Length", older)[-1])
    before = int(re.findall(rb"startxref\s+(\d+)", older)[-1])
    trailer = re.findall(rb"trailer\s*<<(.*?)>>\s*startxref", older, re.DOTALL)[-1]
    at = len(older) + 1
    added = b"\n%d 0 obj\n%s\nendobj\n" % (number, stream)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    end = b"trailer <<%s /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, before, len(older) + len(added))
    return older + added + table + end


def test_a_locked_document_is_refused() -> None:
    out = io.BytesIO()
    with Pdf.new() as made:
        made.add_blank_page()
        made.save(out, encryption=pikepdf.Encryption(owner="fictional", user="fictional"))
    refused(Why.LOCKED, "application/pdf", out.getvalue())


def test_a_document_with_a_huge_picture_is_refused() -> None:
    out = io.BytesIO()
    with Pdf.new() as made:
        made.add_blank_page()
        bomb = made.make_stream(bytes(100), Type=Name.XObject, Subtype=Name.Image, Width=60_000, Height=60_000)
        bomb.ColorSpace, bomb.BitsPerComponent = Name.DeviceGray, 8
        made.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Bomb=bomb))
        made.save(out)
    refused(Why.TOO_LARGE, "application/pdf", out.getvalue())


def test_a_picture_whose_coding_is_not_known_is_refused_and_not_left_out() -> None:
    out = io.BytesIO()
    with Pdf.new() as made:
        made.add_blank_page()
        scan = made.make_stream(bytes(100), Type=Name.XObject, Subtype=Name.Image, Width=8, Height=8)
        scan.ColorSpace, scan.BitsPerComponent, scan.Filter = Name.DeviceGray, 1, Name.JBIG2Decode
        made.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=scan))
        made.save(out)
    refused(Why.INSIDE, "application/pdf", out.getvalue())
