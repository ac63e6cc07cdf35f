"""An instance with something on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config import Settings
from incidents import create_app
from tests.factories.site import Site, build

if TYPE_CHECKING:
    from flask import Flask

    from tests.factories.world import World


@pytest.fixture
def site(world: World) -> Site:
    """Two organisations with a case, a draft, a release, a publication and a story each."""
    return build(world)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application that nobody asks anything: its routes and views."""
    instance = tmp_path_factory.mktemp("bare")
    instance.chmod(0o700)
    return create_app(Settings(instance=instance, database_url=f"sqlite:///{instance / 'tala.db'}"))
