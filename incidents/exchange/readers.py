"""Rows of a file, one at a time: CSV and TSV, XLSX, JSON. Memory does not grow with the file.

Every reader gives the same: rows with their number as a person sees it, and cells by column name. Cells that a
header has no name for are called after their place ("column 10"); missing cells are empty. Nothing is guessed about
encodings: a file that is not what it should be is refused with a sentence that says what to do.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Final, Protocol, cast
from xml.etree.ElementTree import ParseError

import ijson
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from incidents.exchange.errors import FileUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path


class _Reader(Protocol):
    """The part of csv.reader that is used."""

    @property
    def line_num(self) -> int: ...


class _Sheet(Protocol):
    """The part of a worksheet that is used."""

    def iter_rows(self, *, values_only: bool) -> Iterable[Sequence[object]]: ...


#: A cell: text, or the entries of a list inside it, each text or a small table of texts.
Cell = str | list[str | dict[str, str]]

MOST_CELLS: Final = 1_000
LONGEST_CELL: Final = 4_000_000
MOST_UNPACKED: Final = 2_000_000_000
#: Stands behind the last row of a JSON file: None is what a row reads as that says null.
_END: Final = object()
#: Beyond this a float is not exact, and a JSON number may have a million digits.
WHOLE: Final = 10**15
#: A formula without a value; one that gives text (t="str") may give none.
_OPEN_FORMULA: Final = re.compile(rb'<c (?![^>]*t="str")[^>]*><f[^>]*?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')
_CHUNK: Final = 1 << 20
_LONGEST_FORMULA: Final = 1 << 16
DELIMITERS: Final = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": "\t"}
FORMATS: Final = (*DELIMITERS, ".xlsx", ".json")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a mapping says that a file is laid out.

    Attributes:
        delimiter: Between cells; empty: by the file's name.
        encoding: Of text files; a byte order mark is always understood.
        sheet: Of a workbook; empty: the first.
        items: Path of the list of rows in a JSON file, such as ``incidents.item``; ``item`` for a bare list.
    """

    delimiter: str = ""
    encoding: str = "utf-8"
    sheet: str = ""
    items: str = "item"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Attributes:
        number: Line of the sheet or of the file on which it begins, the header being 1; in JSON the place in the list.
        cells: What stands in it, trimmed, by column.
        ragged: How many cells it has more (or fewer, negative) than the header.
        header: Whether it only describes columns (HXL tags).
    """

    number: int
    cells: Mapping[str, Cell] = field(repr=False)
    ragged: int = 0
    header: bool = False


def read_rows(path: Path, layout: Layout) -> Iterator[Row]:
    """Give the rows of a file, HXL tag rows marked as such.

    Raises:
        FileUnreadable: The file is damaged or of another kind. What was given before stands.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise FileUnreadable(f"The name of the file must end in one of {', '.join(FORMATS)}. Rename or convert it.")
    if suffix == ".json":
        return _json_rows(path, layout)
    if suffix == ".xlsx":
        return _table(_workbook_lines(path, layout))
    return _table(_text_lines(path, layout, layout.delimiter or DELIMITERS[suffix]))


# -- tables ------------------------------------------------------------------------------------


def _table(lines: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Row]:
    header: list[str] = []
    described = False
    for number, cells in lines:
        if not any(cells):
            continue
        if not header:
            header = _header(cells)
            continue
        tags = not described and _are_tags(cells)
        described = True
        yield Row(number, _by_column(header, cells), len(cells) - len(header), header=tags)
    if not header:
        raise FileUnreadable("The file has no header row. Put the names of the columns in its first row.")


def _header(cells: Sequence[str]) -> list[str]:
    names = [name or f"column {place}" for place, name in enumerate(cells, start=1)]
    if len(names) > MOST_CELLS:
        raise FileUnreadable(f"The header has more than {MOST_CELLS} columns. Check the delimiter in the mapping.")
    if len(set(names)) < len(names):
        raise FileUnreadable("Two columns of the header have the same name. Give each column its own.")
    return names


def _by_column(header: list[str], cells: Sequence[str]) -> dict[str, Cell]:
    if len(cells) > MOST_CELLS:
        raise FileUnreadable(f"A row has more than {MOST_CELLS} cells. Check the delimiter in the mapping.")
    found: dict[str, Cell] = dict(zip(header, cells, strict=False))
    for place in range(len(header), len(cells)):
        found[_free_name(f"column {place + 1}", found)] = cells[place]
    for name in header[len(cells) :]:
        found[name] = ""
    return found


def _free_name(name: str, taken: Mapping[str, Cell]) -> str:
    """A header may call a column "column 10" itself, and a row of JSON may have "a.b" beside an "a" with a "b"."""
    while name in taken:
        name += "+"
    return name


def _are_tags(cells: Sequence[str]) -> bool:
    """HXL: the row under the header has only hashtags and empty cells."""
    filled = [cell for cell in cells if cell]
    return all(cell.startswith("#") for cell in filled)


# -- text --------------------------------------------------------------------------------------


