"""A vocabulary file is read exactly, or refused with its name and line."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.codebook.loader import COLUMNS, CodebookError, read_codebook, read_vocabulary
from tests.unit.codebook.factories import HEAD, HEADER, codebook_folder, row, vocabulary, vocabulary_file


def test_every_column_arrives_in_its_field(tmp_path: Path) -> None:
    fruit = vocabulary(
        tmp_path,
        row("POME"),
        row(
            "POME_PEAR",
            label="Pear",
            parent="POME",
            definition='"Grows on trees, ripens late."',
            maps_to="EPPO:PYUCO;GROUP:B2;EPPO:PYUPY",
            source="orchard",
            valid_from="2030-01-01",
            valid_to="2030-12-31",
        ),
    )

    pear = fruit["POME_PEAR"]
    assert (pear.label, pear.parent, pear.source) == ("Pear", "POME", "orchard")
    assert pear.definition == "Grows on trees, ripens late."
    assert dict(pear.mappings) == {"EPPO": ("PYUCO", "PYUPY"), "GROUP": ("B2",)}
    assert (pear.valid_from, pear.valid_to) == (dt.date(2030, 1, 1), dt.date(2030, 12, 31))
    assert fruit["POME"].parent is None
    assert fruit["POME"].valid_from is None
    assert dict(fruit["POME"].mappings) == {}


def test_the_vocabulary_is_named_after_its_file(tmp_path: Path) -> None:
    assert read_vocabulary(vocabulary_file(tmp_path, row("APPLE"), name="pomes")).name == "pomes"


@pytest.mark.parametrize("code", ["NA", "NO", "NULL", "ON", "01", "TRUE"])
def test_codes_that_other_readers_take_for_values_stay_codes(tmp_path: Path, code: str) -> None:
    assert code in vocabulary(tmp_path, row("APPLE"), row(code))


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([row("APPLE"), row("APPLE", label="Other")], r"fruit\.csv:3: APPLE is listed twice"),
        ([row("APPLE", parent="POME")], r"fruit\.csv:2: the parent POME"),
        ([row("APPLE", parent="APPLE")], r"fruit\.csv:2: the parent APPLE"),
        ([row("PEAR", parent="POME"), row("POME")], r"fruit\.csv:2: the parent POME"),
        ([row("APPLE"), row("PEAR", label="label apple")], r"fruit\.csv:3: two choices beside each other"),
        ([row("APPLE"), row("PEAR", label="LABEL APPLE")], r"fruit\.csv:3: two choices beside each other"),
        ([row("apple")], r"fruit\.csv:2: a code is upper-case"),
        ([row("APPLE__PEAR")], r"fruit\.csv:2: a code is upper-case"),
        ([row("ÄPPLE")], r"fruit\.csv:2: a code is upper-case"),
        ([row("")], r"fruit\.csv:2: code is empty"),
        ([row("APPLE", label="")], r"fruit\.csv:2: label is empty"),
        ([row("APPLE", definition="")], r"fruit\.csv:2: definition is empty"),
        ([row("APPLE", source="")], r"fruit\.csv:2: source is empty"),
        ([row("APPLE", label=" Apple")], r"fruit\.csv:2: stray space or line end in label"),
        ([row("APPLE", label="Red  apple")], r"fruit\.csv:2: stray space"),
        ([row("APPLE", definition='"Two\nlines."')], r"fruit\.csv:3: stray space or line end in definition"),
        ([row("APPLE", maps_to="EPPO")], r"fruit\.csv:2: maps_to holds"),
        ([row("APPLE", maps_to="EPPO:")], r"fruit\.csv:2: maps_to holds"),
        ([row("APPLE", maps_to="EPPO:A; GROUP:B")], r"fruit\.csv:2: maps_to holds"),
        ([row("APPLE", maps_to="EPPO:A;")], r"fruit\.csv:2: maps_to holds"),
        ([row("APPLE", maps_to="EPPO:A;EPPO:A")], r"fruit\.csv:2: maps_to names EPPO:A twice"),
        ([row("APPLE", valid_from="2030-02-30")], r"fruit\.csv:2: valid_from must be a day"),
        ([row("APPLE", valid_to="tomorrow")], r"fruit\.csv:2: valid_to must be a day"),
        (
            [row("APPLE", valid_from="2031-01-01", valid_to="2030-01-01")],
            r"fruit\.csv:2: valid_from is after",
        ),
        (["APPLE,Apple"], r"fruit\.csv:2: 2 cells where 8 belong"),
        ([row("APPLE") + ",more"], r"fruit\.csv:2: 9 cells where 8 belong"),
        ([row("APPLE"), ""], r"fruit\.csv:3: 0 cells"),
        ([row("APPLE", label='"Apple')], r"fruit\.csv:2: not readable as CSV"),
        ([], r"fruit\.csv: no code in it"),
    ],
)
def test_a_doubtful_row_is_refused_with_file_and_line(tmp_path: Path, rows: list[str], complaint: str) -> None:
    with pytest.raises(CodebookError, match=complaint):
        vocabulary(tmp_path, *rows)


def test_the_same_label_is_fine_under_different_parents(tmp_path: Path) -> None:
    fruit = vocabulary(
        tmp_path,
        row("POME"),
        row("STONE"),
        row("POME_UNK", label="Unknown", parent="POME"),
        row("STONE_UNK", label="Unknown", parent="STONE"),
    )

    assert len(fruit) == 4


@pytest.mark.parametrize("header", ["code,label,parent,definition,maps_to,source", HEADER.upper(), "code"])
def test_another_header_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(CodebookError, match=r"fruit\.csv:1: the header must be code,label"):
        read_vocabulary(vocabulary_file(tmp_path, row("APPLE"), header=header))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (f"\ufeff{HEADER}\n{row('APPLE')}\n".encode(), "without byte order mark"),
        (f"{HEADER}\r\n{row('APPLE')}\r\n".encode(), "LF line ends"),
        (f"{HEADER}\n{row('APPLE')}".encode(), "end the last row with a line end"),
        (f"{HEADER}\n{row('APPLE', label='Äpple')}\n".encode("latin-1"), "cannot be read as UTF-8"),
    ],
)
def test_other_encodings_and_line_ends_are_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "fruit.csv"
    path.write_bytes(content)

    with pytest.raises(CodebookError, match=complaint):
        read_vocabulary(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"nowhere\.csv: cannot be read"):
        read_vocabulary(tmp_path / "nowhere.csv")


text = st.text(st.characters(codec="utf-8", exclude_characters="\r\n", exclude_categories=["Cc", "Zl", "Zp"]))
clean = text.map(lambda found: re.sub(r"\s+", " ", found).strip()).filter(bool)


@given(label=clean, definition=clean, source=clean)
def test_any_clean_text_survives_reading(label: str, definition: str, source: str) -> None:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(["APPLE", label, "", definition, "", source, "", ""])

    with TemporaryDirectory() as folder:
        apple = vocabulary(Path(folder), line.getvalue())["APPLE"]

    assert (apple.label, apple.definition, apple.source) == (label, definition, source)


@given(rest=st.binary(max_size=80))
def test_whatever_the_bytes_only_the_codebooks_own_error_comes_out(rest: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fruit.csv"
        path.write_bytes(HEADER.encode() + b"\nAPPLE," + rest)
        with pytest.raises(CodebookError, match=r"fruit\.csv"):
            read_vocabulary(path)


@given(cells=st.lists(st.text("AB_:;,\"' \n-0123456789", max_size=12), min_size=8, max_size=8))
def test_a_row_is_either_kept_whole_or_refused(cells: list[str]) -> None:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)

    with TemporaryDirectory() as folder:
        try:
            (code,) = vocabulary(Path(folder), line.getvalue())
        except CodebookError:
            return

    assert [code.code, code.label, code.parent or "", code.definition] == cells[:4]
    assert code.source == cells[COLUMNS.index("source")]


def test_a_codebook_has_its_head_and_every_vocabulary_of_the_folder(tmp_path: Path) -> None:
    book = read_codebook(codebook_folder(tmp_path))

    assert (book.version, book.date) == ("2031.05", dt.date(2031, 5, 1))
    assert [change.summary for change in book.changes] == ["Fruit."]
    assert list(book.vocabularies) == ["fruit"]


@pytest.mark.parametrize(
    ("head", "complaint"),
    [
        ("", "give a version, a date"),
        ("version = ", "give a version, a date"),
        (HEAD.replace("[[changes]]", "[[other]]"), "give a version, a date"),
        (HEAD.replace("summary", "text"), "give a version, a date"),
        (HEAD.replace('"2031.05"\ndate', '"5"\ndate'), "version must be year and month"),
        (HEAD.replace('"2031.05"\ndate', "2031.05\ndate"), "version must be year and month"),
        (HEAD.replace("2031-05-01", '"2031-05-01"'), "date must be a day"),
        (HEAD.replace("2031-05-01", "2031-05-01T12:00:00Z"), "date must be a day"),
    ],
)
def test_an_incomplete_head_is_refused(tmp_path: Path, head: str, complaint: str) -> None:
    with pytest.raises(CodebookError, match=rf"codebook\.toml: {complaint}"):
        read_codebook(codebook_folder(tmp_path, head))


def test_a_folder_without_head_or_vocabularies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"codebook\.toml"):
        read_codebook(tmp_path)
    (tmp_path / "codebook.toml").write_text(HEAD, encoding="utf-8")
    with pytest.raises(CodebookError, match="no vocabulary found"):
        read_codebook(tmp_path)
