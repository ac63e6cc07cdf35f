"""Somebody with full write access to the database, the current signing key included, rewrites the log: each is found.

By the application, and by a third party with the one file of the verifier and an export.
"""

from __future__ import annotations

import json
from dataclasses import astuple
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.audit.models import AuditEntry, AuditHead
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring import chain
from incidents.keyring.chain import Fault, Finding, Link
from incidents.keyring.envelope import SecretKey, unpad
from incidents.keyring.identity import Identity, NotBelieved, state
from incidents.keyring.models import Key, KeyKind, Statement
from incidents.keyring.people import Seed
from tests.integration.audit.logs import entry, exported, head, rows, verify_elsewhere, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.factories.world import Team, World

#: An entry in the middle of those that the tests write.
MIDDLE = 8


@pytest.fixture
def team(world: World) -> Team:
    found = world.team()
    write(found, 12)
    return found


def edit(team: Team) -> None:
    row = entry(team, MIDDLE)
    row.sealed = row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])


def delete_in_the_middle(team: Team) -> None:
    db.session.delete(entry(team, MIDDLE))


def delete_and_close_the_gap(team: Team) -> None:
    db.session.delete(entry(team, MIDDLE))
    db.session.flush()
    for row in rows(team)[MIDDLE:]:
        db.session.execute(
            update(AuditEntry)
            .where(AuditEntry.organisation_id == team.organisation_id, AuditEntry.number == row.number)
            .values(number=row.number - 1)
        )
    head(team).number -= 1


def delete_at_the_end(team: Team) -> None:
    for row in rows(team)[-3:]:
        db.session.delete(row)


def delete_at_the_end_and_move_the_head(team: Team) -> None:
    """The head is made to fit, but the key of the entry that would come next is gone."""
    kept = rows(team)[:-3]
    before = chain.NOTHING_BEFORE
    for row in kept:
        before = link(row).digest(before)
    delete_at_the_end(team)
    head(team).number, head(team).digest = kept[-1].number, before


def swap(team: Team) -> None:
    one, other = entry(team, MIDDLE), entry(team, MIDDLE + 2)
    for column in ("sealed", "next_public", "signature"):
        mine, theirs = getattr(one, column), getattr(other, column)
        setattr(one, column, theirs)
        setattr(other, column, mine)


def forge(team: Team) -> None:
    """Writes another entry with the key that the server holds now, in the place of an old one."""
    before = chain.NOTHING_BEFORE
    for row in rows(team)[:MIDDLE]:
        before = link(row).digest(before)
    row = entry(team, MIDDLE)
    forged, _next = chain.sign_link(head(team).signing_key, before, team.organisation_id, MIDDLE, row.key_id, b"false")
    row.sealed, row.next_public, row.signature = forged.sealed, forged.next_public, forged.signature


def forge_the_last(team: Team) -> None:
    """The newest entry again with the key that the server holds, and a head that fits."""
    before = chain.NOTHING_BEFORE
    for row in rows(team)[:-1]:
        before = link(row).digest(before)
    row = rows(team)[-1]
    signing_key = head(team).signing_key
    forged, following = chain.sign_link(signing_key, before, team.organisation_id, row.number, row.key_id, b"false")
    row.sealed, row.next_public, row.signature = forged.sealed, forged.next_public, forged.signature
    head(team).digest, head(team).signing_key = forged.digest(before), following


def sign_on_with_a_key_of_ones_own(team: Team) -> None:
    """Everything from the middle on anew, signed with keys of the attacker's, and a head that fits."""
    before, signing_key = chain.NOTHING_BEFORE, chain.new_signing_key()
    for row in rows(team):
        if row.number >= MIDDLE:
            forged, signing_key = chain.sign_link(
                signing_key, before, team.organisation_id, row.number, row.key_id, b"false"
            )
            row.sealed, row.next_public, row.signature = forged.sealed, forged.next_public, forged.signature
        before = link(row).digest(before)
    head(team).digest, head(team).signing_key = before, signing_key


def add_at_the_end(team: Team) -> None:
    last = rows(team)[-1]
    copy = Link(last.organisation_id, last.number + 1, last.key_id, last.sealed, last.next_public, last.signature)
    db.session.add(AuditEntry(**dict(zip(COLUMNS, astuple(copy), strict=True))))


def another_head(team: Team) -> None:
    head(team).digest = bytes(32)


def put_another_signing_key(team: Team) -> None:
    head(team).signing_key = chain.new_signing_key()


COLUMNS = ("organisation_id", "number", "key_id", "sealed", "next_public", "signature")


def link(row: AuditEntry) -> Link:
    return Link(row.organisation_id, row.number, row.key_id, row.sealed, row.next_public, row.signature)


ATTACKS = [
    (edit, Fault.ALTERED, MIDDLE, "changed"),
    (delete_in_the_middle, Fault.MISSING, MIDDLE, "missing"),
    (delete_and_close_the_gap, Fault.ALTERED, MIDDLE, "changed"),
    (delete_at_the_end, Fault.CUT, -3, "missing at the end"),
    (delete_at_the_end_and_move_the_head, Fault.CUT, -3, "missing at the end"),
    (swap, Fault.SWAPPED, MIDDLE, "another's place"),
    (forge, Fault.FORGED, MIDDLE, "forged"),
    (forge_the_last, Fault.ALTERED, -1, "changed"),
    (sign_on_with_a_key_of_ones_own, Fault.ALTERED, MIDDLE, "changed"),
    (add_at_the_end, Fault.ALTERED, 0, "changed"),
    (another_head, Fault.HEAD, -1, "head does not fit"),
    (put_another_signing_key, Fault.CUT, 0, "missing at the end"),
]


