"""Overlapping accounts: which cases may be of one incident, and what was decided about them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.consents import withdrawals
from incidents.errors import NotFound, TalaError
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameKind
from incidents.overlaps import rules
from incidents.overlaps.features import LINKAGE_COLUMNS, linkage_rows
from incidents.records import index
from incidents.records import services as records
from incidents.records.services import Change, Conflict
from incidents.sharing import services as sharing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.facts.store import Loaded
    from incidents.overlaps.linkage import Candidate
    from incidents.overlaps.rules import Decision
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from incidents.records.services import Opened

PAGE_SIZE: Final = 25
#: So likely has a pair to be that who saves a case is told.
TOLD: Final = 0.3
#: From so many rows on, the work list is made anew every few minutes and not after each save.
LARGE: Final = 20_000
KEPT_SECONDS: Final = 240
#: Groups larger than this are no accounts of one incident: somebody links what is alike.
LARGEST_GROUP: Final = 50


class TooMany(TalaError):
    """So many cases count together already that linking more of them is surely a mistake."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True)
class WorkPage:
    """One page of pairs that wait for a decision, best first; references by case id."""

    candidates: Sequence[Candidate]
    refs: dict[str, str]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Pair:
    """Two cases as they are compared. ``share_id`` is set when the second is shared with us by another organisation."""

    one: Opened
    other: Opened
    share_id: str = ""


# -- candidates ----------------------------------------------------------------------------------------


def work_list(keys: CaseKeys, page: int) -> WorkPage:
    """Pairs of our cases that may be of one incident and about which nobody decided."""
    loaded = _load(keys)
    found = _undecided(loaded.frame.rows, _all(loaded))
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, page), pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    ids = {one for candidate in shown for one in candidate.ids}
    return WorkPage(shown, references(keys, ids), len(found), page, pages)


def candidates_of(keys: CaseKeys, incident_id: str) -> Sequence[Candidate]:
    """Cases that may be of the same incident as this one, ours and those shared with us, best first.

    A shared case is named by the id of its share.
    """
    from incidents.overlaps import linkage  # noqa: PLC0415 - numpy is loaded by who looks for candidates alone

    frame = _load(keys).frame.rows
    shared = _shared_rows(keys)
    return linkage.candidates_of(pl.concat([frame, shared]) if shared.height else frame, incident_id)


def likely_of(keys: CaseKeys, incident_id: str) -> int:
    """How many cases are enough like this one to say so after a save."""
    return sum(candidate.likely >= TOLD for candidate in candidates_of(keys, incident_id))


def references(keys: CaseKeys, ids: set[str]) -> dict[str, str]:
    """The references of some of our cases, by id; what is gone, or not ours, is missing."""
    rows = index.load(keys.organisation).frame.rows.filter(pl.col("id").is_in(ids))
    return dict(zip(rows["id"], rows["ref"], strict=True))


def case_of_reference(keys: CaseKeys, reference: str) -> str:
    """The id of our case with a reference.

    Raises:
        NotFound: there is none.
    """
    rows = index.load(keys.organisation).frame.rows.filter(pl.col("ref") == reference)
    if rows.is_empty():
        raise NotFound
    found: str = rows["id"][0]
    return found


def _load(keys: CaseKeys) -> Loaded:
    return store.load(keys.organisation, FrameKind.LINKAGE, polars_schema(LINKAGE_COLUMNS))


def _all(loaded: Loaded) -> Sequence[Candidate]:
    from incidents.overlaps import linkage  # noqa: PLC0415 - see candidates_of()

    known: tuple[float, Sequence[Candidate]] | None = loaded.lasting.get("overlaps")
    large = loaded.frame.rows.height >= LARGE
    if known is not None and large and time.monotonic() - known[0] < KEPT_SECONDS:
        return known[1]
    if "overlaps" not in loaded.derived:
        loaded.derived["overlaps"] = linkage.candidates(loaded.frame.rows)
        loaded.lasting["overlaps"] = (time.monotonic(), loaded.derived["overlaps"])
    found: Sequence[Candidate] = loaded.derived["overlaps"]
    return found


def _undecided(frame: pl.DataFrame, found: Sequence[Candidate]) -> list[Candidate]:
    """Without what was decided, linked or erased since the list was made."""
    rows = frame.select("id", "case_link", "decided").unique("id")
    about = {one["id"]: one for one in rows.iter_rows(named=True)}
    return [one for one in found if _open(about, *one.ids)]


def _open(about: dict[str, dict[str, Any]], one: str, other: str) -> bool:
    if one not in about or other not in about:
        return False
    mine, theirs = about[one], about[other]
    linked = mine["case_link"] is not None and mine["case_link"] == theirs["case_link"]
    return not linked and other not in (mine["decided"] or "") and one not in (theirs["decided"] or "")


