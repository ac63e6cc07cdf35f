"""Pages of consent as it changes: what holds, taking back, what is owed then, receipts."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from incidents import clock
from incidents.accounts.models import Role
from incidents.accounts.services import usernames
from incidents.consents import rules, services, wording
from incidents.consents.forms import IssueForm, RevokeForm, TakeBackForm
from incidents.consents.services import Asked
from incidents.i18n import gettext as _
from incidents.keyring.receipt_door import offered_word
from incidents.records import services as records
from incidents.records.answers import label_of
from incidents.records.forms import revision_of
from incidents.records.keys import current_keys
from incidents.records.rules import consent_level
from incidents.records.services import Conflict
from incidents.web.access import access, step_up
from incidents.web.qr import draw

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.records.services import Opened
    from incidents.web.forms import BaseForm

blueprint = Blueprint("consents", __name__)


@blueprint.get("/cases/<incident_id>/consent")
@access(Role.RESEARCHER)
def consent(incident_id: str) -> ResponseReturnValue:
    """Everybody in a case, what they agreed to, and whether it holds."""
    document = records.open_account(current_keys(), incident_id).document
    today = clock.today()
    level = consent_level(document, today)
    return render_template(
        "consents/consent.html",
        document=document,
        holders=wording.holders(document, today),
        level=label_of("consent_levels", level),
        names=usernames(),
    )


@blueprint.get("/cases/<incident_id>/consent/<person_id>")
@access(Role.RESEARCHER)
def person(incident_id: str, person_id: str) -> ResponseReturnValue:
    """Take consent back for one person."""
    opened = records.open_account(current_keys(), incident_id)
    form = TakeBackForm(data={"expected": str(opened.revision), "on": clock.today().isoformat(), "by": "CB_SELF"})
    return _person_page(opened, person_id, form)


@blueprint.post("/cases/<incident_id>/consent/<person_id>")
@access(Role.RESEARCHER)
def take_back(incident_id: str, person_id: str) -> ResponseReturnValue:
    """Save it, and show what is owed."""
    keys = current_keys()
    opened = records.open_account(keys, incident_id)
    form = TakeBackForm(request.form)
    form.offer(rules.standing(opened.document, person_id, clock.today()))
    services.person_of(opened.document, person_id)
    if not form.validate():
        return _person_page(opened, person_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    asked = Asked(form.chosen(), form.by.data, form.day)
    try:
        services.take_back(keys, incident_id, person_id, asked, revision_of(form.expected.data))
    except Conflict as conflict:
        form.expected.data = str(conflict.revision)
        form.add_errors({"how": _("Somebody saved this case meanwhile. Look at it, then send this again.")})
        return _person_page(opened, person_id, form, HTTPStatus.CONFLICT)
    flash(_("It is taken back, and nothing of it is counted or shown from now on."), "success")
    return redirect(url_for("consents.owed", incident_id=incident_id, person_id=person_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/cases/<incident_id>/consent/<person_id>/owed")
@access(Role.RESEARCHER)
def owed(incident_id: str, person_id: str) -> ResponseReturnValue:
    """What was touched when consent was taken back, and what is owed."""
    keys = current_keys()
    document = records.open_account(keys, incident_id).document
    debt = services.debt(keys, document, person_id)
    return render_template(
        "consents/owed.html",
        document=document,
        holder=wording.holder(document, services.person_of(document, person_id), clock.today()),
        debt=debt,
        taken=[(wording.purpose(one), day) for one, day in rules.taken_back(document, person_id).items()],
        recipients=[wording.purpose(one) for one in debt.owed.recipients],
        steps=wording.steps(debt.owed.steps),
    )


@blueprint.get("/cases/<incident_id>/consent/<person_id>/receipt")
@access(Role.RESEARCHER)
def receipt(incident_id: str, person_id: str) -> ResponseReturnValue:
    """Offer a receipt, or take one back."""
    opened = records.open_account(current_keys(), incident_id)
    return _receipt_page(opened, person_id, IssueForm(data={"word": offered_word(), "expected": str(opened.revision)}))


@blueprint.post("/cases/<incident_id>/consent/<person_id>/receipt")
@access(Role.RESEARCHER)
@step_up
def issue(incident_id: str, person_id: str) -> ResponseReturnValue:
    """Issue a receipt: the paper is shown once, now."""
    keys = current_keys()
    form = IssueForm(request.form)
    if not form.validate():
        opened = records.open_account(keys, incident_id)
        return _receipt_page(opened, person_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        paper = services.issue(keys, incident_id, person_id, form.word.data, revision_of(form.expected.data))
    except Conflict as conflict:
        form.expected.data = str(conflict.revision)
        form.add_errors({"word": _("Somebody saved this case meanwhile. Send this again.")})
        return _receipt_page(records.open_account(keys, incident_id), person_id, form, HTTPStatus.CONFLICT)
    address = _address()
    return render_template(
        "consents/paper.html",
        words=paper.words,
        word=form.word.data,
        address=address,
        drawing=draw(address),
        picture=draw(" ".join(paper.words)) if form.picture.data else None,
        back=url_for("consents.consent", incident_id=incident_id),
    )


@blueprint.post("/cases/<incident_id>/consent/<person_id>/receipt/revoke")
@access(Role.RESEARCHER)
def revoke(incident_id: str, person_id: str) -> ResponseReturnValue:
    """Let a receipt open nothing any more."""
    keys = current_keys()
    services.revoke(keys, incident_id, person_id, revision_of(RevokeForm(request.form).expected.data))
    flash(_("The receipt opens nothing any more."), "success")
    return redirect(url_for("consents.consent", incident_id=incident_id), HTTPStatus.SEE_OTHER)


def _address() -> str:
    origin = current_app.extensions["tala-settings"].origin
    path = url_for("receipts.note")
    return f"{origin}{path}" if origin else url_for("receipts.note", _external=True)


def _person_page(
    opened: Opened, person_id: str, form: TakeBackForm, status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    document = opened.document
    whom = services.person_of(document, person_id)
    form.offer(rules.standing(document, person_id, clock.today()))
    holder = wording.holder(document, whom, clock.today())
    return render_template("consents/person.html", document=document, holder=holder, form=form), status


def _receipt_page(
    opened: Opened, person_id: str, form: BaseForm, status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    document = opened.document
    holder = wording.holder(document, services.person_of(document, person_id), clock.today())
    page = render_template(
        "consents/receipt.html",
        document=document,
        holder=holder,
        form=form,
        revoke=RevokeForm(data={"expected": str(opened.revision)}),
    )
    return page, status
