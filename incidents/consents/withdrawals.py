"""Consents that were taken back without a log-in: rows that every reading subtracts, and that a save folds in.

Each row has a random id, and the answer that it becomes in the case bears the same. So a reading knows what the case
says already (a yes that came after it counts), and a save deletes exactly the rows that it has written into the case: a
withdrawal that arrives while somebody saves stays a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from incidents import clock
from incidents.consents.rules import Taken, with_withdrawals
from incidents.database import random_id
from incidents.extensions import db
from incidents.facts.models import Withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.records.schema import CaseDocument, Person

INSERT: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def hexadecimal(cell_key: int) -> str:
    """A cell key as the table has it."""
    return f"{cell_key:016x}"


def folded_in(document: CaseDocument) -> CaseDocument:
    """The document with consents that its persons took back meanwhile marked as taken back. One query."""
    keys = _keys(document.persons)
    if not keys:
        return document
    rows = db.session.execute(
        select(Withdrawal.person, Withdrawal.purpose, Withdrawal.id).where(Withdrawal.person.in_(keys))
    ).all()
    today = clock.today()
    return with_withdrawals(document, [Taken(keys[row.person], row.purpose, row.id) for row in rows], today)


def add(person: str, purposes: Iterable[str]) -> None:
    """Take consents back, in the running transaction. Taken back again, a consent is so from this time on.

    Args:
        person: The cell key, as hexadecimal() has it.
        purposes: Which.
    """
    rows = [{"person": person, "purpose": purpose, "id": random_id()} for purpose in sorted(set(purposes))]
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
    """Delete the rows that a document says itself, in the transaction that saves it."""
    keys = _keys(document.persons)
    if not keys:
        return
    rows = db.session.execute(select(Withdrawal.person, Withdrawal.id).where(Withdrawal.person.in_(keys))).all()
    said = {row.id for row in document.consents}
    told = [row.id for row in rows if row.id in said]
    if told:
        db.session.execute(delete(Withdrawal).where(Withdrawal.person.in_(keys), Withdrawal.id.in_(told)))


def _keys(persons: Iterable[Person]) -> dict[str, str]:
    return {hexadecimal(person.cell_key): person.id for person in persons}
