"""Files with a word of our own in every place that holds more than what is to be seen.

Each function gives the file and the words in it, by the place where they stand. The pictures show nothing.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image, ImageCms, PngImagePlugin, TiffImagePlugin

from incidents.evidence import cleaning, isolation, services
from incidents.evidence.sealing import Sealing

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.evidence.sealing import SealedFile
    from incidents.records.keys import CaseKeys

Planted = tuple[bytes, dict[str, bytes]]
#: Higher than wide, and its upper left corner is red: to see that it was turned.
SIZE = (48, 96)
ROTATED = 6


class Words:
    """Makes a word for each place, and remembers it."""

    def __init__(self) -> None:
        self.found: dict[str, bytes] = {}

    def __call__(self, place: str) -> str:
        word = f"fictional-canary-{place.replace(' ', '-')}"
        self.found[place] = word.encode()
        return word


def picture(size: tuple[int, int] = SIZE) -> Image.Image:
    """Colours that run from corner to corner, and a red corner."""
    made = Image.linear_gradient("L").resize(size).convert("RGB")
    made.paste((255, 0, 0), (0, 0, 8, 8))
    return made


def exif(words: Words, *, turned: bool = True) -> Image.Exif:
    """EXIF with words in every directory, and an orientation."""
    made = Image.Exif()
    made[0x0112] = ROTATED if turned else 1
    for tag, place in ((0x010E, "exif description"), (0x010F, "exif make"), (0x0131, "exif software")):
        made[tag] = words(place)
    made[0x013B], made[0x8298] = words("exif artist"), words("exif copyright")
    inner = made.get_ifd(0x8769)
    inner[0x9286] = b"ASCII\0\0\0" + words("exif user comment").encode()
    inner[0x927C] = words("exif maker note").encode()
    inner[0xA430], inner[0xA431] = words("exif owner"), words("exif serial number")
    place = made.get_ifd(0x8825)
    place[1], place[2], place[0x1D] = "N", (14.0, 35.0, 59.0), "2026:01:01"
    place[0x1B] = words("exif gps method").encode()
    return made


def profile(words: Words) -> bytes:
    """An sRGB profile with a description of our own."""
    raw = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # The moment it was made, so that every file is the same as the one before.
    raw = raw[:24] + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + raw[36:]
    word = words("icc description").encode("utf-16-be")
    at = raw.index("sRGB built-in".encode("utf-16-be"))
    # As long as before: the tag says how long it is.
    return raw[:at] + word[: len("sRGB built-in") * 2].ljust(len("sRGB built-in") * 2) + raw[at + 26 :] + word


def xmp(words: Words) -> bytes:
    """A packet of XMP."""
    about = f"<dc:creator>{words('xmp creator')}</dc:creator>"
    rdf = f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{about}</rdf:RDF>'
    return f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}'.encode()


def iptc(words: Words) -> bytes:
    """A block of Photoshop's with IPTC in it: a caption."""
    caption = words("iptc caption").encode()
    record = b"\x1c\x02\x78" + struct.pack(">H", len(caption)) + caption
    return b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def thumbnail(words: Words) -> bytes:
    """A small JPEG with a comment in it."""
    return saved(picture((8, 8)), "JPEG", comment=words("thumbnail"))


def _segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg() -> Planted:
    """A photograph as a telephone makes it, and more."""
    words = Words()
    raw = saved(
        picture(), "JPEG", exif=exif(words), icc_profile=profile(words), xmp=xmp(words), comment=words("comment")
    )
    more = _segment(0xED, b"Photoshop 3.0\0" + iptc(words)) + _segment(0xE0, b"JFXX\0\x10" + thumbnail(words))
    more += _segment(0xE7, words("unknown segment").encode()) + _segment(0xFE, words("second comment").encode())
    return raw[:2] + more + raw[2:] + words("trailer").encode(), words.found


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png() -> Planted:
    """A PNG with every kind of text."""
    words, info = Words(), PngImagePlugin.PngInfo()
    info.add_text("Author", words("text"))
    info.add_text("Comment", words("compressed text"), zip=True)
    info.add_itxt("Title", words("international text"))
    info.add_itxt("XML:com.adobe.xmp", xmp(words).decode(), zip=True)
    raw = saved(picture(), "PNG", pnginfo=info, exif=exif(words), icc_profile=profile(words))
    end = raw.rindex(b"IEND") - 4
    more = _chunk(b"prIv", words("private chunk").encode()) + _chunk(b"tEXt", b"Late\0" + words("late text").encode())
    return raw[:end] + more + raw[end:] + words("trailer").encode(), words.found


