"""Pages of second factors: the second stage of coming in, and one's own list of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from incidents.accounts import entering, half_open, own_factors, recovery_codes, step_up
from incidents.accounts.factor_forms import AppForm, FirstForm, KeyForm, NameForm, SecondForm
from incidents.accounts.factors import LastFactor, TooManyFactors, WrongFactor, factors_of
from incidents.accounts.half_open import HalfOpen, Step
from incidents.accounts.invitations import AnotherOrganisation
from incidents.accounts.sessions import WrongCredentials, current_seed
from incidents.accounts.throttle import Throttled
from incidents.accounts.views import HOME, told_to_wait
from incidents.i18n import gettext as _
from incidents.keyring.totp import address, grouped
from incidents.web.access import EVERYONE, access, public
from incidents.web.access import step_up as asks_again
from incidents.web.forms import status_of
from incidents.web.headers import let_script_run
from incidents.web.qr import draw

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from incidents.web.forms import BaseForm

blueprint = Blueprint("factors", __name__)


@blueprint.route("/login/second", methods=["GET", "POST"])
@public
def second() -> ResponseReturnValue:
    """Ask whoever gave the passphrase for a second factor."""
    waits = half_open.waiting(Step.LOG_IN)
    if waits is None:
        return redirect(url_for("accounts.login"), HTTPStatus.SEE_OTHER)
    form = SecondForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            account = entering.finish_log_in(waits, form.code.data, form.assertion.data)
        except Throttled as wait:
            return told_to_wait("accounts/second.html", form, wait, options="", command="")
        except WrongCredentials:
            half_open.give_up()
            return redirect(url_for("accounts.login"), HTTPStatus.SEE_OTHER)
        except WrongFactor:
            form.add_errors({"code": step_up.wrong_factor()})
        else:
            return redirect(url_for(HOME[account.role]), HTTPStatus.SEE_OTHER)
    options = step_up.key_options(waits.account_id, waits.opened)
    command = f"make code NAME={entering.account_of(waits).username}"
    return scripted("accounts/second.html", form, options=options, command=command)


@blueprint.route("/second-factor", methods=["GET", "POST"])
@public
def first() -> ResponseReturnValue:
    """Add the app that a new account begins with, or that stands in for what was lost; show the recovery code once."""
    waits = half_open.waiting(Step.SET_UP, Step.RECOVERY)
    if waits is None:
        return redirect(url_for("accounts.login"), HTTPStatus.SEE_OTHER)
    form = FirstForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            return finished(waits, form.code.data)
        except WrongFactor:
            form.add_errors({"code": wrong_first_code()})
        except (WrongCredentials, AnotherOrganisation):
            half_open.give_up()
            return redirect(url_for("accounts.login"), HTTPStatus.SEE_OTHER)
    username = entering.account_of(waits).username
    return app_page("accounts/first_factor.html", form, waits.secret, username)


def finished(waits: HalfOpen, code: str) -> ResponseReturnValue:
    """The recovery code, after the first code of the app was right.

    Raises:
        WrongFactor, WrongCredentials, AnotherOrganisation: see entering.finish().
    """
    account, recovery = entering.finish(waits, _("Authenticator app"), code)
    half_open.give_up()
    renewed = waits.step is Step.RECOVERY
    return render_template("accounts/recovery_code.html", account=account, recovery=recovery, renewed=renewed)


@blueprint.route("/confirm", methods=["GET", "POST"])
@access(*EVERYONE)
def confirm() -> ResponseReturnValue:
    """Ask for passphrase and second factor again, then go on to where somebody was going."""
    form = step_up.question()
    to = step_up.safe_address(request.values.get("next", ""))
    if request.method == "POST":
        try:
            if step_up.proved(form):
                return redirect(to, HTTPStatus.SEE_OTHER)
        except Throttled as wait:
            return step_up.asked(form, request.path, [("next", to)], wait)
    return step_up.asked(form, request.path, [("next", to)])


@blueprint.get("/account/factors")
@access(*EVERYONE)
def factors() -> ResponseReturnValue:
    """One's second factors."""
    found = factors_of(current_user.id, current_seed())
    return render_template("accounts/factors.html", factors=found.all, usable=step_up.keys_usable())


