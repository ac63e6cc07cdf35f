"""The application object for a WSGI server and for the ``flask`` command."""

from __future__ import annotations

from config import Settings
from incidents import create_app

app = create_app(Settings.from_env())
