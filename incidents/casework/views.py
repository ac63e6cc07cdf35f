"""Pages of working on a case together."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("casework", __name__)
