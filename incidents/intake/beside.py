"""What stands beside the questions of a page: help first, what follows from the answers, what to look at again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.i18n import bdi
from incidents.i18n import gettext as _
from incidents.intake import rules
from incidents.intake.choices import act_label, label_of
from incidents.records import rules as coding
from incidents.records import screening
from incidents.records.advice import primary_acts
from incidents.records.sentences import joined, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from incidents.intake.questions import Page
    from incidents.records.advice import Primary
    from incidents.records.schema import Act, CaseDocument

_HELP_ON: Final = ("safety", "what")


@dataclass(frozen=True)
class Beside:
    """Sentences beside a page.

    Attributes:
        help_first: What to do before any record.
        no_consent: Why consent is not taken now.
        told: What follows from what is known.
        advice: What to look at again.
    """

    help_first: list[str]
    no_consent: list[str]
    told: list[str]
    advice: list[str]


def beside(document: CaseDocument, page: Page, entry_id: str | None) -> Beside:
    """Everything that stands beside a page."""
    risk = document.incident.risk
    helps = screening.help_first(risk) if page.step in _HELP_ON else []
    barred = screening.no_consent_now(risk) if page.step == "consent" else []
    return Beside(
        help_first=[_(one.message) for one in helps],
        no_consent=[_(one) for one in barred],
        told=list(_told(document, page, entry_id)),
        advice=list(dict.fromkeys(_(one.message) for one in rules.advised(document) if _concerns(one, page, entry_id))),
    )


def _concerns(lack: rules.Lack, page: Page, entry_id: str | None) -> bool:
    """Whether advice is about a page; the second page of an act shows what concerns the first as well.

    Nothing stands in the way of safety: what is advised there waits for the last look.
    """
    steps = ("acts", "details") if page.step == "details" else (page.step,)
    return lack.step in steps and lack.entry_id == entry_id and page.step != "safety"


def _told(document: CaseDocument, page: Page, entry_id: str | None) -> Iterator[str]:
    if page.step == "what":
        yield from (_(one) for one in screening.cares(document.incident.risk))
    if page.step == "place" and screening.release_level(document.incident.risk):
        yield _("The answers under Safety first propose to show no more than the region. Widen it only with care.")
    act = next((act for act in document.acts if act.id == entry_id), None)
    if page.step == "details" and act is not None:
        yield from _of_act(document, act)


def _of_act(document: CaseDocument, act: Act) -> Iterator[str]:
    yield sentence(act, document)
    kind = coding.gbv_core_type_of(act)
    if kind is not None:
        yield _("Kind of gender-based violence: %(kind)s.", kind=label_of("gbv_core_type", kind, document))
    listed = codebook().vocabulary("rights")
    if touched := [_(listed[code].label) for code in coding.rights(act)]:
        yield _("Rights it touches: %(rights)s.", rights=joined(touched))
    yield from (primary_said(document, one) for one in primary_acts(document) if one.person_id == act.person_id)


def primary_said(document: CaseDocument, primary: Primary) -> str:
    """Which act stands for a person in headlines, and why."""
    act = next(act for act in document.acts if act.id == primary.act_id)
    label = bdi(act_label(document, act))
    if primary.by_hand:
        return _("In headline counts this stands for the person, chosen by hand: %(act)s.", act=label)
    return _(
        "In headline counts this stands for the person, because %(reason)s: %(act)s.", act=label, reason=_(primary.step)
    )
