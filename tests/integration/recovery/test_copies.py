"""Copies of an organisation's keys for its trustees: sealed where the roster says, believed where the papers say."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from incidents.database import writing
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.envelope import Unopenable
from incidents.keyring.facts_door import FactsKey
from incidents.keyring.grants import new_key
from incidents.keyring.identity import Identity, NotBelieved, state
from incidents.keyring.models import Key, KeyKind, RecoveryCopy, Statement
from incidents.keyring.people import PublicKey, Seed
from incidents.recovery import copies, services
from incidents.recovery.copies import NoCopy
from incidents.recovery.models import Share

if TYPE_CHECKING:
    from incidents.recovery.services import Sheet
    from tests.factories.world import Team, World

NAMES = ["A fictional lawyer", "A fictional doctor", "A fictional aunt"]


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def named(team: Team, needed: int = 2) -> list[Sheet]:
    researcher = team.researcher
    return services.name_trustees(researcher.membership(), researcher.seed, NAMES, needed)


def key_of(sheets: list[Sheet]) -> services.RecoveryKey:
    return services.recovery_key(sheets[0].organisation)


def opened_with(sheets: list[Sheet]) -> copies.Opened:
    key = key_of(sheets)
    papers = dict(services.open_paper(key, " ".join(sheet.paper.words)) for sheet in sheets)
    return services.open_organisation(key, papers)


def copy_of(kind: KeyKind) -> RecoveryCopy:
    row = db.session.scalar(
        select(RecoveryCopy)
        .join(Key, Key.id == RecoveryCopy.key_id)
        .where(Key.kind == kind)
        .order_by(Key.epoch.desc())
        .limit(1)
    )
    assert row is not None
    return row


def test_every_key_of_the_organisation_is_copied_and_opens_with_the_papers(team: Team) -> None:
    sheets = named(team)
    opened = opened_with(sheets[:2])
    held = team.researcher.membership()
    assert {key.id: key.raw for key in opened.member.keys} == {key.id: key.raw for key in held.keys}
    assert len(opened.member.keys) == 4
    assert opened.left_out == 0
    assert opened.member.roster()[0].recovery is not None


def test_naming_again_destroys_the_key_the_shares_and_the_copies_before(team: Team) -> None:
    old = named(team)
    old_id = key_of(old).id
    new = named(team)
    assert key_of(new).id != old_id
    for query in (
        select(func.count()).select_from(Key).where(Key.id == old_id),
        select(func.count()).select_from(Share).where(Share.recovery_id == old_id),
        select(func.count()).select_from(RecoveryCopy).where(RecoveryCopy.recovery_id == old_id),
    ):
        assert db.session.scalar(query) == 0
    with pytest.raises(services.WrongPaper):
        services.open_paper(key_of(new), " ".join(old[0].paper.words))


def test_a_paper_of_another_organisation_opens_nothing(team: Team, world: World) -> None:
    theirs = named(world.team())
    mine = named(team)
    with pytest.raises(services.WrongPaper):
        services.open_paper(key_of(mine), " ".join(theirs[0].paper.words))


def test_a_recovery_key_that_was_swapped_in_the_database_is_not_sealed_to(team: Team) -> None:
    """An administrator puts a key of their own there and waits for a rotation."""
    sheets = named(team)
    recovery_id = key_of(sheets).id
    theirs = Seed.random()
    with writing(db.session):
        db.session.get_one(Key, recovery_id).public = theirs.public_key().raw
    one = team.researcher.membership()
    roster, _version = one.roster()
    with writing(db.session):
        fresh = new_key(FactsKey, KeyKind.FACTS, team.organisation_id, 2)
        copies.copy_keys(one, roster, [fresh])
    rows = db.session.execute(select(Key, RecoveryCopy.sealed).join(RecoveryCopy, RecoveryCopy.key_id == Key.id)).all()
    assert len(rows) == 5
    for row, sealed in rows:
        with pytest.raises(Unopenable):
            theirs.open_sealed(sealed, "recovery-copy", row.id, recovery_id, row.organisation_id, row.epoch, row.kind)
    with pytest.raises(services.NotTheKey):
        opened_with(sheets[:2])
    with writing(db.session):
        public = one.roster()[0].recovery
        assert public is not None
        db.session.get_one(Key, recovery_id).public = base64.b64decode(public.public)
    assert fresh.raw in {key.raw for key in opened_with(sheets[:2]).member.keys}


def test_fresh_keys_of_a_rotation_are_copied_and_old_copies_signed_anew(team: Team) -> None:
    sheets = named(team)
    one = team.researcher.membership()
    roster, _version = one.roster()
    with writing(db.session):
        fresh = new_key(OrganisationKey, KeyKind.ORGANISATION, team.organisation_id, 2)
        db.session.add(keyring.statement_row(state(team.organisation_id, 2, Identity(fresh), before=one.identity)))
        copies.copy_keys(one, roster, [fresh])
    opened = opened_with(sheets[1:])
    assert opened.member.organisation.raw == fresh.raw
    assert (len(opened.member.keys), opened.left_out) == (5, 0)


def test_without_trustees_nothing_is_copied(team: Team) -> None:
    one = team.researcher.membership()
    with writing(db.session):
        copies.copy_keys(one, one.roster()[0], ())
    assert db.session.scalar(select(func.count()).select_from(RecoveryCopy)) == 0


def test_a_recovery_key_whose_row_is_gone_does_not_keep_members_from_rotating(team: Team) -> None:
    named(team)
    with writing(db.session):
        services._destroy(team.organisation_id)
    one = team.researcher.membership()
    with writing(db.session):
        copies.copy_keys(one, one.roster()[0], ())
    assert db.session.scalar(select(func.count()).select_from(RecoveryCopy)) == 0


# ---- somebody who writes the database, before the trustees meet ----


def swap(sheets: list[Sheet], kind: KeyKind, raw: bytes, identity: Identity) -> None:
    """Put a copy of a key of one's own in the place of the genuine one."""
    recovery = key_of(sheets)
    assert recovery.public is not None
    with writing(db.session):
        row = copy_of(kind)
        key = keyring.KEYS[kind].of(raw, db.session.get_one(Key, row.key_id))
        db.session.merge(copies._copy(key, recovery.id, PublicKey(recovery.public), identity))


