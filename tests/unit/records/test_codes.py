"""The rules name codes of the codebook: each of them exists, and none that matters is forgotten."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from incidents.codebook.services import codebook
from incidents.records import rules, schema
from incidents.records.dates import parse
from incidents.records.verification import COUNTED, LADDER, SINGLE_TESTIMONY_CODES, SINGLE_TESTIMONY_GROUPS
from incidents.releases.rules import CHILD_BANDS, GROUP_UNITS, OWN_ANSWERS
from tests.factories.documents import act

RECORDS = Path(schema.__file__).parent
PURE = sorted(
    [
        *(RECORDS / f"{name}.py" for name in ("dates", "derivation", "errors", "fields", "identifiers", "killings")),
        *(RECORDS / f"{name}.py" for name in ("parts", "pseudonyms", "rules", "text", "upgrade", "verification")),
        *RECORDS.glob("schema*.py"),
        RECORDS.parent / "releases" / "rules.py",
        RECORDS.parent / "facts" / "schema.py",
    ]
)
# Codes have a prefix of their list; this is how they look in the source.
CODE = re.compile(
    r"(?:VS|VT|IND|LNK|SRC|CRD|REL|ATB|NX|RL|CL|CP|CB|CM|GEN|AGE|UNIT|OUT|PRI|PL|UN|ST|SL|NS|NET|DP)_[A-Z0-9_]+\Z"
)


def words(path: Path) -> set[str]:
    """Every literal text of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def known_codes() -> set[str]:
    return {code.code for vocabulary in codebook().vocabularies.values() for code in vocabulary}


@pytest.mark.parametrize("path", PURE, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_code_that_a_rule_names_is_in_the_codebook(path: Path) -> None:
    assert {word for word in words(path) if CODE.match(word)} <= known_codes()


@pytest.mark.parametrize("path", PURE, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_pure_half_imports_neither_web_nor_database_nor_keys(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    forbidden = (
        "flask",
        "sqlalchemy",
        "polars",
        "cryptography",
        "incidents.keyring",
        "incidents.database",
        "incidents.web",
    )
    assert [name for name in imported if name.startswith(forbidden)] == []
    assert not [name for name in imported if name.startswith("incidents.") and name.endswith((".models", ".views"))]


def test_the_ladder_and_what_is_counted_cover_every_status() -> None:
    listed = {code.code for code in codebook().vocabulary("verification_status")}
    assert set(LADDER) | COUNTED | {"VS_N", "VS_D", "VS_W"} == listed


def test_the_ladder_is_in_the_order_of_its_ranks() -> None:
    statuses = codebook().vocabulary("verification_status")
    assert [int(statuses[code].mappings["RANK"][0]) for code in LADDER] == list(range(6))


def test_every_violation_has_a_place_in_the_order_of_primary_acts() -> None:
    ranks = {code.code: rules.primary_rank(code.code) for code in codebook().vocabulary("violation_types")}
    assert set(ranks.values()) == set(range(7))
    assert {code for code, rank in ranks.items() if rank == 0} == {code for code in ranks if code.startswith("LIF")}


@pytest.mark.parametrize("group", ["TOR", "PRV", "DIS", "VIO", "CIV", "LAW", "OTH"])
def test_groups_that_the_order_does_not_name_come_last(group: str) -> None:
    assert rules.primary_rank(group) == 6


def test_a_violation_stands_no_later_than_its_group() -> None:
    violations = codebook().vocabulary("violation_types")
    for code in violations:
        for above in violations.ancestors(code.code):
            assert rules.primary_rank(code.code) <= rules.primary_rank(above)


def test_every_core_type_of_the_codebook_is_one_the_schema_takes() -> None:
    targets = [code.code for code in codebook().vocabulary("violation_types") if code.mappings.get("GBVIMS")]
    assert len(targets) > 8
    assert all(rules.gbv_core_type_of(act(code)) for code in targets)


def test_every_theme_is_reached_by_some_violation() -> None:
    reached = {theme for code in codebook().vocabulary("violation_types") for theme in codebook().themes_of(code.code)}
    assert reached == {theme.code for theme in codebook().vocabulary("themes")}


def test_child_bands_are_those_the_codebook_calls_children() -> None:
    bands = codebook().vocabulary("victim_attributes").facet("AGE")
    assert {band.code for band in bands if codebook().age_group(band.code) == "child"} == CHILD_BANDS


def test_units_are_single_or_groups() -> None:
    units = {unit.code for unit in codebook().vocabulary("victim_attributes").facet("UNIT")}
    assert units == GROUP_UNITS | {"UNIT_IND", "UNIT_FAM"}


def test_own_answers_are_bases_of_consent() -> None:
    assert {basis.code for basis in codebook().vocabulary("consent_levels").facet("CB")} > OWN_ANSWERS


def test_single_testimony_is_for_violations_of_the_codebook() -> None:
    violations = codebook().vocabulary("violation_types")
    assert all(code in violations for code in SINGLE_TESTIMONY_GROUPS | SINGLE_TESTIMONY_CODES)


@pytest.mark.parametrize(
    "code", [code.code for code in codebook().vocabulary("date_precision") if code.code != "DP_TIME"]
)
def test_the_examples_of_the_codebook_have_the_precision_they_explain(code: str) -> None:
    example = codebook().vocabulary("date_precision")[code].mappings["EDTF"][0]
    assert parse(example).precision == code


def test_every_state_of_a_person_in_the_facts_has_an_unknown() -> None:
    attributes = codebook().vocabulary("victim_attributes")
    assert all(code in attributes for code in ("GEN_UNK", "AGE_UNK", "UNIT_IND"))
    assert "PL_UNK" in codebook().vocabulary("place_types")
    assert "UN_UNK" in codebook().vocabulary("perpetrator_types")
    assert "NET_NONE" in codebook().vocabulary("regions")
