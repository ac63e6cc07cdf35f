"""The way of a record whose writer cannot read cases: handed in, seen to arrive, and gone from here."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from incidents.accounts.models import Role
from incidents.i18n import gettext as _
from incidents.intake import services
from incidents.keyring.identity import NotBelieved
from incidents.keyring.services import NothingToHandOn
from incidents.records.keys import CaseKeys, current_keys
from incidents.submissions import services as submissions
from incidents.submissions.services import NotCompared, NotSent

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from incidents.records.schema import CaseDocument


def case_keys() -> CaseKeys | None:
    """The keys of whoever records in this request; None for those who hand in: they hold none that can be believed.

    A member whose organisation's key was changed is among these for as long, so that they are told before they type,
    and what they had typed already is kept.

    Raises:
        Forbidden: they lack one of the keys that a case needs.
    """
    if current_user.role is not Role.RESEARCHER:
        return None
    try:
        return current_keys()
    except (NothingToHandOn, NotBelieved):
        return None


def warnings() -> dict[str, Any]:
    """What a page tells people before they type: whether what they write could be sent today, and if not, why."""
    try:
        submissions.believed(submissions.current_sender())
    except NotSent as error:
        return obstacle(error)
    return {"obstacle": None}


def obstacle(error: NotSent) -> dict[str, Any]:
    """Why something cannot be sent, as ``submissions/obstacle.html`` tells it."""
    number = submissions.number(submissions.current_sender()) if isinstance(error, NotCompared) else None
    return {"obstacle": type(error).__name__, "number": number}


def hand_in(document: CaseDocument) -> ResponseReturnValue:
    """Hand in a quick record; what cannot be sent is kept as a draft, so that nothing typed is lost."""
    try:
        reference = submissions.submit(submissions.current_sender(), document)
    except NotSent as error:
        return _not_sent(error, services.keep(services.current_writer(), document))
    return _arrived(reference)


def hand_in_draft(draft_id: str, *, complete: bool) -> ResponseReturnValue:
    """Hand in a draft, which is thrown away then; what cannot be sent stays.

    Raises:
        NotFound: there is no such draft of the writer's.
        Forbidden: it changes a saved case, which only a member can.
    """
    writer, sender = services.current_writer(), submissions.current_sender()
    try:
        reference = services.hand_in(writer, sender, draft_id, complete=complete)
    except NotSent as error:
        return _not_sent(error, draft_id)
    return _arrived(reference)


def _arrived(reference: str) -> ResponseReturnValue:
    flash(_("It has arrived, sealed. Its reference is %(reference)s.", reference=reference), "success")
    return redirect(url_for("submissions.sent"), HTTPStatus.SEE_OTHER)


def _not_sent(error: NotSent, draft_id: str) -> ResponseReturnValue:
    page = render_template("submissions/not_sent.html", draft_id=draft_id, **obstacle(error))
    return page, error.status
