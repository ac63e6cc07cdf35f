"""Verify files of a release of Tala, offline, with nothing but this file and the package ``cryptography``.

    python verify_release.py MANIFEST [FILE ...] --signer DIGITS

MANIFEST is what the page of a release offers as "signed manifest". This program says whether the key that it names
signed it, and whether each FILE is one that it lists, byte for byte. ``--signer`` are all 64 digits of the key that the
organisation told you. Without them this program says that it does not know whose manifest it is: anybody can make one.

How a manifest is made. Its first line is JSON; the second has a signature (Ed25519, RFC 8032) over the list

    "release", the bytes of the first line without its end

written as the five bytes ``tala1``, then for each part its length in four bytes, big end first, and the part.

Ends with 0 if all is well, 1 if anything is wrong, 2 if the manifest cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FORMAT = "tala-release-1"
KEY = re.compile("[0-9a-f]{64}")
SIGNATURE = re.compile("[0-9a-f]{128}")
#: What is read and shown.
STATED = ("publisher", "title", "number", "version", "released_on", "signer", "files")


class Unreadable(Exception):
    """This is no manifest of a release."""


def listed(*parts: bytes) -> bytes:
    """A list of parts as bytes, so that no two lists give the same."""
    return b"tala1" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def signed(public: str, signature: str, message: bytes) -> bool:
    """Whether this key made this signature."""
    if not (KEY.fullmatch(public) and SIGNATURE.fullmatch(signature)):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def read(content: bytes) -> tuple[dict[str, Any], bool]:
    """What a manifest states, and whether the key that it names signed it.

    Raises:
        Unreadable: it is none.
    """
    line, _end, rest = content.partition(b"\n")
    try:
        stated, signature = json.loads(line), json.loads(rest)
        known = stated["format"] == FORMAT and all(name in stated for name in STATED)
        digests = [entry["sha256"] for entry in stated["files"].values()]
        fits = signed(stated["signer"], signature["signature"], listed(b"release", line))
        whole = rest == json.dumps({"signature": signature["signature"]}).encode() + b"\n"
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreadable from None
    if not known or not all(isinstance(digest, str) for digest in digests):
        raise Unreadable
    return stated, fits and whole


def faults(stated: dict[str, Any], fits: bool, files: Sequence[Path], signer: str) -> Iterator[str]:  # noqa: FBT001
    """What is wrong, a line each."""
    if not fits:
        yield "the manifest is not what was signed"
    if signer and stated["signer"] != signer:
        yield "another key signed it than the one that you gave, of which all 64 digits are needed"
    digests = {entry["sha256"] for entry in stated["files"].values()}
    for file in files:
        try:
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError as error:
            yield f"{file.name}: {error.strerror}"
            continue
        if digest not in digests:
            yield f"{file.name}: no file of this release, or changed"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, say, and give back the exit code."""
    parser = argparse.ArgumentParser(description="Verify files of a release of Tala, offline.")
    parser.add_argument("manifest", type=Path)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--signer", default="", help="digits of the key that the organisation told you")
    asked = parser.parse_args(arguments)
    try:
        stated, fits = read(asked.manifest.read_bytes())
    except (Unreadable, OSError) as error:
        print(f"{asked.manifest.name}: {'no manifest of a release' if isinstance(error, Unreadable) else error}")
        return 2
    # as letters and digits: what somebody made up could else move the cursor over the verdict
    for name in ("publisher", "title", "number", "version", "released_on", "signer"):
        print(f"{name}: {stated[name]!a}")
    found = list(faults(stated, fits, asked.files, asked.signer.replace(" ", "").lower()))
    for fault in found:
        print(f"WRONG: {fault}")
    if not found and not asked.signer:
        print("the signature fits, but whose key it is, is not known: give the digits that the organisation told you")
        return 1
    if not found:
        print(f"all is well: the signature, and {len(asked.files)} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
