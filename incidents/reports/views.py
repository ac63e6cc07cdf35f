"""Pages of publications: the list, one of them, writing one, campaigns."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from incidents import clock
from incidents.accounts.models import Role
from incidents.accounts.sessions import current_seed
from incidents.codebook.services import codebook
from incidents.errors import NotFound
from incidents.i18n import gettext as _
from incidents.releases import method, wording
from incidents.releases.layout import whole
from incidents.releases.services import current_rows
from incidents.reports import beside, campaigns, counts, letters, services, told
from incidents.reports.files import MOST_BYTES, FileRefused
from incidents.reports.forms import KINDS, MOST_TEXT, FilterForm, FrameForm, PublicationForm, values_of
from incidents.reports.languages import LANGUAGES
from incidents.reports.models import PublicationType
from incidents.reports.services import Upload
from incidents.reports.withdrawing import Gone
from incidents.stories import services as stories
from incidents.web.access import EVERYONE, access, step_up
from incidents.web.downloads import attachment
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from incidents.codebook.services import Code
    from incidents.reports.campaigns import Window
    from incidents.reports.letters import Waited
    from incidents.reports.models import Publication

blueprint = Blueprint("reports", __name__)

EDITORS = (Role.ADVOCATE, Role.RESEARCHER)
#: An administrator holds no facts key.
COUNTERS = frozenset({Role.ADVOCATE, Role.ANALYST, Role.RESEARCHER})
UPLOADS = frozenset({"reports.new", "reports.edit"})
#: Beside the file: text, names of fields, boundaries.
ROOM_FOR_FIELDS = 1024 * 1024


@blueprint.url_value_preprocessor
def allow_larger_bodies(endpoint: str | None, values: dict[str, object] | None) -> None:
    """Before anything reads the body (the anti-forgery check does), and for these pages alone."""
    del values
    if endpoint in UPLOADS:
        request.max_content_length = MOST_BYTES + ROOM_FOR_FIELDS


@blueprint.app_context_processor
def words() -> dict[str, object]:
    """Names of kinds and languages, for templates."""
    return {"publication_kinds": KINDS, "publication_languages": LANGUAGES}


@blueprint.get("/reports")
@access(*EVERYONE)
def reports() -> ResponseReturnValue:
    """Everything that was published, newest first, narrowed by filters in the address."""
    form = FilterForm(request.args)
    found = services.publications(form.filters())
    return render_template(
        "reports/reports.html", form=form, publications=found, waited=waited_for(found), editor=is_editor()
    )


@blueprint.get("/reports/<publication_id>")
@access(*EVERYONE)
def report(publication_id: str) -> ResponseReturnValue:
    """One publication, what it answers and what answers it, and protected counts of what it rests on."""
    counted = counts.of_publication(current_rows(), publication_id, clock.today()) if may_count() else None
    found = services.get(publication_id)
    if found.gone_since:
        return render_template("reports/withdrawn.html", publication=found)
    return render_template(
        "reports/report.html",
        publication=found,
        waited=waited_for([found]).get(found.id),
        signatories=letters.signatories(found.signatories),
        answered=services.get(found.response_to_id) if found.response_to_id else None,
        replies=services.replies(publication_id),
        release=found.release,
        themes=coded("themes", found.themes),
        countries=coded("regions", found.countries),
        campaign=next(iter(coded("campaigns", found.campaign)), None),
        table=whole(counted.protected) if counted and counted.protected else None,
        counted=counted,
        cost=method.cost(counted.protected) if counted and counted.protected else None,
        own=is_editor() and found.organisation_id == current_user.organisation_id,
    )


@blueprint.route("/reports/new", methods=["GET", "POST"])
@access(*EDITORS)
@step_up
def new() -> ResponseReturnValue:
    """Publish something."""
    form = PublicationForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            published = services.add(current_user.organisation_id, form.content(), uploaded(), by=current_user.id)
        except FileRefused as refusal:
            form.add_errors({"file": str(refusal.message)})
        else:
            return redirect(url_for("reports.report", publication_id=published), HTTPStatus.SEE_OTHER)
    return shown(form)


@blueprint.route("/reports/<publication_id>/edit", methods=["GET", "POST"])
@access(*EDITORS)
@step_up
def edit(publication_id: str) -> ResponseReturnValue:
    """Change a publication of one's own organisation."""
    found = services.changeable(publication_id, current_user.organisation_id)
    if found.summary_id:
        return reframe(found)
    form = PublicationForm(request.form or None, data=values_of(found))
    if request.method == "POST" and form.validate():
        try:
            services.change(publication_id, current_user.organisation_id, form.content(), uploaded())
        except FileRefused as refusal:
            form.add_errors({"file": str(refusal.message)})
        else:
            return redirect(url_for("reports.report", publication_id=publication_id), HTTPStatus.SEE_OTHER)
    return shown(form, found)


def reframe(publication: Publication) -> ResponseReturnValue:
    """Change what stands around a story."""
    form = FrameForm(request.form or None, data=values_of(publication))
    if request.method == "POST" and form.validate():
        services.reframe(publication.id, current_user.organisation_id, form.frame())
        return redirect(url_for("reports.report", publication_id=publication.id), HTTPStatus.SEE_OTHER)
    answer = render_template("reports/story.html", form=form, text=publication.text, publication=publication)
    return answer, status_of(form)


