"""A table knows its audience: what is for inside cannot be handed to what writes for the world, nor the other way."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest

from incidents.disclosure.services import Mark, ProtectedTable, Table, protect
from incidents.releases import layout, method, writers
from incidents.releases.edition import Edition
from incidents.releases.writers import FORMATS
from incidents.reports import counts
from incidents.summaries import counts as summaries
from incidents.summaries.counts import InternalTable, Tally
from tests.unit.disclosure.factories import PLAIN, series
from tests.unit.releases.test_question import question
from tests.unit.releases.test_writers import edition

TRUE = series(30, 3, 40)
LAYING_OUT = (layout.lay_out, layout.whole, method.cost)


def internal() -> InternalTable:
    """An exact table of the dashboard."""
    return InternalTable(("violation_group", "gender"), {("LIF", "GEN_W"): Tally(3, 3, 3)}, Tally(3, 3, 3))


def test_none_of_the_three_tables_is_a_kind_of_another() -> None:
    kinds = (Table, ProtectedTable, InternalTable)
    assert not [(one, other) for one in kinds for other in kinds if one is not other and issubclass(one, other)]


@pytest.mark.parametrize("function", LAYING_OUT)
def test_what_writes_for_the_world_asks_for_a_protected_table(function: Any) -> None:
    taken = function.__annotations__["protected"]
    assert taken == "ProtectedTable"


@pytest.mark.parametrize("function", LAYING_OUT)
@pytest.mark.parametrize("table", [TRUE, internal()], ids=["true", "internal"])
def test_another_table_is_not_written(function: Any, table: Any) -> None:
    with pytest.raises(AttributeError):
        function(table)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("table", [TRUE, internal()], ids=["true", "internal"])
def test_another_table_makes_no_file(ending: str, table: Any) -> None:
    _, write = FORMATS[ending]
    wrong = Edition(1, date(2026, 11, 25), "Fictional Network", "Fiction", question(), table)
    with pytest.raises(AttributeError):
        write(wrong)


def test_neither_side_knows_the_other() -> None:
    for module in (layout, method, writers, counts):
        assert "summaries" not in (module.__doc__ or "")
        assert InternalTable not in vars(module).values()
    assert ProtectedTable not in vars(summaries).values()
    assert Table not in vars(summaries).values()


def test_what_is_laid_out_holds_numbers_and_the_one_mark_alone() -> None:
    grid = layout.lay_out(edition().protected)
    assert {type(value) for row in grid.rows for value in row.cells} == {int, Mark}


def test_a_protected_table_is_made_by_protection_from_a_true_one_that_it_does_not_keep() -> None:
    protected = protect(TRUE, PLAIN)
    held = [getattr(protected, one.name) for one in dataclasses.fields(protected)]
    assert not [value for value in held if isinstance(value, Table)]
    assert "3" not in [str(value) for value in protected.cells.values()]
