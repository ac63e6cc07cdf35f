"""Rows for partners: seconds of the processor and what is lost, k and l counted by pycanon, beside two packages.

pycanon 1.3.6, anjana 1.2.3 and anonypyx 0.2.11 pin versions of numpy and pandas that Tala does not use (and that
newer Pythons do not have), so each runs under a Python of its own, named by an environment variable:

    python -m venv oracle && oracle/bin/pip install pycanon==1.3.6    TALA_PYCANON=oracle/bin/python
    python -m venv anjana && anjana/bin/pip install anjana==1.2.3     TALA_ANJANA=anjana/bin/python
    python -m venv pyx && pyx/bin/pip install anonypyx==0.2.11        TALA_ANONYPYX=pyx/bin/python

What is lost is measured alike for all: bits that a reader no longer gets, in parts of those that the raw rows say
(incidents/disclosure/recoding.py); a row that was dropped has lost all of them.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from incidents.disclosure.microdata import anonymise
from incidents.disclosure.microdata_policy import STAR, RowsPolicy, RowsQuestion
from tests.factories.rows import person_columns, person_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from incidents.disclosure.dimensions import Dimension
    from incidents.disclosure.microdata import AnonymisedRows

POLICY: Final = RowsPolicy.load()
COLUMNS: Final = ("area", "violation", "perpetrator", "year", "gender", "age")
SENSITIVE: Final = "outcome"
WEIGHTS: Final = {"equal weights": {}, "area 4, violation 2": {"area": 4.0, "violation": 2.0}}
SIZES: Final = (10_000, 100_000, 1_000_000)
#: A Python of a package, and the largest file it is given.
PEERS: Final = {"anjana": ("TALA_ANJANA", 100_000), "anonypyx": ("TALA_ANONYPYX", 10_000)}
LONGEST: Final = 900


def run() -> Iterator[str]:
    """Measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in SIZES:
            rows = person_rows(size).drop("month")
            rows.write_csv(folder / "raw.csv")
            (folder / "trees.json").write_text(json.dumps(trees()), encoding="utf-8")
            for words, weights in WEIGHTS.items():
                yield from ours(folder, rows, words, weights, POLICY)
            # what the packages are asked for
            yield from ours(folder, rows, "k and l alone", {}, replace(POLICY, global_risk=1.0))
            yield from beside(folder, rows)


def ours(folder: Path, rows: pl.DataFrame, words: str, weights: dict[str, float], policy: RowsPolicy) -> Iterator[str]:
    """Tala's rows with these weights."""
    asked = RowsQuestion(
        columns=tuple(person_columns()[name] for name in COLUMNS),
        sensitive=(SENSITIVE,),
        weights=weights,
        below_country_permitted=True,
    )
    started = time.process_time()
    made: AnonymisedRows = anonymise(rows, asked, policy)
    seconds = time.process_time() - started
    made.frame.write_csv(folder / "made.csv")
    lost = losses(rows, made.frame)
    yield (
        f"{rows.height:9,} rows, {words}: {seconds:.2f} s, lost {_mean(lost):.1%}, starred {made.starred_share:.2%}, "
        f"global risk {made.after.population_global:.2%}; {counted(folder)}"
    )
    yield f"          {_each(lost)}"


def beside(folder: Path, rows: pl.DataFrame) -> Iterator[str]:
    """Other packages on the same rows."""
    for package, (variable, largest) in PEERS.items():
        if rows.height > largest:
            continue
        said = asked_of(package, variable, folder, "raw.csv")
        if isinstance(said, str):
            yield f"{rows.height:9,} rows, {package}: {said}"
            continue
        shown = pl.read_csv(folder / "out.csv", infer_schema=False)
        if "count" in shown.columns:  # anonypyx counts rows that are the same
            shown = shown.select(pl.exclude("count").repeat_by(pl.col("count").cast(pl.Int64))).explode(pl.all())
        lost = losses(rows, shown)
        yield (
            f"{rows.height:9,} rows, {package}: {said['seconds']:.2f} s, lost {_mean(lost):.1%}, "
            f"rows dropped {1 - shown.height / rows.height:.1%}"
        )
        yield f"          {_each(lost)}"


def counted(folder: Path) -> str:
    """K and l of the rows made, by pycanon."""
    said = asked_of("pycanon", "TALA_PYCANON", folder, "made.csv")
    return said if isinstance(said, str) else f"pycanon: k = {said['k']:.0f}, l = {said['l']:.0f}"


def asked_of(package: str, variable: str, folder: Path, file: str) -> dict[str, float] | str:
    """What a package says, or why it was not asked."""
    python = os.environ.get(variable)
    if not python:
        return f"not run ({variable} is not set; see the head of this file)"
    script = Path(__file__).with_name("microdata_peers.py")
    command = [python, str(script), package, str(folder / file), str(folder / "trees.json"), str(folder / "out.csv")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LONGEST)  # noqa: S603
    except subprocess.TimeoutExpired:
        return f"not ended after {LONGEST} s"
    said: dict[str, float] = json.loads(done.stdout)
    return said


def trees() -> dict[str, dict[str, list[str]]]:
    """For each column, what each leaf becomes step by step, each as long as the deepest, up to a star."""
    return {name: _tree(person_columns()[name]) for name in COLUMNS}


def _tree(side: Dimension) -> dict[str, list[str]]:
    ups = {leaf: list(side.path(leaf)[:-1]) for leaf in side.leaves}
    deepest = max(len(path) for path in ups.values())
    return {leaf: path + path[-1:] * (deepest - len(path)) + [STAR] for leaf, path in ups.items()}


def losses(raw: pl.DataFrame, shown: pl.DataFrame) -> dict[str, float]:
    """The share of each column's bits that a reader of these rows no longer gets, 0 to 1."""
    return {name: _loss(raw[name], shown[name] if name in shown.columns else None, name) for name in COLUMNS}


def _loss(raw: pl.Series, shown: pl.Series | None, name: str) -> float:
    persons: Counter[str] = Counter()
    side = person_columns()[name]
    for code, count in raw.value_counts().iter_rows():
        persons.update(dict.fromkeys(side.path(code), count))
    said = _bits(persons, raw.value_counts().iter_rows(), len(raw))
    kept = 0.0 if shown is None else _bits(persons, shown.value_counts().iter_rows(), len(raw))
    return 1 - kept / said if said else 0.0


def _bits(persons: Counter[str], cells: Iterable[tuple[str, int]], rows: int) -> float:
    """Bits said by cells, each of which may name several codes."""
    return sum(
        -count * math.log2(sum(persons[one] for one in text.split(",")) / rows) for text, count in cells if text != STAR
    )


def _mean(lost: dict[str, float]) -> float:
    return sum(lost.values()) / len(lost)


def _each(lost: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in lost.items())
