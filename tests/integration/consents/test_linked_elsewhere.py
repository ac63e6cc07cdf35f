"""Taking back where several organisations speak of one person: it reaches all of them, and none speaks for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from incidents import clock
from incidents.consents import services
from incidents.consents.services import Asked
from incidents.erasure import services as erasure
from incidents.overlaps import services as overlaps
from incidents.overlaps.rules import Decision
from incidents.records import services as records
from incidents.records.schema import Explained
from incidents.sharing import services as sharing
from incidents.stories import services as stories
from tests.factories import documents
from tests.factories.sharing import befriend, name_of, opened, share
from tests.factories.world import Browser
from tests.integration.consents.scenes import keys, receipt, saved, send, summarised
from tests.integration.consents.test_linked import account, counted, no_longer, now, save

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument, Consent, Person
    from tests.factories.world import Team, World


class Scene(NamedTuple):
    """A case of ours that a partner reads, and the partner's own account of the same person, linked with it."""

    team: Team
    partner: Team
    case: CaseDocument
    whom: Person
    theirs: CaseDocument
    same: Person


def about(whom: Person, *consents: Consent) -> CaseDocument:
    return documents.about(
        whom, "POL_EXT", consents=list(consents), sources=[documents.source(), documents.source(reliability="REL_B")]
    )


def link(team: Team, one: str, other: str, persons: dict[str, str]) -> None:
    mine = keys(team.researcher)
    decision = Decision("same", "a fictional reason", team.researcher.id, clock.today(), persons)
    overlaps.decide(mine, overlaps.pair(mine, one, other), decision)


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture
def stranger(team: Team) -> Browser:
    return Browser(team.researcher.app.test_client())


@pytest.fixture
def scene(world: World, team: Team) -> Scene:
    partner = world.team()
    befriend(team, partner)
    whom, same = documents.person(), documents.person()
    given = [documents.consent(whom, "CP_STAT"), documents.consent(whom, "CP_PART", recipient=name_of(partner))]
    case, agreed = share(team, partner, about(whom, *given))
    theirs = saved(partner, about(same, documents.consent(same, "CP_STAT")))
    link(partner, theirs.incident.id, agreed.id, {same.id: whom.id})
    return Scene(team, partner, case, whom, theirs, same)


def take_back(team: Team, case: CaseDocument, whom: Person, *purposes: str) -> None:
    mine = keys(team.researcher)
    revision = records.open_account(mine, case.incident.id).revision
    services.take_back(mine, case.incident.id, whom.id, Asked(list(purposes), "CB_SELF", clock.today()), revision)


def test_the_work_of_a_partner_does_not_undo_what_nobody_of_ours_has_seen(scene: Scene, stranger: Browser) -> None:
    send(stranger, receipt(scene.team, scene.case), "narrow", purposes=["CP_STAT"])
    save(scene.partner, scene.theirs)
    save(scene.partner, scene.theirs, documents.consent(scene.same, "CP_STAT"))
    assert counted(scene.team) == 0


@pytest.mark.parametrize("how", ["saved", "erased", "by a member"])
def test_what_is_taken_back_here_stays_so_at_the_partner_whatever_we_do_next(
    scene: Scene, stranger: Browser, how: str
) -> None:
    assert counted(scene.partner) == 1
    if how == "by a member":
        take_back(scene.team, scene.case, scene.whom, "CP_STORE")
    else:
        send(stranger, receipt(scene.team, scene.case), "all")
    if how == "saved":
        save(scene.team, scene.case)
    if how == "erased":
        mine = keys(scene.team.researcher)
        revision = records.open_account(mine, scene.case.incident.id).revision
        reason = "a fictional reason"
        erasure.erase_person(mine, scene.case.incident.id, scene.whom.id, reason, expected=revision, another=True)
    assert counted(scene.partner) == 0


def test_a_partner_writes_no_answer_into_our_record(scene: Scene) -> None:
    take_back(scene.partner, scene.theirs, scene.same, "CP_STORE")
    assert no_longer(now(scene.team, scene.case)) == []
    save(scene.team, scene.case)
    assert no_longer(now(scene.team, scene.case)) == []


@pytest.mark.parametrize("given", ["to somebody else", "public facts", "not explained"])
def test_a_yes_that_the_gate_does_not_honour_brings_nothing_back(
    world: World, team: Team, stranger: Browser, given: str
) -> None:
    partner = world.team()
    befriend(team, partner)
    first = saved(team, account("CP_STAT", "CP_PART", recipient=name_of(partner)))
    other = saved(team, account("CP_STAT"))
    share(team, partner, account("CP_STAT", "CP_PART", recipient=name_of(partner)))
    send(stranger, receipt(team, first), "narrow", purposes=["CP_PART", "CP_STAT"])
    save(team, first)
    whom = other.persons[0]
    yes = {
        "to somebody else": [documents.consent(whom, "CP_PART", recipient="Somebody else entirely")],
        "public facts": [documents.consent(whom, one, given_by="CB_OPEN") for one in ("CP_PART", "CP_STAT")],
        "not explained": [
            documents.consent(whom, one).model_copy(update={"explained": Explained()}) for one in ("CP_PART", "CP_STAT")
        ],
    }[given]
    save(team, other, *yes)
    assert sharing.shared_with_us(opened(partner.researcher)) == []
    assert counted(team) == 0


def test_a_yes_that_holds_counts_the_person_again(team: Team, stranger: Browser) -> None:
    first, other = saved(team, account("CP_STAT")), saved(team, account("CP_STAT"))
    send(stranger, receipt(team, first), "narrow", purposes=["CP_STAT"])
    save(team, first)
    assert counted(team) == 0
    save(team, other, documents.consent(other.persons[0], "CP_STAT"))
    assert counted(team) == 1


def test_whoever_is_linked_later_follows_what_was_taken_back_before(team: Team, stranger: Browser) -> None:
    one, other = documents.person(), documents.person()
    first = saved(team, about(one, documents.consent(one, "CP_STAT")))
    second = saved(team, about(other, documents.consent(other, "CP_STAT")))
    send(stranger, receipt(team, first), "all")
    save(team, first)
    assert counted(team) == 1
    link(team, first.incident.id, second.incident.id, {one.id: other.id})
    assert counted(team) == 0


def test_a_summary_of_a_linked_account_is_given_to_nobody_from_the_next_request_on(
    team: Team, stranger: Browser
) -> None:
    first = saved(team, account("CP_STAT", "CP_STORY"))
    other = saved(team, summarised(account("CP_STAT", "CP_STORY")))
    assert len(stories.received(team.advocate.id, team.advocate.seed, clock.today())) == 1
    send(stranger, receipt(team, first), "narrow", purposes=["CP_STORY"])
    assert stories.received(team.advocate.id, team.advocate.seed, clock.today()) == []
    save(team, other, documents.consent(other.persons[0], "CP_STORY"))
    assert len(stories.received(team.advocate.id, team.advocate.seed, clock.today())) == 1
