"""Documents of earlier schema versions, brought to the present one when they are read.

Each step takes a document of one version to the next and is never changed again; a frozen document of every
version stands in the tests. Nothing is written back on reading: the next save does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from incidents.records.errors import MESSAGES
from incidents.records.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Version it starts from -> step. From 1 to 2 fields were added (casework), and none was changed.
STEPS: Final[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {1: dict}


class UnreadableDocument(ValueError):
    """A document of a version that this program cannot read; `type` names the sentence."""

    def __init__(self, kind: str) -> None:
        super().__init__(MESSAGES[kind])
        self.type = kind


def upgrade(raw: dict[str, Any]) -> dict[str, Any]:
    """Return `raw` in the present schema version; the argument stays as it is.

    Raises:
        UnreadableDocument: It was written by a newer program, or carries no version.
    """
    version = raw.get("schema_version")
    if type(version) is not int or version < 1:
        raise UnreadableDocument("document_damaged")
    if version > SCHEMA_VERSION:
        raise UnreadableDocument("document_newer")
    upgraded = dict(raw)
    for step in range(version, SCHEMA_VERSION):
        upgraded = STEPS[step](upgraded) | {"schema_version": step + 1}
    return upgraded
