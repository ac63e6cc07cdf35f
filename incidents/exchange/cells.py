"""The cells of one row on their way to fields: which have found a place, which have not, and why."""

from __future__ import annotations

import json
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple

from incidents.exchange.words import fill, fold
from incidents.records.errors import N_

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from incidents.exchange.mapping import FilePart
    from incidents.exchange.mapping import Mapping as Plan
    from incidents.exchange.readers import Cell, Row


class Why(StrEnum):
    """Why a value is kept aside, or what a report says of it."""

    NO_FIELD = "no_field"
    NO_CODE = "no_code"
    AS_WRITTEN = "as_written"
    NO_DATE = "no_date"
    NO_NUMBER = "no_number"
    OUT_OF_ORDER = "out_of_order"
    NO_POINT = "no_point"
    NO_AREA = "no_area"
    EXTRA_CELL = "extra_cell"
    REFUSED = "refused"
    WHOLE_ROW = "whole_row"


#: Stored beside each value that is kept aside; message ids, translated where they are shown.
SENTENCES: Final[Mapping[Why, str]] = {
    Why.NO_FIELD: N_("The mapping has no field for this column."),
    Why.NO_CODE: N_("The mapping has no code for this value."),
    Why.AS_WRITTEN: N_("Coded; this is how the file puts it."),
    Why.NO_DATE: N_("This could not be read as a date."),
    Why.NO_NUMBER: N_("This could not be read as a whole number."),
    Why.OUT_OF_ORDER: N_("The lowest number lies above the best or the highest."),
    Why.NO_POINT: N_("This could not be read as a point of the map."),
    Why.NO_AREA: N_("This is not the name of one area of the country today."),
    Why.EXTRA_CELL: N_("The row has more cells than the header has names."),
    Why.REFUSED: N_("The field does not take this value: too long, out of range or with hidden characters."),
    Why.WHOLE_ROW: N_("The row fits no record; all of it is kept here."),
}


class Aside(NamedTuple):
    """A value without a place: what stays of it."""

    column: str
    value: str
    why: Why


class Cells:
    """The cells of a row.

    `peek` looks at a cell; `take` puts its words into the record, after which it has a place. What has none in the
    end is given by `asides`.
    """

    def __init__(self, row: Row, plan: Plan) -> None:
        self._cells = _without_missing(row.cells, plan.file)
        self._placed: set[str] = set()
        self._placed_items: dict[str, set[str]] = {}
        self._reasons: dict[str, Why] = {}
        self._always_kept: dict[str, Why] = {}
        self._coded_by_default: list[str] = []
        self._separators: dict[str, str] = {}
        if row.ragged > 0:
            self._reasons.update(dict.fromkeys(list(row.cells)[-row.ragged :], Why.EXTRA_CELL))
        for split in plan.split:
            self._split(split.column, split.regexes, keep=split.keep)

    def _split(self, column: str, regexes: Sequence[re.Pattern[str]], *, keep: bool) -> None:
        text = self.peek(column)
        found = next((match for regex in regexes if (match := regex.search(text))), None) if text else None
        if found is None:
            return
        self._cells.update({name: (part or "").strip() for name, part in found.groupdict().items()})
        if not keep:
            self._placed.add(column)

    # -- reading -------------------------------------------------------------------------------

    def peek(self, column: str) -> str:
        """The words of a cell; a list's are parted by semicolons."""
        cell = self._cells.get(column, "")
        return cell if isinstance(cell, str) else "; ".join(_plain(item) for item in cell)

    def take(self, column: str) -> str:
        """The words of a cell, which now has a place."""
        self._placed.add(column)
        return self.peek(column)

    def fill(self, template: str) -> str:
        """A template with its cells, which now have a place; empty when all of them are."""
        return fill(template, self.take)

    def items(self, column: str, separator: str) -> Sequence[str | dict[str, str]]:
        """The entries of a cell that holds several."""
        self._separators[column] = separator
        self._placed_items.setdefault(column, set())
        cell = self._cells.get(column, "")
        if not isinstance(cell, str):
            return cell
        parts = cell.split(separator) if separator else [cell]
        return [part.strip() for part in parts if part.strip()]

    def like(self, patterns: Iterable[str]) -> list[str]:
        """The columns of these names; ``*`` stands for anything."""
        return [column for pattern in patterns for column in self._cells if fnmatchcase(column, pattern)]

    # -- placing -------------------------------------------------------------------------------

    def place(self, column: str) -> None:
        """Say that a cell has found its place."""
        self._placed.add(column)

    def place_item(self, column: str, item: str | dict[str, str]) -> None:
        """Say that one entry of a cell has found its place; the other entries are looked at one by one."""
        self._placed_items[column].add(fold(_plain(item)))

    def explain(self, column: str, why: Why) -> None:
        """Give the reason for a cell in case it finds no place. The first reason stands."""
        self._reasons.setdefault(column, why)

    def by_default(self, column: str) -> None:
        """Say that a coding knew nothing of this cell and gave its default."""
        self._coded_by_default.append(column)
        self.explain(column, Why.NO_CODE)

    def displace(self, columns: Iterable[str]) -> None:
        """Take a place away again: the field does not hold these cells."""
        for column in columns:
            self._placed.discard(column)
            self._placed_items.pop(column, None)
            self._reasons[column] = Why.REFUSED

    def keep(self, column: str, why: Why) -> None:
        """Keep a cell aside instead of looking for another place for it."""
        self._placed.add(column)
        self._always_kept.setdefault(column, why)

    def keep_as_written(self, column: str) -> None:
        """Keep a cell beside the codes of its entries; entries without a code are kept one by one as well."""
        self._always_kept.setdefault(column, Why.AS_WRITTEN)

    # -- what is left --------------------------------------------------------------------------

    @property
    def coded_by_default(self) -> Sequence[str]:
        """Columns whose words no rule knew."""
        return self._coded_by_default

    def asides(self) -> Iterator[Aside]:
        """Every value without a place, in the order of the columns."""
        for column, cell in self._cells.items():
            if column in self._always_kept and cell:
                yield Aside(column, self._written(cell), self._always_kept[column])
            if column in self._placed_items and column not in self._placed:
                yield from self._items_left(column)
            elif cell and column not in self._placed:
                yield Aside(column, self._written(cell), self._reasons.get(column, Why.NO_FIELD))

    def everything(self) -> Iterator[Aside]:
        """Every cell that is not empty."""
        return (Aside(column, self._written(cell), Why.WHOLE_ROW) for column, cell in self._cells.items() if cell)

    def _items_left(self, column: str) -> Iterator[Aside]:
        placed = self._placed_items[column]
        for item in self.items(column, self._separators.get(column, "")):
            text = _plain(item)
            if fold(text) not in placed:
                yield Aside(column, text, self._reasons.get(column, Why.NO_CODE))

    @staticmethod
    def _written(cell: Cell) -> str:
        return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)


def _plain(item: str | dict[str, str]) -> str:
    return item if isinstance(item, str) else "; ".join(filter(None, item.values()))


def _without_missing(cells: Mapping[str, Cell], file: FilePart) -> dict[str, Cell]:
    """The cells, empty where the file writes a word that means "nothing here"."""
    found = dict(cells)
    for column, words in file.nothing.items():
        for name in found if column == "*" else (column,):
            cell = found.get(name)
            if isinstance(cell, str) and fold(cell) in words:
                found[name] = ""
    return found