def _text_lines(path: Path, layout: Layout, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open("rb") as file:
        reader = csv.reader(_decoded(file, layout.encoding), delimiter=delimiter, strict=True)
        begins = 1
        while True:
            with _csv_problems(reader):
                cells = next(reader, None)
            if cells is None:
                return
            yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1


def _decoded(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Lines of text. Decoded one by one, so that the message can name the line."""
    for number, raw in enumerate(file, start=1):
        if b"\0" in raw:
            raise FileUnreadable(
                f"Line {number} holds a NUL character: the file is damaged, or is not a text file in UTF-8."
                " Export it again as UTF-8 text."
            )
        try:
            line = raw.decode(encoding)
        except UnicodeDecodeError:
            raise FileUnreadable(
                f"Line {number} is not {encoding.upper()} text. Save the file as UTF-8, or name its encoding in the"
                " mapping (file.encoding)."
            ) from None
        yield line.removeprefix("\ufeff") if number == 1 else line


@contextmanager
def _csv_problems(reader: _Reader) -> Iterator[None]:
    try:
        yield
    except csv.Error:
        # The module's own text can quote the file.
        raise FileUnreadable(
            f"The row that ends near line {reader.line_num} is not whole: a quotation mark is not closed, stands in the"
            f" middle of a cell, or a cell is longer than {LONGEST_CELL:,} characters."
            " Put text with quotation marks or line breaks in quotation marks, and double those inside."
        ) from None


# -- workbooks ---------------------------------------------------------------------------------


@contextmanager
def _workbook_problems() -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        ParseError,
        zlib.error,
        KeyError,
        EOFError,
        ValueError,
        TypeError,
        IndexError,
    ):
        raise FileUnreadable(
            "This is not a whole .xlsx workbook: it was cut off, or has another format. Open it in the program that"
            " made it and save it again as .xlsx, or as CSV in UTF-8."
        ) from None


def _workbook_lines(path: Path, layout: Layout) -> Iterator[tuple[int, Sequence[str]]]:
    with _workbook_problems():
        with zipfile.ZipFile(path) as archive:
            too_large = sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED
            open_formulas = not too_large and _open_formulas(archive)
        book = None if too_large or open_formulas else openpyxl.load_workbook(path, read_only=True, data_only=True)
    if open_formulas:
        raise FileUnreadable(
            "The workbook holds formulas whose results were never saved. Open it in a spreadsheet program, let it"
            " calculate, and save it again, or save the sheet as CSV in UTF-8."
        )
    if book is None:
        raise FileUnreadable("The workbook is too large when unpacked. Save the sheet as CSV in UTF-8.")
    try:
        if layout.sheet and layout.sheet not in book.sheetnames:
            raise FileUnreadable("The workbook has no sheet of the name in the mapping (file.sheet). Correct the name.")
        sheet = book[layout.sheet] if layout.sheet else book.worksheets[0]
        yield from _sheet_lines(sheet)
    finally:
        book.close()


def _open_formulas(archive: zipfile.ZipFile) -> bool:
    """Whether a sheet has formulas without a result: their cells would be read as empty."""
    for member in archive.infolist():
        if member.filename.startswith("xl/worksheets/"):
            with archive.open(member) as part:
                before = b""
                while chunk := part.read(_CHUNK):
                    if _OPEN_FORMULA.search(before + chunk):
                        return True
                    before = chunk[-_LONGEST_FORMULA:]
    return False


def _sheet_lines(sheet: _Sheet) -> Iterator[tuple[int, Sequence[str]]]:
    rows = iter(sheet.iter_rows(values_only=True))
    number = 0
    width = 0
    while True:
        with _workbook_problems():
            values = next(rows, None)
        if values is None:
            return
        number += 1
        cells = [_text(value).strip() for value in values]
        # A sheet has no ragged rows: what a row lacks at its end is empty, and so are cells beyond its last.
        while len(cells) > width and not cells[-1]:
            cells.pop()
        width = width or len(cells)
        yield number, cells


# -- JSON --------------------------------------------------------------------------------------


def _json_rows(path: Path, layout: Layout) -> Iterator[Row]:
    with path.open("rb") as file:
        items = iter(ijson.items(file, layout.items))
        number = 0
        while True:
            try:
                item = next(items, _END)
            except (ijson.JSONError, UnicodeDecodeError):
                raise FileUnreadable(
                    f"The JSON file cannot be read after row {number}: it was cut off, or is not JSON in UTF-8."
                    " Export it again."
                ) from None
            if item is _END:
                break
            number += 1
            if not isinstance(item, dict):
                raise FileUnreadable(
                    f"Row {number} of the JSON file is not an object with named values. Check the path of the list in"
                    " the mapping (file.items)."
                )
            yield Row(number, _cells(item))
    if not number:
        raise FileUnreadable("The JSON file has no rows at the mapping's path (file.items). Correct the path.")


def _cells(item: Mapping[str, object]) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for name, value in _flat(item, ""):
        found[_free_name(name, found)] = _cell(value)
    return found


def _flat(item: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in item.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _cell(value: object) -> Cell:
    if isinstance(value, list):
        return [_entry(entry) for entry in value]
    return _text(value).strip()


def _entry(entry: object) -> str | dict[str, str]:
    if isinstance(entry, dict):
        return {name: _joined(value) for name, value in _flat(cast("dict[str, object]", entry), "")}
    return _joined(entry)


def _joined(value: object) -> str:
    """Lists inside lists are rare: kept as one text."""
    if isinstance(value, list):
        return "; ".join(_joined(entry) for entry in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_joined(entry)}" for name, entry in _flat(value, ""))
    return _text(value).strip()


def _text(value: object) -> str:
    """A value as text: midnight is not part of a date, and a whole number has no point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        plain = value.time() == dt.time.min
        return value.date().isoformat() if plain else value.isoformat(sep=" ")
    if isinstance(value, float | Decimal) and -WHOLE < value < WHOLE and int(value) == value:
        return str(int(value))
    return str(value)
