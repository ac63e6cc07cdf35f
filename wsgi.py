"""The application object for a WSGI server and for the ``flask`` command."""

from __future__ import annotations

import os

from config import Settings
from incidents import create_app

# Whatever this process makes (database, write-ahead log, backup) is for its own user alone, wherever it lies.
os.umask(0o077)
app = create_app(Settings.from_env())
