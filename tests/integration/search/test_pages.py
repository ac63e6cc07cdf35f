"""The page of search: what it finds, what it never gives, and where words leave no trace."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from incidents.audit.acts import Act
from incidents.audit.models import AuditEntry
from incidents.extensions import db
from incidents.records import services as records
from incidents.rotation import services as rotation
from tests.factories import documents as make

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import World
    from tests.integration.search.conftest import Desk

REASON = "Somebody asks what we hold of her"


def told(narrative: str, **fields: object) -> CaseDocument:
    whom = make.person(name="Fictional Namegiver", other_names="Zzyzx")
    return make.about(whom, "POL_EXT", incident=make.incident(narrative=narrative, **fields))


def refs(page: str) -> list[str]:
    return re.findall(r'<article class="hit">\s*<h3><a[^>]*><bdi>([^<]+)</bdi>', page)


def test_words_of_the_account_are_found_across_cases_and_marked(desk: Desk) -> None:
    one, other = told("A raid near the Blue Bridge."), told("Nothing of the kind.")
    desk.save(one, other)
    page = desk.browser.post("/search", {"words": "RAID bridge"})
    assert refs(page) == [one.incident.ref]
    assert "<mark>raid</mark>" in page
    assert "<mark>Bridge</mark>" in page
    assert "Done:" in page


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("senora", "La señora Ñandú"),
        ("Aleksey", "Алексей ушёл"),
        ("АЛЕКСЕЙ", "Aleksey left"),
        ("mohammed", "قال محمد"),
        ("محمد", "He said Muhammad did"),
        ("athina", "στην Αθήνα"),
        ("12", "غرفة ١٢"),
        ('"blue bridge"', "the Blue\nBridge fell"),
    ],
)
def test_a_word_typed_in_one_spelling_finds_the_other(desk: Desk, typed: str, written: str) -> None:
    case = told(written)
    desk.save(case, told("Something else."))
    assert refs(desk.browser.post("/search", {"words": typed})) == [case.incident.ref]


def test_every_word_must_be_in_the_case_and_quoted_words_side_by_side(desk: Desk) -> None:
    desk.save(told("A bridge that is blue."))
    assert refs(desk.browser.post("/search", {"words": "bridge green"})) == []
    assert refs(desk.browser.post("/search", {"words": '"blue bridge"'})) == []
    assert len(refs(desk.browser.post("/search", {"words": "blue bridge"}))) == 1


def test_a_filter_narrows_what_is_searched(desk: Desk) -> None:
    here, there = told("A raid.", country="PH"), told("A raid.", country="KE", adm1=None)
    desk.save(here, there)
    page = desk.browser.post("/search", {"words": "raid", "country": "KE"})
    assert refs(page) == [there.incident.ref]
    assert "1 case was searched" in page


def test_the_newest_revision_is_searched_and_no_older_one(desk: Desk) -> None:
    case = told("An old wording.")
    incident_id = desk.save(case)
    desk.change(incident_id, incident=case.incident.model_copy(update={"narrative": "A new wording."}))
    assert refs(desk.browser.post("/search", {"words": "old"})) == []
    assert len(refs(desk.browser.post("/search", {"words": "new wording"}))) == 1


def test_names_contacts_and_places_are_found_only_after_a_reason(desk: Desk) -> None:
    case = told("A raid.", place_text="Nowhere Street")
    desk.save(case)
    for word in ("Namegiver", "zzyzx", "nowhere"):
        assert refs(desk.browser.post("/search", {"words": word})) == []
        desk.browser.post("/search/names", {"words": word, "reason": "no"}, status=422)
        assert refs(desk.browser.post("/search/names", {"words": word, "reason": REASON})) == [case.incident.ref]


def test_a_search_of_names_tells_that_a_name_was_found_and_gives_none(desk: Desk) -> None:
    desk.save(told("A raid."))
    page = desk.browser.post("/search/names", {"words": "zzyzx raid", "reason": REASON})
    assert "Found in names, contacts or places" in page
    assert "Fictional Namegiver" not in page
    assert "Zzyzx" not in page
    assert "<mark>raid</mark>" in page


def test_a_search_of_names_is_one_entry_in_each_log_with_the_reason_and_without_the_words(desk: Desk) -> None:
    desk.save(told("A raid."), told("Another raid."))
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    desk.browser.post("/search/names", {"words": "zzyzx", "reason": REASON})
    entries = records.log_entries(desk.keys)
    assert [entry["action"] for entry in entries] == ["names_searched"]
    assert entries[0]["reason"] == REASON
    assert "zzyzx" not in repr(entries)
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == (before or 0) + 1
    log = desk.browser.get(f"/audit?act={Act.NAMES_SEARCHED}")
    assert REASON in log
    assert "zzyzx" not in log


def test_whoever_opens_a_case_sees_that_its_names_were_searched(desk: Desk) -> None:
    incident_id = desk.save(told("A raid."))
    desk.browser.post("/search/names", {"words": "zzyzx", "reason": REASON})
    assert REASON in desk.browser.get(f"/cases/{incident_id}/identity")


def test_words_stand_in_no_log_and_in_no_address(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.save(told("A raid."))
    with caplog.at_level(logging.DEBUG):
        page = desk.browser.post("/search", {"words": "canaryword"})
        desk.browser.post("/search/names", {"words": "canaryword", "reason": REASON})
    assert "canaryword" not in caplog.text
    assert not re.findall(r'(?:href|action)="[^"]*canaryword', page)
    desk.browser.client.get("/search?words=canaryword")
    assert "canaryword" not in desk.browser.get("/search?words=canaryword")


@pytest.mark.parametrize("words", ["", "a", '""', " ' ", "x" * 501, "a1 b2 c3 d4 e5 f6 g7 h8 i9 j10 k11"])
def test_what_cannot_be_searched_for_comes_back_with_what_to_do(desk: Desk, words: str) -> None:
    page = desk.browser.post("/search", {"words": words, "country": "PH", "reason": "kept as typed"}, status=422)
    assert "There is something to put right" in page
    assert "kept as typed" in page


def test_another_organisations_cases_are_never_found(desk: Desk, world: World) -> None:
    desk.save(told("A raid of ours."))
    stranger = world.team("Another Fictional Network").researcher.browser()
    assert refs(stranger.post("/search", {"words": "raid"})) == []


def test_cases_under_older_and_newer_keys_are_found_together(desk: Desk) -> None:
    desk.save(told("A raid before."))
    rotation.rotate(desk.team.researcher.membership(), desk.keys.seed, "a plainly fictional reason")
    desk.save(told("A raid after."))
    assert len(refs(desk.browser.post("/search", {"words": "raid"}))) == 2
