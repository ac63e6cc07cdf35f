"""From a page's typed answers to a changed document and back; what still has to be asked, and where. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from incidents.codebook.services import codebook, is_subdivision
from incidents.intake import pages
from incidents.intake.answers import REPLACEMENT, Typed, WrongAnswer, same, typed_of, value_of, wrong
from incidents.intake.consent import talk_of, with_talk
from incidents.intake.numbers import take_word, with_band
from incidents.intake.questions import CHOICES, Kind, Page, Question, Section
from incidents.records import advice, screening
from incidents.records import rules as coding
from incidents.records.errors import MESSAGES, N_, FieldError, field_errors
from incidents.records.identifiers import new_id
from incidents.records.schema import CaseDocument, Perpetrator, Person, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date, datetime

    from incidents.records.fields import Record

Part = dict[str, Any]
_FRESH: Final[dict[str, type[Record]]] = {"persons": Person, "perpetrators": Perpetrator, "sources": Source}
#: The list of the document behind each step of lists.
LISTS: Final = {"people": "persons", "acts": "acts", "perpetrators": "perpetrators", "sources": "sources"}
#: Where an entry may point at another: the list, the field, the list pointed at.
_REFERENCES: Final = (
    ("acts", "person_id", "persons"),
    ("perpetrators", "person_id", "persons"),
    ("sources", "person_id", "persons"),
    ("sources", "document_id", "evidence"),
    ("sources", "same_origin_as", "sources"),
    ("claims", "source_id", "sources"),
)
_STEP_OF_FIELD: Final = {
    "narrative": "what",
    "drug_nexus": "what",
    "date_start": "when",
    "date_reported": "when",
    "country": "where",
    "place_type": "where",
    "harm_test_note": "consent",
    "verification": "sources",
    "priority": "safety",
}
#: What is asked of an act on its first page; the rest follows on the second.
_FIRST_OF_ACT: Final = ("person_id", "violation")
SAY_WHAT: Final = N_("Say what happened, in a few sentences.")
_STEP_OF_LIST: Final = {part: step for step, part in LISTS.items()}


@dataclass(frozen=True, slots=True)
class Consenting:
    """Ids of consent rows that a saved revision holds, and the account of whoever explains and asks now."""

    saved: Collection[str] = ()
    by: str = ""


NOBODY_ASKED: Final = Consenting()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a page: the changed document, or what is wrong with it."""

    document: CaseDocument | None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is still missing: a sentence, and the page on which to answer."""

    step: str
    entry_id: str | None
    message: str


def dump(document: CaseDocument) -> Part:
    """Return a document as plain JSON values."""
    return document.model_dump(mode="json")


def sections_for(document: CaseDocument, page: Page, entry_id: str | None) -> list[Section]:
    """Return the sections of a page that are asked: some only for some violations, or when answered already."""
    entry = _entry(dump(document), page, entry_id)
    asked = [section for section in page.sections if not section.only_for or _fits(section, entry)]
    return [section for section in (_answerable(one, document, entry_id) for one in asked) if section.questions]


def value_at(entry: Part, question: Question) -> Any:  # noqa: ANN401 - any field of the document
    """Return the value that an entry has at a question; None where it has none."""
    return _get(entry, question.path)


def fresh_page(page: Page) -> Typed:
    """Return what a page shows when nothing was answered: its defaults."""
    return _typed_entry(page, _entry(dump(CaseDocument()), page, None))


def _fits(section: Section, entry: Part) -> bool:
    violations, violation = codebook().vocabulary("violation_types"), entry.get("violation") or ""
    if violation in violations and any(violations.within(violation, code) for code in section.only_for):
        return True
    return any(value_at(entry, question) not in (None, "", [], False) for question in section.questions)


def _answerable(section: Section, document: CaseDocument, entry_id: str | None) -> Section:
    """Return a section without optional questions that point at an entry while there is none to point at."""
    there = {
        "persons": bool(document.persons),
        "files": bool(document.evidence),
        "other_sources": any(source.id != entry_id for source in document.sources),
    }
    kept = tuple(one for one in section.questions if not one.optional or there.get(one.source, True))
    return section if len(kept) == len(section.questions) else replace(section, questions=kept)


def typed_page(document: CaseDocument, page: Page, entry_id: str | None = None) -> Typed:
    """Return what somebody would have typed on a page to give what the document says."""
    return _typed_entry(page, _entry(dump(document), page, entry_id))


def answered(
    document: CaseDocument,
    page: Page,
    typed: Typed,
    today: date,
    *,
    entry_id: str | None = None,
    consenting: Consenting = NOBODY_ASKED,
) -> Outcome:
    """Return the document with the answers of a page, or everything that is wrong with them.

    An answer that was not changed keeps the value of the document, even one that the form could not have
    given.

    Args:
        document: What was known before.
        page: The questions.
        typed: The answers.
        today: The last day but one that a date may have.
        entry_id: The entry that the page is about; a new one is added.
        consenting: Which answers about consent are saved already, and who asks.
    """
    data = dump(document)
    entry = _entry(data, page, entry_id)
    money = dict(entry.get("amount_extorted") or {})
    errors = _take(entry, sections_for(document, page, entry_id), typed, _typed_entry(page, entry), today)
    if page.part == "acts":
        with_band(entry, money)
    _store(data, page, entry_id, entry, consenting)
    try:
        found = CaseDocument.model_validate(data)
    except ValidationError as mistake:
        errors += _placed(mistake, page, _position(data, page, entry_id))
    if not errors:
        return Outcome(found)
    order = [question.name for question in page.questions]
    return Outcome(None, tuple(sorted(errors, key=lambda error: order.index(error.path.partition("-")[0]))))


def quick_record(document: CaseDocument, typed: Typed, today: date) -> Outcome:
    """Return a new document with the answers of the quick record; what happened is the one thing it needs."""
    outcome = answered(document, pages.QUICK_INCIDENT, typed, today)
    errors = [*outcome.errors]
    if not typed.get("narrative"):
        errors.append(FieldError("narrative", "missing", SAY_WHAT))
    source = Outcome(outcome.document)
    if not typed_nothing(pages.QUICK_SOURCE, typed):
        source_id = new_id()
        source = answered(outcome.document or document, pages.QUICK_SOURCE, typed, today, entry_id=source_id)
    errors += source.errors
    return Outcome(None, tuple(errors)) if errors else source


def screened(before: CaseDocument, outcome: Outcome, now: datetime) -> Outcome:
    """Return an outcome with what new answers at the door propose: priority, clock, release level."""
    if outcome.document is None:
        return outcome
    incident = screening.after_screen(before.incident, outcome.document.incident, now)
    return Outcome(outcome.document.model_copy(update={"incident": incident}))


def typed_nothing(page: Page, typed: Typed) -> bool:
    """Say whether no question of a page was answered."""
    return not any(name in typed for question in page.questions for name in question.typed_names)


def removed(document: CaseDocument, step: str, entry_id: str) -> CaseDocument:
    """Return the document without an entry of a list; what pointed at it points at nothing."""
    data = dump(document)
    part = LISTS[step]
    data[part] = [entry for entry in data[part] if entry["id"] != entry_id]
    return CaseDocument.model_validate(mended(data))


def listed(document: CaseDocument, step: str, entry_id: str) -> bool:
    """Say whether an entry of that id stands in the list of a step."""
    part = LISTS.get(step)
    return part is not None and any(entry.id == entry_id for entry in getattr(document, part))


def mended(data: Part) -> Part:
    """Return a document's values without references to entries that are gone."""
    known = {part: {entry["id"] for entry in data[part]} for part in (*LISTS.values(), "evidence")}
    for part, field, target in _REFERENCES:
        for entry in data[part]:
            if entry.get(field) is not None and entry[field] not in known[target]:
                entry[field] = None
    for entry in data["perpetrators"]:
        entry["act_ids"] = [act_id for act_id in entry["act_ids"] if act_id in known["acts"]]
    data["consents"] = [row for row in data["consents"] if row["person_id"] in known["persons"]]
    return data


