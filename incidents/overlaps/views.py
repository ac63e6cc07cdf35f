"""Pages of cases that may be of the same incident: the work list, one case's, and two cases side by side."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from incidents import clock
from incidents.accounts.models import Role
from incidents.accounts.services import usernames
from incidents.errors import Forbidden, NotFound
from incidents.i18n import gettext as _
from incidents.i18n import ngettext
from incidents.overlaps import comparing, rules, services
from incidents.overlaps.forms import DecideForm, ReferenceForm, decide_form
from incidents.records import page, rebuild
from incidents.records import services as records
from incidents.records.answers import label_of
from incidents.records.forms import ReasonForm, revision_of
from incidents.records.keys import current_keys
from incidents.records.services import Conflict
from incidents.records.views import no_keys
from incidents.web.access import access
from incidents.web.forms import BaseForm, status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.overlaps.services import Pair
    from incidents.records.schema import CaseDocument

blueprint = Blueprint("overlaps", __name__)
blueprint.register_error_handler(Forbidden, no_keys)


@blueprint.app_template_filter("chain_label")
def chain_label(code: str) -> str:
    """How two incidents hang together, in words."""
    return label_of("involvement", code) or ""


def tell(incident_id: str) -> None:
    """After a save: say that other cases look like accounts of the same incident, if any do. Links nothing."""
    found = services.likely_of(current_keys(), incident_id)
    if found:
        message = ngettext(
            "%(num)s other case may tell of the same incident. Look under “Other accounts and related cases”.",
            "%(num)s other cases may tell of the same incident. Look under “Other accounts and related cases”.",
            found,
        )
        flash(message, "message")


@blueprint.get("/overlaps")
@access(Role.RESEARCHER)
def work() -> ResponseReturnValue:
    """Pairs that wait for a decision, best first."""
    if rebuild.needed(current_keys().organisation_id):
        return render_template("records/rebuild.html")
    found = services.work_list(current_keys(), request.args.get("page", 1, type=int))
    return render_template("overlaps/work.html", found=found, reasons=comparing.reasons, likely=comparing.how_likely)


@blueprint.get("/cases/<incident_id>/overlaps")
@access(Role.RESEARCHER)
def case(incident_id: str) -> ResponseReturnValue:
    """What may overlap with a case, and what was decided about it."""
    return _case_page(incident_id, ReferenceForm())


@blueprint.post("/cases/<incident_id>/overlaps")
@access(Role.RESEARCHER)
def choose(incident_id: str) -> ResponseReturnValue:
    """Compare with a case that somebody names by its reference."""
    form = ReferenceForm(request.form)
    if not form.validate():
        return _case_page(incident_id, form), status_of(form)
    try:
        other_id = services.case_of_reference(current_keys(), form.reference.data)
    except NotFound:
        form.add_errors({"reference": _("None of your cases has this reference.")})
        return _case_page(incident_id, form), status_of(form)
    if other_id == incident_id:
        form.add_errors({"reference": _("That is this case itself. Write the reference of another.")})
        return _case_page(incident_id, form), status_of(form)
    return redirect(url_for("overlaps.compare", incident_id=incident_id, other_id=other_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/cases/<incident_id>/overlaps/<other_id>")
@access(Role.RESEARCHER)
def compare(incident_id: str, other_id: str) -> ResponseReturnValue:
    """Two cases side by side, without names."""
    try:
        found = services.pair(current_keys(), incident_id, other_id)
    except NotFound:
        if other_id not in services.known_to(current_keys(), incident_id):
            raise
        return _case_page(incident_id, ReferenceForm(), gone=True), HTTPStatus.GONE
    return _compare_page(found, _form(found))


@blueprint.post("/cases/<incident_id>/overlaps/<other_id>")
@access(Role.RESEARCHER)
def decide(incident_id: str, other_id: str) -> ResponseReturnValue:
    """Write what they are to each other into both."""
    found = services.pair(current_keys(), incident_id, other_id)
    form = decide_form(found.one.document, found.other.document, request.form)
    if not form.validate():
        return _compare_page(found, form)
    try:
        services.seen(found, revision_of(form.mine.data), revision_of(form.theirs.data))
        services.decide(current_keys(), found, form.decision(current_user.id, clock.today()))
    except Conflict:
        return _saved_meanwhile(incident_id, other_id, form)
    except rules.TwoAsOne:
        form.add_errors(
            {
                "kind": _(
                    "Two people of one account would count as one person. Check who is who, here and in linked cases."
                )
            }
        )
        return _compare_page(found, form)
    flash(_("Decided. Both cases say so, and it can be taken back."), "success")
    return redirect(url_for("overlaps.case", incident_id=incident_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/cases/<incident_id>/overlaps/<other_id>/undo")
@access(Role.RESEARCHER)
def undo(incident_id: str, other_id: str) -> ResponseReturnValue:
    """Take a decision back: each case counts by itself again."""
    try:
        services.decide(current_keys(), services.pair(current_keys(), incident_id, other_id), None)
    except Conflict:
        flash(_("Somebody saved one of the cases meanwhile. Nothing was changed: try again."), "warning")
    else:
        flash(_("The decision is taken back."), "success")
    return redirect(url_for("overlaps.compare", incident_id=incident_id, other_id=other_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/cases/<incident_id>/overlaps/<other_id>/identity")
@access(Role.RESEARCHER)
def open_identities(incident_id: str, other_id: str) -> ResponseReturnValue:
    """Log the reason, then show the names of both in this one answer."""
    keys = current_keys()
    found = services.pair(keys, incident_id, other_id)
    ask = ReasonForm(request.form, prefix="ask")
    if not ask.validate():
        return _compare_page(found, _form(found), ask=ask)
    try:
        opened = services.identities(keys, found, ask.reason.data)
    except NotFound:
        ask.add_errors({"reason": _("The other organisation shares this case without names.")})
        return _compare_page(found, _form(found), ask=ask)
    return _compare_page(found, _form(found), names=opened)


def _form(found: Pair) -> DecideForm:
    numbers = {"mine": str(found.one.revision), "theirs": str(found.other.revision)}
    return decide_form(found.one.document, found.other.document, None, **numbers)


def _saved_meanwhile(incident_id: str, other_id: str, form: DecideForm) -> ResponseReturnValue:
    found = services.pair(current_keys(), incident_id, other_id)
    form.mine.data, form.theirs.data = str(found.one.revision), str(found.other.revision)
    form.add_errors(
        {"kind": _("Somebody saved one of these cases meanwhile. Compare them again below, then decide once more.")}
    )
    return _compare_page(found, form, status=HTTPStatus.CONFLICT)


def _compare_page(
    found: Pair,
    decide_by: DecideForm,
    *,
    ask: BaseForm | None = None,
    names: list[CaseDocument] | None = None,
    status: HTTPStatus | None = None,
) -> ResponseReturnValue:
    one, other = found.one.document, found.other.document
    form = ask or decide_by
    answer = render_template(
        "overlaps/compare.html",
        form=form,
        decide=decide_by,
        ask=ask or ReasonForm(prefix="ask"),
        pair=found,
        one=one,
        other=other,
        rows=comparing.compared(one, other),
        before=rules.decided(one, other.incident.id),
        names=[page.sections(document, "identity") for document in names] if names else None,
        usernames=usernames(),
    )
    return answer, status or status_of(form)


def _case_page(incident_id: str, form: ReferenceForm, *, gone: bool = False) -> str:
    keys = current_keys()
    document = records.open_account(keys, incident_id).document
    others = {overlap.other_id for overlap in document.overlaps}
    found = services.candidates_of(keys, incident_id)
    candidates = [(one, next(id_ for id_ in one.ids if id_ != incident_id)) for one in found]
    return render_template(
        "overlaps/case.html",
        form=form,
        document=document,
        candidates=candidates,
        refs=services.references(keys, others | {id_ for _one, id_ in candidates}),
        reasons=comparing.reasons,
        likely=comparing.how_likely,
        usernames=usernames(),
        gone=gone,
    )
