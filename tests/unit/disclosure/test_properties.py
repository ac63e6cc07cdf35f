"""Whatever the table, what comes out of the door gives nobody away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from incidents.disclosure.services import (
    HIDDEN,
    Dimension,
    Policy,
    ProtectedTable,
    Reason,
    Refused,
    Table,
    audit,
    protect,
)
from incidents.disclosure.suppression import hidden_cells, without
from tests.unit.disclosure.attackers import by_elimination, by_subtraction
from tests.unit.disclosure.factories import PLAIN, POLICY, side, table

if TYPE_CHECKING:
    from collections.abc import Callable

SIDES = [
    side("month", ["m1", "m2", "m3", "m4"]),
    side("gender", ["W", "M", "N"]),
    side(
        "violation_group",
        ["LIF", "DET", "LIF_A", "LIF_B", "DET_A", "DET_B"],
        {"LIF_A": "LIF", "LIF_B": "LIF", "DET_A": "DET", "DET_B": "DET"},
    ),
    side("perpetrator_group", ["ST", "NS"]),
    side("network", ["n1", "n2", "c1", "c2", "c3", "d1"], {"c1": "n1", "c2": "n1", "c3": "n2", "d1": "c1"}),
    side("country", ["PH", "ID", "FI"]),
]
POLICIES = [PLAIN, POLICY, replace(PLAIN, usual=3), replace(POLICY, country_base=0)]
fast = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
sparse = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 12), st.integers(0, 60))


@st.composite
def tables(draw: Callable[[st.SearchStrategy[object]], object], most: int = 3) -> Table:
    sides: list[Dimension] = draw(
        st.lists(st.sampled_from(SIDES), min_size=1, max_size=most, unique_by=lambda one: one.name)
    )  # type: ignore[assignment]
    size = 1
    for dimension in sides:
        size *= len(dimension.leaves)
    counts: list[int] = draw(st.lists(sparse, min_size=size, max_size=size))  # type: ignore[assignment]
    return table(sides, counts)


def published(question: Table, policy: Policy) -> ProtectedTable:
    try:
        return protect(question, policy)
    except Refused as refusal:
        if refusal.reason is not Reason.TOO_FEW:
            raise
        assume(False)  # noqa: FBT003
        raise


@fast
@given(tables(), st.sampled_from(POLICIES))
def test_no_hidden_cell_follows_by_subtraction_or_from_the_equations(question: Table, policy: Policy) -> None:
    protected = published(question, policy)
    assert by_subtraction(protected) == {}
    assert by_elimination(protected) == set()


@fast
@given(tables(), st.sampled_from(POLICIES))
def test_what_is_published_is_true_and_never_small(question: Table, policy: Policy) -> None:
    protected = published(question, policy)
    truth = question.all_counts()
    for key, value in protected.cells.items():
        if value is HIDDEN:
            continue
        assert value == 0 or value >= protected.threshold
        if "_O" not in "".join(key):
            assert value == truth[key]


@fast
@given(tables())
def test_a_table_protected_twice_is_protected_alike(question: Table) -> None:
    assert published(question, POLICY) == published(question, POLICY)


@fast
@given(tables())
def test_storing_a_protected_table_loses_and_adds_nothing(question: Table) -> None:
    protected = published(question, POLICY)
    again = ProtectedTable.from_json(protected.to_json())
    assert again == protected
    assert again.to_json() == protected.to_json()


@fast
@given(tables(most=2), st.randoms(use_true_random=False))
def test_the_order_of_codes_does_not_change_safety(question: Table, random: object) -> None:
    sides = []
    for dimension in question.dimensions:
        codes = list(dimension.codes)
        random.shuffle(codes)  # type: ignore[attr-defined]
        sides.append(Dimension(dimension.name, dimension.label, tuple(codes), dimension.parents))
    shuffled = Table.from_counts(sides, question.counts)
    protected = published(shuffled, PLAIN)
    assert by_subtraction(protected) == {}
    assert {key for key, count in question.all_counts().items() if 0 < count < PLAIN.usual} <= set(protected.hidden)


@fast
@given(tables(), st.data())
def test_publishing_one_hidden_cell_of_a_series_is_found_out(question: Table, data: st.DataObject) -> None:
    """Showing a small cell after all is the simplest fault there is: the audit must see it."""
    protected = published(question, PLAIN)
    truth = question.all_counts()
    small = [key for key in protected.hidden if 0 < truth[key] < PLAIN.usual]
    assume(small)
    shown = data.draw(st.sampled_from(small))
    faulty = replace(protected, cells={**protected.cells, shown: truth[shown]})
    assert shown in {finding.cell for finding in audit(faulty)}


@pytest.mark.parametrize("seed", range(6))
def test_hiding_less_than_the_engine_does_is_found_out_by_the_audit_when_it_is_found_out_by_subtraction(
    seed: int,
) -> None:
    """The audit sees at least what a pencil sees, over every way to show one more cell."""
    counts = [(index * (seed + 3) * 7) % 23 % (seed + 9) for index in range(12)]
    question = table([side("month", ["m1", "m2", "m3", "m4"]), side("perpetrator_group", ["ST", "NS", "UN"])], counts)
    hidden = hidden_cells(question, 5, PLAIN)
    pencil = 0
    for shown in hidden:
        faulty = without(question, set(hidden) - {shown}, 5, PLAIN)
        if by_subtraction(faulty):
            pencil += 1
            assert audit(faulty, truth=question, policy=PLAIN)
    assert pencil
