"""Cleaning other people's files in a process of their own: what breaks a decoder breaks only that.

The file goes there chunk by chunk out of its sealed form, and what comes back is sealed as it comes. See cleaning.py
for what the process may do.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from incidents.evidence.refusals import Why
from incidents.evidence.sealing import MOST_BYTES, Sealing

if TYPE_CHECKING:
    from incidents.evidence.sealing import SealedFile

COMMAND: Final = (sys.executable, "-I", str(Path(__file__).parent / "cleaner.py"))
#: Seconds, whatever the process waits for; its own limit counts work alone.
PATIENCE: Final = 60
PIECE: Final = 64 * 1024
LONGEST_LINE: Final = 100
#: Bytes that the process may send back: a copy may be larger than its original, and no preview is.
LONGEST_COPY: Final = 4 * MOST_BYTES
LONGEST_PREVIEW: Final = 256 * 1024
#: One file at a time in each worker: the process may take as much memory as cleaning.MEMORY_BYTES.
TURN: Final = threading.Lock()


@dataclass(frozen=True)
class Cleaned:
    """What came of it.

    Attributes:
        copy: The file without what was hidden in it; None if there is none.
        preview: A blurred picture; None if there is none.
        why: Why there is no copy.
    """

    copy: SealedFile | None = None
    preview: SealedFile | None = None
    why: Why | None = None


def clean(file: SealedFile) -> Cleaned:
    """Make the copy and the preview of a file. Some 0.5 s, and for a large picture a few seconds."""
    if not file.media.cleaned:
        return Cleaned(why=Why.KIND)
    with TURN, _started() as process:
        clock = threading.Timer(PATIENCE, process.kill)
        clock.start()
        try:
            found = _spoken(process, file)
        finally:
            clock.cancel()
            process.kill()
    # What came from a process that did not end by itself may be half of it.
    return found or Cleaned(why=Why.FAILED)


def _started() -> subprocess.Popen[bytes]:
    """The process: no environment, no folder of ours, no open file but its pipes."""
    return subprocess.Popen(  # noqa: S603 - our own command
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8"},
        cwd="/",
        start_new_session=True,
    )


def _spoken(process: subprocess.Popen[bytes], file: SealedFile) -> Cleaned | None:
    """Hand the file over and take what comes back; None if it broke off."""
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    with suppress(BrokenPipeError):
        process.stdin.write(f"{file.media.type}\n".encode())
        for piece in file.content():
            process.stdin.write(piece)
        process.stdin.close()
    found = _taken(process.stdout)
    return found if process.wait() == 0 else None


def _taken(source: IO[bytes]) -> Cleaned | None:
    match source.readline(LONGEST_LINE).decode(errors="replace").split():
        case [why] if why in set(Why):
            return Cleaned(why=Why(why))
        case [preview, copy] if all(one.isascii() and one.isdecimal() for one in (preview, copy)):
            return _files(source, int(preview), int(copy))
        case _:
            return None


def _files(source: IO[bytes], of_preview: int, of_copy: int) -> Cleaned | None:
    if of_preview > LONGEST_PREVIEW or of_copy > LONGEST_COPY:
        # Whoever has taken the decoder over may announce anything; here it would be kept in memory.
        return None
    preview, copy = _sealed(source, of_preview), _sealed(source, of_copy)
    if copy is None or preview is None:
        return None
    return Cleaned(copy, preview if preview.size else None)


def _sealed(source: IO[bytes], length: int) -> SealedFile | None:
    """So many bytes, sealed as they come; None if there are fewer."""
    sealing = Sealing()
    while sealing.size < length and (piece := source.read(min(PIECE, length - sealing.size))):
        sealing.feed(piece)
    return sealing.finish() if sealing.size == length else None
