"""Pages that say which publications rest on a case, and to researchers which of their cases one rests on."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from incidents.accounts.models import Role
from incidents.casework import publications
from incidents.casework.publication_forms import PublicationForm
from incidents.casework.publications import TooMany
from incidents.casework.services import Case
from incidents.errors import Forbidden, KeysChanged
from incidents.i18n import gettext as _
from incidents.records import rebuild
from incidents.records import services as records
from incidents.records.forms import revision_of
from incidents.records.keys import current_keys
from incidents.records.services import Conflict
from incidents.web.access import access
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.casework.publications import Resting

blueprint = Blueprint("publications", __name__)


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """The cases that a publication rests on, for its page."""
    return {"own_cases_on": own_cases_on}


def own_cases_on(publication_id: str) -> Resting | None:
    """The cases of whoever looks that a publication rests on; None for who opens no case, or while there is no list."""
    if current_user.role is not Role.RESEARCHER or rebuild.needed(current_user.organisation_id):
        return None
    try:
        return publications.resting(current_keys(), publication_id)
    except KeysChanged:
        raise
    except Forbidden:
        return None


@blueprint.get("/cases/<incident_id>/publications")
@access(Role.RESEARCHER)
def case(incident_id: str) -> ResponseReturnValue:
    """The publications that rest on a case."""
    return _page(incident_id, PublicationForm())


@blueprint.post("/cases/<incident_id>/publications")
@access(Role.RESEARCHER)
def name(incident_id: str) -> ResponseReturnValue:
    """One more rests on it."""
    keys = current_keys()
    form = PublicationForm(request.form)
    form.offer(publications.choices(records.open_account(keys, incident_id).document))
    if not form.validate():
        return _page(incident_id, form)
    one = Case(incident_id, revision_of(request.form.get("expected")))
    try:
        publications.name(keys, one, form.publication.data)
    except TooMany:
        form.add_errors({"publication": _("This case names as many publications as it can. Take one back first.")})
        return _page(incident_id, form, HTTPStatus.CONFLICT)
    except Conflict:
        form.add_errors({"publication": _("Somebody saved this case meanwhile. Look at it, then send this again.")})
        return _page(incident_id, form, HTTPStatus.CONFLICT)
    flash(_("It is noted, sealed with the case."), "success")
    return redirect(url_for("publications.case", incident_id=incident_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/cases/<incident_id>/publications/<publication_id>/remove")
@access(Role.RESEARCHER)
def take_back(incident_id: str, publication_id: str) -> ResponseReturnValue:
    """One rests on it no more."""
    one = Case(incident_id, revision_of(request.form.get("expected")))
    try:
        publications.take_back(current_keys(), one, publication_id)
    except Conflict:
        flash(_("Somebody saved this case meanwhile. Nothing was changed. Look at it, then try again."), "error")
        return _page(incident_id, PublicationForm(), HTTPStatus.CONFLICT)
    flash(_("It does not rest on this case any more. The publication itself stays as it is."), "success")
    return redirect(url_for("publications.case", incident_id=incident_id), HTTPStatus.SEE_OTHER)


def _page(incident_id: str, form: PublicationForm, status: HTTPStatus | None = None) -> ResponseReturnValue:
    opened = records.open_account(current_keys(), incident_id)
    form.offer(publications.choices(opened.document))
    page = render_template(
        "casework/publications.html",
        document=opened.document,
        revision=opened.revision,
        named=publications.named(opened.document),
        form=form,
    )
    return page, status or status_of(form)
