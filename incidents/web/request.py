"""A request whose uploads never touch the disk."""

from __future__ import annotations

from io import BytesIO
from typing import IO, TYPE_CHECKING, cast
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.formparser import FormDataParser

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.datastructures import FileStorage, MultiDict


class TalaFormParser(FormDataParser):
    """Shows bytes that are no text as a replacement character, which forms then ask about.

    The framework would quote them ("%E9") and so save them as if somebody had typed that.
    """

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """The fields of a form; the stream is limited already."""
        del mimetype, content_length, options
        items = parse_qsl(stream.read().decode(errors="replace"), keep_blank_values=True, errors="replace")
        return stream, self.cls(items), self.cls()


class TalaRequest(Request):
    """Keeps uploaded files in memory: the framework would spool large ones to a temporary file, in clear.

    Attributes:
        file_stream: Makes what the parser writes a file into; a page of large files has one that seals what it gets.
    """

    form_data_parser_class = TalaFormParser
    file_stream: Callable[[], object] = BytesIO

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Nothing on the disk, whatever the size; the size of a whole request is capped."""
        del total_content_length, content_type, filename, content_length
        return cast("IO[bytes]", self.file_stream())
