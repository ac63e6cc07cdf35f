"""Whether a release was signed with a key: what whoever reads it asks, who holds no key of anybody."""

from __future__ import annotations

import re
from typing import Final

from incidents.keyring.envelope import context
from incidents.keyring.identity import fits

#: One way to write each: other signs would be no part of what is signed.
KEY: Final = re.compile("[0-9a-f]{64}")
SIGNATURE: Final = re.compile("[0-9a-f]{128}")


def signed_release(public: str, signature: str, message: bytes) -> bool:
    """Whether a public key signed a manifest; no for what is no key and no signature."""
    if not (KEY.fullmatch(public) and SIGNATURE.fullmatch(signature)):
        return False
    return fits(bytes.fromhex(public), bytes.fromhex(signature), context("release", message))
