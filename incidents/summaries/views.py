"""The pages of exact counts, for people inside."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from incidents.accounts.models import Role
from incidents.accounts.sessions import current_seed
from incidents.summaries import panels, services, words
from incidents.summaries.forms import FilterForm, addresses
from incidents.web.access import access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("summaries", __name__)


@blueprint.get("/summaries")
@access(Role.ANALYST, Role.ADVOCATE, Role.RESEARCHER)
def dashboard() -> ResponseReturnValue:
    """Everything that may be counted, under filters that sit in the address."""
    return _page("summaries/dashboard.html")


@blueprint.get("/summaries/countries")
@access(Role.ANALYST, Role.ADVOCATE, Role.RESEARCHER)
def countries() -> ResponseReturnValue:
    """All countries under the same filters: the dashboard has room for those with the highest numbers."""
    return _page("summaries/countries.html")


def _page(template: str) -> ResponseReturnValue:
    granted = services.granted(current_user.id, current_seed())
    form = FilterForm(request.args)
    form.offer(granted.present())
    given: dict[str, Any] = {"form": form, "organisations": granted.organisations}
    if not form.validate():
        return render_template(template, **given, counted=None), HTTPStatus.UNPROCESSABLE_ENTITY
    page = render_template(
        template,
        **given,
        counted=granted.count(form.query()),
        panels=panels,
        words=words,
        measure=form.measure.data,
        address=addresses(form, "" if request.endpoint == "summaries.dashboard" else url_for("summaries.dashboard")),
        elsewhere=addresses(form, url_for("summaries.countries")),
    )
    return compact(page)


def compact(page: str) -> str:
    """Take out the indentation of templates: some 15 kB of a page with so many rows, on a phone's connection.

    Nothing here keeps its line breaks (no ``pre``, no ``textarea``).
    """
    return "\n".join(line for line in map(str.strip, page.splitlines()) if line)
