"""Step-up: before an act that cannot be undone, passphrase and second factor again if they were proved too long ago.

A stolen cookie, or a session left open, then reads, but neither hands on keys nor carries anything out. Nothing that
was typed is lost: the page that asks carries the fields of the form along and sends them where they were to go.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user

from incidents.accounts import entering, services, throttle, webauthn
from incidents.accounts.factor_forms import ConfirmForm
from incidents.accounts.factors import WrongFactor, factors_of
from incidents.accounts.sessions import WrongCredentials, current_seed, tala_session
from incidents.accounts.throttle import Door, Throttled
from incidents.accounts.views import told_to_wait
from incidents.i18n import gettext as _
from incidents.web.access import asks_step_up
from incidents.web.csrf import FIELD, SAFE
from incidents.web.headers import let_script_run

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

    from incidents.keyring.people import Seed

#: How long a proof counts, in seconds. A form may be sent a little later than it could be opened.
READ_SECONDS: Final = 10 * 60
SEND_SECONDS: Final = 15 * 60
#: Names of the fields of the question itself, so that none can be one of the form that is carried along.
PREFIX: Final = "confirm-"
#: Where the session keeps the time of the proof.
PROVED: Final = "proved"


def register(app: Flask) -> None:
    """Ask before every view that has the mark; after the anti-forgery token and the role were checked."""
    app.before_request(check)


def check() -> ResponseReturnValue | None:
    """Let a recent proof through; else ask for one."""
    if not asks_step_up(request.endpoint) or recent():
        return None
    if request.method in SAFE:
        return redirect(url_for("factors.confirm", next=own_address()), HTTPStatus.SEE_OTHER)
    form = question()
    try:
        if form.was_sent(request.form) and proved(form):
            return None
    except Throttled as wait:
        return asked(form, own_address(), carried(), wait)
    return asked(form, own_address(), carried())


def recent() -> bool:
    """Whether the passphrase was proved lately enough for this request."""
    limit = READ_SECONDS if request.method in SAFE else SEND_SECONDS
    age = int(time.time()) - int(tala_session().get(PROVED, 0))
    return 0 <= age <= limit


def question() -> ConfirmForm:
    """The form that asks, as it was sent."""
    return ConfirmForm(request.form, prefix=PREFIX)


def proved(form: ConfirmForm) -> bool:
    """Whether the answer is right; then the session remembers when, else the form says what is wrong.

    Raises:
        Throttled: nothing was tried.
    """
    if not form.validate():
        return False
    attempt = throttle.attempt(Door.CONFIRM, current_user.id)
    try:
        _account, seed = services.open_account_seed(current_user.username, form.passphrase.data)
        entering.prove(current_user.id, seed, form.code.data, form.assertion.data)
    except WrongCredentials:
        form.add_errors({"passphrase": _("This is not your passphrase. Try again.")})
        return False
    except WrongFactor:
        form.add_errors({"code": wrong_factor()})
        return False
    attempt.succeeded()
    tala_session()[PROVED] = int(time.time())
    return True


def wrong_factor() -> str:
    """What to do when a code, or what a key has signed, is not taken."""
    return _("This code is wrong, too old, or was used already: each counts once. Wait for the next one and type that.")


def asked(
    form: ConfirmForm, action: str, fields: list[tuple[str, str]], wait: Throttled | None = None
) -> ResponseReturnValue:
    """The page that asks, with what goes along; or that says how long to wait, with the same."""
    options = "" if wait else key_options(current_user.id, current_seed())
    values = {"action": action, "along": fields, "files": bool(request.files), "options": options}
    if wait:
        return told_to_wait("accounts/confirm.html", form, wait, **values)
    status = HTTPStatus.OK if request.method in SAFE else HTTPStatus.UNPROCESSABLE_ENTITY
    answer = make_response(render_template("accounts/confirm.html", form=form, **values), status)
    return let_script_run(answer) if options else answer


def key_options(account_id: str, seed: Seed) -> str:
    """What the browser needs to let a security key of the account sign; empty if it has none, or none can be used."""
    if not keys_usable():
        return ""
    keys = factors_of(account_id, seed).keys
    return webauthn.assertion_options(services.settings().origin, tala_session(), keys) if keys else ""


def keys_usable() -> bool:
    """Whether security keys can sign for the address of this instance."""
    return webauthn.usable(services.settings().origin)


def carried() -> list[tuple[str, str]]:
    """The fields of the form that was sent, without the token, passphrases, and the question's own fields."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != FIELD and "passphrase" not in name and not name.startswith(PREFIX)
    ]


def own_address() -> str:
    """The address of this request inside the site."""
    return request.full_path.rstrip("?")


def safe_address(typed: str) -> str:
    """An address inside this site; the account's page for everything else."""
    plain = typed.isprintable() and "\\" not in typed
    return typed if plain and typed.startswith("/") and not typed.startswith("//") else url_for("accounts.account")
