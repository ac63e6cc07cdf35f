"""Frames in memory: how rows, deltas and snapshots become one table. Pure: bytes and rows in, frames out.

A snapshot is two Parquet tables (rows; cases held back), the first preceded by its length. A delta is JSON: for each
case of a save its cell key, its revision, its rows, and why it is held back, if it is. The newest revision of a case
replaces all its earlier rows, in whatever order deltas are read.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from polars._typing import PolarsDataType

    Schema = Mapping[str, PolarsDataType]

LENGTH_BYTES = 8
HELD_SCHEMA: dict[str, PolarsDataType] = {"case": pl.UInt64, "reason": pl.String}


@dataclass(frozen=True)
class Entry:
    """What one saved revision of a case says in a frame.

    Attributes:
        case: The case's random 64-bit cell key.
        revision: Higher replaces lower.
        rows: Its rows, each in the order of the frame's columns.
        held: Why the case, or some of its persons, are held back; or None.
    """

    case: int
    revision: int
    rows: Sequence[Sequence[Any]] = ()
    held: str | None = None


@dataclass(frozen=True)
class Frame:
    """Rows, and the cases that are held back with the reason and nothing else."""

    rows: pl.DataFrame
    held: pl.DataFrame


def empty(schema: Schema) -> Frame:
    """A frame of no case."""
    return Frame(pl.DataFrame(schema=schema), pl.DataFrame(schema=HELD_SCHEMA))


def encode_entries(columns: Sequence[str], entries: Iterable[Entry]) -> bytes:
    """A delta's bytes: the names of the columns once, then the entries."""
    listed = [[entry.case, entry.revision, entry.rows, entry.held] for entry in entries]
    return json.dumps([columns, listed], separators=(",", ":")).encode()


def decode_entries(data: bytes, columns: Sequence[str]) -> list[Entry]:
    """Undo encode_entries(), with the rows in the order of these columns; what an older writer did not know is None."""
    written, listed = json.loads(data)
    if written == list(columns):
        return [Entry(*entry) for entry in listed]
    return [
        Entry(
            case,
            revision,
            [[known.get(name) for name in columns] for row in rows if (known := dict(zip(written, row, strict=True)))],
            held,
        )
        for case, revision, rows, held in listed
    ]


def apply(frame: Frame, entries: Iterable[Entry], schema: Schema) -> Frame:
    """A frame with the newest revision of each entry's case in place of the case's rows.

    Costs one pass over ``case`` where a case was there already; nothing is copied where all are new.
    """
    newest: dict[int, Entry] = {}
    for entry in entries:
        if entry.case not in newest or newest[entry.case].revision < entry.revision:
            newest[entry.case] = entry
    if not newest:
        return frame
    touched = pl.Series("case", list(newest), dtype=pl.UInt64)
    rows = [row for entry in newest.values() for row in entry.rows]
    held = [(entry.case, entry.held) for entry in newest.values() if entry.held]
    return Frame(
        pl.concat([_without(frame.rows, touched), _together(pl.DataFrame(rows, schema=schema, orient="row"))]),
        pl.concat([_without(frame.held, touched), pl.DataFrame(held, schema=HELD_SCHEMA, orient="row")]),
    )


def _together(table: pl.DataFrame) -> pl.DataFrame:
    """Rows by case and, within it, by person: counts of distinct ones are several times faster on it."""
    return table.sort("case", "person") if "person" in table.columns else table.sort("case")


def _without(table: pl.DataFrame, cases: pl.Series) -> pl.DataFrame:
    present = table["case"].is_in(cases.implode())
    return table.filter(~present) if present.any() else table


def encode(frame: Frame) -> bytes:
    """A snapshot's bytes: Parquet, zstd, sorted by case so that the order of saving is not kept."""
    tables = []
    for table in (frame.rows, frame.held):
        buffer = io.BytesIO()
        _together(table).write_parquet(buffer, compression="zstd", statistics=False)
        tables.append(buffer.getvalue())
    return len(tables[0]).to_bytes(LENGTH_BYTES, "big") + b"".join(tables)


def decode(data: bytes, schema: Schema) -> Frame:
    """Undo encode(), with columns as the schema has them now."""
    end = LENGTH_BYTES + int.from_bytes(data[:LENGTH_BYTES], "big")
    rows = pl.read_parquet(data[LENGTH_BYTES:end])
    return Frame(conform(rows, schema), pl.read_parquet(data[end:]))


def conform(rows: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Rows of an older schema: new columns are empty, dropped ones gone, lists of codes extended."""
    if dict(rows.schema) == dict(schema):
        return rows
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None).alias(name)).cast(dtype)
        for name, dtype in schema.items()
    )
