"""Pages of sharing: partners, whom a case is shared with, and cases that others share with us."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from incidents import clock
from incidents.accounts import services as accounts
from incidents.accounts.models import Role
from incidents.accounts.sessions import current_seed
from incidents.errors import Forbidden
from incidents.i18n import gettext as _
from incidents.keyring.identity import NotBelieved
from incidents.records import page, sentences
from incidents.records import services as records
from incidents.records.forms import ReasonForm
from incidents.records.keys import current_keys
from incidents.records.services import Conflict
from incidents.records.standing import standing
from incidents.records.views import no_keys
from incidents.sharing import deciding, partners, resealing, services, words
from incidents.sharing.forms import ShareForm
from incidents.web.access import access, step_up
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.records.schema import CaseDocument, Share

blueprint = Blueprint("sharing", __name__)
blueprint.register_error_handler(Forbidden, no_keys)


@blueprint.app_template_filter("share_state")
def share_state(share: Share, document: CaseDocument) -> str:
    """Where a share of a case stands today, in words."""
    today = clock.today()
    return words.state(share, today, open_to_them=resealing.open_to_them(share, document, today))


@blueprint.app_template_filter("organisation_name")
def organisation_name(organisation_id: str) -> str:
    """What an organisation is called."""
    return partners.name_of(organisation_id)


@blueprint.get("/members/partners")
@access(Role.RESEARCHER)
def partner_list() -> ResponseReturnValue:
    """The other organisations, and with which of them cases may be shared."""
    return render_template("sharing/partners.html", others=partners.others(accounts.current_member()))


@blueprint.route("/members/partners/<partner_id>", methods=["GET", "POST"])
@access(Role.RESEARCHER)
@step_up
def partner(partner_id: str) -> ResponseReturnValue:
    """Compare a number with a member of another organisation."""
    member = accounts.current_member()
    other = partners.other(member, partner_id)
    status = HTTPStatus.OK
    if request.method == "POST":
        try:
            enough = partners.compare(member, current_seed(), partner_id, request.form.get("comparison", ""))
        except (partners.Different, NotBelieved):
            flash(_("The number is another one by now. Compare the number below once more."), "warning")
            status = HTTPStatus.CONFLICT
        else:
            flash(_("You can share cases now.") if enough else _("Noted. A colleague has to compare as well."))
            return redirect(url_for("sharing.partner_list"), HTTPStatus.SEE_OTHER)
    return render_template("sharing/partner.html", other=other), status


@blueprint.post("/members/partners/<partner_id>/end")
@access(Role.RESEARCHER)
@step_up
def drop(partner_id: str) -> ResponseReturnValue:
    """End a partnership; pressed twice, it has ended."""
    member = accounts.current_member()
    if partners.other(member, partner_id).partner is not None:
        partners.drop(member, current_seed(), partner_id)
    flash(_("No case can be shared with them any more. Take back what is shared with them, case by case."))
    return redirect(url_for("sharing.partner_list"), HTTPStatus.SEE_OTHER)


@blueprint.route("/cases/<incident_id>/share", methods=["GET", "POST"])
@access(Role.RESEARCHER)
@step_up
def share(incident_id: str) -> ResponseReturnValue:
    """Whom a case is shared with, and a proposal to share it with one more."""
    form = ShareForm(request.form)
    form.offer(_partners())
    if request.method == "GET":
        return _share_page(incident_id, form)
    if not form.validate():
        return _share_page(incident_id, form)
    try:
        made = deciding.propose(current_keys(), incident_id, form.wish())
    except deciding.NotAllowed as refused:
        form.add_errors({"organisation": _("This case cannot be shared with them. Why not stands below.")})
        return _share_page(incident_id, form, objections=words.objections(refused))
    except (deciding.SharedAlready, deciding.TooMany, partners.NotAPartner, NotBelieved, Conflict) as refused:
        form.add_errors({"organisation": _(words.REFUSALS[type(refused)])})
        return _share_page(incident_id, form, status=HTTPStatus.CONFLICT)
    flash(_("The case is shared.") if made.confirmed_by else _("Proposed. It is shared when a colleague confirms it."))
    return redirect(url_for("sharing.share", incident_id=incident_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/cases/<incident_id>/share/<given_id>/confirm")
@access(Role.RESEARCHER)
@step_up
def confirm(incident_id: str, given_id: str) -> ResponseReturnValue:
    """Agree to a colleague's proposal."""
    form = ShareForm()
    form.offer(_partners())
    try:
        deciding.confirm(current_keys(), incident_id, given_id)
    except deciding.NotAllowed as refused:
        flash(_("This case cannot be shared with them. Why not stands below."), "error")
        objections = words.objections(refused)
        return _share_page(incident_id, form, objections=objections, status=HTTPStatus.CONFLICT)
    except (deciding.OwnProposal, partners.NotAPartner, NotBelieved, Conflict) as refused:
        flash(_(words.REFUSALS[type(refused)]), "error")
        return _share_page(incident_id, form, status=HTTPStatus.CONFLICT)
    flash(_("The case is shared."), "success")
    return redirect(url_for("sharing.share", incident_id=incident_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/cases/<incident_id>/share/<given_id>/end")
@access(Role.RESEARCHER)
def end(incident_id: str, given_id: str) -> ResponseReturnValue:
    """Take a share or a proposal back: at once, without a question."""
    deciding.take_back(current_keys(), incident_id, given_id)
    flash(_("Taken back. They can open it no more; what they have read, they have read."), "success")
    return redirect(url_for("records.case", incident_id=incident_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/shared")
@access(Role.RESEARCHER)
def shared() -> ResponseReturnValue:
    """The cases that other organisations share with us."""
    return render_template("sharing/shared.html", found=services.shared_with_us(current_keys()))


@blueprint.get("/shared/<share_id>")
@access(Role.RESEARCHER)
def received(share_id: str) -> ResponseReturnValue:
    """What a shared case is for, before it is opened."""
    return _cover(share_id, ReasonForm())


@blueprint.post("/shared/<share_id>/read")
@access(Role.RESEARCHER)
def read(share_id: str) -> ResponseReturnValue:
    """Write in the log that the case is opened, then show it in this one answer."""
    keys = current_keys()
    services.let_go(keys)
    opened = services.view_shared(keys, share_id)
    document = opened.document
    return render_template(
        "sharing/read.html",
        received=opened.received,
        document=document,
        setting=sentences.setting(document),
        sentences=sentences.sentences(document),
        verification=standing(document, clock.today()).verification,
        tables_of=page.tables(document),
    )


@blueprint.post("/shared/<share_id>/identity")
@access(Role.RESEARCHER)
def identity(share_id: str) -> ResponseReturnValue:
    """Log the reason, then show names and contacts in this one answer."""
    form = ReasonForm(request.form)
    if not form.validate():
        return _cover(share_id, form)
    keys = current_keys()
    services.let_go(keys)
    opened = services.open_identity(keys, share_id, form.reason.data)
    return render_template(
        "sharing/identity.html",
        received=opened.received,
        document=opened.document,
        sections=page.sections(opened.document, "identity"),
    )


def _partners() -> dict[str, str]:
    return {
        one.id: one.partner.name
        for one in partners.others(accounts.current_member())
        if one.partner and one.partner.confirmed and not one.changed
    }


def _share_page(
    incident_id: str, form: ShareForm, *, objections: list[str] | None = None, status: HTTPStatus | None = None
) -> ResponseReturnValue:
    document = records.open_account(current_keys(), incident_id).document
    answer = render_template(
        "sharing/share.html", form=form, document=document, names=accounts.usernames(), objections=objections or []
    )
    return answer, status or status_of(form)


def _cover(share_id: str, form: ReasonForm) -> ResponseReturnValue:
    opened = services.open_shared(current_keys(), share_id)
    answer = render_template("sharing/received.html", form=form, received=opened.received, document=opened.document)
    return answer, status_of(form)
