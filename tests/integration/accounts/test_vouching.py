"""Who is let in: two members compare, the last of them seals; and what somebody who edits the database gets."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from incidents.accounts import administration, admission, comparing, invitations, policy, services
from incidents.accounts.models import Account, Organisation, Role
from incidents.database import writing
from incidents.extensions import db
from incidents.facts.services import frame
from incidents.keyring import services as keyring
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.grants import held
from incidents.keyring.identity import Identity, NotBelieved, state
from incidents.keyring.models import Grant, Key, KeyKind, Statement, StoredMemory, StoredRoster
from incidents.keyring.people import Seed
from incidents.keyring.roster import Entry, RolledBack, Roster, seal_roster
from incidents.records import services as records
from incidents.records.keys import keys_of
from incidents.rotation import services as rotation
from tests.factories import documents
from tests.factories.world import PASSPHRASE, organisation_keys

if TYPE_CHECKING:
    from tests.factories.world import Person, Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def colleague(world: World, team: Team, role: Role = Role.RESEARCHER) -> Person:
    """Somebody of the organisation who has made their keys, and for whom nobody has vouched."""
    return world.person(role, db.session.get_one(Organisation, team.organisation_id))


def vouch(member: Person, newcomer: Person, number: str | None = None) -> admission.Newcomer:
    number = newcomer.comparison(member.organisation_id) if number is None else number
    return admission.vouch(member.membership(), member.seed, newcomer.id, number)


def cases_of(person: Person) -> int:
    """How many keys of cases somebody's own session gets."""
    return len(organisation_keys(person.id, person.seed))


# ---- how it is meant ----


def test_the_second_vouch_seals_the_keys_and_the_first_does_not(world: World, team: Team) -> None:
    newcomer = colleague(world, team)
    assert len(vouch(team.researcher, newcomer).vouchers) == 1
    assert cases_of(newcomer) == 0
    assert len(vouch(team.second_researcher, newcomer).vouchers) == 2
    assert organisation_keys(newcomer.id, newcomer.seed) == organisation_keys(team.researcher.id, team.researcher.seed)


def test_one_member_is_one_vouch_however_often_they_press(world: World, team: Team) -> None:
    newcomer = colleague(world, team)
    vouch(team.researcher, newcomer)
    assert vouch(team.researcher, newcomer).vouchers == (team.researcher.id,)
    assert cases_of(newcomer) == 0


def test_the_only_member_lets_the_second_in_alone(world: World) -> None:
    organisation = world.organisation()
    founder = world.person(Role.RESEARCHER, organisation)
    second = world.person(Role.RESEARCHER, organisation)
    assert vouch(founder, second).needed == 1
    assert cases_of(second) == 1


def test_both_sides_work_out_the_same_number(world: World, team: Team) -> None:
    newcomer = colleague(world, team)
    shown = newcomer.browser().get("/account")
    assert newcomer.comparison() in shown
    assert newcomer.comparison() in team.researcher.browser().get("/members")


def test_members_vouch_over_the_web(world: World, team: Team) -> None:
    newcomer = colleague(world, team, Role.ANALYST)
    for member in (team.researcher, team.second_researcher):
        assert facts_keys(newcomer.id, newcomer.seed) == []
        browser = member.browser()
        browser.post(f"/members/{newcomer.id}/vouch", {"comparison": newcomer.comparison()}, status=303)
    assert len(facts_keys(newcomer.id, newcomer.seed)) == 1
    assert cases_of(newcomer) == 0


def test_two_members_who_vouch_at_once_are_two_vouches(world: World, team: Team) -> None:
    newcomer = colleague(world, team, Role.ANALYST)
    number = newcomer.comparison()
    browsers = [team.researcher.browser(), team.second_researcher.browser()]
    tokens = [browser.token() for browser in browsers]
    barrier = threading.Barrier(2)

    def press(one: int) -> int:
        barrier.wait(10)
        form = {"csrf_token": tokens[one], "comparison": number}
        with world.app.app_context():
            return browsers[one].client.post(f"/members/{newcomer.id}/vouch", data=form).status_code

    with ThreadPoolExecutor(2) as pool:
        assert [future.result(timeout=30) for future in [pool.submit(press, one) for one in (0, 1)]] == [303, 303]
    db.session.rollback()
    assert len(facts_keys(newcomer.id, newcomer.seed)) == 1


