"""Which facts may leave in a number, and for which question.

Consent was asked before a fact was made and withdrawals are subtracted when facts are read; what remains is
how well a case is established, how finely it may be shown, and since when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from incidents.codebook.services import codebook
from incidents.facts.linked import counted
from incidents.releases.question import AGE_GROUPS, MONTHS_A_YEAR, VERIFIED, Series, deaths

if TYPE_CHECKING:
    from datetime import date

    from incidents.releases.question import Question

NEVER: Final = "RL_NONE"
NETWORK_ONLY: Final = "RL_NET"
#: Only these may be shown with their month (release levels of the codebook); others with quarter or year.
MONTH_LEVELS: Final = ("RL_ADM1", "RL_CASE")
EPOCH_ORDINAL: Final = 719_163  # date(1970, 1, 1).toordinal()


def releasable(rows: pl.DataFrame, series: Series, today: date) -> pl.DataFrame:
    """One row for each person or group that may be counted in a series today: that of their primary act."""
    days = today.toordinal() - EPOCH_ORDINAL
    return one_a_person(
        rows.filter(
            pl.col("primary"),
            pl.col("person").is_not_null(),
            pl.col("verification").is_in(VERIFIED[series]),
            pl.col("release_level") != NEVER,
            pl.col("releasable_from").is_null() | (pl.col("releasable_from") <= days),
            press_killing() if series is Series.PRESS else pl.lit(value=True),
        )
    )


def one_a_person(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows without a second one of the same person, which would be counted twice."""
    first = counted(rows, "person").is_first_distinct()
    return rows.filter(first)


def press_killing() -> pl.Expr:
    """Whether a row is a killing of which every fact is already public."""
    return pl.col("open_source") & pl.col("violation").is_in(deaths())


def asked(rows: pl.DataFrame, question: Question) -> pl.DataFrame:
    """The rows that a question is about."""
    rows = rows.filter(in_period(question.since, question.until))
    if question.country:
        rows = rows.filter(pl.col("country") == question.country, pl.col("release_level") != NETWORK_ONLY)
    if question.network:
        rows = rows.filter(pl.col("country").is_in(countries_of(question.network)))
    if question.violation:
        rows = rows.filter(pl.col("violation").is_in(_under("violation_types", question.violation)))
    if question.gender:
        rows = rows.filter(pl.col("gender") == question.gender)
    if question.age:
        rows = rows.filter(pl.col("age").is_in([band for band, group in age_groups().items() if group == question.age]))
    if question.perpetrator_group:
        rows = rows.filter(pl.col("perpetrator_group") == question.perpetrator_group)
    return rows


def in_period(since: int, until: int) -> pl.Expr:
    """Whether an act was in these months (yyyymm). Without a month it must lie in a year that is whole."""
    first = since // 100 + (since % 100 > 1)
    last = until // 100 - (until % 100 < MONTHS_A_YEAR)
    month, year = pl.col("month"), pl.col("year")
    return pl.when(month.is_null()).then(year.is_between(first, last)).otherwise(month.is_between(since, until))


def shows_month() -> pl.Expr:
    """Whether a row's month may be told: its level allows it, or the press has told it already."""
    return pl.col("month").is_not_null() & (pl.col("release_level").is_in(MONTH_LEVELS) | press_killing())


def countries_of(network: str) -> list[str]:
    """The countries placed in a network. A network set by hand says who documented, not where it happened."""
    return [country.code for country in codebook().countries() if country.parent == network]


def age_groups() -> dict[str, str]:
    """Age band -> the code of its group: child, adult or unknown."""
    return {
        band.code: AGE_GROUPS[codebook().age_group(band.code)]
        for band in codebook().vocabulary("victim_attributes").facet("AGE")
    }


def _under(vocabulary: str, ancestor: str) -> list[str]:
    known = codebook().vocabulary(vocabulary)
    return [code.code for code in known if known.within(code.code, ancestor)]
