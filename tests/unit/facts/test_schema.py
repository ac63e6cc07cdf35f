"""The columns of a fact: one declaration, and nothing in it that points at a person."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from incidents.codebook.services import codebook
from incidents.facts import schema
from incidents.facts.schema import FACT_COLUMNS, RULES_VERSION, Column, FactRow, Kind, categories

BY_NAME = {column.name: column for column in FACT_COLUMNS}


NAMES = tuple(column.name for column in FACT_COLUMNS)


def test_a_row_has_the_columns_in_their_order() -> None:
    assert FactRow._fields == NAMES


def test_columns_stand_once_and_say_what_they_mean() -> None:
    assert len(BY_NAME) == len(FACT_COLUMNS)
    assert all(column.meaning.endswith(".") for column in FACT_COLUMNS)


def test_the_version_of_the_rules_fits_its_column() -> None:
    assert BY_NAME["rules"].kind is Kind.U16
    assert 1 <= RULES_VERSION < 2**16


@pytest.mark.parametrize("column", [one for one in FACT_COLUMNS if one.kind is Kind.CODE], ids=lambda one: one.name)
def test_a_coded_column_takes_its_categories_from_the_codebook(column: Column) -> None:
    found = categories(column)
    assert found
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("column", [one for one in FACT_COLUMNS if one.kind is not Kind.CODE], ids=lambda one: one.name)
def test_other_columns_have_no_categories(column: Column) -> None:
    assert categories(column) == ()


def test_categories_follow_the_order_of_the_codebook() -> None:
    regions = [one.code for one in codebook().vocabulary("regions")]
    assert list(categories(BY_NAME["country"])) == regions
    assert categories(BY_NAME["gender"]) == ("GEN_W", "GEN_M", "GEN_NB", "GEN_UNK", "GEN_PNS", "GEN_MIX")


def test_facets_are_not_categories() -> None:
    people = [column for column in FACT_COLUMNS if column.vocabulary == "victim_attributes"]
    assert len(people) == 3
    assert not {"GEN", "AGE", "UNIT", "KP"} & {code for column in people for code in categories(column)}


@pytest.mark.parametrize("word", ["KP_", "TRN_", "SOR_"])
def test_no_column_could_hold_what_may_endanger_a_person(word: str) -> None:
    assert not [code for column in FACT_COLUMNS for code in categories(column) if code.startswith(word)]


def test_what_finds_a_person_again_is_not_among_the_columns() -> None:
    forbidden = {"id", "ref", "name", "pseudonym", "narrative", "date", "day", "place_text", "origin", "recorder"}
    assert not forbidden & set(NAMES)


def test_the_declaration_imports_nothing_of_a_case_and_no_data_frames() -> None:
    tree = ast.parse(Path(schema.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"__future__", "dataclasses", "enum", "functools", "typing", "incidents.codebook.services"}
