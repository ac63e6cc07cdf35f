"""Cases as they are stored, read by their ids or as they lie.

A row of sealed parts is longer than a page of SQLite. Finding one by its id compares it with a dozen others, each read
whole; going on from one to the next compares nothing. Reading as they lie therefore has no upper bound, which would be
compared with each: it goes on from the last one for so many rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from sqlalchemy import bindparam, func, literal, select

from incidents.database import snapshot, table_of
from incidents.extensions import db
from incidents.records.fields import ACCOUNT, IDENTITY
from incidents.records.models import Incident, Revision, RevisionKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Select

    from incidents.records.fields import Where

#: Cases that are read at once, as they lie.
PAGE: Final = 1_000
PARTS: Final[dict[bool, tuple[Where, ...]]] = {False: (ACCOUNT,), True: (ACCOUNT, IDENTITY)}
INCIDENT, REVISION, KEY = table_of(Incident), table_of(Revision), table_of(RevisionKey)


class Stored(NamedTuple):
    """The newest revision of a case and its data key under one key of an organisation: once for each such key.

    The rows are the database's own, which have these names; ``account`` is followed by the identity where it was asked.

    Attributes:
        incident_id: Which case.
        revision: Its newest.
        key_id: The organisation's key; none if the revision has lost its data key.
        wrapped: The data key.
        account: The sealed part.
    """

    incident_id: str
    revision: int
    key_id: str | None
    wrapped: bytes | None
    account: bytes


def stored(organisation_id: str, incident_ids: Iterable[str], *, names: bool) -> Sequence[Stored]:
    """Some cases by their ids, in any order. Some 30 µs each on SQLite; half of it if they are thousands."""
    return read(BY_ID[names], {"ids": sorted(incident_ids), "organisation_id": organisation_id})


def pages(organisation_id: str, *, names: bool) -> Iterator[Sequence[Stored]]:
    """All cases of an organisation in the order of their ids, as it is when each page is read. Some 9 µs each."""
    last = ""
    while rows := read(AS_THEY_LIE[names], {"last": last, "size": PAGE, "organisation_id": organisation_id}):
        last = max(row[0] for row in rows)
        yield rows


def fewer_than(limit: int) -> bool:
    """Whether all organisations together have fewer cases. Some 0.1 µs for each that is counted."""
    some = select(literal(1)).select_from(INCIDENT).limit(limit).subquery()
    with snapshot(db.session):
        return db.session.scalar(select(func.count()).select_from(some)) != limit


def read(statement: Select[*tuple[Any, ...]], asked: dict[str, object]) -> Sequence[Stored]:
    """Rows, in a transaction that ends with them."""
    with snapshot(db.session):
        return cast("Sequence[Stored]", db.session.execute(statement, asked).all())


def _newest(parts: Iterable[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(REVISION.c.incident_id, REVISION.c.revision, *(REVISION.c[part] for part in parts))
        .join(INCIDENT, (INCIDENT.c.id == REVISION.c.incident_id) & (INCIDENT.c.revision == REVISION.c.revision))
        .where(INCIDENT.c.organisation_id == bindparam("organisation_id"))
    )


def _with_keys(newest: Select[*tuple[Any, ...]], parts: Iterable[str]) -> Select[*tuple[Any, ...]]:
    case = newest.subquery()
    parts_of = (case.c[part] for part in parts)
    return select(case.c.incident_id, case.c.revision, KEY.c.key_id, KEY.c.wrapped, *parts_of).outerjoin(
        KEY, (KEY.c.incident_id == case.c.incident_id) & (KEY.c.revision == case.c.revision)
    )


BY_ID: Final = {
    names: _with_keys(_newest(parts).where(INCIDENT.c.id.in_(bindparam("ids", expanding=True))), parts)
    for names, parts in PARTS.items()
}
#: So many cases, however many keys each has. They come in no order: to sort them once more would be to copy them.
AS_THEY_LIE: Final = {
    names: _with_keys(
        _newest(parts)
        .where(REVISION.c.incident_id > bindparam("last"))
        .order_by(REVISION.c.incident_id)
        .limit(bindparam("size")),
        parts,
    )
    for names, parts in PARTS.items()
}
