"""The pages of taking keys back, of fresh keys, and of what an organisation decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from incidents.accounts import policy
from incidents.accounts.models import Role
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.models import KeyKind
from incidents.records import services as records
from incidents.records.keys import keys_of
from tests.factories import documents

if TYPE_CHECKING:
    from tests.factories.world import Person, Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def leave(by: Person, whom: Person, *kinds: str, status: int = 303, reason: str = "left the network") -> str:
    return by.browser().post(f"/members/{whom.id}/leave", {"kinds": list(kinds), "reason": reason}, status=status)


def test_somebody_leaves_and_the_page_says_that_it_is_done(team: Team) -> None:
    records.create(keys_of(team.researcher.id, team.organisation_id, team.researcher.seed), [documents.document()])
    browser = team.second_researcher.browser()
    page = browser.get(f"/members/{team.researcher.id}/leave")
    assert team.researcher.username in page
    assert "this person leaves" in page
    browser.post(f"/members/{team.researcher.id}/leave", {"kinds": "all", "reason": "left"}, status=303)
    page = browser.get("/members/rotation")
    assert "Nothing is left under an old key." in page
    assert "Everything is under the newest keys" in page
    assert browser.get("/cases").count("<tr") > 1
    team.researcher.browser().get("/cases", status=403)


def test_one_kind_is_taken_back_and_the_others_stay(team: Team) -> None:
    leave(team.researcher, team.advocate, "summaries")
    kinds = team.researcher.membership().roster()[0].members[team.advocate.id].kinds
    assert kinds == (KeyKind.FACTS,)
    assert len(facts_keys(team.advocate.id, team.advocate.seed)) == 1


def test_a_researcher_loses_everything_or_nothing(team: Team) -> None:
    assert "coded facts" not in team.researcher.browser().get(f"/members/{team.second_researcher.id}/leave")
    leave(team.researcher, team.second_researcher, "facts", status=422)
    assert team.second_researcher.membership().organisation


@pytest.mark.parametrize(("kinds", "reason"), [((), "left"), (("all",), ""), (("nothing",), "left")])
def test_what_is_missing_is_said_and_nothing_is_taken(team: Team, kinds: tuple[str, ...], reason: str) -> None:
    page = leave(team.researcher, team.analyst, *kinds, status=422, reason=reason)
    assert "problem" in page
    assert len(facts_keys(team.analyst.id, team.analyst.seed)) == 1


def test_nobody_leaves_by_their_own_hand_and_strangers_are_not_found(world: World, team: Team) -> None:
    browser = team.researcher.browser()
    browser.get(f"/members/{team.researcher.id}/leave", status=403)
    browser.get(f"/members/{world.team().researcher.id}/leave", status=404)
    team.analyst.browser().get(f"/members/{team.researcher.id}/leave", status=403)


def test_fresh_keys_on_a_page(team: Team) -> None:
    browser = team.researcher.browser()
    browser.post("/members/rotation", {"reason": ""}, status=422)
    browser.post("/members/rotation", {"reason": "a laptop was lost"}, status=303)
    browser.post("/members/rotation/continue", status=303)
    assert team.second_researcher.membership().stated.epoch == 2


# ---- what an organisation decides ----


def test_trust_is_decided_on_a_page_and_shown(world: World, team: Team) -> None:
    other = world.team("Fictional Harbour Union")
    browser = team.researcher.browser()
    assert "Not decided yet" in browser.get("/members")
    browser.post("/members/trust", {"trusted": f"{other.organisation_id}.facts"}, status=303)
    page = browser.get("/members")
    assert "Not decided yet" not in page
    assert "Fictional Harbour Union" in page
    assert other.analyst.username in page
    assert "checked" in browser.get("/members/trust")


def test_nobody_can_be_trusted_with_cases(world: World, team: Team) -> None:
    other = world.team()
    page = team.researcher.browser().post(
        "/members/trust", {"trusted": f"{other.organisation_id}.organisation"}, status=422
    )
    assert page
    assert team.researcher.membership().roster()[0].trusts == {}


def test_a_policy_changes_when_two_want_the_same(team: Team) -> None:
    first, second = team.researcher.browser(), team.second_researcher.browser()
    first.post("/members/policy", {"vouches": "1"}, status=303)
    assert team.researcher.membership().roster()[0].vouches == 2
    assert team.researcher.username in second.get("/members/policy")
    first.post("/members/policy", {"vouches": "1"}, status=422)
    second.post("/members/policy", {"vouches": "1"}, status=303)
    assert team.researcher.membership().roster()[0].vouches == 1


def test_the_only_member_changes_the_policy_alone(world: World) -> None:
    founder = world.person(Role.RESEARCHER, world.organisation())
    assert policy.propose(founder.membership(), founder.seed, 3)
    roster = founder.membership().roster()[0]
    assert (roster.vouches, roster.needed) == (3, 1)


@pytest.mark.parametrize("vouches", ["0", "6", "two", ""])
def test_a_policy_that_lets_nobody_or_everybody_in_is_refused(team: Team, vouches: str) -> None:
    team.researcher.browser().post("/members/policy", {"vouches": vouches}, status=422)
    assert team.researcher.membership().roster()[0].proposal is None


def test_the_picture_of_keys_shows_every_holder_to_members_and_administrators(team: Team) -> None:
    for browser, path in ((team.researcher.browser(), "/members"), (team.administrator.browser(), "/accounts/keys")):
        page = browser.get(path)
        for person in (team.researcher, team.second_researcher, team.analyst, team.advocate):
            assert person.username in page
        assert page.count('aria-label="holds: every case"') == 2
        assert page.count('aria-label="holds: the log"') == 2
    team.researcher.browser().get("/accounts/keys", status=403)
