"""Other packages on the same rows, each under a Python of its own: they pin versions that Tala does not use.

    PYTHON benchmarks/microdata_peers.py PACKAGE RAW.csv TREES.json OUT.csv

Reads nothing of Tala. Prints one JSON object: seconds of the processor, and for pycanon k and l of RAW.csv. TREES.json
has for each identifying column the codes above each code, up to ``*``.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

    Trees = dict[str, dict[str, list[str]]]

SENSITIVE = "outcome"
K, DISTINCT = 5, 2
#: The share of rows, in per cent, that anjana may drop; it knows no stars.
DROPPED = 5


def pycanon(rows: DataFrame, trees: Trees) -> dict[str, int]:
    """K and l as pycanon counts them, over the columns that are there."""
    anonymity = import_module("pycanon.anonymity")
    names = [name for name in trees if name in rows.columns]
    return {
        "k": int(anonymity.k_anonymity(rows, names)),
        "l": int(anonymity.l_diversity(rows, names, [SENSITIVE])),
    }


def anjana(rows: DataFrame, trees: Trees) -> DataFrame:
    """Global recoding and dropped rows, until k and l hold."""
    anonymity, numpy = import_module("anjana.anonymity"), import_module("numpy")
    levels = {}
    for name, tree in trees.items():
        steps = range(len(next(iter(tree.values()))))
        levels[name] = {step: numpy.array([ups[step] for ups in tree.values()]) for step in steps}
    return anonymity.l_diversity(rows, [], list(trees), SENSITIVE, K, DISTINCT, DROPPED, levels)


def anonypyx(rows: DataFrame, trees: Trees) -> DataFrame:
    """Mondrian over sets of codes; no tree, every column kept, no row dropped."""
    module = import_module("anonypyx")
    for name in (*trees, SENSITIVE):
        rows[name] = rows[name].astype("category")
    return module.Anonymiser(
        rows[[*trees, SENSITIVE]],
        k=K,
        l=DISTINCT,
        algorithm="Mondrian",
        feature_columns=list(trees),
        sensitive_column=SENSITIVE,
        generalisation_strategy="human-readable",
    ).anonymise()


def main(package: str, raw: str, trees: str, out: str) -> None:
    """Run one package and say how long it took."""
    rows = import_module("pandas").read_csv(raw, dtype=str)
    known = json.loads(Path(trees).read_text(encoding="utf-8"))
    started = time.process_time()
    made = {"pycanon": pycanon, "anjana": anjana, "anonypyx": anonypyx}[package](rows, known)
    said: dict[str, float] = {"seconds": time.process_time() - started}
    if package == "pycanon":
        said |= made
    else:
        made.to_csv(out, index=False)
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
