"""From what a person knows to a key: Argon2id (RFC 9106) with a pepper kept outside the database.

There is no password hash: logging in *is* opening the seed. Memory is the price an attacker pays for each guess and the
server for each log-in, so the number of hashes at once in a process is bounded.
"""

from __future__ import annotations

import base64
import os
import secrets
import threading
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from incidents.keyring.envelope import KEY_BYTES, SecretKey, Unopenable, derive
from incidents.keyring.tokens import tidy

if TYPE_CHECKING:
    from pathlib import Path

MIN_LENGTH = 15
MAX_LENGTH = 1024
RECOVERY_BYTES = 20
#: Digits that a recovery code never has, for the letters they are read as.
LOOKALIKES = str.maketrans("018", "OIB")
#: So many may stand in line for the hash in a process: fewer than it has threads, or no other page would be answered.
MAX_IN_LINE = 12
_one_hash_at_a_time = threading.BoundedSemaphore(1)
_line = threading.BoundedSemaphore(MAX_IN_LINE)


@dataclass(frozen=True, slots=True)
class Cost:
    """Argon2id's parameters, stored beside each seed so that they can be raised later."""

    iterations: int = 3
    memory_kib: int = 128 * 1024
    lanes: int = 1


class TooManyAtOnce(RuntimeError):
    """The line for the hash is full: nothing was hashed, and a little later there is room again."""


class PepperMissing(RuntimeError):
    """The pepper file is gone: passphrases open nothing, recovery codes still do."""


def read_pepper(path: Path) -> bytes:
    """Read the pepper.

    Raises:
        PepperMissing: there is no such file.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PepperMissing("The pepper file is missing. Restore it, or let people use their recovery codes.") from None


def write_pepper(path: Path, kept: bytes | None = None) -> None:
    """Write a pepper, a new one or one that was kept, that only the server's user can read; never overwrite one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(kept or secrets.token_bytes(KEY_BYTES))


def passphrase_key(passphrase: str, *, salt: bytes, cost: Cost, pepper: bytes) -> SecretKey:
    """The key that a passphrase stands for.

    Unicode is normalised (NFKC), so that the same words typed on another keyboard are the same passphrase. Takes some
    350 ms and ``cost.memory_kib``; one at a time in a process.

    Raises:
        Unopenable: it is longer than any passphrase may be; nothing was hashed.
        TooManyAtOnce: as above.
    """
    if len(passphrase) > MAX_LENGTH:
        raise Unopenable
    typed = unicodedata.normalize("NFKC", passphrase).encode()
    hasher = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
        secret=pepper,
    )
    if not _line.acquire(blocking=False):
        raise TooManyAtOnce
    try:
        with _one_hash_at_a_time:
            return SecretKey(hasher.derive(typed))
    finally:
        _line.release()


def new_recovery_code() -> str:
    """160 random bits as eight groups of four letters and digits, to be written on paper."""
    letters = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode()
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def recovery_key(code: str) -> SecretKey:
    """The key that a recovery code stands for; it needs no pepper and, being random, no slow hash."""
    return SecretKey(derive(tidy(code).translate(LOOKALIKES).encode(), "recovery-code"))
