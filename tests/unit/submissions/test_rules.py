"""What a submission says, how it is packed, and what becomes of it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.records.identifiers import new_id
from incidents.records.parts import join, split
from incidents.records.schema import CaseDocument, Claim, Incident
from incidents.submissions.rules import UNDECIDED, UNREVIEWED, Content, Unreadable, pack, reference, taken_in, unpack
from tests.factories import documents

SENDER = "a" * 32
AT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


def packed(document: CaseDocument | None = None) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(pack(document or documents.document(), SENDER, AT))
    return values


def unpacked(values: object) -> Content:
    return unpack(json.dumps(values).encode())


@settings(max_examples=30)
@given(documents.documents())
def test_what_was_packed_is_what_is_unpacked(document: CaseDocument) -> None:
    content = unpack(pack(document, SENDER, AT))
    assert content.document() == join(*split(document))
    assert (content.sender, content.sent_at) == (SENDER, AT)


def test_what_is_shown_holds_no_name_contact_or_exact_place() -> None:
    whom = documents.person(name="Fictional Name")
    document = documents.about(whom, incident=Incident(place_text="Near the fictional bridge"))
    shown = unpack(pack(document, SENDER, AT)).shown
    assert [one.name for one in shown.persons] == [""]
    assert shown.incident.place_text == ""
    assert "Fictional Name" not in shown.model_dump_json()


@pytest.mark.parametrize(
    "change",
    [
        {"sender": "nobody"},
        {"sender": None},
        {"sent_at": "2026-11-24T09:30:00"},
        {"sent_at": "yesterday"},
        {"account": []},
        {"account": {"schema_version": 99}},
        {"account": {"schema_version": "x"}},
        {"account": {"persons": {"x": 1}}},
        {"account": {"persons": [1]}},
        {"account": {"persons": [{}]}, "identity": {"persons": {"x": {}}}},
        {"account": {"unknown": 1}},
        {"identity": {"persons": []}},
        {"more": "than there is"},
    ],
    ids=str,
)
def test_what_has_another_shape_is_unreadable(change: dict[str, Any]) -> None:
    values = packed(documents.about(documents.person(name="Fictional Name")))
    assert unpacked(values)
    with pytest.raises(Unreadable):
        unpacked(values | change)


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(str).map(str.encode))
def test_bytes_that_are_no_submission_are_unreadable_and_nothing_worse(blob: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack(blob)


def test_deeply_nested_bytes_are_unreadable() -> None:
    with pytest.raises(Unreadable):
        unpack(b"[" * 100_000)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100)
@given(JSON, JSON, st.sampled_from(["persons", "acts", "incident", "consents", "schema_version"]))
def test_parts_of_any_shape_are_a_document_or_unreadable(account: object, identity: object, name: str) -> None:
    values = packed()
    values["account"][name] = account
    values["identity"][name] = identity
    try:
        assert unpacked(values).document()
    except Unreadable:
        return


def test_a_case_keeps_what_was_told_under_new_random_names() -> None:
    whom = documents.person(name="Fictional Name")
    document = documents.about(whom, "POL_EXT")
    case = taken_in(unpack(pack(document, SENDER, AT)))
    assert case.incident.id != document.incident.id
    assert case.incident.cell_key != document.incident.cell_key
    assert case.persons[0].cell_key != document.persons[0].cell_key
    assert case.incident.ref == document.incident.ref
    assert [one.name for one in case.persons] == ["Fictional Name"]
    assert case.acts == join(*split(document)).acts
    assert case.recorder == SENDER


def test_nothing_is_decided_about_a_case_that_was_just_taken_in() -> None:
    """Whoever forges a submission would have it verified, its summary checked and given to advocates."""
    claims = {
        "summary_id": new_id(),
        "summary_text": "plainly fictional",
        "summary_written_by": "one",
        "summary_checked_by": "another",
        "summary_state": "checked",
        "reports": [new_id()],
        "origin": "somewhere",
        "recorder": "somebody else",
    }
    incident = Incident(
        verification="VS_5", reviewer1="one", reviewer2="another", legal_hold=True, retention_until=AT.date()
    )
    document = documents.document().model_copy(update=claims | {"incident": incident})
    case = taken_in(unpack(pack(document, SENDER, AT)))
    assert {name: getattr(case, name) for name in UNDECIDED} == UNDECIDED
    assert {name: getattr(case.incident, name) for name in UNREVIEWED} == UNREVIEWED
    assert case.recorder == SENDER
    assert not any(getattr(case, name) == value for name, value in claims.items())


def test_what_a_source_says_comes_in_and_what_was_decided_about_it_does_not() -> None:
    said = Claim(field="actor", value="somebody", stands=True, reason="plainly fictional")
    case = taken_in(unpack(pack(documents.document(claims=[said]), SENDER, AT)))
    assert case.claims == [said.model_copy(update={"stands": None, "reason": ""})]


@settings(max_examples=30)
@given(documents.documents())
def test_a_case_is_as_valid_as_what_it_was_made_of(document: CaseDocument) -> None:
    case = taken_in(unpack(pack(document, SENDER, AT)))
    assert join(*split(case)) == case


def test_a_reference_is_two_groups_that_can_be_read_aloud_and_tells_ids_apart() -> None:
    found = {reference(new_id()) for _ in range(500)}
    assert len(found) == 500
    assert all(
        len(one) == 9 and one[4] == "-" and set(one) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-") for one in found
    )


def test_a_reference_is_the_same_for_ever() -> None:
    assert reference("0" * 32) == "WARX-4HI3"
