"""The coding rules of the standards, section 3, and what a record still lacks."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given, settings

from incidents.codebook.services import codebook
from incidents.records import rules
from incidents.records.schema import CaseDocument, TortureElements
from tests.factories.documents import (
    TODAY,
    about,
    act,
    consent,
    document,
    documents,
    incident,
    open_source_killing,
    perpetrator,
    person,
    quick_record,
)

FOUR = ("pain", "intent", "purpose", "official")
SIX = ("penetration", "contact", "physical", "marriage", "denial", "psychological")


# -- primary act ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("violations", "primary"),
    [
        (["POL_EXT", "LIB_ARR", "LIF_EJK"], "LIF_EJK"),
        (["GBV_SA", "GBV_RAPE_CUS"], "GBV_RAPE_CUS"),
        (["LIB_ARR", "TOR_TORT"], "TOR_TORT"),
        (["TOR_ASLT", "LIB_ARR"], "LIB_ARR"),
        (["FAM_CUST", "CDT_STATE"], "CDT_STATE"),
        (["HLT_OAT", "REP_ST"], "REP_ST"),
        (["JUS_FT", "MED_HIV"], "MED_HIV"),
        (["DIS_HOUS", "POL_HAR"], "POL_HAR"),
        (["PRV_REG", "DIS_HOUS"], "PRV_REG"),
        (["GBV_RAPE", "TOR_TORT"], "GBV_RAPE"),
    ],
)
def test_the_primary_act_follows_the_published_order(violations: list[str], primary: str) -> None:
    whom = person()
    record = about(whom, *violations)
    chosen = rules.primary_acts(record)[whom.id]
    assert next(one.violation for one in record.acts if one.id == chosen) == primary


def test_the_recorder_may_choose_another_primary_act() -> None:
    whom = person()
    killing, theft = act("LIF_EJK", whom), act("VIO_PROP", whom, is_primary=True, primary_reason="agreed at review")
    record = document(persons=[whom], acts=[killing, theft], perpetrators=[], consents=[])
    assert rules.primary_acts(record) == {whom.id: theft.id}


@given(documents())
@settings(max_examples=20, deadline=None)
def test_exactly_one_act_is_primary_for_each_person_acted_upon(record: CaseDocument) -> None:
    chosen = rules.primary_acts(record)
    assert chosen.keys() == {one.person_id for one in record.acts}
    owner = {one.id: one.person_id for one in record.acts}
    assert all(owner[act_id] == person_id for person_id, act_id in chosen.items())


# -- torture, gender-based violence --------------------------------------------------------------------


@pytest.mark.parametrize("answers", list(itertools.product(["yes", "no", "unknown", None], repeat=4)))
def test_torture_needs_four_yes_answers(answers: tuple[Any, ...]) -> None:
    elements = TortureElements(**dict(zip(FOUR, answers, strict=True)))
    assert rules.torture_shown(elements) == (answers == ("yes",) * 4)


def test_without_answers_torture_is_not_shown() -> None:
    assert not rules.torture_shown(None)


@pytest.mark.parametrize("answers", list(itertools.product([True, False], repeat=6)))
def test_the_first_question_answered_yes_decides_the_core_type(answers: tuple[bool, ...]) -> None:
    order = [
        "rape",
        "sexual_assault",
        "physical_assault",
        "forced_marriage",
        "denial_of_resources",
        "psychological_abuse",
        "non_gbv",
    ]
    expected = order[[*answers, True].index(True)]
    assert rules.gbv_core_type(**dict(zip(SIX, answers, strict=True))) == expected


@pytest.mark.parametrize(
    ("violation", "core_type"),
    [
        ("GBV_RAPE", "rape"),
        ("GBV_SA", "sexual_assault"),
        ("GBV_PHY_IPV", "physical_assault"),
        ("GBV_MAR", "forced_marriage"),
        ("GBV_RES", "denial_of_resources"),
        ("GBV_PSY", "psychological_abuse"),
        ("LIB_ARR", None),
    ],
)
def test_a_violation_brings_its_core_type(violation: str, core_type: str | None) -> None:
    assert rules.gbv_core_type_of(act(violation)) == core_type


def test_a_recorded_core_type_wins() -> None:
    assert rules.gbv_core_type_of(act("GBV_SOGI", gbv_core_type="physical_assault")) == "physical_assault"


# -- derived values ------------------------------------------------------------------------------------


def test_rights_follow_from_the_violation_unless_set_by_hand() -> None:
    assert "R_PROPERTY" in rules.rights(act("POL_EXT"))
    assert rules.rights(act("POL_EXT", rights=["R_HEALTH"])) == ("R_HEALTH",)


def test_themes_are_those_of_the_acts_in_the_order_of_the_list() -> None:
    listed = [theme.code for theme in codebook().vocabulary("themes")]
    found = rules.themes(about(person(), "HLT_OAT", "LIF_EJK"))
    assert {"T_LIFE", "T_HEALTH"} <= set(found)
    assert list(found) == sorted(found, key=listed.index)


def test_themes_set_by_hand_stand() -> None:
    assert rules.themes(document(incident=incident(themes=["T_PRIV"]))) == ("T_PRIV",)


def test_the_network_follows_from_the_country_unless_set_by_hand() -> None:
    assert rules.network(incident(country="PH")) == "NET_ANPUD"
    assert rules.network(incident(network=["NET_WHRIN"])) == "NET_WHRIN"
    assert rules.network(incident(country=None, adm1=None)) is None


@pytest.mark.parametrize(
    ("date", "month"), [("2026-03-14", 202603), ("2026-03~", 202603), ("2026", None), (None, None)]
)
def test_the_month_of_totals_comes_from_the_first_date(date: str | None, month: int | None) -> None:
    assert rules.month(incident(date_start=date)) == month


@pytest.mark.parametrize(
    ("nexus", "level"),
    [(["NX_OP"], "RL_ADM1"), (["NX_UNC"], "RL_NONE"), ([], "RL_NONE"), (["NX_UNC", "NX_LAW"], "RL_ADM1")],
)
def test_nothing_is_released_while_the_link_to_drugs_is_unclear(nexus: list[str], level: str) -> None:
    assert rules.release_level(incident(drug_nexus=nexus, release_level="RL_ADM1")) == level


@pytest.mark.parametrize(
    ("kinds", "lead"),
    [
        (["NS_COM", "ST_MIL"], "ST_MIL"),
        (["UN_ASS", "NS_CRIM", "SL_VIG"], "SL_VIG"),
        (["UN_UNK", "NS_FAM"], "NS_FAM"),
        (["ST_POL", "ST_MIL"], "ST_POL"),
        ([None], "UN_UNK"),
        ([], "UN_UNK"),
    ],
)
def test_a_count_shows_the_actor_nearest_to_the_state(kinds: list[str | None], lead: str) -> None:
    assert rules.lead_perpetrator([perpetrator(perp_type=kind) for kind in kinds]) == lead


# -- consent level -------------------------------------------------------------------------------------


def level(*purposes: str, **fields: Any) -> str:
    whom = person()
    return rules.consent_level(
        about(whom, "LIB_ARR", consents=[consent(whom, one, **fields) for one in purposes]), TODAY
    )


@pytest.mark.parametrize(
    ("purposes", "expected"),
    [
        ([], "CL_0"),
        (["CP_STORE"], "CL_1"),
        (["CP_STORE", "CP_HELP"], "CL_1"),
        (["CP_STAT"], "CL_2"),
        (["CP_STORE", "CP_STAT", "CP_STORY"], "CL_3"),
        (["CP_STAT", "CP_UN"], "CL_4"),
        (["CP_COMP"], "CL_5"),
        (["CP_PUB", "CP_STAT"], "CL_6"),
    ],
)
def test_the_level_is_the_furthest_purpose_that_was_agreed(purposes: list[str], expected: str) -> None:
    assert level(*purposes) == expected


def test_a_refusal_is_level_zero_and_a_withdrawal_is_marked() -> None:
    assert level("CP_STORE", answer="no") == "CL_0"
    assert level("CP_STORE", withdrawn_on=TODAY) == "CL_X"


def test_the_level_of_an_incident_is_the_least_of_its_living_people() -> None:
    generous, reluctant = person(), person()
    record = document(
        persons=[generous, reluctant],
        acts=[act("LIB_ARR", generous), act("LIB_ARR", reluctant)],
        perpetrators=[],
        consents=[consent(generous, "CP_PUB"), consent(reluctant, "CP_STORE")],
    )
    assert rules.consent_level(record, TODAY) == "CL_1"


@pytest.mark.parametrize("roles", [["perpetrator"], ["intervenor"]])
def test_perpetrators_and_helpers_are_not_asked(roles: list[str]) -> None:
    whom, other = person(), person(roles=roles)
    record = about(whom, "LIB_ARR").model_copy(update={"persons": [whom, other]})
    assert rules.consent_level(record, TODAY) == "CL_2"


def test_a_dead_person_does_not_lower_the_level_of_the_living() -> None:
    living, dead = person(), person(deceased=True)
    record = about(living, "LIB_ARR").model_copy(update={"persons": [living, dead]})
    assert rules.consent_level(record, TODAY) == "CL_2"


def test_open_source_is_at_anonymous_statistics() -> None:
    assert rules.consent_level(open_source_killing(), TODAY) == "CL_2"


def test_a_law_is_at_anonymous_statistics() -> None:
    law = document(persons=[], acts=[act("LAW_CRIM")], perpetrators=[], consents=[])
    assert rules.consent_level(law, TODAY) == "CL_2"


@given(documents())
@settings(max_examples=20, deadline=None)
def test_every_document_has_a_level_of_the_list(record: CaseDocument) -> None:
    assert rules.consent_level(record, dt.date(2026, 1, 1)) in codebook().vocabulary("consent_levels")


# -- what is missing -----------------------------------------------------------------------------------


def lacks(record: CaseDocument) -> set[str]:
    return {one.path for one in rules.missing(record)}


def test_a_complete_record_lacks_nothing() -> None:
    assert rules.missing(document()) == []


def test_an_imported_killing_lacks_nothing() -> None:
    assert rules.missing(open_source_killing()) == []


def test_a_quick_record_is_told_what_to_add() -> None:
    assert {"acts", "incident.drug_nexus", "incident.place_type"} <= lacks(quick_record())


def test_an_empty_record_is_told_all_of_it() -> None:
    assert {"incident.narrative", "incident.date_start", "incident.country", "acts", "sources"} <= lacks(CaseDocument())


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"narrative": ""}, "incident.narrative"),
        ({"date_start": None}, "incident.date_start"),
        ({"country": None, "adm1": None}, "incident.country"),
        ({"place_type": None}, "incident.place_type"),
        ({"date_reported": None}, "incident.date_reported"),
        ({"drug_nexus": []}, "incident.drug_nexus"),
        ({"drug_nexus": ["NX_UNC"]}, "incident.drug_nexus"),
        ({"open_source": True}, "incident.harm_test_note"),
        ({"verification": "VS_4"}, "incident.verification"),
    ],
)
def test_what_an_incident_lacks_is_named(fields: dict[str, Any], path: str) -> None:
    assert path in lacks(document(incident=incident(**fields)))


def test_an_unknown_date_is_an_answer() -> None:
    assert "incident.date_start" not in lacks(document(incident=incident(date_start="XXXX")))


@pytest.mark.parametrize("name", ["gender", "age_band", "unit"])
def test_what_a_person_lacks_is_named(name: str) -> None:
    assert lacks(about(person(**{name: None}), "LIB_ARR")) == {f"persons.0.{name}"}


def test_nothing_is_asked_about_people_who_were_not_harmed() -> None:
    whom, witness = person(), person(gender=None, age_band=None, unit=None, roles=["witness"])
    assert lacks(about(whom, "LIB_ARR").model_copy(update={"persons": [whom, witness]})) == set()


def test_a_group_lacks_its_size_until_somebody_gives_it() -> None:
    assert lacks(about(person(unit="UNIT_GRP"), "LIB_RAID")) == {"persons.0.group_size"}
    assert lacks(about(person(unit="UNIT_GRP", group_size_min=3), "LIB_RAID")) == set()


def test_whoever_was_not_asked_for_consent_is_named() -> None:
    assert lacks(about(person(), "LIB_ARR", consents=[])) == {"persons.0.consent"}


def test_torture_without_its_four_elements_is_named() -> None:
    whom = person()
    assert lacks(about(whom, "TOR_TORT")) == {"acts.0.torture_elements"}
    shown = act("TOR_TORT", whom, torture_elements=dict.fromkeys(FOUR, "yes"))
    assert (
        lacks(document(persons=[whom], acts=[shown], perpetrators=[perpetrator(shown)], consents=[consent(whom)]))
        == set()
    )


def test_an_act_lacks_its_person_and_its_perpetrator() -> None:
    record = document(persons=[], acts=[act("LIB_ARR")], perpetrators=[], consents=[])
    assert lacks(record) == {"acts.0.person_id", "acts.0.perpetrators"}


def test_a_law_takes_no_person() -> None:
    whom = person()
    assert "acts.0.person_id" in lacks(about(whom, "LAW_CRIM"))
    law = act("LAW_CRIM")
    assert lacks(document(persons=[], acts=[law], perpetrators=[perpetrator(law)], consents=[])) == set()


def test_a_state_actor_without_a_basis_is_named() -> None:
    whom = person()
    done = act("LIB_ARR", whom)
    accused = perpetrator(done, attribution_basis=[])
    record = document(persons=[whom], acts=[done], perpetrators=[accused], consents=[consent(whom)])
    assert lacks(record) == {"perpetrators.0.attribution_basis"}


def test_gender_based_violence_without_a_core_type_is_named() -> None:
    assert lacks(about(person(), "GBV_SOGI")) == {"acts.0.gbv_core_type"}


@given(documents())
@settings(max_examples=20, deadline=None)
def test_what_is_missing_is_said_in_whole_sentences(record: CaseDocument) -> None:
    assert all(one.message.endswith(".") and one.path for one in rules.missing(record))
