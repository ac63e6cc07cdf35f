"""The two sealed parts: the account opens alone and holds nothing that points at people."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.records.fields import IDENTITY, marks
from incidents.records.parts import join, overlay, split
from incidents.records.schema import CaseDocument, Geo, Person
from incidents.records.schema_acts import DeathDetail
from incidents.records.schema_people import Contact
from tests.factories.documents import act, document, documents, perpetrator, person, source

CANARY = "Fictional Canary 4417"
json_values = st.recursive(
    st.text(max_size=3) | st.integers(0, 3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
parts = st.dictionaries(st.sampled_from("abc"), json_values, max_size=3)


def paths(values: Any, prefix: str = "") -> set[str]:
    """Every leaf of a part, by path; ids that tell entries apart become []."""
    if isinstance(values, list):
        return {path for entry in values for path in paths(entry, f"{prefix.removesuffix('.')}[].")}
    if isinstance(values, dict):
        return {path for name, value in values.items() for path in paths(value, f"{prefix}{name}.")}
    return {prefix.removesuffix(".").removesuffix("[]")}


@given(documents())
@settings(max_examples=25, deadline=None)
def test_both_parts_make_the_document_again(drawn: CaseDocument) -> None:
    account, identity = split(drawn)
    assert join(account, identity) == drawn


@given(documents())
@settings(max_examples=25, deadline=None)
def test_both_parts_survive_json(drawn: CaseDocument) -> None:
    account, identity = (json.loads(json.dumps(part)) for part in split(drawn))
    assert join(account, identity) == drawn


@given(documents())
@settings(max_examples=25, deadline=None)
def test_the_account_holds_no_field_of_the_identity(drawn: CaseDocument) -> None:
    account, _ = split(drawn)
    secret = {path for path, mark in marks(CaseDocument).items() if mark.part == IDENTITY}
    assert not paths(account) & secret


@given(documents())
@settings(max_examples=25, deadline=None)
def test_the_account_opens_alone_with_the_identity_empty(drawn: CaseDocument) -> None:
    account, _ = split(drawn)
    alone = join(account, {})
    assert split(alone) == (account, {})
    assert [one.pseudonym for one in alone.persons] == [one.pseudonym for one in drawn.persons]


def test_every_text_of_the_identity_leaves_the_account() -> None:
    whom = person(
        name=CANARY,
        other_names=CANARY,
        residence_area=CANARY,
        id_documents=CANARY,
        occupation=CANARY,
        civil_status=CANARY,
        contact={"channel": CANARY, "value": CANARY, "safe_times": CANARY, "note": CANARY},
    )
    done = act("LIF_CUST", whom, death_detail={"body_location": CANARY, "cause": "unknown"})
    record = document(
        persons=[whom],
        acts=[done],
        perpetrators=[perpetrator(done, unit_name=CANARY, individual_name=CANARY, description=CANARY)],
        sources=[source(url=CANARY, citation=CANARY)],
        consents=[],
        kept_aside=[{"column": "remarks", "row": 7, "value": CANARY}],
        evidence=[{"title": CANARY, "creator": CANARY, "capture_meta": {"url": CANARY, "http_headers": CANARY}}],
    )
    account, identity = split(record)
    assert CANARY not in json.dumps(account)
    assert json.dumps(identity).count(CANARY) == 21
    assert join(account, identity) == record


def test_what_is_empty_is_written_nowhere() -> None:
    account, identity = split(CaseDocument())
    assert identity == {}
    assert not set(account) & {"persons", "recorder", "reports", "summary_text"}
    assert "narrative" not in account["incident"]


def test_a_default_that_is_not_empty_is_written_so_that_it_can_change_later() -> None:
    account, _ = split(document())
    assert account["sources"][0]["confidential"] is True
    assert account["incident"]["release_level"] == "RL_CTRY"
    assert account["incident"]["open_source"] is False


def test_an_empty_list_that_is_not_the_default_comes_back_empty() -> None:
    whom = person(roles=[])
    record = document(persons=[whom], acts=[], perpetrators=[], consents=[])
    assert join(*split(record)).persons[0].roles == []


@pytest.mark.parametrize("record", [Contact(), Contact(value="x"), None])
def test_an_empty_record_and_none_are_told_apart(record: Contact | None) -> None:
    whom = person(contact=record)
    whole = document(persons=[whom], acts=[], perpetrators=[], consents=[])
    assert join(*split(whole)).persons[0].contact == record


def test_a_point_of_the_map_is_identity_and_the_account_opens_without_it() -> None:
    given_place = document().incident.model_copy(update={"geo": Geo(lat=1.5, lon=2.5)})
    account, identity = split(document(incident=given_place))
    assert identity["incident"]["geo"] == {"lat": 1.5, "lon": 2.5}
    assert join(account, {}).incident.geo is None


def test_splitting_leaves_the_document_as_it_was() -> None:
    record = document()
    before = record.model_dump_json()
    split(record)
    assert record.model_dump_json() == before


def test_joining_leaves_both_parts_as_they_were() -> None:
    account, identity = split(document())
    before = json.dumps([account, identity])
    join(account, identity)
    assert json.dumps([account, identity]) == before


def test_an_edited_account_keeps_the_stored_identity() -> None:
    whom = person(name="Stored Name", contact={"value": "stored number"})
    stored = document(persons=[whom], acts=[], perpetrators=[], consents=[])
    account, identity = split(stored)
    edited = join(account, {}).model_copy(update={"recorder": "somebody-else"})
    new_account, typed = split(edited)
    whole = join(new_account, overlay(identity, typed))
    assert (whole.persons[0].name, whole.persons[0].contact, whole.recorder) == (
        "Stored Name",
        Contact(value="stored number"),
        "somebody-else",
    )


def test_what_is_typed_anew_replaces_what_is_stored() -> None:
    stored = {"persons": {"1": {"name": "Old", "occupation": "baker"}}, "incident": {"place_text": "there"}}
    typed = {"persons": {"1": {"name": "New"}, "2": {"name": "Second"}}}
    assert overlay(stored, typed) == {
        "persons": {"1": {"name": "New", "occupation": "baker"}, "2": {"name": "Second"}},
        "incident": {"place_text": "there"},
    }


@given(parts, parts)
def test_an_overlay_changes_neither_side(stored: dict[str, Any], typed: dict[str, Any]) -> None:
    before = json.dumps([stored, typed])
    overlay(stored, typed)
    assert json.dumps([stored, typed]) == before


@given(parts)
def test_an_overlay_of_nothing_is_what_is_stored(stored: dict[str, Any]) -> None:
    assert overlay(stored, {}) == stored


def test_the_identity_of_a_removed_person_does_not_come_back() -> None:
    whom = person(name="Removed Name")
    account, identity = split(document(persons=[whom], acts=[], perpetrators=[], consents=[]))
    del account["persons"]
    whole = join(account, identity)
    assert whole.persons == []
    assert "Removed Name" not in whole.model_dump_json()


def test_only_the_entry_that_is_gone_loses_its_identity() -> None:
    stays, goes = Person(name="Stays"), Person(name="Goes")
    account, identity = split(document(persons=[stays, goes], acts=[], perpetrators=[], consents=[]))
    account["persons"] = [entry for entry in account["persons"] if entry["id"] == stays.id]
    assert [one.name for one in join(account, identity).persons] == ["Stays"]


def test_a_death_detail_that_is_half_identity_keeps_its_other_half() -> None:
    whom = person()
    done = act("LIF_CUST", whom, death_detail={"body_location": "a fictional morgue"})
    account, identity = split(document(persons=[whom], acts=[done], perpetrators=[], consents=[]))
    assert join(account, identity).acts[0].death_detail == DeathDetail(body_location="a fictional morgue")
