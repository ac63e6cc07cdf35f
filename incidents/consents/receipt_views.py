"""The page of a receipt, for whoever holds one: no account, no cookie, one address for every step.

Code and word come with each request, in its body, and are what every change is done by: no other site knows them, so
there is no anti-forgery token. The language comes along too: other pages remember it in a cookie. The log has one line
for all that may happen here (see web.access.traceless).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, render_template, request

from incidents.accounts.throttle import Throttled
from incidents.consents import opening, wording
from incidents.consents.opening import NotOpened
from incidents.consents.receipt_forms import AnswerForm, OpenForm
from incidents.i18n import choose, ngettext
from incidents.i18n import gettext as _
from incidents.records.answers import label_of
from incidents.releases.rules import KEEPING
from incidents.web.access import public, traceless

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from incidents.consents.opening import OpenReceipt

blueprint = Blueprint("receipts", __name__)
OPEN, TELL, NARROW, ALL, LANGUAGE = "open", "tell", "narrow", "all", "language"


@blueprint.after_request
def not_found_by_searching(response: Response) -> Response:
    """No search engine lists the page."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/note")
@public
@traceless
def note() -> ResponseReturnValue:
    """Ask for the words of a paper, and the one that is not on it."""
    return render_template("receipts/ask.html", form=OpenForm())


@blueprint.post("/note")
@public
@traceless
def act() -> ResponseReturnValue:
    """Open a receipt, and do what its holder asks for."""
    if "words" not in request.form or "word" not in request.form:
        abort(HTTPStatus.BAD_REQUEST)
    choose(request.form.get("locale", ""))
    form = OpenForm(request.form)
    if request.form.get("do") == LANGUAGE:
        return render_template("receipts/ask.html", form=form)
    try:
        receipt = opening.open_receipt(form.words.data or "", form.word.data or "")
        return _done(receipt, form)
    except NotOpened:
        form.add_errors(
            {"words": _("These words open nothing. Look at the paper again, and at the word you remember.")}
        )
        return render_template("receipts/ask.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    except Throttled as wait:
        return _told_to_wait(form, wait)


def _told_to_wait(form: OpenForm, wait: Throttled) -> ResponseReturnValue:
    message = ngettext(
        "There were too many attempts, so this one was not looked at. Try again in %(num)s minute.",
        "There were too many attempts, so this one was not looked at. Try again in %(num)s minutes.",
        wait.minutes,
    )
    form.add_errors({"words": message})
    page = render_template("receipts/ask.html", form=form)
    return page, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(wait.minutes * 60)}


def _done(receipt: OpenReceipt, typed: OpenForm) -> ResponseReturnValue:
    """Do one step; nothing but a step with something in it changes anything."""
    step = request.form.get("do", OPEN)
    form = AnswerForm(request.form if step != OPEN else None)
    form.offer(receipt.content.standing)
    if step == OPEN:
        return _page(receipt, typed, form)
    if not form.validate():
        return _page(receipt, typed, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    text = (form.text.data or "").strip()
    if step == ALL:
        return _page(opening.take_back(receipt, [KEEPING], text), typed, AnswerForm(), done=ALL)
    if step == NARROW and form.chosen():
        return _page(opening.take_back(receipt, form.chosen(), text), typed, AnswerForm(), done=NARROW)
    if step == TELL and text:
        return _page(receipt, typed, AnswerForm(), done=TELL if opening.tell(receipt, text) else "unsent")
    form.add_errors({"purposes" if step == NARROW else "text": _nothing(step)})
    return _page(receipt, typed, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _nothing(step: str) -> str:
    return _("Choose what is no longer allowed.") if step == NARROW else _("Write what is wrong.")


def _page(
    receipt: OpenReceipt, typed: OpenForm, form: AnswerForm, status: HTTPStatus = HTTPStatus.OK, *, done: str = ""
) -> ResponseReturnValue:
    content = receipt.content
    form.offer(content.standing)
    shown: dict[str, Any] = {
        "answers": [wording.answer(one) for one in content.answers],
        "counted": wording.counted(content),
        "when": wording.when(content),
        "where": label_of("regions", content.country),
        "what": wording.violations(content),
    }
    page = render_template("receipts/opened.html", typed=typed, form=form, done=done, kept=content.kept, **shown)
    return page, status
