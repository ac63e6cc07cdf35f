"""Measure the suggested pairs on files of which the answer is known, and list nobody.

    python tools/check_overlaps.py FILE.csv [FILE.csv ...] [--list ROWS.tsv] [--named ROWS --seed SEED]

A FILE is a table of incidents, one a row, in which the column ``dup_of`` names the row that a row is a near-copy of.
Its rows are turned into rows of the linkage frame directly; no case is saved. ``--list`` names a list of killings
(``no.``, ``date``, ``name``, ``city``, ``province``): which of its identical rows are suggested to a person.
``--named`` invents accounts of people who have names, by five sources that spell, date and place them differently.
Prints counts and seconds of the processor only. "Grouped" is what would follow if a person linked all pairs from a
threshold on, best first, and none that makes a group of more than GROUP: pairs within the groups are counted.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import random
import resource
import sys
import time
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

sys.path.insert(0, str(Path(__file__).parent.parent))

from incidents.facts.columns import polars_schema
from incidents.overlaps.features import LINKAGE_COLUMNS, points
from incidents.overlaps.linkage import SUGGESTED, candidates, candidates_of
from incidents.overlaps.sketch import name_sketch, place_sketch
from incidents.records.dates import parse
from incidents.records.schema import Geo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from incidents.overlaps.linkage import Candidate

    Pair = tuple[str, str]

Drawn = TypeVar("Drawn")
KINDS = {"killing": "LIF", "arrest or detention": "LIB", "sexual violence": "GBV"}
AGES = {11: "0_11", 14: "12_14", 17: "15_17", 24: "18_24", 34: "25_34", 49: "35_49", 64: "50_64", 999: "65"}
THRESHOLDS = (SUGGESTED, 0.5, 0.9)
#: Accounts of one incident are few.
GROUP = 8
#: What tells no two rows of a file apart, and days that accounts of one incident may lie apart.
NOT_COMPARED = frozenset({"incident_ref", "date", "dup_of"})
APART = 2


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
    return within(groups.values())


def within(groups: Iterable[Iterable[str]]) -> set[Pair]:
    """All pairs of members of the same group."""
    return {(one, other) for group in groups for one, other in combinations(sorted(group), 2)}


def grouped(chosen: Iterable[Candidate]) -> list[set[str]]:
    """Groups that pairs connect, likeliest first; a pair that would make a group too large connects nothing."""
    group: dict[str, set[str]] = {}
    for pair in chosen:
        one, other = (group.setdefault(end, {end}) for end in pair.ids)
        if one is not other and len(one) + len(other) <= GROUP:
            one |= other
            group |= dict.fromkeys(other, one)
    return list({id(members): members for members in group.values()}.values())


def bound(listed: Iterable[dict[str, str]], truth: set[Pair]) -> str:
    """What nobody could tell: pairs without name and point that agree in all there is, of one incident and not."""
    alike: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in listed:
        if name_sketch(row["victim_name"]) is None and not row["lat"]:
            alike[tuple(value for name, value in row.items() if name not in NOT_COMPARED)].append(row)
    pairs = [two for group in alike.values() for two in combinations(group, 2) if near(*two)]
    true = sum(tuple(sorted(row["incident_ref"] for row in two)) in truth for two in pairs)
    recall = 1 - true / max(1, len(truth))
    return (
        f"  not to be told apart: {true} true and {len(pairs) - true} other pairs; without them at best "
        f"R {recall:.3f} F1 {2 * recall / (1 + recall):.3f}"
    )


def near(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two rows are of about the same day; spans have to be equal."""
    mine, theirs = window(one["date"]), window(other["date"])
    first, second = mine["first"], theirs["first"]
    if first is None or second is None or mine["last"] != first:
        return mine == theirs
    return abs(first - second) <= APART


def measure(path: Path) -> Iterator[str]:
    """Precision, recall and F1 at a few thresholds, what they could be at best, and what it cost."""
    listed = rows(path)
    begun = time.process_time()
    table = frame(map(features, listed))
    truth = true_pairs(listed)
    yield from weighed(path.name, table, truth, time.process_time() - begun)
    yield bound(listed, truth)


