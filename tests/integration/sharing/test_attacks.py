"""Whoever writes every row of the database: what they obtain of a shared case, and what they make a reader believe.

They know the public protocol and keys of their own; one has left the partner and knows an organisation key of before.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from incidents.accounts.models import Organisation
from incidents.database import random_id, writing
from incidents.errors import KeysChanged, NotFound
from incidents.extensions import db
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.envelope import Unopenable
from incidents.keyring.identity import Identity, NotBelieved, state
from incidents.keyring.models import Statement
from incidents.keyring.people import PublicKey, Seed
from incidents.keyring.services import statement_row
from incidents.keyring.share_door import open_share, seal_share, slot
from incidents.records import services as records
from incidents.rotation import services as rotation
from incidents.sharing import deciding, partners
from incidents.sharing import services as sharing
from incidents.sharing.models import SharedCase
from tests.factories.sharing import befriend, compare, name_of, opened, share, shareable, wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from incidents.records.schema import CaseDocument
    from tests.factories.world import Team, World

ATTACKER = OrganisationKey(bytes(range(32)), "k", "0" * 32)


@pytest.fixture
def teams(world: World) -> tuple[Team, Team]:
    ours, theirs = world.team(), world.team()
    befriend(ours, theirs)
    return ours, theirs


def swap_the_intake_key(theirs: Team) -> None:
    public = Seed(ATTACKER.raw).public_key().raw
    db.session.execute(
        update(Statement).where(Statement.organisation_id == theirs.organisation_id).values(intake=public)
    )


def swap_the_statement(theirs: Team) -> None:
    db.session.delete(db.session.get_one(Statement, (theirs.organisation_id, 1)))
    db.session.flush()
    db.session.add(statement_row(state(theirs.organisation_id, 1, Identity(ATTACKER))))


def add_a_statement(theirs: Team) -> None:
    db.session.add(statement_row(state(theirs.organisation_id, 2, Identity(ATTACKER), Identity(ATTACKER))))


def delete_the_statement(theirs: Team) -> None:
    db.session.delete(db.session.get_one(Statement, (theirs.organisation_id, 1)))


ATTACKS = pytest.mark.parametrize(
    "attack",
    [swap_the_intake_key, swap_the_statement, add_a_statement, delete_the_statement],
    ids=lambda one: one.__name__,
)


def loot(key: OrganisationKey = ATTACKER) -> int:
    """How many shares open with what somebody knows."""
    found = 0
    for row in db.session.scalars(select(SharedCase)):
        for seed in (Seed(key.raw), Identity(key).intake):
            with suppress(Unopenable):
                open_share(seed.opener(), slot(row.organisation_id, row.id), row.wrapped, row.sealed)
                found += 1
    return found


def saved_again(team: Team, case: CaseDocument) -> None:
    keys = opened(team.researcher)
    now = records.open_for_rules(keys, case.incident.id)
    records.update(keys, now.document, expected=now.revision)


@ATTACKS
def test_nothing_is_shared_with_a_partner_whose_statement_was_changed(
    teams: tuple[Team, Team], attack: Callable[[Team], None]
) -> None:
    ours, theirs = teams
    standing, _ = share(ours, theirs)
    fresh = shareable(name_of(theirs))
    keys = opened(ours.researcher)
    records.create(keys, [fresh])
    with writing(db.session):
        attack(theirs)
    with pytest.raises(NotBelieved):
        deciding.propose(keys, fresh.incident.id, wish(theirs))
    saved_again(ours, standing)
    assert db.session.scalars(select(SharedCase)).all() == []
    assert loot() == 0
    assert partners.other(ours.researcher.membership(), theirs.organisation_id).changed


def test_the_save_itself_goes_on_and_the_share_with_it_once_the_statement_is_back(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case, _ = share(ours, theirs)
    intake = db.session.get_one(Statement, (theirs.organisation_id, 1)).intake
    with writing(db.session):
        swap_the_intake_key(theirs)
    saved_again(ours, case)
    with writing(db.session):
        db.session.get_one(Statement, (theirs.organisation_id, 1)).intake = intake
    saved_again(ours, case)
    assert len(sharing.shared_with_us(opened(theirs.researcher))) == 1


@ATTACKS
def test_a_number_that_is_compared_shows_a_changed_statement(world: World, attack: Callable[[Team], None]) -> None:
    """Before anybody has compared, the server can say anything; but then the two numbers differ."""
    ours, theirs = world.team(), world.team()
    honest = partners.other(theirs.researcher.membership(), ours.organisation_id).number
    with writing(db.session):
        attack(theirs)
    try:
        number = partners.other(ours.researcher.membership(), theirs.organisation_id).number
    except KeysChanged:
        number = None
    assert number != honest or attack is swap_the_intake_key
    if attack is swap_the_intake_key:
        # The identity is the same, and has not signed this.
        assert partners.other(ours.researcher.membership(), theirs.organisation_id).changed


def test_who_left_a_partner_cannot_lead_us_to_their_keys_once_we_have_followed_it(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    leaver = theirs.second_researcher.membership().organisation
    rotation.rotate(theirs.researcher.membership(), theirs.researcher.seed, "somebody left")
    case, _ = share(ours, theirs)
    with writing(db.session):
        # They endorse, with the key that they know, a statement of their own in the place of the true one.
        db.session.delete(db.session.get_one(Statement, (theirs.organisation_id, 2)))
        db.session.flush()
        db.session.add(statement_row(state(theirs.organisation_id, 2, Identity(ATTACKER), Identity(leaver))))
    saved_again(ours, case)
    assert (loot(), loot(leaver)) == (0, 0)


def test_renaming_organisations_shares_with_nobody_whom_the_person_has_not_named(teams: tuple[Team, Team]) -> None:
    """A person agreed to one name; the server now calls another partner by it."""
    ours, theirs = teams
    named, other = name_of(theirs), "A Fictional Union under Another Name"
    case = shareable(other)
    keys = opened(ours.researcher)
    records.create(keys, [case])
    with writing(db.session):
        db.session.get_one(Organisation, theirs.organisation_id).name = other
    with pytest.raises(deciding.NotAllowed):
        deciding.propose(keys, case.incident.id, wish(theirs))
    assert ours.researcher.membership().roster()[0].partners[theirs.organisation_id].name == named


def forged(ours: Team, identity: Identity) -> str:
    """A row for our inbox that says what a share of theirs says, signed by somebody; its id."""
    (true,) = sharing.shared_with_us(opened(ours.researcher))
    row_id = random_id()
    intake = PublicKey(db.session.get_one(Statement, (ours.organisation_id, 1)).intake)
    body = true.shared.model_copy(update={"purpose": "forged"}).model_dump_json().encode()
    wrapped, sealed = seal_share(intake, slot(ours.organisation_id, row_id), body, identity)
    key_id = db.session.scalars(select(SharedCase.key_id).where(SharedCase.id == true.id)).one()
    with writing(db.session):
        db.session.add(
            SharedCase(id=row_id, organisation_id=ours.organisation_id, key_id=key_id, wrapped=wrapped, sealed=sealed)
        )
    return row_id


def test_a_forged_share_of_a_partner_is_not_shown_and_hides_no_true_one(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    _, agreed = share(theirs, ours)
    row_id = forged(ours, Identity(ATTACKER))
    assert [one.id for one in sharing.shared_with_us(opened(ours.researcher))] == [agreed.id]
    with pytest.raises(NotFound):
        sharing.open_shared(opened(ours.researcher), row_id)


def test_a_share_that_is_copied_to_another_row_or_organisation_opens_nowhere(
    world: World, teams: tuple[Team, Team]
) -> None:
    ours, theirs = teams
    _, agreed = share(theirs, ours)
    third = world.team()
    row = db.session.get_one(SharedCase, agreed.id)
    values = {"key_id": row.key_id, "wrapped": row.wrapped, "sealed": row.sealed}
    theirs_key = third.researcher.membership().organisation.id
    copies = [
        SharedCase(id=random_id(), organisation_id=ours.organisation_id, **values),
        SharedCase(id=random_id(), organisation_id=third.organisation_id, **(values | {"key_id": theirs_key})),
    ]
    with writing(db.session):
        db.session.add_all(copies)
    assert [one.id for one in sharing.shared_with_us(opened(ours.researcher))] == [agreed.id]
    assert sharing.shared_with_us(opened(third.researcher)) == []


def test_one_member_alone_makes_no_partner_even_when_colleagues_are_sent_away_after(world: World) -> None:
    ours, theirs = world.team(), world.team()
    assert not compare(ours.researcher, theirs)
    rotation.revoke(ours.researcher.membership(), ours.researcher.seed, ours.second_researcher.id, "a fictional reason")
    case = shareable(name_of(theirs))
    keys = opened(ours.researcher)
    records.create(keys, [case])
    with pytest.raises(partners.NotAPartner):
        deciding.propose(keys, case.incident.id, wish(theirs))
