"""Accounts that overlap: linked, never merged. A linked group counts once, and every account stays. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

#: What is counted by, and the column that says with whom a row counts together.
LINKS: Final[Mapping[str, str]] = {"case": "case_link", "person": "person_link"}


def counted(rows: pl.DataFrame, name: str) -> pl.Series:
    """The ids by which cases or persons are counted: equal within a linked group. Free where nothing is linked."""
    own, link = rows[name], rows[LINKS[name]]
    return own if link.null_count() == link.len() else link.fill_null(own)


def without_persons(rows: pl.DataFrame, persons: pl.Series) -> pl.DataFrame:
    """Rows without those of some persons, by cell key, nor those of entries that are linked to theirs.

    Who takes back a consent is one human being, however many accounts speak of them.
    """
    theirs = rows["person"].is_in(persons.implode()).fill_null(value=False)
    if not theirs.any():
        return rows
    linked = rows["person_link"].filter(theirs).drop_nulls()
    also = rows["person_link"].is_in(linked.implode()).fill_null(value=False)
    return rows.filter(~(theirs | also))
