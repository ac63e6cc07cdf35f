"""What a release says of itself so that anybody can check it: a signed list of its question, table and files.

Two lines: the manifest as JSON with sorted names, and its signature (Ed25519, RFC 8032) over exactly the bytes of the
first line. ``tools/verify_release.py`` checks both and every file, offline.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from incidents.keyring.signatures import signed_release

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.releases.edition import Edition
    from incidents.releases.models import ReleaseFile

FORMAT: Final = "tala-release-1"
TOTALS: Final = "A"


class Signer(Protocol):
    """With what an organisation signs: keyring.signing. Who only reads manifests reaches no key."""

    @property
    def public(self) -> str:
        """What others verify with."""

    def sign(self, message: bytes) -> str:
        """A signature over a manifest."""


@dataclass(frozen=True)
class Made:
    """By what a release was made: versions of rules and words, and the state of the facts that were counted."""

    codebook_version: str
    snapshot: str


def manifest(edition: Edition, files: Iterable[ReleaseFile], made: Made, signer: Signer) -> str:
    """The signed manifest of a release that is about to be entered."""
    table = edition.protected.to_json()
    stated = {
        "format": FORMAT,
        "tier": TOTALS,
        "number": edition.number,
        "version": edition.version,
        "supersedes": edition.supersedes,
        "publisher": edition.organisation,
        "title": edition.title,
        "language": edition.language,
        "released_on": edition.released_on.isoformat(),
        "question": json.loads(edition.question.to_json()),
        "policy": edition.protected.policy_version,
        "codebook": made.codebook_version,
        "snapshot": made.snapshot,
        "log": edition.log,
        "table_sha256": sha256(table.encode()),
        "suppressed": [list(key) for key in edition.protected.hidden],
        "files": {one.name: {"sha256": one.sha256, "bytes": len(one.content)} for one in files},
        "signer": signer.public,
    }
    line = json.dumps(stated, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{line}\n{_signature_line(signer.sign(line.encode()))}"


def sha256(content: bytes) -> str:
    """A digest as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def stated_in(text: str) -> dict[str, Any] | None:
    """What a manifest states, if the key that it names signed it; None for any other text.

    Whose key it is has to be known otherwise: the organisation tells its readers.
    """
    line, _newline, rest = text.partition("\n")
    try:
        stated, signature = json.loads(line), json.loads(rest)["signature"]
        signer = stated["signer"]
    except (ValueError, KeyError, TypeError):
        return None
    if rest != _signature_line(str(signature)):
        return None
    return stated if signed_release(str(signer), str(signature), line.encode()) else None


def _signature_line(signature: str) -> str:
    return json.dumps({"signature": signature}) + "\n"
