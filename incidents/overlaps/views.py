"""Pages of cases that may be of the same incident."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("overlaps", __name__)
