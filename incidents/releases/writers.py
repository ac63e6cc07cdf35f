"""A release as files. The same release gives the same bytes: anyone can check a file against the register.

Written from the protected table alone: a writer has no way to reach a number that is hidden.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from importlib import import_module
from typing import TYPE_CHECKING, Final

from incidents.disclosure.services import HIDDEN
from incidents.i18n import current_locale
from incidents.i18n import gettext as _
from incidents.releases import method, wording
from incidents.releases.brief import pdf_file
from incidents.releases.formulas import FORBIDDEN, neutral
from incidents.releases.hxl import hxl_file
from incidents.releases.layout import lay_out
from incidents.releases.metadata import json_file
from incidents.releases.package import package_file
from incidents.releases.timeless import timeless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from openpyxl.worksheet.worksheet import Worksheet

    from incidents.releases.edition import Edition

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON_TYPE: Final = "application/ld+json"
PDF_TYPE: Final = "application/pdf"
ZIP_TYPE: Final = "application/zip"
BYTE_ORDER_MARK: Final = "\ufeff"
CORE: Final = "docProps/core.xml"
MODIFIED: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
WIDTH: Final = 60
NARROW: Final = 16


def csv_file(edition: Edition) -> bytes:
    """One row for each number, hidden ones included, with codes and words; for programs and spreadsheets.

    UTF-8 with a byte order mark (without it, spreadsheets garble all but English) and CRLF as RFC 4180 asks.
    """
    sides = edition.protected.dimensions
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    heads = [head for side in sides for head in (f"{side.name}_code", side.name)]
    writer.writerow(["release", "series", *heads, edition.protected.measure, "state", "log"])
    series = neutral(str(wording.SERIES[edition.question.series]))
    for key, value in edition.protected.cells.items():
        words = [
            neutral(part)
            for side, code in zip(sides, key, strict=True)
            for part in (code, wording.code_words(side, code))
        ]
        number = ["", wording.SUPPRESSED] if value is HIDDEN else [value, wording.SHOWN]
        writer.writerow([edition.number, series, *words, *number, edition.log])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def xlsx_file(edition: Edition) -> bytes:
    """A workbook of three sheets: cover, table, method."""
    # loaded here and not above: a web worker that never writes a workbook must not pay for it and for numpy
    book = import_module("openpyxl").Workbook()
    book.remove(book.worksheets[0])
    _cover(book.create_sheet(_("Cover")), edition)
    _table(book.create_sheet(_("Table")), edition)
    _method(book.create_sheet(_("Method")), edition)
    for sheet in book.worksheets:
        sheet.sheet_view.rightToLeft = current_locale().direction == "rtl"
    book.properties.creator = "Tala"
    book.properties.title = FORBIDDEN.sub("", edition.title)
    saved = io.BytesIO()
    book.save(saved)
    # a workbook states when it was saved: the day of the release instead
    moment = f"{edition.released_on.isoformat()}T00:00:00Z".encode()
    with zipfile.ZipFile(saved) as written:
        parts = {entry.filename: written.read(entry) for entry in written.infolist()}
    parts[CORE] = MODIFIED.sub(rb"\g<1>" + moment, parts[CORE])
    return timeless(parts)


FORMATS: Final[dict[str, tuple[str, Callable[[Edition], bytes]]]] = {
    "csv": (CSV_TYPE, csv_file),
    "xlsx": (XLSX_TYPE, xlsx_file),
    "hxl.csv": (CSV_TYPE, hxl_file),
    "json": (JSON_TYPE, json_file),
    "zip": (ZIP_TYPE, package_file),
    "pdf": (PDF_TYPE, pdf_file),
}


def _cover(sheet: Worksheet, edition: Edition) -> None:
    rows = [
        (_("Title"), edition.title),
        (_("Series"), str(wording.SERIES[edition.question.series])),
        (_("Release"), str(edition.number)),
        (_("Released on"), edition.released_on.isoformat()),
        (_("Released by"), edition.organisation),
        (_("What it is"), _("Documented cases, not prevalence.")),
        (
            _("Hidden numbers"),
            _("They are written as the word “suppressed”. The sheet on the method says why."),
        ),
        (_("How to cite"), edition.citation),
        (_("Log"), edition.log),
    ]
    _pairs(sheet, rows)


def _table(sheet: Worksheet, edition: Edition) -> None:
    grid = lay_out(edition.protected)
    _write(sheet, 1, [edition.title], bold=True)
    _write(sheet, 2, [*grid.heads, *grid.columns], bold=True)
    for place, row in enumerate(grid.rows, start=3):
        cells = [wording.SUPPRESSED if value is HIDDEN else value for value in row.cells]
        _write(sheet, place, [*row.labels, *cells])
    sheet.freeze_panes = sheet.cell(row=3, column=len(grid.heads) + 1)
    _widths(sheet, [WIDTH] * len(grid.heads) + [NARROW] * len(grid.columns))


def _method(sheet: Worksheet, edition: Edition) -> None:
    _pairs(sheet, method.note(edition.question, edition.protected))
    start = sheet.max_row + 2
    _write(sheet, start, [_("Definition"), "", _("Code")], bold=True)
    for place, (code, words, definition) in enumerate(method.definitions(edition.protected), start=start + 1):
        _write(sheet, place, [words, definition, code])
    _widths(sheet, [WIDTH // 2, WIDTH * 2, NARROW])


def _pairs(sheet: Worksheet, rows: Iterable[tuple[str, str]]) -> None:
    for place, (term, meaning) in enumerate(rows, start=1):
        _write(sheet, place, [term, meaning])
        sheet.cell(row=place, column=1).font = _styles().Font(bold=True)
    _widths(sheet, [WIDTH // 2, WIDTH * 2])


def _write(sheet: Worksheet, row: int, values: Iterable[str | int], *, bold: bool = False) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row=row, column=column)
        if isinstance(value, int):
            cell.value = value
        else:
            cell.value = neutral(value)
            # said outright: openpyxl would take a leading equals sign for a formula
            cell.data_type = "s"
            cell.alignment = _styles().Alignment(wrap_text=True, vertical="top")
        if bold:
            cell.font = _styles().Font(bold=True)


def _styles() -> ModuleType:
    return import_module("openpyxl.styles")


def _widths(sheet: Worksheet, widths: Iterable[int]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[sheet.cell(row=1, column=column).column_letter].width = width
