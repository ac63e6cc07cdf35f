"""Pages of what is due to be erased."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("retention", __name__)
