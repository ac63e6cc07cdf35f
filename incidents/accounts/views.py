"""Pages of coming in, going out, and looking after accounts."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from incidents.accounts import admission, comparing, devices, invitations, policy, recovery_codes, services
from incidents.accounts.factors import MemoryLost
from incidents.accounts.forms import ChangePassphraseForm, LogInForm, RecoverForm, SetUpForm
from incidents.accounts.models import Role
from incidents.accounts.sessions import WrongCredentials, current_seed
from incidents.accounts.throttle import Throttled
from incidents.accounts.words import offered
from incidents.errors import NotFound
from incidents.i18n import gettext as _
from incidents.i18n import ngettext
from incidents.keyring.tokens import tidy
from incidents.web.access import EVERYONE, access, public, step_up
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.exceptions import Unauthorized

    from incidents.web.forms import BaseForm

blueprint = Blueprint("accounts", __name__)

HOME = {
    Role.RESEARCHER: "records.cases",
    Role.FIELD_WORKER: "intake.new",
    Role.ANALYST: "summaries.dashboard",
    Role.ADVOCATE: "releases.releases",
    Role.ADMINISTRATOR: "accounts.list_accounts",
}


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """Send people to where their work is."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.login"))
    return redirect(url_for(HOME[current_user.role]))


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Log in."""
    form = LogInForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            device = devices.known(form.username.data)
            account = services.log_in(form.username.data, form.passphrase.data, device)
        except Throttled as wait:
            return told_to_wait("accounts/login.html", form, wait)
        except WrongCredentials:
            form.add_errors(
                {"passphrase": _("This username and passphrase do not fit together. Check both and try again.")}
            )
        except MemoryLost:
            form.add_errors(
                {
                    "passphrase": _(
                        "What your account keeps for itself was changed or deleted in the database, so nobody is let "
                        "in. Tell your colleagues and your administrator: the account must be begun anew."
                    )
                }
            )
        else:
            answer = redirect(url_for("factors.second"), HTTPStatus.SEE_OTHER)
            if form.own_device.data:
                devices.remember(answer, account)
            return answer
    return render_template("accounts/login.html", form=form), status_of(form)


@blueprint.app_errorhandler(HTTPStatus.UNAUTHORIZED)
def not_logged_in(error: Unauthorized) -> ResponseReturnValue:
    """Offer the log-in page where someone came without a session, or with one that has ended."""
    del error
    return render_template("accounts/login.html", form=LogInForm(), ended=True), HTTPStatus.UNAUTHORIZED


def told_to_wait(template: str, form: BaseForm, wait: Throttled, **values: object) -> ResponseReturnValue:
    """The same page, with what was typed and when to try again (429): alike for names that exist and that do not."""
    message = ngettext(
        "There were too many attempts, so this one was not looked at. Try again in %(num)s minute.",
        "There were too many attempts, so this one was not looked at. Try again in %(num)s minutes.",
        wait.minutes,
    )
    form.add_errors({"username" if "username" in form else "passphrase": message})
    page = render_template(template, form=form, **values)
    return page, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(wait.minutes * 60)}


@blueprint.post("/logout")
@access(*EVERYONE)
def logout() -> ResponseReturnValue:
    """End the session and let the browser forget the site."""
    services.log_out()
    answer = redirect(url_for("accounts.login"), HTTPStatus.SEE_OTHER)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.route("/set-up", methods=["GET", "POST"])
@public
def set_up() -> ResponseReturnValue:
    """Use a set-up code; a second factor is asked for before anything is written."""
    form = SetUpForm(request.form)
    form.offer = offered() if request.method == "GET" else ""
    if request.method == "POST" and form.validate():
        try:
            services.begin_set_up(form.username.data, form.code.data, form.new_passphrase.data)
        except Throttled as wait:
            return told_to_wait("accounts/set_up.html", form, wait)
        except WrongCredentials:
            form.add_errors(
                {"code": _("This username and code do not fit together, or the code was used or is older than a week.")}
            )
        except invitations.AnotherOrganisation:
            form.add_errors(
                {
                    "code": _(
                        "This code names another key of your organisation than is kept here: somebody may have "
                        "changed it. Do not go on, and tell the people who invited you."
                    )
                }
            )
        else:
            return redirect(url_for("factors.first"), HTTPStatus.SEE_OTHER)
    return render_template("accounts/set_up.html", form=form), status_of(form)


@blueprint.get("/set-up/<code>")
@public
def set_up_with(code: str) -> ResponseReturnValue:
    """The same page from an invitation that has the code in its address."""
    signs = tidy(code)
    form = SetUpForm(data={"code": "-".join(signs[i : i + 4] for i in range(0, len(signs), 4))})
    form.offer = offered()
    return render_template("accounts/set_up.html", form=form)


@blueprint.route("/recover", methods=["GET", "POST"])
@public
def recover() -> ResponseReturnValue:
    """Come back in with a recovery code and a new passphrase."""
    form = RecoverForm(request.form)
    form.offer = offered() if request.method == "GET" else ""
    if request.method == "POST" and form.validate():
        try:
            if form.lost.data:
                recovery_codes.begin_recovery(form.username.data, form.code.data, form.new_passphrase.data)
                return redirect(url_for("factors.first"), HTTPStatus.SEE_OTHER)
            account, recovery = recovery_codes.recover(form.username.data, form.code.data, form.new_passphrase.data)
        except Throttled as wait:
            return told_to_wait("accounts/recover.html", form, wait)
        except WrongCredentials:
            form.add_errors({"code": _("This username and recovery code do not fit together. Check both.")})
        else:
            return render_template("accounts/recovery_code.html", account=account, recovery=recovery, renewed=True)
    return render_template("accounts/recover.html", form=form), status_of(form)


@blueprint.route("/account", methods=["GET", "POST"])
@access(*EVERYONE)
def account() -> ResponseReturnValue:
    """One's own account: the number to compare, and the passphrase."""
    form = ChangePassphraseForm(request.form)
    form.owner = current_user.username
    form.offer = offered() if request.method == "GET" else ""
    number = comparing.own_comparison(current_user, current_user.organisation_id, current_seed())
    if request.method == "POST" and form.validate():
        try:
            services.change_passphrase(current_user, form.passphrase.data, form.new_passphrase.data)
        except Throttled as wait:
            return told_to_wait("accounts/account.html", form, wait, comparison=number, device=devices.present())
        except WrongCredentials:
            form.add_errors({"passphrase": _("This is not your passphrase now. Try again.")})
        else:
            services.log_out()
            return after_change()
    page = render_template("accounts/account.html", form=form, comparison=number, device=devices.present())
    return page, status_of(form)


