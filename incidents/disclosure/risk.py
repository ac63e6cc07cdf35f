"""How likely a row is to be recognised.

Sample risk of a row is one over the rows that look like it: the chance of a reader who knows that the person is
in the file. Population risk is the mean of one over the persons who look like it in the population, given how
many do in the file: the individual risk of Benedetti and Franconi with a negative binomial population (Franconi
and Polettini 2004, "Individual risk estimation in mu-Argus: a review"; the SDC Handbook and sdcMicro use the
same). Global risk is its mean over all rows, the share of rows expected to be recognised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

TERMS: Final = 20_000
NEGLIGIBLE: Final = 1e-12
#: Above this share of persons not documented the series is slow for one and two rows alike, below it their
#: closed forms lose digits.
FEW_DOCUMENTED: Final = 0.5
TWO: Final = 2


@dataclass(frozen=True, kw_only=True)
class Risk:
    """What a file of rows risks. Shares are 0 to 1.

    `sample_*` supposes that the reader knows the person to be in the file, `population_*` that the file holds
    the share `documented` of those the person could be. `high` is the sample risk above which a row counts in
    `share_high`; `unique` are rows that no other looks like; `expected` are the rows expected to be recognised.
    """

    rows: int
    classes: int
    smallest_class: int
    unique: int
    sample_max: float
    sample_mean: float
    high: float
    share_high: float
    documented: float
    population_max: float
    population_global: float

    @property
    def expected(self) -> float:
        """Rows that are expected to be recognised."""
        return self.population_global * self.rows


def individual_risk(sizes: Ints, documented: float) -> Floats:
    """The population risk of a row in classes of these sizes (one or more), `documented` above 0 up to 1.

    With f rows alike and p the share documented, the mean of 1/F is p/f times the hypergeometric series
    2F1(1, 1; f + 1; 1 - p), which has a closed form for f = 1 and 2.
    """
    counts = sizes.astype(np.float64)
    rest = 1.0 - documented
    if rest == 0.0:
        return np.asarray(1.0 / counts, dtype=np.float64)
    known, places = np.unique(sizes, return_inverse=True)
    risks = documented / known * _series(known.astype(np.float64), rest)
    if rest > FEW_DOCUMENTED:
        odds, logarithm = documented / rest, -np.log(documented)
        risks[known == 1] = odds * logarithm
        risks[known == TWO] = odds - odds**2 * logarithm
    return np.asarray(risks[places], dtype=np.float64)


def _series(counts: Floats, rest: float) -> Floats:
    total = np.ones_like(counts)
    term = np.ones_like(counts)
    for step in range(1, TERMS):
        term = term * step * rest / (counts + step)
        total = total + term
        if term.max() < NEGLIGIBLE:
            break
    return total


def risk(sizes: Ints, documented: float, high: float) -> Risk:
    """The figures for classes of these sizes; at least one class."""
    population = individual_risk(sizes, documented)
    rows = int(sizes.sum())
    return Risk(
        rows=rows,
        classes=len(sizes),
        smallest_class=int(sizes.min()),
        unique=int((sizes == 1).sum()),
        sample_max=float(1.0 / sizes.min()),
        sample_mean=len(sizes) / rows,
        high=high,
        share_high=float(sizes[1.0 / sizes > high].sum() / rows),
        documented=documented,
        population_max=float(population.max()),
        population_global=float((population * sizes).sum() / rows),
    )