def _shared_rows(keys: CaseKeys) -> pl.DataFrame:
    """Rows of cases that others share with us, under the ids of their shares; their names stay closed."""
    schema = polars_schema(LINKAGE_COLUMNS)
    rows = [
        (row[0], opened.received.id, *row[2:])
        for opened in sharing.opened_with_us(keys)
        for row in linkage_rows(opened.document)
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


# -- one pair --------------------------------------------------------------------------------------------


def pair(keys: CaseKeys, one_id: str, other_id: str) -> Pair:
    """Two of our cases, or ours and one that is shared with us (by the id of the share). Identities stay closed.

    Raises:
        NotFound: one of them is not there, or both are the same.
    """
    if one_id == other_id:
        raise NotFound
    one = records.open_account(keys, one_id)
    try:
        return Pair(one, records.open_account(keys, other_id))
    except NotFound:
        opened = sharing.view_shared(keys, other_id)
        shared = records.Opened(opened.document, opened.received.shared.revision)
        return Pair(one, shared, other_id)


def known_to(keys: CaseKeys, incident_id: str) -> set[str]:
    """The cases that a case of ours has a decision or a link about, whether they are there still or not.

    Raises:
        NotFound: no such case of ours.
    """
    document = records.open_account(keys, incident_id).document
    ends = {end for link in document.chain for end in (link.from_id, link.to_id)}
    return ends - {incident_id} | {overlap.other_id for overlap in document.overlaps}


def decide(keys: CaseKeys, found: Pair, decision: Decision | None) -> None:
    """Write a decision into both cases, and what it changes in those linked to them; None takes it back.

    A case of another organisation is not written: ours takes its numbers, so that sums over both count it once.

    Raises:
        TwoAsOne: see rules.TwoAsOne.
        TooMany: see there.
        Conflict: somebody saved one of the cases meanwhile.
    """
    mine = found.one.document
    changes = [(mine, _with_shared(found, decision))] if found.share_id else _changes(keys, found, decision)
    act = Act.OVERLAP_UNDONE if decision is None else Act.OVERLAP_DECIDED

    def noted() -> None:
        for before, change in changes:
            withdrawals.carry(before, change.document, keys.organisation_id)
        audit.record(keys.organisation_id, act, by=keys.account_id, about=found.one.document.incident.id)

    if changes:
        records.update_all(keys, [change for _before, change in changes], also=noted)


def _changes(keys: CaseKeys, found: Pair, decision: Decision | None) -> list[tuple[CaseDocument, Change]]:
    """What is to be saved, each beside what was there."""
    one, other = found.one.document, found.other.document
    opened = {one.incident.id: found.one, other.incident.id: found.other}
    for id_ in _group(keys, {one.incident.counts_as, other.incident.counts_as} - {None}, set(opened)):
        opened[id_] = records.open_account(keys, id_)
    if len(opened) > LARGEST_GROUP:
        raise TooMany
    documents = [known.document for known in opened.values()]
    after = rules.decide(documents, one.incident.id, other.incident.id, decision)
    return [
        (known.document, Change(new, expected=known.revision))
        for known, new in zip(opened.values(), after, strict=True)
        if new != known.document
    ]


def _group(keys: CaseKeys, numbers: set[int | None], known: set[str]) -> list[str]:
    """Cases that count together under these numbers, but those that are known."""
    if not numbers:
        return []
    rows = index.load(keys.organisation).frame.rows.filter(pl.col("case_link").is_in(list(numbers)))
    return [id_ for id_ in rows["id"].unique(maintain_order=True) if id_ not in known]


def _with_shared(found: Pair, decision: Decision | None) -> Change:
    ours, theirs = found.one.document, found.other.document
    if decision is None:
        changed = rules.leaving(ours, theirs)
    else:
        changed = rules.taking(rules.leaving(ours, theirs), theirs, decision)
    return Change(changed, expected=found.one.revision)


def seen(found: Pair, one: int, other: int) -> None:
    """Check that a decision is about what is there now.

    Raises:
        Conflict: somebody saved one of the cases since the page was shown.
    """
    for opened, number in ((found.one, one), (found.other, other)):
        if opened.revision != number:
            raise Conflict(opened.revision)


def identities(keys: CaseKeys, found: Pair, reason: str) -> list[CaseDocument]:
    """Both cases with their identity parts; that they were opened, and why, is logged for each before.

    Raises:
        NotFound: the other organisation shares no names.
    """
    one = records.open_identity(keys, found.one.document.incident.id, reason).document
    if found.share_id:
        return [one, sharing.open_identity(keys, found.share_id, reason).document]
    return [one, records.open_identity(keys, found.other.document.incident.id, reason).document]
