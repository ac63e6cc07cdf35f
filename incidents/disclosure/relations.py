"""Whom the cells of several published tables count, and how they hang together.

A cell is known by whom it counts: its codes on named sides and the filters of its table. Cells of two tables
that count the same persons are one unknown; a cell that counts some of another's persons is no greater; cells that
share nobody add up to no more than what holds them all, and to just that where they are all of it. The persons in
a difference between two cells are a group too, although no table names it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from incidents.disclosure.dimensions import OTHER, TOTAL
from incidents.disclosure.tables import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from incidents.disclosure.tables import Key, ProtectedTable, Table

#: Whom a cell counts: the state of the facts, and per name the finest codes that are let in. No name, no limit.
Group = tuple[str, frozenset[tuple[str, frozenset[str]]]]


@dataclass(frozen=True)
class Released:
    """A table that was published or is about to be, and which facts it counts.

    Attributes:
        facts: Names the state of the facts and the measure, such as a snapshot: tables of one state count the same.
        names: Other names for sides and filters, so that those which tell the same thing more or less finely are
            one (month -> time, year -> time). Filters must be codes of that side.
        parents: More about the codes than the table shows: name -> code -> the code above it. Each code that has any
            below it must have all of them, with one for "none of these" where that can be.
        truth: The true table, if whoever audits may see it: then small counts must be left wide, too.
    """

    table: ProtectedTable
    facts: str
    names: Mapping[str, str] = field(default_factory=dict)
    truth: Table | None = None
    parents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Leak:
    """A group under the threshold that follows from tables together: who is in it, and no number.

    `less` is what to take away from `group` to have it, where it is a difference.
    """

    group: tuple[str, ...]
    less: tuple[tuple[str, ...], ...] = ()


class Atoms:
    """The finest codes of each name over all tables, and which of them a code holds."""

    def __init__(self, released: Sequence[Released]) -> None:
        self.children: dict[tuple[str, str], set[str]] = defaultdict(set)
        for place, one in enumerate(released):
            for side in one.table.dimensions:
                name = one.names.get(side.name, side.name)
                for code, parent in side.parents.items():
                    self.children[name, own(parent, place)].add(own(code, place))
            for name, above in one.parents.items():
                for code, parent in above.items():
                    self.children[name, parent].add(code)
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def of(self, name: str, code: str) -> frozenset[str]:
        """The finest codes of one code: itself when no table breaks it down."""
        if (name, code) not in self._known:
            below = self.children.get((name, code), set())
            self._known[name, code] = self.union(name, below) or frozenset([code])
        return self._known[name, code]

    def union(self, name: str, codes: Iterable[str]) -> frozenset[str]:
        """The finest codes of several."""
        return frozenset[str]().union(*(self.of(name, code) for code in codes))


def _both(one: frozenset[str] | None, other: frozenset[str], place: int) -> frozenset[str]:
    """Who is in both; where the codes are not known to meet, nothing is known of this cell in other tables."""
    if one is None:
        return other
    return one & other or frozenset(f"{code}@{place}" for code in other)


def own(code: str, place: int) -> str:
    """The code, but joined countries are others in each table."""
    return f"{code}@{place}" if code.split(".", maxsplit=1)[0] == OTHER else code


@dataclass(frozen=True)
class Relation:
    """`whole` is the sum of `parts`; where there is a `rest`, of that group too, which no table names.

    A rest is `signed` between two states of the facts, where persons also went.
    """

    whole: Group
    parts: tuple[Group, ...]
    rest: bool = False
    signed: bool = False


class Knowledge:
    """Whom each published cell counts, what is published of it, and how the groups hang together."""

    def __init__(self, released: Sequence[Released]) -> None:
        self.released = released
        self.atoms = Atoms(released)
        self.threshold = max(one.table.threshold for one in released)
        self.values: dict[Group, int] = {}
        self.true: dict[Group, int] = {}
        self.groups: dict[tuple[int, Key], Group] = {}
        for place, one in enumerate(released):
            counts = one.truth.all_counts() if one.truth else {}
            for key, value in one.table.cells.items():
                group = self.groups[place, key] = self._group(place, key)
                if value is not HIDDEN:
                    self.values[group] = value
                elif key in counts:
                    self.true[group] = counts[key]

    @cached_property
    def everybody(self) -> list[Group]:
        """All groups that a table names."""
        return sorted(set(self.groups.values()), key=words)

    @cached_property
    def known(self) -> frozenset[Group]:
        """The same, to look up."""
        return frozenset(self.everybody)

    def _group(self, place: int, key: Key) -> Group:
        one = self.released[place]
        limits: dict[str, frozenset[str]] = {}
        for name, codes in one.table.scope.items():
            known = one.names.get(name, name)
            limits[known] = _both(limits.get(known), self.atoms.union(known, codes), place)
        for side, code in zip(one.table.dimensions, key, strict=True):
            if code != TOTAL:
                known = one.names.get(side.name, side.name)
                limits[known] = _both(limits.get(known), self.atoms.of(known, own(code, place)), place)
        return one.facts, frozenset(limits.items())

    def sums(self) -> Iterator[Relation]:
        """Every sum within a table, each once."""
        found = set()
        for place, one in enumerate(self.released):
            for parent, children in families(one.table):
                whole = self.groups[place, parent]
                parts = tuple(self.groups[place, child] for child in children)
                if whole not in parts:
                    found.add(Relation(whole, parts))
        yield from sorted(found, key=lambda one: (words(one.whole), [words(part) for part in one.parts]))

    def nestings(self) -> Iterator[Relation]:
        """For each group and name, the groups next below it along that name: they share nobody, and may be all."""
        for name in sorted({name for _, limits in self.everybody for name, _ in limits}):
            for line in self._lines(name):
                yield from self._along(line, name)

    def _lines(self, name: str) -> Iterator[list[tuple[frozenset[str] | None, Group]]]:
        """Groups that differ in nothing but one name, with their codes of it, the widest first."""
        lines: dict[object, list[tuple[frozenset[str] | None, Group]]] = defaultdict(list)
        for group in self.everybody:
            limits = dict(group[1])
            atoms = limits.pop(name, None)
            lines[group[0], frozenset(limits.items())].append((atoms, group))
        for line in lines.values():
            yield sorted(line, key=lambda one: (one[0] is not None, -len(one[0] or ()), words(one[1])))

    def _along(self, line: list[tuple[frozenset[str] | None, Group]], name: str) -> Iterator[Relation]:
        below: dict[Group, list[tuple[frozenset[str], Group]]] = defaultdict(list)
        for index, (atoms, group) in enumerate(line):
            if atoms is None:
                continue
            holders = [(wider, other) for wider, other in line[:index] if wider is None or wider > atoms]
            for wider, other in holders:
                if not any(middle is not None and (wider is None or middle < wider) for middle, _ in holders):
                    below[other].append((atoms, group))
        for whole, parts in below.items():
            for apart in _apart(parts):
                atoms = dict(whole[1]).get(name)
                covered = frozenset[str]().union(*(one for one, _ in apart))
                yield Relation(whole, tuple(group for _, group in apart), rest=atoms is None or covered != atoms)

    def growths(self, grown: list[tuple[str, str]]) -> Iterator[Relation]:
        """A later group is the same group earlier, and those who came in between."""
        for earlier, later in grown:
            pairs = [
                ((earlier, limits), (later, limits))
                for facts, limits in self.everybody
                if facts == later and (earlier, limits) in self.known
            ]
            fallen = any(
                self.values[before] > self.values[after]
                for before, after in pairs
                if before in self.values and after in self.values
            )
            for before, after in pairs:
                yield Relation(after, (before,), rest=True, signed=fallen)


def _apart(parts: list[tuple[frozenset[str], Group]]) -> Iterator[list[tuple[frozenset[str], Group]]]:
    """Parts in heaps that share nobody: a part goes to the first heap where it fits."""
    heaps: list[list[tuple[frozenset[str], Group]]] = []
    for atoms, group in parts:
        for heap in heaps:
            if all(atoms.isdisjoint(other) for other, _ in heap):
                heap.append((atoms, group))
                break
        else:
            heaps.append([(atoms, group)])
    yield from heaps


def families(table: ProtectedTable) -> Iterator[tuple[Key, list[Key]]]:
    """Every cell that is a sum along one side, with its parts."""
    for axis, side in enumerate(table.dimensions):
        for key in table.cells:
            if children := side.children.get(key[axis]):
                yield key, [(*key[:axis], child, *key[axis + 1 :]) for child in children]


def words(group: Group) -> tuple[str, ...]:
    """A group as text: the facts, then each name with its codes."""
    facts, limits = group
    return (facts, *(f"{name}={'+'.join(sorted(codes))}" for name, codes in sorted(limits, key=lambda one: one[0])))
