"""The table as a data package (Frictionless, version 1): what columns are and codes mean, in one archive."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from incidents.disclosure.services import HIDDEN, TOTAL
from incidents.releases import wording
from incidents.releases.formulas import neutral
from incidents.releases.metadata import LICENCE, described
from incidents.releases.timeless import timeless

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.releases.edition import Edition

CODES: Final = ("dimension", "code", "label", "parent")


def package_file(edition: Edition) -> bytes:
    """A zip archive of ``datapackage.json``, the table with all its sums, and the list of codes."""
    sides = edition.protected.dimensions
    measure = edition.protected.measure
    rows = (
        (*map(neutral, key), *(("", wording.SUPPRESSED) if value is HIDDEN else (value, wording.SHOWN)))
        for key, value in edition.protected.cells.items()
    )
    codes = (
        (
            side.name,
            code,
            neutral(wording.code_words(side, code)),
            side.parents.get(code, TOTAL if code != TOTAL else ""),
        )
        for side in sides
        for code in side.all_codes
    )
    return timeless(
        {
            "datapackage.json": json.dumps(_descriptor(edition), ensure_ascii=False, indent=1).encode(),
            "table.csv": _csv((*(side.name for side in sides), measure, "state"), rows),
            "codes.csv": _csv(CODES, codes),
        }
    )


def _csv(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue().encode()


def _descriptor(edition: Edition) -> dict[str, Any]:
    about = described(edition)
    sides = edition.protected.dimensions
    fields: list[dict[str, Any]] = [
        {
            "name": side.name,
            "title": str(wording.DIMENSIONS[side.name]),
            "type": "string",
            "constraints": {"required": True, "enum": [neutral(code) for code in side.all_codes]},
        }
        for side in sides
    ]
    fields.append({"name": edition.protected.measure, "type": "integer", "constraints": {"minimum": 0}})
    states = [wording.SHOWN, wording.SUPPRESSED]
    fields.append({"name": "state", "type": "string", "constraints": {"required": True, "enum": states}})
    return {
        "profile": "tabular-data-package",
        "name": edition.name,
        "title": about["name"],
        "description": about["description"],
        "version": about["version"],
        "created": f"{about['datePublished']}T00:00:00Z",
        "licenses": [{"name": "CC-BY-NC-4.0", "path": LICENCE}],
        "sources": [{"title": about["citation"]}],
        "contributors": [{"title": edition.organisation, "role": "publisher"}],
        "resources": [
            _resource("table", fields, [side.name for side in sides]),
            _resource("codes", [{"name": name, "type": "string"} for name in CODES], ["dimension", "code"]),
        ],
    }


def _resource(name: str, fields: list[dict[str, Any]], key: list[str]) -> dict[str, Any]:
    schema = {"fields": fields, "primaryKey": key, "missingValues": [""]}
    about = {"profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
    return {"name": name, "path": f"{name}.csv", **about, "schema": schema}