def test_an_analyst_of_another_organisation_waits_only_where_the_members_trust_theirs(world: World, team: Team) -> None:
    other = world.team()
    member = team.researcher.membership()
    assert other.analyst.id not in {one.account.id for one in admission.waiting(member)}
    admission.decide_trust(member, team.researcher.seed, {other.organisation_id: (KeyKind.FACTS,)})
    found = {one.account.id: one for one in admission.waiting(team.researcher.membership())}
    assert found[other.analyst.id].kinds == (KeyKind.FACTS,)
    assert found[other.advocate.id].kinds == (KeyKind.FACTS,)
    assert other.researcher.id not in found


def test_an_outsider_who_was_vouched_for_counts_facts_and_opens_no_case(world: World, team: Team) -> None:
    other = world.team()
    records.create(keys_of(team.researcher.id, team.organisation_id, team.researcher.seed), [documents.document()])
    world.admit(team.researcher, other.analyst)
    assert frame(facts_keys(other.analyst.id, other.analyst.seed)).rows.height > 0
    assert cases_of(other.analyst) == 0


def test_members_says_in_words_who_is_not_of_their_organisation(world: World, team: Team) -> None:
    stranger = world.person(Role.ANALYST, world.organisation("Fictional Harbour Union"), "stranger")
    trusts = {stranger.organisation_id: (KeyKind.FACTS,)}
    admission.decide_trust(team.researcher.membership(), team.researcher.seed, trusts)
    page = team.researcher.browser().get("/members")
    assert "Not of your organisation" in page
    assert page.index("stranger") < page.index("Fictional Harbour Union")


def test_members_lists_everyone_who_holds_keys_and_what_they_open(world: World, team: Team) -> None:
    other = world.team()
    world.admit(team.researcher, other.analyst)
    services.set_disabled(team.analyst.id, disabled=True)
    held = {row.account.username: row.kinds for row in policy.picture(team.organisation_id).rows}
    assert held == {
        team.researcher.username: set(keyring.KEYS),
        team.second_researcher.username: set(keyring.KEYS),
        team.analyst.username: {KeyKind.FACTS},
        team.advocate.username: {KeyKind.FACTS, KeyKind.SUMMARIES},
        other.analyst.username: {KeyKind.FACTS},
    }
    page = team.researcher.browser().get("/members")
    for name in held:
        assert name in page
    assert page.count('aria-label="holds: every case"') == 2
    assert page.count('aria-label="holds: coded facts"') == 5
    assert page.count(">disabled<") == 1
    assert other.researcher.username not in page


# ---- who cannot ----


def test_whom_nobody_has_vouched_for_cannot_vouch(world: World, team: Team) -> None:
    first, second = colleague(world, team), colleague(world, team)
    first.browser().post(f"/members/{second.id}/vouch", {"comparison": second.comparison()}, status=403)
    with pytest.raises(keyring.NothingToHandOn):
        first.membership()


@pytest.mark.parametrize("number", ["", "0000", "0000 " * 8])
def test_a_number_that_was_not_compared_is_refused(world: World, team: Team, number: str) -> None:
    newcomer = colleague(world, team)
    team.researcher.browser().post(f"/members/{newcomer.id}/vouch", {"comparison": number}, status=409)
    assert team.researcher.membership().roster()[0].waiting == {}


@pytest.mark.parametrize("field", ["role", "kinds", "organisation_id", "account_id", "needed", "vouchers"])
def test_no_parameter_of_vouching_gives_an_analyst_more_than_facts(world: World, team: Team, field: str) -> None:
    analyst = colleague(world, team, Role.ANALYST)
    for member in (team.researcher, team.second_researcher):
        form = {"comparison": analyst.comparison(), field: "organisation"}
        member.browser().post(f"/members/{analyst.id}/vouch", form, status=303)
    kinds = {key.kind for key in db.session.scalars(select(Key).join(Grant).where(Grant.account_id == analyst.id))}
    assert kinds == {KeyKind.FACTS}


