"""Pages of cases: the list, a case, its identity, its history, its anonymised summary."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from incidents import clock
from incidents.accounts.models import Role
from incidents.accounts.services import accounts, usernames
from incidents.errors import Forbidden, KeysChanged, on_domain_error
from incidents.facts.services import left_since
from incidents.i18n import gettext as _
from incidents.records import listing, page, particulars, rebuild, sentences, services, story
from incidents.records.forms import CheckForm, FilterForm, ReasonForm, SummaryForm, revision_of
from incidents.records.history import history as history_of
from incidents.records.index import find, late
from incidents.records.keys import current_keys
from incidents.records.services import Conflict
from incidents.records.standing import standing
from incidents.records.todo import todo
from incidents.web.access import access
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.web.forms import BaseForm

blueprint = Blueprint("records", __name__)


@blueprint.errorhandler(Forbidden)
def no_keys(error: Forbidden) -> ResponseReturnValue:
    """Tell a researcher for whom nobody has vouched yet what to do."""
    if isinstance(error, KeysChanged):
        return on_domain_error(error)
    colleagues = [
        one.username
        for one in accounts()
        if one.organisation_id == current_user.organisation_id
        and one.role is Role.RESEARCHER
        and one.is_active
        and one.id != current_user.id
    ]
    return render_template("records/no_keys.html", colleagues=colleagues), HTTPStatus.FORBIDDEN


@blueprint.get("/cases")
@access(Role.RESEARCHER)
def cases() -> ResponseReturnValue:
    """The organisation's cases, filtered, sorted, a page at a time."""
    keys = current_keys()
    if rebuild.needed(keys.organisation_id):
        return render_template("records/rebuild.html")
    present = listing.present(keys.organisation)
    form = FilterForm(request.args)
    form.offer(present)
    urgent = form.state.data == "urgent"
    asked = form.query(
        sort=request.args.get("sort", "due" if urgent else "date"),
        descending=request.args.get("order", "up" if urgent else "down") != "up",
        page=request.args.get("page", 1, type=int),
    )
    found = find(keys.organisation, asked, left_since(keys.facts))
    return render_template(
        "records/cases.html",
        form=form,
        present=present,
        asked=asked,
        filters=form.asked(asked),
        found=found,
        rows=[listing.row(values) for values in found.rows],
        late=late(keys.organisation, dt.datetime.now(tz=dt.UTC)),
    )


@blueprint.post("/cases/anew")
@access(Role.RESEARCHER)
def make_anew() -> ResponseReturnValue:
    """After a restore: make list and numbers anew from the cases."""
    keys = current_keys()
    try:
        if rebuild.needed(keys.organisation_id):
            rebuild.rebuild(keys)
    except rebuild.Busy:
        flash(_("Others saved too much meanwhile. Nothing is lost: try again."), "warning")
    return redirect(url_for("records.cases"), HTTPStatus.SEE_OTHER)


@blueprint.get("/cases/<incident_id>")
@access(Role.RESEARCHER)
def case(incident_id: str) -> ResponseReturnValue:
    """A case without its identity part."""
    opened = services.open_account(current_keys(), incident_id)
    document = opened.document
    return render_template(
        "records/case.html",
        document=document,
        revision=opened.revision,
        setting=sentences.setting(document),
        told=[(sentences.sentence(act, document), particulars.particulars(act)) for act in document.acts],
        toll=particulars.toll(document),
        standing=standing(document, clock.today()),
        todo=todo(document, dt.datetime.now(tz=dt.UTC)),
        tables_of=page.tables(document),
        killed=page.killed(document),
        affected=page.affected(document),
        sections=page.sections(document, "account"),
        names=usernames(),
    )


@blueprint.get("/cases/<incident_id>/identity")
@access(Role.RESEARCHER)
def identity(incident_id: str) -> ResponseReturnValue:
    """Ask why the identity is needed, and show who opened it before."""
    return _ask_for_reason(incident_id, ReasonForm())


