"""A cookie that somebody copied is worth nothing once the session is over: on each worker, at the next request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update

from incidents.accounts import administration, services
from incidents.accounts.models import Role, StoredSession, Throttle
from incidents.accounts.sessions import new_cookie
from incidents.accounts.throttle import FREE
from incidents.database import writing
from incidents.extensions import db
from tests.factories.world import PASSPHRASE
from tests.server.workers import insisting, logged_in, only

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.factories.world import Person
    from tests.server.conftest import Hosted
    from tests.server.serving import Client

pytestmark = pytest.mark.server

NEW = "another plainly fictional passphrase"
SESSION = "__Host-tala"


def log_out(_hosted: Hosted, _person: Person, client: Client) -> None:
    assert client.post("/logout").status == 303


def disable(_hosted: Hosted, person: Person, _client: Client) -> None:
    services.set_disabled(person.id, disabled=True)


def change_passphrase(_hosted: Hosted, _person: Person, client: Client) -> None:
    form = {"passphrase": PASSPHRASE, "new_passphrase": NEW, "repeated": NEW}
    assert client.post("/account", form).status == 303


def change_role(_hosted: Hosted, person: Person, _client: Client) -> None:
    administration.reset(person.id, Role.ADVOCATE)


def end_elsewhere(hosted: Hosted, person: Person, _client: Client) -> None:
    assert logged_in(hosted, person).post("/account/sessions", {"which": "others"}).status == 303


def sit_idle(_hosted: Hosted, person: Person, _client: Client) -> None:
    of_them = update(StoredSession).where(StoredSession.account_id == person.id)
    with writing(db.session):
        db.session.execute(of_them.values(idle_until=int(time.time())))


def stay_too_long(_hosted: Hosted, person: Person, _client: Client) -> None:
    of_them = update(StoredSession).where(StoredSession.account_id == person.id)
    with writing(db.session):
        db.session.execute(of_them.values(absolute_until=int(time.time())))


@pytest.fixture(autouse=True)
def patient(hosted: Hosted) -> None:
    """Each test begins with nobody waiting."""
    assert hosted
    with writing(db.session):
        db.session.execute(delete(Throttle))


@pytest.mark.parametrize(
    "over", [log_out, disable, change_passphrase, change_role, end_elsewhere, sit_idle, stay_too_long]
)
def test_a_copied_cookie_ends_with_the_session_on_each_worker(
    hosted: Hosted, over: Callable[[Hosted, Person, Client], None]
) -> None:
    db.session.rollback()
    person = hosted.world.person(Role.ANALYST, hosted.team.analyst.account.organisation)
    client, thief = logged_in(hosted, person), hosted.client()
    thief.cookies |= client.cookies
    for worker in hosted.server.workers():
        with only(hosted, worker):
            assert insisting(thief, "/account") == 200
    db.session.rollback()
    over(hosted, person, client)
    for worker in hosted.server.workers():
        with only(hosted, worker):
            again = hosted.client()
            again.cookies = dict(thief.cookies)
            assert insisting(again, "/account") == 401


def test_a_cookie_that_was_planted_before_log_in_is_adopted_by_no_worker(hosted: Hosted) -> None:
    planted = new_cookie()
    victim = hosted.client()
    victim.cookies[SESSION] = planted
    person = hosted.team.analyst
    assert victim.log_in(person.username, PASSPHRASE, person.code()).status == 303
    assert victim.cookies[SESSION] != planted
    for worker in hosted.server.workers():
        with only(hosted, worker):
            planter = hosted.client()
            planter.cookies[SESSION] = planted
            assert insisting(planter, "/account") == 401
            assert insisting(victim, "/account") == 200


def test_workers_count_guesses_together(hosted: Hosted) -> None:
    """Each worker alone would let five through."""
    answers = []
    for _ in range(2 * FREE):
        client = hosted.client()
        answers.append(client.post("/login", {"username": "nobody-here", "passphrase": "wrong"}).status)
    assert sorted(answers) == [422] * FREE + [429] * FREE
