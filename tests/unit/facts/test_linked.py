"""Linked accounts count once, in cases, persons and numbers killed; every row stays."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from incidents.facts.columns import polars_schema
from incidents.facts.linked import counted, killed, without_persons
from incidents.summaries.counts import Tallies
from tests.factories.facts import fact


def rows(*facts: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([fact(**one) for one in facts], schema=polars_schema(), orient="row")


def death(low: int, best: int, high: int, link: int | None = 2**40, **more: Any) -> dict[str, Any]:
    numbers = {"killed_low": low, "killed_best": best, "killed_high": high}
    return {"violation": "LIF_EJK", "person_link": link, "case_link": link, **numbers, **more}


@pytest.mark.parametrize("name", ["case", "person"])
def test_linked_ids_are_equal_and_others_their_own(name: str) -> None:
    found = counted(rows(death(1, 1, 1), death(1, 1, 1), death(1, 1, 1, None)), name)
    assert found[0] == found[1] != found[2]


def test_a_linked_death_is_one_death() -> None:
    assert killed(rows(death(1, 1, 1), death(1, 1, 1), death(1, 1, 1, None))).sum().row(0) == (2, 2, 2)


def test_accounts_that_differ_give_their_range_and_the_number_of_the_best_verified() -> None:
    accounts = (
        death(2, 4, 6, verification="VS_2"),
        death(3, 5, 5, verification="VS_3"),
        death(4, 4, 8, verification="VS_2"),
    )
    for order in (accounts, accounts[::-1]):
        assert killed(rows(*order)).sum().row(0) == (2, 5, 8)


def test_of_two_accounts_as_good_the_lower_number_stands() -> None:
    assert killed(rows(death(5, 5, 5), death(3, 3, 3))).sum().row(0) == (3, 3, 5)


def test_rows_that_are_not_linked_are_as_they_were_and_all_stand_in_their_place() -> None:
    found = killed(rows(death(1, 2, 3, None), death(1, 1, 1), death(1, 1, 1), death(4, 5, 6, None)))
    assert found.height == 4
    assert (found.row(0), found.row(3)) == ((1, 2, 3), (4, 5, 6))


def test_a_filter_that_leaves_one_account_counts_that_one() -> None:
    table = rows(death(1, 1, 1, gender="GEN_W"), death(2, 2, 2, gender="GEN_UNK"))
    assert Tallies(table, [pl.col("gender") == "GEN_UNK"]).total.killed_best == 2
    assert Tallies(table, [pl.col("primary")]).total[:3] == (1, 1, 2)


def test_whom_a_shared_number_names_leaves_with_everybody_who_has_it() -> None:
    table = rows(death(1, 1, 1), death(1, 1, 1), death(1, 1, 1, None), death(1, 1, 1, 5))
    gone = pl.Series([2**40], dtype=pl.UInt64)
    assert without_persons(table, gone)["person_link"].to_list() == [None, 5]
    # Another one's number, which the accounts of others were linked to, is their own.
    assert without_persons(table, pl.Series([table["person"][0]], dtype=pl.UInt64)).height == 2
    assert without_persons(table, pl.Series([9], dtype=pl.UInt64)).height == 4
