"""Pages of files: adding, looking, taking along, removing. Bytes are only ever sent to be saved, in a sandbox."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from pydantic_core import PydanticCustomError
from werkzeug.exceptions import RequestEntityTooLarge

from incidents.accounts.models import Role
from incidents.accounts.services import usernames
from incidents.erasure import sweeping
from incidents.erasure.forms import WhyForm
from incidents.erasure.holds import Held
from incidents.errors import Forbidden, NotFound
from incidents.evidence import rules, services, wording
from incidents.evidence.forms import HAND_ON, AddForm, EditForm, TakeForm
from incidents.evidence.sealing import MOST_BYTES, Upload
from incidents.i18n import gettext as _
from incidents.keyring.envelope import Unopenable
from incidents.records import services as records
from incidents.records.forms import revision_of
from incidents.records.keys import current_keys
from incidents.records.page import moment
from incidents.records.services import Conflict
from incidents.records.text import clean_line
from incidents.records.views import no_keys
from incidents.web.access import access, step_up
from incidents.web.downloads import DOWNLOAD_POLICY, attachment
from incidents.web.forms import status_of
from incidents.web.request import TalaRequest

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.records.schema import CaseDocument, Evidence
    from incidents.records.services import Opened

blueprint = Blueprint("evidence", __name__)
blueprint.register_error_handler(Forbidden, no_keys)

#: Beside the file: text, names of fields, boundaries.
ROOM_FOR_FIELDS: Final = 1024 * 1024
MEGABYTE: Final = 1024 * 1024
PREVIEW_TYPE: Final = "image/jpeg"


@blueprint.url_value_preprocessor
def seal_what_arrives(endpoint: str | None, values: dict[str, object] | None) -> None:
    """Before anything reads the body (the anti-forgery check does), and for this page alone."""
    del values
    if endpoint == "evidence.add" and isinstance(request, TalaRequest):
        request.max_content_length = MOST_BYTES + ROOM_FOR_FIELDS
        request.file_stream = Upload


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Nothing was kept: say how long a file may be. The case is not opened for it."""
    del error
    incident_id = (request.view_args or {}).get("incident_id", "")
    answer = render_template("evidence/too_large.html", incident_id=incident_id, limit=MOST_BYTES // MEGABYTE)
    return answer, HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """What files are called, for the page of a case too."""
    return {"file_words": wording}


@blueprint.get("/cases/<incident_id>/files/new")
@access(Role.RESEARCHER)
def new(incident_id: str) -> ResponseReturnValue:
    """Ask for a file and what there is to say about it."""
    return _add_page(incident_id, AddForm())


@blueprint.post("/cases/<incident_id>/files/new")
@access(Role.RESEARCHER)
def add(incident_id: str) -> ResponseReturnValue:
    """Add a file; by now it is sealed."""
    form = AddForm(request.form)
    sent = request.files.get("file")
    file = sent.stream.finish() if sent and sent.filename and isinstance(sent.stream, Upload) else None
    if not form.validate() or file is None or not file.size:
        message = _("Choose the file again: it was not kept, because of what has to be put right.")
        form.add_errors({"file": message if file and file.size else _("Choose a file that is not empty.")})
        return _add_page(incident_id, form)
    name = _name(sent.filename if sent else None)
    evidence_id = services.add(current_keys(), incident_id, file, name, form.described())
    flash(_("The file is sealed and added."), "success")
    return _to_item(incident_id, evidence_id)


@blueprint.get("/cases/<incident_id>/files/<evidence_id>")
@access(Role.RESEARCHER)
def item(incident_id: str, evidence_id: str) -> ResponseReturnValue:
    """A file: what is known of it, a blurred preview, who handled it."""
    return _item_page(incident_id, evidence_id, TakeForm(which=rules.COPY))


@blueprint.get("/cases/<incident_id>/files/<evidence_id>/preview")
@access(Role.RESEARCHER)
def preview(incident_id: str, evidence_id: str) -> ResponseReturnValue:
    """The blurred picture: the only bytes of a file that a page shows."""
    response = Response(services.preview(current_keys(), incident_id, evidence_id), content_type=PREVIEW_TYPE)
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response


@blueprint.post("/cases/<incident_id>/files/<evidence_id>")
@access(Role.RESEARCHER)
@step_up
def take(incident_id: str, evidence_id: str) -> ResponseReturnValue:
    """Log the reason, then send the file to be saved."""
    form = TakeForm(request.form)
    found = services.item_of(records.open_account(current_keys(), incident_id).document, evidence_id)
    form.offer(has_copy=bool(found.working_blob))
    if not form.validate():
        return _item_page(incident_id, evidence_id, form)
    try:
        download = services.take(
            current_keys(),
            incident_id,
            evidence_id,
            form.which.data,
            hand_on=form.purpose.data == HAND_ON,
            reason=form.reason.data,
        )
    except Unopenable:
        damaged = _("This file does not open: what is stored was changed, or is not all there. Nothing was sent.")
        form.add_errors({"which": damaged})
        return _item_page(incident_id, evidence_id, form)
    response = attachment(stream_with_context(download.content), download.name)
    response.content_length = download.size
    return response


@blueprint.get("/cases/<incident_id>/files/<evidence_id>/edit")
@access(Role.RESEARCHER)
def edit(incident_id: str, evidence_id: str) -> ResponseReturnValue:
    """What is said about a file."""
    opened = records.open_account(current_keys(), incident_id)
    form = EditForm.of(services.item_of(opened.document, evidence_id), opened.revision)
    return _form_page("evidence/edit.html", opened.document, evidence_id, form)


@blueprint.post("/cases/<incident_id>/files/<evidence_id>/edit")
@access(Role.RESEARCHER)
def describe(incident_id: str, evidence_id: str) -> ResponseReturnValue:
    """Save what is said about a file."""
    form = EditForm(request.form)
    opened, status = records.open_account(current_keys(), incident_id), None
    services.item_of(opened.document, evidence_id)
    if form.validate():
        try:
            expected = revision_of(form.expected.data)
            services.describe(current_keys(), incident_id, evidence_id, form.described(), expected=expected)
        except (Conflict, NotFound):
            status = HTTPStatus.CONFLICT
            form.expected.data = str(opened.revision)
            form.add_errors(
                {"content_note": _("Somebody saved this case meanwhile. Check your answers and save again.")}
            )
        else:
            flash(_("Saved."), "success")
            return _to_item(incident_id, evidence_id)
    return _form_page("evidence/edit.html", opened.document, evidence_id, form, status=status)


@blueprint.get("/cases/<incident_id>/files/<evidence_id>/remove")
@access(Role.RESEARCHER)
@step_up
def removal(incident_id: str, evidence_id: str) -> ResponseReturnValue:
    """What removing a file does, and why it should be."""
    document = records.open_account(current_keys(), incident_id).document
    return _form_page("evidence/remove.html", document, evidence_id, WhyForm())


@blueprint.post("/cases/<incident_id>/files/<evidence_id>/remove")
@access(Role.RESEARCHER)
@step_up
def remove(incident_id: str, evidence_id: str) -> ResponseReturnValue:
    """Remove a file, and bring its bytes out of the files of the database."""
    form, document = WhyForm(request.form), records.open_account(current_keys(), incident_id).document
    services.item_of(document, evidence_id)
    if not form.validate():
        return _form_page("evidence/remove.html", document, evidence_id, form)
    try:
        services.remove(current_keys(), incident_id, evidence_id, form.reason.data)
    except Held:
        form.add_errors({"reason": _("A legal hold is on this case: nothing of it is removed while it stands.")})
        return _form_page("evidence/remove.html", document, evidence_id, form, status=HTTPStatus.CONFLICT)
    sweeping.sweep(patience=sweeping.PAGE_PATIENCE)
    flash(_("The file is removed."), "success")
    return redirect(url_for("records.case", incident_id=incident_id), HTTPStatus.SEE_OTHER)


def _to_item(incident_id: str, evidence_id: str) -> ResponseReturnValue:
    return redirect(url_for("evidence.item", incident_id=incident_id, evidence_id=evidence_id), HTTPStatus.SEE_OTHER)


def _add_page(incident_id: str, form: AddForm) -> ResponseReturnValue:
    document = records.open_account(current_keys(), incident_id).document
    answer = render_template("evidence/new.html", form=form, document=document, limit=MOST_BYTES // MEGABYTE)
    return answer, status_of(form)


def _form_page(
    template: str,
    document: CaseDocument,
    evidence_id: str,
    form: EditForm | WhyForm,
    *,
    status: HTTPStatus | None = None,
) -> ResponseReturnValue:
    found = services.item_of(document, evidence_id)
    number = rules.number_of(document, evidence_id)
    answer = render_template(template, form=form, document=document, item=found, number=number)
    return answer, status or status_of(form)


def _item_page(incident_id: str, evidence_id: str, form: TakeForm) -> ResponseReturnValue:
    opened: Opened = records.open_account(current_keys(), incident_id)
    document = opened.document
    found = services.item_of(document, evidence_id)
    form.offer(has_copy=bool(found.working_blob))
    answer = render_template(
        "evidence/item.html",
        form=form,
        document=document,
        item=found,
        number=rules.number_of(document, evidence_id),
        whole=rules.is_whole(found),
        custody=_custody(incident_id, found),
    )
    return answer, status_of(form)


def _custody(incident_id: str, found: Evidence) -> list[list[str]]:
    """Who handled a file, in words: what the item's own chain says, then who opened it, oldest first."""
    names = usernames()
    chained = [
        [moment(event.at.isoformat()), names.get(event.actor, event.actor), wording.done(event.action), event.reason]
        for event in found.custody
    ]
    opened = [
        [
            moment(entry["at"]),
            names.get(entry["account"], entry["account"]),
            f"{wording.done(entry['action'])}: {wording.which(entry['which'])}",
            entry["reason"],
        ]
        for entry in reversed(services.openings(current_keys(), incident_id, found.id))
    ]
    return chained + opened


def _name(typed: str | None) -> str:
    """What a file was called, without folders; nothing if it holds signs that no document may hold."""
    try:
        return clean_line((typed or "").replace("\\", "/").rpartition("/")[2])
    except PydanticCustomError:
        return ""
