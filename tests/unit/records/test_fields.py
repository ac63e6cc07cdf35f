"""Marks: each field of the whole model carries exactly one, and what follows from it is right."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field

from incidents.codebook.services import codebook
from incidents.records import schema
from incidents.records.fields import (
    ACCOUNT,
    IDENTITY,
    Coded,
    Meta,
    Record,
    Sensitive,
    UnmarkedField,
    allowed_codes,
    inner_record,
    marks,
)
from incidents.records.schema import CaseDocument, Incident, Person

# The whole model of the standards, section 2: entity and field -> where it stands here. What is derived at saving and
# never typed (month, consent level) stands in the rows that are derived.
MODEL = {
    "incident": (
        "incident.",
        """
        id ref title_working narrative narrative_lang date_start date_end time_of_day date_precision date_reported
        country network adm1 place_text place_precision release_level place_type drug_nexus themes
        persons_affected_min persons_affected_best persons_affected_max killed_min killed_best killed_max
        verification verification_reason reviewer1 reviewer2 priority risk_note open_source monitoring_status
        legal_hold retention_until geo.lat geo.lon cell_key
        """,
    ),
    "act": (
        "acts[].",
        """
        id person_id violation is_primary gbv_core_type methods stated_reason purpose age_at_act status_at_end
        physical_consequences psych_consequences rights national_law torture_elements.pain torture_elements.intent
        torture_elements.purpose torture_elements.official detention_detail.held_by detention_detail.legal_ground
        detention_detail.warrant detention_detail.date_held detention_detail.whereabouts_acknowledged
        detention_detail.lawyer detention_detail.family_contact detention_detail.court death_detail.cause
        death_detail.manner death_detail.autopsy death_detail.certificate death_detail.body_location
        medical_detail.exam_date medical_detail.clinician medical_detail.findings medical_detail.consistency
        amount_extorted.amount amount_extorted.currency amount_band
        """,
    ),
    "person": (
        "persons[].",
        """
        id pseudonym roles name other_names residence_area civil_status birth_date id_documents nationality
        occupation gender trans_experience sexual_orientation age_band kp_status health_status substances
        context_role legal_status unit group_size group_size_min group_size_max deceased dedupe_hmac language
        cell_key contact.channel contact.value contact.safe_times contact.note
        """,
    ),
    "perp_link": (
        "perpetrators[].",
        """
        act_ids perp_type relationship count_min count_max involvement attribution_basis official_position
        accountability unit_name individual_name description
        """,
    ),
    "source_link": (
        "sources[].",
        """
        person_id document_id source_type connection independence reliability credibility date_of_material url
        citation confidential
        """,
    ),
    "document": (
        "evidence[].",
        """
        sha256 original_blob working_blob title creator media_type identifies_person graphic public_download
        capture_meta.url capture_meta.captured_at capture_meta.tool capture_meta.tool_version
        capture_meta.collector_id capture_meta.http_headers capture_meta.archive_id
        """,
    ),
    "custody_event": (
        "evidence[].custody[].",
        """
        at actor action reason prev_hash hash
        """,
    ),
    "consent": (
        "consents[].",
        """
        person_id purpose answer given_by mode recipient name_form given_on review_on expires_on withdrawn_on
        witness_note explained.purpose explained.recipients explained.risks explained.withdrawal explained.limits
        """,
    ),
    "intervention": (
        "interventions[].",
        """
        type date addressed_to addressee_text campaign response response_date status impact ref_number note
        publication_id incident_ids
        """,
    ),
    "incident_chain": (
        "chain[].",
        """
        from_id to_id type
        """,
    ),
    "kept aside": (
        "kept_aside[].",
        """
        column row value why
        """,
    ),
    "whole": (
        "",
        """
        schema_version status recorder origin reports summary_text summary_written_by summary_checked_by
        summary_state erased_persons
        """,
    ),
}
NEVER_IN_THE_ACCOUNT = [
    "persons[].name",
    "persons[].other_names",
    "persons[].contact.value",
    "persons[].contact.channel",
    "persons[].residence_area",
    "persons[].birth_date",
    "persons[].id_documents",
    "persons[].nationality",
    "persons[].occupation",
    "persons[].civil_status",
    "incident.place_text",
    "incident.geo.lat",
    "incident.geo.lon",
    "sources[].url",
    "sources[].citation",
    "perpetrators[].individual_name",
    "perpetrators[].unit_name",
    "perpetrators[].description",
    "consents[].recipient",
    "consents[].witness_note",
    "evidence[].title",
    "evidence[].creator",
    "kept_aside[].value",
]


@pytest.mark.parametrize("entity", MODEL)
def test_the_whole_model_is_there(entity: str) -> None:
    prefix, names = MODEL[entity]
    assert {prefix + name for name in names.split()} <= marks(CaseDocument).keys()


def test_every_field_is_marked() -> None:
    assert len(marks(CaseDocument)) > 200


def test_every_mark_says_what_the_field_means() -> None:
    assert [path for path, mark in marks(CaseDocument).items() if not mark.meaning.endswith(".")] == []


@pytest.mark.parametrize("path", NEVER_IN_THE_ACCOUNT)
def test_what_points_at_people_is_identity_and_leaves_in_no_total(path: str) -> None:
    mark = marks(CaseDocument)[path]
    assert isinstance(mark, Sensitive)
    assert mark.part == IDENTITY
    assert mark.tier in ("X", "U", "P")


def test_sensitive_words_never_stand_in_the_tier_of_totals() -> None:
    assert [
        path for path, mark in marks(CaseDocument).items() if isinstance(mark, Sensitive) and mark.tier in "AO"
    ] == []


@pytest.mark.parametrize("name", ["trans_experience", "sexual_orientation", "kp_status", "health_status", "substances"])
def test_what_may_endanger_a_person_is_sensitive_even_when_it_is_a_list(name: str) -> None:
    assert isinstance(marks(CaseDocument)[f"persons[].{name}"], Sensitive)


def test_coded_and_technical_fields_stand_in_the_account() -> None:
    assert {mark.part for mark in marks(CaseDocument).values() if not isinstance(mark, Sensitive)} == {ACCOUNT}


def test_a_field_without_a_mark_is_refused() -> None:
    class Careless(Record):
        name: str = ""

    with pytest.raises(UnmarkedField):
        marks(Careless)


def test_a_field_with_two_marks_is_refused() -> None:
    class Undecided(Record):
        name: Annotated[str, Meta("X"), Sensitive("U")] = ""

    with pytest.raises(UnmarkedField):
        marks(Undecided)


def test_marks_are_found_inside_lists_and_optional_records() -> None:
    class Leaf(Record):
        word: Annotated[str, Meta("X")] = ""

    class Tree(Record):
        one: Leaf | None = None
        many: list[Leaf] = Field(default_factory=list)

    assert list(marks(Tree)) == ["one.word", "many[].word"]
    assert inner_record(Tree.model_fields["one"]) == (Leaf, False)
    assert inner_record(Tree.model_fields["many"]) == (Leaf, True)


def test_an_entry_that_holds_identity_in_a_list_can_be_told_apart() -> None:
    for path, mark in marks(CaseDocument).items():
        if mark.part == IDENTITY and "[]" in path:
            assert f"{path[: path.rindex('[]')]}[].id" in marks(CaseDocument)


def test_a_facet_allows_what_stands_below_it_and_not_itself() -> None:
    codes = allowed_codes("victim_attributes", "GEN", None, ())
    assert "GEN_W" in codes
    assert not codes & {"GEN", "AGE_18_24", "KP_SW"}


def test_countries_and_networks_are_told_apart() -> None:
    countries = allowed_codes("regions", None, "below", ())
    networks = allowed_codes("regions", None, "roots", ())
    assert {"PH", "NA", "XK"} <= countries
    assert "NET_ANPUD" in networks
    assert not countries & networks
    assert len(countries) + len(networks) == len(codebook().vocabulary("regions"))


def test_left_out_facets_are_left_out_with_all_below_them() -> None:
    codes = allowed_codes("interventions", None, None, ("RSP", "IST", "IMP"))
    assert "INT_SPUA" in codes
    assert not {code for code in codes if code.startswith(("RSP", "IST", "IMP"))}


def test_every_vocabulary_that_a_mark_names_exists_and_offers_codes() -> None:
    listed = [mark for mark in marks(CaseDocument).values() if mark.vocabulary]
    assert len(listed) > 40
    assert all(mark.codes for mark in listed)


def test_a_code_of_a_list_stands_once() -> None:
    assert Incident(drug_nexus=["NX_OP", "NX_STIG", "NX_OP"]).drug_nexus == ["NX_OP", "NX_STIG"]


def test_records_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Person().name = "other"


def test_all_records_of_the_schema_are_closed_and_silent() -> None:
    models = [one for one in vars(schema).values() if isinstance(one, type) and issubclass(one, Record)]
    assert len(models) > 15
    for model in models:
        assert model.model_config["extra"] == "forbid"
        assert model.model_config["hide_input_in_errors"]


def test_a_coded_field_without_a_list_checks_nothing_itself() -> None:
    assert Coded("A").codes == frozenset()
