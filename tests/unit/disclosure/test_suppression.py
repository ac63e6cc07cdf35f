"""Hand-made traps: each is a way in which hiding small counts alone would give them away."""

from __future__ import annotations

import sys
from dataclasses import replace
from subprocess import run

import pytest

from incidents.disclosure.attack import bounds
from incidents.disclosure.services import (
    HIDDEN,
    TOTAL,
    Kind,
    ProtectedTable,
    Reason,
    Refused,
    Table,
    audit,
    protect,
)
from incidents.disclosure.suppression import without
from tests.unit.disclosure.attackers import by_elimination, by_subtraction
from tests.unit.disclosure.factories import PLAIN, POLICY, primary_cells, series, side, square, table

SHARING = replace(PLAIN, group_attributes=frozenset({"gender"}))
PARENTS = {"A1": "A", "A2": "A", "B1": "B", "B2": "B", "A1x": "A1", "A1y": "A1"}
NESTED = side("network", ["A", "B", *PARENTS], PARENTS)
MONTHS = side("month", ["m1", "m2"])
LONELY = side("network", ["A", "B", "A1"], {"A1": "A"})

TRAPS = {
    "a square with one small cell": square([[3, 40], [30, 20]]),
    "a corner of small cells": square([[1, 2, 40], [3, 40, 25], [30, 50, 60]]),
    "a lone respondent": square([[1, 30, 25], [44, 38, 17], [19, 26, 33]]),
    "two lone respondents in a row": square([[1, 1, 25], [44, 38, 17], [19, 26, 33]]),
    "empty rows and columns": square([[0, 0, 0, 0], [0, 3, 40, 0], [0, 30, 20, 0]]),
    "a row that is hidden as a whole": square([[1, 2, 1], [30, 40, 50], [20, 25, 35]]),
    "a column with nothing else": square([[2, 30, 40], [0, 25, 50], [0, 35, 60]]),
    "a diagonal": square([[1, 30, 30], [30, 2, 30], [30, 30, 3]]),
    "one small month": series(30, 3, 40, 25),
    "one small month beside empty ones": series(30, 3, 0, 0, 25),
    "one small month in a year": series(*[20] * 11, 1),
    "small regions in large ones": table([NESTED], [3, 30, 40, 2, 25]),
    "three levels over months": table([NESTED, MONTHS], [3, 9, 30, 2, 25, 60, 7, 1, 33, 20]),
    "a region with one child": table([LONELY, MONTHS], [3, 30, 40, 20]),
}


@pytest.mark.parametrize("question", TRAPS.values(), ids=TRAPS)
class TestTraps:
    """What holds for every trap."""

    def test_nothing_follows_from_what_is_published(self, question: Table) -> None:
        protected = protect(question, PLAIN)
        assert by_subtraction(protected) == {}
        assert by_elimination(protected) == set()

    def test_a_reader_cannot_tell_that_a_hidden_small_count_is_small(self, question: Table) -> None:
        protected = protect(question, PLAIN)
        truth = question.all_counts()
        for key, (low, high) in bounds(protected).items():
            if 0 < truth[key] < 5:
                assert high >= 5 - 1e-6
                assert low <= truth[key] - 1 + 1e-6

    def test_published_sums_are_true_and_the_total_is_kept(self, question: Table) -> None:
        protected = protect(question, PLAIN)
        truth = question.all_counts()
        assert all(value is HIDDEN or value == truth[key] for key, value in protected.cells.items())
        assert protected.cells[(TOTAL,) * len(question.dimensions)] == question.total

    def test_hiding_the_small_counts_alone_is_found_out(self, question: Table) -> None:
        alone = without(question, primary_cells(question, 5, PLAIN), 5, PLAIN)
        assert audit(alone, truth=question, policy=PLAIN)


def test_a_table_without_small_counts_is_published_whole() -> None:
    assert protect(square([[30, 40], [50, 60]]), POLICY).hidden == ()


def test_counts_at_the_threshold_are_shown_and_below_are_not() -> None:
    assert protect(series(5, 30, 40), PLAIN).hidden == ()
    assert ("m0",) in protect(series(4, 30, 40), PLAIN).hidden


def test_empty_cells_stay_published_where_they_tell_nothing_of_a_group() -> None:
    protected = protect(TRAPS["empty rows and columns"], PLAIN)
    assert protected.cells[("a0", "b1")] == 0
    assert all(
        protected.cells[key] == 0 for key, count in TRAPS["empty rows and columns"].all_counts().items() if not count
    )


