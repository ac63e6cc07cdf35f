"""Pages that are sent while they are made."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from flask import Response, stream_template

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What was made is sent after so many seconds, or when it is so many signs long.
SECONDS: Final = 0.1
SIGNS: Final = 16_384


def streamed(template: str, **context: object) -> Response:
    """Send a template as it is made. What it loops over outside of macros may be a generator that takes its time.

    An error in it can become no page of errors any more: the generator has to end with words instead.
    """
    answer = Response(_gathered(stream_template(template, **context)), content_type="text/html; charset=utf-8")
    # A proxy would hold the answer back until it is whole.
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _gathered(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces of a page, few signs each, in fewer and larger ones."""
    held: list[str] = []
    sent = time.monotonic()
    for piece in pieces:
        held.append(piece)
        if time.monotonic() - sent >= SECONDS or sum(map(len, held)) >= SIGNS:
            yield "".join(held)
            held.clear()
            sent = time.monotonic()
    yield "".join(held)
