"""The pages of a receipt, for whoever holds one: no account, no trace that leads to a case."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("receipts", __name__)
