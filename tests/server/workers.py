"""Speaking to one worker alone."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.factories.world import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.world import Person
    from tests.server.conftest import Hosted
    from tests.server.serving import Client


def logged_in(hosted: Hosted, person: Person) -> Client:
    """A browser in which somebody is logged in."""
    client = hosted.client()
    assert client.log_in(person.username, PASSPHRASE, person.code()).status == 303
    return client


@contextmanager
def only(hosted: Hosted, worker: int) -> Iterator[None]:
    """Hold all workers but one, so that this one answers."""
    others = [one for one in hosted.server.workers() if one != worker]
    for other in others:
        os.kill(other, signal.SIGSTOP)
    try:
        yield
    finally:
        for other in others:
            os.kill(other, signal.SIGCONT)


def insisting(client: Client, path: str) -> int:
    """The status of an answer by whoever is not held: the kernel gives half of the connections to who is."""
    patient, client.timeout = client.timeout, 1
    try:
        for _ in range(30):
            try:
                return client.get(path).status
            except (TimeoutError, ConnectionError):
                continue
    finally:
        client.timeout = patient
    raise TimeoutError("nobody answered")
