"""The independent check finds every kind of fault in rows that were tampered with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

from incidents.disclosure.microdata import anonymise
from incidents.disclosure.microdata_check import Fault, findings
from incidents.disclosure.microdata_policy import RowsPolicy, RowsQuestion
from tests.factories.rows import person_columns, person_rows

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY = RowsPolicy.load()
COLUMNS = person_columns()
ASKED = RowsQuestion(
    columns=tuple(COLUMNS[name] for name in ("area", "violation", "gender")),
    sensitive=("outcome",),
    below_country_permitted=True,
)
TRUTH = person_rows(3000)
MADE = anonymise(TRUTH, ASKED, POLICY).frame


def found(rows: pl.DataFrame, *, sort: bool = True, policy: RowsPolicy = POLICY) -> list[Fault]:
    return findings(rows.sort(pl.all()) if sort else rows, TRUTH, ASKED, policy)


def with_cell(rows: pl.DataFrame, row: int, column: str, text: str) -> pl.DataFrame:
    cells = rows[column].to_list()
    cells[row] = text
    return rows.with_columns(pl.Series(column, cells))


def no_outcome_but_one(rows: pl.DataFrame) -> pl.DataFrame:
    first = rows.drop("outcome").row(0)
    same = pl.all_horizontal(
        pl.col(name) == value for name, value in zip(rows.drop("outcome").columns, first, strict=True)
    )
    return rows.with_columns(pl.when(same).then(pl.lit("O000")).otherwise(pl.col("outcome")).alias("outcome"))


def test_the_rows_that_were_made_have_none() -> None:
    assert found(MADE) == []


@pytest.mark.parametrize(
    ("fault", "tamper"),
    [
        (Fault.COLUMNS, lambda rows: rows.with_columns(month=pl.lit("202401"))),
        (Fault.COLUMNS, lambda rows: rows.drop("outcome")),
        (Fault.NUMBER, lambda rows: rows.head(-1)),
        (Fault.EMPTY, lambda rows: rows.select("outcome")),
        (Fault.ALONE, lambda rows: with_cell(rows, 0, "gender", "S999")),
        (Fault.ALIKE, no_outcome_but_one),
        (Fault.UNTRUE, lambda rows: rows.with_columns(gender=pl.lit("S001"))),
        (Fault.UNTRUE, lambda rows: with_cell(rows, 0, "gender", "S999")),
        (Fault.UNTRUE, lambda rows: rows.with_columns(pl.col("outcome").reverse())),
        (Fault.UNTRUE, lambda rows: rows.with_columns(gender=pl.lit("_T"))),
        (Fault.STARS, lambda rows: rows.with_columns(gender=pl.lit("*"))),
    ],
)
def test_each_kind_of_fault_is_found(fault: Fault, tamper: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    broken = tamper(MADE)
    assert not broken.sort(pl.all()).equals(MADE)
    assert fault in found(broken)


def test_an_order_that_could_tell_of_the_order_they_came_in_is_found() -> None:
    assert found(MADE.reverse(), sort=False) == [Fault.ORDER]


def test_a_code_that_may_never_stand_in_a_row_is_found() -> None:
    shown = MADE["gender"].to_list()[0]
    assert Fault.FORBIDDEN in found(MADE, policy=replace(POLICY, never=frozenset({shown})))


@pytest.mark.parametrize("documented", [1.0, 0.3, 0.05])
def test_the_risk_is_worked_out_anew(documented: float) -> None:
    asked = replace(ASKED, documented=documented)
    made = anonymise(TRUTH, asked, POLICY)
    risk = made.after.population_global
    for limit, expected in ((risk * 1.02, []), (risk * 0.98, [Fault.RISK])):
        assert findings(made.frame, TRUTH, asked, replace(POLICY, global_risk=limit)) == expected


def test_the_raw_rows_have_nearly_every_fault() -> None:
    raw = TRUTH.select("area", "violation", "gender", "outcome").sort(pl.all())
    assert {Fault.ALONE, Fault.ALIKE, Fault.RISK} <= set(found(raw))
