"""Pages of what was asked of authorities, and the ledger of their answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from incidents import clock
from incidents.accounts.models import Role
from incidents.i18n import bdi, day
from incidents.i18n import gettext as _
from incidents.records import listing, rebuild
from incidents.records import services as records
from incidents.records.answers import label_of
from incidents.records.forms import revision_of
from incidents.records.keys import current_keys
from incidents.records.services import Conflict, Opened
from incidents.reports import services as reports
from incidents.responses import rules, services, wording
from incidents.responses.forms import USUAL, LaterForm, LedgerForm, StepForm, values_of
from incidents.web.access import access
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.records.schema import CaseDocument, Intervention
    from incidents.responses.wording import Shown

blueprint = Blueprint("responses", __name__)


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """The steps of a case in words, for the page of the case."""

    def steps_of(document: CaseDocument) -> list[Shown]:
        return wording.shown(document, clock.today())

    return {"steps_of": steps_of, "step_words": wording.WHY, "code_label": label_of}


@blueprint.get("/cases/<incident_id>/responses")
@access(Role.RESEARCHER)
def case(incident_id: str) -> ResponseReturnValue:
    """Every step of a case with its reply."""
    opened = records.open_account(current_keys(), incident_id)
    titles = dict(reports.choices())
    return render_template(
        "responses/case.html", document=opened.document, revision=opened.revision, titles=titles, later=later_form()
    )


@blueprint.route("/cases/<incident_id>/responses/new", methods=["GET", "POST"])
@access(Role.RESEARCHER)
def add(incident_id: str) -> ResponseReturnValue:
    """Record a step."""
    opened = records.open_account(current_keys(), incident_id)
    form = StepForm(request.form or None, data={"expected": opened.revision, "deadline_kind": USUAL})
    return answer(form, opened, None)


@blueprint.route("/cases/<incident_id>/responses/<step_id>", methods=["GET", "POST"])
@access(Role.RESEARCHER)
def edit(incident_id: str, step_id: str) -> ResponseReturnValue:
    """Change a step, or note its reply."""
    opened = records.open_account(current_keys(), incident_id)
    before = services.step_of(opened.document, step_id)
    form = StepForm(request.form or None, data=values_of(before) | {"expected": opened.revision})
    return answer(form, opened, before)


def answer(form: StepForm, opened: Opened, before: Intervention | None) -> ResponseReturnValue:
    """Save a step that was sent in order; else its form, with what was typed."""
    form.offer(offered(before))
    status = None
    if request.method == "POST" and form.validate():
        step = form.step(before)
        try:
            services.put(current_keys(), opened, step, revision_of(request.form.get("expected")))
        except Conflict as conflict:
            form.expected.data = str(conflict.revision)
            form.add_errors(
                {"type": _("Somebody saved this case meanwhile. Look at what it says now, then save this again.")}
            )
            status = HTTPStatus.CONFLICT
        else:
            if form.deadline_kind.data == USUAL and step.deadline:
                flash(_("Saved. An answer is due by %(day)s.", day=bdi(day(step.deadline))), "success")
            return redirect(url_for("responses.case", incident_id=opened.document.incident.id), HTTPStatus.SEE_OTHER)
    page = render_template("responses/edit.html", form=form, document=opened.document, step=before)
    return page, status or status_of(form)


@blueprint.post("/cases/<incident_id>/responses/<step_id>/remove")
@access(Role.RESEARCHER)
def remove(incident_id: str, step_id: str) -> ResponseReturnValue:
    """Take a step out of the case."""
    try:
        services.remove(current_keys(), incident_id, step_id, revision_of(request.form.get("expected")))
    except Conflict:
        return meanwhile(incident_id)
    flash(_("The step is removed."), "success")
    return redirect(url_for("responses.case", incident_id=incident_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/cases/<incident_id>/responses/<step_id>/silence")
@access(Role.RESEARCHER)
def silence(incident_id: str, step_id: str) -> ResponseReturnValue:
    """Note that no answer came by the deadline."""
    try:
        services.note_silence(current_keys(), incident_id, step_id)
    except Conflict:
        return meanwhile(incident_id)
    flash(_("Noted: no response after the deadline."), "success")
    return back(incident_id)


@blueprint.post("/cases/<incident_id>/responses/<step_id>/later")
@access(Role.RESEARCHER)
def later(incident_id: str, step_id: str) -> ResponseReturnValue:
    """Remind of a step again in some days."""
    form = LaterForm(request.form)
    form.offer()
    if not form.validate():
        services.step_of(records.open_account(current_keys(), incident_id).document, step_id)
        page = render_template("responses/later.html", form=form, incident_id=incident_id, step_id=step_id)
        return page, status_of(form)
    then = services.in_days(form.days.data, clock.today())
    try:
        services.remind(current_keys(), incident_id, step_id, then)
    except Conflict:
        return meanwhile(incident_id)
    flash(_("You are reminded again on %(day)s.", day=bdi(day(then))), "success")
    return back(incident_id)


@blueprint.get("/responses")
@access(Role.RESEARCHER)
def work() -> ResponseReturnValue:
    """What is due in the organisation's cases, oldest first."""
    keys = current_keys()
    if rebuild.needed(keys.organisation_id):
        return render_template("records/rebuild.html")
    return render_template(
        "responses/work.html",
        waiting=services.due(keys, clock.today()),
        wording=wording,
        today=clock.today(),
        later=later_form(),
        overdue=rules.Why.OVERDUE,
    )


@blueprint.get("/ledger")
@access(Role.RESEARCHER)
def ledger() -> ResponseReturnValue:
    """What was asked of authorities by country and body, and what came of it."""
    keys = current_keys()
    if rebuild.needed(keys.organisation_id):
        return render_template("records/rebuild.html")
    form = LedgerForm(request.args)
    form.offer(listing.present(keys.organisation).countries)
    found = services.ledger(keys, form.asked(), clock.today()) if form.validate() else None
    page = render_template(
        "responses/ledger.html", form=form, ledger=found, wording=wording, rules=rules, today=clock.today()
    )
    return page, status_of(form)


def offered(before: Intervention | None) -> list[tuple[str, str]]:
    """The publications that a step can be linked to; one that it is linked to stays, whatever became of it."""
    found = reports.choices()
    linked = before.publication_id if before else None
    if linked and linked not in dict(found):
        found.append((linked, _("A publication that was withdrawn or removed")))
    return found


def later_form() -> LaterForm:
    """The form of a reminder, as it is shown beside each step."""
    form = LaterForm()
    form.offer()
    return form


def back(incident_id: str) -> ResponseReturnValue:
    """To the list that the form stood on."""
    if request.form.get("from") == "work":
        return redirect(url_for("responses.work"), HTTPStatus.SEE_OTHER)
    return redirect(url_for("responses.case", incident_id=incident_id), HTTPStatus.SEE_OTHER)


def meanwhile(incident_id: str) -> ResponseReturnValue:
    """Say that somebody else was faster: nothing was changed, and the page shows what is there now."""
    opened = records.open_account(current_keys(), incident_id)
    page = render_template(
        "responses/case.html",
        document=opened.document,
        revision=opened.revision,
        titles=dict(reports.choices()),
        later=later_form(),
        meanwhile=True,
    )
    return page, HTTPStatus.CONFLICT
