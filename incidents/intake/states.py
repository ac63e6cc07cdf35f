"""What a draft holds while somebody writes, and how it is packed before it is sealed. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from incidents.records.parts import join, split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.intake.answers import Typed
    from incidents.records.schema import CaseDocument


@dataclass(frozen=True, slots=True)
class Saved:
    """A case as some revision has it.

    Attributes:
        document: With or without its identity part, as the draft has it.
        revision: Its number.
    """

    document: CaseDocument
    revision: int


@dataclass(frozen=True, slots=True)
class DraftState:
    """A record that somebody is writing.

    Attributes:
        document: All answers that could be read so far.
        typed: What was typed on pages whose answers could not be read, by page.
        base: The case as it was when editing began; None for a new one.
        identity_opened: Whether the names and contacts of the case were opened for this draft.
        theirs: The case as somebody else saved it meanwhile, until the two are brought together.
    """

    document: CaseDocument
    typed: Mapping[str, Typed] = field(default_factory=dict)
    base: Saved | None = None
    identity_opened: bool = False
    theirs: Saved | None = None

    @property
    def saved_consents(self) -> frozenset[str]:
        """Ids of consent rows that a saved revision holds: these are never changed."""
        return frozenset(row.id for row in self.base.document.consents) if self.base else frozenset()

    def with_typed(self, key: str, typed: Typed) -> Self:
        """Keep what was typed on a page that has something to put right."""
        return replace(self, typed={**self.typed, key: typed})

    def with_answers(self, key: str, document: CaseDocument) -> Self:
        """Take over the answers of a page."""
        return replace(self, document=document, typed=_without(self.typed, [key]))

    def without_pages(self, entry_id: str, document: CaseDocument) -> Self:
        """Take over a document without an entry, and forget what was typed about it."""
        gone = [key for key in self.typed if key.endswith(f"/{entry_id}")]
        return replace(self, document=document, typed=_without(self.typed, gone))


def pack(state: DraftState) -> bytes:
    """Return a state as bytes to be sealed."""
    content = {
        "document": split(state.document),
        "typed": state.typed,
        "base": _packed(state.base),
        "identity_opened": state.identity_opened,
        "theirs": _packed(state.theirs),
    }
    return json.dumps(content, separators=(",", ":")).encode()


def unpack(content: bytes) -> DraftState:
    """Undo `pack`; documents of older versions of the schema are upgraded.

    Raises:
        UnreadableDocument: It is of a version this program does not know.
    """
    values: dict[str, Any] = json.loads(content)
    return DraftState(
        document=join(*values["document"]),
        typed=values["typed"],
        base=_unpacked(values["base"]),
        identity_opened=values["identity_opened"],
        theirs=_unpacked(values["theirs"]),
    )


def _packed(saved: Saved | None) -> list[Any] | None:
    return [*split(saved.document), saved.revision] if saved else None


def _unpacked(values: list[Any] | None) -> Saved | None:
    return Saved(join(values[0], values[1]), values[2]) if values else None


def _without(typed: Mapping[str, Typed], keys: list[str]) -> dict[str, Typed]:
    return {key: answers for key, answers in typed.items() if key not in keys}
