"""Pages of erasure: a case, a person in a case, legal holds, certificates."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup

from incidents.accounts.models import Role
from incidents.accounts.services import current_member, usernames
from incidents.accounts.sessions import current_seed
from incidents.erasure import certificates, holds, rules, services, sweeping
from incidents.erasure.certificates import KEY_BACKUP_DAYS
from incidents.erasure.forms import EraseForm, ErasePersonForm, WhyForm
from incidents.erasure.holds import Held
from incidents.erasure.services import Named
from incidents.errors import Forbidden, NotFound
from incidents.i18n import bdi, day
from incidents.i18n import gettext as _
from incidents.records import services as records
from incidents.records.forms import revision_of
from incidents.records.keys import current_keys
from incidents.records.page import moment
from incidents.records.sentences import joined, name_of
from incidents.records.services import Conflict
from incidents.records.views import no_keys
from incidents.web.access import access, step_up
from incidents.web.downloads import attachment
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.erasure.certificates import Certificate
    from incidents.keyring.roster import Hold
    from incidents.records.services import Opened

blueprint = Blueprint("erasure", __name__)
blueprint.register_error_handler(Forbidden, no_keys)


@dataclass(frozen=True)
class Standing:
    """A hold in words: who wants it, who wants it lifted, and what whoever looks may do."""

    placed: str
    lifted: str
    reason: str
    final: bool
    may_confirm: bool
    may_lift: bool


@blueprint.get("/cases/<incident_id>/erase")
@access(Role.RESEARCHER)
@step_up
def case(incident_id: str) -> ResponseReturnValue:
    """What erasing a case does, and the question whether to."""
    return _case_page(incident_id, EraseForm())


@blueprint.post("/cases/<incident_id>/erase")
@access(Role.RESEARCHER)
@step_up
def erase(incident_id: str) -> ResponseReturnValue:
    """Erase a case."""
    keys, form = current_keys(), EraseForm(request.form)
    form.wanted = records.open_account(keys, incident_id).document.incident.ref
    if not form.validate():
        return _case_page(incident_id, form)
    try:
        (certificate_id,) = services.erase_cases(
            keys, [incident_id], form.reason.data, expected=revision_of(form.expected.data)
        )
    except Held as held:
        form.add_errors({"reason": _held(held.hold)})
    except Conflict:
        form.add_errors(
            {"reason": _("Somebody saved this case meanwhile. Nothing was erased. Look at what it says now.")}
        )
    else:
        return _erased(certificate_id)
    return _case_page(incident_id, form, status=HTTPStatus.CONFLICT)


@blueprint.get("/cases/<incident_id>/erase/person/<person_id>")
@access(Role.RESEARCHER)
@step_up
def person(incident_id: str, person_id: str) -> ResponseReturnValue:
    """What erasing a person does, the words that stay, and the question whether to."""
    return _person_page(incident_id, person_id, ErasePersonForm())


@blueprint.post("/cases/<incident_id>/erase/person/<person_id>")
@access(Role.RESEARCHER)
@step_up
def erase_person(incident_id: str, person_id: str) -> ResponseReturnValue:
    """Erase a person in a case."""
    keys, form = current_keys(), ErasePersonForm(request.form)
    form.wanted = records.open_account(keys, incident_id).document.incident.ref
    if not form.validate():
        return _person_page(incident_id, person_id, form)
    try:
        certificate_id = services.erase_person(
            keys,
            incident_id,
            person_id,
            form.reason.data,
            expected=revision_of(form.expected.data),
            another=form.another.data,
        )
    except Held as held:
        form.add_errors({"reason": _held(held.hold)})
    except Conflict:
        form.add_errors({"read": _("Somebody saved this case meanwhile. Read the words below again.")})
    except Named as named:
        where = joined([_(one.rstrip(".")) for one in named.fields])
        form.add_errors({"another": _("The person, or somebody called alike, is named here: %(where)s.", where=where)})
    else:
        return _erased(certificate_id)
    return _person_page(incident_id, person_id, form, status=HTTPStatus.CONFLICT)


@blueprint.get("/cases/<incident_id>/hold")
@access(Role.RESEARCHER)
def hold(incident_id: str) -> ResponseReturnValue:
    """The legal hold on a case: what it is, and who asked for it."""
    return _hold_page(incident_id, WhyForm())


@blueprint.post("/cases/<incident_id>/hold")
@access(Role.RESEARCHER)
@step_up
def place(incident_id: str) -> ResponseReturnValue:
    """Ask for a hold, or confirm the one a colleague asked for."""
    form = _checked(incident_id)
    if form.errors:
        return _hold_page(incident_id, form)
    holds.place(current_member(), current_seed(), incident_id, form.reason.data)
    flash(_("Nothing of this case is erased while the hold stands."), "success")
    return redirect(url_for("erasure.hold", incident_id=incident_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/cases/<incident_id>/hold/lift")
@access(Role.RESEARCHER)
@step_up
def lift(incident_id: str) -> ResponseReturnValue:
    """Ask for a hold to be lifted, or agree with a colleague who did."""
    form = _checked(incident_id)
    if form.errors:
        return _hold_page(incident_id, form)
    left = holds.lift(current_member(), current_seed(), incident_id, form.reason.data)
    flash(_("The hold is lifted.") if left is None else _("The hold stands until a colleague agrees."), "success")
    return redirect(url_for("erasure.hold", incident_id=incident_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/erasures")
@access(Role.RESEARCHER)
def listed() -> ResponseReturnValue:
    """Every certificate of erasure of the organisation."""
    found = certificates.certificates(current_keys())
    rows = [
        {
            "key": bdi(one.ref),
            "value": _("%(what)s, %(at)s", what=_what(one), at=moment(one.at)),
            "href": url_for("erasure.certificate", certificate_id=one.id),
            "action": _("Show"),
        }
        for one in found
    ]
    return render_template("erasure/certificates.html", rows=rows)


@blueprint.get("/erasures/<certificate_id>")
@access(Role.RESEARCHER)
def certificate(certificate_id: str) -> ResponseReturnValue:
    """A certificate of erasure, to be printed."""
    found = certificates.find(current_keys(), certificate_id)
    return render_template(
        "erasure/certificate.html", certificate=found, lines=_lines(found), unswept=bool(sweeping.pending())
    )


@blueprint.get("/erasures/<certificate_id>/text")
@access(Role.RESEARCHER)
def certificate_text(certificate_id: str) -> ResponseReturnValue:
    """The same as a text file."""
    found = certificates.find(current_keys(), certificate_id)
    lines = (f"{label}: {_plain(value)}" for label, value in _lines(found))
    text = "\n".join([_("Certificate of erasure"), "", *lines, ""])
    return attachment(text.encode(), f"tala-erasure-{found.ref}.txt", "text/plain; charset=utf-8")


def _erased(certificate_id: str) -> ResponseReturnValue:
    """Bring what was erased out of the files of the database, as far as a page may wait, and show the certificate."""
    sweeping.sweep(patience=sweeping.PAGE_PATIENCE, whole=False)
    flash(_("Erased. Nobody can open it any more."), "success")
    return redirect(url_for("erasure.certificate", certificate_id=certificate_id), HTTPStatus.SEE_OTHER)


def _seen(form: EraseForm | ErasePersonForm, revision: int, status: HTTPStatus | None) -> None:
    """Keep the revision that somebody saw with what they correct; who is told of a change sees the new one."""
    if not form.expected.data or status is HTTPStatus.CONFLICT:
        form.expected.data = str(revision)


def _case_page(incident_id: str, form: EraseForm, *, status: HTTPStatus | None = None) -> ResponseReturnValue:
    opened = records.open_account(current_keys(), incident_id)
    document = opened.document
    _seen(form, opened.revision, status)
    answer = render_template(
        "erasure/case.html",
        form=form,
        document=document,
        revision=opened.revision,
        persons=[(one.id, name_of(one)) for one in document.persons],
        standing=_standing(incident_id),
    )
    return answer, status or status_of(form)


def _person_page(
    incident_id: str, person_id: str, form: ErasePersonForm, *, status: HTTPStatus | None = None
) -> ResponseReturnValue:
    opened = records.open_account(current_keys(), incident_id)
    document = opened.document
    whom = document.person(person_id)
    if whom is None:
        raise NotFound
    _seen(form, opened.revision, status)
    answer = render_template(
        "erasure/person.html",
        form=form,
        document=document,
        revision=opened.revision,
        name=name_of(whom),
        person_id=person_id,
        acts=sum(act.person_id == person_id for act in document.acts),
        words=_words(opened, person_id),
        standing=_standing(incident_id),
    )
    return answer, status or status_of(form)


def _words(opened: Opened, person_id: str) -> list[tuple[str, str]]:
    left = rules.without_person(opened.document, person_id)
    return [(_(meaning.rstrip(".")), text) for meaning, text in rules.words_of(left)]


def _hold_page(incident_id: str, form: WhyForm) -> ResponseReturnValue:
    document = records.open_account(current_keys(), incident_id).document
    answer = render_template("erasure/hold.html", form=form, document=document, standing=_standing(incident_id))
    return answer, status_of(form)


def _checked(incident_id: str) -> WhyForm:
    """The reason for a change of a hold; the case must be one of the organisation's."""
    records.open_account(current_keys(), incident_id)
    form = WhyForm(request.form)
    form.validate()
    return form


