"""What kind of file something is: by its first bytes and a table of our own, never by what anybody calls it. Pure.

What is not in the table is opaque. So is what begins like one kind and goes on like another: it is only ever sent to be
saved, and the copy without metadata is made by decoding it as the kind that its beginning says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: How much of a file tells its kind.
HEAD_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Media:
    """A kind of file.

    Attributes:
        type: MIME type.
        ending: What the name of a download ends with.
        cleaned: Whether a copy without metadata can be made.
        seen: Whether there is something of it to show, blurred.
    """

    type: str
    ending: str
    cleaned: bool = False
    seen: bool = False


OPAQUE: Final = Media("application/octet-stream", "bin")
JPEG: Final = Media("image/jpeg", "jpg", cleaned=True, seen=True)
PNG: Final = Media("image/png", "png", cleaned=True, seen=True)
GIF: Final = Media("image/gif", "gif", cleaned=True, seen=True)
WEBP: Final = Media("image/webp", "webp", cleaned=True, seen=True)
TIFF: Final = Media("image/tiff", "tiff", cleaned=True, seen=True)
PDF: Final = Media("application/pdf", "pdf", cleaned=True)
HEIC, AVIF = Media("image/heic", "heic"), Media("image/avif", "avif")
MP4, MOV, THREE_GP = Media("video/mp4", "mp4"), Media("video/quicktime", "mov"), Media("video/3gpp", "3gp")
M4A, MP3, WAV = Media("audio/mp4", "m4a"), Media("audio/mpeg", "mp3"), Media("audio/wav", "wav")
OGG, FLAC, AMR = Media("audio/ogg", "ogg"), Media("audio/flac", "flac"), Media("audio/amr", "amr")
MATROSKA, ZIP = Media("video/x-matroska", "mkv"), Media("application/zip", "zip")

#: ISO base media files: the brand says which.
_BRANDS: Final[dict[bytes, Media]] = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"avif", b"avis"), AVIF),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"), MP4),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3g2a"), THREE_GP),
    **dict.fromkeys((b"M4A ", b"M4B "), M4A),
    b"qt  ": MOV,
}
_SIGNS: Final[tuple[tuple[Callable[[bytes], bool], Media], ...]] = (
    (lambda head: head.startswith(b"\xff\xd8\xff"), JPEG),
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), PNG),
    (lambda head: head.startswith((b"GIF87a", b"GIF89a")), GIF),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", WEBP),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE", WAV),
    (lambda head: head.startswith((b"II*\0", b"MM\0*")), TIFF),
    (lambda head: head.startswith(b"%PDF-"), PDF),
    (lambda head: head.startswith(b"OggS"), OGG),
    (lambda head: head.startswith(b"ID3"), MP3),
    (lambda head: head.startswith(b"fLaC"), FLAC),
    (lambda head: head.startswith(b"#!AMR"), AMR),
    (lambda head: head.startswith(b"\x1a\x45\xdf\xa3"), MATROSKA),
    (lambda head: head.startswith(b"PK\x03\x04"), ZIP),
)
_BY_TYPE: Final[dict[str, Media]] = {
    one.type: one for one in (OPAQUE, *(media for _sign, media in _SIGNS), *_BRANDS.values())
}


def detect(head: bytes) -> Media:
    """The kind of a file by its first bytes; opaque if they say nothing that we know."""
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], OPAQUE)
    return next((media for matches, media in _SIGNS if matches(head)), OPAQUE)


def media_of(media_type: str) -> Media:
    """The kind with a MIME type, as a document keeps it; opaque for any other."""
    return _BY_TYPE.get(media_type, OPAQUE)
