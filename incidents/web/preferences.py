"""The language a person wants, kept in a cookie of its own: it is needed before anyone logs in."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, request

from incidents import i18n
from incidents.web.access import public

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("preferences", __name__)
YEAR = 365 * 24 * 3600


@blueprint.post("/language")
@public
def language() -> ResponseReturnValue:
    """Remember a language and go back to the page it was chosen on."""
    came_from = urlsplit(request.referrer or "/")
    # One slash: a path that begins with two names another site.
    path = f"/{came_from.path.lstrip('/')}" if came_from.netloc == request.host else "/"
    answer = redirect(path, HTTPStatus.SEE_OTHER)
    wanted = request.form.get("locale", "")
    if wanted in i18n.BY_CODE:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        answer.set_cookie(i18n.COOKIE, wanted, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    return answer


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process answers; nothing more."""
    return {"status": "ok"}