def gif() -> Planted:
    """A GIF that moves, with comments and an application's block."""
    words = Words()
    frames = [picture().rotate(90 * turn) for turn in range(3)]
    raw = saved(
        frames[0],
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[100, 200, 300],
        loop=3,
        comment=words("comment").encode(),
    )
    block = words("application block").encode()
    more = b"\x21\xff\x0bXMP DataXMP" + bytes([len(block)]) + block + b"\0"
    late = words("late comment").encode()
    return raw[:-1] + more + b"\x21\xfe" + bytes([len(late)]) + late + b"\0;" + words("trailer").encode(), words.found


def webp() -> Planted:
    """A WebP with every chunk that holds words."""
    words = Words()
    raw = saved(
        picture(), "WEBP", exif=exif(words).tobytes(), icc_profile=profile(words), xmp=xmp(words), lossless=True
    )
    more = words("unknown chunk").encode().ljust(64, b".")
    raw += b"UNKN" + struct.pack("<I", len(more)) + more
    return b"RIFF" + struct.pack("<I", len(raw) - 8) + raw[8:] + words("trailer").encode(), words.found


def tiff() -> Planted:
    """Two pages with tags of every kind."""
    words = Words()
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, place in ((270, "description"), (305, "software"), (315, "artist"), (316, "host"), (33432, "copyright")):
        tags[tag] = words(place)
    for tag, content in ((700, xmp(words)), (34377, iptc(words)), (65000, words("private tag").encode())):
        tags.tagtype[tag], tags[tag] = 7, content
    pages = [picture(), picture().rotate(90)]
    options = {"tiffinfo": tags, "icc_profile": profile(words), "save_all": True, "append_images": pages[1:]}
    return saved(pages[0], "TIFF", **options) + words("trailer").encode(), words.found


def pdf() -> Planted:
    """A document with everything that a document can hide."""
    words, out = Words(), io.BytesIO()
    with Pdf.new() as made:
        made.add_blank_page(page_size=(200, 200))
        page = made.pages[0]
        photo, inside = jpeg()
        words.found |= {f"picture, {place}": word for place, word in inside.items()}
        _draw(made, page.obj, photo, words)
        _annotate(made, page.obj, words)
        _surround(made, page.obj, words)
        made.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue() + f"\n% {words('trailer')}\n".encode(), words.found


