"""Members give the log to whom they choose; nobody else can, and nobody gives it to themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from incidents.accounts import admission, comparing
from incidents.accounts.comparing import Different
from incidents.accounts.models import Account, Role
from incidents.audit import granting, reading
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import Forbidden, NotFound
from incidents.extensions import db
from incidents.keyring.models import Grant, Key, KeyKind
from incidents.keyring.people import Seed

if TYPE_CHECKING:
    from tests.factories.world import Person, World


def give(member: Person, somebody: Person) -> granting.Auditor:
    one = member.membership()
    number = comparing.comparison_with(one.stated.identity, somebody.account)
    return granting.grant_audit(one, member.seed, somebody.id, number)


def audit_keys(person: Person) -> list[object]:
    return [key for keys in reading.keys_of(person.id, person.seed).values() for key in keys]


def grants_of(person: Person) -> int:
    return db.session.scalar(select(func.count()).select_from(Grant).where(Grant.account_id == person.id)) or 0


def test_one_member_gives_it_to_somebody_who_was_vouched_for(world: World) -> None:
    team = world.team()
    given = give(team.researcher, team.analyst)
    assert given.holds
    keys = reading.keys_for(team.analyst.id, team.analyst.seed, team.organisation_id)
    newest = reading.read(keys).lines[0]
    assert (newest.act, newest.by, newest.about) == (
        Act.GRANT_GIVEN,
        team.researcher.username,
        team.analyst.username,
    )
    roster, _version = team.researcher.membership().roster()
    assert set(roster.members[team.analyst.id].kinds) == {KeyKind.FACTS, KeyKind.AUDIT}


def test_an_administrator_needs_as_many_members_as_a_newcomer_and_then_holds_the_log_alone(world: World) -> None:
    team = world.team()
    first = give(team.researcher, team.administrator)
    assert (first.holds, len(first.vouchers), first.needed) == (False, 1, 2)
    assert audit_keys(team.administrator) == []
    again = give(team.researcher, team.administrator)
    assert not again.holds, "one member alone must not count twice"
    assert give(team.second_researcher, team.administrator).holds
    assert grants_of(team.administrator) == 1
    assert "Began the log" in team.administrator.browser().get("/audit")


def test_it_is_not_given_with_another_number(world: World) -> None:
    team = world.team()
    one = team.researcher.membership()
    number = comparing.comparison_with(one.stated.identity, team.advocate.account)
    with pytest.raises(Different):
        granting.grant_audit(one, team.researcher.seed, team.analyst.id, number)
    assert audit_keys(team.analyst) == []


def test_a_swapped_public_key_is_given_nothing(world: World) -> None:
    """An administrator puts a key of their own in the place of an auditor's: the numbers differ."""
    team = world.team()
    number = comparing.comparison_with(team.researcher.membership().stated.identity, team.analyst.account)
    thief = Seed.random()
    with writing(db.session):
        db.session.get_one(Account, team.analyst.id).public_key_bytes = thief.public_key().raw
    with pytest.raises(Different):
        granting.grant_audit(team.researcher.membership(), team.researcher.seed, team.analyst.id, number)
    grant = db.session.scalar(
        select(func.count())
        .select_from(Grant)
        .join(Key, Key.id == Grant.key_id)
        .where(Key.kind == KeyKind.AUDIT, Grant.account_id == team.analyst.id)
    )
    assert grant == 0


def test_a_field_worker_an_unknown_and_a_disabled_account_are_given_nothing(world: World) -> None:
    team = world.team()
    one = team.researcher.membership()
    with writing(db.session):
        db.session.get_one(Account, team.advocate.id).disabled = True
    for who in (team.field_worker.username, "nobody-of-this-name", team.advocate.username):
        with pytest.raises(NotFound):
            granting.find(one, who)
    with pytest.raises(NotFound):
        give(team.researcher, team.field_worker)
    with pytest.raises(NotFound):
        granting.grant_audit(one, team.researcher.seed, "0" * 32, "0")


def test_who_waits_for_other_keys_is_vouched_for_first(world: World) -> None:
    team = world.team()
    newcomer = world.person(Role.ANALYST, team.researcher.account.organisation)
    one = team.researcher.membership()
    number = comparing.comparison_with(one.stated.identity, newcomer.account)
    admission.vouch(one, team.researcher.seed, newcomer.id, number)
    with pytest.raises(NotFound):
        granting.find(team.researcher.membership(), newcomer.username)


