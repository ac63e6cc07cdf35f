"""A log-in belongs to no worker: it outlives one that is killed, and ends on all at once."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from incidents.accounts.models import StoredSession
from incidents.database import writing
from incidents.extensions import db
from tests.factories.world import PASSPHRASE
from tests.server.workers import insisting, logged_in, only

if TYPE_CHECKING:
    from tests.server.conftest import Hosted
    from tests.server.serving import Client

pytestmark = pytest.mark.server

REQUESTS = 60


def statuses(client: Client, path: str, count: int = REQUESTS) -> set[int]:
    with ThreadPoolExecutor(4) as pool:
        return {answer.status for answer in pool.map(lambda _: client.get(path), range(count))}


def test_there_are_two_workers(hosted: Hosted) -> None:
    assert len(hosted.server.workers()) == 2


def test_a_cookie_works_on_each_worker_alone(hosted: Hosted) -> None:
    client = logged_in(hosted, hosted.team.researcher)
    for worker in hosted.server.workers():
        with only(hosted, worker):
            assert insisting(client, "/cases") == 200


def test_a_cookie_works_whoever_answers(hosted: Hosted) -> None:
    assert statuses(logged_in(hosted, hosted.team.researcher), "/cases") == {200}


def test_a_log_in_survives_the_kill_of_a_worker_and_the_worker_comes_back(hosted: Hosted) -> None:
    client = logged_in(hosted, hosted.team.analyst)
    killed, other = hosted.server.workers()
    os.kill(killed, signal.SIGKILL)
    assert insisting(client, "/account") == 200
    end = time.monotonic() + 60
    while len(set(hosted.server.workers()) - {killed}) < 2:
        assert time.monotonic() < end, "the worker did not come back"
        time.sleep(0.1)
    assert other in hosted.server.workers()
    assert statuses(client, "/account", 10) == {200}


def test_a_log_out_ends_the_session_on_every_worker(hosted: Hosted) -> None:
    client = logged_in(hosted, hosted.team.researcher)
    stolen = hosted.client()
    stolen.cookies |= client.cookies
    assert stolen.get("/cases").status == 200
    assert client.post("/logout").status == 303
    for worker in hosted.server.workers():
        with only(hosted, worker):
            assert insisting(stolen, "/cases") == 401
    assert statuses(stolen, "/cases") == {401}


def test_a_change_of_passphrase_and_disabling_end_other_sessions_on_every_worker(hosted: Hosted) -> None:
    person = hosted.world.person(hosted.team.analyst.role, hosted.team.analyst.account.organisation)
    first, second = (logged_in(hosted, person) for _ in range(2))
    new = "another plainly fictional passphrase"
    changed = first.post("/account", {"passphrase": PASSPHRASE, "new_passphrase": new, "repeated": new})
    assert changed.status == 303
    assert statuses(second, "/account", 20) == {401}
    third = hosted.client()
    assert third.log_in(person.username, new, person.code(new)).status == 303
    administrator = logged_in(hosted, hosted.team.administrator)
    assert administrator.post(f"/accounts/{person.id}/disable").status == 303
    assert statuses(third, "/account", 20) == {401}


def test_a_row_without_its_cookie_is_worth_nothing(hosted: Hosted) -> None:
    """Whoever reads the sessions' table has no cookie: nothing in a row is accepted as one."""
    client = logged_in(hosted, hosted.team.researcher)
    db.session.rollback()
    for row in db.session.scalars(select(StoredSession)).all():
        for stolen in (row.id, row.sealed.hex(), row.account_id):
            thief = hosted.client()
            thief.cookies = dict.fromkeys(client.cookies, stolen)
            assert thief.get("/account").status == 401
    assert client.get("/account").status == 200


def test_a_deleted_row_is_a_log_in_that_is_over_on_every_worker(hosted: Hosted) -> None:
    client = logged_in(hosted, hosted.team.researcher)
    assert statuses(client, "/cases", 10) == {200}
    with writing(db.session):
        db.session.execute(delete(StoredSession))
    assert statuses(client, "/cases", 20) == {401}


def test_a_token_of_one_worker_is_known_to_the_other(hosted: Hosted) -> None:
    client = logged_in(hosted, hosted.team.researcher)
    client.token()
    assert {client.post("/drafts").status for _ in range(12)} == {303}


def test_the_server_says_neither_its_name_nor_its_version(hosted: Hosted) -> None:
    for path in ("/login", "/healthz", "/nowhere", "/static/app.css"):
        headers = hosted.client().get(path).headers
        assert headers.get_all("Server") == ["Tala"]
        assert not {"x-powered-by", "via"} & {name.lower() for name in headers}
        assert "granian" not in str(headers).lower()
