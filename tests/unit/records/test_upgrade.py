"""Old documents open; newer ones are refused before anything is read wrongly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incidents.records import upgrade as upgrading
from incidents.records.derivation import fact_rows, index_row
from incidents.records.parts import join, split
from incidents.records.schema import SCHEMA_VERSION
from incidents.records.upgrade import UnreadableDocument, upgrade
from tests.factories.documents import TODAY, document

FIXTURES = Path(__file__).parent / "fixtures"


def frozen(version: int) -> tuple[dict[str, Any], dict[str, Any]]:
    stored = json.loads((FIXTURES / f"v{version}.json").read_text(encoding="utf-8"))
    return stored["account"], stored["identity"]


def test_there_is_a_frozen_document_of_every_version() -> None:
    assert {path.stem for path in FIXTURES.glob("v*.json")} == {f"v{one + 1}" for one in range(SCHEMA_VERSION)}


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_a_frozen_document_opens(version: int) -> None:
    record = join(*frozen(version))
    assert record.schema_version == SCHEMA_VERSION
    assert record.persons[0].name == "Plainly Fictional"
    assert record.incident.date_start is not None
    assert record.incident.date_start.text == "2026-03-14/2026-03-16"
    assert index_row(record, TODAY).violations == ("LIB_ARR_USE", "POL_EXT")
    assert [row.violation for row in fact_rows(record, TODAY)] == ["LIB_ARR_USE", "POL_EXT"]


def test_the_newest_frozen_document_is_what_this_program_writes() -> None:
    account, identity = frozen(SCHEMA_VERSION)
    assert split(join(account, identity)) == (account, identity)


def test_a_newer_document_is_refused_with_what_to_do() -> None:
    account, _ = split(document())
    with pytest.raises(UnreadableDocument, match="newer version") as refused:
        join(account | {"schema_version": SCHEMA_VERSION + 1}, {})
    assert refused.value.type == "document_newer"


@pytest.mark.parametrize("version", [None, 0, -1, "1", 1.0, True])
def test_a_document_without_a_version_is_damaged(version: object) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        upgrade({"schema_version": version})
    assert refused.value.type == "document_damaged"


def test_a_document_that_says_nothing_is_damaged() -> None:
    with pytest.raises(UnreadableDocument):
        upgrade({})


def test_steps_are_taken_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {1: lambda raw: raw | {"second": True}, 2: lambda raw: raw | {"third": raw["second"]}}
    monkeypatch.setattr(upgrading, "STEPS", steps)
    monkeypatch.setattr(upgrading, "SCHEMA_VERSION", 3)
    old = {"schema_version": 1}
    assert upgrade(old) == {"schema_version": 3, "second": True, "third": True}
    assert old == {"schema_version": 1}