def test_an_administrator_a_disabled_one_and_one_not_set_up_are_never_vouched_for(world: World, team: Team) -> None:
    disabled = colleague(world, team)
    number = disabled.comparison()
    services.set_disabled(disabled.id, disabled=True)
    with writing(db.session):
        organisation = db.session.get_one(Organisation, team.organisation_id)
        invited_id = invitations.add_account("newcomer", Role.RESEARCHER, organisation)[0].id
    browser = team.researcher.browser()
    for account_id in (team.administrator.id, disabled.id, invited_id, team.researcher.id, "0" * 32):
        browser.post(f"/members/{account_id}/vouch", {"comparison": number}, status=404)
        assert account_id not in team.researcher.membership().roster()[0].waiting


# ---- an administrator who can edit every row ----


def attacker() -> Seed:
    return Seed.random()


def put(person: Person, **columns: object) -> None:
    with writing(db.session):
        db.session.execute(update(Account).where(Account.id == person.id).values(**columns))


def test_a_public_key_that_was_swapped_after_the_comparison_is_not_sealed_to(world: World, team: Team) -> None:
    newcomer = colleague(world, team)
    number = newcomer.comparison()
    put(newcomer, public_key_bytes=attacker().public_key().raw)
    with pytest.raises(comparing.Different):
        vouch(team.researcher, newcomer, number)


def test_a_public_key_that_was_swapped_between_two_vouches_begins_them_anew(world: World, team: Team) -> None:
    newcomer = colleague(world, team)
    vouch(team.researcher, newcomer)
    thief = attacker()
    put(newcomer, public_key_bytes=thief.public_key().raw)
    # The second member compares with the thief, who answers to the newcomer's name: one vouch of two.
    member = team.second_researcher.membership()
    number = comparing.comparison_with(member.stated.identity, newcomer.account)
    assert vouch(team.second_researcher, newcomer, number).vouchers == (team.second_researcher.id,)
    assert db.session.scalar(select(func.count()).select_from(Grant).where(Grant.account_id == newcomer.id)) == 0


def test_a_role_that_was_changed_after_the_comparison_gives_nothing_more(world: World, team: Team) -> None:
    analyst = colleague(world, team, Role.ANALYST)
    number = analyst.comparison()
    put(analyst, role=Role.RESEARCHER)
    with pytest.raises(comparing.Different):
        vouch(team.researcher, analyst, number)
    put(team.analyst, role=Role.RESEARCHER)
    assert cases_of(team.analyst) == 0
    team.analyst.browser().get("/cases", status=403)


def test_a_roster_that_was_written_without_the_key_is_not_believed(world: World, team: Team) -> None:
    """A forged vouch, and a policy of one."""
    newcomer = colleague(world, team)
    forged = Entry(
        role="researcher", digest=newcomer.seed.public_key().digest(), kinds=(), vouchers=(team.second_researcher.id,)
    )
    roster = Roster(vouches=1, waiting={newcomer.id: forged})
    with writing(db.session):
        row = db.session.get_one(StoredRoster, team.organisation_id)
        own = OrganisationKey(secrets.token_bytes(32), row.key_id, team.organisation_id, 1)
        row.sealed = seal_roster(own, roster, row.version).sealed
    team.researcher.browser().post(f"/members/{newcomer.id}/vouch", {"comparison": "x"}, status=500)
    assert cases_of(newcomer) == 0


def test_a_roster_that_is_put_back_or_deleted_is_not_believed(world: World, team: Team) -> None:
    before = db.session.get_one(StoredRoster, team.organisation_id)
    kept = (before.version, before.sealed)
    vouch(team.researcher, colleague(world, team))
    with writing(db.session):
        row = db.session.get_one(StoredRoster, team.organisation_id)
        row.version, row.sealed = kept
    with pytest.raises(RolledBack):
        team.researcher.membership().roster()
    with writing(db.session):
        db.session.delete(db.session.get_one(StoredRoster, team.organisation_id))
    with pytest.raises(RolledBack):
        team.researcher.membership().roster()


def slip_in(team: Team, seed: Seed, *, statement: bool = False) -> None:
    """A whole new epoch of keys that the attacker knows, sealed to every member, all in the proper form."""
    with writing(db.session):
        rows = list(db.session.scalars(select(Key).where(Key.organisation_id == team.organisation_id)))
        organisation = Key(organisation_id=team.organisation_id, kind=KeyKind.ORGANISATION, epoch=2)
        db.session.add(organisation)
        db.session.flush()
        own = OrganisationKey(seed.raw, organisation.id, team.organisation_id, 2)
        identity = Identity(own)
        if statement:
            db.session.add(keyring.statement_row(state(team.organisation_id, 2, identity, identity)))
        for member in (team.researcher, team.second_researcher):
            public = member.account.public_key
            assert public is not None
            keyring.grant(own, KeyKind.ORGANISATION, member.id, public, identity)
            for row in rows:
                if statement and row.kind is not KeyKind.ORGANISATION:
                    fake = keyring.KEYS[row.kind](seed.raw, row.id, row.organisation_id, row.epoch)
                    keyring.grant(fake, row.kind, member.id, public, identity)


