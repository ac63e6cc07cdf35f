"""A file that is sealed while it arrives: no more than a chunk of it is ever in clear, and none of it on a disk."""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import RequestEntityTooLarge

from incidents.database import random_id
from incidents.evidence.media import HEAD_BYTES, detect
from incidents.keyring.file_door import FileKey, Sealer, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from incidents.evidence.media import Media

#: Of one file, as it came.
MOST_BYTES: Final = 50 * 1024 * 1024


@dataclass(frozen=True)
class SealedFile:
    """A file in sealed chunks, in memory.

    Attributes:
        id: Under which its chunks are stored.
        key: What opens it.
        chunks: In their order.
        sha256: Sum of the file in clear, hexadecimal.
        size: Of the file in clear.
        media: What it is, by its first bytes.
    """

    id: str
    key: FileKey
    chunks: Sequence[bytes]
    sha256: str
    size: int
    media: Media

    def content(self) -> Iterator[bytes]:
        """The file, chunk by chunk."""
        return opened(self.key, self.id, self.chunks)


class Sealing:
    """Seals what it is fed, and counts and sums it on the way."""

    def __init__(self) -> None:
        self.size = 0
        self._id = random_id()
        self._sealer = Sealer(self._id)
        self._sum = sha256()
        self._chunks: list[bytes] = []
        self._head = b""

    def feed(self, data: bytes) -> None:
        """Take some of the file."""
        self.size += len(data)
        self._head += data[: HEAD_BYTES - len(self._head)]
        self._sum.update(data)
        self._chunks.extend(self._sealer.feed(data))

    def finish(self) -> SealedFile:
        """The end: everything of the file is sealed."""
        self._chunks.extend(self._sealer.finish())
        found = detect(self._head)
        return SealedFile(self._id, self._sealer.key, self._chunks, self._sum.hexdigest(), self.size, found)


class Upload(io.RawIOBase):
    """What the form's parser writes a file into, in place of a buffer or a temporary file."""

    def __init__(self) -> None:
        super().__init__()
        self._sealing = Sealing()

    def writable(self) -> bool:
        """It only takes."""
        return True

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - as the class above has it
        """Seal some of the file.

        Raises:
            RequestEntityTooLarge: it is longer than MOST_BYTES. What came is dropped.
        """
        if self._sealing.size + len(data) > MOST_BYTES:
            raise RequestEntityTooLarge
        self._sealing.feed(bytes(data))
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """The parser goes back to the beginning for a reader; here nobody reads."""
        del offset, whence
        return 0

    def finish(self) -> SealedFile:
        """The file, sealed."""
        return self._sealing.finish()
