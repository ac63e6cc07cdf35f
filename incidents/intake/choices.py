"""What can be chosen as the answer to a question, in the language of the reader."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.codebook.services import codebook, subdivisions
from incidents.i18n import current_locale
from incidents.i18n import gettext as _
from incidents.intake.questions import Kind
from incidents.records.errors import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from incidents.codebook.models import Code
    from incidents.intake.questions import Question
    from incidents.records.schema import Act, CaseDocument


class Choice(NamedTuple):
    """One choice: what is stored, what is read, and what it means."""

    value: str
    label: str
    note: str = ""


_YES_NO_UNKNOWN: Final = (("yes", N_("Yes"), ""), ("no", N_("No"), ""), ("unknown", N_("Not known"), ""))
#: Short lists that the schema itself closes.
LITERALS: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "yes_no": _YES_NO_UNKNOWN,
    "yes_no_unknown": _YES_NO_UNKNOWN,
    "answer": (("yes", N_("Yes"), ""), ("no", N_("No"), ""), ("not_asked", N_("Not asked"), "")),
    "date_kind": (
        ("day", N_("A day"), ""),
        ("month", N_("A month"), ""),
        ("year", N_("A year"), ""),
        ("about", N_("About"), ""),
        ("between", N_("Between"), ""),
        ("unknown", N_("Not known"), ""),
    ),
    "time_of_day": (
        ("morning", N_("Morning"), ""),
        ("noon", N_("Midday"), ""),
        ("evening", N_("Evening"), ""),
        ("night", N_("Night"), ""),
        ("unknown", N_("Not known"), ""),
    ),
    "roles": (
        ("victim", N_("Was harmed"), ""),
        ("witness", N_("Saw or heard it"), ""),
        ("source", N_("Told us about it"), ""),
        ("perpetrator", N_("Did it, or had a part in it"), ""),
        ("intervenor", N_("Helped"), ""),
    ),
    "help": (
        ("care_72h", N_("Medical care within 72 hours"), N_("After sexual violence or an injury.")),
        ("medicine", N_("Medicine or treatment that must not stop"), ""),
        ("naloxone", N_("Naloxone at hand, and somebody who can give it"), ""),
        ("lawyer", N_("A lawyer or legal aid"), ""),
        ("safe_place", N_("A safe place"), ""),
        ("peer_support", N_("Somebody to be with: a peer"), ""),
        ("none_wanted", N_("The person wants no help now"), ""),
    ),
    "monitoring": (
        ("open", N_("Open"), ""),
        ("watch", N_("Watched"), ""),
        ("closed", N_("Closed"), ""),
    ),
    "amount_band": (
        ("under_10", N_("Under 10"), ""),
        ("10_49", N_("10 to 49"), ""),
        ("50_199", N_("50 to 199"), ""),
        ("200_999", N_("200 to 999"), ""),
        ("1000_or_more", N_("1,000 or more"), ""),
    ),
    "number_words": (
        ("several", N_("A few, several: 3"), ""),
        ("dozens", N_("A dozen, dozens: 12"), ""),
        ("hundreds", N_("Hundreds: 100"), ""),
    ),
    "name_form": (
        ("full", N_("Full name"), ""),
        ("initials", N_("Initials"), ""),
        ("pseudonym", N_("Another name"), ""),
        ("none", N_("No name"), ""),
    ),
    "act_purpose": (
        ("information", N_("To get information"), ""),
        ("confession", N_("To get a confession"), ""),
        ("punish", N_("To punish"), ""),
        ("intimidate", N_("To frighten"), ""),
        ("extort", N_("To get money or something else"), ""),
        ("discriminate", N_("Because of who the person is"), ""),
    ),
    "gbv_core_type": (
        ("rape", N_("Rape"), N_("Was there penetration, however slight, of any part of the body?")),
        ("sexual_assault", N_("Sexual assault"), N_("Was there unwanted sexual contact?")),
        ("physical_assault", N_("Physical assault"), N_("Was there physical violence?")),
        ("forced_marriage", N_("Forced marriage"), N_("Was it a marriage against the will?")),
        (
            "denial_of_resources",
            N_("Denial of resources or services"),
            N_("Were money, opportunities or services kept back?"),
        ),
        (
            "psychological_abuse",
            N_("Psychological abuse"),
            N_("Were there insults, threats, humiliation or confinement?"),
        ),
        ("non_gbv", N_("None of these"), N_("Then it was not gender-based violence.")),
    ),
}
_EMPTY: Final = N_("Choose")


def choices(question: Question, document: CaseDocument) -> list[Choice]:
    """Return the choices of a question; a drop-down list begins with an empty one."""
    found = list(_choices(question.source, document))
    return [Choice("", _(_EMPTY)), *found] if question.kind is Kind.SELECT else found


def label_of(source: str, value: str, document: CaseDocument) -> str:
    """Return how a stored value reads; the value itself when the list does not have it."""
    return next((choice.label for choice in _choices(source, document) if choice.value == value), value)


def still(question: Question, typed: Mapping[str, list[str]], offered: Collection[str]) -> dict[str, str]:
    """Return codes that an answer holds and the list does not offer, so that a page that shows them sends them back.

    An import, or an older version of the codebook, may have given what the form would not.
    """
    vocabulary = question.source.partition("/")[0]
    if question.kind not in (Kind.MANY, Kind.SELECT, Kind.ONE) or vocabulary not in _VOCABULARIES:
        return {}
    listed = codebook().vocabulary(_VOCABULARIES[vocabulary])
    known = {code.code for code in listed}
    return {
        value: _(listed[value].label)
        for value in typed.get(question.name, [])
        if value not in offered and value in known
    }


def act_label(document: CaseDocument, act: Act) -> str:
    """Return an act in one line: what was done, to whom."""
    violation = _(codebook().vocabulary("violation_types")[act.violation].label)
    person = document.person(act.person_id)
    if person is None:
        return violation
    return _("%(violation)s – to %(person)s", violation=violation, person=person.pseudonym)


def _choices(source: str, document: CaseDocument) -> Iterator[Choice]:
    if source in LITERALS:
        return (Choice(value, _(label), note and _(note)) for value, label, note in LITERALS[source])
    if source in _FROM_RECORD:
        return _FROM_RECORD[source](document)
    vocabulary, _slash, facet = source.partition("/")
    listed = codebook().vocabulary(vocabulary)
    codes = listed.facet(facet) if facet else tuple(code for code in listed if _choosable(source, code))
    return (Choice(code.code, _(code.label), code.definition and _(code.definition)) for code in codes)


def _choosable(source: str, code: Code) -> bool:
    """Whether a code can stand in a flat list: groups only order outcomes and rights, and articles are no rights."""
    if source == "rights":
        return code.parent == "R"
    return source != "outcomes" or code.parent is not None or code.code == "OUT_UNK"


def _countries(document: CaseDocument) -> Iterator[Choice]:
    del document
    return iter(_sorted_countries(current_locale().code))


@cache
def _sorted_countries(locale: str) -> tuple[Choice, ...]:
    """All countries by their names in a language: sorting 250 names at each page costs more than the rest of it."""
    del locale
    labelled = (Choice(country.code, _(country.label)) for country in codebook().countries())
    return tuple(sorted(labelled, key=lambda choice: choice.label))


def _areas(document: CaseDocument) -> Iterator[Choice]:
    country = document.incident.country
    return (Choice(area.code, area.name) for area in (subdivisions(country) if country else ()))


def _persons(document: CaseDocument) -> Iterator[Choice]:
    return (Choice(person.id, person.pseudonym) for person in document.persons)


def _acts(document: CaseDocument) -> Iterator[Choice]:
    return (Choice(act.id, act_label(document, act)) for act in document.acts)


def _sources(document: CaseDocument) -> Iterator[Choice]:
    for place, source in enumerate(document.sources, start=1):
        kind = label_of("sources/SRC", source.source_type, document) if source.source_type else _("Source")
        yield Choice(source.id, f"{place}. {kind}")


def _files(document: CaseDocument) -> Iterator[Choice]:
    for place, item in enumerate(document.evidence, start=1):
        yield Choice(item.id, f"{place}. {item.content_note or item.media_type or _('File')}")


def _networks(document: CaseDocument) -> Iterator[Choice]:
    del document
    return (Choice(one.code, _(one.label)) for one in codebook().vocabulary("regions").roots)


_FROM_RECORD: Final[Mapping[str, Callable[[CaseDocument], Iterator[Choice]]]] = {
    "countries": _countries,
    "areas": _areas,
    "persons": _persons,
    "acts": _acts,
    "other_sources": _sources,
    "files": _files,
    "networks": _networks,
}
#: The vocabulary behind a source of choices, where it is not of the same name.
_VOCABULARIES: Final[Mapping[str, str]] = {
    **{name: name for name in ("drug_nexus", "themes", "methods", "outcomes", "rights", "involvement", "sources")},
    **{name: name for name in ("perpetrator_types", "victim_attributes", "place_types", "place_precision", "grading")},
    **{name: name for name in ("date_precision", "release_level", "priority", "consent_levels")},
    "networks": "regions",
}
