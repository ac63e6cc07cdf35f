"""Pages of files: adding, looking, taking along."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("evidence", __name__)
