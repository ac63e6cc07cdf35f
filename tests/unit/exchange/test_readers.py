"""Rows of CSV, TSV, XLSX and JSON come out as they were put in, with the numbers a person sees."""

from __future__ import annotations

import datetime as dt
import tracemalloc
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from incidents.exchange.readers import Layout, Row, read_rows
from tests.unit.exchange.factories import rows_of, write_json, write_table, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), include_characters="\n\t,;\"'"),
    max_size=20,
).map(str.strip)
NAMES = ("first", "second", "third")


def _expected(cells: list[str]) -> dict[str, str]:
    return dict(zip(NAMES, cells, strict=True))


@given(
    st.lists(st.lists(WORDS, min_size=3, max_size=3).filter(any), min_size=1, max_size=6),
    st.sampled_from([".csv", ".tsv"]),
)
def test_a_table_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], suffix: str
) -> None:
    path = write_table(tmp_path_factory.mktemp("t") / f"t{suffix}", NAMES, *table)
    read = [dict(row.cells) for row in rows_of(path) if not row.header]
    tags = all(cell.startswith("#") for cell in table[0] if cell)
    assert read == [_expected(cells) for cells in table[tags:]]


@given(st.lists(st.lists(WORDS, min_size=3, max_size=3).filter(any), min_size=1, max_size=4))
def test_json_comes_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]) -> None:
    path = write_json(tmp_path_factory.mktemp("j") / "t.json", [_expected(cells) for cells in table])
    assert [dict(row.cells) for row in rows_of(path)] == [_expected(cells) for cells in table]


def test_a_workbook_comes_back_with_dates_and_numbers_as_text(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "t.xlsx",
        ("day", "moment", "count", "share", "sure", "nothing"),
        (dt.date(2031, 2, 3), dt.datetime(2031, 2, 3, 4, 5), 7, 0.5, True, None),  # noqa: DTZ001 - as spreadsheets have it
    )
    (row,) = rows_of(path)
    assert dict(row.cells) == {
        "day": "2031-02-03",
        "moment": "2031-02-03 04:05:00",
        "count": "7",
        "share": "0.5",
        "sure": "true",
        "nothing": "",
    }


def test_a_workbook_is_read_from_the_named_sheet(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "t.xlsx", ("a",), ("1",), sheet="Fictional")
    assert rows_of(path, sheet="Fictional")[0].cells == {"a": "1"}


def test_rows_carry_the_line_on_which_they_begin(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", ("a", "b"), ("1", "two\nlines"), ("2", "x"))
    assert [row.number for row in rows_of(path)] == [2, 4]


def test_cells_are_trimmed_and_keep_curly_quotation_marks(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text('"a"\t"b"\n" “Sample,” text "\t"  "\n"x"\t"y"\n', encoding="utf-8")
    assert rows_of(path)[0].cells == {"a": "“Sample,” text", "b": ""}


def test_cells_without_a_name_are_called_after_their_place(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", ("a", "b"), ("1", "2", "three", "four"))
    (row,) = rows_of(path)
    assert row.cells == {"a": "1", "b": "2", "column 3": "three", "column 4": "four"}
    assert row.ragged == 2


def test_an_extra_cell_never_replaces_a_column_of_that_name(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", ("column 2",), ("kept", "extra"))
    assert rows_of(path)[0].cells == {"column 2": "kept", "column 2+": "extra"}


def test_missing_cells_are_empty(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", ("a", "b", "c"), ("1",))
    (row,) = rows_of(path)
    assert (row.cells, row.ragged) == ({"a": "1", "b": "", "c": ""}, -2)


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", ("a", "b"), ("", ""), (), ("1", "2"))
    assert [row.number for row in rows_of(path)] == [4]


def test_a_row_of_hxl_tags_is_known_as_one_and_only_below_the_header(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", ("a", "b"), ("#date", ""), ("1", "2"), ("#hash", ""))
    assert [row.header for row in rows_of(path)] == [True, False, False]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\n1,2\n")
    assert rows_of(path)[0].cells == {"a": "1", "b": "2"}


def test_another_encoding_is_read_when_the_mapping_names_it(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("a\ncafé\n".encode("cp1252"))
    assert rows_of(path, encoding="cp1252")[0].cells == {"a": "café"}


def test_json_rows_are_found_inside_an_envelope_and_nested_values_get_dotted_names(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "geo": {"lat": 1.5}, "tags": ["x", "y"], "links": [{"url": "u", "more": {"t": "v"}}], "none": None}
    ]
    path = write_json(tmp_path / "t.json", {"licence": "fictional", "incidents": rows})
    (row,) = rows_of(path, items="incidents.item")
    assert row.cells == {
        "id": "1",
        "geo.lat": "1.5",
        "tags": ["x", "y"],
        "links": [{"url": "u", "more.t": "v"}],
        "none": "",
    }


def test_a_huge_json_number_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[{"a": 1e999999}]', encoding="utf-8")
    assert rows_of(path)[0].cells == {"a": "1E+999999"}


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = write_table(tmp_path / f"{rows}.csv", ("a", "b"), *([f"{n}", "word " * 40] for n in range(rows)))
        tracemalloc.start()
        assert sum(1 for _ in read_rows(path, Layout())) == rows
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(8_000) < 3 * peak(200) + 100_000


def test_nothing_of_a_row_shows_when_it_is_printed() -> None:
    assert "canary" not in repr(Row(1, {"a": "canary"}))