@blueprint.get("/account/numbers")
@access(*EVERYONE)
def numbers() -> ResponseReturnValue:
    """What to read to members of other organisations who are to let one count their facts, or read their log."""
    found = comparing.numbers_elsewhere(current_user, current_seed())
    return render_template("accounts/numbers.html", numbers=found)


@blueprint.post("/account/numbers/<organisation_id>")
@access(*EVERYONE)
def first_sight(organisation_id: str) -> ResponseReturnValue:
    """Take another organisation's key at first sight; comparing the number shows whether it is the right one."""
    if comparing.own_comparison(current_user, organisation_id, current_seed()) is None:
        raise NotFound
    return redirect(url_for("accounts.numbers"), HTTPStatus.SEE_OTHER)


@blueprint.post("/account/forget-device")
@access(*EVERYONE)
def forget_device() -> ResponseReturnValue:
    """Take away the cookie that lets this device in while others guess."""
    answer = redirect(url_for("accounts.account"), HTTPStatus.SEE_OTHER)
    devices.forget(answer)
    return answer


def after_change() -> ResponseReturnValue:
    """Go to the log-in page, which says that the passphrase changed: without a session nothing else could carry it."""
    return redirect(url_for("accounts.login", changed=1), HTTPStatus.SEE_OTHER)


@blueprint.get("/accounts")
@access(Role.ADMINISTRATOR)
def list_accounts() -> ResponseReturnValue:
    """Everyone who can log in."""
    return render_template("accounts/accounts.html", accounts=services.accounts())


@blueprint.post("/accounts/<account_id>/disable")
@access(Role.ADMINISTRATOR)
@step_up
def disable(account_id: str) -> ResponseReturnValue:
    """Disable an account; its sessions end at once."""
    services.set_disabled(account_id, disabled=True, by=current_user.id)
    return redirect(url_for("accounts.list_accounts"), HTTPStatus.SEE_OTHER)


@blueprint.post("/accounts/<account_id>/enable")
@access(Role.ADMINISTRATOR)
@step_up
def enable(account_id: str) -> ResponseReturnValue:
    """Let a disabled account log in again."""
    services.set_disabled(account_id, disabled=False, by=current_user.id)
    return redirect(url_for("accounts.list_accounts"), HTTPStatus.SEE_OTHER)


@blueprint.get("/members")
@access(Role.RESEARCHER)
def members() -> ResponseReturnValue:
    """Who waits for this organisation's keys, and who holds them."""
    return members_page()


def members_page() -> str:
    """The page of members as it is now."""
    member = services.current_member()
    roster, _version = member.roster()
    return render_template(
        "accounts/members.html",
        roster=roster,
        waiting=admission.waiting(member),
        picture=policy.picture(member.organisation_id),
        trusted=policy.names_of(roster),
        leaving=leaving,
    )


def leaving(account_id: str) -> str:
    """Where keys are taken back from somebody."""
    return url_for("rotation.leave", account_id=account_id)


@blueprint.post("/members/<account_id>/vouch")
@access(Role.RESEARCHER)
@step_up
def vouch(account_id: str) -> ResponseReturnValue:
    """Vouch for someone whose number was compared."""
    try:
        newcomer = admission.vouch(
            services.current_member(), current_seed(), account_id, request.form.get("comparison", "")
        )
    except admission.OldKeysFirst:
        flash(_("This person was begun anew. Take back the keys that they had before, then compare again."), "error")
        return members_page(), HTTPStatus.CONFLICT
    except comparing.Different:
        flash(_("The number is another now: the person, their role or a key was changed. Compare again."), "error")
        return members_page(), HTTPStatus.CONFLICT
    name = newcomer.account.username
    missing = newcomer.needed - len(newcomer.vouchers)
    if missing > 0:
        flash(
            ngettext(
                "You have vouched for %(name)s. One more member must.",
                "You have vouched for %(name)s. %(num)s more members must.",
                missing,
                name=name,
            )
        )
    else:
        flash(_("%(name)s can now open what their role allows.", name=name))
    return redirect(url_for("accounts.members"), HTTPStatus.SEE_OTHER)
