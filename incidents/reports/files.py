"""Which files may be published: known by their first bytes, never by what their name or the browser says.

Pure. A picture that carries data about where, when or with what it was taken is refused (rule E8 of the
standards); so is anything that is not one of a short list.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from io import BytesIO
from typing import Final

from incidents.i18n import LazyString, lazy_gettext

MOST_BYTES: Final = 20 * 1024 * 1024
LONGEST_NAME: Final = 120
PDF: Final = "application/pdf"
PNG: Final = "image/png"
JPEG: Final = "image/jpeg"
TXT: Final = "text/plain"
CSV: Final = "text/csv"
ODT: Final = "application/vnd.oasis.opendocument.text"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS: Final = {
    "pdf": PDF,
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "txt": TXT,
    "csv": CSV,
    "odt": ODT,
    "docx": DOCX,
    "xlsx": XLSX,
}
TEXTS: Final = frozenset([TXT, CSV])
SIGNATURES: Final = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}
#: Segments of a JPEG for whatever a program likes (APP1 EXIF or XMP, APP11 provenance, APP13 IPTC, ...) and comments;
#: not APP0 (JFIF), APP2 (colours) and APP14 (Adobe's colours).
JPEG_EXTRAS: Final = frozenset(range(0xE0, 0xF0)).difference([0xE0, 0xE2, 0xEE]) | {0xFE}
#: Chunks of a PNG with EXIF, words, a time, provenance.
PNG_EXTRAS: Final = frozenset([b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME", b"caBX"])
#: Parts that only one kind of office file has.
OFFICE_PARTS: Final = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
#: What zipfile raises for an archive that is cut off, spoilt, encrypted or packed in a way it does not know.
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
MACROS: Final = re.compile(r"vbaProject|^Basic/|^Scripts/", re.IGNORECASE)
UNSAFE_IN_NAME: Final = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class FileRefused(ValueError):
    """A file that may not be published; the message says what to do."""

    def __init__(self, message: LazyString) -> None:
        super().__init__(message.message)
        self.message = message


TOO_LARGE: Final = lazy_gettext("The file is larger than 20 MB: make it smaller, or publish it in parts.")
EMPTY: Final = lazy_gettext("The file is empty: choose it again.")
UNKNOWN: Final = lazy_gettext(
    "This kind of file cannot be published here: use PDF, DOCX, ODT, XLSX, CSV, TXT, PNG or JPEG."
)
NOT_UTF8: Final = lazy_gettext("The text is not in UTF-8: save it again in UTF-8 (CSV UTF-8 in a spreadsheet).")
NOT_WHAT_IT_SAYS: Final = lazy_gettext("The file is not what its name says: save it again under the right ending.")
WITH_MACROS: Final = lazy_gettext("The file holds macros, which could run on a reader's computer: save it without.")
TELLS_TOO_MUCH: Final = lazy_gettext(
    "The picture holds data about where, when or with what it was made: save a copy without it (export, or "
    "a screenshot)."
)


def media_type(name: str, content: bytes) -> str:
    """The media type of a file that may be published. Raises `FileRefused`."""
    if not content:
        raise FileRefused(EMPTY)
    if len(content) > MOST_BYTES:
        raise FileRefused(TOO_LARGE)
    claimed = ENDINGS.get(name.rpartition(".")[2].lower())
    if claimed is None:
        raise FileRefused(UNKNOWN)
    kinds = _kinds(content)
    if claimed not in kinds:
        raise FileRefused(NOT_WHAT_IT_SAYS if kinds or claimed not in TEXTS else NOT_UTF8)
    if _tells_too_much(claimed, content):
        raise FileRefused(TELLS_TOO_MUCH)
    return claimed


def safe_name(name: str) -> str:
    """A file's name without folders, control signs and signs that turn writing direction around."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    clean = UNSAFE_IN_NAME.sub("", last).strip(" .")
    stem, _dot, ending = clean.rpartition(".")
    return f"{(stem or 'file')[:LONGEST_NAME]}.{ending}"


def _kinds(content: bytes) -> frozenset[str]:
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            return frozenset([kind])
    if content.startswith(b"PK\x03\x04"):
        return frozenset([_office(content)])
    return TEXTS if _is_text(content) else frozenset()


def _office(content: bytes) -> str:
    """The kind of office file in a zip archive, or "". Only names and one short part are read."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            told = names[:1] == ["mimetype"] and archive.infolist()[0].file_size == len(ODT)
            kind = archive.read("mimetype").decode("ascii", "replace") if told else ""
    except DAMAGED:
        return ""
    if any(MACROS.search(name) for name in names):
        raise FileRefused(WITH_MACROS)
    return kind or next((kind for part, kind in OFFICE_PARTS.items() if part in names), "")


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False


def _tells_too_much(kind: str, content: bytes) -> bool:
    if kind == JPEG:
        return any(marker in JPEG_EXTRAS for marker in _jpeg_markers(content))
    return kind == PNG and not PNG_EXTRAS.isdisjoint(_png_chunks(content))


def _jpeg_markers(content: bytes) -> list[int]:
    """The kinds of the segments before the image itself; bytes FF may fill the room before one."""
    found, place = [], 2
    while place + 4 <= len(content) and content[place] == 0xFF and content[place + 1] != 0xDA:  # noqa: PLR2004
        if content[place + 1] == 0xFF:  # noqa: PLR2004
            place += 1
            continue
        found.append(content[place + 1])
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return found


def _png_chunks(content: bytes) -> list[bytes]:
    found, place = [], 8
    while place + 8 <= len(content):
        found.append(content[place + 4 : place + 8])
        place += 12 + int.from_bytes(content[place : place + 4], "big")
    return found
