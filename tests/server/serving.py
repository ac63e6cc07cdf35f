"""A production server on a free loopback port, its folders, and a client that speaks HTTP to it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from incidents.instance.serving import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from config import Settings

TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')
PATIENCE: Final = 60
BOUNDARY: Final = "fictional-boundary-of-a-form"


@dataclass
class Server:
    """A running server with two workers.

    Attributes:
        port: Where it listens on 127.0.0.1.
        output: Folder with what it wrote to standard output and error.
        temporary: Its TMPDIR.
    """

    process: subprocess.Popen[bytes]
    port: int
    output: Path
    temporary: Path

    def workers(self) -> list[int]:
        """Process ids of the workers: the children that hold the application."""
        processes = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        children = [entry for entry in processes if _parent(entry) == self.process.pid]
        return sorted(int(entry.name) for entry in children if "granian" in _command_line(entry))

    def wait(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError((self.output / "stderr").read_text())
            try:
                if Client(self.port, timeout=2).get("/healthz").status == http.HTTPStatus.OK:
                    return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("the server did not answer")


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


def _command_line(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(settings: Settings, folder: Path, threads: int = 2) -> Iterator[Server]:
    """Serve an instance with two workers until the block ends."""
    output, temporary = folder / "output", folder / "tmp"
    output.mkdir()
    temporary.mkdir(mode=0o700)
    port = int(settings.bind.rpartition(":")[2])
    environment = {
        **os.environ,
        "TALA_INSTANCE": str(settings.instance),
        "TALA_BIND": settings.bind,
        "TALA_DATABASE_URL": settings.database_url,
        "TALA_ORIGIN": settings.origin,
        "TMPDIR": str(temporary),
    }
    with (output / "stdout").open("wb") as out, (output / "stderr").open("wb") as err:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command(settings, workers=2, threads=threads),
            env=environment,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        server = Server(process, port, output, temporary)
        try:
            server.wait()
            yield server
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def location(self) -> str:
        """Where it leads."""
        return self.headers.get("Location", "")


@dataclass
class Client:
    """A browser without a screen; each request is a connection of its own, so that any worker may answer."""

    port: int
    timeout: float = 30
    cookies: dict[str, str] = field(default_factory=dict)
    #: Every cookie it ever had.
    had: set[str] = field(default_factory=set)
    _token: str = ""

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._send("GET", path)

    def post(self, path: str, data: Mapping[str, str | Sequence[str]] | None = None) -> Answer:
        """Send a form with its token."""
        body = urlencode({"csrf_token": self.token(), **(data or {})}, doseq=True)
        return self._send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def upload(self, path: str, data: Mapping[str, str | Sequence[str]], file: tuple[str, str, bytes]) -> Answer:
        """Send a form with its token and a file: the name of its field, its own name, its bytes."""
        pairs = [(name, one) for name, given in data.items() for one in ([given] if isinstance(given, str) else given)]
        lines = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n'
            for name, one in [("csrf_token", self.token()), *pairs]
        ]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{file[0]}"; filename="{file[1]}"\r\n\r\n'
        body = "".join(lines).encode() + head.encode() + file[2] + f"\r\n--{BOUNDARY}--\r\n".encode()
        return self._send("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})

    def token(self) -> str:
        """The token of this browser's forms; it changes with the cookie."""
        if not self._token:
            found = TOKEN.search(self.get("/login").text)
            assert found
            self._token = found[1]
        return self._token

    def log_in(self, username: str, passphrase: str, code: str) -> Answer:
        """Log in, passphrase and code; the answer leads to the first page."""
        first = self.post("/login", {"username": username, "passphrase": passphrase})
        assert first.location == "/login/second", first.status
        return self.post("/login/second", {"code": code})

    def _send(
        self, method: str, path: str, body: str | bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            # A file may be an answer too.
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
            self.had.add(value)
            self._token = ""
        return Answer(answer.status, answer.headers, text)
