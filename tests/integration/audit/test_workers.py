"""Several workers append at once: no number is given twice, and the chain is one chain."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sqlalchemy import delete

from incidents.accounts import admission
from incidents.accounts import services as accounts
from incidents.accounts.models import Organisation
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.models import Grant
from tests.integration.audit.logs import rows

if TYPE_CHECKING:
    from flask import Flask

    from tests.factories.world import Team, World

WORKERS, ACTS = 6, 15


def work(app: Flask, teams: list[Team], problems: list[Exception]) -> None:
    """A worker with a session of its own."""
    with app.app_context():
        try:
            for number in range(ACTS):
                with writing(db.session):
                    for organisation_id in sorted(team.organisation_id for team in teams):
                        audit.record(organisation_id, Act.DRILL, reason=str(number))
        except Exception as problem:  # noqa: BLE001 - shown by the test, whatever it is
            problems.append(problem)
        finally:
            db.session.remove()


def run(app: Flask, *jobs: list[Team]) -> list[Exception]:
    problems: list[Exception] = []
    threads = [threading.Thread(target=work, args=(app, job, problems)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return problems


def test_workers_that_append_at_once_make_one_chain(world: World) -> None:
    team = world.team()
    before = len(rows(team))
    assert run(world.app, *([team] for _ in range(WORKERS))) == []
    db.session.rollback()
    numbers = [row.number for row in rows(team)]
    assert numbers == list(range(before + WORKERS * ACTS))
    assert audit.verify(team.organisation_id) == []


def test_acts_that_are_logged_with_two_organisations_do_not_wait_for_each_other_for_ever(world: World) -> None:
    one, other = world.team(), world.team()
    before = len(rows(one))
    assert run(world.app, [one, other], [other, one], [one], [other]) == []
    db.session.rollback()
    assert len(rows(one)) == before + 3 * ACTS
    assert audit.verify(one.organisation_id) == []
    assert audit.verify(other.organisation_id) == []


def test_a_vouch_and_a_log_in_at_once_do_not_wait_for_each_other_for_ever(world: World) -> None:
    """A vouch locks the organisation's row and then the head; an entry refers to that row: see services._locked()."""
    team = world.team()
    person = team.researcher
    problems: list[Exception] = []

    def decide() -> None:
        with world.app.app_context():
            try:
                for _ in range(ACTS):
                    admission.decide_trust(person.membership(), person.seed, {})
            except Exception as problem:  # noqa: BLE001 - as above
                problems.append(problem)
            finally:
                db.session.remove()

    thread = threading.Thread(target=decide)
    thread.start()
    problems += run(world.app, [team], [team])
    thread.join(timeout=120)
    assert problems == []
    db.session.rollback()
    assert audit.verify(team.organisation_id) == []


def test_a_change_of_passphrase_and_keys_sealed_to_the_same_account_do_not_wait_for_each_other(world: World) -> None:
    """One holds the account and wants the organisation, the other the organisation and refers to the account."""
    team = world.team()
    person = team.analyst
    problems: list[Exception] = []

    def change() -> None:
        with world.app.app_context():
            try:
                for _ in range(ACTS):
                    accounts.replace_passphrase(
                        person.id, seed, "another fictional passphrase", opened=person.account.salt
                    )
            except Exception as problem:  # noqa: BLE001 - as above
                problems.append(problem)
            finally:
                db.session.remove()

    seed, one = person.seed, team.researcher.membership()
    entry = one.roster()[0].members[person.id]
    public_key = seed.public_key()
    thread = threading.Thread(target=change)
    thread.start()
    for _ in range(ACTS):
        with writing(db.session):
            db.session.get_one(Organisation, one.organisation_id, with_for_update=True, populate_existing=True)
            theirs = (Grant.account_id == person.id, Grant.key_id.in_([key.id for key in one.keys]))
            db.session.execute(delete(Grant).where(*theirs))
            keyring.hand_on(one, person.id, entry, public_key)
            audit.record(one.organisation_id, Act.GRANT_GIVEN, about=person.id)
    thread.join(timeout=120)
    assert problems == []
    db.session.rollback()
    assert audit.verify(team.organisation_id) == []
