"""Settings are read once, from names that are listed here, and reach the application unchanged."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from config import Settings
from incidents import BLUEPRINTS, configuration, create_app

if TYPE_CHECKING:
    from flask import Flask

ROOT: Final = Path(__file__).resolve().parents[2]
VARIABLES: Final = {"TALA_INSTANCE", "TALA_DATABASE_URL", "TALA_BIND", "TALA_ORIGIN", "TALA_PUBLIC"}
PRODUCT: Final = [ROOT / "config.py", ROOT / "wsgi.py", *sorted((ROOT / "incidents").rglob("*.py"))]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_only_the_settings_read_the_environment() -> None:
    """Starting a process (the server) hands the environment on; nothing else looks at it."""
    readers = {
        path.relative_to(ROOT).as_posix() for path in PRODUCT if re.search(r"os\.(?:environ|getenv)", read(path))
    }
    assert readers - {"incidents/instance/serving.py"} == {"config.py"}


def test_every_variable_is_listed_and_used() -> None:
    used = {name for path in PRODUCT for name in re.findall(r'"(TALA_[A-Z_]+)"', read(path))}
    assert used == VARIABLES


def test_settings_cannot_be_changed_once_read(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, database_url="sqlite://")
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.demo = True  # type: ignore[misc]


def test_the_address_of_the_database_is_not_shown_with_the_settings(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, database_url="postgresql+psycopg://tala:hunter2@db/tala")
    assert "hunter2" not in repr(settings)


def test_the_application_hides_parameters_and_caps_bodies(bare: Flask) -> None:
    assert bare.config["SQLALCHEMY_ENGINE_OPTIONS"]["hide_parameters"] is True
    assert bare.config["MAX_CONTENT_LENGTH"] == bare.config["MAX_FORM_MEMORY_SIZE"] == 4 * 1024 * 1024
    assert bare.config["DEBUG"] is False
    assert bare.config["PROPAGATE_EXCEPTIONS"] is None
    assert bare.secret_key is None, "nothing is signed: sessions are sealed"


def test_connections_to_postgresql_are_checked_before_use(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, database_url="postgresql+psycopg://db/tala")
    assert configuration(settings)["SQLALCHEMY_ENGINE_OPTIONS"] == {"hide_parameters": True, "pool_pre_ping": True}


@pytest.mark.parametrize("origin", ["", "https://tala.example"])
@pytest.mark.parametrize("demo", [True, False])
def test_cookies_follow_the_settings(tmp_path: Path, origin: str, *, demo: bool) -> None:
    app = create_app(Settings(instance=tmp_path, database_url="sqlite://", origin=origin, demo=demo))
    assert app.config["SESSION_COOKIE_SECURE"] is (bool(origin) or not demo)


def test_every_blueprint_is_listed_once_and_in_order() -> None:
    names = [blueprint.name for blueprint in BLUEPRINTS]
    assert names == sorted(set(names))


def test_autoescaping_is_on_for_every_template(bare: Flask) -> None:
    for name in bare.jinja_env.list_templates():
        assert bare.select_jinja_autoescape(name) or not name.endswith(".html")
