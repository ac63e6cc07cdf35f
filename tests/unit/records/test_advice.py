"""The ten coding rules as advice: each helps, and none keeps a draft from being saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from incidents.intake import rules as intake
from incidents.records.advice import advice, inclusion, primary_acts
from incidents.records.schema import Amount, CaseDocument, GbvQuestions, Incident, TortureElements
from tests.factories import documents as made

slow = settings(
    max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)


def said(document: CaseDocument, rule: int) -> list[str]:
    """The sentences of one rule about a document."""
    return [one.message for one in advice(document) if one.rule == rule]


def acted(violation: str, /, **fields: Any) -> CaseDocument:
    """A record of one act with these answers."""
    whom = made.person()
    done = made.act(violation, whom, **fields)
    return made.document(persons=[whom], acts=[done], perpetrators=[made.perpetrator(done)], consents=[])


def blamed(perp_type: str, *bases: str) -> CaseDocument:
    """A record whose perpetrator is of this kind, on these grounds."""
    whom = made.person()
    done = made.act("LIF_EJK_VIG", whom)
    by = made.perpetrator(done, perp_type=perp_type, attribution_basis=list(bases))
    return made.document(persons=[whom], acts=[done], perpetrators=[by], consents=[])


def test_a_complete_record_needs_no_advice() -> None:
    assert advice(made.document()) == []


# -- 1, inclusion ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"incident": made.incident(drug_nexus=["NX_UNC"])}, "incident.drug_nexus"),
        ({"acts": [], "perpetrators": []}, "acts"),
        ({"incident": made.incident(country=None, adm1=None)}, "incident.country"),
        ({"persons": [], "acts": [made.act("POL_EXT")], "perpetrators": [], "consents": []}, "persons"),
    ],
)
def test_each_of_the_four_conditions_is_named_and_the_way_out_with_it(changes: dict[str, Any], path: str) -> None:
    document = made.document(**changes)
    assert inclusion(document) == [path]
    (message,) = said(document, 1)
    assert "refer the person on" in message


def test_a_law_affects_somebody_without_a_person() -> None:
    law = made.document(persons=[], acts=[made.act("LAW_CRIM")], perpetrators=[], consents=[])
    assert inclusion(law) == []


def test_what_is_marked_out_of_scope_is_let_be_unless_it_meets_all_four() -> None:
    assert said(CaseDocument(incident=Incident(priority="PRI_X")), 1) == []
    (message,) = said(made.document(incident=made.incident(priority="PRI_X")), 1)
    assert "meets all four" in message


# -- 2, the leaf, and another act for another harm --------------------------------------------------------


def test_a_group_asks_for_the_closest_entry_and_a_leaf_does_not() -> None:
    assert "whole group" in said(acted("LIB"), 2)[0]
    assert said(acted("LIB_ARR"), 2) == []


@pytest.mark.parametrize(
    ("fields", "words", "own"),
    [
        ({"methods": ["MT_BEAT"]}, "A beating is an act of its own", "TOR_ASLT"),
        ({"methods": ["MT_SEX"]}, "sexual act or threat", "GBV_SA"),
        ({"methods": ["MT_WD"]}, "Withdrawal or medicine", "TOR_WD"),
        ({"amount_extorted": Amount(amount=Decimal(5), currency="KES")}, "Money that was demanded", "POL_EXT"),
    ],
)
def test_another_harm_is_another_act(fields: dict[str, Any], words: str, own: str) -> None:
    arrest = acted("LIB_ARR", **fields)
    assert words in said(arrest, 2)[0]
    other = made.act(own, arrest.persons[0])
    assert said(arrest.model_copy(update={"acts": [*arrest.acts, other]}), 2) == []


# -- 3, the primary act -----------------------------------------------------------------------------------


def test_the_act_that_stands_for_a_person_is_proposed_with_its_reason() -> None:
    whom = made.person()
    document = made.about(whom, "POL_EXT", "LIB_ARR", "TOR_TORT")
    (proposed,) = primary_acts(document)
    assert (proposed.act_id, proposed.by_hand) == (document.acts[2].id, False)
    assert proposed.step == "it is torture or rape"


def test_an_act_alone_needs_no_proposal() -> None:
    assert primary_acts(made.document()) == []


def test_whoever_overrides_the_order_is_asked_why_and_may_choose_one_act_only() -> None:
    whom = made.person()
    chosen = made.act("POL_EXT", whom, is_primary=True)
    document = made.document(persons=[whom], acts=[chosen, made.act("LIF_ATT", whom)], perpetrators=[], consents=[])
    assert said(document, 3) == ["Say why this act stands for the person."]
    (proposed,) = primary_acts(document)
    assert (proposed.act_id, proposed.by_hand) == (chosen.id, True)
    reasoned = chosen.model_copy(update={"primary_reason": "plainly fictional"})
    twice = document.model_copy(update={"acts": [reasoned, made.act("LIB", whom, is_primary=True)]})
    assert said(twice, 3) == ["Two acts stand for the same person. Let one of them stand."]


# -- 4, torture -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fourth", ["pain", "intent", "purpose", "official"])
@pytest.mark.parametrize("answer", [None, "unknown"])
def test_the_fourth_element_of_torture_is_asked_for_by_name(fourth: str, answer: str | None) -> None:
    elements = dict.fromkeys(("pain", "intent", "purpose", "official"), "yes") | {fourth: answer}
    (message,) = said(acted("TOR_ASLT", torture_elements=TortureElements(**elements)), 4)
    words = {"pain": "severe pain", "intent": "on purpose", "purpose": "done for", "official": "official"}
    assert words[fourth] in message


def test_a_fourth_element_that_is_denied_is_not_asked_for_again() -> None:
    elements = TortureElements(pain="yes", intent="yes", purpose="yes", official="no")
    assert said(acted("TOR_ASLT", torture_elements=elements), 4) == []


def test_four_yes_answers_propose_torture() -> None:
    four = TortureElements(pain="yes", intent="yes", purpose="yes", official="yes")
    assert "torture is the closer entry" in said(acted("TOR_CIDT", torture_elements=four), 4)[0]
    assert said(acted("TOR_TORT", torture_elements=four), 4) == []


# -- 5, gender-based violence -----------------------------------------------------------------------------


def test_the_six_questions_keep_their_order() -> None:
    jumped = GbvQuestions(physical="yes")
    assert "go in order" in said(acted("GBV_PHY", gbv_questions=jumped), 5)[0]
    asked = GbvQuestions(penetration="no", contact="unknown", physical="yes")
    assert said(acted("GBV_PHY", gbv_questions=asked), 5) == []


def test_a_kind_set_by_hand_that_differs_is_pointed_out() -> None:
    asked = GbvQuestions(penetration="no", contact="yes")
    document = acted("GBV_SA", gbv_questions=asked, gbv_core_type="psychological_abuse")
    assert "set by hand" in said(document, 5)[0]
    assert said(acted("GBV_SA", gbv_questions=asked, gbv_core_type="sexual_assault"), 5) == []


def test_a_first_yes_proposes_rape() -> None:
    asked = GbvQuestions(penetration="yes")
    assert "rape is the closer entry" in said(acted("GBV_SA", gbv_questions=asked), 5)[0]
    assert said(acted("GBV_RAPE_CUS", gbv_questions=asked), 5) == []


# -- 6, the link to the State -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "bases", "words"),
    [
        ("ST_POL", [], "needs a basis"),
        ("ST_POL", ["ATB_NONE"], "needs a basis"),
        ("ST_POL", ["ATB_PAT"], "weak basis"),
        ("SL_VIG", [], "unidentified assailants"),
        ("SL_VIG", ["ATB_PAT"], "unidentified assailants"),
        ("UN_ASS", ["ATB_MARK"], "Does the sign say who"),
        ("NS_CRIM", ["ATB_NONE", "ATB_KNOWN"], "Keep one of the two"),
    ],
)
def test_a_link_to_the_state_needs_its_grounds(kind: str, bases: list[str], words: str) -> None:
    assert words in said(blamed(kind, *bases), 6)[0]


@pytest.mark.parametrize(
    ("kind", "bases"),
    [("ST_POL", ["ATB_MARK"]), ("SL_VIG", ["ATB_DOC"]), ("UN_ASS", []), ("UN_ASS", ["ATB_PAT"]), ("NS_COM", [])],
)
def test_masked_riders_without_a_sign_stay_unidentified_and_grounds_suffice(kind: str, bases: list[str]) -> None:
    assert said(blamed(kind, *bases), 6) == []


# -- 7, assumed drug use ----------------------------------------------------------------------------------


def test_that_somebody_uses_drugs_is_said_by_them_or_somebody_close() -> None:
    whom = made.person(kp_status=["KP_PWUD"])
    press = made.source(source_type="SRC_MED", connection="LNK_3RD")
    document = made.about(whom, "LIF_EJK_OP", sources=[press])
    assert "choose “assumed”" in said(document, 7)[0]
    close = made.source(connection="LNK_REL")
    assert said(document.model_copy(update={"sources": [press, close]}), 7) == []
    teller = whom.model_copy(update={"roles": ["victim", "source"]})
    assert said(document.model_copy(update={"persons": [teller]}), 7) == []


def test_assumed_and_stated_do_not_stand_side_by_side() -> None:
    assert "side by side" in said(made.about(made.person(kp_status=["KP_SUSP", "KP_PWUD"]), "POL_EXT"), 7)[0]
    assert said(made.about(made.person(kp_status=["KP_SUSP"]), "POL_EXT"), 7) == []


# -- 8, laws ----------------------------------------------------------------------------------------------


def test_a_law_takes_no_person_and_no_number_of_people() -> None:
    whom = made.person()
    assert "takes no person" in said(made.about(whom, "LAW_DP"), 8)[0]
    counted = made.document(
        incident=made.incident(persons_affected_best=90),
        persons=[],
        acts=[made.act("LAW_DP")],
        perpetrators=[],
        consents=[],
    )
    assert "stays empty" in said(counted, 8)[0]
    with_a_harm = counted.model_copy(update={"acts": [made.act("LAW_DP"), made.act("JUS_DP")]})
    assert said(with_a_harm, 8) == []


# -- 9, other ---------------------------------------------------------------------------------------------


def test_other_is_reviewed() -> None:
    assert "reviewed each quarter" in said(acted("OTH"), 9)[0]
    assert said(acted("OTH"), 2) == []


# -- 10, numbers ------------------------------------------------------------------------------------------


def test_a_best_number_above_the_lowest_needs_a_reason() -> None:
    higher = made.incident(persons_affected_min=3, persons_affected_best=5)
    assert "take the lowest" in said(made.document(incident=higher), 10)[0]
    reasoned = higher.model_copy(update={"verification_reason": "plainly fictional"})
    assert said(made.document(incident=reasoned), 10) == []
    same = made.incident(persons_affected_min=3, persons_affected_best=3, persons_affected_max=9)
    assert said(made.document(incident=same), 10) == []


def test_numbers_of_the_dead_go_with_the_rest() -> None:
    more = made.incident(killed_best=5, persons_affected_best=4)
    messages = said(made.document(incident=more), 10)
    assert any("More people were killed" in one for one in messages)
    assert any("no act says so" in one for one in messages)
    told = made.about(made.person(), "LIF_EJK_OP", incident=made.incident(killed_best=5))
    assert said(told, 10) == []


# -- for all ----------------------------------------------------------------------------------------------


@slow
@given(made.documents())
def test_advice_never_fails_and_always_leads_to_a_page_of_the_form(document: CaseDocument) -> None:
    for lack in intake.advised(document):
        page = intake.page_of(lack.step, lack.entry_id)
        assert page is not None or lack.step in intake.LISTS
