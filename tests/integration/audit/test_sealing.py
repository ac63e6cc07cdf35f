"""What the tables of the log give away: how many acts there were. Nothing else, and no key that signed before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, select

from incidents.audit import reading
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.audit.models import AuditEntry, AuditHead
from incidents.database import table_of, writing
from incidents.extensions import db
from incidents.keyring import chain
from incidents.rotation import services as rotation
from tests.integration.audit.logs import entry, head, rows, write

if TYPE_CHECKING:
    from incidents.keyring.services import AuditKey
    from tests.factories.world import Team, World


def stored() -> bytes:
    """Every value of the log's tables, one after another."""
    found = []
    for model in (AuditEntry, AuditHead):
        for row in db.session.execute(select(table_of(model))):
            found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"|".join(found)


def keys(team: Team) -> list[AuditKey]:
    return reading.keys_for(team.researcher.id, team.researcher.seed, team.organisation_id)


def test_nothing_of_an_act_is_in_the_tables(world: World) -> None:
    team = world.team()
    with writing(db.session):
        audit.record(
            team.organisation_id,
            Act.IDENTITY_OPENED,
            by=team.researcher.id,
            about="c" * 32,
            reason="a canary sings in the reason",
        )
    content = stored()
    for word in (team.researcher.id, team.researcher.username, "c" * 32, "a canary", Act.IDENTITY_OPENED):
        assert word.encode() not in content
    assert dt.datetime.now(tz=dt.UTC).date().isoformat().encode() not in content
    assert reading.read(keys(team)).lines[0].reason == "a canary sings in the reason"


def test_the_key_that_signed_is_nowhere_afterwards(world: World) -> None:
    team = world.team()
    for _ in range(5):
        before = head(team).signing_key
        number = head(team).number
        write(team, 1)
        db.session.expire_all()
        assert before not in stored()
        assert chain.public_half(before) == entry(team, number).next_public
        assert head(team).signing_key != before


def test_a_transaction_that_fails_leaves_the_key_that_was_there(world: World) -> None:
    team = world.team()
    before = head(team).signing_key

    def fail() -> None:
        with writing(db.session):
            audit.record(team.organisation_id, Act.DRILL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    db.session.expire_all()
    assert head(team).signing_key == before
    write(team, 1)
    assert audit.verify(team.organisation_id) == []


def test_two_acts_in_one_transaction_are_two_entries(world: World) -> None:
    team = world.team()
    length = len(rows(team))
    with writing(db.session):
        audit.record(team.organisation_id, Act.DRILL, reason="first")
        audit.record(team.organisation_id, Act.DRILL, reason="second")
    assert len(rows(team)) == length + 2
    assert [line.reason for line in reading.read(keys(team)).lines[:2]] == ["second", "first"]
    assert audit.verify(team.organisation_id) == []


def test_an_entry_does_not_open_under_another_number_or_in_another_log(world: World) -> None:
    team, other = world.team(), world.team()
    write(team, 2)
    write(other, 2)
    opened = reading.opener(keys(team))
    true = rows(team)[-1]
    assert opened(true).act is Act.DRILL
    moved = chain.Link(team.organisation_id, true.number - 1, true.key_id, true.sealed, b"")
    assert opened(moved).act is None
    assert opened(chain.Link(other.organisation_id, true.number, true.key_id, true.sealed, b"")).act is None
    assert opened(rows(other)[-1]).act is None


def test_time_is_exact_and_in_order(world: World) -> None:
    team = world.team()
    began = dt.datetime.now(tz=dt.UTC)
    write(team, 4)
    times = [dt.datetime.fromisoformat(line.at) for line in reading.read(keys(team)).lines[:4]]
    assert times == sorted(times, reverse=True)
    assert all(time.utcoffset() == dt.timedelta(0) for time in times)
    assert all(began - dt.timedelta(seconds=1) < time < began + dt.timedelta(minutes=5) for time in times)


def test_the_log_goes_on_through_a_rotation_of_every_key(world: World) -> None:
    team = world.team()
    write(team, 3)
    old = head(team).genesis
    rotation.rotate(team.researcher.membership(), team.researcher.seed, "to see that the log goes on")
    write(team, 3)
    roster, _version = team.second_researcher.membership().roster()
    assert roster.log == old.hex()
    assert audit.verify(team.organisation_id, roster.log) == []
    lines = reading.read(keys(team)).lines
    assert all(line.act for line in lines), "both keys are held"
    assert len({row.key_id for row in rows(team)}) == 2


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reason=st.text(max_size=600))
def test_any_reason_comes_back_as_it_was_typed(world: World, reason: str) -> None:
    team = TEAMS.get(world) or TEAMS.setdefault(world, world.team())
    with writing(db.session):
        audit.record(team.organisation_id, Act.DRILL, reason=reason)
    assert reading.read(keys(team)).lines[0].reason == reason


#: One team for all examples of a run: making one takes longer than all of them.
TEAMS: dict[World, Team] = {}


def test_every_column_of_bytes_is_sealed_signed_or_public() -> None:
    """What a new column of the log would have to be; see tests/contracts/test_tampering.py."""
    found = {
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        if table.name.startswith("audit_")
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert found == {
        "audit_entry.sealed",
        "audit_entry.next_public",
        "audit_entry.signature",
        "audit_head.genesis",
        "audit_head.digest",
        "audit_head.signing_key",
    }