def _standing(incident_id: str) -> Standing | None:
    found = holds.hold_of(current_member(), incident_id)
    if found is None:
        return None
    final = len(found.placed) >= holds.PEOPLE
    return Standing(
        placed=_names(found.placed),
        lifted=_names(found.lifted) if found.lifted else "",
        reason=found.reason,
        final=final,
        may_confirm=current_user.id not in found.placed or bool(found.lifted),
        may_lift=current_user.id not in found.lifted,
    )


def _held(found: Hold) -> str:
    return _("A legal hold is on this case. Speak with %(names)s.", names=_names(found.placed))


def _names(account_ids: tuple[str, ...]) -> str:
    known = usernames()
    return joined([bdi(known.get(one, one)) for one in account_ids])


def _what(one: Certificate) -> str:
    return {
        "case": _("a case"),
        "person": _("a person in a case"),
        "contacts": _("the contact details of a case"),
        "content": _("names and words of a case"),
    }[one.what]


def _lines(one: Certificate) -> list[tuple[str, str]]:
    """What a certificate says, label by label."""
    return [
        (_("Organisation"), bdi(one.organisation)),
        (_("Erased"), _what(one)),
        (_("Random reference of the case"), bdi(one.ref)),
        (_("When"), moment(one.at)),
        (_("By the account"), bdi(one.account)),
        (_("Why"), bdi(one.reason)),
        (_("Revisions that nobody can open any more"), bdi(one.gone.revisions)),
        (_("Wrapped keys destroyed"), bdi(one.gone.wraps)),
        (_("SHA-256 of these keys"), bdi(_grouped(one.gone.digest))),
        (_("Audit entry"), bdi(one.audit_entry)),
        (_("End of the log at that entry"), bdi(one.audit_head)),
        (
            _("If key backups are kept for %(days)s days, none can bring it back after", days=KEY_BACKUP_DAYS),
            bdi(day(one.backups_until)),
        ),
    ]


def _grouped(digits: str) -> str:
    """Digits in eights: a line can break between them, and an eye can compare them."""
    return " ".join(digits[i : i + 8] for i in range(0, len(digits), 8))


def _plain(value: str) -> str:
    """A value of a page as text."""
    return value.striptags() if isinstance(value, Markup) else value
