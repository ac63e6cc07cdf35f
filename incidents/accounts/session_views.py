"""One's own sessions: a page, and ending them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from incidents.accounts import own_sessions
from incidents.web.access import EVERYONE, access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/account/sessions")
@access(*EVERYONE)
def sessions() -> ResponseReturnValue:
    """Where one is logged in."""
    return render_template("accounts/sessions.html", sessions=own_sessions.own_sessions())


@blueprint.post("/account/sessions")
@access(*EVERYONE)
def end() -> ResponseReturnValue:
    """End one of them, all others, or all."""
    over = own_sessions.end(request.form.get("which", own_sessions.OTHERS))
    return redirect(url_for("accounts.login" if over else "sessions.sessions"), HTTPStatus.SEE_OTHER)
