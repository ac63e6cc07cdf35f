"""The door of disclosure control: true counts go in, a table that may be published comes out, or nothing."""

from __future__ import annotations

from importlib import import_module

from incidents.disclosure.coarsening import coarsen
from incidents.disclosure.dimensions import OTHER, TOTAL, UNSPECIFIED, Dimension
from incidents.disclosure.findings import Finding, Kind
from incidents.disclosure.microdata import AnonymisedRows, Recoding, Shown, WorstCase, anonymise
from incidents.disclosure.microdata_policy import Audience, NoRows, RowsPolicy, RowsQuestion, RowsRefused
from incidents.disclosure.policy import Policy, Reason, Refused
from incidents.disclosure.tables import HIDDEN, Key, Mark, ProtectedTable, Table

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
    "Mark",
    "NoRows",
    "Policy",
    "ProtectedTable",
    "Reason",
    "Recoding",
    "Refused",
    "RowsPolicy",
    "RowsQuestion",
    "RowsRefused",
    "Shown",
    "Table",
    "WorstCase",
    "anonymise",
    "audit",
    "protect",
]


def protect(table: Table, policy: Policy) -> ProtectedTable:
    """Hide what must not be told and what would give it away; attack the result and refuse it on any finding.

    Raises `Refused`, never returns a table that is protected in part. A country below the minimum base is
    joined with others, so the dimensions of the answer may be coarser than those asked for.
    """
    policy.check(table)
    coarse = coarsen(table, policy)
    if coarse.size > policy.max_cells:
        raise Refused(Reason.TOO_MANY_CELLS)
    threshold = policy.threshold(table)
    if coarse.total < threshold:
        raise Refused(Reason.TOO_FEW)
    suppression = import_module("incidents.disclosure.suppression")
    protected: ProtectedTable = suppression.suppress(coarse, threshold, policy)
    if audit(protected, truth=coarse, policy=policy):
        raise Refused(Reason.NOT_SAFE)
    if not any(value for value in list(protected.cells.values())[1:] if value is not HIDDEN):
        raise Refused(Reason.TOO_FEW)
    return protected


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
