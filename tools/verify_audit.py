"""Verify an exported log of Tala, offline, with nothing but this file and the package ``cryptography``.

    python verify_audit.py FILE [--genesis HEX] [--printed DIGITS]

FILE is what ``flask audit export`` or the page "Check the log" wrote: JSON lines, entries still sealed. This program
opens none. It says whether every entry is the one that was signed under its number, whether any is missing in the
middle or at the end, and when the file says that it was written.

Two things it cannot know by itself; give them if you have them. ``--genesis`` is the key that the log begins with, as
the page of a member shows it: without it, a log that was written anew from its first entry looks right. ``--printed``
are digits from an older export or a backup: a log that was cut or rewritten since never ended there.

How a log is made. Entry 0 is signed (Ed25519, RFC 8032) with the key ``genesis``; each entry names the public key that
signs the next, and the key that signed is destroyed. A signature is over the list

    "audit", organisation, number, digest of the entry before (32 zero bytes before entry 0), id of the key that the
    entry is sealed to, SHA-256 of the sealed entry, public key of the next entry

and the digest of an entry is SHA-256 over the list "audit-digest", those bytes, its signature. A list is written as the
five bytes ``tala1``, then for each part its length in four bytes, big end first, and the part; numbers are decimal
digits. The head is signed with the key that the last entry names, over "audit-head", organisation, genesis, number,
digest, time.

Ends with 0 if all is well, 1 if anything is wrong, 2 if the file cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMAT = "tala-audit-1"
#: Signs of a digest on paper.
SHORT = 20


class Unreadable(Exception):
    """This is not an exported log, or not a whole line of one."""


def listed(*parts: str | int | bytes) -> bytes:
    """A list of parts as bytes, so that no two lists give the same."""
    raws = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    return b"tala1" + b"".join(len(raw).to_bytes(4, "big") + raw for raw in raws)


def decoded(text: str) -> bytes:
    """Bytes in base 64, written the one way there is: unused bits that somebody set would be no part of what is signed.

    Raises:
        ValueError: they are written otherwise.
    """
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("base 64 with unused bits set")
    return raw


def signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this key made this signature."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass
class Log:
    """The log of one organisation, as far as it was read.

    Attributes:
        organisation: Its id.
        genesis: The key that signs the first entry.
        printed: Digits to look for.
        expected: The key that signs the next entry.
        before: The digest of the last entry.
        number: Of the next entry.
        found_at: Where the printed digits were.
        faults: What is wrong; after the first nothing is proven, so there is one, or one more about the head.
        broken: Entries that were read after a fault, to say more about it.
    """

    organisation: str
    genesis: bytes
    printed: str = ""
    expected: bytes = b""
    before: bytes = bytes(32)
    number: int = 0
    found_at: int | None = None
    faults: list[str] = field(default_factory=list)
    broken: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = False

    def __post_init__(self) -> None:
        """The first entry is signed with the key that the log begins with."""
        self.expected = self.genesis

    def message(self, entry: dict[str, Any]) -> bytes:
        """What the signature of an entry would be over, if it were the next."""
        content = hashlib.sha256(decoded(entry["sealed"])).digest()
        following = bytes.fromhex(entry["next"])
        return listed("audit", self.organisation, self.number, self.before, entry["key"], content, following)

    def fits(self, entry: dict[str, Any], key: bytes) -> bool:
        """Whether an entry is the next one, signed with this key."""
        return signed(key, bytes.fromhex(entry["signature"]), self.message(entry))

    def add(self, entry: dict[str, Any]) -> None:
        """Take the next entry."""
        if self.broken:
            self.broken.append(entry)
        elif entry["number"] != self.number or not self.fits(entry, self.expected):
            self.broken = [entry]
        else:
            signature = bytes.fromhex(entry["signature"])
            self.before = hashlib.sha256(listed("audit-digest", self.message(entry), signature)).digest()
            self.expected = bytes.fromhex(entry["next"])
            if self.printed and self.before.hex().startswith(self.printed):
                self.found_at = self.number
            self.number += 1

    def end(self, head: dict[str, Any]) -> None:
        """Compare with the head."""
        self.ended = True
        public, digest = bytes.fromhex(head["public"]), bytes.fromhex(head["digest"])
        over = listed("audit-head", self.organisation, self.genesis, head["number"], digest, head["at"])
        if not signed(public, bytes.fromhex(head["signature"]), over):
            self.faults.append("the head is not signed with the key that it names")
        last = self.number - 1
        ends_here = (head["number"], digest) == (last, self.before)
        if self.broken:
            self.faults.append(self._why(public))
        elif head["number"] > last or (ends_here and public != self.expected):
            self.faults.append(f"entries are missing at the end, from {self.number} on")
        elif not ends_here:
            self.faults.append(f"the head does not fit the last entry ({last})")

    def _why(self, head_key: bytes) -> str:
        first = self.broken[0]
        if first["number"] != self.number:
            return f"entry {self.number} is missing, or more from there on"
        if self.fits(first, head_key):
            return f"entry {self.number} was forged with the key that the server holds now"
        if any(self.fits(other, self.expected) for other in self.broken[1:]):
            return f"entry {self.number} stands in another's place"
        return f"entry {self.number} is not what was signed: it was changed, or put there later"


def lines(file: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The lines of the file."""
    for number, line in enumerate(file, start=1):
        try:
            content = json.loads(line)
        except ValueError:
            raise Unreadable(f"line {number} is not whole") from None
        if not isinstance(content, dict):
            raise Unreadable(f"line {number} is no line of an exported log")
        yield content


