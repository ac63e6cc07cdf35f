"""The floor of a save: what a request costs that does nothing but seal five fields and write one row, durably.

The same server and framework as Tala, the same cipher and the same promise of the disk (WAL, FULL). No log-in, no
anti-forgery token, no validation, no index, no counts, one key for everything. Not a baseline anybody should deploy.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, request

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

FIELDS = ("narrative", "date_start-year", "country", "place_text", "citation")
KEY = AESGCM(bytes(32))
SCHEMA = "CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, a BLOB, b BLOB, c BLOB, d BLOB, e BLOB)"

app = Flask(__name__)
local = threading.local()


def connection() -> sqlite3.Connection:
    """This thread's connection."""
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(os.environ["FLOOR_DATABASE"], isolation_level=None, timeout=10)
        local.connection.execute("PRAGMA journal_mode = wal")
        local.connection.execute("PRAGMA synchronous = full")
        local.connection.execute(SCHEMA)
    opened: sqlite3.Connection = local.connection
    return opened


@app.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Say that it answers, with a connection ready."""
    connection()
    return "ok"


@app.post("/save")
def save() -> ResponseReturnValue:
    """Seal five fields, write one row."""
    sealed = []
    for name in FIELDS:
        nonce = secrets.token_bytes(12)
        sealed.append(nonce + KEY.encrypt(nonce, request.form[name].encode(), None))
    connection().execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", (secrets.token_hex(16), *sealed))
    return "", 303, {"Location": "/"}
