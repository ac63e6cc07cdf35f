"""From the declaration of columns to a data frame's types: lists of codes become one- or two-byte enumerations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from incidents.facts.schema import FACT_COLUMNS, Column, Kind, categories

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

PLAIN: dict[Kind, PolarsDataType] = {
    Kind.U16: pl.UInt16,
    Kind.U32: pl.UInt32,
    Kind.U64: pl.UInt64,
    Kind.I16: pl.Int16,
    Kind.I32: pl.Int32,
    Kind.BOOL: pl.Boolean,
    Kind.TEXT: pl.String,
    Kind.LABEL: pl.Categorical,
}


@cache
def polars_schema(columns: tuple[Column, ...] = FACT_COLUMNS) -> dict[str, PolarsDataType]:
    """The types of a frame, by column name."""
    return {
        column.name: pl.Enum(categories(column)) if column.kind is Kind.CODE else PLAIN[column.kind]
        for column in columns
    }
