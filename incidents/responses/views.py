"""Pages of what was asked of authorities, and the ledger of their answers."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("responses", __name__)
