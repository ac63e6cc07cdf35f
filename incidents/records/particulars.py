"""What is known of an act beyond its sentence: how, being held, a death, an examination, money, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from babel.numbers import format_decimal

from incidents.codebook.services import codebook
from incidents.i18n import bdi, current_locale, ngettext
from incidents.i18n import gettext as _
from incidents.records import rules
from incidents.records.errors import N_
from incidents.records.sentences import joined
from incidents.records.when import when

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from incidents.records.fields import Record
    from incidents.records.schema import Act, CaseDocument, DeathDetail, DetentionDetail, MedicalDetail

#: How a yes and a no to the short questions of a sub-form read; what is not known is not said.
_HELD: Final[Mapping[str, tuple[str, str]]] = {
    "warrant": (N_("A warrant was shown."), N_("No warrant was shown.")),
    "whereabouts_acknowledged": (N_("The holding was admitted."), N_("The holding was not admitted.")),
    "lawyer": (N_("There was access to a lawyer."), N_("There was no access to a lawyer.")),
    "family_contact": (N_("The family could be reached."), N_("The family could not be reached.")),
}
_DIED: Final[Mapping[str, tuple[str, str]]] = {
    "autopsy": (N_("There was an autopsy."), N_("There was no autopsy.")),
    "certificate": (N_("There is a death certificate."), N_("There is no death certificate.")),
}


def particulars(act: Act) -> list[str]:
    """Everything that is known of an act beyond who did what to whom, a sentence each, without names."""
    return [
        *_listed(N_("How: %(words)s."), "methods", act.methods),
        *_said(N_("Reason given: %(words)s."), act.stated_reason),
        *(_held(act.detention_detail) if act.detention_detail else ()),
        *(_died(act.death_detail) if act.death_detail else ()),
        *(_examined(act.medical_detail) if act.medical_detail else ()),
        *_money(act),
        *_said(N_("Harm to the body: %(words)s."), act.physical_consequences),
        *_said(N_("Harm to the mind: %(words)s."), act.psych_consequences),
        *_listed(N_("What became of the person: %(words)s."), "outcomes", act.status_at_end),
    ]


def toll(document: CaseDocument) -> list[str]:
    """How many people were affected and killed, when it is more than the persons of the record say."""
    incident = document.incident
    found = []
    ends = (incident.persons_affected_min, incident.persons_affected_best, incident.persons_affected_max)
    if known := [one for one in ends if one is not None]:
        found.append(
            ngettext(
                "According to the account, %(n)s person was affected.",
                "According to the account, %(n)s people were affected.",
                known[-1],
                n=_span(known[0], known[-1]),
            )
        )
    killed = list(rules.killings(document).values())
    low, high = sum(one.low for one in killed), sum(one.high for one in killed)
    if high > 1:
        found.append(_("According to the account, %(n)s people were killed.", n=_span(low, high)))
    return found


def _span(low: int, high: int) -> str:
    if low == high:
        return bdi(low)
    return _("%(low)s to %(high)s", low=bdi(low), high=bdi(high))


def _listed(template: str, vocabulary: str, codes: Iterable[str]) -> Iterator[str]:
    listed = codebook().vocabulary(vocabulary)
    if words := [_(listed[code].label) for code in codes]:
        yield _(template, words=joined(words))


def _said(template: str, words: str) -> Iterator[str]:
    if words:
        yield _(template, words=bdi(words.rstrip(" .")))


def _tri_states(record: Record, sentences: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for name, (yes, no) in sentences.items():
        answer = getattr(record, name)
        if answer in ("yes", "no"):
            yield _(yes if answer == "yes" else no)


def _held(detail: DetentionDetail) -> Iterator[str]:
    if detail.date_held is not None and detail.date_held.known:
        yield _("Held %(when)s.", when=when(detail.date_held))
    yield from _said(N_("Held by: %(words)s."), detail.held_by)
    yield from _said(N_("Ground given for it: %(words)s."), detail.legal_ground)
    yield from _tri_states(detail, _HELD)
    yield from _said(N_("Before a court: %(words)s."), detail.court)


def _died(detail: DeathDetail) -> Iterator[str]:
    yield from _said(N_("Cause of death: %(words)s."), detail.cause)
    yield from _said(N_("How it came about: %(words)s."), detail.manner)
    yield from _tri_states(detail, _DIED)


def _examined(detail: MedicalDetail) -> Iterator[str]:
    if detail.exam_date is not None and detail.exam_date.known:
        yield _("Examined %(when)s.", when=when(detail.exam_date))
    yield from _said(N_("Found at the examination: %(words)s."), detail.findings)
    if detail.consistency:
        yield from _listed(N_("How it fits the account: %(words)s."), "grading", [detail.consistency])


def _money(act: Act) -> Iterator[str]:
    if act.amount_extorted is not None:
        number = format_decimal(act.amount_extorted.amount, locale=current_locale().babel)
        yield _("Money: %(sum)s.", sum=bdi(f"{number} {act.amount_extorted.currency}"))
