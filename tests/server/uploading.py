"""Sending a large file slowly, and looking meanwhile at what the server remembers and what is on the disk."""

from __future__ import annotations

import http.client
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from config import Settings
from incidents import create_app
from incidents.extensions import db
from incidents.instance.services import prepare
from incidents.records import services as records
from incidents.records.keys import keys_of
from tests.factories import documents
from tests.factories.world import World
from tests.server.conftest import Hosted
from tests.server.scanning import encodings
from tests.server.serving import free_port, running
from tests.server.workers import logged_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.serving import Client

MEGABYTE: Final = 1024 * 1024
WORD: Final = "fictional-canary-in-a-file "
BOUNDARY: Final = "fictional"
#: How often the disk is looked at while the file is sent, and how much of it is sent at a time.
SWEEPS: Final = 10
MIME: Final = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass
class Measured:
    """What came of it.

    Attributes:
        size: Of the file in bytes.
        status: Of the answer.
        location: Where it leads.
        seconds: From the first byte to the answer, sweeps included.
        memory: Highest memory of each worker in kB, before and after.
        sweeps: How often the disk was looked at meanwhile.
        looked: How many files were looked through.
        hits: Those with a word of the file in them.
    """

    size: int
    status: int = 0
    location: str = ""
    seconds: float = 0
    memory: dict[int, tuple[int, int]] = field(default_factory=dict)
    sweeps: int = 0
    looked: int = 0
    hits: list[str] = field(default_factory=list)

    @property
    def most(self) -> int:
        """What the upload took of a worker on top of what it had taken before, in kB."""
        return max(after - before for before, after in self.memory.values())


@contextmanager
def hosted_here(folder: Path) -> Iterator[Hosted]:
    """An instance on SQLite with one of each role, served by two workers, outside of pytest."""
    instance = folder / "instance"
    bind = f"127.0.0.1:{free_port()}"
    settings = Settings(instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}", bind=bind)
    app = create_app(settings)
    with app.app_context():
        prepare(settings)
        world = World(app)
        team = world.team()
        with running(settings, folder) as server:
            places = [folder, Path(tempfile_folder()), Path("/dev/shm")]  # noqa: S108 - searched, not written
            yield Hosted(app, server, settings, world, team, places)
        db.session.remove()
        db.engine.dispose()


def tempfile_folder() -> str:
    """Where a program that was told nothing else would put temporary files."""
    return "/var/tmp"  # noqa: S108 - searched, not written


def measured(hosted: Hosted, size: int) -> Measured:
    """Send a file of so many bytes, and look meanwhile."""
    person = hosted.team.researcher
    document = documents.document()
    records.create(keys_of(person.id, person.organisation_id, person.seed), [document])
    client = logged_in(hosted, person)
    page = client.get(f"/cases/{document.incident.id}/files/new")
    assert page.status == http.HTTPStatus.OK, page.status
    found = Measured(size)
    for worker in hosted.server.workers():
        forget_highest(worker)
    before = {worker: highest(worker) for worker in hosted.server.workers()}
    _send(hosted, client, f"/cases/{document.incident.id}/files/new", found)
    after = {worker: highest(worker) for worker in hosted.server.workers()}
    found.memory = {worker: (before[worker], after[worker]) for worker in before if worker in after}
    return found


def forget_highest(worker: int) -> None:
    """Let a process's highest memory be what it has now: a log-in took much, for the hash of the passphrase."""
    Path(f"/proc/{worker}/clear_refs").write_text("5")


def highest(worker: int) -> int:
    """The most memory that a process has had at a time (VmHWM), in kB."""
    lines = Path(f"/proc/{worker}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def _send(hosted: Hosted, client: Client, path: str, found: Measured) -> None:
    head, tail = form(client.token())
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=120)
    begun = time.monotonic()
    connection.putrequest("POST", path)
    connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in client.cookies.items()))
    connection.putheader("Content-Type", MIME)
    connection.putheader("Content-Length", str(len(head) + found.size + len(tail)))
    connection.endheaders()
    connection.send(head)
    piece = (WORD * (MEGABYTE // len(WORD) + 1)).encode()[:MEGABYTE]
    every = max(1, found.size // MEGABYTE // SWEEPS)
    for number in range(found.size // MEGABYTE):
        connection.send(piece)
        if number % every == 0:
            sweep(hosted.places, found)
    connection.send(tail)
    answer = connection.getresponse()
    answer.read()
    found.status, found.location = answer.status, answer.headers.get("Location", "")
    found.seconds = time.monotonic() - begun
    connection.close()
    sweep(hosted.places, found)


def form(token: str) -> tuple[bytes, bytes]:
    """What stands before and after the file."""
    fields = {"csrf_token": token, "identifies_person": "unknown"}
    head = 'Content-Disposition: form-data; name="{}"'
    parts = "".join(f"--{BOUNDARY}\r\n{head.format(key)}\r\n\r\n{value}\r\n" for key, value in fields.items())
    parts += f'--{BOUNDARY}\r\n{head.format("file")}; filename="long.bin"\r\n\r\n'
    return parts.encode(), f"\r\n--{BOUNDARY}--\r\n".encode()


def sweep(places: list[Path], found: Measured) -> None:
    """Look for the word in every file of some places; the file is long, and holds it in every stretch of it."""
    found.sweeps += 1
    needles = list(encodings(WORD.strip()).values())
    for place in places:
        for path in place.rglob("*"):
            if not path.is_file() or path.is_symlink():
                continue
            try:
                data = path.read_bytes()
            except OSError:
                continue
            found.looked += 1
            if any(needle in data for needle in needles):
                found.hits.append(str(path))
