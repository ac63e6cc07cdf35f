"""A country with too few persons is shown inside its network only."""

from __future__ import annotations

import pytest

from incidents.disclosure.coarsening import coarsen
from incidents.disclosure.services import TOTAL, Reason, Refused, Table, protect
from tests.unit.disclosure.factories import POLICY, side, table

FLAT = side("country", ["PH", "ID", "FI", "SE", "NO"])
NESTED = side(
    "country",
    ["asia", "PH", "ID", "north", "FI", "SE", "NO"],
    {"PH": "asia", "ID": "asia", "FI": "north", "SE": "north", "NO": "north"},
)
MONTHS = side("month", ["m1", "m2"])


def shown(question: Table) -> dict[str, int]:
    coarse = coarsen(question, POLICY)
    cells = coarse.all_counts()
    rest = (TOTAL,) * (len(coarse.dimensions) - 1)
    return {code: cells[(code, *rest)] for code in coarse.dimensions[0].codes}


def test_small_countries_are_joined() -> None:
    assert shown(table([FLAT], [90, 12, 40, 9, 30])) == {"PH": 90, "FI": 40, "_O": 21, "NO": 30}


def test_countries_without_persons_look_like_those_with_few() -> None:
    assert shown(table([FLAT], [90, 0, 40, 19, 19])) == {"PH": 90, "FI": 40, "_O": 38}


def test_a_lone_small_country_takes_the_next_smallest_with_it() -> None:
    assert shown(table([FLAT], [90, 50, 40, 9, 30])) == {"PH": 90, "ID": 50, "FI": 40, "_O": 39}


def test_the_joined_countries_reach_the_base_together() -> None:
    assert shown(table([FLAT], [90, 50, 40, 9, 0])) == {"PH": 90, "ID": 50, "_O": 49}


def test_joining_stays_inside_the_network() -> None:
    assert shown(table([NESTED], [90, 3, 70, 60, 50])) == {
        "asia": 93,
        "_O.asia": 93,
        "north": 180,
        "FI": 70,
        "SE": 60,
        "NO": 50,
    }


def test_large_countries_stay_as_they_are() -> None:
    question = table([FLAT], [20, 20, 20, 20, 20])
    assert coarsen(question, POLICY) is question


def test_persons_keep_their_other_codes() -> None:
    question = table([MONTHS, FLAT], [50, 3, 50, 50, 50, 50, 4, 50, 50, 50])
    cells = coarsen(question, POLICY).all_counts()
    assert cells[("m1", "_O")] == 3 + 50
    assert cells[("m2", "_O")] == 4 + 50
    assert sum(cells[("m1", code)] for code in ("PH", "_O", "FI", "SE", "NO") if ("m1", code) in cells) == 203


@pytest.mark.parametrize("persons", [0, 5, 19])
def test_a_table_about_one_small_country_is_refused_like_an_empty_one(persons: int) -> None:
    question = table([MONTHS], [persons, 0], scope={"country": ("FI",)})
    with pytest.raises(Refused) as caught:
        protect(question, POLICY)
    assert caught.value.reason is Reason.TOO_FEW


def test_a_table_about_one_country_at_the_base_is_published() -> None:
    question = table([MONTHS], [10, 10], scope={"country": ("FI",)})
    assert protect(question, POLICY).cells[(TOTAL,)] == 20


def test_no_published_cell_names_a_small_country() -> None:
    protected = protect(table([FLAT, MONTHS], [90, 60, 7, 2, 40, 30, 6, 8, 30, 30]), POLICY)
    codes = {key[0] for key in protected.cells}
    assert codes == {TOTAL, "PH", "FI", "NO", "_O"}
