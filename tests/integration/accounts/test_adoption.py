"""An organisation of the version before is brought over once, and never again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from incidents.accounts import administration, adoption
from incidents.accounts.sessions import WrongCredentials
from incidents.audit.models import AuditEntry, AuditHead
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring.models import Grant, Key, KeyKind, Statement, StoredMemory, StoredRoster
from incidents.records import services as records
from incidents.records.keys import keys_of
from tests.factories import documents
from tests.factories.world import PASSPHRASE, Browser

if TYPE_CHECKING:
    from flask import Flask

    from tests.factories.world import Team, World


@pytest.fixture
def old(world: World) -> tuple[Team, str]:
    """An organisation as the version before left it, with a case."""
    team = world.team()
    case = documents.document()
    records.create(keys_of(team.researcher.id, team.organisation_id, team.researcher.seed), [case])
    with writing(db.session):
        for model in (AuditEntry, AuditHead, StoredRoster, StoredMemory, Statement):
            db.session.execute(delete(model))
        audit = select(Key.id).where(Key.kind == KeyKind.AUDIT)
        db.session.execute(delete(Grant).where(Grant.key_id.in_(audit)))
        db.session.execute(delete(Key).where(Key.kind == KeyKind.AUDIT))
        db.session.execute(update(Grant).values(signature=b""))
    return team, case.incident.id


def test_a_member_brings_the_cases_over_and_lets_the_others_in_again(
    app: Flask, world: World, old: tuple[Team, str]
) -> None:
    team, case = old
    others = adoption.adopt(team.researcher.username, PASSPHRASE)
    assert others == sorted(one.username for one in (team.second_researcher, team.analyst, team.advocate))
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    assert records.open_account(keys, case).revision == 1
    assert world
    invited = administration.reset(team.second_researcher.id)
    assert invited.code
    browser = Browser(app.test_client())
    browser.post("/login", {"username": team.researcher.username, "passphrase": PASSPHRASE}, status=303)
    browser.get("/cases", status=401)


def test_it_works_once_and_not_where_anything_is_signed(world: World, old: tuple[Team, str]) -> None:
    team, _case = old
    adoption.adopt(team.researcher.username, PASSPHRASE)
    with pytest.raises(adoption.NothingToAdopt):
        adoption.adopt(team.researcher.username, PASSPHRASE)
    other = world.team()
    with writing(db.session):
        db.session.execute(delete(StoredMemory).where(StoredMemory.account_id == other.researcher.id))
    with pytest.raises(adoption.NothingToAdopt):
        adoption.adopt(other.researcher.username, PASSPHRASE)


def test_a_wrong_passphrase_and_an_account_without_keys_adopt_nothing(old: tuple[Team, str]) -> None:
    team, _case = old
    with pytest.raises(WrongCredentials):
        adoption.adopt(team.researcher.username, "another fictional passphrase")
    with pytest.raises(adoption.NothingToAdopt):
        adoption.adopt(team.analyst.username, PASSPHRASE)
    assert db.session.scalars(select(Statement)).all() == []