@pytest.mark.parametrize("statement", [False, True])
def test_a_key_that_was_slipped_in_is_never_saved_under(team: Team, *, statement: bool) -> None:
    """Waiting for a save: the attacker's newer key must not be taken for the organisation's."""
    slip_in(team, attacker(), statement=statement)
    person = team.researcher
    with pytest.raises(NotBelieved):
        keys_of(person.id, team.organisation_id, person.seed)


def test_a_swapped_statement_of_the_first_epoch_is_not_believed(team: Team) -> None:
    own = Identity(OrganisationKey(attacker().raw, "0" * 32, team.organisation_id, 1))
    with writing(db.session):
        db.session.delete(db.session.get_one(Statement, (team.organisation_id, 1)))
        db.session.flush()
        db.session.add(keyring.statement_row(state(team.organisation_id, 1, own)))
    for person in (team.researcher, team.analyst):
        with pytest.raises(NotBelieved):
            held(keyring.KEYS, person.id, person.seed)


def test_an_invitation_names_the_organisations_key_and_no_other_is_taken_at_set_up(team: Team) -> None:
    with writing(db.session):
        organisation = db.session.get_one(Organisation, team.organisation_id)
        _account, code = invitations.add_account("newcomer", Role.FIELD_WORKER, organisation)
    own = Identity(OrganisationKey(attacker().raw, "0" * 32, team.organisation_id, 1))
    with writing(db.session):
        db.session.delete(db.session.get_one(Statement, (team.organisation_id, 1)))
        db.session.flush()
        db.session.add(keyring.statement_row(state(team.organisation_id, 1, own)))
    with pytest.raises(invitations.AnotherOrganisation):
        services.set_up("newcomer", code, PASSPHRASE)
    assert db.session.scalar(select(func.count()).select_from(StoredMemory)) == 6


def test_a_newcomer_whose_pin_was_swapped_has_another_number_than_the_members(world: World) -> None:
    """Two founders are invited before there are keys: what the second takes from the database is what they compare."""
    organisation_id = world.organisation().id
    organisation = db.session.get_one(Organisation, organisation_id)
    founder = world.person(Role.RESEARCHER, organisation)
    second = world.person(Role.RESEARCHER, db.session.get_one(Organisation, organisation_id))
    own = Identity(OrganisationKey(attacker().raw, "0" * 32, organisation_id, 1))
    with writing(db.session):
        db.session.execute(update(Statement).values(identity=own.public))
    with pytest.raises(NotBelieved):
        second.comparison()
    with pytest.raises(NotBelieved):
        founder.membership()


def test_an_account_without_its_memory_opens_nothing(team: Team) -> None:
    with writing(db.session):
        db.session.delete(db.session.get_one(StoredMemory, team.researcher.id))
    assert cases_of(team.researcher) == 0


def test_who_is_of_another_organisation_reads_their_number_for_this_one(world: World, team: Team) -> None:
    other = world.team("Fictional Harbour Union")
    trusts = {other.organisation_id: (KeyKind.FACTS,)}
    admission.decide_trust(team.researcher.membership(), team.researcher.seed, trusts)
    browser = other.analyst.browser()
    assert "Show my number for" in browser.get("/account/numbers")
    browser.post(f"/account/numbers/{team.organisation_id}", status=303)
    browser.post(f"/account/numbers/{'0' * 32}", status=404)
    page = browser.get("/account/numbers")
    number = comparing.comparison_with(team.researcher.membership().stated.identity, other.analyst.account)
    assert number in page
    assert number in team.researcher.browser().get("/members")
    for member in (team.researcher, team.second_researcher):
        vouch(member, other.analyst, number)
    assert len(facts_keys(other.analyst.id, other.analyst.seed)) == 2


