"""A document without somebody, and without words that may speak of them. Pure.

What happened stays, as codes, because others' accounts rest on it: an act that was done to the person is now done to
somebody of whom nothing is known. What anybody *said* or
noted in words is a matter of reading: in the newest revision a member edits it first, in older ones it is blanked.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeVar

from incidents.records.fields import Coded, Record, Sensitive, inner_record, mark_of
from incidents.records.schema_acts import Act, Perpetrator
from incidents.records.schema_people import Person

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pydantic.fields import FieldInfo

    from incidents.records.schema import CaseDocument
    from incidents.records.schema_sources import Evidence, Source

AnyRecord = TypeVar("AnyRecord", bound=Record)

#: The fields of an act that say what was done, in codes, and nothing of the person it was done to.
OF_THE_ACT: Final = (
    "id",
    "violation",
    "is_primary",
    "gbv_core_type",
    "methods",
    "torture_elements",
    "purpose",
    "rights",
)
#: Emptied with the person: a summary of the case was about them too, and whoever received it read of them.
NO_SUMMARY: Final[dict[str, Any]] = {
    "summary_id": None,
    "summary_text": "",
    "summary_written_by": "",
    "summary_checked_by": "",
    "summary_state": None,
}
#: Fields of words that are kept: the mark of an imported row keeps a later import from bringing the person back.
KEPT: Final = frozenset({"origin"})
#: Of other persons only these are blanked in older revisions: what they are called and how to reach them is theirs.
OF_OTHERS: Final = frozenset({"health_status", "note"})
#: Shorter ones are in every text: signs of a word in Latin letters, and in a script whose signs say more.
SHORTEST_WORD: Final = 3
SHORTEST_ELSEWHERE: Final = 2


def without_person(document: CaseDocument, person_id: str) -> CaseDocument:
    """The document without a person, and without all that is linked to them.

    Gone are: the person; their answers about consent; the sources that are them, and what those say; evidence that
    came with those sources, and evidence that may show somebody and came with nobody else's; the summary; values of an
    import that fit no field, of which nobody can say about whom they are. Acts against them keep their codes and are
    done to a person without attributes. Entries of theirs among the perpetrators lose name and marks.
    """
    if document.person(person_id) is None:
        return document
    changed = {
        **_done_to_nobody(document, person_id),
        **_told_by_others(document, person_id),
        "consents": [one for one in document.consents if one.person_id != person_id],
        "kept_aside": [],
        "erased_persons": sorted({*document.erased_persons, person_id}),
    }
    return document.model_copy(update=changed | NO_SUMMARY)


def _done_to_nobody(document: CaseDocument, person_id: str) -> dict[str, Any]:
    nobody = _nobody(person_id)
    theirs = {act.id for act in document.acts if act.person_id == person_id}
    return {
        "persons": [one for one in document.persons if one.id != person_id] + ([nobody] if theirs else []),
        "acts": [_act(act, nobody.id) if act.id in theirs else act for act in document.acts],
        "perpetrators": [_perpetrator(one, person_id, theirs) for one in document.perpetrators],
    }


def _told_by_others(document: CaseDocument, person_id: str) -> dict[str, Any]:
    sources, evidence = _sources(document, person_id), _evidence(document, person_id)
    left, known = ({one.id for one in kept} for kept in (sources, evidence))
    return {
        "sources": [_source(one, left, known) for one in sources],
        "evidence": evidence,
        "claims": [one for one in document.claims if one.source_id is None or one.source_id in left],
    }


def without_erased(document: CaseDocument, erased: Collection[str] = ()) -> CaseDocument:
    """The document without persons who were erased before: an old draft does not bring them back."""
    gone = {*document.erased_persons, *erased}
    for person in document.persons:
        if person.id in gone:
            document = without_person(document, person.id)
    return document


def _nobody(person_id: str) -> Person:
    """Who stands in for an erased person: somebody else, and the same in every revision and in every draft."""
    digits = sha256(f"nobody {person_id}".encode()).hexdigest()
    return Person(id=digits[:32], cell_key=int(digits[32:48], 16) or 1, pseudonym="", roles=["victim"])


def _act(act: Act, nobody: str) -> Act:
    return Act(person_id=nobody, **{name: getattr(act, name) for name in OF_THE_ACT})


def _perpetrator(one: Perpetrator, person_id: str, theirs: set[str]) -> Perpetrator:
    changed: dict[str, Any] = {}
    if one.person_id == person_id:
        changed = {"person_id": None, "individual_name": "", "description": "", "unit_name": "", "relationship": None}
    elif theirs.intersection(one.act_ids):
        changed = {"relationship": None}
    return one.model_copy(update=changed)


def _sources(document: CaseDocument, person_id: str) -> list[Source]:
    return [one for one in document.sources if one.person_id != person_id]


def _source(one: Source, sources: set[str], evidence: set[str]) -> Source:
    """A source that stays, without links to what went."""
    same = one.same_origin_as if one.same_origin_as in sources else None
    came_with = one.document_id if one.document_id in evidence else None
    return one.model_copy(update={"same_origin_as": same, "document_id": came_with})


def _evidence(document: CaseDocument, person_id: str) -> list[Evidence]:
    with_them = {one.document_id for one in document.sources if one.person_id == person_id}
    with_others = {one.document_id for one in document.sources if one.person_id not in (None, person_id)}
    return [
        one
        for one in document.evidence
        if one.id not in with_them and (one.identifies_person == "no" or one.id in with_others)
    ]


def without_words(document: CaseDocument) -> CaseDocument:
    """The document with every field of words emptied, except what other persons are called and how to reach them.

    For older revisions, which nobody edits: any note of them may name the person who was erased.
    """
    incident = _wordless(document.incident).model_copy(update={"geo": None})
    parts = {
        name: [_wordless(one) for one in getattr(document, name)]
        for name in (
            "acts",
            "perpetrators",
            "sources",
            "consents",
            "interventions",
            "evidence",
            "claims",
            "overlaps",
            "shares",
            "comments",
        )
    }
    persons = [_wordless(one, OF_OTHERS) for one in document.persons]
    changed = {"incident": incident, "persons": persons, "kept_aside": [], **parts, **NO_SUMMARY}
    return document.model_copy(update=changed)


def _wordless(record: AnyRecord, only: Collection[str] | None = None) -> AnyRecord:
    """A record with its words emptied, and those of the records in it."""
    changed: dict[str, Any] = {}
    for name, info in type(record).model_fields.items():
        value = getattr(record, name)
        if isinstance(value, Record):
            changed[name] = _wordless(value, only)
        elif is_words(info) and name not in KEPT and (only is None or name in only):
            changed[name] = ""
    return record.model_copy(update=changed)


def is_words(info: FieldInfo) -> bool:
    """Whether a field holds words that somebody typed about the case, and may be empty."""
    mark = mark_of(info)
    return isinstance(mark, Sensitive | Coded) and mark.vocabulary is None and info.default == ""


def words_of(document: CaseDocument) -> list[tuple[str, str]]:
    """Every field of words that holds something: what it means, and the words."""
    return [(mark.meaning, text) for info, text in _texts(document) if (mark := mark_of(info))]


def named_in(document: CaseDocument, person_id: str) -> list[FieldInfo]:
    """The fields of words in which what a person is called still stands, once each.

    Looked for are name, other names, pseudonym and contact, whole and, for names, word by word, in all that stays
    of the document without them.
    """
    person = document.person(person_id)
    if person is None:
        return []
    wanted = set(_called(person))
    rest = without_person(document, person_id)
    found = {id(info): info for info, text in _texts(rest) if _is_spoken_of(text, wanted)}
    return list(found.values())


def _called(person: Person) -> Iterator[str]:
    """What to look for, in the form of casefold()."""
    contact = (person.contact.value,) if person.contact else ()
    names = [word for name in (person.name, person.other_names) for word in _words(name)]
    for one in (*names, person.pseudonym, person.name, person.id_documents, *contact):
        called = one.strip().casefold()
        if len(called) >= (SHORTEST_WORD if called.isascii() else SHORTEST_ELSEWHERE):
            yield called


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split()


def _is_spoken_of(text: str, called: Collection[str]) -> bool:
    """Whether a text says one of these: a plain word as a word, anything else wherever it stands.

    Several words, or a script without spaces, are not words between spaces.
    """
    folded, words = text.casefold(), set(_words(text))
    return any(one in (words if one.isascii() and one.isalnum() else folded) for one in called)


def _texts(record: Record) -> Iterator[tuple[FieldInfo, str]]:
    """Every field of words that holds something, with the field."""
    for name, info in type(record).model_fields.items():
        value = getattr(record, name)
        inner, many = inner_record(info)
        if inner is not None and value is not None:
            for one in value if many else [value]:
                yield from _texts(one)
        elif isinstance(value, str) and value and is_words(info):
            yield info, value
