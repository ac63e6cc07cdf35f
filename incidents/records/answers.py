"""A document answer by answer, in words: for the page of a case, its identity part, and its history.

What a field is called comes from the schema's own marks, so that a new field is on the pages at once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from babel.dates import format_datetime
from babel.numbers import format_decimal

from incidents.codebook.services import codebook
from incidents.i18n import bdi, current_locale, day
from incidents.i18n import gettext as _
from incidents.records.dates import Edtf
from incidents.records.errors import N_
from incidents.records.fields import Record, inner_record, mark_of
from incidents.records.sentences import actor, joined, name_of
from incidents.records.when import when

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic.fields import FieldInfo

    from incidents.records.fields import Mark, Where
    from incidents.records.schema import CaseDocument

#: Ids, hashes and marks that say nothing to a reader.
TECHNICAL: Final = frozenset(
    {
        "answers",
        "archive_id",
        "cell_key",
        "counts_as",
        "dedupe_hmac",
        "document_id",
        "erased_persons",
        "from_id",
        "hash",
        "id",
        "identity_changed",
        "incident_ids",
        "origin",
        "organisation_id",
        "original_blob",
        "original_key",
        "other_id",
        "preview_blob",
        "preview_key",
        "prev_hash",
        "public_key",
        "publication_id",
        "recorder",
        "reports",
        "same_origin_as",
        "source_id",
        "saved_at",
        "saved_by",
        "schema_version",
        "summary_checked_by",
        "summary_id",
        "summary_written_by",
        "to_id",
        "view_id",
        "working_blob",
        "working_key",
    }
)
#: The short answers that are no codes of the codebook.
WORDS: Final[Mapping[str, str]] = {
    "yes": N_("yes"),
    "no": N_("no"),
    "unknown": N_("not known"),
    "not_asked": N_("not asked"),
    "incomplete": N_("not finished"),
    "complete": N_("finished"),
    "morning": N_("morning"),
    "noon": N_("around noon"),
    "evening": N_("evening"),
    "night": N_("night"),
    "open": N_("open"),
    "watch": N_("watched"),
    "closed": N_("closed"),
    "draft": N_("draft"),
    "checked": N_("checked by a second person"),
    "victim": N_("person harmed"),
    "witness": N_("witness"),
    "source": N_("source"),
    "perpetrator": N_("perpetrator"),
    "intervenor": N_("somebody who helped"),
    "full": N_("full name"),
    "initials": N_("initials"),
    "pseudonym": N_("pseudonym"),
    "none": N_("no name"),
    "rape": N_("rape"),
    "sexual_assault": N_("sexual assault"),
    "physical_assault": N_("physical assault"),
    "forced_marriage": N_("forced marriage"),
    "denial_of_resources": N_("denial of resources"),
    "psychological_abuse": N_("psychological abuse"),
    "non_gbv": N_("not gender-based"),
    "information": N_("to get information"),
    "confession": N_("to get a confession"),
    "punish": N_("to punish"),
    "intimidate": N_("to intimidate"),
    "extort": N_("to extort"),
    "discriminate": N_("to discriminate"),
    "under_10": N_("under 10 US dollars"),
    "10_49": N_("10 to 49 US dollars"),
    "50_199": N_("50 to 199 US dollars"),
    "200_999": N_("200 to 999 US dollars"),
    "1000_or_more": N_("1,000 US dollars or more"),
    "received": N_("received"),
    "hashed": N_("hashed"),
    "viewed": N_("viewed"),
    "copied": N_("copied"),
    "redacted": N_("redacted"),
    "exported": N_("exported"),
    "transferred": N_("transferred"),
    "sealed": N_("sealed"),
    "erased": N_("erased"),
    "care_72h": N_("care within 72 hours"),
    "naloxone": N_("naloxone"),
    "medicine": N_("medicine or treatment that must not stop"),
    "lawyer": N_("a lawyer"),
    "safe_place": N_("a safe place"),
    "peer_support": N_("support by peers"),
    "none_wanted": N_("none wanted"),
    "date": N_("date"),
    "place": N_("place"),
    "violation": N_("what was done"),
    "actor": N_("who did it"),
    "number_harmed": N_("number of people harmed"),
    "number_killed": N_("number of people killed"),
    "cause": N_("cause"),
    "outcome": N_("outcome"),
    "other": N_("something else"),
    "same": N_("the same incident"),
    "related": N_("a related incident"),
    "different": N_("another incident"),
    "comment": N_("comment"),
    "question": N_("question"),
    "answer": N_("answer"),
    "waiting": N_("waits for review"),
    "returned": N_("returned to its recorder"),
    "done": N_("reviewed"),
}


@dataclass(frozen=True)
class Answer:
    """One field that holds something.

    Attributes:
        key: Where it stands in the document, the same in every revision.
        section: Which person, act or source it is about, in words.
        label: What the field means.
        raw: The value, to compare.
        value: The value in words.
    """

    key: str
    section: str
    label: str
    raw: object
    value: str


@dataclass(frozen=True)
class Change:
    """One field that two revisions answer differently; None is no answer."""

    section: str
    label: str
    before: str | None
    after: str | None


def answers(document: CaseDocument, part: Where) -> list[Answer]:
    """Every field of a sealed part that holds something, in the order of the schema."""
    return list(_Reader(document, part).read(document, "", _("The record")))


def changes(before: CaseDocument, after: CaseDocument) -> list[Change]:
    """What the account of two revisions says differently; the identity part is not looked at."""
    old = {answer.key: answer for answer in answers(before, "account")}
    new = {answer.key: answer for answer in answers(after, "account")}
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        then, now = old.get(key), new.get(key)
        either = now or then
        if either is not None and (then is None or now is None or then.raw != now.raw):
            value_then, value_now = (one.value if one else None for one in (then, now))
            found.append(Change(either.section, either.label, value_then, value_now))
    return found


def label_of(vocabulary: str, code: str | None) -> str | None:
    """A code in the page's language; None stays None."""
    return _(codebook().vocabulary(vocabulary)[code].label) if code else None


