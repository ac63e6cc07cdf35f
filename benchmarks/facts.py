"""Synthetic facts at size: seeded, skewed as real ones are, several acts a case."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from incidents.codebook.services import codebook
from incidents.facts.columns import polars_schema
from incidents.facts.frames import HELD_SCHEMA, Frame
from incidents.facts.schema import FACT_COLUMNS, RULES_VERSION, categories

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED: Final = 20261124
COUNTRIES: Final = 90
FIRST_YEAR, LAST_YEAR = 2012, 2026
STATUSES: Final = {"VS_1": 5, "VS_2": 35, "VS_3": 30, "VS_4": 20, "VS_5": 5, "VS_C": 5}
PERSONS_A_CASE: Final = {1: 75, 2: 15, 3: 8, 8: 2}
ACTS_A_PERSON: Final = {1: 55, 2: 25, 3: 15, 4: 5}


def facts_frame(rows: int) -> Frame:
    """A frame of exactly so many rows."""
    draw = Draw(rows)
    table = draw.cases().explode("persons").drop("persons")
    table = draw.persons(table).explode("acts").drop("acts").head(rows)
    table = draw.acts(table)
    schema = polars_schema()
    columns = (pl.col(name) if name in table.columns else pl.lit(None).alias(name) for name in schema)
    return Frame(
        table.select(column.cast(dtype) for column, dtype in zip(columns, schema.values(), strict=True)).sort(
            "case", "person"
        ),
        pl.DataFrame(schema=HELD_SCHEMA),
    )


class Draw:
    """Columns drawn at random, for cases, then for persons, then for acts."""

    def __init__(self, rows: int) -> None:
        self._random = random.Random(SEED)  # noqa: S311 - synthetic rows
        self._rows = rows
        self._codes = {column.name: categories(column) for column in FACT_COLUMNS}
        self._book = codebook()

    def cases(self) -> pl.DataFrame:
        """What all rows of a case share; ``persons`` is a list as long as the case has persons."""
        count = self._rows // 2
        countries = self._random.sample([code.code for code in self._book.countries()], COUNTRIES)
        country = self._skewed(countries, count)
        month = [self._random.randint(FIRST_YEAR, LAST_YEAR) * 100 + self._random.randint(1, 12) for _ in range(count)]
        return pl.DataFrame(
            {
                "case": pl.Series([self._random.getrandbits(64) for _ in range(count)], dtype=pl.UInt64),
                "persons": self._lists(PERSONS_A_CASE, count),
                "month": month,
                "year": [one // 100 for one in month],
                "country": country,
                "network": [self._book.network_of(one) for one in country],
                "verification": self._weighted(STATUSES, count),
                "perpetrator": self._skewed(
                    [code.code for code in self._book.vocabulary("perpetrator_types").leaves()], count
                ),
                "place_type": self._skewed(self._codes["place_type"], count),
                "nexus": self._skewed(self._codes["nexus"], count),
                "open_source": self._weighted({True: 30, False: 70}, count),
                "release_level": ["RL_CTRY"] * count,
            }
        ).with_columns(self._tops("perpetrator", "perpetrator_group", "perpetrator_types"))

    def persons(self, table: pl.DataFrame) -> pl.DataFrame:
        """What all rows of a person share; ``acts`` is a list as long as they suffered acts."""
        count = table.height
        return table.with_columns(
            pl.Series("person", [self._random.getrandbits(64) for _ in range(count)], dtype=pl.UInt64),
            pl.Series("acts", self._lists(ACTS_A_PERSON, count)),
            pl.Series("gender", self._skewed(self._codes["gender"], count)),
            pl.Series("age", self._skewed(self._codes["age"], count)),
            pl.lit("UNIT_IND").alias("unit"),
        )

    def acts(self, table: pl.DataFrame) -> pl.DataFrame:
        """What each act has to itself; a twelfth of the killings has another highest number."""
        leaves = [code.code for code in self._book.vocabulary("violation_types").leaves()]
        self._random.shuffle(leaves)
        table = table.with_columns(
            pl.Series("violation", self._skewed(leaves, table.height)), rules=pl.lit(RULES_VERSION)
        )
        killed = pl.col("violation").str.starts_with("LIF").cast(pl.UInt32)
        more = pl.Series("more", self._weighted({0: 11, 1: 1}, table.height), dtype=pl.UInt32)
        return table.with_columns(
            self._tops("violation", "violation_group", "violation_types"),
            killed_low=killed,
            killed_best=killed,
            killed_high=killed * (1 + more),
            primary=pl.int_range(pl.len()).over("person") == 0,
        )

    def _tops(self, column: str, name: str, vocabulary: str) -> pl.Expr:
        tree = self._book.vocabulary(vocabulary)
        return pl.col(column).replace_strict({code.code: tree.top(code.code) for code in tree}).alias(name)

    def _lists(self, weights: dict[int, int], count: int) -> list[list[int]]:
        ready = {size: list(range(size)) for size in weights}
        return [ready[size] for size in self._weighted(weights, count)]

    def _weighted(self, weights: dict[Any, int], count: int) -> list[Any]:
        return self._random.choices(list(weights), list(weights.values()), k=count)

    def _skewed(self, values: Sequence[str], count: int) -> list[str]:
        """The first value most often, each next one less: Zipf's law, as incidents by country follow it."""
        return self._random.choices(values, [1 / place for place in range(1, len(values) + 1)], k=count)