def read(file: Iterable[str], printed: str = "") -> Iterator[tuple[Log, dict[str, Any]]]:
    """Each log of the file with its head (empty if the file ends before it)."""
    log: Log | None = None
    for line in lines(file):
        if line.get("kind") == "chain" and line.get("format") == FORMAT:
            if log is not None and not log.ended:
                yield log, {}
            log = Log(line["organisation"], bytes.fromhex(line["genesis"]), printed)
        elif log is None or log.ended or line.get("organisation") != log.organisation:
            raise Unreadable("a line stands outside its log")
        elif line.get("kind") == "entry":
            log.add(line)
        elif line.get("kind") == "head":
            log.end(line)
            yield log, line
    if log is None:
        raise Unreadable("there is no log in it")
    if not log.ended:
        yield log, {}


def report(log: Log, head: dict[str, Any], genesis: str) -> bool:
    """Print what was found of one log; gives back whether all is well."""
    if not head:
        log.faults.append(f"the file ends before the head, after entry {log.number - 1}")
    if genesis and log.genesis.hex()[: len(genesis)] != genesis:
        log.faults.append("the log does not begin with the key that you gave")
    if log.printed and log.found_at is None:
        log.faults.append("the log never ended at the digits that you gave")
    print(f"log of {log.organisation}: {log.number} entries verified")
    print(f"  begins with {log.genesis.hex()}")
    print(f"  ends at {log.number - 1}:{grouped(log.before.hex())}")
    print(f"  the file says that it was written at {head.get('at', '?')}")
    if log.found_at is not None:
        print(f"  the digits that you gave belong to entry {log.found_at}, which still stands")
    for fault in log.faults:
        print(f"  WRONG: {fault}")
    if not log.faults:
        print("  whole: nothing was changed, moved, cut or forged")
    return not log.faults


def grouped(digest: str) -> str:
    """The signs that are printed, in fours."""
    return "-".join(digest[i : i + 4] for i in range(0, SHORT, 4))


def tidy(signs: str) -> str:
    """Hexadecimal digits without number, hyphens and blanks."""
    return "".join(sign for sign in signs.rpartition(":")[2].lower() if sign.isalnum())


def main(arguments: list[str] | None = None) -> int:
    """Verify a file; see above."""
    parser = argparse.ArgumentParser(description="Verify an exported log of Tala, offline.")
    parser.add_argument("file")
    parser.add_argument("--genesis", default="", help="the key that the log begins with")
    parser.add_argument("--printed", default="", help="digits of the log on an older file or backup")
    given = parser.parse_args(arguments)
    printed = tidy(given.printed)
    if given.printed and len(printed) < SHORT:
        parser.error(f"--printed: give all {SHORT} digits")
    try:
        with Path(given.file).open(encoding="utf-8") as file:
            # The whole file first: nothing in it is called whole if a later line is not.
            found = list(read(file, printed))
    except (OSError, Unreadable, ValueError, KeyError, TypeError) as problem:
        print(f"cannot read {given.file}: {problem}", file=sys.stderr)
        return 2
    good = [report(log, head, tidy(given.genesis)) for log, head in found]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
