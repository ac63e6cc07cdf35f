"""A protected table laid out in rows and columns, for a page and for a spreadsheet alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Final

from incidents.disclosure.services import TOTAL
from incidents.i18n import gettext as _
from incidents.releases import wording

if TYPE_CHECKING:
    from incidents.disclosure.services import Dimension, Key, Mark, ProtectedTable

#: Set before a code under another: a space that pages and spreadsheets keep, and nobody reads out.
INDENT: Final = "\u2003"
CELLS_A_PAGE: Final = 400
FEWEST_ROWS: Final = 10


@dataclass(frozen=True)
class Row:
    """Words for the codes that lead to a row, and its numbers; `disclosure.HIDDEN` where one is hidden."""

    labels: tuple[str, ...]
    cells: tuple[int | Mark, ...]


@dataclass(frozen=True)
class Grid:
    """Names of the leading columns, words for the columns of numbers, and the rows."""

    heads: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def lay_out(protected: ProtectedTable) -> Grid:
    """Put the side with the fewest codes across the top, the others down; one side alone goes down."""
    sides = protected.dimensions
    if len(sides) == 1:
        rows = tuple(Row((_indented(sides[0], key[0]),), (value,)) for key, value in protected.cells.items())
        return Grid((str(wording.DIMENSIONS[sides[0].name]),), (_("Persons"),), rows)
    across = min(range(len(sides)), key=lambda place: len(sides[place].all_codes))
    down = [place for place in range(len(sides)) if place != across]
    rows = tuple(
        Row(
            tuple(_indented(sides[place], code) for place, code in zip(down, codes, strict=True)),
            tuple(
                protected.cells[_key(dict(zip(down, codes, strict=True)) | {across: code})]
                for code in sides[across].all_codes
            ),
        )
        for codes in product(*(sides[place].all_codes for place in down))
    )
    heads = tuple(str(wording.DIMENSIONS[sides[place].name]) for place in down)
    return Grid(heads, tuple(wording.code_words(sides[across], code) for code in sides[across].all_codes), rows)


def _key(codes: dict[int, str]) -> Key:
    return tuple(codes[place] for place in sorted(codes))


def _indented(side: Dimension, code: str) -> str:
    depth = 0 if code == TOTAL else len(side.path(code)) - 2
    return INDENT * depth + wording.code_words(side, code)


@dataclass(frozen=True)
class Page:
    """Some rows of a grid: a large table is shown a page at a time, and whole in the files."""

    grid: Grid
    number: int
    pages: int


def paged(protected: ProtectedTable, number: int) -> Page:
    """One page of a table's rows, counted from 1; the nearest there is."""
    grid = lay_out(protected)
    most = max(FEWEST_ROWS, CELLS_A_PAGE // len(grid.columns))
    pages = -(-len(grid.rows) // most)
    number = min(max(number, 1), pages)
    return Page(replace(grid, rows=grid.rows[(number - 1) * most : number * most]), number, pages)


def whole(protected: ProtectedTable) -> Page:
    """The table on one page, for print and for small tables."""
    return Page(lay_out(protected), 1, 1)
