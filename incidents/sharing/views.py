"""Pages of cases that are shared between organisations."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("sharing", __name__)
