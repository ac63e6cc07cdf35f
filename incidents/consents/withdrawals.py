"""Consents that were taken back: rows that every reading subtracts, and that a save folds in.

Each row has a random id, and the answer that it becomes in the case bears the same. So a reading knows what the case
says already (a yes that came after it counts), and a save deletes exactly the rows that it has written into the case: a
withdrawal that arrives while somebody saves stays a row.

Who takes something back is one human being, however many accounts speak of them. So up to three rows say it, each under
a number of its own kind, none of which is mistaken for another:

* ``hexadecimal(cell key)``: by receipt. The case itself folds it in at its next save, and then it goes.
* ``ours(organisation, number)``: cases of the same organisation whose persons share a number fold it in.
* ``linked(number)``: counts and shares subtract it wherever somebody bears the number, other organisations' included.
  None of them writes it into a case: another organisation says nothing in this one's name.

The number is that of the linked group; in a case that is shared, the cell key of who is linked with nobody: a partner
may have linked them. The last two stay, whatever is saved or erased, until the person is noted to have agreed again, to
nobody in particular. Somebody who is neither linked nor in a shared case leaves no row once the case has followed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from incidents import clock
from incidents.consents.rules import Taken, with_withdrawals
from incidents.database import random_id
from incidents.extensions import db
from incidents.facts.models import LINKED, Withdrawal
from incidents.releases.rules import decide, latest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Row

    from incidents.records.schema import CaseDocument, Person

INSERT: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


#: What is taken back for good until the person agrees again; an agreement to one recipient ends nothing of the rest.
UNTIL_AGREED: Final = ("CP_STAT", "CP_STORE", "CP_STORY", "CP_PUB")


def hexadecimal(cell_key: int) -> str:
    """A cell key as the table has it."""
    return f"{cell_key:016x}"


def linked(number: int) -> str:
    """What says that somebody who bears this number took something back, for whoever reads."""
    return hexadecimal(number ^ LINKED)


def ours(organisation_id: str, number: int) -> str:
    """The same for the cases of one organisation, which write it into themselves."""
    return hashlib.sha256(f"{organisation_id}:{hexadecimal(number)}".encode()).hexdigest()[:16]


def folded_in(document: CaseDocument, organisation_id: str) -> CaseDocument:
    """A document of an organisation with consents that its persons took back meanwhile marked as such. One query."""
    return _with_rows(document, _own(document.persons) | _shared(organisation_id, document.persons))


def as_read(document: CaseDocument) -> CaseDocument:
    """The same for who may read another organisation's case: all that was taken back anywhere. One query."""
    return _with_rows(document, _own(document.persons) | {linked(_number(one)): one.id for one in document.persons})


def _with_rows(document: CaseDocument, keys: dict[str, str]) -> CaseDocument:
    if not keys:
        return document
    taken = {Taken(keys[row.person], row.purpose, row.id) for row in _rows(keys)}
    return with_withdrawals(document, taken, clock.today())


def add(person: str, purposes: Iterable[str], organisation_id: str = "", link: str = "") -> None:
    """Take consents back, in the running transaction. Taken back again, a consent is so from this time on.

    Args:
        person: The cell key, as hexadecimal() has it.
        purposes: Which.
        organisation_id: Whose case it is, if others may know the person: it is shared, or they are linked.
        link: The number that entries for the same person in other cases share, likewise; empty: there are none.
    """
    ids = {purpose: random_id() for purpose in sorted(set(purposes))}
    number = int(link or person, 16)
    _put((person, *((linked(number), ours(organisation_id, number)) if organisation_id else ())), ids)


def reach_linked(document: CaseDocument, organisation_id: str, person: Person, purposes: Iterable[str]) -> None:
    """Let what a document says was taken back reach entries for the same person elsewhere, in the running transaction.

    Args:
        document: As it is saved.
        organisation_id: Whose case it is.
        person: Whose consents.
        purposes: Which were taken back.
    """
    if person.counts_as is None and not document.shares:
        return
    answers = {purpose: latest(document.consents, person.id, purpose) for purpose in sorted(set(purposes))}
    number = _number(person)
    _put((linked(number), ours(organisation_id, number)), {one: row.id for one, row in answers.items() if row})


