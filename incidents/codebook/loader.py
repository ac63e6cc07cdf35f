"""Reads the codebook from files, strictly: a doubtful row stops the program and names its file and line.

Pure apart from reading: no Flask, no database, no cache (that is `services`).
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import tomllib
from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING

from incidents.codebook.models import Change, Code, Codebook, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

COLUMNS = ("code", "label", "parent", "definition", "maps_to", "source", "valid_from", "valid_to")
REQUIRED = ("code", "label", "definition", "source")

_CODE = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)*", re.ASCII)
_SCHEME = re.compile(r"[A-Z][A-Z0-9]*", re.ASCII)


class CodebookError(ValueError):
    """A file of the codebook is not as it must be; the message says which, where and what to do."""


def read_codebook(folder: Path) -> Codebook:
    """Read `codebook.toml` and every `*.csv` beside it.

    Raises:
        CodebookError: when a file is missing or breaks a rule.
    """
    head = _read_head(folder / "codebook.toml")
    vocabularies = {path.stem: read_vocabulary(path) for path in sorted(folder.glob("*.csv"))}
    if not vocabularies:
        raise CodebookError(f"{folder}: no vocabulary found; put the *.csv files beside codebook.toml.")
    return Codebook(*head, MappingProxyType(vocabularies))


def read_vocabulary(path: Path) -> Vocabulary:
    """Read one vocabulary; its name is the file's name without `.csv`.

    Raises:
        CodebookError: naming the file and the line.
    """
    codes: dict[str, Code] = {}
    lines: dict[str, int] = {}
    for line, row in _rows(path):
        code = _code(row, f"{path.name}:{line}")
        if code.code in codes:
            raise CodebookError(f"{path.name}:{line}: {code.code} is listed twice; keep one row a code.")
        codes[code.code], lines[code.code] = code, line
    _check_tree(path.name, codes, lines)
    return Vocabulary(path.stem, MappingProxyType(codes))


def _read_head(path: Path) -> tuple[str, dt.date, tuple[Change, ...]]:
    try:
        head = tomllib.loads(path.read_text(encoding="utf-8"))
        version, date = head["version"], head["date"]
        changes = tuple(Change(change["version"], change["summary"]) for change in head["changes"])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CodebookError(f"{path.name}: give a version, a date and [[changes]] ({error}).") from error
    if not isinstance(version, str) or not re.fullmatch(r"\d{4}\.\d{2}", version):
        raise CodebookError(f'{path.name}: version must be year and month, such as "2026.11".')
    if type(date) is not dt.date:  # a datetime is a date too, and is not meant here
        raise CodebookError(f"{path.name}: date must be a day, such as 2026-11-24.")
    return version, date, changes


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CodebookError(f"{path.name}: cannot be read as UTF-8 text ({error}).") from error
    if text.startswith("\ufeff") or "\r" in text:
        raise CodebookError(f"{path.name}: save it without byte order mark and with LF line ends.")
    if not text.endswith("\n"):
        raise CodebookError(f"{path.name}: end the last row with a line end.")
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        if tuple(next(reader)) != COLUMNS:
            raise CodebookError(f"{path.name}:1: the header must be {','.join(COLUMNS)}.")
        for cells in reader:
            if len(cells) != len(COLUMNS):
                raise CodebookError(
                    f"{path.name}:{reader.line_num}: {len(cells)} cells where {len(COLUMNS)} belong;"
                    " put text with commas in quotes."
                )
            yield reader.line_num, dict(zip(COLUMNS, cells, strict=True))
    except csv.Error as error:
        raise CodebookError(f"{path.name}:{reader.line_num}: not readable as CSV ({error}).") from error


def _code(row: Mapping[str, str], where: str) -> Code:
    for column, cell in row.items():
        if cell != cell.strip() or "  " in cell or "\n" in cell:
            raise CodebookError(f"{where}: stray space or line end in {column}; remove it.")
        if not cell and column in REQUIRED:
            raise CodebookError(f"{where}: {column} is empty; fill it in.")
    if not _CODE.fullmatch(row["code"]):
        raise CodebookError(f"{where}: a code is upper-case letters and digits parted by underscores.")
    first, last = (_day(row[column], f"{where}: {column}") for column in ("valid_from", "valid_to"))
    if first and last and first > last:
        raise CodebookError(f"{where}: valid_from is after valid_to; swap or correct them.")
    return Code(
        code=row["code"],
        label=row["label"],
        definition=row["definition"],
        parent=row["parent"] or None,
        mappings=_mappings(row["maps_to"], where),
        source=row["source"],
        valid_from=first,
        valid_to=last,
    )


def _day(cell: str, where: str) -> dt.date | None:
    if not cell:
        return None
    try:
        return dt.datetime.strptime(cell, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise CodebookError(f"{where} must be a day such as 2026-11-24, or empty.") from None


def _mappings(cell: str, where: str) -> Mapping[str, tuple[str, ...]]:
    targets: dict[str, list[str]] = defaultdict(list)
    for token in cell.split(";") if cell else ():
        scheme, _, target = token.partition(":")
        if not _SCHEME.fullmatch(scheme) or not target or target != target.strip():
            raise CodebookError(f"{where}: maps_to holds SCHEME:TARGET tokens parted by semicolons.")
        if target in targets[scheme]:
            raise CodebookError(f"{where}: maps_to names {scheme}:{target} twice; keep one.")
        targets[scheme].append(target)
    return MappingProxyType({scheme: tuple(found) for scheme, found in targets.items()})


def _check_tree(name: str, codes: Mapping[str, Code], lines: Mapping[str, int]) -> None:
    """Parents exist and stand above their children: that alone rules cycles out."""
    labels: set[tuple[str | None, str]] = set()
    for code in codes.values():
        where = f"{name}:{lines[code.code]}"
        if code.parent is not None and lines.get(code.parent, lines[code.code]) >= lines[code.code]:
            raise CodebookError(f"{where}: the parent {code.parent} must have a row of its own above this one.")
        if (code.parent, code.label.casefold()) in labels:
            raise CodebookError(f"{where}: two choices beside each other are called {code.label!r}; rename one.")
        labels.add((code.parent, code.label.casefold()))
    if not codes:
        raise CodebookError(f"{name}: no code in it; a vocabulary has at least one.")
