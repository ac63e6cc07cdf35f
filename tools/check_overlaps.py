"""Measure the suggested pairs on files of which the answer is known, and list nobody.

    python tools/check_overlaps.py FILE.csv [FILE.csv ...] [--list ROWS.tsv]

A FILE is a table of incidents, one a row, in which the column ``dup_of`` names the row that a row is a near-copy of.
Its rows are turned into rows of the linkage frame directly; no case is saved. ``--list`` names a list of killings
(``no.``, ``date``, ``name``, ``city``, ``province``): which of its identical rows are suggested to a person.
Prints counts and seconds of the processor only.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import resource
import sys
import time
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

sys.path.insert(0, str(Path(__file__).parent.parent))

from incidents.facts.columns import polars_schema
from incidents.overlaps.features import LINKAGE_COLUMNS, points
from incidents.overlaps.linkage import SUGGESTED, candidates, candidates_of
from incidents.overlaps.sketch import name_sketch, place_sketch
from incidents.records.dates import parse
from incidents.records.schema import Geo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Pair = tuple[str, str]

KINDS = {"killing": "LIF", "arrest or detention": "LIB", "sexual violence": "GBV"}
AGES = {11: "0_11", 14: "12_14", 17: "15_17", 24: "18_24", 34: "25_34", 49: "35_49", 64: "50_64", 999: "65"}
THRESHOLDS = (SUGGESTED, 0.5, 0.9)


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a file."""
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def frame(values: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """Rows of the linkage frame; columns that are not named are empty."""
    blank = {column.name: None for column in LINKAGE_COLUMNS} | {"fatal": False}
    listed = [blank | value | {"case": number} for number, value in enumerate(values, start=1)]
    return pl.DataFrame(listed, schema=polars_schema(LINKAGE_COLUMNS))


def features(row: dict[str, str]) -> dict[str, Any]:
    """What a row of the common layout says, as the linkage frame has it."""
    high, low = name_sketch(row["victim_name"]) or (None, None)
    geo = Geo(lat=float(row["lat"]), lon=float(row["lon"])) if row["lat"] else None
    spot, nearby = points(geo)
    age = next(band for last, band in AGES.items() if int(row["victim_age"]) <= last) if row["victim_age"] else ""
    return {
        "id": row["incident_ref"],
        **window(row["date"]),
        "country": row["country_iso2"],
        "area": row["admin1"] or None,
        "violation_group": KINDS.get(row["violation_type"], "POL"),
        "fatal": row["killed_count"] not in {"", "0"},
        "age": f"AGE_{age}" if age else None,
        "size": int(row["victim_count"]) if row["victim_count"] else None,
        "name_high": high,
        "name_low": low,
        "place": place_sketch(row["place"]),
        "spot": spot,
        "nearby": nearby,
    }


def window(text: str) -> dict[str, int | None]:
    """First and last day of a date, month or year."""
    if not text:
        return {"first": None, "last": None}
    date = parse(text)
    ends = {"first": date.first_day, "last": date.last_day}
    return {name: day.toordinal() if isinstance(day, dt.date) else None for name, day in ends.items()}


def true_pairs(found: Iterable[dict[str, str]]) -> set[Pair]:
    """All pairs of rows that are near-copies of one row, directly or not."""
    root: dict[str, str] = {}
    groups: dict[str, list[str]] = defaultdict(list)
    for row in found:
        ref, original = row["incident_ref"], row["dup_of"]
        root[ref] = root.get(original, original) if original else ref
        groups[root[ref]].append(ref)
    return {tuple(sorted(two)) for group in groups.values() for two in combinations(group, 2)}  # type: ignore[misc]


def measure(path: Path) -> Iterator[str]:
    """Precision, recall and F1 at a few thresholds, and what it cost."""
    listed = rows(path)
    begun = time.process_time()
    table = frame(map(features, listed))
    read = time.process_time()
    found = candidates(table)
    linked = time.process_time()
    candidates_of(table, table["id"][table.height // 2])
    one = time.process_time()
    truth = true_pairs(listed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield (
        f"{path.name}: {table.height} rows, {len(truth)} true pairs, features {read - begun:.1f} s, all pairs "
        f"{linked - read:.1f} s, one case {(one - linked) * 1000:.0f} ms, frame {table.estimated_size() / 1e6:.1f} MB, "
        f"peak {peak:.0f} MB"
    )
    for threshold in THRESHOLDS:
        chosen = {pair.ids for pair in found if pair.likely >= threshold}
        hits = len(chosen & truth)
        precision, recall = hits / max(1, len(chosen)), hits / max(1, len(truth))
        f1 = 2 * hits / max(1, len(chosen) + len(truth))
        yield f"  from {threshold}: {len(chosen)} pairs, P {precision:.3f} R {recall:.3f} F1 {f1:.3f}"


def identical(path: Path) -> Iterator[str]:
    """Which identical rows of a list of killings are suggested. None is linked: nothing here could."""
    listed = rows(path, "\t")
    table = frame(map(listed_features, listed))
    found = {pair.ids: pair.likely for pair in candidates(table)}
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in listed:
        alike[tuple(value for name, value in row.items() if name != "no.")].append(row["no."].strip())
    for numbers in (group for group in alike.values() if len(group) > 1):
        scores = [found.get(tuple(sorted(two))) for two in combinations(numbers, 2)]  # type: ignore[call-overload]
        words = ["not suggested" if score is None else f"{score:.2f}" for score in scores]
        yield f"{path.name}: identical rows {', '.join(numbers)}: {', '.join(words)}"
    yield f"{path.name}: {len(found)} pairs suggested of {table.height} rows; linked by itself: 0"


def listed_features(row: dict[str, str]) -> dict[str, Any]:
    """What a row of a list of killings says."""
    high, low = name_sketch(row["name"]) or (None, None)
    return {
        "id": row["no."].strip(),
        **window(row["date"].strip()),
        "country": "PH",
        "area": row["province"].strip() or None,
        "violation_group": "LIF",
        "fatal": True,
        "size": 1,
        "name_high": high,
        "name_low": low,
        "place": place_sketch(row["city"]),
    }


def main() -> None:
    """Measure the files that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--list", type=Path)
    asked = parser.parse_args()
    for path in asked.files:
        print("\n".join(measure(path)))
    if asked.list:
        print("\n".join(identical(asked.list)))


if __name__ == "__main__":
    main()