def _draw(made: Pdf, page: Any, photo: bytes, words: Words) -> None:
    image = made.make_stream(photo)
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, *SIZE
    image.ColorSpace = Array([Name.ICCBased, made.make_stream(profile(words), N=3)])
    image.BitsPerComponent, image.Filter = 8, Name.DCTDecode
    image.Metadata = made.make_stream(words("metadata of a picture").encode())
    bare = made.make_stream(bytes(range(12)) + words("behind the pixels").encode())
    bare.Type, bare.Subtype, bare.Width, bare.Height = Name.XObject, Name.Image, 2, 2
    bare.ColorSpace, bare.BitsPerComponent = Name.DeviceRGB, 8
    comment = words("comment in a form").encode()
    form = made.make_stream(b"% " + comment + b"\n0 0 10 10 re f")
    form.Type, form.Subtype, form.BBox, form.Resources = Name.XObject, Name.Form, Array([0, 0, 10, 10]), Dictionary()
    form.PieceInfo = Dictionary(Some=Dictionary(Private=String(words("piece info of a form"))))
    layer = made.make_indirect(Dictionary(Type=Name.OCG, Name=String(words("layer"))))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    font.FontDescriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name.Helvetica, Flags=32)
    font.FontDescriptor.FontFamily = String(words("family of a font"))
    page.Resources = Dictionary(
        XObject=Dictionary(Photo=image, Bare=bare, Form=form),
        Font=Dictionary(F=made.make_indirect(font)),
        Properties=Dictionary(Layer=layer),
    )
    drawn = (
        f"% {words('comment in a page')}\n/Span <</ActualText ({words('actual text')})>> BDC\n"
        "q 50 0 0 100 10 10 cm /Photo Do Q q 20 0 0 20 100 10 cm /Bare Do Q /Form Do\nEMC\n"
        f"/OC /Layer BDC BT /F 12 Tf 10 150 Td (visible words) Tj ET EMC\n({words('unknown operator')}) xyz\n"
    )
    page.Contents = made.make_stream(drawn.encode())


def _annotate(made: Pdf, page: Any, words: Words) -> None:
    look = made.make_stream(b"BT /F 8 Tf (words of a note) Tj ET")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 50, 20])
    look.Resources = Dictionary(Font=Dictionary(F=page.Resources.Font.F))
    note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=Array([100, 100, 150, 120]))
    note.T, note.Contents, note.NM = (String(words(f"{part} of a note")) for part in ("author", "text", "name"))
    note.AP, note.F = Dictionary(N=look), 4
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    link.A = Dictionary(S=Name.URI, URI=String(f"https://{words('address')}.invalid"))
    page.Annots = Array([made.make_indirect(note), made.make_indirect(link)])


def _surround(made: Pdf, page: Any, words: Words) -> None:
    page.PieceInfo = Dictionary(Some=Dictionary(Private=String(words("piece info"))))
    page.Thumb = made.make_stream(words("thumbnail of a page").encode(), Width=1, Height=1)
    page.Metadata = made.make_stream(words("metadata of a page").encode())
    page.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String(words("script of a page"))))
    made.docinfo.Title, made.docinfo.Author = String(words("title")), String(words("author"))
    made.docinfo.Producer = String(words("producer"))
    made.Root.Metadata = made.make_stream(xmp(words), Type=Name.Metadata, Subtype=Name.XML)
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String(words("script")))
    made.Root.Lang = String(words("language"))
    made.Root.OutputIntents = Array([Dictionary(S=Name.GTS_PDFA1, Info=String(words("output intent")))])
    made.Root.OCProperties = Dictionary(OCGs=Array([page.Resources.Properties.Layer]), D=Dictionary())
    made.attachments[words("name of an attachment")] = words("attachment").encode()
    with made.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(words("bookmark"), 0))
    # Referred to by nothing that is drawn, as what an older revision had.
    made.Root.Left = made.make_indirect(Dictionary(Old=String(words("older revision"))))


KINDS: dict[str, Callable[[], Planted]] = {
    "image/jpeg": jpeg,
    "image/png": png,
    "image/gif": gif,
    "image/webp": webp,
    "image/tiff": tiff,
    "application/pdf": pdf,
}


def added(keys: CaseKeys, incident_id: str) -> str:
    """A photograph that was added to a case; its id. It is cleaned here: a process would take half a second."""
    copy, preview = cleaning.clean("image/jpeg", jpeg()[0])
    cleaned = isolation.Cleaned(sealed(copy), sealed(preview))
    with patch.object(isolation, "clean", return_value=cleaned):
        described = services.Described({"content_note": "Nothing is to be seen."})
        return services.add(keys, incident_id, sealed(jpeg()[0]), "fictional.jpg", described)


def sealed(data: bytes) -> SealedFile:
    """A file as it is when it has arrived."""
    sealing = Sealing()
    sealing.feed(data)
    return sealing.finish()
