"""The page of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import documents as make

if TYPE_CHECKING:
    from tests.factories.world import World
    from tests.integration.records.conftest import Desk


def test_begins_with_a_sentence_before_any_table(desk: Desk) -> None:
    whom = make.person(pseudonym="Amber Heron")
    incident_id = desk.save(make.about(whom, "POL_EXT"))
    text = desk.browser.get(f"/cases/{incident_id}")
    told = "According to the account, police extorted money or a bribe from <bdi>Amber Heron</bdi>."
    assert 0 < text.index(told) < text.index("<table")
    assert "happened on <bdi>14 March 2026</bdi> (Philippines)" in text


def test_says_that_a_case_is_counted_and_from_when_it_may_be_released(desk: Desk) -> None:
    text = desk.browser.get(f"/cases/{desk.save(make.document())}")
    assert "This case is counted: everybody harmed" in text
    assert "It may be in published totals" in text
