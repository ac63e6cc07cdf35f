"""Pages of taking keys back and of replacing them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from incidents.accounts import services as accounts
from incidents.accounts.models import Role
from incidents.accounts.sessions import current_seed
from incidents.i18n import gettext as _
from incidents.rotation import services
from incidents.rotation.forms import LeavingForm, ReasonForm
from incidents.web.access import access, step_up
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("rotation", __name__)


@blueprint.route("/members/<account_id>/leave", methods=["GET", "POST"])
@access(Role.RESEARCHER)
@step_up
def leave(account_id: str) -> ResponseReturnValue:
    """Take somebody's keys back: all of them, or some kinds."""
    member = accounts.current_member()
    entry = services.known(member, account_id)
    form = LeavingForm(request.form)
    form.offer(entry.kinds)
    if request.method == "POST" and form.validate():
        services.leave(member, current_seed(), account_id, form.chosen(), form.reason.data)
        return go_on()
    status = status_of(form)
    who = accounts.usernames().get(account_id, "")
    return render_template("rotation/leave.html", form=form, who=who, account_id=account_id, entry=entry), status


@blueprint.get("/members/rotation")
@access(Role.RESEARCHER)
def status() -> ResponseReturnValue:
    """Whether anything is still under an old key."""
    left = services.unfinished(accounts.current_member())
    return render_template("rotation/status.html", left=left, form=ReasonForm())


@blueprint.post("/members/rotation")
@access(Role.RESEARCHER)
@step_up
def begin() -> ResponseReturnValue:
    """Make fresh keys, though nobody leaves."""
    form = ReasonForm(request.form)
    member = accounts.current_member()
    if not form.validate():
        left = services.unfinished(member)
        return render_template("rotation/status.html", left=left, form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    services.rotate(member, current_seed(), form.reason.data)
    return go_on()


@blueprint.post("/members/rotation/continue")
@access(Role.RESEARCHER)
def carry_on() -> ResponseReturnValue:
    """Carry on with what is left."""
    return go_on()


def go_on() -> ResponseReturnValue:
    """Work on the batches for a few seconds, then say where it stands."""
    if services.advance(accounts.current_member()):
        flash(_("Nothing is left under an old key."))
    return redirect(url_for("rotation.status"), HTTPStatus.SEE_OTHER)
