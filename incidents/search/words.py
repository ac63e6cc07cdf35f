"""The fields of words of a sealed part, read from the part itself, without the checks of a whole document."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from pydantic import AfterValidator

from incidents.records.fields import Meta, Record, inner_record, mark_of
from incidents.records.schema import CaseDocument
from incidents.records.text import clean_line, clean_narrative, clean_note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.fields import FieldInfo

    from incidents.records.fields import Where
    from incidents.records.parts import Part

TEXTS: Final = frozenset({clean_line, clean_note, clean_narrative})
#: Words of the record itself by which people speak of a case and of somebody in it.
SPOKEN: Final = frozenset({"ref", "pseudonym"})
#: A mark that a program made.
OPAQUE: Final = frozenset({"origin"})


class Text(NamedTuple):
    """A field that holds words, and what it means."""

    meaning: str
    text: str


class _Plan(NamedTuple):
    """Which fields of a record hold words, which hold records."""

    texts: list[tuple[str, str]]
    lists: list[tuple[str, str]]
    single: list[tuple[str, type[Record]]]
    many: list[tuple[str, type[Record]]]


def texts(part: Part, where: Where) -> list[Text]:
    """Every field of words of an account or an identity; parts of any schema version, for fields are only added."""
    found: list[Text] = []
    _collect(CaseDocument, part, where, found)
    return found


def _collect(model: type[Record], values: Part, where: Where, found: list[Text]) -> None:
    plan = _plan(model, where)
    found += [Text(meaning, values[name]) for name, meaning in plan.texts if name in values]
    for name, meaning in plan.lists:
        found += [Text(meaning, one) for one in values.get(name, ())]
    for name, inner in plan.single:
        if name in values:
            _collect(inner, values[name], where, found)
    for name, inner in plan.many:
        if name in values:
            for entry in _entries(values[name]):
                _collect(inner, entry, where, found)


def _entries(value: Any) -> Iterable[Part]:  # noqa: ANN401 - a list in the account, by id in the identity
    return value.values() if isinstance(value, dict) else value


@cache
def _plan(model: type[Record], where: Where) -> _Plan:
    plan = _Plan([], [], [], [])
    for name, info in model.model_fields.items():
        inner, many = inner_record(info)
        mark = mark_of(info)
        if inner is not None:
            (plan.many if many else plan.single).append((name, inner))
        elif mark is not None and mark.part == where and name not in OPAQUE and _speaks(name, mark):
            if name in SPOKEN or _is_text(info.metadata):
                plan.texts.append((name, mark.meaning))
            elif _lists_texts(info):
                plan.lists.append((name, mark.meaning))
    return plan


def _speaks(name: str, mark: object) -> bool:
    """Whether a field is about the case, and not about who keeps it in order."""
    return name in SPOKEN or not isinstance(mark, Meta)


def _lists_texts(info: FieldInfo) -> bool:
    return any(_is_text(getattr(one, "__metadata__", ())) for one in get_args(info.annotation))


def _is_text(metadata: Iterable[object]) -> bool:
    return any(isinstance(one, AfterValidator) and one.func in TEXTS for one in metadata)
