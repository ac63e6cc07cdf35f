"""A request whose uploads never touch the disk."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from flask import Request


class TalaRequest(Request):
    """Keeps uploaded files in memory: the framework would spool large ones to a temporary file, in clear."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """A buffer in memory, whatever the size; the size of a whole request is capped."""
        del total_content_length, content_type, filename, content_length
        return BytesIO()
