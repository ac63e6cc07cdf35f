"""Disclosure control: no published number gives a person away. Pure: knows no web, no database, no case."""

from __future__ import annotations

from incidents.disclosure.services import (
    HIDDEN,
    TOTAL,
    Dimension,
    Finding,
    Policy,
    ProtectedTable,
    Reason,
    Refused,
    Table,
    audit,
    protect,
)

__all__ = [
    "HIDDEN",
    "TOTAL",
    "Dimension",
    "Finding",
    "Policy",
    "ProtectedTable",
    "Reason",
    "Refused",
    "Table",
    "audit",
    "protect",
]
