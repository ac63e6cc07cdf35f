"""Pages of handing in: that something arrived is all they show. Nothing here can reach a case."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from incidents.accounts.comparing import Different
from incidents.accounts.models import Role
from incidents.i18n import gettext as _
from incidents.submissions import services
from incidents.web.access import access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("submissions", __name__)


@blueprint.get("/submissions")
@access(Role.RESEARCHER, Role.FIELD_WORKER)
def sent() -> ResponseReturnValue:
    """What somebody has handed in: that it arrived and whether it waits, and nothing of what it says."""
    return render_template("submissions/sent.html", arrived=services.arrived(services.current_sender()))


@blueprint.post("/submissions/forget")
@access(Role.RESEARCHER, Role.FIELD_WORKER)
def forget() -> ResponseReturnValue:
    """Forget the receipts."""
    services.forget(services.current_sender())
    flash(_("Your list is empty. What you handed in is where it was."), "success")
    return redirect(url_for("submissions.sent"), HTTPStatus.SEE_OTHER)


@blueprint.post("/submissions/compared")
@access(Role.RESEARCHER, Role.FIELD_WORKER)
def compared() -> ResponseReturnValue:
    """Say that one's number was compared with a member, and was the same."""
    try:
        services.confirm(services.current_sender(), request.form.get("number", ""))
    except Different:
        flash(_("The number is another now. Compare it once more before you record anything."), "error")
        return redirect(url_for("intake.new"), HTTPStatus.SEE_OTHER)
    flash(_("Thank you. What you write is sealed to the key that you have compared."), "success")
    return redirect(url_for("intake.new"), HTTPStatus.SEE_OTHER)