def weighed(title: str, table: pl.DataFrame, truth: set[Pair], spent: float) -> Iterator[str]:
    """Precision, recall and F1 of a frame, for pairs and for groups; ``spent`` is what its rows cost, in seconds."""
    read = time.process_time()
    found = candidates(table)
    linked = time.process_time()
    candidates_of(table, table["id"][table.height // 2])
    one = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield (
        f"{title}: {table.height} rows, {len(truth)} true pairs, features {spent:.1f} s, all pairs "
        f"{linked - read:.1f} s, one case {(one - linked) * 1000:.0f} ms, frame {table.estimated_size() / 1e6:.1f} MB, "
        f"peak {peak:.0f} MB"
    )
    for threshold in THRESHOLDS:
        chosen = [pair for pair in found if pair.likely >= threshold]
        groups = grouped(chosen)
        yield (
            f"  from {threshold}: {len(chosen)} pairs, {figures({pair.ids for pair in chosen}, truth)}; "
            f"{len(groups)} groups of at most {max(map(len, groups), default=0)}, {figures(within(groups), truth)}"
        )


def figures(chosen: set[Pair], truth: set[Pair]) -> str:
    """Precision, recall and F1 of some pairs."""
    hits = len(chosen & truth)
    precision, recall = hits / max(1, len(chosen)), hits / max(1, len(truth))
    return f"P {precision:.3f} R {recall:.3f} F1 {2 * hits / max(1, len(chosen) + len(truth)):.3f}"


def invented(count: int, seed: int) -> tuple[list[dict[str, Any]], set[Pair]]:
    """Accounts of invented people who were killed, by up to five sources each, and which are of the same person."""
    draw = random.Random(seed)  # noqa: S311 - invented data that has to come out the same each time
    pools = [words_of(draw, size) for size in (400, 900)]
    towns = [(f"PH-{area:02}", word) for area in range(30) for word in words_of(draw, 12)]
    found: list[dict[str, Any]] = []
    groups: list[list[str]] = []
    while len(found) < count:
        person = {
            "name": [common(draw, pool) for pool in pools],
            "day": draw.randrange(735_000, 736_100),
            "town": common(draw, towns),
            "gender": draw.choice(("GEN_M", "GEN_M", "GEN_M", "GEN_F")),
            "age": draw.choice(list(AGES.values())),
        }
        told = draw.choices((1, 2, 3, 4, 5), (78, 14, 5, 2, 1))[0]
        groups.append([f"{len(found) + at:07}" for at in range(told)])
        found.extend(account(draw, person, id_) for id_ in groups[-1])
    return found, within(groups)


def account(draw: random.Random, person: dict[str, Any], id_: str) -> dict[str, Any]:
    """What one source says of a person."""
    area, town = person["town"]
    day = person["day"] + draw.choice((0, 0, 0, 0, 0, 0, 1, 1, -1, draw.randint(-7, 7)))
    high, low = name_sketch(spelled(draw, *person["name"])) or (None, None)
    return {
        "id": id_,
        "first": day,
        "last": day,
        "country": "PH",
        "area": area if draw.random() > 0.05 else None,  # noqa: PLR2004 - a share
        "violation_group": "LIF",
        "fatal": True,
        "gender": draw.choice((person["gender"],) * 4 + (None,)),
        "age": draw.choice((f"AGE_{person['age']}",) * 3 + (None,)),
        "size": 1,
        "name_high": high,
        "name_low": low,
        "place": place_sketch(draw.choice((town, town, town, f"near {town} market", ""))),
    }


def spelled(draw: random.Random, given: str, family: str) -> str:
    """A name as one source writes it: other vowels, a letter lost, turned round, with a nickname, or not at all."""
    words = [draw.choice((word, word, word, respelled(draw, word))) for word in (given, family)]
    if draw.random() < 0.08:  # noqa: PLR2004 - a share
        word = words[1]
        at = draw.randrange(1, len(word))
        words[1] = word[:at] + word[at + 1 :]
    first, last = words
    return draw.choices(
        (f"{first} {last}", f"{last}, {first}", f"{first} {last} alias {first[:3]}o", last, "Unidentified"),
        (55, 25, 10, 4, 6),
    )[0]


def respelled(draw: random.Random, word: str) -> str:
    """A word with other vowels, as transliterations have."""
    return "".join(draw.choice("aeiou") if letter in "aeiou" else letter for letter in word)


def words_of(draw: random.Random, count: int) -> list[str]:
    """Invented words of two or three syllables."""
    return [
        "".join(draw.choice("bdfgklmnprst") + draw.choice("aeiou") for _ in range(draw.choice((2, 3, 3)))) + "n"
        for _ in range(count)
    ]


def common(draw: random.Random, pool: Sequence[Drawn]) -> Drawn:
    """One of some, the first far more often than the last, as names and towns are."""
    return pool[int(len(pool) * draw.random() ** 2)]


def named(count: int, seed: int) -> Iterator[str]:
    """The figures for invented accounts of people with names."""
    begun = time.process_time()
    listed, truth = invented(count, seed)
    table = frame(listed)
    yield from weighed(f"named, seed {seed}", table, truth, time.process_time() - begun)


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
    parser.add_argument("--named", type=int, nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for count in asked.named:
        print("\n".join(named(count, asked.seed)))
    for path in asked.files:
        print("\n".join(measure(path)))
    if asked.list:
        print("\n".join(identical(asked.list)))


if __name__ == "__main__":
    main()
