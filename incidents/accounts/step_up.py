"""Step-up: before an act that cannot be undone, the passphrase again if it was proved too long ago.

A stolen cookie, or a session left open, then reads, but neither hands on keys nor carries anything out. Nothing that
was typed is lost: the page that asks carries the fields of the form along and sends them where they were to go.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from incidents.accounts import services
from incidents.accounts.factor_forms import ConfirmForm
from incidents.accounts.sessions import WrongCredentials, tala_session
from incidents.i18n import gettext as _
from incidents.web.access import asks_step_up
from incidents.web.csrf import FIELD, SAFE

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

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
    if form.was_sent(request.form) and proved(form):
        return None
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
    """Whether the answer is right; then the session remembers when, else the form says what is wrong."""
    if not form.validate():
        return False
    try:
        services.open_account_seed(current_user.username, form.passphrase.data)
    except WrongCredentials:
        form.add_errors({"passphrase": _("This is not your passphrase. Try again.")})
        return False
    tala_session()[PROVED] = int(time.time())
    return True


def asked(form: ConfirmForm, action: str, fields: list[tuple[str, str]]) -> ResponseReturnValue:
    """The page that asks, with what goes along."""
    page = render_template("accounts/confirm.html", form=form, action=action, along=fields, files=bool(request.files))
    return page, HTTPStatus.OK if request.method in SAFE else HTTPStatus.UNPROCESSABLE_ENTITY


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
