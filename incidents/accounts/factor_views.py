"""Pages of second factors and of step-up."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request

from incidents.accounts import step_up
from incidents.web.access import EVERYONE, access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("factors", __name__)


@blueprint.route("/confirm", methods=["GET", "POST"])
@access(*EVERYONE)
def confirm() -> ResponseReturnValue:
    """Ask for the passphrase again, then go on to where somebody was going."""
    form = step_up.question()
    address = step_up.safe_address(request.values.get("next", ""))
    if request.method == "POST" and step_up.proved(form):
        return redirect(address, HTTPStatus.SEE_OTHER)
    return step_up.asked(form, request.path, [("next", address)])
