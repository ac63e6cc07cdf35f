"""After somebody left: they open nothing new, everybody else opens everything, and the old keys are gone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select, update

from incidents.accounts.models import Account, Organisation, StoredSession
from incidents.database import writing
from incidents.errors import Forbidden, NotFound
from incidents.extensions import db
from incidents.facts.models import FrameDelta, FrameSnapshot
from incidents.facts.services import frame
from incidents.keyring import services as keyring
from incidents.keyring.envelope import SecretKey
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.grants import grant, held
from incidents.keyring.identity import Identity
from incidents.keyring.models import Grant, Key, KeyKind, Statement, StoredRoster
from incidents.keyring.people import Seed
from incidents.keyring.roster import RolledBack, Roster, seal_roster
from incidents.records import index
from incidents.records import services as records
from incidents.records.index import CaseQuery
from incidents.records.keys import keys_of as opened_keys
from incidents.records.models import RevisionKey
from incidents.rotation import rewrapping, services
from incidents.rotation.rewrapping import AT_ONCE, GO_WITH_IT, HANGING
from incidents.stories import services as stories
from incidents.stories.services import Story
from tests.factories import documents
from tests.factories.world import organisation_keys

if TYPE_CHECKING:
    from incidents.records.keys import CaseKeys
    from tests.factories.world import Person, Team, World

CASES = 5
STORY = "5" * 32


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def keys_of(person: Person) -> CaseKeys:
    return opened_keys(person.id, person.organisation_id, person.seed)


def populate(team: Team) -> list[str]:
    """Cases with two revisions, a story and an entry of the access list."""
    keys = keys_of(team.researcher)
    cases = [documents.document() for _ in range(CASES)]
    records.create(keys, cases)
    for case in cases[:2]:
        records.update(keys, case, expected=1)
    with writing(db.session):
        stories.give(keys.summaries, STORY, Story("REF-1", "a fictional story"))
    records.open_identity(keys, cases[0].incident.id, "to see who is meant")
    return [case.incident.id for case in cases]


def revoke(by: Person, whom: Person) -> None:
    services.revoke(by.membership(), by.seed, whom.id, "left the network")
    assert services.advance(by.membership())


def opens(person: Person, cases: list[str]) -> int:
    """How many revisions somebody opens, through their own session's way."""
    keys = keys_of(person)
    found = 0
    for case in cases:
        for revision in records.revisions(keys, case):
            records.open_account(keys, case, revision)
            found += 1
    return found


def counted(person: Person) -> int:
    return frame(facts_keys(person.id, person.seed)).rows["case"].n_unique()


