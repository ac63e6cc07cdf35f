"""The page on which analysts and advocates ask about a number. Nothing here can reach a case."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from incidents.accounts.comparing import Different
from incidents.accounts.models import Role
from incidents.accounts.sessions import current_seed
from incidents.casework import asking
from incidents.casework.asking_forms import AskForm
from incidents.i18n import gettext as _
from incidents.submissions import services as submissions
from incidents.summaries import services as summaries
from incidents.summaries.forms import FilterForm, addresses, in_words
from incidents.web.access import access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("asking", __name__)


@blueprint.get("/summaries/question")
@access(Role.ANALYST, Role.ADVOCATE)
def question() -> ResponseReturnValue:
    """Which number it is about, and what is asked."""
    return _page(FilterForm(request.args), AskForm())


@blueprint.post("/summaries/question")
@access(Role.ANALYST, Role.ADVOCATE)
def ask() -> ResponseReturnValue:
    """Send it. The answer is the same whoever it went to."""
    filters, form = FilterForm(request.form), AskForm(request.form)
    if not (filters.validate() and form.validate()):
        return _page(filters, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    asked = asking.Question(filters.query(), filters.filters(), form.text.data)
    try:
        asking.ask(submissions.current_sender(), asked)
    except submissions.NotSent as obstacle:
        return _page(filters, form, obstacle=type(obstacle).__name__, status=obstacle.status)
    flash(_("Your question was sealed to those whose cases are in this number, if there are any."), "success")
    return redirect(addresses(filters, url_for("summaries.dashboard"))(), HTTPStatus.SEE_OTHER)


@blueprint.post("/summaries/question/compared")
@access(Role.ANALYST, Role.ADVOCATE)
def compared() -> ResponseReturnValue:
    """Say that one's number was compared with a member, and was the same."""
    try:
        submissions.confirm(submissions.current_sender(), request.form.get("number", ""))
    except Different:
        flash(_("The number is another now. Compare it once more before you send anything."), "error")
    else:
        flash(_("Thank you. What you write is sealed to the key that you have compared."), "success")
    return redirect(url_for("asking.question"), HTTPStatus.SEE_OTHER)


def _page(
    filters: FilterForm, form: AskForm, *, obstacle: str = "", status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    valid = filters.validate()
    answer = render_template(
        "casework/ask.html",
        form=form if valid else filters,
        ask=form,
        filters=filters.filters(),
        said=in_words(filters) if valid else [],
        valid=valid,
        organisations=summaries.granted(current_user.id, current_seed()).organisations,
        obstacle=obstacle,
        number=submissions.number(submissions.current_sender()) if obstacle == "NotCompared" else None,
    )
    return answer, status if valid else HTTPStatus.UNPROCESSABLE_ENTITY