def test_no_more_is_hidden_than_a_square_needs() -> None:
    protected = protect(square([[3, 40, 60], [30, 20, 60], [60, 60, 60]]), PLAIN)
    assert set(protected.hidden) == {("a0", "b0"), ("a0", "b1"), ("a1", "b0"), ("a1", "b1")}


def group(*rows: tuple[int, ...]) -> Table:
    return square(rows, ("month", "gender"))


def test_a_row_whose_persons_share_one_value_is_not_told() -> None:
    question = group((30, 0, 0), (20, 40, 30), (25, 30, 35))
    protected = protect(question, SHARING)
    assert protected.cells[("a0", "b0")] is HIDDEN
    others = [protected.cells[("a0", "b1")], protected.cells[("a0", "b2")]]
    assert HIDDEN in others
    assert by_subtraction(protected) == {}


def test_the_same_row_is_shown_when_the_columns_are_no_attribute_of_persons() -> None:
    question = square([[30, 0, 0], [20, 40, 30], [25, 30, 35]])
    assert protect(question, SHARING).hidden == ()


def test_a_shared_value_left_open_is_found_by_the_audit() -> None:
    question = group((30, 0, 0), (20, 40, 30), (25, 30, 35))
    found = audit(without(question, [], 5, SHARING), truth=question, policy=SHARING)
    assert {(finding.kind, finding.cell) for finding in found} == {(Kind.SHARED, ("a0", "b0"))}


def test_a_table_in_which_everybody_shares_one_value_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        protect(table([side("gender", ["W", "M"])], [30, 0]), SHARING)
    assert caught.value.reason is Reason.TOO_FEW


def test_a_person_who_is_alone_in_a_cell_cannot_work_out_another() -> None:
    """Two hidden cells in a row, one of them the reader's own: knowing theirs must not give the other."""
    question = square([[1, 4, 30, 20], [20, 30, 25, 40], [30, 20, 35, 45]])
    protected = protect(question, PLAIN)
    row = [key for key in protected.hidden if key[0] == "a0" and key[1] != TOTAL]
    assert len(row) > 2
    bare = without(question, [("a0", "b0"), ("a0", "b1"), ("a1", "b0"), ("a1", "b1")], 5, PLAIN)
    kinds = {finding.kind for finding in audit(bare, truth=question, policy=PLAIN)}
    assert Kind.INSIDER in kinds


def test_a_fault_in_the_engine_closes_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(question: Table, threshold: int, policy: object) -> ProtectedTable:
        del policy
        return without(question, primary_cells(question, threshold, PLAIN), threshold, PLAIN)

    monkeypatch.setattr("incidents.disclosure.suppression.suppress", careless)
    with pytest.raises(Refused) as caught:
        protect(series(30, 3, 40), PLAIN)
    assert caught.value.reason is Reason.NOT_SAFE


ALONE = """
import sys
from incidents.disclosure.services import Dimension, Policy, Table, protect
print("highspy" in sys.modules)
side = Dimension("month", "month", ("a", "b", "c"))
protect(Table.from_counts([side], {("a",): 3, ("b",): 30, ("c",): 40}), Policy.load())
print("highspy" in sys.modules)
"""


def test_the_door_is_cheap_to_import_and_the_solver_behind_it_says_nothing() -> None:
    """A web worker that never publishes must not load numpy or the solver, which prints a banner if it may."""
    answer = run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)  # noqa: S603
    assert (answer.stdout.split(), answer.stderr) == (["False", "True"], "")


def test_the_strict_threshold_is_used_where_two_attributes_meet() -> None:
    sides = [side("gender", ["W", "M"]), side("unit", ["UNIT_IND", "UNIT_GRP"])]
    protected = protect(table(sides, [9, 40, 50, 60]), PLAIN)
    assert protected.threshold == 10
    assert protected.cells[("W", "UNIT_IND")] is HIDDEN


def test_a_real_size_table_of_three_sides_holds() -> None:
    """Heavy-tailed as incident data are: most cells are empty or small."""
    sides = [
        side("network", [f"n{i}" for i in range(9)]),
        side("violation_group", [f"v{i}" for i in range(5)]),
        side("year", [f"y{i}" for i in range(6)]),
    ]
    counts = [
        int(400 / (1 + i) / (1 + j) ** 1.5 / (1 + (i * j + 3 * k) % 7))
        for i in range(9)
        for j in range(5)
        for k in range(6)
    ]
    question = table(sides, counts)
    protected = protect(question, replace(POLICY, country_base=0))
    primary = primary_cells(question, 5, POLICY)
    assert len(primary) > 40
    assert set(primary) <= set(protected.hidden)
    assert by_subtraction(protected) == {}
