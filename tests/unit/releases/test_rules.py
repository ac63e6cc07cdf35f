"""The consent gate: the last answer counts, not asked is no, and somebody must have had the right to answer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.codebook.services import codebook
from incidents.releases import rules as gate
from incidents.releases.rules import (
    Decision,
    Reason,
    answer_of,
    decide,
    latest,
    level_of,
    statistics_decision,
    story_decision,
)
from tests.factories.documents import (
    EXPLAINED,
    TODAY,
    about,
    act,
    consent,
    document,
    documents,
    incident,
    open_source_killing,
    person,
    source,
)

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument, Consent, Person

PURPOSES = [code.code for code in codebook().vocabulary("consent_levels").facet("CP")]
CHILDREN = ["AGE_0_11", "AGE_12_14", "AGE_15_17", "AGE_CH"]
DAY = dt.timedelta(days=1)


def case(whom: Person, *rows: Consent, violation: str = "LIB_ARR", **fields: Any) -> CaseDocument:
    return about(whom, violation, consents=list(rows), **fields)


def ask(whom: Person, *rows: Consent, purpose: str = "CP_STAT", **fields: Any) -> Reason:
    """The reason for a decision, after checking that it fits its yes or no."""
    recipient = fields.pop("recipient", None)
    decision = decide(case(whom, *rows, **fields), whom.id, purpose, recipient=recipient, today=TODAY)
    assert bool(decision) == decision.allowed == (decision.reason in YES)
    return decision.reason


YES = {Reason.CONSENT, Reason.OPEN_SOURCE, Reason.WISH_AFTER_DEATH, Reason.NO_PERSON}


# -- a row ---------------------------------------------------------------------------------------------


def test_a_yes_that_holds_is_a_yes() -> None:
    whom = person()
    assert ask(whom, consent(whom)) is Reason.CONSENT


def test_nobody_asked_is_no() -> None:
    whom = person()
    assert ask(whom) is Reason.NOT_ASKED
    assert ask(whom, consent(whom, answer="not_asked")) is Reason.NOT_ASKED


def test_an_answer_about_something_else_is_not_asked() -> None:
    whom = person()
    assert ask(whom, consent(whom, "CP_UN")) is Reason.NOT_ASKED


def test_the_answer_of_somebody_else_is_not_asked() -> None:
    whom, other = person(), person()
    record = case(whom).model_copy(update={"persons": [whom, other], "consents": [consent(other)]})
    assert decide(record, whom.id, "CP_STAT", today=TODAY).reason is Reason.NOT_ASKED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answer": "no"}, Reason.REFUSED),
        ({"withdrawn_on": TODAY}, Reason.WITHDRAWN),
        ({"withdrawn_on": TODAY - 400 * DAY}, Reason.WITHDRAWN),
        ({"expires_on": TODAY}, Reason.EXPIRED),
        ({"expires_on": TODAY - DAY}, Reason.EXPIRED),
        ({"expires_on": TODAY + DAY}, Reason.CONSENT),
        ({"given_by": None}, Reason.BASIS_MISSING),
        ({"given_by": "CB_NO"}, Reason.NOT_POSSIBLE_YET),
        ({"given_by": "CB_REP"}, Reason.CONSENT),
        ({"given_by": "CB_NOK"}, Reason.NEXT_OF_KIN_ONLY_FOR_THE_DEAD),
        ({"given_by": "CB_OPEN"}, Reason.NOT_OPEN_SOURCE),
    ],
)
def test_a_row_that_does_not_hold_says_why(change: dict[str, Any], reason: Reason) -> None:
    whom = person()
    assert ask(whom, consent(whom, **change)) is reason


@pytest.mark.parametrize("untold", list(EXPLAINED))
def test_each_of_the_five_things_must_have_been_explained(untold: str) -> None:
    whom = person()
    assert ask(whom, consent(whom, explained=EXPLAINED | {untold: False})) is Reason.NOT_EXPLAINED


def test_the_last_row_wins_either_way() -> None:
    whom = person()
    yes, no = consent(whom), consent(whom, answer="no")
    assert ask(whom, yes, no) is Reason.REFUSED
    assert ask(whom, no, yes) is Reason.CONSENT
    assert ask(whom, consent(whom, withdrawn_on=TODAY), yes) is Reason.CONSENT
    assert ask(whom, yes, consent(whom, answer="not_asked")) is Reason.NOT_ASKED


def test_rows_of_other_purposes_do_not_disturb() -> None:
    whom = person()
    assert ask(whom, consent(whom), consent(whom, "CP_UN", answer="no")) is Reason.CONSENT


@pytest.mark.parametrize("purpose", [one for one in PURPOSES if one not in ("CP_STORE", "CP_DEATH")])
def test_who_refuses_to_be_kept_refuses_everything(purpose: str) -> None:
    whom = person()
    assert (
        ask(whom, consent(whom, purpose), consent(whom, "CP_STORE", answer="no"), purpose=purpose)
        is Reason.STORAGE_REFUSED
    )
    assert (
        ask(whom, consent(whom, purpose), consent(whom, "CP_STORE", withdrawn_on=TODAY), purpose=purpose)
        is Reason.WITHDRAWN
    )


def test_a_person_who_is_not_in_the_record_is_refused() -> None:
    whom = person()
    assert decide(case(whom), person().id, "CP_STAT", today=TODAY).reason is Reason.UNKNOWN_PERSON


# -- recipients ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipient", "reason"),
    [
        ("Fictional Legal Aid", Reason.CONSENT),
        ("  fictional  LEGAL aid ", Reason.CONSENT),
        ("Fictional Police", Reason.OTHER_RECIPIENT),
        ("", Reason.OTHER_RECIPIENT),
        (None, Reason.CONSENT),
    ],
)
def test_sharing_goes_to_the_named_body_alone(recipient: str | None, reason: Reason) -> None:
    whom = person()
    row = consent(whom, "CP_PART", recipient="Fictional Legal Aid")
    assert ask(whom, row, purpose="CP_PART", recipient=recipient) is reason


def test_a_consent_without_a_recipient_goes_to_nobody_in_particular() -> None:
    whom = person()
    assert ask(whom, consent(whom, "CP_PART"), purpose="CP_PART", recipient="Anybody") is Reason.OTHER_RECIPIENT


# -- asking again --------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_level_is_known_for_every_purpose(purpose: str) -> None:
    assert 1 <= level_of(purpose) <= 6


@pytest.mark.parametrize("purpose", ["CP_UNGOV", "CP_COMP", "CP_PUB"])
@pytest.mark.parametrize(
    ("days_ago", "reason"),
    [(0, Reason.CONSENT), (364, Reason.CONSENT), (365, Reason.ASK_AGAIN), (900, Reason.ASK_AGAIN)],
)
def test_named_use_is_asked_again_after_a_year(purpose: str, days_ago: int, reason: Reason) -> None:
    whom = person()
    assert ask(whom, consent(whom, purpose, given_on=TODAY - days_ago * DAY), purpose=purpose) is reason


def test_a_day_for_review_comes_before_the_year() -> None:
    whom = person()
    assert ask(whom, consent(whom, "CP_PUB", review_on=TODAY), purpose="CP_PUB") is Reason.ASK_AGAIN
    late = consent(whom, "CP_PUB", given_on=TODAY - 500 * DAY, review_on=TODAY + DAY)
    assert ask(whom, late, purpose="CP_PUB") is Reason.CONSENT


def test_named_use_without_a_day_is_asked_again() -> None:
    whom = person()
    assert ask(whom, consent(whom, "CP_PUB", given_on=None), purpose="CP_PUB") is Reason.ASK_AGAIN


def test_statistics_are_not_asked_again() -> None:
    whom = person()
    assert ask(whom, consent(whom, given_on=TODAY - 5000 * DAY)) is Reason.CONSENT


# -- children ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("band", CHILDREN)
@pytest.mark.parametrize(
    ("basis", "reason"),
    [
        ("CB_TEEN", Reason.CONSENT),
        ("CB_SELF", Reason.GUARDIAN_NEEDED),
        ("CB_REP", Reason.GUARDIAN_NEEDED),
        ("CB_NOK", Reason.NEXT_OF_KIN_ONLY_FOR_THE_DEAD),
    ],
)
def test_a_child_needs_assent_together_with_a_guardian(band: str, basis: str, reason: Reason) -> None:
    child = person(age_band=band)
    assert ask(child, consent(child, given_by=basis)) is reason


@pytest.mark.parametrize("purpose", PURPOSES)
def test_nothing_above_level_four_for_a_child(purpose: str) -> None:
    child = person(age_band="AGE_15_17")
    expected = Reason.TOO_FAR_FOR_A_CHILD if level_of(purpose) > 4 else Reason.CONSENT
    assert ask(child, consent(child, purpose, given_by="CB_TEEN"), purpose=purpose) is expected


def test_an_adult_answers_alone() -> None:
    for band in ("AGE_18_24", "AGE_AD", "AGE_UNK", None):
        adult = person(age_band=band)
        assert ask(adult, consent(adult)) is Reason.CONSENT


# -- the dead and the missing --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("basis", "reason"),
    [
        ("CB_NOK", Reason.CONSENT),
        ("CB_REP", Reason.CONSENT),
        ("CB_SELF", Reason.NEXT_OF_KIN_NEEDED),
        ("CB_TEEN", Reason.NEXT_OF_KIN_NEEDED),
        ("CB_OPEN", Reason.NOT_OPEN_SOURCE),
    ],
)
def test_the_next_of_kin_answer_for_the_dead(basis: str, reason: Reason) -> None:
    dead = person(deceased=True)
    assert ask(dead, consent(dead, given_by=basis)) is reason


def test_who_was_killed_is_dead_though_nobody_ticked_it() -> None:
    whom = person()
    assert ask(whom, consent(whom, given_by="CB_NOK"), violation="LIF_EJK") is Reason.CONSENT
    assert ask(whom, consent(whom), violation="LIF_EJK") is Reason.NEXT_OF_KIN_NEEDED


@pytest.mark.parametrize("outcome", ["OUT_MISS", "OUT_DEAD"])
def test_the_next_of_kin_answer_for_the_missing(outcome: str) -> None:
    whom = person()
    gone = act("LIB_ED", whom, status_at_end=[outcome])
    record = document(persons=[whom], acts=[gone], perpetrators=[], consents=[consent(whom, given_by="CB_NOK")])
    assert decide(record, whom.id, "CP_STAT", today=TODAY).allowed


def test_a_refusal_stays_a_refusal_whoever_had_the_right_to_answer() -> None:
    dead, child = person(deceased=True), person(age_band="AGE_12_14")
    assert ask(dead, consent(dead, answer="no")) is Reason.REFUSED
    assert ask(child, consent(child, answer="no")) is Reason.REFUSED


def test_nobody_asked_the_family_is_no() -> None:
    dead = person(deceased=True)
    assert ask(dead) is Reason.NOT_ASKED


def test_a_wish_not_to_be_used_after_death_outranks_the_family() -> None:
    dead = person(deceased=True)
    wish = consent(dead, "CP_DEATH", answer="no")
    assert ask(dead, wish, consent(dead, given_by="CB_NOK")) is Reason.REFUSED
    withdrawn = consent(dead, "CP_DEATH", withdrawn_on=TODAY)
    assert ask(dead, withdrawn, consent(dead, given_by="CB_NOK")) is Reason.WITHDRAWN


def test_a_wish_to_be_used_after_death_keeps_the_own_answers_alive() -> None:
    dead = person(deceased=True)
    wish = consent(dead, "CP_DEATH")
    assert ask(dead, wish, consent(dead)) is Reason.WISH_AFTER_DEATH
    assert ask(dead, wish, consent(dead), consent(dead, given_by="CB_NOK", answer="no")) is Reason.WISH_AFTER_DEATH
    assert ask(dead, wish, consent(dead, answer="no"), consent(dead, given_by="CB_NOK")) is Reason.REFUSED


def test_a_wish_says_nothing_about_what_was_never_asked() -> None:
    dead = person(deceased=True)
    wish = consent(dead, "CP_DEATH")
    assert ask(dead, wish) is Reason.NOT_ASKED
    assert ask(dead, wish, consent(dead, given_by="CB_NOK")) is Reason.CONSENT


def test_without_a_wish_that_holds_the_own_answer_is_not_enough() -> None:
    dead = person(deceased=True)
    untold = consent(dead, "CP_DEATH", explained={})
    assert ask(dead, untold, consent(dead)) is Reason.NEXT_OF_KIN_NEEDED
    by_family = consent(dead, "CP_DEATH", given_by="CB_NOK")
    assert ask(dead, by_family, consent(dead)) is Reason.NEXT_OF_KIN_NEEDED


def test_a_wish_names_no_new_recipient_and_no_child() -> None:
    dead = person(deceased=True)
    rows = (consent(dead, "CP_DEATH"), consent(dead, "CP_PART", recipient="Fictional Legal Aid"))
    assert ask(dead, *rows, purpose="CP_PART", recipient="Fictional Legal Aid") is Reason.WISH_AFTER_DEATH
    assert ask(dead, *rows, purpose="CP_PART", recipient="Anybody") is Reason.OTHER_RECIPIENT
    child = person(deceased=True, age_band="AGE_15_17")
    named = [consent(child, one, given_by="CB_TEEN") for one in ("CP_DEATH", "CP_PUB")]
    assert ask(child, *named, purpose="CP_PUB") is Reason.TOO_FAR_FOR_A_CHILD


def test_a_dead_child_is_not_named() -> None:
    child = person(deceased=True, age_band="AGE_12_14")
    assert ask(child, consent(child, "CP_PUB", given_by="CB_NOK"), purpose="CP_PUB") is Reason.TOO_FAR_FOR_A_CHILD


# -- open source ---------------------------------------------------------------------------------------


def public(whom: Person, *rows: Consent, purpose: str = "CP_STAT") -> Reason:
    return ask(whom, *rows, purpose=purpose, incident=incident(open_source=True))


def test_public_facts_may_be_counted_and_nothing_more() -> None:
    whom = person()
    assert public(whom) is Reason.OPEN_SOURCE
    assert public(whom, consent(whom, given_by="CB_OPEN", explained={})) is Reason.OPEN_SOURCE
    for purpose in ("CP_STORY", "CP_PUB", "CP_UN"):
        assert public(whom, purpose=purpose) is Reason.OPEN_SOURCE_TOTALS_ONLY
        assert (
            public(whom, consent(whom, purpose, given_by="CB_OPEN", explained={}), purpose=purpose)
            is Reason.OPEN_SOURCE_TOTALS_ONLY
        )


@pytest.mark.parametrize("row", [{"answer": "no"}, {"withdrawn_on": TODAY}])
@pytest.mark.parametrize("basis", ["CB_NOK", "CB_SELF", "CB_REP", None])
def test_a_request_to_be_left_out_wins_over_public_facts(row: dict[str, Any], basis: str | None) -> None:
    whom = person()
    request = consent(whom, given_by=basis, **row)
    later = consent(whom, given_by="CB_OPEN", explained={})
    assert public(whom, request) in (Reason.REFUSED, Reason.WITHDRAWN)
    assert public(whom, request, later) in (Reason.REFUSED, Reason.WITHDRAWN)


def test_a_family_may_ask_not_to_be_kept_at_all() -> None:
    whom = person()
    assert public(whom, consent(whom, "CP_STORE", answer="no", given_by="CB_NOK")) is Reason.STORAGE_REFUSED


def test_a_family_may_change_its_mind() -> None:
    whom = person()
    no, yes = consent(whom, given_by="CB_NOK", answer="no"), consent(whom, given_by="CB_NOK")
    assert public(whom, no, yes) is Reason.OPEN_SOURCE


def test_somebody_who_spoke_to_us_may_agree_to_more() -> None:
    whom = person()
    assert public(whom, consent(whom, "CP_STORY"), purpose="CP_STORY") is Reason.CONSENT


# -- statistics and stories ----------------------------------------------------------------------------


def test_a_law_may_be_counted() -> None:
    law = document(persons=[], acts=[act("LAW_CRIM")], perpetrators=[], consents=[])
    assert statistics_decision(law, None, TODAY) == Decision(allowed=True, reason=Reason.NO_PERSON)


def test_an_act_against_somebody_nobody_entered_may_not() -> None:
    record = document(persons=[], acts=[act("LAW_CRIM"), act("LIB_ARR")], perpetrators=[], consents=[])
    assert statistics_decision(record, None, TODAY).reason is Reason.NOT_ASKED
    assert (
        statistics_decision(document(persons=[], acts=[], perpetrators=[], consents=[]), None, TODAY).reason
        is Reason.NOT_ASKED
    )


def test_a_public_act_against_people_nobody_entered_may() -> None:
    record = document(
        incident=incident(open_source=True), persons=[], acts=[act("LIF_EJK")], perpetrators=[], consents=[]
    )
    assert statistics_decision(record, None, TODAY).reason is Reason.OPEN_SOURCE


def story(*people: Person, rows: list[Consent], **fields: Any) -> Reason:
    record = about(people[0], "LIB_ARR", incident=incident(**fields)).model_copy(
        update={"persons": list(people), "consents": rows}
    )
    return story_decision(record, TODAY).reason


@pytest.mark.parametrize("purpose", ["CP_STORY", "CP_PUB"])
def test_a_story_needs_the_consent_of_the_person(purpose: str) -> None:
    whom = person()
    assert story(whom, rows=[consent(whom, purpose)]) is Reason.CONSENT
    assert story(whom, rows=[consent(whom)]) is Reason.NOT_ASKED


@pytest.mark.parametrize("role", ["victim", "witness", "source"])
def test_a_story_needs_everybody_it_could_point_at(role: str) -> None:
    whom, other = person(), person(roles=[role])
    assert story(whom, other, rows=[consent(whom, "CP_STORY")]) is Reason.NOT_ASKED
    assert story(whom, other, rows=[consent(whom, "CP_STORY"), consent(other, "CP_STORY")]) is Reason.CONSENT


def test_a_story_does_not_ask_the_perpetrator() -> None:
    whom, accused = person(), person(roles=["perpetrator"])
    assert story(whom, accused, rows=[consent(whom, "CP_STORY")]) is Reason.CONSENT


def test_a_story_needs_a_credible_record_that_may_be_released() -> None:
    whom = person()
    rows = [consent(whom, "CP_STORY")]
    assert story(whom, rows=rows, verification="VS_0") is Reason.NOT_VERIFIED
    assert story(whom, rows=rows, conflict_on_core_fact=True) is Reason.NOT_VERIFIED
    assert story(whom, rows=rows, release_level="RL_NONE") is Reason.NOT_RELEASED


def test_a_story_about_somebody_nobody_entered_is_not_told() -> None:
    record = document(persons=[], acts=[act("LIB_ARR")], perpetrators=[], consents=[])
    assert story_decision(record, TODAY).reason is Reason.NOT_ASKED


def test_public_facts_alone_make_no_story() -> None:
    killing = open_source_killing()
    record = killing.model_copy(update={"sources": [source(), source()]})
    assert story_decision(record, TODAY).reason is Reason.OPEN_SOURCE_TOTALS_ONLY


# -- for any document ----------------------------------------------------------------------------------


@given(documents(), st.sampled_from(PURPOSES))
@settings(max_examples=25, deadline=None)
def test_without_any_yes_nothing_is_allowed_but_public_totals(record: CaseDocument, purpose: str) -> None:
    silent = record.model_copy(
        update={"consents": [row.model_copy(update={"answer": "no"}) for row in record.consents]}
    )
    for whom in silent.persons:
        decision = decide(silent, whom.id, purpose, today=TODAY)
        assert not decision or decision.reason is Reason.OPEN_SOURCE


@given(documents())
@settings(max_examples=25, deadline=None)
def test_the_gate_never_allows_what_the_row_alone_refuses(record: CaseDocument) -> None:
    for whom in record.persons:
        for purpose in {row.purpose for row in record.consents}:
            decision = decide(record, whom.id, purpose, today=TODAY)
            if decision.reason is Reason.CONSENT:
                assert answer_of(latest(record.consents, whom.id, purpose), today=TODAY)


@given(documents(), st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_a_withdrawal_added_last_always_wins(record: CaseDocument, position: int) -> None:
    for whom in record.persons[position : position + 1]:
        rows = [*record.consents, consent(whom, withdrawn_on=TODAY)]
        dead_wish = [row for row in rows if row.purpose != "CP_DEATH"]
        withdrawn = record.model_copy(update={"consents": dead_wish})
        assert not decide(withdrawn, whom.id, "CP_STAT", today=TODAY)


def test_every_reason_is_given_somewhere() -> None:
    source = Path(gate.__file__).read_text(encoding="utf-8")
    assert [one.name for one in Reason if f"Reason.{one.name}" not in source] == []


def test_a_story_ends_with_the_first_consent_that_ceases_to_hold_by_itself() -> None:
    whom = person()
    day = dt.timedelta(days=1)
    asked = consent(whom, "CP_PUB", given_on=TODAY - 100 * day)
    published = about(whom, "POL_EXT", consents=[asked])
    assert gate.story_end(published, TODAY) == TODAY + 265 * day, "asked again after a year"
    ends = consent(whom, "CP_STORY", expires_on=TODAY + 30 * day)
    assert gate.story_end(about(whom, "POL_EXT", consents=[ends]), TODAY) == TODAY + 30 * day
    assert gate.story_end(about(whom, "POL_EXT", consents=[asked, ends]), TODAY) == TODAY + 265 * day
    assert gate.story_end(about(whom, "POL_EXT", consents=[consent(whom, "CP_STORY")]), TODAY) is None
