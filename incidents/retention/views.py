"""Pages of what is due to be erased: the list, and a case of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from incidents.accounts.models import Role
from incidents.casework.services import Full
from incidents.erasure import sweeping
from incidents.erasure.holds import Held
from incidents.errors import Forbidden
from incidents.i18n import bdi, day
from incidents.i18n import gettext as _
from incidents.records import rebuild
from incidents.records.forms import revision_of
from incidents.records.keys import current_keys
from incidents.records.services import Conflict
from incidents.records.views import no_keys
from incidents.retention import services
from incidents.retention.forms import KEEP, EraseForm, KeepForm
from incidents.retention.rules import Action, rule
from incidents.web.access import access, step_up
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.retention.rules import Due
    from incidents.retention.services import Standing

blueprint = Blueprint("retention", __name__)
blueprint.register_error_handler(Forbidden, no_keys)


@blueprint.get("/retention")
@access(Role.RESEARCHER)
def listed() -> ResponseReturnValue:
    """What is due, the longest first."""
    keys = current_keys()
    if rebuild.needed(keys.organisation_id):
        return redirect(url_for("records.cases"), HTTPStatus.SEE_OTHER)
    found = services.listed(keys, request.args.get("page", 1, type=int))
    rows = [(one, _(rule(one.due.rule).what), _since(one.due)) for one in found.rows]
    return render_template("retention/list.html", found=found, rows=rows)


@blueprint.get("/retention/<incident_id>")
@access(Role.RESEARCHER)
def case(incident_id: str) -> ResponseReturnValue:
    """Which rule asks about a case, what it asks for, and what can be done instead."""
    return _page(incident_id)


@blueprint.post("/retention/<incident_id>")
@access(Role.RESEARCHER)
@step_up
def confirm(incident_id: str) -> ResponseReturnValue:
    """Do what the rule asks for."""
    form = EraseForm(request.form)
    if not form.validate():
        return _page(incident_id, erase=form)
    try:
        expected = revision_of(form.expected.data)
        certificate_id = services.confirm(
            current_keys(), incident_id, form.rule.data or "", form.reason.data, expected=expected
        )
    except (services.NotDue, Conflict):
        form.add_errors({"reason": _("Somebody saved this case meanwhile. Read below what is due now.")})
    except (Held, services.Stopped):
        form.add_errors({"reason": _("It may not be erased: see below why.")})
    else:
        # Bring what was erased out of the files of the database, as far as a page may wait.
        sweeping.sweep(patience=sweeping.PAGE_PATIENCE, whole=False)
        flash(_("Erased. Nobody can open it any more."), "success")
        return redirect(url_for("erasure.certificate", certificate_id=certificate_id), HTTPStatus.SEE_OTHER)
    return _page(incident_id, erase=form, status=HTTPStatus.CONFLICT)


@blueprint.post("/retention/<incident_id>/keep")
@access(Role.RESEARCHER)
def keep(incident_id: str) -> ResponseReturnValue:
    """Keep a case longer, and note why."""
    form = KeepForm(request.form, prefix=KEEP)
    if not form.validate():
        return _page(incident_id, keep=form)
    try:
        until = services.keep_longer(
            current_keys(),
            incident_id,
            int(form.months.data),
            form.reason.data,
            expected=revision_of(form.expected.data),
        )
    except Conflict:
        form.add_errors({"reason": _("Somebody saved this case meanwhile. Look at it, then decide again.")})
        return _page(incident_id, keep=form, status=HTTPStatus.CONFLICT)
    except Full:
        form.add_errors({"reason": _("This case holds as many comments as a case may have: nothing was changed.")})
        return _page(incident_id, keep=form, status=HTTPStatus.CONFLICT)
    flash(_("No rule asks about this case until %(day)s.", day=bdi(day(until))), "success")
    return redirect(url_for("retention.case", incident_id=incident_id), HTTPStatus.SEE_OTHER)


def _page(
    incident_id: str,
    *,
    erase: EraseForm | None = None,
    keep: KeepForm | None = None,
    status: HTTPStatus | None = None,
) -> ResponseReturnValue:
    found = services.standing(current_keys(), incident_id)
    sent = erase or keep
    asking = rule(found.due.rule) if found.due else None
    answer = render_template(
        "retention/case.html",
        document=found.document,
        standing=found,
        rule=asking,
        since=_since(found.due) if found.due else "",
        by_hand=asking is not None and asking.action is Action.BY_HAND,
        form=sent or _offered(found),
        erase=_seen(erase or _offered(found), found, status),
        keep=_seen(keep or KeepForm(prefix=KEEP), found, status),
    )
    return answer, status or (status_of(sent) if sent else HTTPStatus.OK)


def _offered(found: Standing) -> EraseForm:
    """The reason of the rule, to be changed."""
    return EraseForm(reason=_(rule(found.due.rule).why) if found.due else "")


def _seen(form: EraseForm | KeepForm, found: Standing, status: HTTPStatus | None) -> EraseForm | KeepForm:
    """A form with what is on the page that it stands on: whoever sends it has seen that.

    Who corrects a form has seen the page before it, and keeps what that showed; who is told of a change sees this one.
    """
    if form.expected.data and status is not HTTPStatus.CONFLICT:
        return form
    form.expected.data = str(found.revision)
    if isinstance(form, EraseForm):
        form.rule.data = found.due.rule if found.due else ""
    return form


def _since(asked: Due) -> str:
    return bdi(day(asked.on))
