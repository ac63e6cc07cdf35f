"""The data dictionary is what the marks say today."""

from __future__ import annotations

from incidents.records.fields import marks
from incidents.records.schema import CaseDocument
from tools.data_dictionary import PAGE, allow_list, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.data_dictionary"


def test_every_field_has_its_line() -> None:
    text = page()
    assert [path for path in marks(CaseDocument) if f"| `{path}` |" not in text] == []


def test_an_allow_list_names_fields_of_its_tier_alone() -> None:
    assert "acts[].violation" in allow_list("A")
    assert not {"persons[].name", "incident.narrative", "persons[].contact.value"} & set(allow_list("A"))
    assert sum(len(allow_list(tier)) for tier in "XUPACO") == len(marks(CaseDocument))
