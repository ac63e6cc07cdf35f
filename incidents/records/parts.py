"""A document in two sealed parts: the account, which opens alone, and the identity, which points at people.

Both are plain JSON values. What is empty (no answer, no text, no entries) is left out of both: an empty field
is a field at its default in every version of the schema.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from incidents.records.fields import IDENTITY, Record, inner_record, mark_of
from incidents.records.schema import CaseDocument
from incidents.records.upgrade import upgrade

if TYPE_CHECKING:
    from collections.abc import Sequence

Part = dict[str, Any]
_EMPTY: Final[tuple[object, ...]] = ("", [])


def split(document: CaseDocument) -> tuple[Part, Part]:
    """Return the account and the identity of a document; entries of lists are told apart by their ids."""
    account = document.model_dump(mode="json", exclude_none=True)
    return account, _take_identity(CaseDocument, account)


def join(account: Part, identity: Part) -> CaseDocument:
    """Return the document of both parts, checked anew; with an empty identity the account opens alone.

    Raises:
        UnreadableDocument: The account is of a version this program does not know.
        ValidationError: The parts do not make a valid document.
    """
    return CaseDocument.model_validate(_merged(CaseDocument, upgrade(account), identity))


def overlay(stored: Part, given: Part) -> Part:
    """Return the identity `given`, with what it leaves empty taken from the one `stored`; neither is changed.

    Whoever edits an account without opening the identity leaves it as it was.
    """
    whole = stored | given
    for name, value in given.items():
        before = stored.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            whole[name] = overlay(before, value)
    return whole


class _Plan:
    """Which fields of a record go to the identity, which hold records, and which need not be written when empty."""

    def __init__(self, model: type[Record]) -> None:
        self.identity: list[str] = []
        self.single: list[tuple[str, type[Record]]] = []
        self.many: list[tuple[str, type[Record]]] = []
        self.left_out: set[str] = set()
        for name, info in model.model_fields.items():
            inner, is_list = inner_record(info)
            mark = mark_of(info)
            if inner is not None:
                (self.many if is_list else self.single).append((name, inner))
            elif mark is not None and mark.part == IDENTITY:
                self.identity.append(name)
            if not info.is_required() and info.get_default(call_default_factory=True) in _EMPTY:
                self.left_out.add(name)


_plan = cache(_Plan)


def _take_identity(model: type[Record], values: Part) -> Part:
    """Move the identity fields out of `values`, drop what is empty, and return what was moved."""
    plan = _plan(model)
    taken = {name: value for name in plan.identity if (value := values.pop(name, "")) not in _EMPTY}
    for name, inner in plan.single:
        if name in values and (moved := _take_identity(inner, values[name])):
            taken[name] = moved
            if not values[name]:
                del values[name]
    for name, inner in plan.many:
        if moved := _take_identities(inner, values[name]):
            taken[name] = moved
    for name in plan.left_out & values.keys():
        if values[name] in _EMPTY:
            del values[name]
    return taken


def _take_identities(inner: type[Record], entries: Sequence[Part]) -> Part:
    # an entry without a part in the identity, such as a step of custody, may have no id
    parts = ((entry, _take_identity(inner, entry)) for entry in entries)
    return {entry["id"]: part for entry, part in parts if part}


def _merged(model: type[Record], account: Part, identity: Part) -> Part:
    """Return `account` with the values of `identity` put back; what belongs to no entry is left out."""
    plan = _plan(model)
    merged = account | {name: identity[name] for name in plan.identity if name in identity}
    for name, inner in plan.single:
        if name in identity:
            merged[name] = _merged(inner, account.get(name, {}), identity[name])
    for name, inner in plan.many:
        if name in identity and name in account:
            known = identity[name]
            merged[name] = [_merged(inner, entry, known.get(entry["id"], {})) for entry in account[name]]
    return merged
