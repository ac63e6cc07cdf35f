"""Why there is no copy without metadata: what the cleaning says, and how a page puts it. Pure."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Why(enum.StrEnum):
    """A reason, as documents keep it: add, never rename."""

    KIND = "kind"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    LOCKED = "locked"
    INSIDE = "inside"
    FAILED = "failed"


class Refused(Exception):
    """A file cannot be cleaned.

    Attributes:
        why: The reason.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def _marked(text: str) -> str:
    """Mark for translation; records.errors has the same, but would bring the whole schema into the cleaning process."""
    return text


N_ = _marked
WORDS: Final[Mapping[Why, str]] = {
    Why.KIND: N_("Tala knows no way to take hidden data out of files of this kind."),
    Why.DAMAGED: N_("The file is damaged, or is not what its beginning says."),
    Why.TOO_LARGE: N_("The picture has more points than Tala decodes."),
    Why.LOCKED: N_("The document is locked with a password."),
    Why.INSIDE: N_("Something inside the document cannot be cleaned."),
    Why.FAILED: N_("Taking hidden data out took too much time or memory."),
}