def stored(model: type[Key | Grant | RevisionKey]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


# ---- what it is for ----


def test_who_was_revoked_opens_nothing_and_everybody_else_everything(team: Team) -> None:
    cases = populate(team)
    before = opens(team.second_researcher, cases)
    revoke(team.second_researcher, team.researcher)
    with pytest.raises(Forbidden):
        keys_of(team.researcher)
    assert opens(team.second_researcher, cases) == before == CASES + 2
    assert index.find(keys_of(team.second_researcher).organisation, CaseQuery()).total == CASES
    assert records.log_entries(keys_of(team.second_researcher))
    assert counted(team.analyst) == counted(team.advocate) == counted(team.second_researcher) == CASES
    assert [story.text for story in stories.received(team.advocate.id, team.advocate.seed, documents.TODAY)] == [
        "a fictional story"
    ]


def test_their_sessions_end_at_once(team: Team) -> None:
    browser = team.researcher.browser()
    services.revoke(team.second_researcher.membership(), team.second_researcher.seed, team.researcher.id, "left")
    browser.get("/cases", status=401)
    assert db.session.scalar(select(func.count(StoredSession.id))) == 0


def test_the_keys_that_they_knew_open_no_row_any_more(team: Team) -> None:
    """What they kept in their head or on a disk: every key they held, tried on the database as it is now."""
    populate(team)
    known = held(keyring.KEYS, team.researcher.id, team.researcher.seed).keys
    revoke(team.second_researcher, team.researcher)
    for row in db.session.scalars(select(RevisionKey)):
        assert row.key_id not in {key.id for key in known}
    remaining = set(db.session.scalars(select(Key.id)))
    assert {key.id for key in known if key.id in remaining} == {
        key.id for key in known if isinstance(key, keyring.AuditKey)
    }
    for model in (FrameSnapshot, FrameDelta):
        assert not set(db.session.scalars(select(model.key_id))) & {key.id for key in known}


def test_an_analyst_whose_grant_is_taken_back_counts_nothing_and_the_others_go_on(team: Team) -> None:
    populate(team)
    old = facts_keys(team.analyst.id, team.analyst.seed)
    revoke(team.researcher, team.analyst)
    assert facts_keys(team.analyst.id, team.analyst.seed) == []
    assert counted(team.advocate) == CASES
    assert facts_keys(team.advocate.id, team.advocate.seed)[0].id != old[0].id


def test_taking_back_one_kind_leaves_the_others(team: Team) -> None:
    populate(team)
    by = team.researcher
    services.take_back(by.membership(), by.seed, team.advocate.id, [KeyKind.SUMMARIES], "no stories any more")
    assert services.advance(by.membership())
    assert stories.received(team.advocate.id, team.advocate.seed, documents.TODAY) == []
    assert counted(team.advocate) == CASES


def test_old_log_entries_stay_readable_to_those_who_stay(team: Team) -> None:
    revoke(team.second_researcher, team.researcher)
    kinds = [type(key) for key in team.second_researcher.membership().keys]
    assert kinds.count(keyring.AuditKey) == 2


def test_a_rotation_without_a_reason_to_leave_keeps_everybody(team: Team) -> None:
    cases = populate(team)
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    assert services.advance(team.researcher.membership())
    assert opens(team.researcher, cases) == opens(team.second_researcher, cases) == CASES + 2
    assert team.researcher.membership().stated.epoch == 2


def test_three_rotations_one_upon_the_other_are_followed_by_who_was_away(team: Team) -> None:
    cases = populate(team)
    for number in range(3):
        services.rotate(team.researcher.membership(), team.researcher.seed, str(number))
    assert services.advance(team.researcher.membership())
    assert opens(team.second_researcher, cases) == CASES + 2
    assert counted(team.analyst) == CASES
    assert stored(Statement) == 4  # type: ignore[arg-type]
    assert sorted(db.session.scalars(select(Key.epoch).where(Key.kind == KeyKind.ORGANISATION))) == [4]


def test_who_was_disabled_or_has_other_keys_than_were_compared_is_sealed_nothing(world: World, team: Team) -> None:
    """An administrator swaps an analyst's public key and waits for a rotation."""
    thief = Seed.random()
    with writing(db.session):
        db.session.execute(
            update(Account).where(Account.id == team.analyst.id).values(public_key_bytes=thief.public_key().raw)
        )
        db.session.execute(update(Account).where(Account.id == team.advocate.id).values(disabled=True))
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    assert world
    for person in (team.analyst, team.advocate):
        assert db.session.scalar(select(func.count(Grant.key_id)).where(Grant.account_id == person.id)) == 0
    roster, _version = team.researcher.membership().roster()
    assert set(roster.members) == {team.researcher.id, team.second_researcher.id, team.field_worker.id}


def test_a_grant_that_the_roster_does_not_know_goes_at_the_next_rotation(team: Team) -> None:
    with writing(db.session):
        key = db.session.scalars(select(Key).where(Key.kind == KeyKind.FACTS)).one()
        db.session.add(Grant(key_id=key.id, account_id=team.administrator.id, sealed=b"x", signature=b"x"))
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    assert db.session.scalar(select(func.count()).where(Grant.account_id == team.administrator.id)) == 0


# ---- who may ----


def test_nobody_takes_back_their_own_keys(team: Team) -> None:
    with pytest.raises(services.OwnGrant):
        services.revoke(team.researcher.membership(), team.researcher.seed, team.researcher.id, "tired")


def test_somebody_whom_the_roster_does_not_know_cannot_be_revoked(team: Team) -> None:
    with pytest.raises(NotFound):
        services.revoke(team.researcher.membership(), team.researcher.seed, team.administrator.id, "x")
    assert stored(Key) == 4


def test_who_was_revoked_cannot_undo_it(team: Team) -> None:
    """They held the organisation key: a roster and grants made with it are of the epoch before."""
    membership, seed = team.researcher.membership(), team.researcher.seed
    revoke(team.second_researcher, team.researcher)
    public = team.researcher.account.public_key
    assert public
    with writing(db.session):
        db.session.add(Key(id=membership.organisation.id, organisation_id=team.organisation_id, kind="organisation"))
        db.session.flush()
        grant(membership.organisation, KeyKind.ORGANISATION, team.researcher.id, public, membership.identity)
    with pytest.raises(Forbidden):
        keyring.member(team.researcher.id, team.organisation_id, seed)


# ---- a former member, or an analyst, with somebody who writes to the database ----


def spoilt(incident_id: str) -> None:
    """A row that does not open any more, so that the old key stays."""
    with writing(db.session):
        db.session.execute(update(RevisionKey).where(RevisionKey.incident_id == incident_id).values(wrapped=b"\x01x"))


def test_a_roster_under_a_key_of_before_is_not_believed(team: Team) -> None:
    """A leaver knows that key, and keeps it alive by spoiling a row."""
    cases = populate(team)
    leaver = team.researcher.membership()
    entry = leaver.roster()[0].members[team.researcher.id]
    spoilt(cases[0])
    services.revoke(team.second_researcher.membership(), team.second_researcher.seed, team.researcher.id, "left")
    assert not services.advance(team.second_researcher.membership())
    with writing(db.session):
        row = db.session.get_one(StoredRoster, team.organisation_id)
        forged = seal_roster(leaver.organisation, Roster(members={team.researcher.id: entry}), row.version + 9)
        row.key_id, row.version, row.sealed = forged.key_id, forged.version, forged.sealed
    with pytest.raises(RolledBack):
        services.rotate(team.second_researcher.membership(), team.second_researcher.seed, "once a year")


def test_a_roster_of_before_an_analyst_was_revoked_is_not_believed_by_a_colleague_who_was_away(team: Team) -> None:
    before = db.session.get_one(StoredRoster, team.organisation_id)
    kept = (before.key_id, before.version, before.sealed)
    revoke(team.researcher, team.analyst)
    with writing(db.session):
        row = db.session.get_one(StoredRoster, team.organisation_id)
        db.session.add(Key(id=kept[0], organisation_id=team.organisation_id, kind=KeyKind.ORGANISATION, epoch=1))
        db.session.flush()
        row.key_id, row.version, row.sealed = kept
    with pytest.raises((RolledBack, keyring.StaleRoster)):
        services.rotate(team.second_researcher.membership(), team.second_researcher.seed, "once a year")


def test_a_facts_key_of_before_that_is_put_back_with_its_grants_is_not_believed(team: Team) -> None:
    rows = list(
        db.session.execute(select(Grant, Key).join(Key, Key.id == Grant.key_id).where(Key.kind == KeyKind.FACTS)).all()
    )
    kept = [(key.id, row.account_id, row.sealed, row.signature) for row, key in rows]
    revoke(team.researcher, team.analyst)
    with writing(db.session):
        db.session.add(Key(id=kept[0][0], organisation_id=team.organisation_id, kind=KeyKind.FACTS, epoch=9))
        db.session.flush()
        for key_id, account_id, sealed, signature in kept:
            db.session.add(Grant(key_id=key_id, account_id=account_id, sealed=sealed, signature=signature))
    with pytest.raises(Forbidden):
        keys_of(team.second_researcher)


def test_whoever_is_dropped_because_they_were_disabled_has_lost_all_that_they_knew(team: Team) -> None:
    known = {key.id for key in team.second_researcher.membership().keys}
    with writing(db.session):
        db.session.execute(update(Account).where(Account.id == team.second_researcher.id).values(disabled=True))
    services.take_back(
        team.researcher.membership(), team.researcher.seed, team.advocate.id, [KeyKind.SUMMARIES], "no stories"
    )
    assert services.advance(team.researcher.membership())
    newest = team.researcher.membership()
    assert not {newest.newest(kind).id for kind in keyring.KEYS} & known


# ---- while others work ----


def test_a_member_whom_a_rotation_has_passed_is_asked_to_repeat_and_not_alarmed(team: Team) -> None:
    one = team.second_researcher.membership()
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    with pytest.raises(keyring.StaleRoster):
        one.roster()
    assert team.second_researcher.membership().roster()


def test_a_save_under_keys_that_were_opened_before_is_sealed_under_the_new(team: Team) -> None:
    keys = keys_of(team.second_researcher)
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    case = documents.document()
    records.create(keys, [case])
    assert records.update(keys, case, expected=1) == 2
    newest = team.researcher.membership().organisation.id
    assert set(db.session.scalars(select(RevisionKey.key_id))) == {newest}
    assert counted(team.analyst) == 1


def test_a_case_that_was_moved_meanwhile_opens_with_keys_that_were_opened_before(team: Team) -> None:
    cases = populate(team)
    keys = keys_of(team.second_researcher)
    revoke(team.second_researcher, team.analyst)
    services.rotate(team.second_researcher.membership(), team.second_researcher.seed, "once a year")
    assert services.advance(team.second_researcher.membership())
    assert records.open_account(keys, cases[0]).revision == 2


def test_between_beginning_and_end_everything_opens(team: Team) -> None:
    cases = populate(team)
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    assert opens(team.researcher, cases) == opens(team.second_researcher, cases) == CASES + 2
    assert counted(team.analyst) == CASES
    assert services.unfinished(team.researcher.membership())


def test_saves_carry_a_rotation_on_to_its_end(team: Team) -> None:
    populate(team)
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    for _ in range(8):
        records.create(keys_of(team.second_researcher), [documents.document()])
    assert services.unfinished(team.researcher.membership()) == []


def test_a_newcomer_who_is_let_in_meanwhile_opens_what_was_not_moved_yet(world: World, team: Team) -> None:
    cases = populate(team)
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    newcomer = world.person(team.researcher.role, db.session.get_one(Organisation, team.organisation_id))
    world.admit(team.researcher, newcomer)
    assert opens(newcomer, cases) == CASES + 2


def test_saves_while_batches_run_lose_nothing(world: World, team: Team) -> None:
    cases = populate(team)
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    more = [documents.document() for _ in range(20)]

    def save() -> None:
        with world.app.app_context():
            for case in more:
                records.create(keys_of(team.second_researcher), [case])

    thread = threading.Thread(target=save)
    thread.start()
    while not services.advance(team.researcher.membership(), patience=0):
        pass
    thread.join(60)
    db.session.rollback()
    every = [*cases, *(case.incident.id for case in more)]
    assert opens(team.researcher, every) == CASES + 2 + 20
    assert counted(team.analyst) == CASES + 20
    assert index.find(keys_of(team.researcher).organisation, CaseQuery()).total == CASES + 20


# ---- what hangs on a key ----


def test_every_table_that_refers_to_a_key_is_either_moved_or_goes_with_it(team: Team) -> None:
    """A kind of row that is added later fails here until rotation knows it."""
    assert team
    audit_and_shares = {"audit_entry", "share"}
    named = {one.table.name for one in HANGING} | {table.name for table in (*AT_ONCE, *GO_WITH_IT)}
    assert {table.name for table in rewrapping.tables()} == named | audit_and_shares


def test_a_key_on_which_something_hangs_is_not_deleted(team: Team) -> None:
    populate(team)
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    old = services.unfinished(team.researcher.membership())
    for key in old:
        if isinstance(key, type(team.researcher.membership().organisation)):
            with writing(db.session):
                assert not rewrapping.retire(team.organisation_id, key.id)
            assert db.session.get(Key, key.id) is not None


def test_a_row_that_does_not_open_stays_and_keeps_its_key_and_nothing_else(team: Team) -> None:
    cases = populate(team)
    with writing(db.session):
        db.session.execute(
            update(RevisionKey).where(RevisionKey.incident_id == cases[-1]).values(wrapped=b"\x01spoilt")
        )
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    assert not services.advance(team.researcher.membership())
    assert len(services.unfinished(team.researcher.membership())) == 1
    assert opens(team.second_researcher, cases[:-1]) == CASES + 1
    with writing(db.session):
        db.session.execute(delete(RevisionKey).where(RevisionKey.incident_id == cases[-1]))
    assert services.advance(team.researcher.membership())


def test_an_identity_follows_from_its_key_and_from_nothing_else() -> None:
    one, other = SecretKey.random(), SecretKey.random()
    assert Identity(one).public == Identity(SecretKey(one.raw)).public != Identity(other).public
    assert Identity(one).intake.raw != Identity(other).intake.raw


def test_the_grants_of_a_rotation_are_signed_by_the_new_identity_alone(team: Team) -> None:
    services.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    assert len(organisation_keys(team.second_researcher.id, team.second_researcher.seed)) == 2
    with writing(db.session):
        db.session.execute(delete(Statement).where(Statement.epoch == 2))
    with pytest.raises(Forbidden):
        organisation_keys(team.second_researcher.id, team.second_researcher.seed)