def carry(before: CaseDocument, after: CaseDocument, organisation_id: str) -> None:
    """Let what was taken back before two accounts were linked reach the other one, in the transaction that links them.

    Args:
        before: A case as it was.
        after: The same with the numbers of those whom its persons count with.
        organisation_id: Whose it is.
    """
    numbers = {person.id: _number(person) for person in before.persons}
    for person in after.persons:
        if person.counts_as is not None and numbers.get(person.id) != person.counts_as:
            mine = [row for row in after.consents if row.person_id == person.id]
            purposes = {row.purpose for row in mine if latest(mine, person.id, row.purpose) is row and row.withdrawn_on}
            reach_linked(after, organisation_id, person, purposes)


def _put(persons: Iterable[str], ids: Mapping[str, str]) -> None:
    rows = [{"person": person, "purpose": purpose, "id": id_} for person in persons for purpose, id_ in ids.items()]
    if not rows:
        return
    statement = INSERT[db.engine.dialect.name](Withdrawal)
    again = statement.on_conflict_do_update(index_elements=["person", "purpose"], set_={"id": statement.excluded.id})
    db.session.execute(again, rows)


def of_person(person: str, link: str = "") -> set[str]:
    """The purposes that somebody took back by a receipt and no save has folded in yet, by cell key. One query.

    What was taken back elsewhere, of the same human being, is among them where it stays until they agree again.
    """
    own = Withdrawal.person == person
    elsewhere = (Withdrawal.person == linked(int(link or person, 16))) & Withdrawal.purpose.in_(UNTIL_AGREED)
    return set(db.session.scalars(select(Withdrawal.purpose).where(own | elsewhere)))


def waiting(document: CaseDocument) -> bool:
    """Whether something was taken back that no save has folded in yet. One query."""
    keys = _own(document.persons)
    found = select(Withdrawal.id).where(Withdrawal.person.in_(keys)).limit(1)
    return bool(keys) and db.session.scalar(found) is not None


def forget(document: CaseDocument, organisation_id: str) -> None:
    """Delete the rows that a document says itself, in the transaction that saves it.

    Rows that other cases are to follow as well go once the person has agreed again since, which counts for all of them.
    """
    own = _own(document.persons)
    shared = {ours(organisation_id, _number(one)): one for one in document.persons}
    said = {row.id for row in document.consents}
    told: list[tuple[str, str]] = []
    for row in _rows({**own, **shared}):
        if row.id in said and row.person in own:
            told.append((row.person, row.id))
        elif row.id in said and _agreed_again(document, shared[row.person].id, row.purpose):
            told += [(row.person, row.id), (linked(_number(shared[row.person])), row.id)]
    if told:
        db.session.execute(delete(Withdrawal).where(tuple_(Withdrawal.person, Withdrawal.id).in_(told)))


def _rows(keys: Iterable[str]) -> Sequence[Row[str, str, str]]:
    wanted = list(keys)
    if not wanted:
        return []
    columns = (Withdrawal.person, Withdrawal.purpose, Withdrawal.id)
    return db.session.execute(select(*columns).where(Withdrawal.person.in_(wanted))).all()


def _agreed_again(document: CaseDocument, person_id: str, purpose: str) -> bool:
    """Whether the person's last answer is a yes that the gate honours, spoken, and to no one recipient alone."""
    row = latest(document.consents, person_id, purpose)
    if row is None or row.given_by == "CB_OPEN" or row.recipient:
        return False
    return row.answer == "yes" and bool(decide(document, person_id, purpose, today=clock.today()))


def _number(person: Person) -> int:
    return person.counts_as or person.cell_key


def _own(persons: Iterable[Person]) -> dict[str, str]:
    return {hexadecimal(person.cell_key): person.id for person in persons}


def _shared(organisation_id: str, persons: Iterable[Person]) -> dict[str, str]:
    """Numbers that entries for one human being share; no two persons of a case have the same one."""
    return {ours(organisation_id, one.counts_as): one.id for one in persons if one.counts_as is not None}
