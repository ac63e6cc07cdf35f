"""Steps, what is due and the ledger in words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.codebook.services import codebook
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext, ngettext
from incidents.records.answers import label_of
from incidents.records.responses import coded
from incidents.responses import rules
from incidents.responses.rules import Why

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.i18n import LazyString
    from incidents.records.responses import Step
    from incidents.records.schema import CaseDocument, Intervention
    from incidents.responses.rules import Due, Place, Tally

WHY: Final[Mapping[Why, LazyString]] = {
    Why.OVERDUE: lazy_gettext("The deadline has passed without an answer"),
    Why.REMINDER: lazy_gettext("To be looked at again"),
    Why.PLANNED: lazy_gettext("Planned"),
}


class Shown(NamedTuple):
    """A step of a case with what is due of it, in words; ``late`` is empty when nothing is."""

    step: Intervention
    title: str
    whom: str
    due: Due | None
    late: str


def shown(document: CaseDocument, today: dt.date) -> list[Shown]:
    """The steps of a case, what is due first, then the latest."""
    steps = []
    for step in document.interventions:
        found = rules.due(coded(step), today)
        whom = label_of("un_bodies", step.addressed_to) or step.addressee_text
        late = how_late(found, today) if found else ""
        steps.append(Shown(step, label_of("interventions", step.type) or "", whom, found, late))
    return sorted(steps, key=_first_due)


def _first_due(one: Shown) -> tuple[bool, int]:
    """What is due longest first; then what nothing is due of, the latest first and what has no day last."""
    if one.due is not None:
        return False, (one.due.day or dt.date.max).toordinal()
    return True, -one.step.date.toordinal() if one.step.date else 0


def title(step: Step) -> str:
    """What was done, and to which body of the UN it went."""
    kind, body = label_of("interventions", step.type) or "", label_of("un_bodies", step.body)
    return _("%(kind)s – to %(body)s", kind=kind, body=body) if body else kind


def how_late(due: Due, today: dt.date) -> str:
    """How long ago something was due, or how many days are left."""
    days = due.late(today)
    if due.day is None:
        return _("no day was set")
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("in %(num)s day", "in %(num)s days", -days)
    return ngettext("%(num)s day ago", "%(num)s days ago", days)


def country(code: str | None) -> str:
    """A country's name, or that it is not known."""
    return label_of("regions", code) or _("Not known")


def body(place: Place) -> str:
    """The UN body, or the kind of step where no such body was addressed."""
    known = "un_bodies" if place.body in codebook().vocabulary("un_bodies") else "interventions"
    return label_of(known, place.body) or ""


def kinds(tally: Tally) -> str:
    """The kinds of answers, each with its number, the most frequent first."""
    counted = sorted(tally.kinds.items(), key=lambda pair: (-pair[1], pair[0]))
    return "; ".join(f"{label_of('interventions', code)}: {number}" for code, number in counted)


def numbers(tally: Tally) -> Sequence[int]:
    """Asked, answered, silent, pending."""
    return tally.asked, *(tally.states[state] for state in rules.State)
