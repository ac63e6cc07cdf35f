"""Verification through its page: who decides, who signs, what stands, and what no edited form can change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from incidents.audit.acts import Act
from incidents.extensions import db
from incidents.facts import store
from incidents.records import services
from incidents.records.keys import keys_of
from incidents.records.verification import verification
from tests.factories import documents

if TYPE_CHECKING:
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Person, Team, World

WHY = "plainly fictional reason, long enough"


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def keys(person: Person) -> CaseKeys:
    return keys_of(person.id, person.organisation_id, person.seed)


def kept(person: Person, **fields: Any) -> str:
    """Save a case that somebody recorded; its id."""
    document = documents.document(**{"recorder": person.id} | fields)
    services.create(keys(person), [document])
    return document.incident.id


def now(person: Person, case: str) -> CaseDocument:
    db.session.rollback()
    store.cache.clear()
    return services.open_account(keys(person), case).document


def decision(status: str, expected: int, **more: object) -> dict[str, object]:
    return {"decide-status": status, "decide-reason": WHY, "expected": str(expected), **more}


def signature(expected: int, **more: object) -> dict[str, object]:
    return {"sign-reason": WHY, "expected": str(expected), **more}


# -- two reviewers -----------------------------------------------------------------------------------------


def test_two_reviewers_corroborate_one_testimony_and_every_page_says_so(team: Team) -> None:
    case = kept(team.researcher)
    first, second = team.researcher.browser(), team.second_researcher.browser()
    first.post(f"/cases/{case}/verification", decision("VS_3", 1), status=303)
    assert verification(now(team.researcher, case)) == "VS_2"
    second.post(f"/cases/{case}/verification/sign", signature(2), status=303)
    document = now(team.researcher, case)
    assert (verification(document), document.incident.reviewer1) == ("VS_3", team.researcher.id)
    assert document.incident.reviewer2 == team.second_researcher.id
    assert document.review
    assert document.review.state == "done"
    for path in (f"/cases/{case}", f"/cases/{case}/verification", "/cases"):
        assert "single testimony" in first.get(path)


def test_nobody_signs_twice_whatever_the_form_says(team: Team) -> None:
    """The reviewers are who the sessions say: names in a form, hidden or added, are read by nobody."""
    case = kept(team.second_researcher)
    browser = team.researcher.browser()
    forged = {"reviewer1": team.second_researcher.id, "decide-reviewer1": team.second_researcher.id}
    browser.post(f"/cases/{case}/verification", decision("VS_3", 1, **forged), status=303)
    forged = {"reviewer2": team.second_researcher.id, "sign-reviewer2": team.second_researcher.id}
    browser.post(f"/cases/{case}/verification/sign", signature(2, **forged), status=403)
    incident = now(team.researcher, case).incident
    assert (incident.reviewer1, incident.reviewer2) == (team.researcher.id, "")


def test_the_recorder_does_not_sign_second(team: Team) -> None:
    case = kept(team.second_researcher)
    team.researcher.browser().post(f"/cases/{case}/verification", decision("VS_3", 1), status=303)
    recorder = team.second_researcher.browser()
    recorder.post(f"/cases/{case}/verification/sign", signature(2), status=403)
    assert "Somebody else has to sign" in recorder.get(f"/cases/{case}/verification")
    assert verification(now(team.researcher, case)) == "VS_2"


def test_a_new_decision_has_not_been_signed_by_whoever_signed_the_one_before(team: Team) -> None:
    case = kept(team.researcher)
    first, second = team.researcher.browser(), team.second_researcher.browser()
    first.post(f"/cases/{case}/verification", decision("VS_3", 1), status=303)
    second.post(f"/cases/{case}/verification/sign", signature(2), status=303)
    first.post(f"/cases/{case}/verification", decision("VS_3", 3), status=303)
    assert now(team.researcher, case).incident.reviewer2 == ""


def test_there_is_nothing_to_sign_before_a_first_reviewer_decided(team: Team) -> None:
    case = kept(team.researcher)
    team.second_researcher.browser().post(f"/cases/{case}/verification/sign", signature(1), status=403)


# -- what may be decided -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["VS_4", "VS_5"])
def test_no_decision_makes_up_for_a_source(team: Team, status: str) -> None:
    case = kept(team.researcher)
    page = team.researcher.browser().post(f"/cases/{case}/verification", decision(status, 1), status=422)
    assert "The sources do not carry this status" in page
    assert WHY in page
    assert now(team.researcher, case).incident.verification is None


def test_a_verified_case_says_what_its_decision_still_lacks(team: Team) -> None:
    case = kept(team.researcher, sources=[documents.source(), documents.source()])
    browser = team.researcher.browser()
    browser.post(f"/cases/{case}/verification", decision("VS_4", 1), status=303)
    page = browser.get(f"/cases/{case}/verification")
    assert "Add at least one piece of evidence that was hashed." in page
    assert "A second reviewer has to sign" in page
    assert verification(now(team.researcher, case)) == "VS_3"


@pytest.mark.parametrize("status", ["VS_C", "VS_N", "VS_D", "VS_W", "VS_0"])
def test_states_beside_the_ladder_hold_with_one_reviewer_and_a_reason(team: Team, status: str) -> None:
    case = kept(team.researcher)
    browser = team.researcher.browser()
    browser.post(f"/cases/{case}/verification", decision(status, 1) | {"decide-reason": "no"}, status=422)
    browser.post(f"/cases/{case}/verification", decision(status, 1), status=303)
    assert verification(now(team.researcher, case)) == status
    browser.post(f"/cases/{case}/verification", decision("", 2), status=303)
    assert verification(now(team.researcher, case)) == "VS_2"


def test_a_word_that_is_no_decision_is_refused(team: Team) -> None:
    case = kept(team.researcher)
    for odd in ("VS_1", "VS_2", "VS_9", "x"):
        team.researcher.browser().post(f"/cases/{case}/verification", decision(odd, 1), status=422)


def test_the_page_says_of_each_source_why_it_counts_or_not(team: Team) -> None:
    one = documents.source()
    others = [
        documents.source(same_origin_as=one.id),
        documents.source(independence="IND_DER"),
        documents.source(independence="IND_UNK"),
    ]
    case = kept(team.researcher, sources=[one, *others])
    page = team.researcher.browser().get(f"/cases/{case}/verification")
    for why in ("comes from nobody else", "comes from the same origin", "repeats what another", "nobody has said yet"):
        assert why in page


# -- conflicts ---------------------------------------------------------------------------------------------


def test_somebody_elses_save_is_told_and_the_words_are_kept(team: Team) -> None:
    case = kept(team.researcher)
    team.second_researcher.browser().post(f"/cases/{case}/review/hand-in", {"expected": "1"}, status=303)
    page = team.researcher.browser().post(f"/cases/{case}/verification", decision("VS_C", 1), status=409)
    assert "Somebody saved this case meanwhile" in page
    assert WHY in page
    assert 'name="expected" value="2"' in page
    assert now(team.researcher, case).incident.verification is None


def test_the_log_has_the_act_and_no_word_of_it(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[object, ...]] = []
    monkeypatch.setattr("incidents.audit.services.record", lambda *one, **more: said.append((one, more)))
    case = kept(team.researcher)
    team.researcher.browser().post(f"/cases/{case}/verification", decision("VS_3", 1), status=303)
    team.second_researcher.browser().post(f"/cases/{case}/verification/sign", signature(2), status=303)
    acts = [one[0][1] for one in said if one[0][1] != Act.LOGGED_IN]  # type: ignore[index]
    assert acts == [Act.VERIFICATION_DECIDED, Act.VERIFICATION_SIGNED]
    assert WHY not in str(said)


# -- what sources say --------------------------------------------------------------------------------------


def told_apart(team: Team) -> tuple[str, list[str]]:
    """A case whose two sources disagree on who it was; its id and those of the claims."""
    sources = [documents.source(), documents.source()]
    case = kept(team.researcher, sources=sources)
    browser = team.researcher.browser()
    for number, (source, words) in enumerate(zip(sources, ["two officers", "masked riders"], strict=True), start=1):
        claim = {"claim-fact": "actor", "claim-source": source.id, "claim-value": words, "expected": str(number)}
        browser.post(f"/cases/{case}/claims", claim, status=303)
    return case, [one.id for one in now(team.researcher, case).claims]


def test_accounts_that_differ_contest_the_case_until_somebody_decides(team: Team) -> None:
    case, claims = told_apart(team)
    browser = team.researcher.browser()
    page = browser.get(f"/cases/{case}/verification")
    assert verification(now(team.researcher, case)) == "VS_C"
    assert "Sources disagree on a main fact" in page
    assert "two officers" in page
    assert "masked riders" in page
    stands = {"fact": "actor", "weigh-actor-stand": claims[0], "weigh-actor-reason": WHY, "expected": "3"}
    browser.post(f"/cases/{case}/claims/decision", stands, status=303)
    document = now(team.researcher, case)
    assert verification(document) == "VS_3"
    assert [one.stands for one in document.claims] == [True, False]
    assert "masked riders" in browser.get(f"/cases/{case}/verification")


def test_only_claims_of_the_fact_can_stand(team: Team) -> None:
    case, _claims = told_apart(team)
    browser = team.researcher.browser()
    odd = {"fact": "actor", "weigh-actor-stand": "e" * 32, "weigh-actor-reason": WHY, "expected": "3"}
    browser.post(f"/cases/{case}/claims/decision", odd, status=422)
    browser.post(f"/cases/{case}/claims/decision", {"fact": "date", "expected": "3"}, status=422)


def test_a_claim_needs_a_source_of_this_case_and_words(team: Team) -> None:
    source = documents.source()
    case = kept(team.researcher, sources=[source])
    browser = team.researcher.browser()
    claim = {"claim-fact": "actor", "claim-source": source.id, "claim-value": "somebody", "expected": "1"}
    for odd in ({"claim-source": "e" * 32}, {"claim-value": ""}, {"claim-fact": "name"}):
        browser.post(f"/cases/{case}/claims", claim | odd, status=422)
    assert now(team.researcher, case).claims == []


# -- who may -----------------------------------------------------------------------------------------------


def test_nobody_but_members_comes_near(world: World, team: Team) -> None:
    case = kept(team.researcher)
    stranger = world.team().researcher.browser()
    for path in (f"/cases/{case}/verification", f"/cases/{case}/review"):
        stranger.get(path, status=404)
        for person in (team.analyst, team.advocate, team.administrator, team.field_worker):
            person.browser().get(path, status=403)
    for path in ("verification", "verification/sign", "claims", "claims/decision"):
        stranger.post(f"/cases/{case}/{path}", decision("VS_C", 1), status=404)
