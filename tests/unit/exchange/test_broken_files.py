"""Damaged files: each gets a sentence that says what to do, and none that quotes a cell."""

from __future__ import annotations

import json
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.exchange.errors import FileUnreadable
from incidents.exchange.readers import LONGEST_CELL, MOST_CELLS
from tests.unit.exchange.factories import rows_of, write_json, write_table, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "Canary Fictional Name"


def refusal(path: Path, **layout: str) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(FileUnreadable) as refused:
        rows_of(path, **layout)
    assert CANARY not in str(refused.value)
    return str(refused.value)


def test_broken_utf8_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(f"name\n{CANARY}\n".encode() + b"caf\xe9 \xff\n")
    sentence = refusal(path)
    assert "Line 3" in sentence
    assert "Save the file as UTF-8" in sentence


def test_a_nul_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(f"name,b\n{CANARY},1\nx\0y,2\n".encode())
    sentence = refusal(path)
    assert "Line 3" in sentence
    assert "NUL" in sentence
    assert "Export it again" in sentence


def test_utf16_is_refused_and_not_misread(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(f"name\n{CANARY}\n".encode("utf-16"))
    assert "UTF-8" in refusal(path)


def test_an_unclosed_quotation_mark_does_not_swallow_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f'name,b\n"{CANARY},1\nx,2\n', encoding="utf-8")
    assert "quotation mark" in refusal(path)


def test_a_quotation_mark_inside_a_cell_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f'name\n"{CANARY}"x\n', encoding="utf-8")
    assert "double those inside" in refusal(path)


def test_a_cell_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", ("name",), ("x" * (LONGEST_CELL + 1),))
    assert "longer than" in refusal(path)


def test_too_many_columns_or_cells_point_to_the_delimiter(tmp_path: Path) -> None:
    wide = [str(n) for n in range(MOST_CELLS + 1)]
    assert "delimiter" in refusal(write_table(tmp_path / "header.csv", wide))
    assert "delimiter" in refusal(write_table(tmp_path / "row.csv", ("a",), wide))


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    assert "same name" in refusal(write_table(tmp_path / "t.csv", ("a", "a"), ("1", "2")))


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_an_empty_file_has_no_header(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(b"")
    assert "header" in refusal(path)


def test_another_kind_of_file_is_told_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.ods"
    path.write_bytes(b"x")
    assert ".csv" in refusal(path)


def test_a_workbook_cut_off_anywhere_is_refused_or_whole(tmp_path: Path) -> None:
    whole = write_workbook(tmp_path / "t.xlsx", ("name", "b"), *((CANARY, str(n)) for n in range(50))).read_bytes()
    for cut in range(0, len(whole) - 1, 97):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(whole[:cut])
        assert "save it again" in refusal(path)


@settings(max_examples=60)
@given(st.data())
def test_a_workbook_with_spoilt_bytes_is_refused_or_read_without_a_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("x")
    whole = bytearray(
        write_workbook(folder / "t.xlsx", ("name",), *((f"{CANARY}{n}",) for n in range(20))).read_bytes()
    )
    for place in data.draw(st.lists(st.integers(0, 4_000), min_size=1, max_size=8)):
        whole[place] ^= 0xFF
    path = folder / "spoilt.xlsx"
    path.write_bytes(whole)
    try:
        rows_of(path)
    except FileUnreadable as refused:
        assert CANARY not in str(refused)  # noqa: PT017 - either outcome is right


def test_text_under_a_workbooks_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_text(f"name\n{CANARY}\n", encoding="utf-8")
    assert "not a whole .xlsx workbook" in refusal(path)


def test_a_sheet_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "t.xlsx", ("a",), ("1",))
    assert "file.sheet" in refusal(path, sheet="Other")


@pytest.mark.parametrize("keep", [1, 20, 60, -1])
def test_json_cut_off_anywhere_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"name": CANARY, "n": n} for n in range(3)])[:keep], encoding="utf-8")
    assert "Export it again" in refusal(path)


def test_json_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_bytes(b'[{"name": "\xff\xfe"}]')
    assert "UTF-8" in refusal(path)


def test_json_without_rows_at_the_path_points_to_the_mapping(tmp_path: Path) -> None:
    assert "file.items" in refusal(write_json(tmp_path / "t.json", {"other": [{"a": 1}]}), items="incidents.item")


def test_json_rows_that_are_no_objects_point_to_the_mapping(tmp_path: Path) -> None:
    assert "file.items" in refusal(write_json(tmp_path / "t.json", [CANARY]))


@given(st.binary(max_size=200), st.sampled_from([".csv", ".tsv", ".json", ".xlsx"]))
def test_any_bytes_at_all_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    path = tmp_path_factory.mktemp("b") / f"t{suffix}"
    path.write_bytes(content)
    try:
        rows_of(path)
    except FileUnreadable as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize(
    "rows", [[None], [{"name": "x"}, None, {"name": CANARY}], [{"name": "x"}, 3, {"name": CANARY}]]
)
def test_a_json_row_that_is_none_hides_no_row_behind_it(tmp_path: Path, rows: list[object]) -> None:
    sentence = refusal(write_json(tmp_path / "t.json", rows))
    assert f"Row {len(rows) - len(rows) // 2} " in sentence
    assert "file.items" in sentence


@pytest.mark.parametrize("place", [2, 40])
def test_formulas_that_were_never_calculated_are_refused_and_not_read_as_empty(tmp_path: Path, place: int) -> None:
    rows = [(CANARY, "1")] * 40
    rows[place - 1] = (CANARY, "=1+1")
    sentence = refusal(write_workbook(tmp_path / "t.xlsx", ("name", "n"), *rows))
    assert "let it calculate, and save it again" in sentence


def test_formulas_with_results_are_read_as_these(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "t.xlsx", ("name", "n", "m"), (CANARY, "=1+1", "=A1"))
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    sheet = re.sub(rb"(<f>1\+1</f>)<v\s*/?>(</v>)?", rb"\1<v>2</v>", sheet)
    # a text that is empty is a result too
    sheet = re.sub(rb'<c r="C2"[^>]*>(<f>A1</f>)', rb'<c r="C2" t="str">\1', sheet)
    with zipfile.ZipFile(path, "w") as after:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": sheet}).items():
            after.writestr(name, content)
    assert [row.cells for row in rows_of(path)] == [{"name": CANARY, "n": "2", "m": ""}]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "cp932"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".json"])
def test_other_encodings_are_never_misread_and_the_sentence_says_what_to_do(
    tmp_path: Path, encoding: str, suffix: str
) -> None:
    text = '[{"name": "é ソ"}]' if suffix == ".json" else "name\né ソ\n"
    path = tmp_path / f"t{suffix}"
    path.write_bytes(text.encode(encoding, "ignore"))
    sentence = refusal(path)
    assert "UTF-8" in sentence
    assert re.search(r"Save|Export", sentence)


def test_an_encoding_that_the_mapping_names_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("name\ncafé\n".encode("cp1252"))
    assert rows_of(path, encoding="cp1252")[0].cells == {"name": "café"}
