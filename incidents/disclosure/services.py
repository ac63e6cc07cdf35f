"""The door of disclosure control: true counts go in, a table that may be published comes out, or nothing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from incidents.disclosure.coarsening import coarsen
from incidents.disclosure.dimensions import OTHER, TOTAL, UNSPECIFIED, Dimension
from incidents.disclosure.findings import Finding, Kind
from incidents.disclosure.microdata import AnonymisedRows, Recoding, Shown, WorstCase, anonymise
from incidents.disclosure.microdata_policy import Audience, NoRows, RowsPolicy, RowsQuestion, RowsRefused
from incidents.disclosure.policy import Policy, Reason, Refused
from incidents.disclosure.relations import Leak, Released
from incidents.disclosure.tables import HIDDEN, Key, Mark, ProtectedTable, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "HIDDEN",
    "OTHER",
    "TOTAL",
    "UNSPECIFIED",
    "AnonymisedRows",
    "Audience",
    "Dimension",
    "Finding",
    "Key",
    "Kind",
    "Leak",
    "Mark",
    "NoRows",
    "Policy",
    "ProtectedTable",
    "Reason",
    "Recoding",
    "Refused",
    "Released",
    "RowsPolicy",
    "RowsQuestion",
    "RowsRefused",
    "Shown",
    "Table",
    "WorstCase",
    "anonymise",
    "audit",
    "audit_union",
    "protect",
    "protect_together",
    "reasons",
]


def protect(table: Table, policy: Policy) -> ProtectedTable:
    """Hide what must not be told and what would give it away; attack the result and refuse it on any finding.

    Raises `Refused`, never returns a table that is protected in part. A country below the minimum base is
    joined with others, so the dimensions of the answer may be coarser than those asked for.
    """
    coarse, threshold = _ready(table, policy)
    suppression = import_module("incidents.disclosure.suppression")
    protected: ProtectedTable = suppression.suppress(coarse, threshold, policy)
    _hold(protected, coarse, policy)
    return protected


def protect_together(
    tables: Sequence[Table], policy: Policy, *, names: Mapping[str, str] | None = None
) -> list[ProtectedTable]:
    """Protect tables of the same facts, so that none gives away what another hides; all of them or none.

    `names` says which sides and filters tell the same thing, such as month -> time and year -> time.
    Raises `Refused` when one of them would be refused, or they cannot be made safe together.
    """
    ready = [_ready(table, policy) for table in tables]
    linked = import_module("incidents.disclosure.linked")
    coarse = [table for table, _ in ready]
    protected: list[ProtectedTable] = linked.together(coarse, [k for _, k in ready], policy, names or {})
    for one, truth in zip(protected, coarse, strict=True):
        _hold(one, truth, policy)
    return protected


def _ready(table: Table, policy: Policy) -> tuple[Table, int]:
    """The table with small countries joined, and its threshold, if the question may be asked."""
    policy.check(table)
    coarse = coarsen(table, policy)
    if coarse.size > policy.max_cells:
        raise Refused(Reason.TOO_MANY_CELLS)
    threshold = policy.threshold(table)
    if min([coarse.total, *(max(cells.values(), default=0) for cells in coarse.others.values())]) < threshold:
        raise Refused(Reason.TOO_FEW)
    return coarse, threshold


def _hold(protected: ProtectedTable, truth: Table, policy: Policy) -> None:
    """Refuse what the attack opens, and what has nothing left to say."""
    if audit(protected, truth=truth, policy=policy):
        raise Refused(Reason.NOT_SAFE)
    if not any(value for value in list(protected.cells.values())[1:] if value is not HIDDEN):
        raise Refused(Reason.TOO_FEW)


def audit(protected: ProtectedTable, *, truth: Table | None = None, policy: Policy | None = None) -> list[Finding]:
    """Attack a table as a reader would, knowing all that is published. No finding means that it holds.

    With the `truth` it also checks that what is published is true, that small counts are left with a wide
    enough range, and that no row gives away a value that its persons share.
    """
    # numpy and HiGHS are loaded here and not above: a web worker that never publishes must not pay
    findings: list[Finding] = import_module("incidents.disclosure.attack").findings(
        protected, truth, policy or Policy.load()
    )
    return findings


def audit_union(released: Sequence[Released], *, grown: Iterable[tuple[str, str]] = ()) -> list[Leak]:
    """Attack tables together, as a reader of all of them would. See `union.audit_union`."""
    leaks: list[Leak] = import_module("incidents.disclosure.union").audit_union(released, grown=grown)
    return leaks


def reasons(earlier: Sequence[Released], new: Released, *, grown: Iterable[tuple[str, str]] = ()) -> list[int]:
    """Places of the earlier tables that make a new one leak. See `union.reasons`."""
    places: list[int] = import_module("incidents.disclosure.union").reasons(earlier, new, grown=grown)
    return places
