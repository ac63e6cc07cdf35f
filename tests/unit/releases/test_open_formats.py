"""HXL, linked data and data package: read by the programs of those who made the standards, and true to the table."""

from __future__ import annotations

import io
import json
import zipfile
from itertools import product
from typing import TYPE_CHECKING

import hxl
import pytest
from frictionless import Package, system

from incidents.codebook.services import codebook
from incidents.disclosure.services import HIDDEN, Policy, protect
from incidents.i18n import speaking
from incidents.releases import wording
from incidents.releases.edition import Edition
from incidents.releases.hxl import COLUMNS, hxl_file
from incidents.releases.metadata import json_file
from incidents.releases.package import package_file
from incidents.releases.question import FAMILIES
from tests.factories.facts import TODAY, facts, frame_of, table
from tests.unit.releases.test_question import question
from tests.unit.releases.test_writers import edition

if TYPE_CHECKING:
    from pathlib import Path


def by_place() -> Edition:
    """Months and countries, of which some are joined."""
    asked = question(dimensions=("quarter", "country"))
    rows = frame_of(facts(41), facts(38, country="TH", month=202604), facts(3, country="NP"), facts(30, country="CO"))
    protected = protect(table(rows, asked, TODAY, title=wording.title(asked)), Policy.load())
    return Edition(8, TODAY, "=Fictional Network", protected.title, asked, protected)


MADE = {"violations and perpetrators": edition, "quarters and countries": by_place}


@pytest.fixture(params=MADE)
def made(request: pytest.FixtureRequest) -> Edition:
    """A release."""
    found: Edition = MADE[request.param]()
    return found


def test_hxl_is_read_and_valid_and_its_column_of_persons_adds_up_to_what_is_shown(made: Edition) -> None:
    content = io.BytesIO(hxl_file(made))
    source = hxl.data(hxl.make_input(content, hxl.InputOptions(allow_local=True)))
    rows = list(source.cache())
    sides = made.protected.dimensions
    leaves = [made.protected.cells[key] for key in product(*(side.leaves for side in sides))]
    assert len(rows) == len(leaves)
    assert [row.get("#affected+ind") or "" for row in rows] == ["" if one is HIDDEN else str(one) for one in leaves]
    assert [row.get("#meta+suppressed") == "TRUE" for row in rows] == [one is HIDDEN for one in leaves]
    assert all(column.tag.startswith("#") for column in source.columns)


def test_hxl_says_countries_as_three_letters_and_several_together_as_none() -> None:
    rows = list(hxl.data(hxl.make_input(io.BytesIO(hxl_file(by_place())), hxl.InputOptions(allow_local=True))))
    codes = {row.get("#country+code") or "" for row in rows}
    assert {"PHL", ""} <= codes
    assert all(len(code) in {0, 3} for code in codes)


def test_every_dimension_of_a_release_has_columns_with_tags() -> None:
    assert COLUMNS.keys() == FAMILIES.keys()


def test_the_data_package_is_valid_and_has_every_cell(made: Edition, tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    archive.write_bytes(package_file(made))
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path)
    with system.use_context(trusted=True):
        package = Package(str(tmp_path / "datapackage.json"))
        report = package.validate()
        assert report.valid, report.flatten(["type", "note"])
        rows = package.get_resource("table").read_rows()
    cells = {tuple(row[side.name] for side in made.protected.dimensions): row["persons"] for row in rows}
    assert cells == {key: None if value is HIDDEN else value for key, value in made.protected.cells.items()}


def test_a_data_package_with_a_cell_that_is_no_number_is_not_valid(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(package_file(edition()))) as opened:
        opened.extractall(tmp_path)
    content = (tmp_path / "table.csv").read_text()
    (tmp_path / "table.csv").write_text(content.replace(",shown", "x,shown", 1))
    with system.use_context(trusted=True):
        assert not Package(str(tmp_path / "datapackage.json")).validate().valid


def test_the_description_has_what_catalogues_ask_for(made: Edition) -> None:
    found = json.loads(json_file(made))
    assert found["@type"] == ["Dataset", "dcat:Dataset"]
    assert found["name"] == found["dcterms:title"] == made.title
    assert found["temporalCoverage"] == "2026-01/2026-12"
    assert "Documented cases, not prevalence." in found["description"]
    assert found["table"]["cells"] == [None if one is HIDDEN else one for one in made.protected.cells.values()]
    for side, stored in zip(made.protected.dimensions, found["table"]["dimensions"], strict=True):
        assert set(stored["labels"]) == set(side.all_codes)


@pytest.mark.parametrize("write", [hxl_file, json_file, package_file])
def test_no_hidden_number_is_in_any_of_them_and_all_are_the_same_bytes_again(write: object, made: Edition) -> None:
    assert callable(write)
    first = write(made)
    assert first == write(made)
    with speaking("en-XA"):
        assert first != write(made)


def test_what_a_spreadsheet_takes_for_a_formula_is_text() -> None:
    lines = hxl_file(by_place()).decode()
    assert "=Fictional" not in lines.replace("'=Fictional", "")


def test_every_iccs_code_of_the_table_is_the_codebooks() -> None:
    asked = question(dimensions=("violation",))
    rows = frame_of(facts(40, violation="LIF_EJK_OP"), facts(50, violation="LIF_DENY_OD"))
    protected = protect(table(rows, asked, TODAY, title=wording.title(asked)), Policy.load())
    made = Edition(9, TODAY, "Fictional Network", protected.title, asked, protected)
    found = hxl.data(hxl.make_input(io.BytesIO(hxl_file(made)), hxl.InputOptions(allow_local=True)))
    told = {row.get("#event+type+code-v_iccs"): row.get("#event+type+code+v_iccs") for row in found}
    known = codebook().vocabulary("violation_types")
    assert told["LIF_EJK_OP"] == known["LIF_EJK_OP"].mappings["ICCS"][0]
