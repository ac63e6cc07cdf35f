"""Steps of a case as they are saved, and all steps of an organisation as its index has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from incidents.codebook.services import codebook
from incidents.errors import NotFound
from incidents.records import index
from incidents.records import services as records
from incidents.records.responses import Step, unpacked
from incidents.records.services import Conflict, Opened
from incidents.responses import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument, Intervention
    from incidents.responses.rules import Due, Place, Tally


class Filed(NamedTuple):
    """A step with the case it belongs to: its random id, its reference, its country, and whom it counts with."""

    case: str
    ref: str
    country: str | None
    link: int | None
    step: Step


class Waiting(NamedTuple):
    """Something that is due."""

    filed: Filed
    due: Due


@dataclass(frozen=True)
class Asked:
    """What a ledger is narrowed to; empty fields ask for nothing.

    Attributes:
        since: First day on which a step was taken; a step without a day is left out once a day is asked for.
        until: Last day, included.
    """

    since: date | None = None
    until: date | None = None
    country: str = ""
    campaign: str = ""


@dataclass(frozen=True)
class Ledger:
    """The ledger of an organisation.

    Attributes:
        lines: By country and body.
        steps: What was taken, oldest first; only when a campaign was asked for.
    """

    lines: Mapping[Place, Tally]
    total: Tally
    steps: Sequence[Filed] = ()


# -- of one case ---------------------------------------------------------------------------------------


def step_of(document: CaseDocument, step_id: str) -> Intervention:
    """A step of a case.

    Raises:
        NotFound: there is none.
    """
    found = next((step for step in document.interventions if step.id == step_id), None)
    if found is None:
        raise NotFound
    return found


def put(keys: CaseKeys, opened: Opened, step: Intervention, expected: int) -> int:
    """Save a step of a case: in the place of the one that has its id, or as the last.

    Returns:
        The new revision.

    Raises:
        Conflict: somebody saved the case meanwhile.
    """
    document = _current(opened, expected)
    known = [one.id for one in document.interventions]
    steps = [step if one.id == step.id else one for one in document.interventions]
    return _save(keys, document, steps if step.id in known else [*steps, step], expected)


def remove(keys: CaseKeys, incident_id: str, step_id: str, expected: int) -> int:
    """Take a step out of a case; earlier revisions keep it.

    Returns:
        The new revision.

    Raises:
        Conflict: somebody saved the case meanwhile.
        NotFound: no such case in this organisation, or no such step.
    """
    document = _current(records.open_account(keys, incident_id), expected)
    step_of(document, step_id)
    return _save(keys, document, [one for one in document.interventions if one.id != step_id], expected)


def note_silence(keys: CaseKeys, incident_id: str, step_id: str) -> int:
    """Note that no answer came by the deadline.

    Returns:
        The new revision.

    Raises:
        Conflict, NotFound: as remove().
    """
    return _change(keys, incident_id, step_id, {"response": rules.SILENCE})


def remind(keys: CaseKeys, incident_id: str, step_id: str, day: date) -> int:
    """Remind of a step on another day.

    Returns:
        The new revision.

    Raises:
        Conflict, NotFound: as remove().
    """
    return _change(keys, incident_id, step_id, {"remind_on": day})


def _change(keys: CaseKeys, incident_id: str, step_id: str, update: Mapping[str, Any]) -> int:
    opened = records.open_account(keys, incident_id)
    changed = step_of(opened.document, step_id).model_copy(update=update)
    return put(keys, opened, changed, opened.revision)


def _current(opened: Opened, expected: int) -> CaseDocument:
    if opened.revision != expected:
        raise Conflict(opened.revision)
    return opened.document


def _save(keys: CaseKeys, document: CaseDocument, steps: Sequence[Intervention], expected: int) -> int:
    changed = document.model_copy(update={"interventions": list(steps)})
    return records.update(keys, type(document).model_validate(changed.model_dump(mode="json")), expected=expected)


# -- of an organisation --------------------------------------------------------------------------------


def filed(keys: CaseKeys) -> list[Filed]:
    """Every step of the organisation's cases. Reads the index, opens no case."""
    loaded = index.load(keys.organisation)
    kept: list[Filed] | None = loaded.derived.get("steps")
    if kept is None:
        columns = ("id", "ref", "country", "case_link", "responses")
        rows = loaded.frame.rows.select(columns).filter(pl.col("responses").is_not_null())
        kept = [
            Filed(case, ref, country, link, step)
            for case, ref, country, link, steps in rows.iter_rows()
            for step in unpacked(steps)
        ]
        loaded.derived["steps"] = kept
    return kept


def due(keys: CaseKeys, today: date) -> list[Waiting]:
    """What is due in the organisation, oldest first, plans without a day last."""
    waiting = [Waiting(one, found) for one in filed(keys) if (found := rules.due(one.step, today))]
    return sorted(waiting, key=lambda one: (one.due.day or date.max, one.filed.ref, one.filed.step.id))


def ledger(keys: CaseKeys, wanted: Asked, today: date) -> Ledger:
    """What was asked of authorities, and what came of it. A step in several linked cases counts once."""
    steps = [one for one in once(filed(keys)) if fits(one, wanted)]
    lines = rules.ledger(((one.country, one.step) for one in steps), today)
    listed = sorted(steps, key=lambda one: (one.step.date or date.max, one.ref)) if wanted.campaign else ()
    return Ledger(lines, rules.total(lines.values()), listed)


def once(steps: Iterable[Filed]) -> list[Filed]:
    """Steps without those that linked accounts of one incident tell again: of one type, to one body, on one day."""
    found: dict[object, Filed] = {}
    for one in steps:
        step = one.step
        same = one.link is not None and step.date is not None
        found.setdefault((one.link, step.type, step.body, step.date) if same else (one.case, step.id), one)
    return list(found.values())


def fits(one: Filed, wanted: Asked) -> bool:
    """Say whether a step is among those asked for."""
    day, campaigns = one.step.date, codebook().vocabulary("campaigns")
    if (wanted.since or wanted.until) and day is None:
        return False
    if day is not None and not (wanted.since or day) <= day <= (wanted.until or day):
        return False
    if wanted.country and one.country != wanted.country:
        return False
    return not wanted.campaign or (
        one.step.campaign is not None and campaigns.within(one.step.campaign, wanted.campaign)
    )


def in_days(days: int, today: date) -> date:
    """The day that is so many days from today."""
    return today + timedelta(days=days)
