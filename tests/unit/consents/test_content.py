"""What a receipt's view says and does not say, and when what was told has to go."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.consents.content import Content, content_of, read
from incidents.keyring.envelope import Unopenable
from incidents.keyring.identity import Pin
from incidents.keyring.receipt_door import VIEW_BYTES
from incidents.records.identifiers import new_id
from tests.factories import documents
from tests.factories.documents import TODAY

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument

PIN = Pin(epoch=1, identity="00" * 32)
ORGANISATION = "a" * 32


def content(document: CaseDocument) -> Content:
    return content_of(document, document.persons[0], ORGANISATION, PIN, TODAY)


def case(*purposes: str, **fields: object) -> CaseDocument:
    whom = documents.person(name="Fictional Name", pseudonym="fictional pseudonym")
    consents = [documents.consent(whom, purpose) for purpose in purposes]
    return documents.about(whom, "POL_EXT", consents=consents, **fields)


def test_it_says_answers_month_country_kinds_of_acts_and_whether_it_counts() -> None:
    found = content(case("CP_STAT"))
    assert [(one.purpose, one.yes) for one in found.answers] == [("CP_STAT", True)]
    assert (found.year, found.month, found.country, found.violations) == (2026, 202603, "PH", ("POL_EXT",))
    assert found.counted == "counted"


def test_it_says_no_word_and_no_place_and_no_day_of_the_case() -> None:
    document = case("CP_STAT")
    said = content(document).model_dump_json()
    incident = document.incident
    for hidden in (
        incident.narrative,
        "Blue Bridge",
        "PH-CEB",
        "2026-03-14",
        "Fictional Name",
        "pseudonym",
        incident.ref,
    ):
        assert hidden not in said


def test_who_is_not_counted_is_told_why() -> None:
    assert content(case()).counted == "not_asked"
    assert content(case("CP_STAT", status="incomplete")).counted == "case_incomplete"
    witness = documents.person(roles=["witness"])
    consents = [documents.consent(witness)]
    document = documents.document(persons=[witness], acts=[], perpetrators=[], consents=consents)
    assert content(document).counted == "not_harmed"


def test_summary_and_stories_are_named_to_those_whose_consent_they_need() -> None:
    document = case("CP_STORY").model_copy(update={"summary_id": new_id(), "reports": [new_id()]})
    assert (content(document).summary_id, content(document).stories) == (document.summary_id, tuple(document.reports))
    whom = document.persons[0].model_copy(update={"roles": ["perpetrator"]})
    other = document.model_copy(update={"persons": [whom]})
    assert (content(other).summary_id, content(other).stories) == (None, ())


@pytest.mark.parametrize(
    ("purposes", "taken", "goes"),
    [
        (("CP_STORY",), {"CP_STORY"}, True),
        (("CP_STORY", "CP_PUB"), {"CP_STORY"}, False),
        (("CP_STORY", "CP_PUB"), {"CP_STORY", "CP_PUB"}, True),
        (("CP_STORY",), {"CP_STAT"}, False),
        (("CP_STORY",), {"CP_STORE"}, True),
    ],
)
def test_what_was_told_goes_when_neither_purpose_is_left(
    purposes: tuple[str, ...],
    taken: set[str],
    goes: bool,  # noqa: FBT001
) -> None:
    assert content(case(*purposes)).story_rests_on(taken) == goes


@given(st.sets(st.sampled_from(["CP_STORE", "CP_STAT", "CP_STORY", "CP_UN"])))
def test_what_was_taken_back_stands_no_more_and_twice_is_as_once(taken: set[str]) -> None:
    before = content(case("CP_STAT", "CP_STORY"))
    after = before.without(taken, TODAY)
    assert set(after.standing) == set(before.standing) - taken
    assert after.without(taken, TODAY + dt.timedelta(days=1)) == after
    assert {one.purpose for one in after.answers if one.taken_back} == taken
    assert (after.counted == "withdrawn") == bool(taken & {"CP_STAT", "CP_STORE"})


@settings(suppress_health_check=list(HealthCheck), max_examples=25)
@given(documents.documents())
def test_of_every_case_a_view_can_be_made_read_and_sealed_at_one_length(document: CaseDocument) -> None:
    for person in document.persons:
        found = content_of(document, person, ORGANISATION, PIN, TODAY)
        plain = found.model_dump_json().encode()
        assert read(plain) == found
        assert len(plain) < VIEW_BYTES


@pytest.mark.parametrize("plain", [b"", b"{}", b"[]", b"\xff", b'{"made": 1}'])
def test_what_is_no_view_does_not_open(plain: bytes) -> None:
    with pytest.raises(Unopenable):
        read(plain)
