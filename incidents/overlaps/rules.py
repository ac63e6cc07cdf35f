"""What a decision about two cases changes in them, and in those linked to them before. Pure.

Accounts of one incident are linked and never merged: each keeps everything it says, and they share one random number by
which tables count them once. Persons who are one human being share one likewise. Whoever is linked to somebody linked
counts with both, so a group is all cases that "same" decisions connect, through erased cases as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from incidents.records.identifiers import new_cell_key
from incidents.records.schema import ChainLink, Overlap

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from incidents.records.schema import CaseDocument, Person

Kind = Literal["same", "related", "different"]
#: A link of two cases that says "may be the same" is what an overlap is.
NO_CHAIN: Final = "CHN_DUP"


class TwoAsOne(Exception):
    """Two persons of one account would count as one: somebody they were linked to before stands between them."""


@dataclass(frozen=True)
class Decision:
    """What somebody decided about two cases.

    Attributes:
        kind: What they are to each other.
        reason: Why; ``by`` and ``on`` say who decided and when.
        persons: Who of the first account is whom of the second, by id; for "same" alone.
        chain: How the first hangs together with the second, for "related" alone; empty: nobody said.
        inward: Whether that link starts from the second.
    """

    kind: Kind
    reason: str
    by: str
    on: dt.date
    persons: Mapping[str, str]
    chain: str = ""
    inward: bool = False


def decided(document: CaseDocument, other_id: str) -> Overlap | None:
    """The decision that stands about another case; None when there is none."""
    return next((one for one in document.overlaps if one.other_id == other_id), None)


def linked_persons(one: CaseDocument, other: CaseDocument) -> dict[str, str]:
    """Who of one account is whom of the other already, by id."""
    known = {_own(person): person.id for person in other.persons}
    return {person.id: known[_own(person)] for person in one.persons if _own(person) in known}


def decide(
    documents: Sequence[CaseDocument], one_id: str, other_id: str, decision: Decision | None
) -> list[CaseDocument]:
    """The documents as a decision leaves them; None takes back what was decided.

    Args:
        documents: Both cases, or the one that is ours, and every case that counts together with either.
        one_id: The first case.
        other_id: The second; one of another organisation is among the documents and is not to be saved.
        decision: What was decided.

    Returns:
        All documents, in their order; those that do not change are equal to what they were.

    Raises:
        TwoAsOne: see there.
    """
    cases = {document.incident.id: document for document in documents}
    pair = cases[one_id], cases[other_id]
    cases[one_id], cases[other_id] = (
        _with_rows(mine, theirs, pair[0], decision) for mine, theirs in (pair, pair[::-1])
    )
    same = decision is not None and decision.kind == "same"
    mapping = dict(decision.persons) if decision and same else {}
    groups = _groups(cases)
    if any({one_id, other_id} <= group for group in groups):
        cases[other_id] = _without_links(cases[one_id], cases[other_id], mapping)
    cases = _numbered(cases, groups)
    cases = _persons_within(cases, groups)
    for mine, theirs in mapping.items():
        cases = _joined(cases, cases[one_id].person(mine), cases[other_id].person(theirs))
    cases = _without_single_numbers(cases)
    if any(_two_as_one(document) for document in cases.values()):
        raise TwoAsOne
    return [cases[document.incident.id] for document in documents]


def taking(ours: CaseDocument, theirs: CaseDocument, decision: Decision) -> CaseDocument:
    """Our document when it is linked to a case of another organisation: it takes their numbers, theirs stays as it is.

    Those of ours that count together with it follow with decide(), which this does not do.
    """
    changed = _with_rows(ours, theirs, ours, decision)
    if decision.kind != "same":
        return changed
    numbers = {mine: _own(person) for mine, id_ in decision.persons.items() if (person := theirs.person(id_))}
    persons = [
        person.model_copy(update={"counts_as": numbers[person.id]}) if person.id in numbers else person
        for person in changed.persons
    ]
    number = theirs.incident.counts_as or theirs.incident.cell_key
    incident = changed.incident.model_copy(update={"counts_as": number})
    return changed.model_copy(update={"incident": incident, "persons": persons})


def leaving(ours: CaseDocument, theirs: CaseDocument) -> CaseDocument:
    """Our document without what was decided about a case of another organisation, and without its numbers."""
    changed = _without_links(theirs, _with_rows(ours, theirs, ours, None), {})
    number = theirs.incident.counts_as or theirs.incident.cell_key
    if changed.incident.counts_as != number:
        return changed
    return changed.model_copy(update={"incident": changed.incident.model_copy(update={"counts_as": None})})


def _own(person: Person) -> int:
    return person.counts_as or person.cell_key


def _with_rows(
    document: CaseDocument, other: CaseDocument, first: CaseDocument, decision: Decision | None
) -> CaseDocument:
    """A document with its row about the other case, and the link of a chain, in place of those that were there."""
    id_, other_id = document.incident.id, other.incident.id
    overlaps = [one for one in document.overlaps if one.other_id != other_id]
    chain = [one for one in document.chain if {one.from_id, one.to_id} != {id_, other_id}]
    if decision is not None:
        overlaps.append(
            Overlap(
                other_id=other_id,
                decision=decision.kind,
                reason=decision.reason,
                decided_by=decision.by,
                decided_on=decision.on,
            )
        )
        if decision.chain:
            start = (first.incident.id == id_) != decision.inward
            ends = (id_, other_id) if start else (other_id, id_)
            chain.append(ChainLink(from_id=ends[0], to_id=ends[1], type=decision.chain))
    return document.model_copy(update={"overlaps": overlaps, "chain": chain})


def _without_links(one: CaseDocument, other: CaseDocument, kept: Mapping[str, str]) -> CaseDocument:
    """The second document without the numbers of persons who were linked to one of the first and are not any more."""
    before = {theirs: mine for mine, theirs in linked_persons(one, other).items()}
    dropped = {theirs for theirs, mine in before.items() if kept.get(mine) != theirs}
    return _renumbered(other, dict.fromkeys(dropped))


def _groups(cases: Mapping[str, CaseDocument]) -> list[set[str]]:
    """Ids of cases that "same" decisions connect; cases that are gone, or another organisation's, connect as well."""
    groups: list[set[str]] = []
    for id_, document in cases.items():
        group = {id_, *(one.other_id for one in document.overlaps if one.decision == "same")}
        touching = [known for known in groups if not known.isdisjoint(group)]
        groups = [known for known in groups if known.isdisjoint(group)]
        groups.append(group.union(*touching))
    return groups


