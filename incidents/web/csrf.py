"""The anti-forgery token: every request that may change something must carry it.

It follows from the browser's cookie (see accounts.sessions), so nothing is stored and it dies with the session.
"""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import abort, request

from incidents.accounts.sessions import tala_session
from incidents.web.access import leaves_no_trace

if TYPE_CHECKING:
    from flask import Flask

FIELD = "csrf_token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def register(app: Flask) -> None:
    """Check every unsafe request, and let templates write the token."""
    app.before_request(check_token)
    app.context_processor(lambda: {"csrf_token": csrf_token})


def csrf_token() -> str:
    """The token of this browser."""
    return tala_session().token()


def check_token() -> None:
    """Refuse an unsafe request without the token (400); pages without a cookie ask for a secret instead."""
    if request.method in SAFE or leaves_no_trace(request.endpoint):
        return
    if not hmac.compare_digest(request.form.get(FIELD, "").encode(), csrf_token().encode()):
        abort(HTTPStatus.BAD_REQUEST)
