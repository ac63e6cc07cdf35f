"""The clock of urgent response: by when somebody has to act, from the priority and when it was set. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.records.schema import CaseDocument

#: Within what time somebody acts (codebook, priority): 24 hours, 3 days, 14 days.
WITHIN: Final[Mapping[str, timedelta]] = {
    "PRI_1": timedelta(hours=24),
    "PRI_2": timedelta(days=3),
    "PRI_3": timedelta(days=14),
}
#: Priorities that do not wait: a list puts these first, and names the others quietly.
PRESSING: Final = ("PRI_1", "PRI_2")
_MINUTE: Final = 60
#: Steps that answer the clock: support to the person, or none at their wish.
_HELP: Final = ("INT_SUP", "INT_NONE")


def due(document: CaseDocument) -> datetime | None:
    """Return the moment by which somebody has to act; None when no clock runs.

    It runs from the moment the priority was set, or from the day the account was received if that is pressing: the
    normal priority is what every record has that nobody has screened, and a clock on all of them would be noise. It
    stops with the first step of support since then, with the person's wish for none, and when the case is closed.
    """
    incident = document.incident
    within = WITHIN.get(incident.priority)
    began = incident.priority_since
    if began is None and incident.date_reported is not None and incident.priority in PRESSING:
        began = datetime.combine(incident.date_reported, time.min, UTC)
    if within is None or began is None or incident.monitoring_status == "closed":
        return None
    return None if _helped(document, began) else began + within


def due_minute(document: CaseDocument) -> int | None:
    """Return the same as whole minutes since 1970."""
    moment = due(document)
    return int(moment.timestamp()) // _MINUTE if moment else None


def _helped(document: CaseDocument, since: datetime) -> bool:
    listed = codebook().vocabulary("interventions")
    return any(
        any(listed.within(step.type, top) for top in _HELP) and (step.date is None or step.date >= since.date())
        for step in document.interventions
        if step.status != "IST_PLAN"
    )
