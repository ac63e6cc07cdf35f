"""A large file over a real server with two workers: not in clear on any disk, and not twice in memory."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest

from incidents.evidence.sealing import MOST_BYTES
from tests.server.uploading import MEGABYTE, MIME, Measured, form, measured, sweep
from tests.server.workers import logged_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.conftest import Hosted

pytestmark = pytest.mark.server

SIZE = 12 * MEGABYTE


@pytest.fixture(scope="module")
def found(hosted: Hosted) -> Measured:
    """A file was sent; by each database."""
    return measured(hosted, SIZE)


def test_a_large_file_is_taken(found: Measured) -> None:
    assert found.status == 303
    assert "/files/" in found.location


def test_while_it_is_sent_nothing_of_it_is_on_any_disk_in_clear(found: Measured) -> None:
    assert found.sweeps >= 10
    assert found.looked > 20
    assert found.hits == []


def test_a_sweep_finds_what_is_there(found: Measured, tmp_path: Path) -> None:
    (tmp_path / "spooled").write_bytes(b"x" * 1000 + b"fictional-canary-in-a-file ")
    control = Measured(found.size)
    sweep([tmp_path], control)
    assert control.hits == [str(tmp_path / "spooled")]


def test_a_worker_holds_the_sealed_file_and_not_much_more(found: Measured) -> None:
    """Sealed it is as long as the file; beside it some of the database's own buffers."""
    assert found.most * 1024 < 4 * SIZE


def test_what_is_too_long_is_refused_at_its_head(hosted: Hosted) -> None:
    client = logged_in(hosted, hosted.team.researcher)
    head, _tail = form(client.token())
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=30)
    connection.putrequest("POST", f"/cases/{'0' * 32}/files/new")
    connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in client.cookies.items()))
    connection.putheader("Content-Type", MIME)
    connection.putheader("Content-Length", str(MOST_BYTES + 2 * MEGABYTE))
    connection.endheaders()
    connection.send(head)
    answer = connection.getresponse()
    assert answer.status == 413
    assert b"may have up to" in answer.read()
    connection.close()
