"""Several persons of one incident are not many: the threshold is for persons and for incidents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from incidents.disclosure.attack import bounds
from incidents.disclosure.coarsening import coarsen
from incidents.disclosure.services import HIDDEN, TOTAL, Kind, Reason, Refused, Table, audit, protect
from incidents.disclosure.suppression import without
from tests.unit.disclosure.factories import PLAIN, POLICY, series, side

PERSONS = {("m0",): 8, ("m1",): 30, ("m2",): 40, ("m3",): 25}
INCIDENTS = {("m0",): 2, ("m1",): 28, ("m2",): 40, ("m3",): 25, (TOTAL,): 95}
MONTHS = side("month", ["m0", "m1", "m2", "m3"])


def households() -> Table:
    return Table.from_counts([MONTHS], PERSONS, others={"incidents": INCIDENTS})


def test_many_persons_of_few_incidents_are_hidden_and_not_found_out() -> None:
    protected = protect(households(), PLAIN)
    assert protected.cells[("m0",)] is HIDDEN
    low, high = bounds(protected)[("m0",)]
    assert low <= 7
    assert high >= 9
    assert protect(Table.from_counts([MONTHS], PERSONS), PLAIN).hidden == ()


def test_the_audit_finds_a_household_that_is_published() -> None:
    question = households()
    found = audit(without(question, [], 5, PLAIN), truth=question, policy=PLAIN)
    assert [(one.kind, one.cell) for one in found] == [(Kind.SMALL, ("m0",))]


def test_a_table_of_one_household_is_refused_like_an_empty_one() -> None:
    question = Table.from_counts([MONTHS], {("m0",): 9}, others={"incidents": {("m0",): 1, (TOTAL,): 1}})
    with pytest.raises(Refused) as caught:
        protect(question, PLAIN)
    assert caught.value.reason is Reason.TOO_FEW


def test_persons_without_an_incident_are_not_accepted() -> None:
    with pytest.raises(ValueError, match="other measure"):
        Table.from_counts([MONTHS], PERSONS, others={"incidents": {("m0",): 2}})


def test_incidents_of_joined_countries_are_not_counted_twice() -> None:
    countries = side("country", ["PH", "FI", "SE"])
    question = Table.from_counts(
        [countries],
        {("PH",): 60, ("FI",): 12, ("SE",): 13},
        others={"incidents": {("PH",): 60, ("FI",): 4, ("SE",): 3, (TOTAL,): 64}},
    )
    assert coarsen(question, POLICY).fewest()[("_O",)] == 4
    assert coarsen(question, replace(POLICY, country_base=0)).fewest()[("FI",)] == 4


def test_the_least_of_all_measures_counts() -> None:
    assert households().fewest() == {(TOTAL,): 95, **INCIDENTS}
    assert series(3, 0).fewest() == {(TOTAL,): 3, ("m0",): 3, ("m1",): 0}
