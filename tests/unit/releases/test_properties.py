"""Whatever the facts and whatever the question, no file gives a hidden number away."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, assume, given, settings
from openpyxl import load_workbook

from incidents.disclosure.services import HIDDEN, Policy, ProtectedTable, Refused, protect
from incidents.releases import wording
from incidents.releases.edition import Edition
from incidents.releases.layout import lay_out
from incidents.releases.writers import csv_file, xlsx_file
from tests.factories.facts import TODAY, random_frames, table
from tests.unit.disclosure.attackers import by_elimination, by_subtraction
from tests.unit.releases.test_question import questions

if TYPE_CHECKING:
    import polars as pl

    from incidents.releases.question import Question

few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def edition(rows: pl.DataFrame, asked: Question) -> Edition:
    # sixty months at most: what is tested is what the files say, not the engine's patience
    assume(asked.until - asked.since < 500)
    counted = table(rows, asked, TODAY, title=wording.title(asked))
    assume(counted.size < 1_500)
    try:
        protected = protect(counted, Policy.load())
    except Refused:
        assume(False)  # noqa: FBT003
        raise
    return Edition(1, TODAY, "Fictional Network", protected.title, asked, protected)


def read_csv(content: bytes, like: ProtectedTable) -> ProtectedTable:
    """The table as a reader of the file has it: from the file's words alone."""
    names = [f"{side.name}_code" for side in like.dimensions]
    found = {
        tuple(row[name] for name in names): int(row["persons"]) if row["state"] == wording.SHOWN else HIDDEN
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    }
    return ProtectedTable(
        dimensions=like.dimensions,
        cells=found,
        title="",
        measure="persons",
        scope={},
        policy_version="",
        threshold=like.threshold,
        delay_days=0,
    )


@few
@given(random_frames(), questions())
def test_no_hidden_number_follows_from_the_csv_by_subtraction_or_elimination(
    rows: pl.DataFrame, asked: Question
) -> None:
    made = edition(rows, asked)
    read = read_csv(csv_file(made), made.protected)
    assert by_subtraction(read) == {}
    assert by_elimination(read) == set()
    assert read.cells == made.protected.cells


@few
@given(random_frames(), questions())
def test_the_workbook_shows_the_numbers_of_the_protected_table_and_no_other(
    rows: pl.DataFrame, asked: Question
) -> None:
    made = edition(rows, asked)
    book = load_workbook(io.BytesIO(xlsx_file(made)))
    grid = lay_out(made.protected)
    shown = [[cell.value for cell in row[len(grid.heads) :]] for row in book["Table"].iter_rows(min_row=3)]
    expected = [[wording.SUPPRESSED if value is HIDDEN else value for value in row.cells] for row in grid.rows]
    assert shown == expected
    assert sorted(map(str, made.protected.cells.values())) == sorted(
        str(value) for row in grid.rows for value in row.cells
    )
    for sheet in ("Cover", "Method"):
        assert not any(isinstance(cell.value, int | float) for row in book[sheet].iter_rows() for cell in row)


@few
@given(random_frames(), questions())
def test_what_is_released_never_counts_more_than_the_facts_that_may_leave(rows: pl.DataFrame, asked: Question) -> None:
    releasable = rows.filter(rows["verification"] != "VS_C", rows["release_level"] != "RL_NONE")
    assert table(rows, asked, TODAY).total <= releasable["person"].n_unique()
