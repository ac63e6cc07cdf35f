"""Several tables of the same facts, protected so that none gives away what another hides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from incidents.disclosure.policy import Reason, Refused
from incidents.disclosure.relations import Knowledge, Leak, Released, words
from incidents.disclosure.suppression import suppress
from incidents.disclosure.tables import HIDDEN
from incidents.disclosure.union import audit_union

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.disclosure.policy import Policy
    from incidents.disclosure.relations import Group
    from incidents.disclosure.tables import Key, ProtectedTable, Table

ROUNDS: Final = 12
FACTS: Final = "together"


def together(
    tables: Sequence[Table], thresholds: Sequence[int], policy: Policy, names: Mapping[str, str]
) -> list[ProtectedTable]:
    """The tables, with a cell that is hidden in one hidden in all, until nothing follows from them together.

    Raises `Refused` when some rounds of hiding more did not get there.
    """
    also: list[set[Key]] = [set() for _ in tables]
    for _ in range(ROUNDS):
        protected = [
            suppress(table, threshold, policy, more)
            for table, threshold, more in zip(tables, thresholds, also, strict=True)
        ]
        released = [Released(one, FACTS, names, truth) for one, truth in zip(protected, tables, strict=True)]
        knowledge = Knowledge(released)
        if not _spread(knowledge, also) and not _answer(knowledge, audit_union(released), also):
            return protected
    raise Refused(Reason.NOT_SAFE)


def _spread(knowledge: Knowledge, also: list[set[Key]]) -> bool:
    """Hide in every table what is hidden in one; whether that was more than before."""
    hidden = {group for (place, key), group in knowledge.groups.items() if _is_hidden(knowledge, place, key)}
    return _hide(knowledge, hidden, also)


def _answer(knowledge: Knowledge, leaks: list[Leak], also: list[set[Key]]) -> bool:
    """Hide what leaks: a group that is a difference has no cell, so the smallest of its parts is hidden instead."""
    if not leaks:
        return False
    named = {words(group): group for group in knowledge.everybody}
    chosen: set[Group] = set()
    for leak in leaks:
        groups = [named[one] for one in (*leak.less, leak.group) if one in named]
        shown = sorted((group for group in groups if group in knowledge.values), key=knowledge.values.__getitem__)
        chosen.update(shown[:1])
    if not _hide(knowledge, chosen, also):
        raise Refused(Reason.NOT_SAFE)
    return True


def _hide(knowledge: Knowledge, groups: set[Group], also: list[set[Key]]) -> bool:
    before = sum(map(len, also))
    for (place, key), group in knowledge.groups.items():
        if group in groups and not _is_hidden(knowledge, place, key):
            also[place].add(key)
    return sum(map(len, also)) > before


def _is_hidden(knowledge: Knowledge, place: int, key: Key) -> bool:
    return knowledge.released[place].table.cells[key] is HIDDEN
