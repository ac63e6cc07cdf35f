"""What to ask instead: each proposal is a table that would be published, with its cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from incidents.disclosure.proposals import _joined, proposals
from incidents.disclosure.services import TOTAL, Reason, Refused, Table, protect
from tests.unit.disclosure.factories import PLAIN, side, table

TREE = side(
    "network", ["A", "A1", "A2", "B", "B1", "B2", "B1x"], {"A1": "A", "A2": "A", "B1": "B", "B2": "B", "B1x": "B1"}
)
MONTHS = side("month", ["m1", "m2"])
WIDE = table([TREE, MONTHS], [9, 12, 30, 25, 14, 7, 22, 31])


def test_a_table_of_too_many_cells_has_coarser_ones_and_each_is_published() -> None:
    narrow = replace(PLAIN, max_cells=20)
    with pytest.raises(Refused) as caught:
        protect(WIDE, narrow)
    assert caught.value.reason is Reason.TOO_MANY_CELLS
    found = proposals(WIDE, narrow)
    assert {(one.side, one.left_out) for one in found} == {("network", True), ("month", True), ("network", False)}
    assert all(one.cells <= 20 for one in found)
    assert all(0 <= one.share_of_cells_hidden <= 1 for one in found)


def test_one_step_coarser_keeps_every_person_and_every_sum_that_is_left() -> None:
    coarse = _joined(WIDE, 0)
    assert coarse.dimensions[0].leaves == ("A", "B1", "B2")
    before, after = WIDE.all_counts(), coarse.all_counts()
    assert all(before[key] == count for key, count in after.items())


def test_where_nothing_coarser_may_leave_nothing_is_proposed() -> None:
    assert proposals(table([MONTHS, side("verification", ["x", "y"])], [1, 0, 1, 0]), PLAIN) == []


def test_households_stay_households_in_a_coarser_table() -> None:
    incidents = {
        ("m1", "x"): 1,
        ("m2", "y"): 9,
        ("m1", TOTAL): 1,
        ("m2", TOTAL): 9,
        (TOTAL, "x"): 1,
        (TOTAL, "y"): 9,
        (TOTAL, TOTAL): 10,
    }
    question = Table.from_counts(
        [MONTHS, side("verification", ["x", "y"])], {("m1", "x"): 8, ("m2", "y"): 9}, others={"incidents": incidents}
    )
    assert proposals(question, PLAIN) == []
    alone = Table.from_counts(question.dimensions, question.counts)
    assert proposals(alone, PLAIN)
