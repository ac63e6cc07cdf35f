"""The dashboard's counts once more, in the plainest Python: sets of ids, one row at a time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from incidents.codebook.services import codebook
from incidents.summaries.counts import Code, Key, Query, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from incidents.facts.schema import FactRow


def fits(row: FactRow, query: Query, statuses: Iterable[str]) -> bool:
    """Whether a row is asked for."""
    violations, perpetrators = codebook().vocabulary("violation_types"), codebook().vocabulary("perpetrator_types")
    return (
        row.verification in statuses
        and (query.first is None or (row.month is not None and row.month >= query.first))
        and (query.last is None or (row.month is not None and row.month <= query.last))
        and query.country in ("", row.country)
        and query.network in ("", row.network)
        and query.gender in ("", row.gender)
        and query.age in ("", row.age)
        and (not query.violation or violations.within(row.violation, query.violation))
        and (not query.perpetrator or perpetrators.within(row.perpetrator, query.perpetrator))
        and query.open_source in (None, row.open_source)
    )


def tally(rows: list[FactRow]) -> Tally:
    """All measures of some rows."""
    return Tally(
        cases=len({row.case for row in rows}),
        persons=len({row.person for row in rows if row.person is not None}),
        acts=len(rows),
        killed_low=sum(row.killed_low for row in rows),
        killed_best=sum(row.killed_best for row in rows),
        killed_high=sum(row.killed_high for row in rows),
    )


def by(rows: Iterable[FactRow], key: Callable[[FactRow], Key]) -> dict[Key, Tally]:
    """All measures by what a function makes of a row."""
    groups: dict[Key, list[FactRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return {name: tally(found) for name, found in groups.items()}


def bucket(violation: str, node: str) -> Code:
    """Where a violation falls on the level below a node: walk up until the node, or the top, is one step away."""
    tree = codebook().vocabulary("violation_types")
    if violation == node:
        return node
    code = violation
    while (tree[code].parent or "") != node:
        code = str(tree[code].parent)
    return code
