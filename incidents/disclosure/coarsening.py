"""Countries with too few persons are shown only inside their network: their codes are joined first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from incidents.disclosure.dimensions import OTHER, TOTAL, Dimension
from incidents.disclosure.policy import Reason, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from incidents.disclosure.policy import Policy
    from incidents.disclosure.tables import Key, Table

COUNTRY: Final = "country"
FEWEST_JOINED: Final = 2


def coarsen(table: Table, policy: Policy) -> Table:
    """Join countries below the minimum base with others of their network, until none can be told apart.

    Countries without any person are joined too, so that "none" and "too few" look alike. Raises `Refused`
    when a table is about one country that is below the base.
    """
    if len(table.scope.get(COUNTRY, ())) == 1 and table.total < policy.country_base:
        raise Refused(Reason.TOO_FEW)
    for place, side in enumerate(table.dimensions):
        if side.name == COUNTRY:
            return _joined(table, place, policy.country_base)
    return table


def _joined(table: Table, place: int, base: int) -> Table:
    side = table.dimensions[place]
    persons: Counter[str] = Counter()
    for key, count in table.counts.items():
        persons[key[place]] += count
    moved: dict[str, str] = {}
    for parent, children in side.children.items():
        countries = [code for code in children if code not in side.children]
        for code in _small(countries, persons, base):
            moved[code] = f"{OTHER}.{parent}" if parent != TOTAL else OTHER
    if not moved:
        return table
    counts: Counter[tuple[str, ...]] = Counter()
    for key, count in table.counts.items():
        counts[(*key[:place], moved.get(key[place], key[place]), *key[place + 1 :])] += count
    sides = (*table.dimensions[:place], _without(side, moved), *table.dimensions[place + 1 :])
    others = {measure: _at_least(cells, place, moved) for measure, cells in table.others.items()}
    return replace(table, dimensions=sides, counts=counts, others=others)


def _at_least(cells: Mapping[Key, int], place: int, moved: Mapping[str, str]) -> dict[Key, int]:
    """The largest of the joined cells: some may be the same in both, so their sum could be too many."""
    found: dict[Key, int] = {}
    for key, count in cells.items():
        joint = (*key[:place], moved.get(key[place], key[place]), *key[place + 1 :])
        found[joint] = max(count, found.get(joint, 0))
    return found


def _small(countries: Iterable[str], persons: Mapping[str, int], base: int) -> list[str]:
    """The countries to join: all below the base, then the next smallest until the group hides each."""
    ordered = sorted(countries, key=lambda code: (persons[code], code))
    count = sum(persons[code] < base for code in ordered)
    if not count:
        return []
    while count < len(ordered) and (count < FEWEST_JOINED or sum(persons[code] for code in ordered[:count]) < base):
        count += 1
    return ordered[:count]


def _without(side: Dimension, moved: Mapping[str, str]) -> Dimension:
    """The dimension after joining; the joint code stands where the last joined one stood."""
    last = {joint: code for code, joint in moved.items()}
    positions = {code: index for index, code in enumerate(side.codes)}
    for code, joint in moved.items():
        last[joint] = max(last[joint], code, key=positions.__getitem__)
    codes = [moved.get(code, code) for code in side.codes if code not in moved or last[moved[code]] == code]
    parents = {moved.get(code, code): parent for code, parent in side.parents.items()}
    labels = {code: words for code, words in side.labels.items() if code not in moved}
    return Dimension(side.name, side.label, tuple(codes), parents, labels)
