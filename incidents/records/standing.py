"""Why a case is counted or not, in plain words: consent, verification, delay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.i18n import bdi, day
from incidents.i18n import gettext as _
from incidents.records import rules
from incidents.records.derivation import Held, held, releasable_from
from incidents.records.errors import N_
from incidents.records.sentences import name_of
from incidents.releases.rules import Reason, statistics_decision

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from incidents.records.schema import CaseDocument

#: In a list, beside many others.
HELD_IN_SHORT: Final[Mapping[Held, str]] = {
    Held.OUT_OF_SCOPE: N_("not counted: out of scope"),
    Held.INCOMPLETE: N_("not counted: not finished"),
    Held.VERIFICATION: N_("not counted: not checked"),
    Held.NO_COUNTRY: N_("not counted: no country"),
    Held.NO_VIOLATION: N_("not counted: no violation"),
    Held.CONSENT: N_("not counted: no consent"),
    Held.CONSENT_OF_SOME: N_("counted in part: consent"),
}
#: On the page of the case.
HELD_IN_FULL: Final[Mapping[Held, str]] = {
    Held.OUT_OF_SCOPE: N_("This case is not counted, because it is out of scope. Pass it on to somebody who can help."),
    Held.INCOMPLETE: N_(
        "This case is not counted yet, because nobody has called the record finished. Edit it and finish it."
    ),
    Held.VERIFICATION: N_(
        "This case is not counted, because of how well it is verified. What is missing stands below."
    ),
    Held.NO_COUNTRY: N_("This case is not counted yet, because the country is missing. Edit it and add it."),
    Held.NO_VIOLATION: N_(
        "This case is not counted yet, because no violation was recorded. Edit it and say what was done."
    ),
    Held.CONSENT: N_("This case is not counted, because nobody harmed in it has agreed to be counted."),
    Held.CONSENT_OF_SOME: N_(
        "This case is counted in part: what was done to those who agreed, and nothing about others."
    ),
}
REASONS: Final[Mapping[Reason, str]] = {
    Reason.CONSENT: N_("Yes: %(name)s has agreed, and the agreement holds."),
    Reason.OPEN_SOURCE: N_("Yes: what is known of %(name)s is public, and nobody asked to be left out."),
    Reason.WISH_AFTER_DEATH: N_("Yes: %(name)s said so while alive."),
    Reason.NO_PERSON: N_("Yes: this concerns nobody in particular, so there is nobody to ask."),
    Reason.NOT_ASKED: N_("No: nobody has asked %(name)s. Not asked means no."),
    Reason.REFUSED: N_("No: %(name)s has said no."),
    Reason.STORAGE_REFUSED: N_("No: %(name)s does not want the record to be kept."),
    Reason.WITHDRAWN: N_("No: %(name)s has taken the agreement back."),
    Reason.EXPIRED: N_("No: the agreement of %(name)s has run out. Ask again if that is safe."),
    Reason.ASK_AGAIN: N_("No: the agreement of %(name)s is old. Ask again before this is used."),
    Reason.NOT_EXPLAINED: N_(
        "No: not everything was explained to %(name)s. Explain purpose, recipients, risks and limits."
    ),
    Reason.OTHER_RECIPIENT: N_("No: %(name)s has agreed to another recipient, not to this one."),
    Reason.NOT_POSSIBLE_YET: N_("No: %(name)s could not be asked safely yet."),
    Reason.BASIS_MISSING: N_("No: the record does not say who answered for %(name)s. Add it."),
    Reason.NOT_OPEN_SOURCE: N_(
        "No: the answer for %(name)s is marked as public facts, but the case is not. Ask them, or correct it."
    ),
    Reason.OPEN_SOURCE_TOTALS_ONLY: N_("No: public facts about %(name)s may be counted, and nothing beyond that."),
    Reason.GUARDIAN_NEEDED: N_("No: %(name)s is under 18. A guardian or advocate has to agree as well."),
    Reason.TOO_FAR_FOR_A_CHILD: N_("No: %(name)s is under 18, and this goes too far for a child."),
    Reason.NEXT_OF_KIN_NEEDED: N_("No: %(name)s is dead or missing. Next of kin or a representative must answer."),
    Reason.NEXT_OF_KIN_ONLY_FOR_THE_DEAD: N_("No: next of kin answered, but %(name)s is alive. Ask %(name)s."),
    Reason.NOT_VERIFIED: N_("No: the case is not verified well enough. It has to be credible or better."),
    Reason.NOT_RELEASED: N_("No: the case is set to show nothing outside, or its link to drugs is unclear."),
    Reason.UNKNOWN_PERSON: N_("No: the record does not say whom this concerns."),
}
NEXT_STEPS: Final[Mapping[str, str]] = {
    "VS_0": N_("To count as reported, the record needs a source that depends on no other."),
    "VS_1": N_(
        "To count as credible, it needs the person or a witness as a source that is not unreliable, "
        "and what they say graded as credible."
    ),
    "VS_2": N_("To count as corroborated, it needs a second independent source, and one that is direct or official."),
    "VS_3": N_("To count as verified, it needs preserved evidence, a basis for each perpetrator, and two reviewers."),
    "VS_4": N_("To count as established, it needs an official finding, or an admission."),
    "VS_C": N_("Sources disagree on a main fact. Find out more, or record which account holds and why."),
}


@dataclass(frozen=True)
class Verification:
    """How well a case is verified, and what stands between it and the next step.

    Attributes:
        status: What holds, in words; ``meaning`` is its definition.
        floor: What the sources alone give, in words.
        lacking: Sentences; empty at the top of the ladder.
    """

    status: str
    meaning: str
    floor: str
    lacking: list[str]


@dataclass(frozen=True)
class Standing:
    """Everything a page says on whether and when a case counts.

    Attributes:
        reason: Why it is not counted, or not wholly; None when all of it is.
        summary: The same as a sentence.
        persons: For each person or group harmed, whether they may be counted and why.
        release: From when its facts may be in published totals; None when nothing is counted.
        verification: How well it is verified.
        missing: What the record lacks to be complete.
    """

    reason: Held | None
    summary: str
    persons: list[str]
    release: str | None
    verification: Verification
    missing: list[str]


def standing(document: CaseDocument, today: date) -> Standing:
    """Work out what a page says on whether and when a case counts."""
    reason = held(document, today)
    counted = N_("This case is counted: everybody harmed in it may be counted, and it is verified well enough.")
    return Standing(
        reason=reason,
        summary=_(HELD_IN_FULL[reason] if reason else counted),
        persons=[_person(document, person_id, today) for person_id in _harmed(document)],
        release=_release(document, today) if reason in (None, Held.CONSENT_OF_SOME) else None,
        verification=_verification(document),
        missing=list(dict.fromkeys(_(lack.message) for lack in rules.missing(document))),
    )


def in_short(reason: str | None) -> str:
    """The state of a case for a list; None is counted."""
    return _(HELD_IN_SHORT[Held(reason)]) if reason else _("counted")


def why(reason: Reason, name: str) -> str:
    """A decision of the consent gate as a sentence about whoever is called ``name``."""
    return _(REASONS[reason], name=name)


def _harmed(document: CaseDocument) -> list[str | None]:
    return list(dict.fromkeys(act.person_id for act in document.acts))


def _person(document: CaseDocument, person_id: str | None, today: date) -> str:
    name = name_of(document.person(person_id))
    return why(statistics_decision(document, person_id, today).reason, name)


def _release(document: CaseDocument, today: date) -> str:
    days = [
        releasable_from(document, act, today)
        for act in document.acts
        if statistics_decision(document, act.person_id, today)
    ]
    waiting = [one for one in days if one is not None and one > today]
    if not waiting:
        return _("It may be in published totals now, where enough others share the cell.")
    return _("It may be in published totals from %(date)s, to protect the living.", date=bdi(day(max(waiting))))


def _verification(document: CaseDocument) -> Verification:
    listed = codebook().vocabulary("verification_status")
    status, floor = rules.verification(document), rules.verification_floor(document)
    label = _(listed[status].label)
    lacking = [*rules.objections(document), *([NEXT_STEPS[status]] if status in NEXT_STEPS else [])]
    if rules.unfounded_state_links(document):
        lacking.append(N_("Say what links each State actor to the act; until then it stays at credible."))
    return Verification(
        status=_("%(status)s (single testimony)", status=label) if rules.single_testimony(document) else label,
        meaning=_(listed[status].definition),
        floor=_(listed[floor].label),
        lacking=[_(one) for one in lacking],
    )
