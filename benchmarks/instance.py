"""A throw-away instance with one organisation and its researcher, the server on it, and a browser that talks to it."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from config import Settings
from incidents import create_app
from incidents.accounts import invitations
from incidents.accounts import services as accounts
from incidents.accounts.factors import App, Factors
from incidents.accounts.models import Organisation, Role
from incidents.database import writing
from incidents.demo.generator import Generator
from incidents.extensions import db
from incidents.instance.services import prepare
from incidents.instance.serving import command
from incidents.keyring.totp import code_of, step_at
from incidents.records.keys import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flask import Flask

    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument

PASSPHRASE = "plainly fictional passphrase"  # noqa: S105 - of a folder that lives for a minute
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - of the same folder's authenticator apps
SEED = 20261125
COUNTRIES = ("PH", "ID", "KE", "TZ", "UA", "MX")
TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
START_SECONDS = 60.0
TICK_SECONDS = 0.01


@dataclass(frozen=True)
class Instance:
    """An instance that ends with the benchmark."""

    app: Flask
    folder: Path

    def researcher(self, name: str) -> CaseKeys:
        """The first researcher of a new organisation, with its keys; username and organisation have the same name."""
        with writing(db.session):
            organisation = Organisation(name=name)
            db.session.add(organisation)
            db.session.flush()
            code = invitations.add_account(name, Role.RESEARCHER, organisation)[1]
        app = App(name="Benchmark", secret=SECRET)
        accounts.set_up(name, code, PASSPHRASE, Factors(all=(app,)))
        account, seed = accounts.open_account_seed(name, PASSPHRASE)
        return keys_of(account.id, account.organisation_id, seed)


@contextlib.contextmanager
def temporary() -> Iterator[Instance]:
    """An empty instance on SQLite in a folder of its own, inside an application context."""
    with tempfile.TemporaryDirectory(prefix="tala-bench-") as name:
        folder = Path(name)
        settings = Settings(instance=folder, database_url=f"sqlite:///{folder / 'tala.db'}")
        app = create_app(settings)
        with app.app_context():
            prepare(settings)
            yield Instance(app, folder)
            db.session.remove()
            db.engine.dispose()


def documents(count: int, recorder: str = "") -> list[CaseDocument]:
    """Invented cases, the same at every run on the same day."""
    day = dt.datetime.now(tz=dt.UTC).date()
    generator = Generator(random.Random(SEED), COUNTRIES, day, recorder)  # noqa: S311 - a benchmark
    return list(generator.documents(count))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Server:
    """A server that runs: where, as which process, and how long until its first answer."""

    port: int
    pid: int
    start_seconds: float


@contextlib.contextmanager
def started(arguments: Sequence[str], port: int, environment: Mapping[str, str], path: str) -> Iterator[Server]:
    """Start a server as a process group of its own, wait until a path answers 200, and end it afterwards.

    Raises:
        TimeoutError: it does not answer.
    """
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own command line
        list(arguments),
        env=os.environ | environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port, path):
            if time.perf_counter() - began > START_SECONDS or process.poll() is not None:
                raise TimeoutError("The server did not start.")
            time.sleep(TICK_SECONDS)
        yield Server(port, process.pid, time.perf_counter() - began)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


@contextlib.contextmanager
def served(folder: Path, *, workers: int = 2, threads: int = 4) -> Iterator[Server]:
    """The production server on an instance, by the very command line that `flask serve` uses."""
    port = free_port()
    settings = Settings(instance=folder, database_url=f"sqlite:///{folder / 'tala.db'}", bind=f"127.0.0.1:{port}")
    environment = {"TALA_INSTANCE": str(folder), "TALA_BIND": settings.bind}
    with started(command(settings, workers=workers, threads=threads), port, environment, "/healthz") as server:
        yield server


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


@dataclass
class Browser:
    """One connection that stays open, with its cookie and the anti-forgery token of its pages."""

    port: int
    cookie: str = ""
    token: str = ""
    location: str = ""
    connection: http.client.HTTPConnection = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Connect."""
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, method: str, path: str, data: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Send a request; give back status and body."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({"csrf_token": self.token, **data})
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        if given := response.getheader("Set-Cookie"):
            self.cookie = given.partition(";")[0]
        self.location = response.getheader("Location") or ""
        return response.status, content

    def log_in(
        self, username: str, passphrase: str = PASSPHRASE, *, secret: str = SECRET, page: str = "/reports"
    ) -> None:
        """Log in and remember the token, which is the same on every page of a session."""
        self._read_token("/login")
        status, _ = self.request("POST", "/login", {"username": username, "passphrase": passphrase})
        assert status == http.client.SEE_OTHER
        self._read_token("/login/second")
        # Each code counts once: three log-ins of one account in half a minute.
        codes = (code_of(secret, step_at(time.time()) + ahead) for ahead in (-1, 0, 1))
        statuses = (self.request("POST", "/login/second", {"code": code})[0] for code in codes)
        assert http.client.SEE_OTHER in statuses
        self._read_token(page)

    def _read_token(self, path: str) -> None:
        status, page = self.request("GET", path)
        found = TOKEN.search(page)
        assert status == http.client.OK, status
        assert found
        self.token = found[1].decode()
