"""The mappings that come with the program, on fictional rows in the shape of the real files."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from incidents.exchange.build import build
from incidents.exchange.cells import SENTENCES, Why
from incidents.records import rules
from incidents.records.derivation import fact_rows, held
from incidents.records.parts import split
from tests.unit.exchange.factories import event_row, kill_list_row, protest_row, shipped

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument

TODAY = dt.date(2031, 6, 1)


def listed(**changes: Any) -> CaseDocument:
    """A row of the kill list as a document."""
    return build(kill_list_row(**changes), shipped("ph_inquirer_kill_list"), today=TODAY).document


def protest(**changes: Any) -> CaseDocument:
    """A protest report as a document."""
    return build(protest_row(**changes), shipped("us_2020pb"), today=TODAY).document


def event(**changes: Any) -> CaseDocument:
    """An armed event as a document."""
    return build(event_row(**changes), shipped("ucdp_ged"), today=TODAY).document


def kept(document: CaseDocument) -> dict[str, str]:
    """Reasons of what is kept aside, by column."""
    return {aside.column: aside.why for aside in document.kept_aside}


# -- the newspaper's list --------------------------------------------------------------------------


def test_a_listed_killing_is_counted_at_once_as_open_source() -> None:
    document = listed()
    (fact,) = fact_rows(document, TODAY)
    assert held(document, TODAY) is None
    assert (fact.month, fact.country, fact.area, fact.violation) == (203103, "PH", "PH-00", "LIF_UNK")
    assert (fact.killed_best, fact.open_source, fact.releasable_from) == (1, True, None)
    assert document.persons[0].deceased


def test_the_source_is_a_newspaper_that_reports() -> None:
    (source,) = listed().sources
    assert (source.source_type, source.connection, source.independence) == ("SRC_MED", "LNK_3RD", "IND_SEC")
    assert rules.verification(listed()) == "VS_1"


@pytest.mark.parametrize(
    ("name", "person", "alias"),
    [
        ("Example Person, suspected drug pusher", "Example Person", ""),
        ("Example Person", "Example Person", ""),
        ("Alias “Sample,” suspected drug pusher", "", "Sample"),
        ("Alias “Sample”", "", "Sample"),
        ("“Sample,” 7 years old", "", "Sample"),
        ("Unidentified drug suspect #12", "", ""),
        ("Unidentified casualty #6, an 8-year-old boy", "", ""),
        ("Example Person on his local police’s drug watch list", "", ""),
    ],
)
def test_only_a_name_is_taken_for_a_name(name: str, person: str, alias: str) -> None:
    (found,) = listed(name=name).persons
    assert (found.name, found.other_names) == (person, alias)


@pytest.mark.parametrize(
    ("name", "band"),
    [
        ("Example Person, 35, neighbour", "AGE_35_49"),
        ("Example Person, 17-year-old student", "AGE_15_17"),
        ("Example Person, 17-year old student", "AGE_15_17"),
        ("Example Person, 7 years old", "AGE_0_11"),
        ("Unidentified casualty #6, an 8-year-old boy", "AGE_0_11"),
        ("Example Person, around 20 to 30 years old", "AGE_UNK"),
        ("Example Person, accused of robbing a 12-year-old girl", "AGE_UNK"),
        ("Example Person, 10th most wanted in his town", "AGE_UNK"),
        ("Unidentified 4-month-old baby", "AGE_UNK"),
        ("Example Person, jailed for 3 years", "AGE_UNK"),
    ],
)
def test_an_age_is_taken_only_where_a_plain_number_of_years_stands(name: str, band: str) -> None:
    assert listed(name=name).persons[0].age_band == band


def test_an_accusation_is_a_claim_in_the_account_and_never_a_fact_about_the_person() -> None:
    document = listed(name="Example Person, suspected drug pusher")
    (person,) = document.persons
    assert (person.kp_status, person.context_role, person.occupation, person.health_status) == ([], [], "", "")
    assert "a claim" in document.incident.narrative
    assert "“suspected drug pusher”" in document.incident.narrative
    account, _ = split(document)
    assert "Example Person" not in json.dumps(account)


@pytest.mark.parametrize(
    ("facts", "violation", "actor"),
    [
        ("Killed by unknown hitmen", "LIF_UNK", "UN_ASS"),
        ("Killed by unknown hitmen (whom a relative takes for police)", "LIF_UNK", "UN_ASS"),
        ("Killed by unknown hitmen, later revealed to be two police officers", "LIF_EJK", "ST_POL"),
        ("Killed in police buy-bust operation", "LIF_EJK_OP", "ST_POL"),
        ("Killed in poloce buy-bust operation", "LIF_EJK_OP", "ST_POL"),
        ("Killed while being served a search warrant", "LIF_EJK_OP", "ST_POL"),
        ("Killed in drug-related operation conducted by police and military", "LIF_EJK_OP", "ST_POL"),
        ("Killed while trying to escape his jail cell", "LIF_CUST", "ST_POL"),
        ("Found dead with a sign", "LIF_UNK", "UN_UNK"),
        ("Killed while conducting a police buy-bust operation", "LIF_UNK", "UN_UNK"),
        ("Accidentally killed during a shootout between police and others", "LIF_UNK", "UN_UNK"),
        ("Stabbed to death by her husband", "LIF_NSA", "NS_FAM_IP"),
        ("Killed by his cohort who was later arrested by police", "LIF_NSA", "NS_OTH"),
        ("", "LIF_UNK", "UN_UNK"),
    ],
)
def test_who_did_it_is_read_from_what_is_stated_and_never_upgraded(facts: str, violation: str, actor: str) -> None:
    document = listed(facts=facts)
    assert document.acts[0].violation == violation
    assert rules.lead_perpetrator(document.perpetrators) == actor
    assert rules.unfounded_state_links(document) == []


def test_masked_riders_are_never_coded_as_linked_to_the_state_by_pattern() -> None:
    document = listed(name="Example Person, on his local police’s drug watch list", facts="Killed by unknown hitmen")
    assert document.acts[0].violation == "LIF_UNK"
    assert [one.perp_type for one in document.perpetrators] == ["UN_ASS"]


@pytest.mark.parametrize(
    ("name", "facts", "nexus"),
    [
        ("Example Person, suspected drug pusher", "Killed by unknown hitmen", ["NX_REP"]),
        ("Example Person, surrendered during Oplan “TokHang”", "Killed by unknown hitmen", ["NX_REP"]),
        ("Example Person, suspected drug pusher", "Killed in police buy-bust operation", ["NX_OP", "NX_REP"]),
        ("Example Person, wife of Sample", "Killed by unknown hitmen", ["NX_ASSOC"]),
        ("Example Person", "Killed by unknown hitmen", ["NX_LAW"]),
    ],
)
def test_the_link_to_drugs_is_what_the_row_states(name: str, facts: str, nexus: list[str]) -> None:
    assert listed(name=name, facts=facts).incident.drug_nexus == nexus


@pytest.mark.parametrize(
    ("time", "part"),
    [
        ("12:30 a.m.", "night"),
        ("4:59 a.m.", "night"),
        ("5:00 a.m.", "morning"),
        ("11:45 a.m.", "morning"),
        ("12:00 p.m", "noon"),
        ("5:30 p.m.", "noon"),
        ("6:00 p.m.", "evening"),
        ("9:40 p.m.", "evening"),
        ("10:00 p.m.", "night"),
        ("Early morning", "morning"),
        ("Before dawn", "night"),
        ("Dawn", "morning"),
        ("Afternoon", "noon"),
        ("Late evening", "evening"),
    ],
)
def test_a_clock_time_becomes_a_part_of_the_day_and_is_kept(time: str, part: str) -> None:
    document = listed(time=time)
    assert document.incident.time_of_day == part
    assert kept(document) == {"time": SENTENCES[Why.AS_WRITTEN]}


def test_words_for_nothing_leave_nothing() -> None:
    document = listed(time="None", place="nolocation", city="nolocation", province="", facts="nocircumstances")
    assert document.incident.time_of_day is None
    assert document.incident.place_text == ""
    assert document.incident.place_precision == "PP_CTRY"
    assert kept(document) == {}


@pytest.mark.parametrize(
    ("province", "city", "area"),
    [
        ("Manila", "Sample", "PH-00"),
        ("Meyro Manila", "Sample", "PH-00"),
        ("Quezon", "Sample town", "PH-QUE"),
        ("Quezon City", "Quezon City", "PH-00"),
        ("Southern Leyte province", "Sample", "PH-SLE"),
        ("", "Trese Martires City", "PH-CAV"),
        ("Maguindanao", "Sample", None),
    ],
)
def test_provinces_are_known_with_their_spellings(province: str, city: str, area: str | None) -> None:
    document = listed(province=province, city=city, time="None")
    assert document.incident.adm1 == area
    assert (kept(document) == {}) == (area is not None)


# -- protest reports -------------------------------------------------------------------------------


def test_one_report_has_an_act_for_each_kind_and_every_link_as_a_source() -> None:
    document = protest()
    assert [act.violation for act in document.acts] == ["LIB_ARR", "TOR_ASLT"]
    assert document.persons[0].context_role == ["ROLE_JOUR"]
    assert [source.source_type for source in document.sources] == ["SRC_ACA", "SRC_VID", "SRC_MED"]
    assert [source.independence for source in document.sources] == ["IND_SEC", "IND_UNK", "IND_UNK"]
    assert (document.incident.country, document.incident.adm1) == ("US", "US-OR")
    assert rules.verification(document) == "VS_1"


def test_both_forms_of_the_collection_give_the_same_record() -> None:
    flat = protest_row(
        tags="arrest; baton; journalist", link_1="https://youtu.be/sample", link_2="https://news.example/1"
    )
    cells = {name: cell for name, cell in flat.cells.items() if name != "links"}
    from_csv = build(type(flat)(2, cells), shipped("us_2020pb"), today=TODAY).document
    from_json = protest()
    assert [act.violation for act in from_csv.acts] == [act.violation for act in from_json.acts]
    assert [source.url for source in from_csv.sources] == [source.url for source in from_json.sources]
    assert from_csv.incident.narrative == from_json.incident.narrative


def test_tags_without_a_code_are_kept_one_by_one() -> None:
    document = protest(tags=["arrest", "protester", "body-cam"])
    values = [aside.value for aside in document.kept_aside if aside.why == SENTENCES[Why.NO_CODE]]
    assert values == ["protester", "body-cam"]


def test_tags_that_share_a_code_are_kept_as_written() -> None:
    document = protest(tags=["mace", "pepper-spray"])
    assert [act.methods for act in document.acts] == [["MT_GAS"]]
    assert [(aside.value, aside.why) for aside in document.kept_aside] == [
        ('["mace", "pepper-spray"]', SENTENCES[Why.AS_WRITTEN])
    ]


def test_nothing_sensitive_is_guessed_from_a_tag() -> None:
    document = protest(tags=["pregnant", "homeless", "person-with-disability", "lgbtq+", "arrest"])
    assert document.persons[0].kp_status == []
    assert len([aside for aside in document.kept_aside if aside.why == SENTENCES[Why.NO_CODE]]) == 4


def test_a_believed_date_is_approximate_and_an_unknown_one_unknown() -> None:
    assert str(protest(date_text="(Believed to be) 2031-05-31").incident.date_start) == "2031-05-31~"
    assert str(protest(date_text="Unknown Date").incident.date_start) == "XXXX"


def test_without_a_link_to_drugs_it_is_counted_inside_and_never_released() -> None:
    facts = fact_rows(protest(), TODAY)
    assert {fact.release_level for fact in facts} == {"RL_NONE"}


def test_titles_that_name_people_stay_out_of_the_working_title() -> None:
    assert protest().incident.title_working == ""


# -- armed events ----------------------------------------------------------------------------------


def test_an_event_has_its_span_its_precision_and_its_numbers() -> None:
    document = event()
    assert str(document.incident.date_start) == "2031-01-30/2031-02-02"
    assert (document.incident.date_precision, document.incident.place_precision) == ("DP_RANGE", "PP_ADM1")
    (fact,) = fact_rows(document, TODAY)
    assert (fact.month, fact.year) == (None, 2031)
    assert (fact.killed_low, fact.killed_best, fact.killed_high) == (2, 3, 5)
    assert document.incident.adm1 == "PH-CEB"


@pytest.mark.parametrize(
    ("changes", "violation", "actors"),
    [
        ({}, "LIF_EJK", ["ST"]),
        ({"side_a": "Sample Front", "dyad_name": "Sample Front - Civilians"}, "LIF_NSA", ["NS_ARM"]),
        (
            {"side_b": "Sample Front", "dyad_name": "Government of Philippines - Sample Front"},
            "LIF_UNK",
            ["ST", "NS_ARM"],
        ),
        (
            {"side_a": "Sample clan", "side_b": "Other clan", "dyad_name": "Sample clan - Other clan"},
            "LIF_UNK",
            ["NS_COM", "NS_COM"],
        ),
    ],
)
def test_sides_become_actors_and_civilians_do_not(changes: dict[str, str], violation: str, actors: list[str]) -> None:
    document = event(**changes)
    assert document.acts[0].violation == violation
    assert [one.perp_type for one in document.perpetrators] == actors
    assert rules.unfounded_state_links(document) == []


def test_numbers_out_of_order_keep_the_best_alone() -> None:
    document = event(low="2", best="5", high="4")
    (fact,) = fact_rows(document, TODAY)
    assert fact.killed_best == 5
    assert {"low", "best", "high"} <= kept(document).keys()


def test_minus_one_is_no_number_of_sources() -> None:
    assert "number_of_sources" not in kept(event())
    assert "number_of_sources" in kept(event(number_of_sources="3"))


def test_areas_that_were_divided_since_are_left_to_a_person() -> None:
    document = event(adm_1="Maguindanao province")
    assert document.incident.adm1 is None
    assert kept(document)["adm_1"] == SENTENCES[Why.NO_AREA]
