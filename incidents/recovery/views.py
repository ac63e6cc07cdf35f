"""Pages of an organisation's trustees: who they are, whether their papers were tried, and naming them anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request
from flask_login import current_user

from incidents.accounts.models import Role
from incidents.accounts.services import current_member
from incidents.accounts.sessions import current_seed
from incidents.recovery import health, services
from incidents.recovery.forms import TrusteesForm
from incidents.recovery.printing import drawing
from incidents.web.access import access, step_up
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("recovery", __name__)


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """How it is with every organisation's recovery, for administrators' pages; asked when a template does."""
    return {"recovery_of_organisations": health.of_organisations}


@blueprint.route("/recovery", methods=["GET", "POST"])
@access(Role.RESEARCHER)
@step_up
def recovery() -> ResponseReturnValue:
    """The trustees; naming them answers with their papers, once."""
    member = current_member()
    form = TrusteesForm(request.form)
    if request.method == "POST" and form.validate():
        sheets = services.name_trustees(member, current_seed(), form.names, int(form.needed.data))
        return render_template("recovery/papers.html", sheets=sheets, drawing=drawing)
    known = member.roster()[0].recovery
    found = health.of_members(member.organisation_id, current_user.organisation.name, known)
    status = status_of(form)
    return render_template("recovery/recovery.html", form=form, recovery=known, health=found), status
