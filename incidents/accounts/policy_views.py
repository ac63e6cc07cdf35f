"""Pages of what an organisation decides for itself, and the picture of who holds which keys."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from incidents.accounts import admission, policy, services
from incidents.accounts.models import Role
from incidents.accounts.policy_forms import PolicyForm, TrustForm
from incidents.accounts.sessions import current_seed
from incidents.i18n import gettext as _
from incidents.web.access import access, step_up
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("policy", __name__)


@blueprint.route("/members/trust", methods=["GET", "POST"])
@access(Role.RESEARCHER)
@step_up
def trust() -> ResponseReturnValue:
    """Decide which other organisations' analysts and advocates may be granted what."""
    member = services.current_member()
    form = TrustForm(request.form)
    form.offer(policy.others(member.organisation_id))
    if request.method == "POST" and form.validate():
        admission.decide_trust(member, current_seed(), form.trusts())
        flash(_("Decided. Who was granted keys before keeps them until you take them back."))
        return redirect(url_for("accounts.members"), HTTPStatus.SEE_OTHER)
    if request.method == "GET":
        form.show(member.roster()[0])
    status = status_of(form)
    return render_template("accounts/trust.html", form=form), status


@blueprint.route("/members/policy", methods=["GET", "POST"])
@access(Role.RESEARCHER)
@step_up
def vouches() -> ResponseReturnValue:
    """Ask for another number of vouches, or agree to a colleague's proposal."""
    member = services.current_member()
    roster, _version = member.roster()
    form = PolicyForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            changed = policy.propose(member, current_seed(), int(form.vouches.data))
        except policy.OwnProposal:
            form.add_errors({"vouches": _("You have asked for this already. A colleague must agree.")})
        else:
            flash(
                _("The policy is changed.") if changed else _("Proposed. It holds when a colleague asks for the same.")
            )
            return redirect(url_for("accounts.members"), HTTPStatus.SEE_OTHER)
    if request.method == "GET":
        form.vouches.data = str(roster.proposal.vouches if roster.proposal else roster.vouches)
    status = status_of(form)
    names = services.usernames()
    return render_template("accounts/policy.html", form=form, roster=roster, names=names), status


@blueprint.get("/accounts/keys")
@access(Role.ADMINISTRATOR)
def keys() -> ResponseReturnValue:
    """Who holds which keys, of every organisation: what an administrator can see of them, and all there is."""
    return render_template("accounts/keys.html", pictures=policy.pictures(), own=current_user.organisation_id)
