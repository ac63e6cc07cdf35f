"""Where the pages of the form lie, and where each leads."""

from __future__ import annotations

from typing import Final

from flask import url_for

from incidents.intake import pages

#: The steps by their names in addresses, in order.
ORDER: Final = list(pages.STEPS)


def onwards(draft_id: str, step: str, entry_id: str | None, go: str) -> str:
    """Where the reader goes after a page: on, back, or to the list of steps."""
    if go == "list":
        return url_for("intake.draft", draft_id=draft_id)
    if entry_id is not None:
        if step == "acts" and go == "next":
            return step_address(draft_id, "details", entry_id)
        return (
            step_address(draft_id, "acts", entry_id)
            if step == "details" and go == "back"
            else step_address(draft_id, list_of(step))
        )
    place = ORDER.index(step) + (-1 if go == "back" else 1)
    return step_address(draft_id, ORDER[place]) if place >= 0 else url_for("intake.draft", draft_id=draft_id)


def list_of(step: str) -> str:
    """The step of the list that a page belongs to."""
    return "acts" if step == "details" else step


def step_address(draft_id: str, step: str, entry_id: str | None = None) -> str:
    """The address of a step, or of an entry of it."""
    if entry_id is None:
        return url_for("intake.step", draft_id=draft_id, step=step)
    return url_for("intake.entry", draft_id=draft_id, step=step, entry_id=entry_id)


def case_address(incident_id: str) -> str:
    """The address of a case."""
    return url_for("records.case", incident_id=incident_id)