def lacking(document: CaseDocument) -> list[Lack]:
    """Return what the coding rules still ask for, each with the page that asks it; never a reason not to save."""
    return [_lack(document, missing.path, missing.message) for missing in coding.missing(document)]


def advised(document: CaseDocument) -> list[Lack]:
    """Return what the coding rules advise to look at again, each with the page that asks it."""
    return [_lack(document, one.path, one.message) for one in advice.advice(document)]


def key_of(step: str, entry_id: str | None = None) -> str:
    """Return the name under which a draft keeps what was typed on a page."""
    return f"{step}/{entry_id}" if entry_id else step


def page_of(step: str, entry_id: str | None = None) -> Page | None:
    """Return the page of a step, or of an entry of it; None when the step is a list or does not exist."""
    return (pages.ENTRY if entry_id else pages.SINGLE).get(step)


def _take(entry: Part, sections: list[Section], typed: Typed, before: Typed, today: date) -> list[FieldError]:
    """Put what was changed into an entry, and return what cannot be read."""
    errors = []
    for question in (question for section in sections for question in section.questions):
        if same(question, typed, before):
            continue
        try:
            if question.helper:
                take_word(entry, question, typed)
                continue
            _set(entry, question.path, _checked(question, typed, today, entry))
        except WrongAnswer as mistake:
            errors.append(mistake.error)
    return errors


