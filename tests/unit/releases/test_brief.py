"""The brief: accessible to an independent validator, the same bytes again, and no sentence that hides could belie."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import page
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.disclosure.services import HIDDEN, ProtectedTable
from incidents.i18n import speaking
from incidents.releases.brief import about, pdf_file
from incidents.releases.findings import finding, parts
from tests.unit.releases.test_open_formats import MADE, by_place
from tests.unit.releases.test_writers import edition

if TYPE_CHECKING:
    from incidents.releases.edition import Edition

UA = page.ValidationProfile.PDF_UA_1


@pytest.mark.parametrize("language", ["en", "ar-XB"])
@pytest.mark.parametrize("made", MADE)
def test_the_brief_conforms_to_pdf_ua(made: str, language: str) -> None:
    with speaking(language):
        report = page.validate_pdf_bytes(pdf_file(MADE[made]()), profile=UA)
    assert report.is_compliant, [failure.message for failure in report.failures]
    assert report.rules.passed > 50


def test_the_validator_finds_a_brief_without_its_tags() -> None:
    with pikepdf.open(io.BytesIO(pdf_file(edition()))) as opened:
        del opened.Root.StructTreeRoot
        bare = io.BytesIO()
        opened.save(bare)
    assert not page.validate_pdf_bytes(bare.getvalue(), profile=UA).is_compliant


def test_the_same_release_gives_the_same_bytes() -> None:
    assert pdf_file(edition()) == pdf_file(edition())


def test_markup_in_a_name_is_text() -> None:
    hostile = replace(edition(), organisation='#panic("x") = $ _a_ @b <c>', title='#read("/etc/hostname")')
    with pikepdf.open(io.BytesIO(pdf_file(hostile))) as opened:
        assert str(opened.docinfo["/Title"]) == '#read("/etc/hostname")'


def with_cells(made: Edition, **changes: int | None) -> ProtectedTable:
    """The table with other totals of parts; None hides one."""
    cells = dict(made.protected.cells)
    rest = ("_T",) * (len(made.protected.dimensions) - 1)
    for code, value in changes.items():
        cells[code, *rest] = HIDDEN if value is None else value
    return replace(made.protected, cells=cells)


def test_the_finding_names_the_most_frequent_only_where_no_part_is_hidden() -> None:
    made = edition()
    assert finding(made.protected).endswith("(69).")
    assert "Most often" in finding(made.protected)
    hidden = finding(with_cells(made, TOR=None))
    assert "Most often" not in hidden
    assert "Among them" in hidden


def test_a_hidden_total_is_not_said() -> None:
    assert "not shown" in finding(with_cells(edition(), _T=None))


@given(st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=2, max_size=17))
def test_no_finding_says_more_than_is_shown(values: list[int | None]) -> None:
    made = edition()
    codes = [code for code in made.protected.dimensions[0].codes if code in made.protected.dimensions[0].leaves]
    protected = with_cells(made, **dict(zip(codes, values, strict=False)))
    numbers = {part.value for part in parts(protected)}
    said = finding(protected)
    if None in numbers:
        assert "Most often" not in said
    elif "Most often" in said:
        assert f"({max(value for value in numbers if value is not None)})." in said


def test_rows_in_which_nobody_stands_are_left_out_and_said_to_be() -> None:
    told = about(by_place())
    assert all(set(row[1:]) != {"0"} for row in told["rows"])
    assert told["method"][0][1].startswith(f"{len(told['rows'])} of ")
