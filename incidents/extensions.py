"""Bare Flask extensions: they know no model and no setting until create_app() introduces them."""

from __future__ import annotations

from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from incidents.database import Base


class SessionsOnly(LoginManager):  # type: ignore[misc]
    """Nobody is remembered beyond their session: the extension would trust a signed cookie of its own."""

    def _load_user_from_remember_cookie(self, cookie: str) -> None:
        del cookie


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
login_manager = SessionsOnly()
# Addresses change on a telephone's way, and a proxy shows one for everybody: a session is its cookie alone.
login_manager.session_protection = None