@blueprint.route("/stories/<summary_id>/publish", methods=["GET", "POST"])
@access(*EDITORS)
@step_up
def tell(summary_id: str) -> ResponseReturnValue:
    """Publish a story that was given to whoever looks, word by word."""
    keys = stories.keys_of(current_user.id, current_seed())
    story = stories.one(keys, summary_id, clock.today())
    form = FrameForm(request.form)
    if request.method == "POST" and form.validate():
        published = told.publish(
            keys,
            summary_id,
            form.frame(),
            organisation_id=current_user.organisation_id,
            by=current_user.id,
            today=clock.today(),
        )
        return redirect(url_for("reports.report", publication_id=published), HTTPStatus.SEE_OTHER)
    answer = render_template("reports/story.html", form=form, text=story.text, summary_id=summary_id, story=story)
    return answer, status_of(form)


@blueprint.errorhandler(Gone)
def withdrawn(error: Gone) -> ResponseReturnValue:
    """What was withdrawn has no files and no forms."""
    return render_template("reports/withdrawn.html", publication=None), int(error.status)


def shown(form: PublicationForm, publication: Publication | None = None) -> ResponseReturnValue:
    """The form, with 422 when it came back with errors; a file cannot come back with it."""
    if form.errors and uploaded() and not form.file.errors:
        form.add_errors({"file": _("Choose the file again: it was not kept, because of the errors above or below.")})
    status = status_of(form)
    return render_template("reports/edit.html", form=form, publication=publication, limit=MOST_TEXT), status


def uploaded() -> Upload | None:
    """The file of the request, if one was chosen; it is in memory and never on the disk in clear."""
    sent = request.files.get("file")
    return Upload(sent.filename, sent.read()) if sent and sent.filename else None


@blueprint.post("/reports/<publication_id>/remove")
@access(*EDITORS)
@step_up
def remove(publication_id: str) -> ResponseReturnValue:
    """Take a publication of one's own organisation back."""
    services.remove(publication_id, current_user.organisation_id, by=current_user.id)
    flash(_("The publication is no longer listed here."), "success")
    return redirect(url_for("reports.reports"), HTTPStatus.SEE_OTHER)


@blueprint.post("/reports/<publication_id>/files/<file_id>/remove")
@access(*EDITORS)
@step_up
def remove_file(publication_id: str, file_id: str) -> ResponseReturnValue:
    """Take one file of it back."""
    services.remove_file(publication_id, file_id, current_user.organisation_id)
    return redirect(url_for("reports.report", publication_id=publication_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/reports/<publication_id>/files/<file_id>")
@access(*EVERYONE)
def download(publication_id: str, file_id: str) -> ResponseReturnValue:
    """A published file, to be saved: whatever it says it is, it is sent as bytes."""
    found = services.file(publication_id, file_id)
    return attachment(found.content, found.name)


@blueprint.get("/reports/campaigns")
@access(*EVERYONE)
def all_campaigns() -> ResponseReturnValue:
    """All campaigns, those that run or come next first."""
    listed = [
        (code, window, campaigns.countdown(window, clock.today()) if window else None)
        for code, window in campaigns.upcoming(clock.today())
    ]
    return render_template("reports/campaigns.html", campaigns=listed)


@blueprint.get("/reports/campaigns/<code>")
@access(*EVERYONE)
def campaign(code: str) -> ResponseReturnValue:
    """A campaign in a year, to be printed: what was published, demanded and answered, and protected counts."""
    window = asked_window(code)
    counted = (
        counts.of_campaign(current_rows(), window, campaigns.country(code), clock.today()) if may_count() else None
    )
    protected = counted.protected if counted else None
    published = services.in_window(window)
    return render_template(
        "reports/campaign.html",
        campaign=codebook().vocabulary("campaigns")[code],
        themes=[codebook().vocabulary("themes")[theme] for theme in campaigns.themes(code)],
        window=window,
        countdown=campaigns.countdown(window, clock.today()),
        years=[near for near in (window.first.year - 1, window.first.year + 1) if has_page(code, near)],
        period=[wording.month(month) for month in window.before],
        publications=published,
        waited=waited_for(published),
        beside=beside.years(window),
        counter=may_count(),
        researcher=current_user.role is Role.RESEARCHER,
        counted=counted,
        table=whole(protected) if protected else None,
        note=method.note(counted.question, protected) if counted and protected else (),
    )


def asked_window(code: str) -> Window:
    """The window of a campaign in the year of the address, or in the one nearest to today.

    Raises:
        NotFound: there is no such campaign, or it was not then, or is further off than the next one.
    """
    if code not in codebook().vocabulary("campaigns"):
        raise NotFound
    year = request.args.get("year", campaigns.best_year(code, clock.today()) or 0, int)
    window = campaigns.window(code, year) if has_page(code, year) else None
    if window is None:
        raise NotFound
    return window


def has_page(code: str, year: int) -> bool:
    """Whether a campaign has a page in a year: from the first to the one that runs or comes next."""
    near = campaigns.coming(code, clock.today())
    last = near.first.year if near else campaigns.latest_year(code, clock.today()) or 0
    return campaigns.FIRST_YEAR <= year <= last and campaigns.window(code, year) is not None


def coded(vocabulary: str, codes: str) -> list[Code]:
    """The codes that a publication carries; one that the codebook no longer has is left out."""
    known = codebook().vocabulary(vocabulary)
    return [known[code] for code in codes.split() if code in known]


def waited_for(publications: Sequence[Publication]) -> dict[str, Waited]:
    """How long the open letters among some publications waited for an answer, by id."""
    sent = {
        one.id: one.published_on
        for one in publications
        if one.kind is PublicationType.OPEN_LETTER and one.gone_since is None
    }
    return {
        letter_id: letters.waited(sent[letter_id], days, clock.today())
        for letter_id, days in services.reply_days(sent).items()
    }


def may_count() -> bool:
    """Whether the role of whoever looks may hold a facts key."""
    return current_user.role in COUNTERS


def is_editor() -> bool:
    """Whether whoever looks may publish."""
    return current_user.role in EDITORS