@blueprint.post("/cases/<incident_id>/identity")
@access(Role.RESEARCHER)
def open_identity(incident_id: str) -> ResponseReturnValue:
    """Log the reason, then show the identity in this one answer."""
    form = ReasonForm(request.form)
    if not form.validate():
        return _ask_for_reason(incident_id, form)
    document = services.open_identity(current_keys(), incident_id, form.reason.data).document
    return render_template(
        "records/identity_open.html", document=document, sections=page.sections(document, "identity")
    )


@blueprint.get("/cases/<incident_id>/history")
@access(Role.RESEARCHER)
def history(incident_id: str) -> ResponseReturnValue:
    """What became of a case, save by save."""
    keys = current_keys()
    found = history_of(keys, incident_id, request.args.get("page", 1, type=int))
    document = services.open_account(keys, incident_id).document
    return render_template("records/history.html", document=document, history=found, names=usernames())


@blueprint.get("/cases/<incident_id>/summary")
@access(Role.RESEARCHER)
def summary(incident_id: str) -> ResponseReturnValue:
    """The anonymised summary: its text, who may check it, and what it still lacks."""
    opened = services.open_account(current_keys(), incident_id)
    return _summary_page(incident_id, SummaryForm(text=opened.document.summary_text, expected=opened.revision))


@blueprint.post("/cases/<incident_id>/summary")
@access(Role.RESEARCHER)
def write_summary(incident_id: str) -> ResponseReturnValue:
    """Save the text; it waits for a second reader then."""
    form = SummaryForm(request.form)
    if not form.validate():
        return _summary_page(incident_id, form)
    try:
        story.write(current_keys(), incident_id, form.text.data, revision_of(form.expected.data))
    except Conflict as conflict:
        form.expected.data = str(conflict.revision)
        form.add_errors(
            {"text": _("Somebody saved this case meanwhile. Compare with their text above, then save again.")}
        )
        return _summary_page(incident_id, form, status=HTTPStatus.CONFLICT)
    flash(_("The summary is saved as a draft. Ask a colleague to check it."), "success")
    return redirect(url_for("records.summary", incident_id=incident_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/cases/<incident_id>/summary/check")
@access(Role.RESEARCHER)
def check_summary(incident_id: str) -> ResponseReturnValue:
    """Confirm that the text gives nobody away."""
    form = CheckForm(request.form)
    form.offer()
    if not form.validate():
        return _summary_page(incident_id, form)
    try:
        story.check(current_keys(), incident_id, revision_of(form.seen.data))
    except Conflict as conflict:
        form.seen.data, form.signs.data = str(conflict.revision), []
        form.add_errors({"signs": _("Somebody saved this case meanwhile. Read the text again before you confirm it.")})
        return _summary_page(incident_id, form, status=HTTPStatus.CONFLICT)
    flash(_("The summary is checked."), "success")
    return redirect(url_for("records.summary", incident_id=incident_id), HTTPStatus.SEE_OTHER)


def _ask_for_reason(incident_id: str, form: ReasonForm) -> ResponseReturnValue:
    keys = current_keys()
    document = services.open_account(keys, incident_id).document
    answer = render_template(
        "records/identity.html",
        form=form,
        document=document,
        openings=page.openings(keys, incident_id, usernames()),
    )
    return answer, status_of(form)


def _summary_page(incident_id: str, form: BaseForm, *, status: HTTPStatus | None = None) -> ResponseReturnValue:
    opened = services.open_account(current_keys(), incident_id)
    document = opened.document
    write = SummaryForm(text=document.summary_text, expected=opened.revision)
    check = CheckForm(seen=opened.revision)
    check.offer()
    answer = render_template(
        "records/summary.html",
        form=form,
        write=form if isinstance(form, SummaryForm) else write,
        check=form if isinstance(form, CheckForm) else check,
        document=document,
        own=document.summary_written_by == current_user.id,
        lacking=story.lacking(document, clock.today()),
        names=usernames(),
    )
    return answer, status or status_of(form)
