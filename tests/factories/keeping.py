"""What a builder wrote is kept, once a process and database, and put back for the next test as it was.

Making an organisation takes a third of a second, a site two: thousands of tests begin with one of them.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import String, exists, literal, select, union_all

from incidents.accounts import services
from incidents.database import writing
from incidents.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Dialect

    from tests.factories.world import World

T = TypeVar("T")
#: Rows by table; a table without any is not in it.
Rows = dict[str, list[tuple[Any, ...]]]


def instance() -> str:
    """Which database of which instance: its pepper is what the people's passphrases were stretched with."""
    return f"{db.engine.url} {services.settings().instance}"


@functools.cache
def _asks_what_is_filled(dialect: Dialect) -> str:
    asked = [select(literal(table.name, String())).where(exists(select(table))) for table in db.metadata.sorted_tables]
    return str(union_all(*asked).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def filled(connection: Connection) -> set[str]:
    """The tables that have rows, asked with one statement where there are some eighty tables."""
    return set(connection.exec_driver_sql(_asks_what_is_filled(connection.dialect)).scalars())


def rows_of_all(*, but: frozenset[str] = frozenset()) -> Rows:
    """Every row of every table but some."""
    db.session.rollback()
    connection = db.session.connection()
    having = filled(connection) - but
    tables = [table for table in db.metadata.sorted_tables if table.name in having]
    found = {table.name: [tuple(row) for row in connection.execute(select(table))] for table in tables}
    db.session.rollback()
    return found


def fingerprint(rows: Rows) -> str:
    """A hash of all rows."""
    return hashlib.sha256(repr({name: sorted(found, key=repr) for name, found in rows.items()}).encode()).hexdigest()


def added(before: Rows, after: Rows) -> Rows:
    """The rows that are new."""
    return {name: [row for row in rows if row not in before.get(name, ())] for name, rows in after.items()}


def put_back(rows: Rows) -> None:
    """Write rows as they were."""
    with writing(db.session):
        for table in db.metadata.sorted_tables:
            names = [column.name for column in table.columns]
            made = [dict(zip(names, row, strict=True)) for row in rows.get(table.name, ())]
            if made:
                db.session.connection().execute(table.insert(), made)


def empty_all() -> None:
    """Delete every row of every table."""
    db.session.rollback()
    with db.engine.begin() as connection:
        having = filled(connection)
        for table in reversed(db.metadata.sorted_tables):
            if table.name in having:
                connection.execute(table.delete())


@dataclass
class Kept(Generic[T]):
    """What a builder made.

    Attributes:
        rows: All that was written.
        world: The world it was made in.
        made: What the builder answered, and the people of the world, before any test touched them.
        number: The next number that the world would have given out.
    """

    rows: Rows
    world: World
    made: tuple[T, list[Any]]
    number: int

    def copied(self, world: World) -> tuple[T, list[Any]]:
        """What was made as something of another world; the application is the same one."""
        return copy.deepcopy(self.made, {id(self.world): world, id(world.app): world.app})


MADE: dict[tuple[str, str], Kept[Any]] = {}


def kept(world: World, build: Callable[[World], T]) -> T:
    """What a builder makes of an empty instance: made when it is first asked for, put back afterwards.

    A builder answers with plain data; a browser that is logged in, or anything else that gets old, it leaves to the
    test.
    """
    assert not rows_of_all(), f"{build.__qualname__} begins with an empty instance"
    key = (instance(), f"{build.__module__}.{build.__qualname__}")
    if key not in MADE:
        made = build(world)
        number = next(world._numbers)
        kept_made = copy.deepcopy((made, world.people), {id(world): world, id(world.app): world.app})
        MADE[key] = Kept(rows_of_all(), world, kept_made, number)
    else:
        put_back(MADE[key].rows)
        made, world.people = MADE[key].copied(world)
        number = MADE[key].number
    world._numbers = itertools.count(number)
    return made
