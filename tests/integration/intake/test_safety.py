"""Safety first, over HTTP: help before the record, the clock, no consent where it harms, and who asked for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tests.integration.intake.browsing import fields_of, text_of
from tests.integration.intake.steps import CASE, Walk
from tests.integration.intake.test_steps import EXPLAINED

if TYPE_CHECKING:
    from tests.factories.world import World

QUICK = "/cases/new/quick"
VICTIM = {"roles": ["victim"], "gender": "GEN_W", "age_band": "AGE_25_34", "unit": "UNIT_IND", "deceased": "no"}


def test_the_full_form_begins_with_safety_and_says_what_helps_first_on_the_next_page(world: World) -> None:
    walk = Walk(world.team().researcher)
    location = walk.send("/drafts")
    assert location.endswith("/safety")
    walk.draft_id = location.split("/")[2]
    before = dt.datetime.now(tz=dt.UTC)
    assert walk.fill("safety", {"risk.recent_assault": "yes", "risk.findable": "unknown"}).endswith("/what")
    incident = walk.state.document.incident
    assert incident.risk is not None
    assert (incident.risk.recent_assault, incident.risk.findable) == ("yes", "unknown")
    assert (incident.priority, incident.release_level) == ("PRI_1", "RL_NET")
    assert incident.priority_since is not None
    assert before <= incident.priority_since <= dt.datetime.now(tz=dt.UTC)
    page = text_of(walk.browser.get(walk.path("what")))
    assert "Help first" in page
    assert "72 hours" in page
    walk.fill("safety", {"risk.help_arranged": ["care_72h"]})
    assert "Help first" not in text_of(walk.browser.get(walk.path("what")))
    assert walk.state.document.incident.priority_since == incident.priority_since


def test_every_question_at_the_door_may_stay_open(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    walk.fill("safety", {})
    assert walk.state.document.incident.risk is None
    assert "Help first" not in text_of(walk.browser.get(walk.path("what")))


def test_the_recorder_has_the_last_word(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    walk.fill("safety", {"risk.custody": "yes", "priority": "PRI_2"})
    assert walk.state.document.incident.priority == "PRI_2"
    walk.fill("where", {"country": "PH"})
    walk.fill("place", {"release_level": "RL_ADM1"})
    walk.fill("safety", {"risk_note": "plainly fictional"})
    incident = walk.state.document.incident
    assert (incident.priority, incident.release_level) == ("PRI_2", "RL_ADM1")


def test_whoever_is_held_is_not_asked_for_consent_now(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    whom = walk.add("people", VICTIM)
    assert "Do not take consent now" not in text_of(walk.browser.get(walk.path("consent", whom)))
    walk.fill("safety", {"risk.custody": "yes"})
    page = text_of(walk.browser.get(walk.path("consent", whom)))
    assert "Do not take consent now" in page
    assert "The person is held, and cannot refuse freely." in page
    walk.fill("consent", {"given_by": "CB_SELF", "answer.CP_STAT": "yes"}, whom)
    assert walk.state.document.consents[0].answer == "yes"


def test_who_explained_is_the_session_and_stays_it_when_somebody_corrects_the_talk(world: World) -> None:
    team = world.team()
    walk = Walk(team.researcher).begin()
    whom = walk.add("people", VICTIM)
    talk = {"given_by": "CB_SELF", "mode": "CM_ORAL", **EXPLAINED, "explained_in": "EN", "answer.CP_STAT": "yes"}
    walk.fill("consent", talk, whom)
    case = walk.save()
    other = Walk(team.second_researcher).edit(case)
    other.fill("consent", {"explained_how": "by a peer, in plain words", "answer.CP_PUB": "no"}, whom)
    other.save()
    rows = {row.purpose: row for row in other.saved(case).consents}
    assert (rows["CP_STAT"].explained_by, rows["CP_STAT"].explained_in) == (walk.who.id, "en")
    assert rows["CP_STAT"].explained_how == "by a peer, in plain words"
    assert rows["CP_PUB"].explained_by == other.who.id


def test_a_quick_record_takes_the_screen_and_the_case_says_what_to_do(world: World) -> None:
    walk = Walk(world.team().researcher)
    sent = {**fields_of(walk.browser.get(QUICK), QUICK), "narrative": "Plainly fictional.", "risk.custody": "yes"}
    found = CASE.search(walk.send(QUICK, sent))
    assert found
    incident = walk.saved(found[1]).incident
    assert (incident.priority, incident.risk and incident.risk.custody) == ("PRI_1", "yes")
    page = text_of(walk.browser.get(f"/cases/{found[1]}"))
    assert "What needs doing now" in page
    assert "in 23 hours" in page
    assert "Do not take consent now." in page


def test_an_act_says_what_follows_and_what_to_look_at_again_and_saving_goes_on(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    whom = walk.add("people", VICTIM)
    act = walk.add("acts", {"violation": "GBV_SA", "person_id": whom})
    assert walk.fill("details", {"gbv_questions.penetration": "yes", "methods": ["MT_BEAT"]}, act).endswith("/acts")
    page = text_of(walk.browser.get(walk.path("details", act)))
    assert "Kind of gender-based violence: Rape." in page
    assert "Rights it touches: " in page
    assert "rape is the closer entry" in page
    check = text_of(walk.browser.get(walk.path("check")))
    assert "Worth a second look" in check
    assert "A beating is an act of its own: add it." in check
    saved = walk.saved(walk.save())
    assert saved.acts[0].gbv_questions is not None
    assert saved.acts[0].gbv_core_type is None


def test_sub_forms_are_saved_and_told_on_the_page_of_the_case(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    whom = walk.add("people", VICTIM)
    act = walk.add("acts", {"violation": "LIB_DET", "person_id": whom})
    walk.fill(
        "details",
        {
            "detention_detail.held_by": "a fictional watch house",
            "detention_detail.lawyer": "no",
            "detention_detail.date_held-kind": "month",
            "detention_detail.date_held-month": "3",
            "detention_detail.date_held-year": "2025",
            "age_at_act": "31",
        },
        act,
    )
    case = walk.save()
    saved = walk.saved(case).acts[0]
    assert saved.detention_detail is not None
    assert (saved.detention_detail.lawyer, saved.age_at_act) == ("no", 31)
    page = text_of(walk.browser.get(f"/cases/{case}"))
    assert "Held in March 2025." in page
    assert "There was no access to a lawyer." in page


def test_codes_that_the_form_does_not_offer_survive_a_page_that_is_saved(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    act = walk.add("acts", {"violation": "POL_EXT"})
    walk.fill("details", {"status_at_end": ["OUT_LIFE"]}, act)
    walk.fill("details", {"stated_reason": "none"}, act)
    assert walk.state.document.acts[0].status_at_end == ["OUT_LIFE"]
