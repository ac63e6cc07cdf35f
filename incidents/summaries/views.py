"""The pages of exact counts, for people inside."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from incidents import clock
from incidents.accounts.models import Role
from incidents.accounts.sessions import current_seed
from incidents.codebook.services import codebook
from incidents.errors import NotFound
from incidents.i18n import gettext as _
from incidents.reports import campaigns
from incidents.summaries import charts, impunity, panels, services, windows, words
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


@blueprint.get("/summaries/campaigns/<code>")
@access(Role.ANALYST, Role.ADVOCATE, Role.RESEARCHER)
def campaign(code: str) -> ResponseReturnValue:
    """Who was harmed in a campaign's months and in the ways it is about, year beside year: exact, for inside."""
    if code not in codebook().vocabulary("campaigns"):
        raise NotFound
    year = request.args.get("year", 0, int) or campaigns.latest_year(code, clock.today()) or 0
    window = campaigns.window(code, year) if campaigns.FIRST_YEAR <= year <= clock.today().year + 1 else None
    if window is None:
        raise NotFound
    granted = services.granted(current_user.id, current_seed())
    return render_template(
        "summaries/campaign.html",
        campaign=codebook().vocabulary("campaigns")[code],
        window=window,
        organisations=granted.organisations,
        years=windows.years(granted.frame.rows, window),
        panels=panels,
        months=[charts.month_text(month) for month in window.months],
        groups=windows.GROUPS,
        place=campaigns.country(code),
        advocate=current_user.role is Role.ADVOCATE,
    )


def _page(template: str) -> ResponseReturnValue:
    granted = services.granted(current_user.id, current_seed())
    form = FilterForm(request.args)
    form.offer(granted.present())
    given: dict[str, Any] = {"form": form, "organisations": granted.organisations}
    if not form.validate():
        return render_template(template, **given, counted=None), HTTPStatus.UNPROCESSABLE_ENTITY
    counted = granted.count(form.query())
    page = render_template(
        template,
        **given,
        counted=counted,
        impunity=impunity.shown(
            impunity.table(granted.frame.rows, counted),
            _("All countries"),
            impunity.TOP if request.endpoint == "summaries.dashboard" else None,
        ),
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
