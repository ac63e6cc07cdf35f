"""Consents that were taken back without a log-in: rows that every reading subtracts, and that a save folds in.

Each row has a random id, and the answer that it becomes in the case bears the same. So a reading knows what the case
says already (a yes that came after it counts), and a save deletes exactly the rows that it has written into the case: a
withdrawal that arrives while somebody saves stays a row.

Where entries of several cases are linked as one human being, a second row bears the number that they share and the same
id, so that every one of them follows at once, whoever can open it. No save of one case can say that all have followed,
so that it stays until the person is noted to have agreed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from incidents import clock
from incidents.consents.rules import Taken, with_withdrawals
from incidents.database import random_id
from incidents.extensions import db
from incidents.facts.models import Withdrawal
from incidents.releases.rules import latest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.records.schema import CaseDocument, Person

INSERT: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def hexadecimal(cell_key: int) -> str:
    """A cell key as the table has it."""
    return f"{cell_key:016x}"


def folded_in(document: CaseDocument) -> CaseDocument:
    """The document with consents that its persons took back meanwhile marked as taken back. One query."""
    keys = _keys(document.persons) | _links(document.persons)
    if not keys:
        return document
    rows = db.session.execute(
        select(Withdrawal.person, Withdrawal.purpose, Withdrawal.id).where(Withdrawal.person.in_(keys))
    ).all()
    return with_withdrawals(document, {Taken(keys[row.person], row.purpose, row.id) for row in rows}, clock.today())


def add(person: str, purposes: Iterable[str], link: str = "") -> None:
    """Take consents back, in the running transaction. Taken back again, a consent is so from this time on.

    Args:
        person: The cell key, as hexadecimal() has it.
        purposes: Which.
        link: The number that entries for the same person in other cases share, likewise; empty: there are none.
    """
    ids = {purpose: random_id() for purpose in sorted(set(purposes))}
    _put({"person": number, "purpose": one, "id": ids[one]} for number in (person, link) if number for one in ids)


def reach_linked(document: CaseDocument, person: Person, purposes: Iterable[str]) -> None:
    """Let what a document says was taken back reach entries for the same person elsewhere, in the running transaction.

    Args:
        document: As it is saved.
        person: Whose consents.
        purposes: Which were taken back.
    """
    if person.counts_as is None:
        return
    number = hexadecimal(person.counts_as)
    answers = {purpose: latest(document.consents, person.id, purpose) for purpose in sorted(set(purposes))}
    _put({"person": number, "purpose": one, "id": row.id} for one, row in answers.items() if row)


def _put(given: Iterable[dict[str, str]]) -> None:
    rows = list(given)
    if not rows:
        return
    statement = INSERT[db.engine.dialect.name](Withdrawal)
    again = statement.on_conflict_do_update(index_elements=["person", "purpose"], set_={"id": statement.excluded.id})
    db.session.execute(again, rows)


def of_person(person: str) -> set[str]:
    """The purposes that a person took back and that no save has folded in yet, by cell key. One query."""
    return set(db.session.scalars(select(Withdrawal.purpose).where(Withdrawal.person == person)))


def waiting(document: CaseDocument) -> bool:
    """Whether something was taken back that no save has folded in yet. One query."""
    keys = _keys(document.persons)
    found = select(Withdrawal.id).where(Withdrawal.person.in_(keys)).limit(1)
    return bool(keys) and db.session.scalar(found) is not None


def forget(document: CaseDocument) -> None:
    """Delete the rows that a document says itself, in the transaction that saves it.

    Rows that other cases are to follow as well go once the person has agreed again since, which counts for all of them.
    """
    links = _links(document.persons)
    keys = _keys(document.persons) | links
    if not keys:
        return
    rows = db.session.execute(
        select(Withdrawal.person, Withdrawal.purpose, Withdrawal.id).where(Withdrawal.person.in_(keys))
    ).all()
    said = {row.id for row in document.consents}
    told = [
        (row.person, row.id)
        for row in rows
        if row.id in said and (row.person not in links or _agreed_again(document, links[row.person], row.purpose))
    ]
    if told:
        db.session.execute(delete(Withdrawal).where(tuple_(Withdrawal.person, Withdrawal.id).in_(told)))


def _agreed_again(document: CaseDocument, person_id: str, purpose: str) -> bool:
    row = latest(document.consents, person_id, purpose)
    return row is not None and row.answer == "yes" and row.withdrawn_on is None


def _keys(persons: Iterable[Person]) -> dict[str, str]:
    return {hexadecimal(person.cell_key): person.id for person in persons}


def _links(persons: Iterable[Person]) -> dict[str, str]:
    """Numbers that entries for one human being share; no two persons of a case have the same one."""
    return {hexadecimal(person.counts_as): person.id for person in persons if person.counts_as is not None}
