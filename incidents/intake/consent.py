"""The answers of one person about every purpose, as one talk; each answer is a row of the document. Pure.

Rows that were saved are never changed: a new answer is a new row, and the last row counts. A row that only
this draft has may still be replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from incidents.codebook.services import codebook
from incidents.records.identifiers import new_id
from incidents.releases.rules import KEEPING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Part = dict[str, Any]
NOT_ASKED: Final = "not_asked"
#: What is the same for all answers of one talk.
_TALK: Final[Mapping[str, Any]] = {
    "given_by": None,
    "mode": None,
    "explained": None,
    "given_on": None,
    "expires_on": None,
    "name_form": None,
    "witness_note": "",
    "explained_how": "",
    "explained_in": "",
}
_EXPLAINED: Final = ("purpose", "recipients", "risks", "withdrawal", "limits")


def purposes() -> list[str]:
    """Return every purpose that is asked about, in the order of the codebook."""
    return [code.code for code in codebook().vocabulary("consent_levels").facet("CP")]


def talk_of(rows: list[Part], person_id: str) -> Part:
    """Return what the page shows: the answer that counts for each purpose, and the circumstances of the last talk."""
    own = [row for row in rows if row["person_id"] == person_id]
    latest = _latest(rows, person_id)
    return {
        "answer": {purpose: _answer(latest.get(purpose)) for purpose in purposes()},
        "recipient": {purpose: row.get("recipient", "") for purpose, row in latest.items()},
        **_circumstances(own[-1] if own else {}),
    }


def with_talk(rows: list[Part], person_id: str, after: Part, saved: Collection[str], by: str = "") -> list[Part]:
    """Return the rows with the answers `after`.

    Args:
        rows: All rows of the document.
        person_id: Who answered.
        after: What the page says now, in the shape of `talk_of`.
        saved: Ids of rows that a saved revision holds; these stay.
        by: Account of whoever explains and asks; whoever only corrects how it was asked does not become it.
    """
    before = talk_of(rows, person_id)
    latest = _latest(rows, person_id)
    talk = _circumstances(after)
    kept, added = list(rows), []
    for purpose in purposes():
        if not _changed(purpose, before, after, latest.get(purpose)):
            continue
        kept = _unreplaced(kept, person_id, purpose, saved)
        answer = after["answer"].get(purpose) or NOT_ASKED
        if answer == NOT_ASKED and not _answered(kept, person_id, purpose):
            continue
        recipient = after["recipient"].get(purpose) or ""
        asker = _asker(answer, before["answer"][purpose], latest.get(purpose)) or by
        added.append(_row(person_id, purpose, answer, asker, talk) | {"recipient": recipient})
    if not added and talk != _circumstances({}) and not any(row["person_id"] == person_id for row in kept):
        # Nothing is answered yet, but what was said about the talk is not lost: "not asked" is a row too.
        added.append(_row(person_id, KEEPING, NOT_ASKED, by, talk))
    return [*kept, *added]


def _row(person_id: str, purpose: str, answer: str, by: str, talk: Part) -> Part:
    told = {"id": new_id(), "person_id": person_id, "purpose": purpose, "answer": answer, "explained_by": by}
    return told | talk


def _asker(answer: str, before: str, row: Part | None) -> str:
    """Return who had asked, when the answer is still the one they got."""
    return str(row.get("explained_by") or "") if row is not None and answer == before else ""


def _latest(rows: list[Part], person_id: str) -> dict[str, Part]:
    return {row["purpose"]: row for row in rows if row["person_id"] == person_id}


def _answer(row: Part | None) -> str:
    if row is None:
        return NOT_ASKED
    return "no" if row.get("withdrawn_on") else row.get("answer", NOT_ASKED)


def _circumstances(row: Part) -> Part:
    talk = {name: row.get(name) or empty for name, empty in _TALK.items()}
    return talk | {"explained": dict.fromkeys(_EXPLAINED, False) | (talk["explained"] or {})}


def _changed(purpose: str, before: Part, after: Part, row: Part | None) -> bool:
    if (after["answer"].get(purpose) or NOT_ASKED) != before["answer"][purpose]:
        return True
    if row is None:
        return False
    if (after["recipient"].get(purpose) or "") != (before["recipient"].get(purpose) or ""):
        return True
    # Correcting the circumstances corrects the answers of that talk, and of no earlier one.
    same_talk = _circumstances(row) == _circumstances(before)
    return same_talk and not row.get("withdrawn_on") and _circumstances(after) != _circumstances(before)


def _unreplaced(rows: list[Part], person_id: str, purpose: str, saved: Collection[str]) -> list[Part]:
    return [row for row in rows if row["person_id"] != person_id or row["purpose"] != purpose or row["id"] in saved]


def _answered(rows: list[Part], person_id: str, purpose: str) -> bool:
    return any(row["person_id"] == person_id and row["purpose"] == purpose for row in rows)
