"""Pages of the log: reading it, checking it, and who may read it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from incidents.accounts.comparing import Different
from incidents.accounts.models import Role
from incidents.accounts.services import current_member
from incidents.accounts.sessions import current_seed
from incidents.audit import checking, granting, reading, services
from incidents.audit.forms import ACTS, CheckForm, FilterForm, FindForm
from incidents.errors import NotFound
from incidents.i18n import gettext as _
from incidents.i18n import ngettext
from incidents.web.access import EVERYONE, access, step_up
from incidents.web.downloads import attachment
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.keyring.services import AuditKey

blueprint = Blueprint("audit", __name__)


def chosen_keys() -> list[AuditKey]:
    """The audit keys of the organisation in the address, or of one's own; 403 for who was not given its log."""
    organisation_id = request.args.get("organisation") or current_user.organisation_id
    return reading.keys_for(current_user.id, current_seed(), organisation_id)


@blueprint.get("/audit")
@access(*EVERYONE)
def log() -> ResponseReturnValue:
    """The log, newest first."""
    held = reading.keys_of(current_user.id, current_seed())
    if "organisation" not in request.args and held and current_user.organisation_id not in held:
        return redirect(url_for("audit.log", organisation=next(iter(held))))
    keys = chosen_keys()
    form = FilterForm(request.args)
    below = request.args.get("below", type=int)
    return render_template(
        "audit/log.html",
        form=form,
        page_of_log=reading.read(keys, below=below, act=form.chosen()),
        acts=ACTS,
        organisation=keys[0].organisation_id,
        organisations=reading.organisations(list(held)),
        head=services.head(keys[0].organisation_id),
        own=keys[0].organisation_id == current_user.organisation_id and current_user.role is Role.RESEARCHER,
    )


@blueprint.get("/audit/check")
@access(*EVERYONE)
def check() -> ResponseReturnValue:
    """Verify the whole log, and look digits up that a file or a backup carries."""
    organisation_id = chosen_keys()[0].organisation_id
    form = CheckForm(request.args)
    result = checking.check(organisation_id, genesis=known_genesis(organisation_id), printed=form.printed.data or "")
    return render_template("audit/check.html", form=form, result=result, organisation=organisation_id)


def known_genesis(organisation_id: str) -> str:
    """What the roster says of where the log began, for those who can open it."""
    if organisation_id != current_user.organisation_id or current_user.role is not Role.RESEARCHER:
        return ""
    return current_member().roster()[0].log


@blueprint.post("/audit/export")
@access(*EVERYONE)
@step_up
def export() -> ResponseReturnValue:
    """The sealed log as a file, for somebody who verifies it elsewhere."""
    organisation_id = chosen_keys()[0].organisation_id
    content = checking.export(organisation_id, by=current_user.id)
    return attachment(content, "tala-audit.jsonl", "application/jsonl")


@blueprint.get("/audit/auditors")
@access(Role.RESEARCHER)
@step_up
def auditors() -> ResponseReturnValue:
    """Who can read the log, and somebody else to give it to."""
    return shown(FindForm(request.args))


def shown(form: FindForm) -> ResponseReturnValue:
    """The page of auditors, with whoever was asked for by name."""
    member = current_member()
    found = None
    if form.username.data:
        try:
            found = granting.find(member, form.username.data)
        except NotFound:
            form.add_errors(
                {
                    "username": _(
                        "Nobody of this name can be given the log: check the name. They must have set up their "
                        "account; field workers hold no key; and who waits on the page Members is vouched for there."
                    )
                }
            )
    status = status_of(form)
    return render_template("audit/auditors.html", form=form, found=found, auditors=granting.auditors(member)), status


@blueprint.post("/audit/auditors/<auditor_id>/give")
@access(Role.RESEARCHER)
@step_up
def give(auditor_id: str) -> ResponseReturnValue:
    """Give the log to somebody whose number was compared."""
    try:
        given = granting.grant_audit(current_member(), current_seed(), auditor_id, request.form.get("comparison", ""))
    except Different:
        flash(_("The number has changed: compare it again before you go on."), "error")
        return redirect(url_for("audit.auditors"), HTTPStatus.SEE_OTHER)
    missing = given.needed - len(given.vouchers)
    name = given.account.username
    if missing > 0:
        flash(
            ngettext(
                "You have given the log to %(name)s. One more member must.",
                "You have given the log to %(name)s. %(num)s more members must.",
                missing,
                name=name,
            )
        )
    else:
        flash(_("%(name)s can now read the log.", name=name), "success")
    return redirect(url_for("audit.auditors"), HTTPStatus.SEE_OTHER)


@blueprint.post("/audit/auditors/<auditor_id>/take-back")
@access(Role.RESEARCHER)
@step_up
def take_back(auditor_id: str) -> ResponseReturnValue:
    """Take the log back from somebody."""
    granting.take_audit_back(current_member(), current_seed(), auditor_id)
    flash(_("The log was taken back, and its key replaced. What they have read until now, they have read."), "success")
    return redirect(url_for("audit.auditors"), HTTPStatus.SEE_OTHER)
