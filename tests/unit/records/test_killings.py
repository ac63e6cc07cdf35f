"""How many were killed: each person once, groups by their size, the incident's numbers where they can be placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.codebook.services import codebook
from incidents.records.killings import NOBODY, ONE, Killed, is_killing, killings
from tests.factories.documents import about, act, document, incident, person

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument

counts = st.none() | st.integers(0, 50)


def only(record: CaseDocument) -> Killed:
    (killed,) = killings(record).values()
    return killed


@pytest.mark.parametrize(
    "code", ["LIF", "LIF_EJK", "LIF_EJK_OP", "LIF_NSA_FEM", "LIF_CUST_CDT", "LIF_DENY_OD", "LIF_DP", "LIF_UNK"]
)
def test_deaths_are_killings(code: str) -> None:
    assert is_killing(code)


@pytest.mark.parametrize("code", ["LIF_ATT", "LIF_THR", "TOR_TORT", "JUS_DP", "LAW_DP", "GBV_RAPE"])
def test_what_was_survived_is_not(code: str) -> None:
    assert not is_killing(code)


def test_every_code_below_the_right_to_life_is_decided() -> None:
    below = [one.code for one in codebook().vocabulary("violation_types") if one.code.startswith("LIF")]
    assert {code for code in below if not is_killing(code)} == {"LIF_ATT", "LIF_THR"}


def test_nobody_is_killed_by_an_arrest() -> None:
    assert killings(about(person(), "LIB_ARR", "LIF_ATT")) == {}


def test_nobody_is_nobody() -> None:
    assert (NOBODY.low, NOBODY.best, NOBODY.high) == (0, 0, 0)


def test_one_person_is_one() -> None:
    assert only(about(person(), "LIF_EJK")) == ONE


def test_a_person_whose_unit_nobody_entered_is_one() -> None:
    assert only(about(person(unit=None), "LIF_EJK")) == ONE


def test_a_person_dies_once_however_many_acts_say_so() -> None:
    record = about(person(), "LIB_ARR", "LIF_CUST", "LIF_EJK_OP")
    assert killings(record) == {record.acts[1].id: ONE}


def test_two_persons_are_two() -> None:
    first, second = person(), person()
    record = document(
        persons=[first, second], acts=[act("LIF_EJK", first), act("LIF_EJK", second)], perpetrators=[], consents=[]
    )
    assert sorted(killings(record).values()) == [ONE, ONE]


@pytest.mark.parametrize(
    ("sizes", "killed"),
    [
        ((3, 5, 8), (3, 5, 8)),
        ((None, 5, None), (5, 5, 5)),
        ((3, None, 8), (3, 3, 8)),
        ((3, None, None), (3, 3, 3)),
        ((None, None, 8), (8, 8, 8)),
        ((None, None, None), (1, 1, 1)),
    ],
)
@pytest.mark.parametrize("unit", ["UNIT_GRP", "UNIT_FAM"])
def test_a_group_counts_by_its_size(sizes: tuple[int | None, ...], killed: tuple[int, int, int], unit: str) -> None:
    low, best, high = sizes
    group = person(unit=unit, group_size_min=low, group_size=best, group_size_max=high)
    assert only(about(group, "LIF_EJK")) == killed


def test_the_numbers_of_the_incident_are_used_when_one_killing_remains() -> None:
    record = about(person(), "LIF_CUST", "LIF_EJK", incident=incident(killed_min=2, killed_best=3, killed_max=4))
    assert only(record) == (2, 3, 4)


def test_the_numbers_of_the_incident_are_not_counted_twice() -> None:
    first, second = person(), person()
    record = document(
        incident=incident(killed_min=2, killed_best=3, killed_max=4),
        persons=[first, second],
        acts=[act("LIF_EJK", first), act("LIF_EJK", second)],
        perpetrators=[],
        consents=[],
    )
    assert sum(killed.best for killed in killings(record).values()) == 2


def test_a_killing_of_people_nobody_entered_takes_the_numbers_of_the_incident() -> None:
    record = document(incident=incident(killed_best=7), persons=[], acts=[act("LIF_EJK")], perpetrators=[], consents=[])
    assert only(record) == (7, 7, 7)


def test_killings_of_people_nobody_entered_stay_apart() -> None:
    record = document(persons=[], acts=[act("LIF_EJK"), act("LIF_CUST")], perpetrators=[], consents=[])
    assert len(killings(record)) == 2


@given(counts, counts, counts)
@settings(deadline=None)
def test_low_best_and_high_are_always_in_order(low: int | None, best: int | None, high: int | None) -> None:
    known = sorted(one for one in (low, best, high) if one is not None)
    values = [None if one is None else known.pop(0) for one in (low, best, high)]
    numbers = dict(zip(("killed_min", "killed_best", "killed_max"), values, strict=True))
    killed = only(about(person(), "LIF_EJK", incident=incident(**numbers)))
    assert killed.low <= killed.best <= killed.high
