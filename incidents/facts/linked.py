"""Accounts that overlap: linked, never merged. A linked group counts once, and every account stays. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What is counted by, and the column that says with whom a row counts together.
LINKS: Final[Mapping[str, str]] = {"case": "case_link", "person": "person_link"}

KILLED: Final = ("killed_low", "killed_best", "killed_high")


def counted(rows: pl.DataFrame, name: str) -> pl.Series:
    """The ids by which cases or persons are counted: equal within a linked group. Free where nothing is linked."""
    own, link = rows[name], rows[LINKS[name]]
    return own if link.null_count() == link.len() else link.fill_null(own)


def without_persons(rows: pl.DataFrame, persons: pl.Series) -> pl.DataFrame:
    """Rows without those of some persons, by cell key or link, nor those of entries that are linked to theirs.

    Who takes back a consent is one human being, however many accounts speak of them.
    """
    theirs = _among(rows["person"], persons) | _among(rows["person_link"], persons)
    if not theirs.any():
        return rows
    linked = rows["person_link"].filter(theirs).drop_nulls()
    return rows.filter(~(theirs | _among(rows["person_link"], linked)))


def _among(column: pl.Series, wanted: pl.Series) -> pl.Series:
    return column.is_in(wanted.implode()).fill_null(value=False)


def killed(rows: pl.DataFrame) -> pl.DataFrame:
    """The numbers killed, row for row, with those who are linked counted once. Free where nobody is linked.

    Accounts of one death or group differ: the best number is that of the best verified account (of two as good, the
    lower), the lowest and highest are those of any. They stand at the first row of that account; the others' are zero.
    """
    link = rows["person_link"]
    if link.null_count() == link.len():
        return rows.select(KILLED)
    told = rows.select("case", "person_link", "verification", *KILLED).with_row_index("at")
    accounts = (
        told.filter(pl.col("person_link").is_not_null())
        .group_by("person_link", "case")
        .agg(pl.col("at").min(), pl.col("verification").first(), pl.col(KILLED).sum())
    )
    best = accounts.sort("verification", "killed_best", "at", descending=[True, False, False])
    groups = best.group_by("person_link").agg(
        pl.col("at").first(), pl.col("killed_low").min(), pl.col("killed_best").first(), pl.col("killed_high").max()
    )
    joined = told.select("at", "person_link", *KILLED).join(groups, on="at", how="left", suffix="_once")
    alone = pl.col("person_link").is_null()
    return joined.sort("at").select(
        pl.when(alone).then(pl.col(name)).otherwise(pl.col(f"{name}_once").fill_null(0)).alias(name) for name in KILLED
    )
