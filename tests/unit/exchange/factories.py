"""Plainly fictional files and mappings, in the shapes that real ones have."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import openpyxl

from incidents.exchange.mapping import Mapping, read_mapping
from incidents.exchange.readers import Layout, Row, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KILL_LIST_HEADER = ("no.", "date", "time", "name", "place", "facts", "barangay", "city", "province")


def write_table(path: Path, *rows: Sequence[str]) -> Path:
    """A CSV or TSV file, as the suffix of its path says."""
    delimiter = "\t" if path.suffix == ".tsv" else ","
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def write_workbook(path: Path, *rows: Sequence[Any], sheet: str = "Sheet") -> Path:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def write_json(path: Path, content: object) -> Path:
    """A JSON file."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def rows_of(path: Path, **layout: Any) -> list[Row]:
    """All rows of a file."""
    return list(read_rows(path, Layout(**layout)))


def row(number: int = 2, **cells: Any) -> Row:
    """A row of a file."""
    return Row(number, cells)


def kill_list_row(number: int = 2, **changes: Any) -> Row:
    """A row in the shape of the newspaper's list."""
    cells = {
        "no.": "1",
        "date": "2031-03-05",
        "time": "9:00 p.m.",
        "name": "Example Person, suspected drug pusher",
        "place": "Sample City, Metro Manila",
        "facts": "Killed by unknown hitmen",
        "barangay": "",
        "city": "Sample City",
        "province": "Metro Manila",
    }
    return Row(number, cells | changes)


def protest_row(**changes: Any) -> Row:
    """A row in the shape of the collection of protest reports."""
    cells: dict[str, Any] = {
        "id": "zz-sample-1",
        "state": "Oregon",
        "city": "Sampleville",
        "title": "Police strike a fictional person",
        "date_text": "2031-05-30",
        "description": "A fictional account.",
        "tags": ["arrest", "baton", "journalist"],
        "geolocation": "10.5, -20.25",
        "links": [
            {"url": "https://youtu.be/sample", "text": "film"},
            {"url": "https://news.example/1", "text": ""},
        ],
    }
    return Row(1, cells | changes)


def event_row(**changes: str) -> Row:
    """A row in the shape of the data set of armed events."""
    cells = {
        "id": "900001",
        "relid": "ZZZ-2031-1-1",
        "type_of_violence": "3",
        "conflict_name": "Samplia: Government",
        "dyad_name": "Government of Philippines - Civilians",
        "side_a": "Government of Philippines",
        "side_b": "Civilians",
        "source_article": "Sample Agency, 2031-02-03",
        "source_headline": "A fictional headline",
        "where_prec": "4",
        "where_description": "somewhere in Cebu",
        "adm_1": "Cebu province",
        "latitude": "10.3",
        "longitude": "123.9",
        "iso3": "PHL",
        "date_prec": "2",
        "date_start": "2031-01-30 00:00:00.000",
        "date_end": "2031-02-02 00:00:00.000",
        "deaths_a": "0",
        "deaths_civilians": "3",
        "best": "3",
        "high": "5",
        "low": "2",
        "number_of_sources": "-1",
    }
    return Row(3, cells | changes)


def plan(**changes: Any) -> Mapping:
    """A small mapping: a date, a place, a killing, a source."""
    given: dict[str, Any] = {
        "id": "sample-list",
        "title": "A fictional list",
        "incident": {
            "country": "PH",
            "date": {"column": "when", "forms": [{"pattern": r"^(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)$"}]},
            "place_text": ["where"],
            "narrative": ["{what}"],
            "drug_nexus": "NX_REP",
            "open_source": True,
            "harm_test_note": "Fictional.",
        },
        "persons": [{"name": "who", "years": "age", "acts": [{"violation": "LIF_UNK"}]}],
        "perpetrators": [{"perp_type": "UN_UNK"}],
        "sources": [{"source_type": "SRC_MED", "independence": "IND_SEC", "citation": "A fictional paper."}],
    }
    incident = changes.pop("incident", {})
    merged = given | changes
    merged["incident"] = given["incident"] | incident
    return Mapping.model_validate(merged)


def shipped(name: str) -> Mapping:
    """A mapping that comes with the program."""
    return read_mapping(name)
