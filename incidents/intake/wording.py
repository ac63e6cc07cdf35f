"""A record in words: each answer as it reads, each entry in a sentence, each step with how far it is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from markupsafe import Markup

from incidents.codebook.services import codebook
from incidents.i18n import day, ngettext
from incidents.i18n import gettext as _
from incidents.intake import pages, rules
from incidents.intake.choices import act_label, label_of
from incidents.intake.questions import TEXTS, Kind
from incidents.records.dates import parse
from incidents.records.errors import N_
from incidents.records.fields import mark_of
from incidents.records.particulars import particulars
from incidents.records.schema import (
    Act,
    CaseDocument,
    Evidence,
    Incident,
    Intervention,
    Perpetrator,
    Person,
    Source,
)
from incidents.records.sentences import sentence
from incidents.records.when import when
from incidents.releases.rules import latest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from incidents.intake.conflicts import Difference
    from incidents.intake.questions import Question
    from incidents.records.fields import Record

_MODELS: Final[Mapping[str, type[Record]]] = {
    "incident": Incident,
    "persons": Person,
    "acts": Act,
    "perpetrators": Perpetrator,
    "sources": Source,
    "evidence": Evidence,
    "interventions": Intervention,
}
_PART_NAMES: Final = {
    "persons": N_("Person or group"),
    "acts": N_("What was done"),
    "perpetrators": N_("Who did it"),
    "sources": N_("Source"),
    "interventions": N_("Response"),
    "evidence": N_("Evidence"),
    "chain": N_("Link to another case"),
    "kept_aside": N_("Value kept aside"),
}
_SHORT: Final = 300


class Row(NamedTuple):
    """A line of the summary: a question, its answer, and the page on which to change it."""

    label: str
    value: str
    step: str
    entry_id: str | None = None


class Status(NamedTuple):
    """How far a step is: a word, and the kind of tag that bears it."""

    label: str
    kind: str


def said(question: Question, value: Any, document: CaseDocument) -> str:  # noqa: ANN401 - any field of the document
    """Return how an answer reads."""
    if question.kind in (Kind.FLAG, Kind.YES_NO):
        return _("Yes") if value else _("No")
    if question.kind is Kind.DATE:
        return when(parse(value))
    if question.kind in (Kind.DAY, Kind.DAY_AHEAD):
        return day(date.fromisoformat(value))
    if isinstance(value, list):
        return "; ".join(label_of(question.source, item, document) for item in value)
    text = str(value)
    if question.source:
        return label_of(question.source, text, document)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


def summary(document: CaseDocument) -> Iterator[Row]:
    """Yield the whole record, line by line, for checking."""
    yield from _said_once(document)
    for step, part in rules.LISTS.items():
        for entry_id, name, text in entries(document, part):
            yield Row(name, text, "details" if step == "acts" else step, entry_id)
    yield from _consents(document)


def _said_once(document: CaseDocument) -> Iterator[Row]:
    incident, fresh = (rules.dump(one)["incident"] for one in (document, CaseDocument()))
    for step, page in pages.SINGLE.items():
        for question in page.questions:
            value = rules.value_at(incident, question)
            if step == "safety" and value == rules.value_at(fresh, question):
                continue
            if value is not False and value not in (None, "", []):
                yield Row(_(question.label), said(question, value, document), step)


def _consents(document: CaseDocument) -> Iterator[Row]:
    silent = []
    for person in document.persons:
        if not any(row.person_id == person.id for row in document.consents):
            silent.append(person.pseudonym)
            continue
        label = _("Consent of %(person)s", person=person.pseudonym)
        yield Row(label, consent_said(document, person), "consent", person.id)
    if silent and not document.incident.open_source:
        yield Row(_("Not asked for consent, which counts as no"), ", ".join(silent), "consent")


def lack_place(lack: rules.Lack, document: CaseDocument) -> str:
    """Return a few words for the page that answers what is missing."""
    person = document.person(lack.entry_id)
    act = next((act for act in document.acts if act.id == lack.entry_id), None)
    if person:
        return person.pseudonym
    return act_label(document, act) if act else _(pages.STEPS["acts" if lack.step == "details" else lack.step])


def entries(document: CaseDocument, part: str) -> Iterator[tuple[str, str, str]]:
    """Yield each entry of a list: its id, what it is called, and what it says."""
    if part == "persons":
        nameless = _("somebody the record does not name")
        yield from ((one.id, one.pseudonym or nameless, person_said(document, one)) for one in document.persons)
    elif part == "acts":
        yield from ((one.id, act_label(document, one), act_said(document, one)) for one in document.acts)
    elif part == "perpetrators":
        yield from ((one.id, _("By whom"), perpetrator_said(document, one)) for one in document.perpetrators)
    else:
        yield from ((one.id, _("How do we know"), source_said(document, one)) for one in document.sources)


def person_said(document: CaseDocument, person: Person) -> str:
    """Return a person in a few words, without a name."""
    words = [_labels("roles", person.roles, document)]
    words += [
        label_of(f"victim_attributes/{facet}", code, document)
        for facet, code in (("UNIT", person.unit), ("GEN", person.gender), ("AGE", person.age_band))
        if code
    ]
    if person.group_size is not None:
        words.append(ngettext("%(num)s person", "%(num)s people", person.group_size))
    if person.deceased:
        words.append(_("has died"))
    return ", ".join(word for word in words if word)


def act_said(document: CaseDocument, act: Act) -> str:
    """Return an act as a sentence, how it was done, and what came of it."""
    return Markup(" ").join([sentence(act, document), *particulars(act)])


def perpetrator_said(document: CaseDocument, entry: Perpetrator) -> str:
    """Return who did what, without a name."""
    kind = label_of("perpetrator_types", entry.perp_type, document) if entry.perp_type else _("Not known")
    acts = "; ".join(act_label(document, act) for act in document.acts if act.id in entry.act_ids)
    return f"{kind}: {acts}" if acts else kind


def source_said(document: CaseDocument, source: Source) -> str:
    """Return a source in a few words, without what points at anybody."""
    kind = label_of("sources/SRC", source.source_type, document) if source.source_type else _("Source")
    how = label_of("sources/LNK", source.connection, document)
    return _("%(kind)s. How it knows: %(how)s.", kind=kind, how=how)


def consent_said(document: CaseDocument, person: Person) -> str:
    """Return what a person agreed to, in plain words."""
    answers: dict[str, list[str]] = {"yes": [], "no": []}
    for code in codebook().vocabulary("consent_levels").facet("CP"):
        row = latest(document.consents, person.id, code.code)
        if row is not None and row.answer != "not_asked":
            answers["no" if row.withdrawn_on else row.answer].append(_(code.label))
    if not any(answers.values()):
        return _("Not asked. That counts as no: nothing about this person leaves your organisation.")
    said_yes = (
        _("Yes to: %(purposes)s.", purposes="; ".join(answers["yes"])) if answers["yes"] else _("Yes to nothing.")
    )
    said_no = _("No to: %(purposes)s.", purposes="; ".join(answers["no"])) if answers["no"] else ""
    return f"{said_yes} {said_no}".strip()


def status_of(step: str, document: CaseDocument, pending: Iterable[str]) -> Status:
    """Return how far a step is."""
    if any(key.partition("/")[0] == step for key in pending):
        return Status(_("To put right"), "warning")
    lacks = sum(lack.step == step for lack in rules.lacking(document))
    started = _started(step, document)
    if lacks and started:
        return Status(ngettext("%(num)s answer missing", "%(num)s answers missing", lacks), "held")
    if lacks or not started:
        return Status(_("Not begun"), "plain")
    return Status(_("Answered"), "good")


def _started(step: str, document: CaseDocument) -> bool:
    if step in rules.LISTS:
        return bool(getattr(document, rules.LISTS[step]))
    if step == "consent":
        return bool(document.consents) or document.incident.open_source
    fresh, now = rules.dump(CaseDocument())["incident"], rules.dump(document)["incident"]
    return any(
        rules.value_at(now, question) != rules.value_at(fresh, question) for question in pages.SINGLE[step].questions
    )


def _labels(source: str, values: Iterable[str], document: CaseDocument) -> str:
    return ", ".join(label_of(source, value, document) for value in values)


def difference_name(one: Difference, document: CaseDocument) -> str:
    """Return what a difference is about, in words."""
    match one.path:
        case ("consents", person_id, purpose):
            person = document.person(person_id)
            label = _(codebook().vocabulary("consent_levels")[purpose].label)
            return f"{_('Consent of %(person)s', person=person.pseudonym if person else '')}: {label}"
        case (part, entry_id, field):
            return f"{_entry_name(part, entry_id, document)}: {_field_name(part, field)}"
        case ("incident", field):
            return _field_name("incident", field)
        case (part, entry_id):
            return _entry_name(part, entry_id, document)
        case _:
            return _field_name("", one.path[-1])


def difference_value(one: Difference, value: Any, document: CaseDocument) -> str:  # noqa: ANN401 - any field
    """Return one side of a difference, in words."""
    if value in (None, "", []):
        return _("nothing")
    if one.path[0] == "consents":
        return label_of("answer", "no" if value[-1].get("withdrawn_on") else value[-1]["answer"], document)
    if len(one.path) == 2 and one.path[0] != "incident":  # noqa: PLR2004 - a whole entry
        return _entry_said(one.path[0], value, document)
    question = _question("incident" if one.path[0] == "incident" else one.path[0], one.path[-1])
    if question is None or question.kind in TEXTS:
        return _plainly(value)  # the whole text: what differs may stand anywhere in it
    return said(question, value, document)


def _plainly(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        return ", ".join(_plainly(item) for item in value.values() if item not in (None, "", []))
    if isinstance(value, list):
        return ", ".join(_plainly(item) for item in value)
    return str(value)


def _entry_said(part: str, value: Mapping[str, Any], document: CaseDocument) -> str:
    if part == "persons":
        return person_said(document, Person.model_validate(value))
    if part == "acts":
        return act_said(document, Act.model_validate(value))
    if part == "perpetrators":
        return perpetrator_said(document, Perpetrator.model_validate(value))
    if part == "sources":
        return source_said(document, Source.model_validate(value))
    return _("an entry")


def _entry_name(part: str, entry_id: str, document: CaseDocument) -> str:
    name = _(_PART_NAMES.get(part, part))
    person = document.person(entry_id)
    return f"{name} {person.pseudonym}" if person else name


def _question(part: str, field: str) -> Question | None:
    every = [*pages.SINGLE.values(), *pages.ENTRY.values()]
    asked = (question for page in every if page.part == part for question in page.questions)
    return next((question for question in asked if question.name == field), None)


def _field_name(part: str, field: str) -> str:
    question = _question(part, field)
    if question is not None:
        return _(question.label)
    info = _MODELS.get(part, CaseDocument).model_fields.get(field)
    mark = mark_of(info) if info else None
    return _(mark.meaning) if mark and mark.meaning else field