@pytest.mark.parametrize(("attack", "fault", "place", "words"), ATTACKS, ids=[one[0].__name__ for one in ATTACKS])
def test_it_is_found_here_and_by_a_third_party(
    team: Team, tmp_path: Path, attack: Callable[[Team], None], fault: Fault, place: int, words: str
) -> None:
    length = len(rows(team))
    assert audit.verify(team.organisation_id) == []
    assert verify_elsewhere(exported(team, tmp_path))[0] == 0
    with writing(db.session):
        attack(team)
    number = place if place == MIDDLE else length + place
    assert audit.verify(team.organisation_id) == [Finding(fault, number)]
    status, told = verify_elsewhere(exported(team, tmp_path))
    assert status == 1
    assert words in told


def test_a_log_that_was_written_anew_from_its_first_entry_is_found_by_who_knows_where_it_began(
    team: Team, tmp_path: Path
) -> None:
    """Such a chain verifies in itself: only what is kept elsewhere tells it from the true one."""
    roster, _version = team.researcher.membership().roster()
    printed = audit.head(team.organisation_id)
    with writing(db.session):
        db.session.execute(delete(AuditEntry))
        db.session.execute(delete(AuditHead))
        audit.begin(team.organisation_id, chain.new_signing_key())
    write(team, 20)
    assert audit.verify(team.organisation_id) == []
    assert audit.verify(team.organisation_id, roster.log) == [Finding(Fault.BEGINNING, 0)]
    path = exported(team, tmp_path)
    assert verify_elsewhere(path)[0] == 0
    assert verify_elsewhere(path, "--genesis", roster.log)[0] == 1
    assert verify_elsewhere(path, "--printed", str(printed))[0] == 1
    page = team.researcher.browser().get("/audit/check")
    assert "does not begin with the key that your organisation knows" in page


def test_a_false_end_that_was_signed_from_a_stolen_key_on_never_ended_where_a_backup_says(
    team: Team, tmp_path: Path
) -> None:
    """Who took the server's key can go on from there; what was printed later tells the true chain."""
    taken = head(team).signing_key, head(team).digest, head(team).number
    write(team, 3)
    printed = str(audit.head(team.organisation_id))
    key_id = rows(team)[-1].key_id
    with writing(db.session):
        signing_key, before, number = taken
        db.session.execute(delete(AuditEntry).where(AuditEntry.number > number))
        for _ in range(3):
            number += 1
            forged, signing_key = chain.sign_link(signing_key, before, team.organisation_id, number, key_id, b"false")
            before = forged.digest(before)
            db.session.add(AuditEntry(**dict(zip(COLUMNS, astuple(forged), strict=True))))
        head(team).number, head(team).digest, head(team).signing_key = number, before, signing_key
    assert audit.verify(team.organisation_id) == []
    status, told = verify_elsewhere(exported(team, tmp_path), "--printed", printed)
    assert status == 1
    assert "never ended at the digits" in told


def test_every_bit_of_an_entry_counts(team: Team) -> None:
    row = entry(team, MIDDLE)
    for column in ("next_public", "signature"):
        for place in range(len(getattr(row, column))):
            with writing(db.session):
                row = entry(team, MIDDLE)
                true = getattr(row, column)
                setattr(row, column, true[:place] + bytes([true[place] ^ 1]) + true[place + 1 :])
            assert audit.verify(team.organisation_id) != [], (column, place)
            with writing(db.session):
                setattr(entry(team, MIDDLE), column, true)
    assert audit.verify(team.organisation_id) == []


def test_an_entry_of_another_organisation_does_not_fit(world: World, team: Team) -> None:
    other = world.team()
    write(other, 12)
    with writing(db.session):
        theirs = entry(other, MIDDLE)
        mine = entry(team, MIDDLE)
        for column in ("key_id", "sealed", "next_public", "signature"):
            setattr(mine, column, getattr(theirs, column))
    assert audit.verify(team.organisation_id) == [Finding(Fault.ALTERED, MIDDLE)]
    assert audit.verify(other.organisation_id) == []


def test_who_slips_in_an_identity_and_an_audit_key_reads_log_ins_and_nothing_a_member_does(team: Team) -> None:
    thief, identity = Seed.random(), Identity(SecretKey.random())
    stated = state(team.organisation_id, 1, identity)
    with writing(db.session):
        row = db.session.get_one(Statement, (team.organisation_id, 1))
        row.identity, row.intake, row.signature = stated.identity, stated.intake, stated.signature
        key = db.session.scalars(
            select(Key).where(Key.organisation_id == team.organisation_id, Key.kind == KeyKind.AUDIT)
        ).one()
        key.public = thief.public_key().raw
        signed = ("public-key", KeyKind.AUDIT, team.organisation_id, key.id, key.public)
        key.endorsement = identity.sign(*signed)
    length = len(rows(team))
    person = team.researcher
    browser = person.browser()
    browser.get("/members", status=403)
    browser.get("/cases", status=403)
    with pytest.raises(NotBelieved):
        person.membership()
    added = rows(team)[length:]
    assert len(added) == 1
    opened = unpad(
        thief.open_sealed(added[0].sealed, "audit-entry", team.organisation_id, added[0].number, added[0].key_id)
    )
    assert json.loads(opened)["act"] == Act.LOGGED_IN


def test_an_audit_key_without_the_organisations_signature_is_sealed_to_by_nobody(team: Team) -> None:
    with writing(db.session):
        key = db.session.scalars(
            select(Key).where(Key.organisation_id == team.organisation_id, Key.kind == KeyKind.AUDIT)
        ).one()
        key.public = Seed.random().public_key().raw
    with pytest.raises(NotBelieved), writing(db.session):
        audit.record(team.organisation_id, Act.LOGGED_IN)