@blueprint.post("/account/factors/app/new")
@access(*EVERYONE)
@asks_again
def begin_app() -> ResponseReturnValue:
    """Begin to add an authenticator app."""
    own_factors.begin_app()
    return redirect(url_for("factors.app"), HTTPStatus.SEE_OTHER)


@blueprint.route("/account/factors/app", methods=["GET", "POST"])
@access(*EVERYONE)
@asks_again
def app() -> ResponseReturnValue:
    """Add the authenticator app that was begun, once it shows the right code."""
    secret = own_factors.new_app()
    if secret is None:
        return redirect(url_for("factors.factors"), HTTPStatus.SEE_OTHER)
    form = AppForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            own_factors.add_app(current_user, current_seed(), form.name.data or _("Authenticator app"), form.code.data)
        except WrongFactor:
            form.add_errors({"code": wrong_first_code()})
        except TooManyFactors:
            form.add_errors({"code": too_many()})
        else:
            return changed(_("The authenticator app is added. Your other sessions have ended."))
    return app_page("accounts/app.html", form, secret, current_user.username)


@blueprint.route("/account/factors/key", methods=["GET", "POST"])
@access(*EVERYONE)
@asks_again
def key() -> ResponseReturnValue:
    """Add a security key: the one page that cannot do without its script."""
    if not step_up.keys_usable():
        abort(HTTPStatus.NOT_FOUND)
    form = KeyForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            own_factors.add_key(current_user, current_seed(), form.name.data or _("Security key"), form.answer.data)
        except WrongFactor:
            form.add_errors({"answer": _("This is not an answer to what was asked. Try again.")})
        except TooManyFactors:
            form.add_errors({"answer": too_many()})
        else:
            return changed(_("The security key is added. Your other sessions have ended."))
    return scripted("accounts/key.html", form, options=own_factors.key_options(current_user, current_seed()))


@blueprint.route("/account/factors/<factor_id>/rename", methods=["GET", "POST"])
@access(*EVERYONE)
def rename(factor_id: str) -> ResponseReturnValue:
    """Give a second factor another name."""
    factor = factors_of(current_user.id, current_seed()).get(factor_id)
    form = NameForm(request.form, name=factor.name)
    if request.method == "POST" and form.validate():
        own_factors.rename(current_user, current_seed(), factor_id, form.name.data)
        return changed(_("The name is changed."))
    return render_template("accounts/rename.html", form=form, factor=factor), status_of(form)


@blueprint.post("/account/factors/<factor_id>/remove")
@access(*EVERYONE)
@asks_again
def remove(factor_id: str) -> ResponseReturnValue:
    """Take a second factor away."""
    try:
        own_factors.remove(current_user, current_seed(), factor_id)
    except LastFactor:
        flash(_("This is your only second factor. Add another first, then remove this one."), "warning")
        return redirect(url_for("factors.factors"), HTTPStatus.SEE_OTHER)
    return changed(_("It is removed. Your other sessions have ended."))


@blueprint.post("/account/recovery-code")
@access(*EVERYONE)
@asks_again
def renew_recovery_code() -> ResponseReturnValue:
    """Replace the recovery code; the new one is shown once."""
    recovery = recovery_codes.renew_recovery_code(current_user.id, current_seed())
    return render_template("accounts/recovery_code.html", account=current_user, recovery=recovery, renewed=True)


def changed(message: str) -> ResponseReturnValue:
    """Back to the list, which says what was done."""
    flash(message, "success")
    return redirect(url_for("factors.factors"), HTTPStatus.SEE_OTHER)


def app_page(template: str, form: BaseForm, secret: str, username: str) -> ResponseReturnValue:
    """A page with the secret of an app, drawn and in letters."""
    drawing = draw(address(secret, username))
    return render_template(template, form=form, drawing=drawing, secret=grouped(secret)), status_of(form)


def scripted(template: str, form: BaseForm, *, options: str, **values: object) -> Response:
    """A page on which a security key can be used, if there are options for one."""
    answer = make_response(render_template(template, form=form, options=options, **values), status_of(form))
    return let_script_run(answer) if options else answer


def wrong_first_code() -> str:
    """What to do when the app shows another code than it should."""
    return _("This is not the code that the app should show. Wait for the next one; is the device's clock right?")


def too_many() -> str:
    """What to do when there are enough."""
    return _("You have ten second factors already. Remove one that you do not use first.")
