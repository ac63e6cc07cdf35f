"""Files are only ever sent to be saved: nothing that somebody uploaded or exported runs inside a page of Tala."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Of a download instead of a page's: should a browser show it after all, it may do nothing.
DOWNLOAD_POLICY: Final = "default-src 'none'; sandbox"
OPAQUE: Final = "application/octet-stream"


def attachment(content: bytes | Iterable[bytes], name: str, media_type: str = OPAQUE) -> Response:
    """An answer that a browser saves under a name. Nobody's bytes are trusted to be what they say they are."""
    response = Response(content, content_type=media_type)
    # RFC 6266: a plain name for old programs, the whole one in UTF-8 beside it
    plain = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name if sign.isascii()) or "file"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response