def test_a_facts_key_that_was_slipped_in_is_left_out(team: Team) -> None:
    """Or everything counted after the restore would be counted for whoever slipped it in."""
    sheets = named(team)
    mallory = Identity(OrganisationKey(b"m" * 32))
    swap(sheets, KeyKind.FACTS, b"k" * 32, mallory)
    opened = opened_with(sheets[:2])
    assert opened.left_out == 1
    assert b"k" * 32 not in {key.raw for key in opened.member.keys}


def test_a_former_member_cannot_slip_one_in_with_the_identity_they_knew(team: Team) -> None:
    sheets = named(team)
    one = team.researcher.membership()
    with writing(db.session):
        fresh = new_key(OrganisationKey, KeyKind.ORGANISATION, team.organisation_id, 2)
        db.session.add(keyring.statement_row(state(team.organisation_id, 2, Identity(fresh), before=one.identity)))
        copies.copy_keys(one, one.roster()[0], [fresh])
    swap(sheets, KeyKind.FACTS, b"k" * 32, one.identity)
    assert opened_with(sheets[:2]).left_out == 1


def test_an_organisation_of_ones_own_is_not_restored_in_the_place_of_the_true_one(team: Team) -> None:
    sheets = named(team)
    mallory = OrganisationKey(b"m" * 32, organisation_id=team.organisation_id)
    swap(sheets, KeyKind.ORGANISATION, mallory.raw, Identity(mallory))
    forged = state(team.organisation_id, 1, Identity(mallory))
    with writing(db.session):
        db.session.execute(
            update(Statement).values(identity=forged.identity, intake=forged.intake, signature=forged.signature)
        )
    with pytest.raises(NotBelieved):
        opened_with(sheets[:2])


def test_an_organisation_key_of_ones_own_under_the_true_statement_is_not_believed(team: Team) -> None:
    sheets = named(team)
    mallory = OrganisationKey(b"m" * 32)
    swap(sheets, KeyKind.ORGANISATION, mallory.raw, Identity(mallory))
    with pytest.raises(NotBelieved):
        opened_with(sheets[:2])


@pytest.mark.parametrize("place", [0, 1, 40, 1200, -1])
def test_an_altered_copy_is_left_out_and_without_the_organisation_key_nothing_comes_back(
    team: Team, place: int
) -> None:
    sheets = named(team)
    with writing(db.session):
        row = copy_of(KeyKind.ORGANISATION)
        altered = bytearray(row.sealed)
        altered[place] ^= 1
        row.sealed = bytes(altered)
    with pytest.raises(NoCopy):
        opened_with(sheets[:2])


def test_a_copy_that_was_moved_to_another_key_is_left_out(team: Team) -> None:
    sheets = named(team)
    with writing(db.session):
        copy_of(KeyKind.FACTS).sealed = copy_of(KeyKind.SUMMARIES).sealed
    assert opened_with(sheets[:2]).left_out == 1
