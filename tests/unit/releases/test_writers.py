"""Files of a release: the same bytes each time, text that is no formula, and nothing beside the table."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from incidents.disclosure.services import HIDDEN, Dimension, Policy, ProtectedTable, protect
from incidents.releases import method, wording
from incidents.releases.edition import Edition
from incidents.releases.formulas import neutral
from incidents.releases.layout import INDENT, lay_out, paged
from incidents.releases.question import Question, Series
from incidents.releases.writers import csv_file, xlsx_file
from tests.factories.facts import TODAY, facts, frame_of, press_killings, table
from tests.unit.releases.test_question import question

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\x00=1",
    "＝1",
    "＋1",
    "－1",
    "＠A",
    "  =1",
    '=HYPERLINK("x")',
]


def edition(asked: Question | None = None, number: int = 7) -> Edition:
    asked = asked or question(dimensions=("violation_group", "perpetrator_group"))
    rows = frame_of(
        facts(3, violation="TOR"),
        facts(40, perpetrator="NS_EMP"),
        facts(31, violation="TOR", perpetrator="NS_EMP"),
        facts(29),
        press_killings(60, open_source=True),
    )
    protected = protect(table(rows, asked, TODAY, title=wording.title(asked)), Policy.load())
    log = "0123-4567-89ab-cdef-0123"
    return Edition(number, date(2026, 11, 25), "Fictional Network", protected.title, asked, protected, log)


def hostile() -> Edition:
    """A table whose labels all try to be formulas."""
    codes = tuple(f"C{place}" for place in range(len(HOSTILE)))
    side = Dimension("month", "month", codes, {}, dict(zip(codes, HOSTILE, strict=True)))
    values = [HIDDEN, *range(10, 10 + len(codes))]
    cells = dict(zip([(code,) for code in side.all_codes], values, strict=True))
    protected = ProtectedTable(
        dimensions=(side,),
        cells=cells,
        title="=cmd()",
        measure="persons",
        scope={},
        policy_version="1",
        threshold=5,
        delay_days=30,
    )
    return replace(edition(), protected=protected, title="=cmd()", organisation="+Fictional Network")


def test_the_same_release_gives_the_same_bytes() -> None:
    assert csv_file(edition()) == csv_file(edition())
    assert xlsx_file(edition()) == xlsx_file(edition())


def test_no_file_says_when_it_was_written() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx_file(edition()))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-11-25T00:00:00Z"}


def test_another_number_gives_other_bytes() -> None:
    assert csv_file(edition()) != csv_file(edition(number=8))
    assert xlsx_file(edition()) != xlsx_file(edition(number=8))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_begins_like_a_formula_is_marked_as_text(text: str) -> None:
    assert neutral(text).startswith("'")


@given(st.text())
def test_no_text_is_left_that_a_spreadsheet_could_run(text: str) -> None:
    assert not re.match(r"\s*[=+\-@\t\r\n\x00＝＋－＠]", neutral(text))


@given(st.text(alphabet=st.characters(categories=("L", "N"))))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text


def test_hostile_labels_are_no_formulas_in_either_file() -> None:
    rows = list(csv.reader(io.StringIO(csv_file(hostile()).decode("utf-8-sig"), newline="")))
    assert not any(re.match(r"\s*[=+\-@＝＋－＠]", cell) for row in rows for cell in row)
    book = load_workbook(io.BytesIO(xlsx_file(hostile())))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "n"}
    with zipfile.ZipFile(io.BytesIO(xlsx_file(hostile()))) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_the_csv_is_comma_separated_with_crlf_and_one_width() -> None:
    content = csv_file(edition()).decode("utf-8-sig")
    assert content.count("\r\n") == content.count("\n")
    assert len({len(row) for row in csv.reader(io.StringIO(content))}) == 1


def test_a_hidden_number_is_a_word_and_an_empty_cell() -> None:
    made = edition()
    hidden = [line for line in csv_file(made).decode().splitlines() if ",,suppressed," in line]
    assert len(hidden) == len(made.protected.hidden) > 0


def test_every_file_carries_the_digits_of_the_log() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_file(edition()).decode("utf-8-sig"), newline="")))
    assert {row["log"] for row in rows} == {edition().log}
    cover = load_workbook(io.BytesIO(xlsx_file(edition()))).worksheets[0]
    assert ("Log", edition().log) in {(row[0].value, row[1].value) for row in cover.iter_rows()}


def test_the_workbook_holds_nothing_but_its_three_sheets() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx_file(edition()))) as archive:
        names = archive.namelist()
    assert not [name for name in names if re.search(r"comment|vba|external|drawing|customXml", name)]
    assert sum(name.startswith("xl/worksheets/") for name in names) == 3


def test_the_method_says_what_a_reader_must_know() -> None:
    made = edition()
    note = dict(method.note(made.question, made.protected))
    assert "They do not say how common violence is" in note["Documented cases, not prevalence"]
    assert "Each person once" in note["Who is counted"]
    assert "A number from 1 to 4 is hidden" in note["Hidden numbers"]
    assert "2026-01 to 2026-12" in note["Period"]
    assert Policy.load().version in note["Versions"]
    assert "30 days" in note["Delay"]
    assert {code for code, _words, _definition in method.definitions(made.protected)} >= {"TOR", "ST", "NS"}


def test_press_reports_are_called_so_in_title_name_and_every_row() -> None:
    made = edition(question(dimensions=("quarter",), series=Series.PRESS))
    label = "Open-source killings as reported by the press"
    assert made.title.startswith(label)
    assert made.name == "tala-release-7-press"
    assert all(label in line for line in csv_file(made).decode().splitlines()[1:])
    assert label in made.citation


def test_titles_are_made_from_codes() -> None:
    asked = question(dimensions=("year", "age"), place="PH", violation="GBV", gender="GEN_W", perpetrator_group="ST")
    assert wording.title(asked) == (
        "Persons by year, adult or child · Philippines · 2026-01 to 2026-12 · Gender-based and sexual violence · "
        "Woman or girl · State actor"
    )


def test_codes_that_protection_made_have_words() -> None:
    asked = question(dimensions=("country",))
    protected = protect(
        table(frame_of(facts(40), facts(25, country="ID"), facts(3, country="TH")), asked, TODAY), Policy.load()
    )
    words = {code: wording.code_words(protected.dimensions[0], code) for code in protected.dimensions[0].all_codes}
    assert words["_T"] == "All"
    assert words["_O.NET_ANPUD"].endswith(": other countries")
    assert not any(label.startswith("_") for label in words.values())


def test_the_side_with_the_fewest_codes_goes_across_and_no_cell_is_lost() -> None:
    made = edition(question(dimensions=("violation_group", "perpetrator_group", "quarter")))
    grid = lay_out(made.protected)
    assert grid.heads == ("Group of violations", "Quarter")
    assert grid.columns[0] == "All"
    assert sum(len(row.cells) for row in grid.rows) == len(made.protected.cells)
    first = {row.labels: row.cells[0] for row in grid.rows}
    assert first[("All", "All")] == made.protected.cells[("_T", "_T", "_T")]


def test_codes_under_others_are_set_in() -> None:
    grid = lay_out(edition(question(dimensions=("violation",))).protected)
    labels = [row.labels[0] for row in grid.rows]
    assert sum(label.startswith(INDENT) and not label.startswith(INDENT * 2) for label in labels) > 60
    assert sum(label.startswith(INDENT * 2) for label in labels) > 10


@pytest.mark.parametrize(("number", "shown"), [(-5, 1), (0, 1), (1, 1), (2, 2), (10_000, None)])
def test_every_page_of_a_large_table_exists_and_the_nearest_is_shown(number: int, shown: int | None) -> None:
    page = paged(edition(question(dimensions=("violation", "quarter"))).protected, number)
    assert page.number == (shown or page.pages)
    assert page.pages > 1
    assert page.grid.rows


def test_pages_together_have_every_row_once() -> None:
    protected = edition(question(dimensions=("violation", "quarter"))).protected
    pages = [paged(protected, number) for number in range(1, paged(protected, 1).pages + 1)]
    assert [row for page in pages for row in page.grid.rows] == list(lay_out(protected).rows)


def test_releases_never_reach_for_a_case() -> None:
    """Only the consent gate reads the types of records; nothing here opens one."""
    for module in Path("incidents/releases").glob("*.py"):
        text = module.read_text(encoding="utf-8")
        assert "case_door" not in text
        if module.name != "rules.py":
            assert "incidents.records" not in text
