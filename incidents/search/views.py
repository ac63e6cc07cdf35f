"""The page of search. What is searched for travels by POST: it stands in no address, no history and no log."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from incidents.accounts.models import Role
from incidents.errors import Forbidden
from incidents.records import listing, rebuild
from incidents.records.keys import current_keys
from incidents.records.views import no_keys
from incidents.search import services
from incidents.search.forms import NamesForm, SearchForm
from incidents.web.access import access, step_up
from incidents.web.forms import status_of
from incidents.web.streaming import streamed

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("search", __name__)
blueprint.register_error_handler(Forbidden, no_keys)


@blueprint.get("/search")
@access(Role.RESEARCHER)
def ask() -> ResponseReturnValue:
    """Ask what to search for."""
    return _page(_offering(SearchForm()))


@blueprint.post("/search")
@access(Role.RESEARCHER)
def search() -> ResponseReturnValue:
    """Search what lies outside of names; what is found is shown as it is found."""
    form = _offering(SearchForm(request.form))
    if not form.validate():
        return _page(form)
    return _found(form, names=False)


@blueprint.post("/search/names")
@access(Role.RESEARCHER)
@step_up
def names() -> ResponseReturnValue:
    """Log the reason, then search names, contacts and places too."""
    if rebuild.needed(current_keys().organisation_id):
        return redirect(url_for("records.cases"), HTTPStatus.SEE_OTHER)
    form = _offering(NamesForm(request.form))
    if not form.validate():
        return _page(form)
    services.open_names(current_keys(), form.reason.data)
    return _found(form, names=True)


def _offering(form: SearchForm) -> SearchForm:
    form.offer(listing.present(current_keys().organisation))
    return form


def _page(form: SearchForm) -> ResponseReturnValue:
    if rebuild.needed(current_keys().organisation_id):
        return redirect(url_for("records.cases"), HTTPStatus.SEE_OTHER)
    return render_template("search/search.html", form=form, filters=_filters(form)), status_of(form)


def _found(form: SearchForm, *, names: bool) -> ResponseReturnValue:
    keys = current_keys()
    if rebuild.needed(keys.organisation_id):
        return redirect(url_for("records.cases"), HTTPStatus.SEE_OTHER)
    query = form.query(sort="date", descending=True, page=1)
    events = services.search(keys, query, form.wanted, names=names)
    return streamed("search/search.html", form=form, filters=_filters(form), events=events, names=names)


def _filters(form: SearchForm) -> dict[str, str]:
    return form.asked(form.query(sort="date", descending=True, page=1))
