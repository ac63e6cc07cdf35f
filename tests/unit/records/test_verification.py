"""Verification: the floor of the standards line by line, and what a reviewer may add to it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.records.verification import (
    CORE_FACTS,
    LADDER,
    conflicts,
    independent_sources,
    may_sign,
    needs_second,
    objections,
    single_testimony,
    unfounded_state_links,
    verification,
    verification_floor,
)
from tests.factories.documents import about, act, document, incident, perpetrator, person, source

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument, Source

PRIMARY = {"independence": "IND_PRI", "connection": "LNK_UNK", "source_type": "SRC_PEER"}
SECONDARY = {"independence": "IND_SEC", "connection": "LNK_3RD", "source_type": "SRC_MED"}
HASHED = {"sha256": "ab" * 32}


def known_from(*sources: Source, **fields: Any) -> CaseDocument:
    return document(sources=list(sources), **fields)


# -- the floor -----------------------------------------------------------------------------------------


def test_without_an_independent_source_a_record_is_only_received() -> None:
    assert verification_floor(known_from()) == "VS_0"
    derived, unknown = source(independence="IND_DER"), source(independence="IND_UNK")
    assert verification_floor(known_from(derived, unknown)) == "VS_0"


def test_one_independent_source_is_a_report() -> None:
    assert verification_floor(known_from(source(**SECONDARY))) == "VS_1"
    assert verification_floor(known_from(source(**PRIMARY))) == "VS_1"


@pytest.mark.parametrize("connection", ["LNK_VIC", "LNK_WIT"])
@pytest.mark.parametrize("credibility", ["CRD_1", "CRD_2", "CRD_3"])
@pytest.mark.parametrize("reliability", ["REL_A", "REL_B", "REL_C", "REL_F"])
def test_a_direct_and_credible_source_makes_it_credible(connection: str, credibility: str, reliability: str) -> None:
    direct = source(connection=connection, credibility=credibility, reliability=reliability)
    assert verification_floor(known_from(direct)) == "VS_2"


@pytest.mark.parametrize(
    "weak",
    [
        {"credibility": "CRD_4"},
        {"credibility": "CRD_5"},
        {"credibility": "CRD_6"},
        {"reliability": "REL_D"},
        {"reliability": "REL_E"},
        {"connection": "LNK_REL"},
        {"connection": "LNK_PERP"},
    ],
)
def test_anything_less_stays_a_report(weak: dict[str, str]) -> None:
    assert verification_floor(known_from(source(**weak))) == "VS_1"


def test_two_independent_sources_one_of_them_primary_corroborate() -> None:
    assert verification_floor(known_from(source(**PRIMARY), source(**SECONDARY))) == "VS_3"


@pytest.mark.parametrize("kind", ["SRC_CRT", "SRC_MDR", "SRC_AUT", "SRC_POL", "SRC_UN"])
def test_two_secondary_sources_corroborate_when_one_is_official(kind: str) -> None:
    official = source(**SECONDARY | {"source_type": kind})
    assert verification_floor(known_from(source(**SECONDARY), official)) == "VS_3"


def test_two_newspapers_do_not_corroborate() -> None:
    assert verification_floor(known_from(source(**SECONDARY), source(**SECONDARY))) == "VS_1"


def test_two_sources_of_one_origin_count_once() -> None:
    first = source(**PRIMARY)
    repeat = source(**SECONDARY, same_origin_as=first.id)
    record = known_from(first, repeat)
    assert independent_sources(record) == [first]
    assert verification_floor(record) == "VS_1"


def test_origins_are_followed_to_their_end_and_round_in_circles() -> None:
    first = source(**PRIMARY)
    second = source(**PRIMARY, same_origin_as=first.id)
    third = source(**PRIMARY, same_origin_as=second.id)
    assert len(independent_sources(known_from(first, second, third))) == 1
    one, two = source(**PRIMARY), source(**PRIMARY)
    circle = [one.model_copy(update={"same_origin_as": two.id}), two.model_copy(update={"same_origin_as": one.id})]
    assert len(independent_sources(known_from(*circle))) == 1


def test_a_conflict_on_a_core_fact_is_contested_however_many_sources() -> None:
    record = known_from(source(**PRIMARY), source(**SECONDARY), incident=incident(conflict_on_core_fact=True))
    assert (verification_floor(record), verification(record)) == ("VS_C", "VS_C")


def test_a_conflict_without_a_source_is_still_only_received() -> None:
    assert verification_floor(known_from(incident=incident(conflict_on_core_fact=True))) == "VS_0"


grades = st.builds(
    source,
    independence=st.sampled_from(["IND_PRI", "IND_SEC", "IND_DER", "IND_UNK"]),
    connection=st.sampled_from(["LNK_VIC", "LNK_WIT", "LNK_3RD"]),
    credibility=st.sampled_from(["CRD_1", "CRD_3", "CRD_4", "CRD_6"]),
    reliability=st.sampled_from(["REL_A", "REL_E", "REL_F"]),
    source_type=st.sampled_from(["SRC_SURV", "SRC_MED", "SRC_POL"]),
)


@given(st.lists(grades, max_size=4))
@settings(deadline=None)
def test_the_floor_is_the_published_rule(sources: list[Source]) -> None:
    """The pseudo-code of the standards, section 3, written down once more."""
    independent = [one for one in sources if one.independence in ("IND_PRI", "IND_SEC")]
    official = ("SRC_CRT", "SRC_MDR", "SRC_AUT", "SRC_POL", "SRC_UN")
    if not independent:
        expected = "VS_0"
    elif len(independent) >= 2 and any(
        one.independence == "IND_PRI" or one.source_type in official for one in independent
    ):
        expected = "VS_3"
    elif any(
        one.connection in ("LNK_VIC", "LNK_WIT")
        and one.credibility <= "CRD_3"
        and one.reliability not in ("REL_D", "REL_E")
        for one in independent
    ):
        expected = "VS_2"
    else:
        expected = "VS_1"
    assert verification_floor(known_from(*sources)) == expected


@given(st.lists(grades, min_size=1, max_size=4))
@settings(deadline=None)
def test_the_order_of_the_sources_does_not_matter(sources: list[Source]) -> None:
    floors = {verification_floor(known_from(*order)) for order in itertools.permutations(sources)}
    assert len(floors) == 1


# -- what a reviewer decides ---------------------------------------------------------------------------


def test_without_a_decision_the_floor_holds() -> None:
    assert verification(document()) == "VS_2"


@pytest.mark.parametrize("state", ["VS_N", "VS_D", "VS_W", "VS_0"])
def test_a_state_beside_the_ladder_holds_whatever_the_sources(state: str) -> None:
    assert verification(document(incident=incident(verification=state))) == state


@pytest.mark.parametrize("decided", ["VS_1", "VS_2", "VS_3", "VS_4", "VS_5"])
def test_a_bare_decision_neither_lifts_nor_goes_below_the_floor(decided: str) -> None:
    assert verification(document(incident=incident(verification=decided))) == "VS_2"


@pytest.mark.parametrize("decided", ["VS_3", "VS_4", "VS_5"])
def test_a_decision_lifts_as_far_as_its_conditions_hold(decided: str) -> None:
    assert verification(reviewed(decided)) == min(decided, "VS_4")
    assert verification(reviewed(decided, evidence=[])) == "VS_3"


@pytest.mark.parametrize("kind", ["ST", "ST_POL_DRUG", "SL", "SL_VIG"])
@pytest.mark.parametrize("basis", [[], ["ATB_NONE"]])
def test_a_state_actor_without_a_basis_does_not_pass_vs_2(kind: str, basis: list[str]) -> None:
    done = act("POL_EXT", whom := person())
    accused = perpetrator(done, perp_type=kind, attribution_basis=basis)
    record = document(
        persons=[whom],
        acts=[done],
        consents=[],
        perpetrators=[accused],
        sources=[source(**PRIMARY), source(**SECONDARY)],
    )
    assert verification_floor(record) == "VS_3"
    assert verification(record) == "VS_2"
    assert unfounded_state_links(record) == [accused.id]


@pytest.mark.parametrize(
    ("kind", "basis"),
    [("ST_POL", ["ATB_MARK"]), ("ST_POL", ["ATB_NONE", "ATB_DOC"]), ("NS_COM", []), ("UN_ASS", []), (None, [])],
)
def test_others_need_no_basis(kind: str | None, basis: list[str]) -> None:
    assert unfounded_state_links(document(perpetrators=[perpetrator(perp_type=kind, attribution_basis=basis)])) == []


def reviewed(status: str, **fields: Any) -> CaseDocument:
    whole = {"verification": status, "verification_reason": "seen", "reviewer1": "r1", "reviewer2": "r2"}
    parts = {"sources": [source(**PRIMARY), source(**SECONDARY)], "evidence": [HASHED]}
    changed = {name: fields.pop(name) for name in list(fields) if name in whole}
    return document(incident=incident(**(whole | changed)), **(parts | fields))


def test_a_verified_record_with_everything_has_no_objection() -> None:
    assert objections(reviewed("VS_4")) == []


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"verification_reason": ""}, "reason"),
        ({"reviewer2": ""}, "second reviewer"),
        ({"reviewer2": "r1"}, "second reviewer"),
        ({"evidence": []}, "hashed"),
        ({"sources": [source(**PRIMARY)]}, "Two independent sources"),
    ],
)
def test_a_verified_record_lacking_something_is_told_what(fields: dict[str, Any], word: str) -> None:
    (objection,) = objections(reviewed("VS_4", **fields))
    assert word in objection


def test_a_pattern_alone_does_not_carry_a_verified_record() -> None:
    record = reviewed("VS_4", perpetrators=[perpetrator(attribution_basis=["ATB_PAT"])])
    assert any("pattern" in objection for objection in objections(record))


def test_an_established_record_needs_a_finding_or_an_admission() -> None:
    assert any("finding" in objection for objection in objections(reviewed("VS_5")))
    admitted = reviewed("VS_5", perpetrators=[perpetrator(attribution_basis=["ATB_ADM"])])
    assert objections(admitted) == []
    court = source(**SECONDARY | {"source_type": "SRC_CRT"})
    assert objections(reviewed("VS_5", sources=[source(**PRIMARY), court])) == []


@pytest.mark.parametrize("violation", ["GBV_RAPE", "TOR_ASLT", "POL_EXT", "FAM_CUST", "LIF_CUST"])
def test_two_reviewers_may_corroborate_one_account_where_no_witness_is_expected(violation: str) -> None:
    decided = incident(verification="VS_3", verification_reason="seen", reviewer1="r1", reviewer2="r2")
    record = about(person(), violation, incident=decided)
    assert objections(record) == []
    assert single_testimony(record)
    assert verification(record) == "VS_3"


def test_one_reviewer_alone_may_not() -> None:
    decided = incident(verification="VS_3", verification_reason="seen", reviewer1="r1")
    assert len(objections(about(person(), "GBV_RAPE", incident=decided))) == 1


def test_one_account_of_anything_else_does_not_corroborate() -> None:
    decided = incident(verification="VS_3", verification_reason="seen", reviewer1="r1", reviewer2="r2")
    assert len(objections(about(person(), "HLT_OAT", incident=decided))) == 1


def test_a_record_corroborated_by_its_sources_is_no_single_testimony() -> None:
    assert not single_testimony(known_from(source(**PRIMARY), source(**SECONDARY)))


# -- who signs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", ["", "r1", "fictional-researcher"])
def test_neither_the_first_reviewer_nor_the_recorder_signs_second(second: str) -> None:
    record = reviewed("VS_4", reviewer2=second)
    assert not may_sign(record, second)
    assert verification(record) == "VS_3"


def test_the_recorder_may_review_first() -> None:
    record = reviewed("VS_4", reviewer1="fictional-researcher")
    assert (objections(record), verification(record)) == ([], "VS_4")


def test_a_decision_waits_for_a_second_reviewer_only_where_one_is_needed() -> None:
    assert needs_second(reviewed("VS_4", reviewer2=""))
    assert not needs_second(reviewed("VS_4"))
    assert not needs_second(reviewed("VS_3", reviewer2=""))
    assert needs_second(reviewed("VS_3", reviewer2="", sources=[source()]))
    assert not needs_second(reviewed("VS_N", reviewer2=""))


signatures = st.sampled_from(["", "r1", "r2", "fictional-researcher"])
states = st.sampled_from(["VS_0", "VS_1", "VS_2", "VS_3", "VS_4", "VS_5", "VS_C", "VS_N", "VS_D", "VS_W"])
decisions = st.fixed_dictionaries(
    {
        "verification": st.none() | states,
        "verification_reason": st.sampled_from(["", "seen"]),
        "reviewer1": signatures,
        "reviewer2": signatures,
    }
)
records = st.builds(
    lambda sources, decision, evidence, basis: document(
        incident=incident(**decision),
        sources=sources,
        evidence=evidence,
        perpetrators=[perpetrator(attribution_basis=[basis])],
    ),
    st.lists(grades, max_size=3),
    decisions,
    st.sampled_from([[], [HASHED]]),
    st.sampled_from(["ATB_MARK", "ATB_PAT", "ATB_ADM", "ATB_NONE"]),
)


@given(records)
def test_no_status_is_above_what_sources_and_signatures_allow(record: CaseDocument) -> None:
    said = record.incident
    holds, floor = verification(record), verification_floor(record)
    [basis] = record.perpetrators[0].attribution_basis
    if holds not in LADDER or holds in (floor, "VS_0"):
        assert holds in {said.verification, floor}
    elif LADDER.index(holds) < LADDER.index(floor):
        assert (holds, basis) == ("VS_2", "ATB_NONE")
    else:
        assert holds <= (said.verification or "")
        assert said.verification_reason
        assert said.reviewer1
        assert said.reviewer2 not in {"", said.reviewer1, record.recorder}
        assert holds == "VS_3" or (floor == "VS_3" and record.evidence and basis in {"ATB_MARK", "ATB_ADM"})
        assert holds != "VS_5" or basis == "ATB_ADM"


# -- what sources say ----------------------------------------------------------------------------------


def told(field: str = "actor", values: tuple[str, str] = ("police", "masked riders"), **second: Any) -> CaseDocument:
    """Two independent sources that speak of one fact."""
    one, two = source(**PRIMARY), source(**SECONDARY | second.pop("other", {}))
    if second.pop("same_origin", False):
        two = two.model_copy(update={"same_origin_as": one.id})
    claims = [
        {"field": field, "source_id": one.id, "value": values[0]},
        {"field": field, "source_id": two.id, "value": values[1]} | second,
    ]
    return known_from(one, two, claims=claims)


@pytest.mark.parametrize("field", sorted(CORE_FACTS))
def test_independent_sources_that_differ_on_a_core_fact_make_it_contested(field: str) -> None:
    record = told(field)
    assert conflicts(record) == [field]
    assert (verification_floor(record), verification(record)) == ("VS_C", "VS_C")


@pytest.mark.parametrize("field", ["place", "number_harmed", "outcome", "other"])
def test_other_differences_contest_nothing(field: str) -> None:
    assert verification_floor(told(field)) == "VS_3"


def test_the_same_words_are_no_difference_whatever_their_case_and_spaces() -> None:
    assert conflicts(told(values=("Masked  riders", "masked riders"))) == []


@pytest.mark.parametrize(
    "second", [{"same_origin": True}, {"source_id": None}, {"other": {"independence": "IND_DER"}}, {"stands": False}]
)
def test_one_origin_a_dependent_source_or_a_discarded_claim_contests_nothing(second: dict[str, Any]) -> None:
    assert conflicts(told(**second)) == []


def test_what_a_reviewer_let_stand_is_decided_until_something_new_differs() -> None:
    record = told()
    decided = [one.model_copy(update={"stands": position == 0}) for position, one in enumerate(record.claims)]
    assert conflicts(record.model_copy(update={"claims": decided})) == []
    both = [one.model_copy(update={"stands": True}) for one in record.claims]
    assert conflicts(record.model_copy(update={"claims": both})) == []
    new = record.claims[1].model_copy(update={"id": "e" * 32, "value": "soldiers"})
    assert conflicts(record.model_copy(update={"claims": [*both, new]})) == ["actor"]


def test_below_corroborated_nobody_objects() -> None:
    assert objections(document(incident=incident(verification="VS_2"))) == []