def word(value: str) -> str:
    """A short answer of the schema in the page's language."""
    return _(WORDS[value]) if value in WORDS else value


class _Reader:
    """Walks a document and puts what it finds into words."""

    def __init__(self, document: CaseDocument, part: Where) -> None:
        self.part = part
        self.persons = {person.id: name_of(person) for person in document.persons}
        self.acts = {act.id: label_of("violation_types", act.violation) or "" for act in document.acts}

    def read(self, record: Record, key: str, section: str) -> Iterator[Answer]:
        """The answers of a record and of all records in it."""
        for name, info in type(record).model_fields.items():
            value = getattr(record, name)
            if name in TECHNICAL or _empty(value, info):
                continue
            inner, many = inner_record(info)
            if inner is None:
                yield from self._leaf(info, f"{key}{name}", section, value)
            elif many:
                for place, entry in enumerate(value, start=1):
                    title = self._title(name, entry, place) or section
                    yield from self.read(entry, f"{key}{name}.{getattr(entry, 'id', place)}.", title)
            else:
                title = _("What happened") if name == "incident" else section
                yield from self.read(value, f"{key}{name}.", title)

    def _leaf(self, info: FieldInfo, key: str, section: str, value: object) -> Iterator[Answer]:
        mark = mark_of(info)
        if mark is None or mark.part != self.part:
            return
        label = _(mark.meaning.rstrip("."))
        yield Answer(key, section, label, value, self._words(value, info, mark))

    def _words(self, value: object, info: FieldInfo, mark: Mark) -> str:
        if isinstance(value, list):
            return joined([self._words(one, info, mark) for one in value])
        if isinstance(value, str):
            return self._text(value, info, mark)
        return _plain(value)

    def _text(self, value: str, info: FieldInfo, mark: Mark) -> str:
        if mark.vocabulary is not None:
            return label_of(mark.vocabulary, value) or value
        if value in self.persons:
            return self.persons[value]
        if value in self.acts:
            return self.acts[value]
        return word(value) if _is_choice(info.annotation) else bdi(value)

    def _title(self, name: str, entry: Any, place: int) -> str | None:  # noqa: ANN401 - an entry of any list
        titles: dict[str, Callable[[], str]] = {
            "persons": lambda: _("Person: %(name)s", name=name_of(entry)),
            "acts": lambda: _("Act: %(name)s", name=label_of("violation_types", entry.violation)),
            "perpetrators": lambda: _("Who did it: %(name)s", name=actor(entry)),
            "sources": lambda: _("Source %(number)s", number=bdi(place)),
            "consents": lambda: _("Consent of %(name)s", name=self.persons.get(entry.person_id, "")),
            "interventions": lambda: _("Response: %(name)s", name=label_of("interventions", entry.type)),
            "chain": lambda: _("Link to another case"),
            "evidence": lambda: _("Evidence %(number)s", number=bdi(place)),
            "claims": lambda: _("What sources say, claim %(number)s", number=bdi(place)),
            "overlaps": lambda: _("Overlap with another case"),
            "shares": lambda: _("Shared with another organisation"),
            "comments": lambda: _("Comment %(number)s", number=bdi(place)),
            "kept_aside": lambda: _("Kept aside from an import, value %(number)s", number=bdi(place)),
        }
        return titles[name]() if name in titles else None


def _empty(value: object, info: FieldInfo) -> bool:
    if value is False:
        return info.default is False
    return value is None or value in ("", [])


def _is_choice(annotation: object) -> bool:
    return get_origin(annotation) is Literal or any(_is_choice(one) for one in get_args(annotation))


def _plain(value: object) -> str:
    locale = current_locale().babel
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Edtf):
        return when(value)
    if isinstance(value, dt.datetime):
        return bdi(format_datetime(value, "long", locale=locale))
    if isinstance(value, dt.date):
        return bdi(day(value))
    if isinstance(value, int | float | Decimal):
        return bdi(format_decimal(value, locale=locale))
    return bdi(value)
