"""Somebody with a register finds most people in raw rows, and nobody for sure in rows that were handed on."""

from __future__ import annotations

import polars as pl
import pytest

from tests.factories.rows import SEED
from tests.unit.disclosure.linkage import KNOWN, PERSON, SECRET, attack, documented_people, handed_on, register_of

PEOPLE = documented_people(1500, SEED)
REGISTER = register_of(PEOPLE, 1500, SEED)


def test_raw_rows_give_most_people_away() -> None:
    raw = attack(PEOPLE.select(*KNOWN, SECRET, PERSON), REGISTER)
    assert raw.sure > 0.5
    assert raw.guessed > 0.5
    assert raw.learned > 0.5


@pytest.mark.parametrize("k", [5, 11])
def test_rows_that_were_handed_on_give_nobody_away(k: int) -> None:
    made = handed_on(PEOPLE, k)
    found = attack(made.frame, REGISTER)
    assert found.sure == found.sure_of_all == found.learned == 0
    # the figure shown to the person who releases is not lower than what an attack achieves
    assert found.guessed <= made.after.sample_mean * 1.01 <= 0.0304


def test_without_the_limit_on_risk_the_best_guess_is_still_below_one_in_k() -> None:
    made = handed_on(PEOPLE, 5, global_risk=1.0)
    found = attack(made.frame, REGISTER)
    assert found.sure == found.learned == 0
    assert 0.03 < found.guessed <= 1 / 5


def test_the_attacker_reads_coarser_codes_and_stars() -> None:
    released = pl.DataFrame(
        {
            "area": ["P000", "*", "R000"],
            "gender": ["S000", "S001", "S001"],
            SECRET: ["V1", "V2", "V2"],
            PERSON: ["0", "1", "2"],
        }
    )
    register = pl.DataFrame(
        {
            PERSON: ["0", "1", "2", None],
            "area": ["P000", "P000", "P000", "P000"],
            "month": ["201601"] * 4,
            "gender": ["S000", "S001", "S001", "S000"],
            "age": ["Y003"] * 4,
        }
    )
    found = attack(released, register)
    # the first has one row, which a stranger could have too; the others two rows each, which say the same
    assert found.sure == pytest.approx(1 / 3)
    assert found.sure_of_all == 0
    assert found.learned == 1
    assert found.guessed == pytest.approx(2 / 3)