def _checked(question: Question, typed: Typed, today: date, entry: Part) -> object:
    value = value_of(question, typed, today)
    if question.source == "areas" and value and not is_subdivision(str(value), entry.get("country") or ""):
        raise wrong(question.name, "area_outside_country")
    if question.source == "other_sources" and value == entry["id"]:
        raise wrong(question.name, "not_listed")
    if question.source == "answer" and value not in (None, "yes", "no", "not_asked"):
        raise wrong(question.name, "not_listed")
    if isinstance(value, list) and any(REPLACEMENT in item for item in value):
        raise wrong(question.name, "code_unknown")
    return value


def _typed_entry(page: Page, entry: Part) -> Typed:
    typed: Typed = {}
    for question in page.questions:
        typed |= typed_of(question, _get(entry, question.path))
    return typed


def _entry(data: Part, page: Page, entry_id: str | None) -> Part:
    if page.part == "incident":
        incident: Part = data["incident"]
        return incident
    if page.part == "consents":
        return talk_of(data["consents"], entry_id or "")
    found: Part | None = next((entry for entry in data[page.part] if entry["id"] == entry_id), None)
    return found if found is not None else _fresh(data, page.part, entry_id)


def _fresh(data: Part, part: str, entry_id: str | None) -> Part:
    if part == "acts":
        only = data["persons"][0]["id"] if len(data["persons"]) == 1 else None
        return {"id": entry_id, "violation": None, "person_id": only}
    values: Part = _FRESH[part](**({"id": entry_id} if entry_id else {})).model_dump(mode="json")
    if part == "persons":
        values["unit"] = "UNIT_IND"
    if part == "perpetrators":
        named = {act_id for entry in data[part] for act_id in entry["act_ids"]}
        values["act_ids"] = [act["id"] for act in data["acts"] if act["id"] not in named]
    return values


def _store(data: Part, page: Page, entry_id: str | None, entry: Part, consenting: Consenting) -> None:
    if page.part == "incident":
        area, country = entry["adm1"], entry["country"]
        if area and country and not area.startswith(f"{country}-"):
            entry["adm1"] = None  # the country was changed: its areas are asked next
    elif page.part == "consents":
        data["consents"] = with_talk(data["consents"], entry_id or "", entry, consenting.saved, consenting.by)
    elif entry not in data[page.part]:
        data[page.part].append(entry)


def _position(data: Part, page: Page, entry_id: str | None) -> int | None:
    if page.part in ("incident", "consents"):
        return None
    return next(place for place, entry in enumerate(data[page.part]) if entry["id"] == entry_id)


def _get(entry: Part, path: tuple[str, ...]) -> object:
    value: Any = entry
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _set(entry: Part, path: tuple[str, ...], value: object) -> None:
    *above, last = path
    holder = entry
    for name in above:
        inner = holder.get(name)
        if inner is None:
            if value in (None, ""):
                return
            inner = holder[name] = {}
        holder = inner
    holder[last] = value


def _placed(mistake: ValidationError, page: Page, position: int | None) -> Iterator[FieldError]:
    """Put what the document's rules say at the questions of the page."""
    prefix = page.part if position is None else f"{page.part}.{position}"
    for error in field_errors(mistake):
        path = error.path.removeprefix(f"{prefix}.").split(".")
        if page.part == "consents":
            path = path[1:]
        question = _asked(page, path)
        chosen = question.kind in CHOICES or question.kind is Kind.MANY
        if chosen and error.type in ("not_text", "missing", "invalid"):
            yield FieldError(question.name, "code_unknown", MESSAGES["code_unknown"])
        else:
            yield FieldError(question.typed_names[-1], error.type, error.message, error.params)


def _asked(page: Page, path: list[str]) -> Question:
    names = (question for question in page.questions if list(question.path) == path[: len(question.path)])
    near = (question for question in page.questions if question.path[0] == path[0])
    return next(names, None) or next(near, None) or page.questions[0]


def _lack(document: CaseDocument, path: str, message: str) -> Lack:
    part, *rest = path.split(".")
    if part == "incident":
        return Lack(_STEP_OF_FIELD.get(rest[0], "what"), None, message)
    if not rest:
        return Lack(_STEP_OF_LIST[part], None, message)
    if rest[1] == "perpetrators":
        return Lack("perpetrators", None, message)
    entry_id = getattr(document, part)[int(rest[0])].id
    if rest[1] == "consent":
        return Lack("consent", entry_id, message)
    details = part == "acts" and rest[1] not in _FIRST_OF_ACT
    return Lack("details" if details else _STEP_OF_LIST[part], entry_id, message)
