"""A document without contact details, or without all of which only words and names are known. Pure.

Contact details go when nobody has used them for long. The identified content goes when a case is closed for long: what
is left says, in codes, what happened, and is counted as before.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from incidents.erasure.rules import KEPT, AnyRecord
from incidents.records.dates import Edtf, parse
from incidents.records.fields import Record, Sensitive, inner_record, mark_of

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument

#: The approved text gives nobody away, and has a consent of its own; the date is left as coarse as it is counted.
STAYS: Final = frozenset({*KEPT, "summary_text", "date_start"})


def without_contacts(document: CaseDocument) -> CaseDocument:
    """The document without any way to reach somebody."""
    if not has_contacts(document):
        return document
    return document.model_copy(
        update={"persons": [one.model_copy(update={"contact": None}) for one in document.persons]}
    )


def has_contacts(document: CaseDocument) -> bool:
    """Whether a way to reach somebody is recorded."""
    return any(any(person.contact.model_dump().values()) for person in document.persons if person.contact)


def without_content(document: CaseDocument) -> CaseDocument:
    """The document with its codes alone: no name, narrative, note, place, exact date, file, claim or comment.

    Acts, persons without their names, kinds of perpetrators and sources, grades, answers about consent, steps and their
    answers, and the approved summary stay. So it is counted as before, in its month or year.
    """
    left: CaseDocument = _coded(document)
    incident = left.incident.model_copy(update={"date_start": _coarse(document.incident.date_start)})
    sources = [one.model_copy(update={"document_id": None}) for one in left.sources]
    gone: dict[str, Any] = {"evidence": [], "comments": [], "claims": [], "kept_aside": []}
    return left.model_copy(update={"incident": incident, "sources": sources, **gone})


def has_content(document: CaseDocument) -> bool:
    """Whether anything would go."""
    return without_content(document) != document


def _coarse(date: Edtf | None) -> Edtf | None:
    """A date as totals use it: its month, or else its year or years."""
    if date is None or not date.known:
        return date
    if date.month is not None:
        return parse(f"{date.month // 100:04}-{date.month % 100:02}")
    if date.year is not None:
        return parse(f"{date.year:04}")
    first, last = (f"{day.year:04}" if day else ".." for day in (date.first_day, date.last_day))
    return parse(f"{first}/{last}")


def _coded(record: AnyRecord) -> AnyRecord:
    """A record with its sensitive fields at their defaults, and those of the records in it."""
    changed: dict[str, Any] = {}
    for name, info in type(record).model_fields.items():
        inner, many = inner_record(info)
        if inner is not None:
            changed[name] = _coded_inside(getattr(record, name), inner, many=many)
        elif isinstance(mark_of(info), Sensitive) and name not in STAYS:
            changed[name] = info.get_default(call_default_factory=True)
    return record.model_copy(update=changed)


def _coded_inside(value: Any, inner: type[Record], *, many: bool) -> Any:  # noqa: ANN401 - a record, or a list of some
    if _is_words(inner):
        return [] if many else None
    if many:
        return [_coded(one) for one in value]
    return None if value is None else _coded(value)


@cache
def _is_words(model: type[Record]) -> bool:
    """Whether nothing of a record is left without what is sensitive: a claim, a point of the map, a contact."""
    leaves = {name: info for name, info in model.model_fields.items() if inner_record(info)[0] is None}
    sensitive = {name for name, info in leaves.items() if isinstance(mark_of(info), Sensitive)}
    needed = any(leaves[name].is_required() for name in sensitive)
    return needed or (bool(leaves) and sensitive == leaves.keys())
