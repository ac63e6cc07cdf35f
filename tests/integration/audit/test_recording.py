"""An act and its entry are written together or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.audit.models import AuditEntry, AuditHead
from incidents.database import writing
from incidents.extensions import db

if TYPE_CHECKING:
    from tests.factories.world import World


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_a_log_begins_with_the_organisations_keys(world: World) -> None:
    person = world.team().researcher
    assert audit.verify(person.organisation_id) == []
    head = audit.head(person.organisation_id)
    assert head is not None
    assert head.number == count() - 1
    roster, _version = person.membership().roster()
    assert audit.verify(person.organisation_id, roster.log) == []


def test_an_organisation_without_keys_has_no_log(world: World) -> None:
    organisation = world.organisation()
    with writing(db.session):
        audit.record(organisation.id, Act.INVITED)
    assert count() == 0
    assert audit.head(organisation.id) is None


def test_an_act_is_not_logged_outside_its_transaction(world: World) -> None:
    team = world.team()
    with pytest.raises(RuntimeError, match="outside writing"):
        audit.record(team.organisation_id, Act.INVITED)


def test_an_act_that_fails_leaves_no_entry(world: World) -> None:
    team = world.team()
    before = audit.head(team.organisation_id)

    def fail() -> None:
        with writing(db.session):
            audit.record(team.organisation_id, Act.INVITED)
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - raised above
        fail()
    assert audit.head(team.organisation_id) == before
    assert audit.verify(team.organisation_id) == []


def test_nothing_is_done_when_the_log_has_lost_its_head(world: World) -> None:
    team = world.team()
    with writing(db.session):
        db.session.delete(db.session.get_one(AuditHead, team.organisation_id))
    with pytest.raises(audit.LogBroken), writing(db.session):
        audit.record(team.organisation_id, Act.INVITED)
