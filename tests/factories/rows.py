"""Coded rows of invented persons with a heavy tail of places and kinds of violence; the same for a seed.

Nobody and nothing in them is real: regions, provinces and codes are numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from incidents.disclosure.dimensions import Dimension

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

SEED: Final = 20261124
REGIONS, PROVINCES, TOWNS = 17, 81, 600
KINDS, KINDS_A_GROUP = 24, 4
PERPETRATOR_GROUPS: Final = (0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4)
YEARS: Final = tuple(range(2016, 2025))
YEAR_SHARES: Final = (8, 9, 7, 5, 4, 3, 3, 2, 2)
OUTCOMES: Final = (50, 20, 15, 8, 5, 2)
AGES_FROM: Final = (12, 18, 25, 35, 50, 65)


def person_rows(rows: int, seed: int = SEED) -> pl.DataFrame:
    """So many rows: area, violation, perpetrator, year, month, gender, age, and what became of the person."""
    draw = np.random.default_rng(seed)
    kind = _skewed(draw, KINDS, rows, 1.2)
    perpetrator = (_skewed(draw, len(PERPETRATOR_GROUPS), rows, 1.0) + (kind % 3 == 0)) % len(PERPETRATOR_GROUPS)
    years = np.array(YEARS)[draw.choice(len(YEARS), rows, p=_shares(YEAR_SHARES))]
    months = years * 100 + draw.integers(1, 13, rows)
    ages = np.digitize(np.clip(draw.normal(34, 14, rows), 0, 95), AGES_FROM)
    return pl.DataFrame(
        {
            "area": _codes("P", _provinces(draw, rows)),
            "violation": _codes("V", kind),
            "perpetrator": _codes("B", perpetrator),
            "year": years.astype(str),
            "month": months.astype(str),
            "gender": _codes("S", draw.choice(3, rows, p=(0.78, 0.2, 0.02))),
            "age": _codes("Y", ages),
            "outcome": _codes("O", draw.choice(len(OUTCOMES), rows, p=_shares(OUTCOMES))),
        }
    )


def person_columns() -> dict[str, Dimension]:
    """The identifying columns of `person_rows` with their trees."""
    years = [str(year) for year in YEARS]
    months = {f"{year}{month:02}": f"{year}Q{(month + 2) // 3}" for year in years for month in range(1, 13)}
    quarters = {quarter: quarter[:4] for quarter in months.values()}
    ages = [f"Y{number:03}" for number in range(len(AGES_FROM) + 1)]
    return {
        "area": _tree("area", "P", dict(enumerate(_regions())), "R"),
        "violation": _tree("violation", "V", {kind: kind // KINDS_A_GROUP for kind in range(KINDS)}, "G"),
        "perpetrator": _tree("perpetrator", "B", dict(enumerate(PERPETRATOR_GROUPS)), "A"),
        "year": Dimension("year", "Year", tuple(years)),
        "month": Dimension("month", "Month", (*months, *quarters, *years), {**months, **quarters}),
        "gender": Dimension("gender", "Gender", ("S000", "S001", "S002")),
        "age": Dimension("age", "Age", (*ages, "AGE_CH", "AGE_AD"), _adults(ages)),
    }


def _adults(ages: list[str]) -> dict[str, str]:
    return {age: "AGE_CH" if number < 2 else "AGE_AD" for number, age in enumerate(ages)}


def _regions() -> list[int]:
    """The region of each province."""
    return sorted([*range(REGIONS), *(number * number % REGIONS for number in range(PROVINCES - REGIONS))])


def _provinces(draw: np.random.Generator, rows: int) -> Ints:
    weights = draw.pareto(1.1, TOWNS) + 0.05
    of_town = np.sort(np.concatenate([np.arange(PROVINCES), draw.integers(0, PROVINCES, TOWNS - PROVINCES)]))
    return of_town[draw.choice(TOWNS, rows, p=weights / weights.sum())]


def _skewed(draw: np.random.Generator, kinds: int, rows: int, power: float) -> Ints:
    weights = draw.permutation(1 / np.arange(1, kinds + 1) ** power)
    return draw.choice(kinds, rows, p=weights / weights.sum())


def _shares(weights: tuple[int, ...]) -> list[float]:
    return [weight / sum(weights) for weight in weights]


def _codes(letter: str, numbers: Ints) -> pl.Series:
    names = pl.Series([f"{letter}{number:03}" for number in range(int(numbers.max()) + 1)])
    return names.gather(numbers)


def _tree(name: str, letter: str, parents: dict[int, int], above: str) -> Dimension:
    leaves = {f"{letter}{number:03}": f"{above}{parent:03}" for number, parent in parents.items()}
    return Dimension(name, name.title(), (*leaves, *dict.fromkeys(leaves.values())), leaves)
