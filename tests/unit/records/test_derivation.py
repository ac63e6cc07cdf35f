"""What is derived at a save: facts only for those who count, and the reason for all others."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings

from incidents.codebook.services import codebook
from incidents.facts.schema import FACT_COLUMNS, RULES_VERSION, FactRow, Kind, categories
from incidents.records.derivation import EPOCH, Held, fact_rows, held, index_row, releasable_from
from incidents.records.schema import CaseDocument
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
    source,
)


def only(record: CaseDocument) -> FactRow:
    (row,) = fact_rows(record, TODAY)
    return row


# -- facts ---------------------------------------------------------------------------------------------


def test_a_fact_says_what_the_document_says_in_codes() -> None:
    whom = person()
    done = act("POL_EXT", whom, status_at_end=["OUT_MON"])
    record = document(persons=[whom], acts=[done], perpetrators=[perpetrator(done)], consents=[consent(whom)])
    assert only(record) == FactRow(
        case=record.incident.cell_key,
        person=whom.cell_key,
        year=2026,
        month=202603,
        country="PH",
        network="NET_ANPUD",
        area=None,
        violation_group="POL",
        violation="POL_EXT",
        primary=True,
        perpetrator_group="ST",
        perpetrator="ST_POL",
        gender="GEN_W",
        age="AGE_25_34",
        unit="UNIT_IND",
        place_type="PL_STREET",
        nexus="NX_STIG",
        verification="VS_2",
        outcome="OUT_MON",
        open_source=False,
        killed_low=0,
        killed_best=0,
        killed_high=0,
        release_level="RL_CTRY",
        releasable_from=(dt.date(2026, 4, 19) - EPOCH).days,
        reports=None,
        rules=RULES_VERSION,
    )


def test_each_act_is_a_row_and_one_of_them_is_primary() -> None:
    rows = fact_rows(about(person(), "POL_EXT", "LIB_ARR", "TOR_ASLT"), TODAY)
    assert [row.violation for row in rows] == ["POL_EXT", "LIB_ARR", "TOR_ASLT"]
    assert [row.primary for row in rows] == [False, True, False]


def test_only_persons_who_agreed_have_rows() -> None:
    yes, no, unasked = person(), person(), person()
    record = document(
        persons=[yes, no, unasked],
        acts=[act("LIB_ARR", yes), act("LIB_ARR", no), act("TOR_ASLT", no), act("LIB_ARR", unasked)],
        perpetrators=[],
        consents=[consent(yes), consent(no, answer="no")],
    )
    assert {row.person for row in fact_rows(record, TODAY)} == {yes.cell_key}
    assert held(record, TODAY) is Held.CONSENT_OF_SOME


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "no"},
        {"answer": "not_asked"},
        {"withdrawn_on": TODAY},
        {"expires_on": TODAY},
        {"explained": {}},
        {"given_by": "CB_NO"},
        {"purpose": "CP_STORE"},
    ],
)
def test_without_a_consent_that_holds_there_is_no_row(change: dict[str, Any]) -> None:
    whom = person()
    record = about(whom, "LIB_ARR", consents=[consent(whom, **change)])
    assert fact_rows(record, TODAY) == []
    assert held(record, TODAY) is Held.CONSENT


@pytest.mark.parametrize(
    ("level", "area"),
    [("RL_ADM1", "PH-CEB"), ("RL_CASE", "PH-CEB"), ("RL_CTRY", None), ("RL_NET", None), ("RL_NONE", None)],
)
def test_an_area_is_there_only_when_the_release_level_allows_it(level: str, area: str | None) -> None:
    assert only(document(incident=incident(release_level=level))).area == area


def test_with_an_unclear_link_to_drugs_a_row_is_for_inside_only() -> None:
    row = only(document(incident=incident(drug_nexus=["NX_UNC"], release_level="RL_ADM1")))
    assert (row.nexus, row.release_level, row.area) == ("NX_UNC", "RL_NONE", None)


def test_what_nobody_answered_becomes_unknown() -> None:
    whom = person(gender=None, age_band=None, unit=None)
    record = about(whom, "LIB_ARR", perpetrators=[], incident=incident(place_type=None, date_start=None))
    row = only(record)
    assert (row.gender, row.age, row.unit, row.place_type) == ("GEN_UNK", "AGE_UNK", "UNIT_IND", "PL_UNK")
    assert (row.perpetrator_group, row.perpetrator, row.year, row.month) == ("UN", "UN_UNK", None, None)


def test_a_perpetrator_counts_for_the_acts_they_answer_for() -> None:
    whom = person()
    arrest, theft = act("LIB_ARR", whom), act("VIO_PROP", whom)
    record = document(
        persons=[whom],
        acts=[arrest, theft],
        perpetrators=[perpetrator(arrest), perpetrator(theft, perp_type="NS_COM")],
        consents=[consent(whom)],
    )
    assert [row.perpetrator for row in fact_rows(record, TODAY)] == ["ST_POL", "NS_COM"]


def test_death_is_the_outcome_before_all_others() -> None:
    whom = person()
    done = act("LIF_CUST", whom, status_at_end=["OUT_HELD", "OUT_DEAD"])
    record = document(persons=[whom], acts=[done], perpetrators=[], consents=[consent(whom, given_by="CB_NOK")])
    assert only(record).outcome == "OUT_DEAD"


def test_a_law_is_counted_without_a_person() -> None:
    row = only(document(persons=[], acts=[act("LAW_CRIM")], perpetrators=[], consents=[]))
    assert (row.person, row.unit, row.gender, row.primary) == (None, None, "GEN_UNK", True)


def test_an_act_against_somebody_nobody_entered_waits() -> None:
    record = document(persons=[], acts=[act("LIB_ARR")], perpetrators=[], consents=[])
    assert fact_rows(record, TODAY) == []
    assert held(record, TODAY) is Held.CONSENT


def test_an_open_source_killing_counts_the_dead() -> None:
    row = only(open_source_killing())
    assert (row.killed_low, row.killed_best, row.killed_high, row.open_source) == (1, 1, 1, True)


def test_reports_travel_as_ids_parted_by_spaces() -> None:
    assert only(document(reports=["a" * 32, "b" * 32])).reports == f"{'a' * 32} {'b' * 32}"


def test_a_tie_between_persons_and_cases_is_by_cell_keys_alone() -> None:
    record = about(person(name="Fictional Name"), "LIB_ARR")
    row = only(record)
    assert record.incident.id not in map(str, row)
    assert record.persons[0].id not in map(str, row)


# -- held back -----------------------------------------------------------------------------------------


def test_a_counted_case_is_not_held() -> None:
    assert held(document(), TODAY) is None


@pytest.mark.parametrize("state", ["VS_0", "VS_W", "VS_N", "VS_D"])
def test_what_is_not_verified_at_all_is_not_counted(state: str) -> None:
    record = document(incident=incident(verification=state))
    assert (held(record, TODAY), fact_rows(record, TODAY)) == (Held.VERIFICATION, [])


def test_without_a_source_nothing_is_counted() -> None:
    assert held(document(sources=[source(independence="IND_UNK")]), TODAY) is Held.VERIFICATION


def test_a_contested_case_is_counted_as_contested() -> None:
    record = document(incident=incident(conflict_on_core_fact=True))
    assert only(record).verification == "VS_C"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "incomplete"}, Held.INCOMPLETE),
        ({"incident": incident(priority="PRI_X")}, Held.OUT_OF_SCOPE),
        ({"incident": incident(country=None, adm1=None)}, Held.NO_COUNTRY),
        ({"acts": [], "perpetrators": []}, Held.NO_VIOLATION),
        ({"sources": []}, Held.VERIFICATION),
        ({"consents": []}, Held.CONSENT),
    ],
)
def test_a_held_case_says_why_and_has_no_fact(fields: dict[str, Any], reason: Held) -> None:
    record = document(**fields)
    assert (held(record, TODAY), fact_rows(record, TODAY)) == (reason, [])


def test_the_first_reason_is_given() -> None:
    assert held(quick_record(), TODAY) is Held.INCOMPLETE


# -- the delay -----------------------------------------------------------------------------------------


def test_a_fact_about_a_living_person_waits_thirty_days_from_the_report() -> None:
    record = document(incident=incident(date_reported="2026-11-01"))
    assert releasable_from(record, record.acts[0], TODAY) == dt.date(2026, 12, 1)


def test_without_a_day_of_report_the_delay_runs_from_today() -> None:
    record = document(incident=incident(date_reported=None))
    assert releasable_from(record, record.acts[0], TODAY) == TODAY + dt.timedelta(days=30)


def test_an_open_source_killing_needs_no_delay_but_other_open_acts_do() -> None:
    killing = open_source_killing()
    assert releasable_from(killing, killing.acts[0], TODAY) is None
    raid = document(incident=incident(open_source=True))
    assert releasable_from(raid, raid.acts[0], TODAY) is not None


def test_days_are_counted_from_the_first_of_january_1970() -> None:
    row = only(document(incident=incident(date_reported="2026-11-01")))
    assert row.releasable_from == 20788


# -- any document --------------------------------------------------------------------------------------


@given(documents())
@settings(max_examples=25, deadline=None)
def test_any_document_gives_rows_of_the_declared_kinds(record: CaseDocument) -> None:
    for row in fact_rows(record, TODAY):
        for column, value in zip(FACT_COLUMNS, row, strict=True):
            assert value is not None or column.nullable, column.name
            if column.kind is Kind.CODE and value is not None:
                assert value in categories(column), column.name


@given(documents())
@settings(max_examples=25, deadline=None)
def test_facts_and_the_reason_for_holding_back_agree(record: CaseDocument) -> None:
    why = held(record, TODAY)
    assert bool(fact_rows(record, TODAY)) == (why in (None, Held.CONSENT_OF_SOME))
    assert index_row(record, TODAY).counted == bool(fact_rows(record, TODAY))


@given(documents())
@settings(max_examples=20, deadline=None)
def test_every_person_with_facts_has_one_primary_act(record: CaseDocument) -> None:
    rows = fact_rows(record, TODAY)
    for key in {row.person for row in rows}:
        assert sum(row.primary for row in rows if row.person == key) == 1


@given(documents())
@settings(max_examples=20, deadline=None)
def test_the_same_document_on_the_same_day_gives_the_same_rows(record: CaseDocument) -> None:
    again = CaseDocument.model_validate_json(record.model_dump_json())
    assert fact_rows(record, TODAY) == fact_rows(again, TODAY)
    assert index_row(record, TODAY) == index_row(again, TODAY)


# -- the index -----------------------------------------------------------------------------------------


def test_the_index_holds_codes_and_marks() -> None:
    record = about(
        person(), "POL_EXT", "LIB_ARR", "LIB_ARR", reports=["a" * 32], origin="opaque", summary_state="draft"
    )
    row = index_row(record, TODAY, revision=3)
    assert (row.id, row.cell_key, row.revision, row.ref) == (
        record.incident.id,
        record.incident.cell_key,
        3,
        record.incident.ref,
    )
    assert (row.year, row.month, row.country, row.network, row.area) == (2026, 202603, "PH", "NET_ANPUD", "PH-CEB")
    assert (row.violations, row.violation_groups) == (("POL_EXT", "LIB_ARR"), ("POL", "LIB"))
    assert (row.primary_violation, row.perpetrators, row.perpetrator_groups) == ("LIB_ARR", ("ST_POL",), ("ST",))
    assert (row.verification, row.consent_level, row.held, row.counted) == ("VS_2", "CL_2", None, True)
    assert (row.persons, row.acts, row.killed_best, row.missing) == (1, 3, 0, 0)
    assert (row.origin, row.summary_state, row.reports) == ("opaque", "draft", ("a" * 32,))


def test_the_index_holds_no_word_about_anybody() -> None:
    canary = "Fictional Canary 9001"
    whom = person(name=canary, residence_area=canary, health_status=canary)
    record = about(
        whom,
        "LIB_ARR",
        incident=incident(narrative=canary, title_working=canary, place_text=canary, risk_note=canary),
        sources=[source(citation=canary, url=canary)],
        summary_text=canary,
    )
    assert canary not in repr(index_row(record, TODAY))
    assert canary not in repr(fact_rows(record, TODAY))


def test_the_index_counts_killings_that_facts_hold_back() -> None:
    record = about(person(), "LIF_EJK", consents=[])
    assert fact_rows(record, TODAY) == []
    assert index_row(record, TODAY).killed_best == 1


def test_a_quick_record_is_listed_with_what_it_has() -> None:
    row = index_row(quick_record(), TODAY)
    assert (row.status, row.month, row.country, row.violations, row.primary_violation) == (
        "incomplete",
        202603,
        "KE",
        (),
        None,
    )
    assert (row.held, row.counted) == (Held.INCOMPLETE, False)
    assert row.missing > 0


def test_lists_sort_by_the_first_day_and_the_undated_come_first() -> None:
    dates = [None, "2026", "2026-03-14", "2024/2025", "XXXX"]
    rows = [index_row(document(incident=incident(date_start=one)), TODAY) for one in dates]
    keys = [row.date_sort for row in rows]
    assert keys[0] == keys[4] == (0, 0)
    assert keys[3] < keys[1] < keys[2]


@given(documents())
@settings(max_examples=20, deadline=None)
def test_any_document_can_be_listed(record: CaseDocument) -> None:
    row = index_row(record, TODAY)
    assert row.verification in codebook().vocabulary("verification_status")
    assert row.consent_level in codebook().vocabulary("consent_levels")
    assert row.killed_best >= 0
