"""Pages of consent as it changes."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("consents", __name__)
