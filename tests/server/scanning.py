"""Looking for secrets in files as a thief would: in every encoding a program may have left them in."""

from __future__ import annotations

import base64
import gzip
import re
import zlib
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

ZLIB: Final = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
HEX: Final = re.compile(rb"[0-9a-fA-F]{12,}")
BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
MOST_INFLATED: Final = 1024 * 1024


def encodings(secret: str | bytes) -> dict[str, bytes]:
    """A secret as it may stand in a file, by the name of the encoding."""
    raw = secret.encode() if isinstance(secret, str) else secret
    found = {"plain": raw, "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode()}
    for shift in range(3):
        found[f"base64, {shift} before"] = _base64(raw, shift)
        found[f"base64url, {shift} before"] = _base64(raw, shift).translate(bytes.maketrans(b"+/", b"-_"))
    if isinstance(secret, str):
        found |= {
            "utf-16le": secret.encode("utf-16-le"),
            "utf-16be": secret.encode("utf-16-be"),
            "url": quote(secret, safe="").encode(),
            "form": quote(secret, safe="").replace("%20", "+").encode(),
            "lower": secret.lower().encode(),
            "upper": secret.upper().encode(),
        }
    return found


def _base64(raw: bytes, shift: int) -> bytes:
    """The signs that stand in base64 whatever comes before and after, with so many bytes before in the same group."""
    coded = base64.b64encode(b"\0" * shift + raw)
    first = -(-shift * 8 // 6)
    last = (shift + len(raw)) * 8 // 6
    return coded[first:last]


def texts(data: bytes) -> Iterator[bytes]:
    """The bytes of a file, and what every compressed stream inside it holds."""
    yield data
    for start in ZLIB.finditer(data):
        inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        try:
            inflated = inflater.decompress(data[start.start() :], MOST_INFLATED)
        except zlib.error:
            continue
        if inflated:
            yield inflated


def views(data: bytes) -> Iterator[bytes]:
    """A file's bytes, and what they say as UTF-16, hex, base64 or a compressed stream: to look for many short words."""
    for text in texts(data):
        yield text
        yield text.replace(b"\0", b"")
        yield b" ".join(bytes.fromhex(run[: len(run) // 2 * 2].decode()) for run in HEX.findall(text))
        for run in BASE64.findall(text):
            standard = run.translate(bytes.maketrans(b"-_", b"+/"))
            for start in range(4):
                part = standard[start : len(standard) - ((len(standard) - start) % 4 == 1)]
                yield base64.b64decode(part + b"=" * (-len(part) % 4))


def files(*places: Path) -> Iterator[Path]:
    """Every regular file below some places; what cannot be read by now is gone."""
    for place in places:
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path


def hits(places: Iterable[Path], secrets: Mapping[str, str | bytes]) -> list[tuple[str, str, str]]:
    """File, name of the secret and encoding, for each secret that is found; never the secret itself."""
    needles = [(name, how, needle) for name, secret in secrets.items() for how, needle in encodings(secret).items()]
    found = []
    for path in files(*places):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            continue
        for text in texts(data):
            found += [(str(path), name, how) for name, how, needle in needles if needle in text]
    return found


def planted(secret: str) -> dict[str, bytes]:
    """Files in which a scanner has to find a secret."""
    raw = secret.encode()
    around = b"before " + raw + b" after"
    return {
        "plain": around,
        "utf-16le": secret.encode("utf-16-le"),
        "utf-16be": secret.encode("utf-16-be"),
        "hex": around.hex().encode(),
        "HEX": around.hex().upper().encode(),
        "url": quote(secret, safe="").encode(),
        "zlib": b"noise" + zlib.compress(around) + b"noise",
        "zlib at level 1": zlib.compress(around, 1),
        "gzip": b"noise" + gzip.compress(around),
        **{f"base64, {n}": base64.b64encode(b"x" * n + raw + b"tail") for n in range(3)},
        **{f"base64url, {n}": base64.urlsafe_b64encode(b"\xfb" * n + raw + b"\xff") for n in range(3)},
    }
