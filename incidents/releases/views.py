"""Pages of what leaves: the register, a new release, its files."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from incidents.accounts.models import Role
from incidents.disclosure.services import ProtectedTable, Refused
from incidents.i18n import gettext as _
from incidents.releases import method, services
from incidents.releases.forms import REFUSED, SERIES_NOTES, QuestionForm, fields_of
from incidents.releases.layout import paged
from incidents.releases.question import Question
from incidents.releases.services import Changed
from incidents.releases.writers import FORMATS
from incidents.web.access import EVERYONE, access, step_up
from incidents.web.downloads import attachment

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("releases", __name__)


@blueprint.get("/releases")
@access(*EVERYONE)
def releases() -> ResponseReturnValue:
    """Everything that was released, newest first."""
    # First: reading facts ends the transaction, and rows that were read before would be read again one by one.
    standings = services.standings()
    return render_template("releases/releases.html", releases=services.register(), standings=standings)


@blueprint.get("/releases/new")
@access(Role.ADVOCATE)
def new() -> ResponseReturnValue:
    """Choose a question; with one in the address, see its protected answer."""
    if not request.args:
        return render_template("releases/new.html", form=QuestionForm(), notes=SERIES_NOTES)
    form = QuestionForm(request.args)
    question = form.question()
    return ask(form, question) if question else shown(form, HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.post("/releases/new")
@access(Role.ADVOCATE)
@step_up
def create() -> ResponseReturnValue:
    """Release the table that was shown."""
    form = QuestionForm(request.form)
    question = form.question()
    if question is None:
        return shown(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        released = services.release(question, shown=request.form.get("shown", ""))
    except Refused as refusal:
        return shown(form, HTTPStatus.UNPROCESSABLE_ENTITY, refused=REFUSED[refusal.reason])
    except Changed:
        flash(_("The numbers changed since you saw them. Nothing was released: look again."), "warning")
        return ask(form, question, HTTPStatus.CONFLICT)
    return redirect(url_for("releases.release", release_id=released), HTTPStatus.SEE_OTHER)


def ask(form: QuestionForm, question: Question, status: HTTPStatus = HTTPStatus.OK) -> ResponseReturnValue:
    """The page of a question with its protected answer, or with why there is none."""
    try:
        preview = services.preview(question)
    except Refused as refusal:
        return shown(form, HTTPStatus.UNPROCESSABLE_ENTITY, refused=REFUSED[refusal.reason])
    return shown(
        form,
        status,
        preview=preview,
        grid=paged(preview.protected, request.args.get("page", 1, int)),
        note=method.note(question, preview.protected),
        cost=method.cost(preview.protected),
        question=fields_of(question),
        overlapping=services.overlapping(question),
    )


def shown(form: QuestionForm, status: HTTPStatus, **about: object) -> ResponseReturnValue:
    """The form, and whatever came of it."""
    return render_template("releases/new.html", form=form, notes=SERIES_NOTES, **about), status


@blueprint.get("/releases/<release_id>")
@access(*EVERYONE)
def release(release_id: str) -> ResponseReturnValue:
    """A table as it was released, with its files."""
    standing = services.standings([release_id]).get(release_id)
    found = services.get(release_id)
    protected = ProtectedTable.from_json(found.table)
    question = Question.from_json(found.question)
    return render_template(
        "releases/release.html",
        release=found,
        grid=paged(protected, request.args.get("page", 1, int)),
        note=method.note(question, protected, found.codebook_version),
        cost=method.cost(protected),
        standing=standing,
        overlapping=[one for one in services.overlapping(question) if one.number < found.number],
    )


@blueprint.get("/releases/<release_id>/files/<ending>")
@access(*EVERYONE)
@step_up
def download(release_id: str, ending: str) -> ResponseReturnValue:
    """A file of a release, the same bytes as ever."""
    found = services.file(release_id, ending)
    return attachment(found.content, found.name, FORMATS[found.format][0])
