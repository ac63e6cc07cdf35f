"""Marks of imported rows: what makes a row the same one, whatever comes in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from incidents.exchange.errors import FileUnreadable
from incidents.exchange.services import Marks, preview, run
from tests.integration.exchange.test_import import job, keys_for, listed, silent
from tests.unit.exchange.factories import KILL_LIST_HEADER, plan, row, write_json, write_table

if TYPE_CHECKING:
    from pathlib import Path

    from incidents.exchange.mapping import Mapping
    from incidents.records.keys import CaseKeys
    from tests.factories.world import Team, World


@pytest.fixture
def keys(world: World) -> CaseKeys:
    team: Team = world.team()
    return keys_for(team.researcher)


def keyed(*columns: str, **changes: Any) -> Mapping:
    return plan(file={"key": list(columns)}, **changes)


def test_a_row_is_named_by_its_key_columns_and_not_by_its_place_or_words(keys: CaseKeys) -> None:
    def name(number: int, **cells: str) -> str:
        return Marks(keys, keyed("a", "b")).of(row(number, **cells))[0].partition(".")[0]

    first = name(2, a="1", b="x", c="words")
    assert first == name(9, a="1", b="x", c="other words")
    assert len({first, name(2, a="1", b="y"), name(2, a="x", b="1"), name(2, a="1x", b=""), name(2, a="", b="1x")}) == 5


def test_without_a_key_or_with_an_empty_one_the_number_names_the_row(keys: CaseKeys) -> None:
    for mapping in (plan(), keyed("a")):
        marks = Marks(keys, mapping)
        assert marks.of(row(2, a="", c="x"))[0] != marks.of(row(3, a="", c="x"))[0]
        assert Marks(keys, mapping).of(row(2, a="", c="x")) == Marks(keys, mapping).of(row(2, a="", c="x"))


def test_rows_that_share_a_key_are_counted_in_the_order_of_the_file(keys: CaseKeys) -> None:
    marks, again = Marks(keys, keyed("a")), Marks(keys, keyed("a"))
    found = [marks.of(row(number, a="1"))[0] for number in range(2, 6)]
    assert len(set(found)) == 4
    assert found == [again.of(row(number + 7, a="1"))[0] for number in range(2, 6)]


def test_the_order_of_columns_is_no_change_and_any_word_is(keys: CaseKeys) -> None:
    def content(**cells: Any) -> str:
        return Marks(keys, keyed("a")).of(row(2, **cells))[0].partition(".")[2]

    same = content(a="1", b="x", c="y")
    assert same == content(c="y", b="x", a="1")
    others = [content(a="1", b="x"), content(a="1", b="x", c="y "), content(a="1", b="x", c=["y"])]
    assert same not in others
    assert len(set(others)) == 3


def test_another_id_of_the_mapping_makes_all_rows_new(keys: CaseKeys) -> None:
    one, other = (Marks(keys, keyed("a", id=name)).of(row(2, a="1"))[0] for name in ("sample-list", "other-list"))
    assert not set(one.split(".")) & set(other.split("."))


def test_without_keys_nothing_is_marked_or_known() -> None:
    assert Marks(None, keyed("a")).of(row(2, a="1")) == ("", None)


def test_a_row_too_full_for_a_record_is_found_by_the_dry_run(keys: CaseKeys, tmp_path: Path) -> None:
    cells = dict(zip(KILL_LIST_HEADER, listed(1), strict=True)) | {f"Canary {one}": "Canary" for one in range(1_001)}
    path = write_json(tmp_path / "t.json", [cells])
    with pytest.raises(FileUnreadable, match="Row 1 ") as refused:
        preview(job(path), keys, silent)
    assert "Canary" not in str(refused.value)


def test_the_report_of_a_run_ends_with_counts_that_add_up(keys: CaseKeys, tmp_path: Path) -> None:
    first = write_table(tmp_path / "a.tsv", KILL_LIST_HEADER, listed(1), listed(2))
    run(job(first), keys, silent)
    more = write_table(tmp_path / "b.tsv", KILL_LIST_HEADER, listed(1), listed(2, facts="Other"), listed(3), listed(4))
    report = run(job(more), keys, silent)
    assert report.rows == report.imported + report.already + report.changed.values == 4
    lines = list(report.lines())
    assert lines[0] == "Rows in the file: 4."
    assert lines[1] == "Imported: 2. Already here: 1. Changed since: 1."
