"""Pages of administrators: invitations, one account, organisations. None of them can hand on a key."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from incidents.accounts import administration, comparing, networks
from incidents.accounts.administration_forms import NOTES, ROLES, InviteForm, NetworkForm, OrganisationForm, RoleForm
from incidents.accounts.invitations import NameTaken, UnusableName
from incidents.accounts.models import Role
from incidents.accounts.services import settings
from incidents.accounts.sessions import current_seed
from incidents.errors import NotFound
from incidents.i18n import gettext as _
from incidents.web.access import access, step_up
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

    from incidents.accounts.administration import Invited

blueprint = Blueprint("administration", __name__)


@blueprint.record_once
def teach(state: object) -> None:
    """Let the pages of accounts tell how far somebody has come and until when a code is good."""
    app: Flask = state.app  # type: ignore[attr-defined]
    app.jinja_env.filters["account_state"] = administration.state
    app.jinja_env.filters["moment"] = moment
    app.jinja_env.filters["network_name"] = networks.name_of


def moment(seconds: int) -> str:
    """A time in seconds since 1970 as "2026-05-05 14:30 UTC": no page knows where its reader is."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


@blueprint.route("/accounts/invite", methods=["GET", "POST"])
@access(Role.ADMINISTRATOR)
@step_up
def invite() -> ResponseReturnValue:
    """Invite somebody; show their code once."""
    form = InviteForm(request.form)
    form.offer(administration.organisations(), current_user.organisation_id)
    if request.method == "POST" and form.validate():
        # The code names the organisation's key: one that does not follow from what this account trusts is an alarm.
        comparing.trusted(current_user, form.organisation.data, current_seed())
        try:
            invited = administration.invite(
                form.username.data, Role(form.role.data), form.organisation.data, by=current_user.id
            )
        except NameTaken:
            form.add_errors({"username": _("Somebody has this username. Choose another.")})
        except UnusableName:
            form.add_errors({"username": _("Use no blanks, at most 100 letters, and nothing that does not show.")})
        else:
            return shown(invited)
    return render_template("accounts/invite.html", form=form, notes=NOTES), status_of(form)


@blueprint.route("/organisations", methods=["GET", "POST"])
@access(Role.ADMINISTRATOR)
def organisations() -> ResponseReturnValue:
    """The organisations of this instance, and a new one."""
    form = OrganisationForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            administration.add_organisation(form.name.data, form.network.data or "")
        except administration.OrganisationTaken:
            form.add_errors({"name": _("There is an organisation of this name. Choose another.")})
        else:
            flash(_("The organisation is there. Invite its first two researchers next."))
            return redirect(url_for("administration.organisations"), HTTPStatus.SEE_OTHER)
    page = render_template("accounts/organisations.html", form=form, organisations=administration.organisations())
    return page, status_of(form)


@blueprint.route("/organisations/<organisation_id>/network", methods=["GET", "POST"])
@access(Role.ADMINISTRATOR)
def network(organisation_id: str) -> ResponseReturnValue:
    """Which regional network an organisation belongs to."""
    organisation = administration.organisation(organisation_id)
    form = NetworkForm(request.form)
    if request.method == "POST" and form.validate():
        administration.change_network(organisation_id, form.network.data or "", by=current_user.id)
        flash(_("Changed. It opens nothing and closes nothing: whom its members trust is theirs to decide."))
        return redirect(url_for("administration.organisations"), HTTPStatus.SEE_OTHER)
    if request.method == "GET":
        form.network.data = organisation.network
    return render_template("accounts/network.html", form=form, organisation=organisation), status_of(form)


@blueprint.get("/accounts/<account_id>")
@access(Role.ADMINISTRATOR)
def account(account_id: str) -> ResponseReturnValue:
    """One account, and what can be done with it."""
    return one_account(account_id, RoleForm())


@blueprint.post("/accounts/<account_id>/withdraw")
@access(Role.ADMINISTRATOR)
def withdraw(account_id: str) -> ResponseReturnValue:
    """Void a code."""
    try:
        administration.withdraw(account_id, by=current_user.id)
    except NotFound:
        # Sent twice, or used meanwhile: the page says how it stands.
        administration.account(account_id)
    return redirect(url_for("administration.account", account_id=account_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/accounts/<account_id>/role")
@access(Role.ADMINISTRATOR)
@step_up
def change_role(account_id: str) -> ResponseReturnValue:
    """Another role for somebody who has no keys yet."""
    form = RoleForm(request.form)
    if form.validate():
        try:
            administration.change_role(account_id, Role(form.role.data), by=current_user.id)
        except administration.AlreadySetUp:
            form.add_errors(
                {"role": _("They have made their keys meanwhile. Begin the account anew to change the role.")}
            )
        else:
            return redirect(url_for("administration.account", account_id=account_id), HTTPStatus.SEE_OTHER)
    return one_account(account_id, form)


@blueprint.post("/accounts/<account_id>/reset")
@access(Role.ADMINISTRATOR)
@step_up
def reset(account_id: str) -> ResponseReturnValue:
    """Begin an account anew; show its code once."""
    form = RoleForm(request.form)
    if form.validate():
        try:
            return shown(administration.reset(account_id, Role(form.role.data), by=current_user.id))
        except administration.LastHolder:
            form.add_errors(
                {
                    "role": _(
                        "Nobody else holds this organisation's key: without this account its cases would be closed "
                        "for good. Let its trustees recover it, or vouch for somebody else first."
                    )
                }
            )
    return one_account(account_id, form)


def one_account(account_id: str, form: RoleForm) -> ResponseReturnValue:
    """The page of an account; with a form that was refused, if one was."""
    found = administration.account(account_id)
    if not form.role.data:
        form.role.data = found.role.value
    page = render_template("accounts/one.html", account=found, form=form, notes=NOTES, roles=ROLES)
    return page, status_of(form)


def shown(invited: Invited) -> ResponseReturnValue:
    """The page that shows a code, this once."""
    origin = settings().origin or request.host_url.rstrip("/")
    link = origin + url_for("accounts.set_up_with", code=invited.carried)
    return render_template("accounts/invited.html", invited=invited, link=link, roles=ROLES)
