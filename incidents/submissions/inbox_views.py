"""Pages of the inbox, where members take in what was handed in."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from incidents.accounts.models import Role
from incidents.accounts.services import current_member
from incidents.casework.services import Full
from incidents.i18n import gettext as _
from incidents.records import page, sentences
from incidents.records.keys import current_keys
from incidents.records.services import Conflict
from incidents.submissions import inbox as services
from incidents.submissions import messages
from incidents.submissions.forms import AttachForm, DeclineForm
from incidents.submissions.rules import Unreadable
from incidents.web.access import access, step_up

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.submissions.rules import Message

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/inbox")
@access(Role.RESEARCHER)
def inbox() -> ResponseReturnValue:
    """What waits for a member."""
    keys = current_keys()
    total = services.count(keys.organisation_id)
    pages = max(1, -(-total // services.PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    waiting = services.waiting(keys, number)
    return render_template(
        "submissions/inbox.html",
        waiting=waiting,
        senders=services.senders(current_member(), {one.sender for one in waiting}),
        total=total,
        number=number,
        pages=pages,
    )


@blueprint.get("/inbox/<submission_id>")
@access(Role.RESEARCHER)
def submission(submission_id: str) -> ResponseReturnValue:
    """One submission without names, contacts and exact places: these open once it is a case."""
    return _page(services.read(current_keys(), submission_id), DeclineForm()), HTTPStatus.OK


@blueprint.post("/inbox/<submission_id>/accept")
@access(Role.RESEARCHER)
def accept(submission_id: str) -> ResponseReturnValue:
    """Make a case of it."""
    try:
        incident_id = services.accept(current_keys(), submission_id)
    except Unreadable:
        return _page(services.read(current_keys(), submission_id), DeclineForm()), HTTPStatus.CONFLICT
    flash(_("It is a case of your organisation now, sealed. Read what is still missing."), "success")
    return redirect(url_for("records.case", incident_id=incident_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/inbox/<submission_id>/decline")
@access(Role.RESEARCHER)
@step_up
def decline(submission_id: str) -> ResponseReturnValue:
    """Delete it, with a reason."""
    keys = current_keys()
    form = DeclineForm(request.form)
    if not form.validate():
        return _page(services.read(current_keys(), submission_id), form), HTTPStatus.UNPROCESSABLE_ENTITY
    services.decline(keys, submission_id, form.reason.data)
    flash(_("It was deleted and not taken in."), "success")
    return redirect(url_for("inbox.inbox"), HTTPStatus.SEE_OTHER)


@blueprint.post("/inbox/<submission_id>/attach")
@access(Role.RESEARCHER)
def attach(submission_id: str) -> ResponseReturnValue:
    """Put a message to a case that it is about."""
    keys = current_keys()
    form = AttachForm(request.form)
    one = services.read(keys, submission_id)
    form.offer(messages.concerned(keys, one.message) if one.message else [])
    if not form.validate():
        return _page(one, DeclineForm(), form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        owed_to = messages.attach(keys, one, form.case.data, _called(one.message))
    except Conflict:
        form.form_errors = [_("Somebody saved this case meanwhile. Send it again.")]
        return _page(one, DeclineForm(), form), HTTPStatus.CONFLICT
    except Full:
        form.form_errors = [_("This case holds as many comments as a case may have. Choose another, or close it.")]
        return _page(one, DeclineForm(), form), HTTPStatus.CONFLICT
    flash(_("It stands with the case now, as a question that waits for an answer."), "success")
    if owed_to:
        owed = url_for("consents.owed", incident_id=form.case.data, person_id=owed_to)
        return redirect(owed, HTTPStatus.SEE_OTHER)
    return redirect(url_for("casework.case", incident_id=form.case.data), HTTPStatus.SEE_OTHER)


def _called(message: Message | None) -> str:
    """What whoever sent a message is called, as the server gives it."""
    sender = message.sender if message else ""
    return services.senders(current_member(), [sender])[sender].username or _("Somebody unknown")


def _message_page(one: services.Waiting, message: Message, decline: DeclineForm, attach: AttachForm | None) -> str:
    found = messages.concerned(current_keys(), message)
    form = attach or AttachForm()
    form.offer(found)
    return render_template(
        "submissions/message.html",
        one=one,
        message=message,
        form=form if form.errors else decline,
        attach=form,
        decline=decline,
        found=found,
        about=messages.about(message),
        purposes=messages.purposes(message),
        sender=services.senders(current_member(), [message.sender])[message.sender],
    )


def _page(one: services.Waiting, form: DeclineForm, attach: AttachForm | None = None) -> str:
    if one.message is not None:
        return _message_page(one, one.message, form, attach)
    if one.content is None:
        return render_template("submissions/unreadable.html", one=one, form=form)
    document = one.content.shown
    sender = one.content.sender
    return render_template(
        "submissions/submission.html",
        one=one,
        form=form,
        document=document,
        sender=services.senders(current_member(), [sender])[sender],
        setting=sentences.setting(document),
        sentences=sentences.sentences(document),
        sections=page.sections(document, "account"),
    )
