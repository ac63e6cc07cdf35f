"""Pages of what leaves: the register, a new release, its files."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from incidents.accounts.models import Role
from incidents.disclosure.services import ProtectedTable, Refused
from incidents.errors import NotFound
from incidents.i18n import gettext as _
from incidents.releases import method, register, services, wording
from incidents.releases.forms import REFUSED, SERIES_NOTES, WITHDRAWN, QuestionForm, WithdrawalForm, fields_of
from incidents.releases.layout import paged
from incidents.releases.manifest import sha256, stated_in
from incidents.releases.question import Question
from incidents.releases.services import Changed, TooLike
from incidents.releases.writers import FORMATS
from incidents.web.access import EVERYONE, access, step_up
from incidents.web.downloads import attachment
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("releases", __name__)


@blueprint.get("/releases")
@access(*EVERYONE)
def releases() -> ResponseReturnValue:
    """Everything that was released, newest first."""
    # First: reading facts ends the transaction, and rows that were read before would be read again one by one.
    standings = services.standings()
    entries = services.entries()
    superseded = {one.supersedes for one in entries if not one.withdrawn_on}
    return render_template("releases/releases.html", releases=entries, standings=standings, superseded=superseded)


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
        return shown(form, HTTPStatus.UNPROCESSABLE_ENTITY, refused=why(refusal))
    except Changed:
        flash(_("The numbers changed since you saw them. Nothing was released: look again."), "warning")
        return ask(form, question, HTTPStatus.CONFLICT)
    return redirect(url_for("releases.release", release_id=released), HTTPStatus.SEE_OTHER)


def ask(form: QuestionForm, question: Question, status: HTTPStatus = HTTPStatus.OK) -> ResponseReturnValue:
    """The page of a question with its protected answer, or with why there is none."""
    try:
        preview = services.preview(question)
    except Refused as refusal:
        return shown(form, HTTPStatus.UNPROCESSABLE_ENTITY, refused=why(refusal))
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


def why(refusal: Refused) -> str:
    """What a refusal says to whoever asked."""
    if isinstance(refusal, TooLike):
        return _(
            "Beside release %(numbers)s, which counted nearly the same people, this table would tell of the few who "
            "came in since, or went. Wait until more was documented, or ask for a longer period or fewer breakdowns.",
            numbers=", ".join(map(str, refusal.numbers)),
        )
    return str(REFUSED[refusal.reason])


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
        replaced=register.superseded().get(found.number),
        signed=stated_in(found.manifest),
        digest=sha256(found.manifest.encode()),
        withdrawn=WITHDRAWN,
        formats=wording.FORMATS,
        answerable=register.answers_for(found),
    )


@blueprint.get("/releases/<release_id>/check")
@access(*EVERYONE)
def check(release_id: str) -> ResponseReturnValue:
    """Compare the files of a release with its manifest, and write them again."""
    found = register.whole(release_id)
    return render_template("releases/check.html", release=found, check=register.check(found))


@blueprint.get("/releases/<release_id>/manifest")
@access(*EVERYONE)
@step_up
def signed_manifest(release_id: str) -> ResponseReturnValue:
    """The signed manifest, for whoever wants to check a file without Tala."""
    found = services.get(release_id)
    if not found.manifest:
        raise NotFound
    return attachment(found.manifest.encode(), f"tala-release-{found.number}.manifest.json", "application/jsonl")


@blueprint.route("/releases/<release_id>/withdraw", methods=["GET", "POST"])
@access(*register.ANSWERABLE)
@step_up
def withdraw(release_id: str) -> ResponseReturnValue:
    """Say why a release is withdrawn; then nobody is given it any more."""
    found = register.answered_for(release_id)
    form = WithdrawalForm(request.form)
    if request.method == "POST" and form.validate():
        register.withdraw(release_id, form.reason.data)
        flash(_("The release is withdrawn. Tell whoever you gave it to: what has left cannot be called back."))
        return redirect(url_for("releases.release", release_id=release_id), HTTPStatus.SEE_OTHER)
    return render_template("releases/withdraw.html", form=form, release=found), status_of(form)


@blueprint.post("/releases/<release_id>/public")
@access(*register.ANSWERABLE)
@step_up
def ask_public(release_id: str) -> ResponseReturnValue:
    """Ask that a release may stand on the public page."""
    register.ask_public(release_id)
    flash(_("Asked. A second person of your organisation has to agree."))
    return redirect(url_for("releases.release", release_id=release_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/releases/<release_id>/public/approval")
@access(*register.ANSWERABLE)
@step_up
def approve_public(release_id: str) -> ResponseReturnValue:
    """Agree that what was seen may stand on the public page."""
    register.approve_public(release_id, request.form.get("shown", ""))
    flash(_("Agreed. The release may stand on the public page."))
    return redirect(url_for("releases.release", release_id=release_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/releases/<release_id>/public/end")
@access(*register.ANSWERABLE)
def end_public(release_id: str) -> ResponseReturnValue:
    """Take a release off the public page."""
    register.end_public(release_id)
    flash(_("The release is not on the public page any more."))
    return redirect(url_for("releases.release", release_id=release_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/releases/<release_id>/files/<ending>")
@access(*EVERYONE)
@step_up
def download(release_id: str, ending: str) -> ResponseReturnValue:
    """A file of a release, the same bytes as ever."""
    found = services.file(release_id, ending)
    return attachment(found.content, found.name, FORMATS[found.format][0])
