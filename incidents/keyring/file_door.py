"""The file door: large files, sealed and opened piece by piece, so that neither is ever whole in memory or on a disk.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, CRYPTO 2015), in the form that age uses: AES-256-GCM for each chunk, whose nonce is a counter and a
mark of the last one. A chunk that is altered, left out, sent twice, in another place, or of another file does not open,
and an end that is cut off is noticed. The key is random and seals one file only; so no nonce repeats, and none of its
bits need be random: the seven before the counter are zero.

A chunk is ``version (1) ‖ ciphertext and tag`` of ``length (4) ‖ content ‖ zeros``. All but the last are of one size;
the whole is padded to a Padmé size, so that the true length shows only roughly.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from incidents.keyring.envelope import FLOOR, KEY_BYTES, LENGTH_BYTES, VERSION, SecretKey, Unopenable, context, padme

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Bytes of a chunk before it is sealed, and how many of them are content.
CHUNK: Final = 256 * 1024
ROOM: Final = CHUNK - LENGTH_BYTES
PREFIX: Final = bytes(7)
COUNTER_BYTES: Final = 4
MORE, LAST = b"\0", b"\1"


@dataclass(frozen=True, slots=True)
class FileKey(SecretKey):
    """Seals one file, once, and nothing else."""

    @classmethod
    def from_hex(cls, digits: str) -> Self:
        """The key as a document keeps it.

        Raises:
            Unopenable: it is none.
        """
        if len(digits) != 2 * KEY_BYTES:
            raise Unopenable
        return cls(bytes.fromhex(digits))

    def hex(self) -> str:
        """As a document keeps it."""
        return self.raw.hex()


class Sealer:
    """Seals a file as it arrives. Holds less than a chunk of it in clear.

    Attributes:
        key: Made for this file.
    """

    def __init__(self, blob_id: str) -> None:
        self.key = FileKey(secrets.token_bytes(KEY_BYTES))
        self._cipher, self._about = _cipher(self.key, blob_id)
        self._waiting = bytearray()
        self._number = 0
        self._ended = False

    def feed(self, data: bytes | bytearray | memoryview) -> Iterator[bytes]:
        """Take some of the file; gives the chunks that are full.

        Raises:
            RuntimeError: the file has ended: its key seals nothing more.
        """
        if self._ended:
            raise RuntimeError("this file has ended; its key seals nothing more")
        self._waiting += data
        # What may be the last chunk waits: only the end tells.
        while len(self._waiting) > ROOM:
            yield self._seal(self._waiting[:ROOM], CHUNK, MORE)
            del self._waiting[:ROOM]

    def finish(self) -> Iterator[bytes]:
        """The chunks at the end: what is left, and padding.

        Raises:
            RuntimeError: the file has ended already.
        """
        if self._ended:
            raise RuntimeError("this file has ended already")
        self._ended = True
        done = self._number * CHUNK
        left = padme(max(FLOOR, done + LENGTH_BYTES + len(self._waiting))) - done
        while left > CHUNK:
            yield self._seal(self._waiting, CHUNK, MORE)
            self._waiting.clear()
            left -= CHUNK
        yield self._seal(self._waiting, left, LAST)
        self._waiting.clear()

    def _seal(self, content: bytearray, size: int, mark: bytes) -> bytes:
        framed = (len(content).to_bytes(LENGTH_BYTES, "big") + content).ljust(size, b"\0")
        nonce = _nonce(self._number, mark)
        self._number += 1
        return VERSION + self._cipher.encrypt(nonce, framed, self._about)


def opened(key: FileKey, blob_id: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Open a file chunk by chunk; each piece of content is given only after its chunk was found to be right.

    What was given before a wrong chunk is a true beginning of the file, and no more: whoever passes it on must say that
    it broke off.

    Raises:
        Unopenable: a chunk is altered, missing, in another place, or of another file; or the end is cut off.
    """
    cipher, about = _cipher(key, blob_id)
    full = True
    for number, (chunk, mark) in enumerate(_marked(chunks)):
        content = _content(_opened(cipher, chunk, _nonce(number, mark), about))
        if content and not full:
            raise Unopenable
        full = len(content) == ROOM
        if content:
            yield content


def _marked(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk with the mark it must have been sealed with."""
    waiting = iter(chunks)
    chunk = next(waiting, None)
    if chunk is None:
        raise Unopenable
    for following in waiting:
        yield chunk, MORE
        chunk = following
    yield chunk, LAST


def _opened(cipher: AESGCM, chunk: bytes, nonce: bytes, about: bytes) -> bytes:
    if chunk[:1] != VERSION:
        raise Unopenable
    try:
        return cipher.decrypt(nonce, memoryview(chunk)[1:], about)
    except InvalidTag:
        raise Unopenable from None


def _content(framed: bytes) -> bytes:
    end = LENGTH_BYTES + int.from_bytes(framed[:LENGTH_BYTES], "big")
    if end > len(framed) or framed.count(0, end) != len(framed) - end:
        raise Unopenable
    return framed[LENGTH_BYTES:end]


def _nonce(number: int, mark: bytes) -> bytes:
    return PREFIX + number.to_bytes(COUNTER_BYTES, "big") + mark


def _cipher(key: FileKey, blob_id: str) -> tuple[AESGCM, bytes]:
    return AESGCM(key.raw), context("file", blob_id)
