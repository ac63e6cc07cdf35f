"""What the process that decodes other people's files does: bytes in, a copy without hidden data out.

It speaks over its pipes alone. What comes in: a line with the kind of file, then the file. What goes out: a line that
says why not, or how long preview and copy are, then both. Its limits are set before a byte is read: it can open no file
and no connection, start no other process, and neither memory nor time without end.
"""

from __future__ import annotations

import resource
import sys
from typing import TYPE_CHECKING, Final

from incidents.evidence import papers, pictures
from incidents.evidence.media import PDF
from incidents.evidence.refusals import Refused, Why

if TYPE_CHECKING:
    from typing import BinaryIO

MEGABYTE: Final = 1024 * 1024
MEMORY_BYTES: Final = 1024 * MEGABYTE
CPU_SECONDS: Final = 40
LONGEST_LINE: Final = 100


def confine() -> None:
    """Give up what is not needed. Files that code needs must have been loaded before."""
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        # The three pipes stay as they are; not even a number that one of them leaves is opened again.
        resource.RLIMIT_NOFILE: 0,
        resource.RLIMIT_CPU: CPU_SECONDS,
    }
    if sys.platform != "darwin":
        # macOS maps far more than it uses, and refuses the limit.
        limits[resource.RLIMIT_AS] = MEMORY_BYTES
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def clean(media_type: str, data: bytes) -> tuple[bytes, bytes]:
    """Copy and preview of a file; the preview is empty where there is none.

    Raises:
        Refused: there is no copy.
    """
    if media_type == PDF.type:
        return papers.cleaned(data), b""
    if media_type in pictures.FORMATS:
        return pictures.cleaned(data, media_type)
    raise Refused(Why.KIND)


def answer(source: BinaryIO, target: BinaryIO) -> None:
    """Read a file, and write what came of it."""
    media_type = source.readline(LONGEST_LINE).decode().strip()
    try:
        copy, preview = clean(media_type, source.read())
    except Refused as refused:
        target.write(f"{refused.why}\n".encode())
    else:
        target.write(f"{len(preview)} {len(copy)}\n".encode())
        target.write(preview)
        target.write(copy)
    target.flush()


def main() -> None:
    """Load what is needed, give up the rest, do the work."""
    pictures.prepare()
    papers.prepare()
    confine()
    answer(sys.stdin.buffer, sys.stdout.buffer)