def test_an_organisation_whose_key_was_changed_since_it_was_seen_has_no_number(world: World, team: Team) -> None:
    other = world.team()
    browser = other.analyst.browser()
    browser.post(f"/account/numbers/{team.organisation_id}", status=303)
    own = Identity(OrganisationKey(attacker().raw, "0" * 32, team.organisation_id, 1))
    with writing(db.session):
        db.session.delete(db.session.get_one(Statement, (team.organisation_id, 1)))
        db.session.flush()
        db.session.add(keyring.statement_row(state(team.organisation_id, 1, own)))
    assert "Its key was changed" in browser.get("/account/numbers")


# ---- somebody who was begun anew, and vouchers who are gone ----


def begun_anew(person: Person) -> None:
    """An administrator resets them, and they make new keys."""
    code = administration.reset(person.id).code
    services.set_up(person.username, code, PASSPHRASE)


def test_what_somebody_knew_before_a_reset_is_made_worthless_before_anybody_vouches(team: Team) -> None:
    person = team.second_researcher
    begun_anew(person)
    with pytest.raises(admission.OldKeysFirst):
        vouch(team.researcher, person)
    assert "Take the old keys back" in team.researcher.browser().get("/members")
    old = team.researcher.membership().organisation.id
    rotation.revoke(team.researcher.membership(), team.researcher.seed, person.id, "begun anew")
    vouch(team.researcher, person)
    assert team.researcher.membership().organisation.id != old
    assert person.membership().organisation.id != old


def test_more_trust_takes_nothing_away_that_was_given_otherwise(world: World, team: Team) -> None:
    other = world.team()
    world.admit(team.researcher, other.advocate)
    with writing(db.session):
        roster, version = team.researcher.membership().roster()
        entry = roster.members[other.advocate.id]
        less = entry.model_copy(update={"kinds": (KeyKind.FACTS, KeyKind.AUDIT)})
        changed = roster.model_copy(update={"members": roster.members | {other.advocate.id: less}})
        keyring.write_roster(team.researcher.membership(), changed, version, team.researcher.seed)
    world.admit(team.researcher, other.advocate)
    kinds = team.researcher.membership().roster()[0].members[other.advocate.id].kinds
    assert set(kinds) == {KeyKind.FACTS, KeyKind.AUDIT, KeyKind.SUMMARIES}


def test_the_vouch_of_somebody_who_was_disabled_since_counts_no_more(world: World, team: Team) -> None:
    newcomer = colleague(world, team)
    vouch(team.second_researcher, newcomer)
    services.set_disabled(team.second_researcher.id, disabled=True)
    assert vouch(team.researcher, newcomer).vouchers == (team.researcher.id,)
    assert cases_of(newcomer) == 0


def test_a_code_that_names_a_key_is_refused_where_the_statements_are_hidden(team: Team) -> None:
    with writing(db.session):
        organisation = db.session.get_one(Organisation, team.organisation_id)
        _account, code = invitations.add_account("newcomer", Role.FIELD_WORKER, organisation)
        db.session.delete(db.session.get_one(Statement, (team.organisation_id, 1)))
    with pytest.raises(invitations.AnotherOrganisation):
        services.set_up("newcomer", code, PASSPHRASE)


def test_an_invitation_never_names_a_key_that_the_administrator_cannot_follow_to(team: Team) -> None:
    own = Identity(OrganisationKey(attacker().raw, "0" * 32, team.organisation_id, 1))
    browser = team.administrator.browser()
    with writing(db.session):
        db.session.add(keyring.statement_row(state(team.organisation_id, 2, own, own)))
    form = {"username": "newcomer", "role": "field_worker", "organisation": team.organisation_id}
    assert "a key was changed" in browser.post("/accounts/invite", form, status=403)
    assert invitations.find("newcomer") is None


def test_a_roster_that_a_colleague_has_seen_at_log_in_cannot_be_put_back_for_them(world: World, team: Team) -> None:
    before = db.session.get_one(StoredRoster, team.organisation_id)
    kept = (before.version, before.sealed)
    vouch(team.researcher, colleague(world, team))
    comparing.look(team.second_researcher.id, team.organisation_id, team.second_researcher.seed)
    with writing(db.session):
        row = db.session.get_one(StoredRoster, team.organisation_id)
        row.version, row.sealed = kept
    with pytest.raises(RolledBack):
        team.second_researcher.membership().roster()