def _numbered(cases: dict[str, CaseDocument], groups: Iterable[set[str]]) -> dict[str, CaseDocument]:
    """Each group with one number of its own; a case alone without any."""
    taken: set[int] = set()
    found = dict(cases)
    for group in sorted(groups, key=len, reverse=True):
        members = [id_ for id_ in cases if id_ in group]
        known = [number for id_ in members if (number := cases[id_].incident.counts_as) and number not in taken]
        number = (next(iter(known), None) or new_cell_key()) if len(group) > 1 else None
        taken.update([number] if number else [])
        for id_ in members:
            if found[id_].incident.counts_as != number:
                incident = found[id_].incident.model_copy(update={"counts_as": number})
                found[id_] = found[id_].model_copy(update={"incident": incident})
    return found


def _persons_within(cases: dict[str, CaseDocument], groups: Iterable[set[str]]) -> dict[str, CaseDocument]:
    """Persons count together inside a group only: where one fell apart, its parts have numbers of their own."""
    taken: set[int] = set()
    found = dict(cases)
    for group in sorted(groups, key=len, reverse=True):
        members = [id_ for id_ in cases if id_ in group]
        numbers = _numbers(found[id_] for id_ in members)
        fresh = {number: new_cell_key() for number in numbers & taken}
        for id_ in members:
            change = {one.id: fresh[one.counts_as] for one in found[id_].persons if one.counts_as in fresh}
            found[id_] = _renumbered(found[id_], change)
        taken |= numbers
    return found


def _joined(cases: dict[str, CaseDocument], mine: Person | None, theirs: Person | None) -> dict[str, CaseDocument]:
    """Two persons, and all who count with either, under one number."""
    if mine is None or theirs is None or _own(mine) == _own(theirs):
        return cases
    number = mine.counts_as or theirs.counts_as or new_cell_key()
    before = {_own(mine), _own(theirs)}
    return {
        id_: _renumbered(document, {one.id: number for one in document.persons if _own(one) in before})
        for id_, document in cases.items()
    }


def _without_single_numbers(cases: dict[str, CaseDocument]) -> dict[str, CaseDocument]:
    """Persons who count with nobody any more have no number; who may count with a case elsewhere keeps theirs."""
    everyone = [one.counts_as for document in cases.values() for one in document.persons]
    found = {}
    for id_, document in cases.items():
        elsewhere = any(one.decision == "same" and one.other_id not in cases for one in document.overlaps)
        single = {one.id: None for one in document.persons if one.counts_as and everyone.count(one.counts_as) == 1}
        found[id_] = document if elsewhere else _renumbered(document, single)
    return found


def _renumbered(document: CaseDocument, numbers: Mapping[str, int | None]) -> CaseDocument:
    if not numbers:
        return document
    persons = [
        one.model_copy(update={"counts_as": numbers[one.id]}) if one.id in numbers else one for one in document.persons
    ]
    return document.model_copy(update={"persons": persons})


def _numbers(documents: Iterable[CaseDocument]) -> set[int]:
    return {one.counts_as for document in documents for one in document.persons if one.counts_as}


def _two_as_one(document: CaseDocument) -> bool:
    numbers: Collection[int] = [one.counts_as for one in document.persons if one.counts_as]
    return len(set(numbers)) < len(numbers)