def test_it_is_taken_back_and_the_other_keys_stay(world: World) -> None:
    team = world.team()
    give(team.researcher, team.analyst)
    before = grants_of(team.analyst)
    granting.take_audit_back(team.second_researcher.membership(), team.second_researcher.seed, team.analyst.id)
    assert audit_keys(team.analyst) == []
    assert grants_of(team.analyst) == before - 1
    roster, _version = team.researcher.membership().roster()
    assert roster.members[team.analyst.id].kinds == (KeyKind.FACTS,)
    with pytest.raises(Forbidden):
        reading.keys_for(team.analyst.id, team.analyst.seed, team.organisation_id)
    with pytest.raises(NotFound):
        granting.take_audit_back(team.researcher.membership(), team.researcher.seed, team.analyst.id)


def test_who_held_nothing_else_is_no_member_after(world: World) -> None:
    team = world.team()
    give(team.researcher, team.administrator)
    granting.take_audit_back(team.researcher.membership(), team.researcher.seed, team.administrator.id)
    roster, _version = team.researcher.membership().roster()
    assert team.administrator.id not in roster.members | roster.waiting
    assert audit.verify(team.organisation_id, roster.log) == []


def test_it_cannot_be_taken_from_a_colleague_alone(world: World) -> None:
    team = world.team()
    with pytest.raises(granting.HoldsItByRole):
        granting.take_audit_back(team.researcher.membership(), team.researcher.seed, team.second_researcher.id)


def test_the_page_leads_from_a_name_to_the_log(world: World) -> None:
    team = world.team()
    browser = team.researcher.browser()
    page = browser.get(f"/audit/auditors?username={team.advocate.username}")
    number = re.search(r'name="comparison" value="([^"]+)"', page)
    assert number
    path = f"/audit/auditors/{team.advocate.id}"
    browser.post(f"{path}/give", {"comparison": "0000"}, status=303)
    assert "The number has changed" in browser.get("/audit/auditors")
    browser.post(f"{path}/give", {"comparison": number[1]}, status=303)
    assert f"{team.advocate.username} can now read the log." in browser.get("/audit/auditors")
    assert "can read it already" in browser.get(f"/audit/auditors?username={team.advocate.username}")
    assert "Who did what" in team.advocate.browser().get("/audit")
    browser.post(f"{path}/take-back", status=303)
    team.advocate.browser().get("/audit", status=403)


def test_the_page_says_that_a_second_member_must_and_why_a_name_is_refused(world: World) -> None:
    team = world.team()
    browser = team.researcher.browser()
    page = browser.get(f"/audit/auditors?username={team.administrator.username}")
    assert "2 members must do this" in page
    number = re.search(r'name="comparison" value="([^"]+)"', page)
    assert number
    browser.post(f"/audit/auditors/{team.administrator.id}/give", {"comparison": number[1]}, status=303)
    assert "One more member must" in browser.get("/audit/auditors")
    assert "1 of 2 members have given it" in browser.get("/audit/auditors")
    assert "Another member must" in browser.get(f"/audit/auditors?username={team.administrator.username}")
    refused = browser.get(f"/audit/auditors?username={team.field_worker.username}", status=422)
    assert "field workers hold no key" in refused


def test_it_is_given_to_somebody_of_another_organisation_who_trusts_this_one(world: World) -> None:
    team, office = world.team(), world.team("Fictional Office")
    auditor: Person = office.analyst
    comparing.trusted(auditor.account, team.organisation_id, auditor.seed)
    give(team.researcher, auditor)
    assert give(team.second_researcher, auditor).holds
    browser = auditor.browser()
    # Their own organisation gave them nothing: they are led to the log that they have.
    browser.get("/audit", status=302)
    assert "Who did what" in browser.get(f"/audit?organisation={team.organisation_id}")
    browser.get(f"/audit?organisation={office.organisation_id}", status=403)


def test_who_lost_it_cannot_read_what_comes_after_even_with_the_key_they_kept(world: World) -> None:
    team = world.team()
    give(team.researcher, team.analyst)
    kept = reading.keys_for(team.analyst.id, team.analyst.seed, team.organisation_id)
    granting.take_audit_back(team.researcher.membership(), team.researcher.seed, team.analyst.id)
    with writing(db.session):
        audit.record(team.organisation_id, Act.RELEASED, reason="said after they left")
    assert reading.read(kept).lines[0].act is None
    members = reading.keys_for(team.researcher.id, team.researcher.seed, team.organisation_id)
    newest = reading.read(members)
    assert newest.lines[0].reason == "said after they left"
    assert all(line.act for line in newest.lines), "members read the old entries, too"
    assert audit.verify(team.organisation_id) == []
