"""Pages of working on a case together: the review queue, a case's review and comments, its verification."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from incidents import clock
from incidents.accounts.models import Role
from incidents.accounts.services import usernames
from incidents.casework import queue, rules, services
from incidents.casework.forms import (
    AnswerForm,
    AssignForm,
    ClaimForm,
    DecisionForm,
    QuestionForm,
    SignForm,
    TextForm,
    WeighForm,
    fact_name,
    source_name,
)
from incidents.casework.services import Case, Full
from incidents.i18n import gettext as _
from incidents.records import rebuild, verification
from incidents.records.answers import label_of
from incidents.records.forms import revision_of
from incidents.records.keys import current_keys
from incidents.records.rules import open_questions
from incidents.records.services import Conflict, Opened, open_account
from incidents.records.standing import standing
from incidents.web.access import access
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask.typing import ResponseReturnValue

    from incidents.records.schema import CaseDocument

    Page = Callable[[Opened, Mapping[str, BaseForm]], str]

blueprint = Blueprint("casework", __name__)


@blueprint.get("/review")
@access(Role.RESEARCHER)
def review() -> ResponseReturnValue:
    """Cases that wait for somebody, the most urgent first."""
    if rebuild.needed(current_keys().organisation_id):
        return render_template("records/rebuild.html")
    name = request.args.get("list", "waiting")
    asked = name if name in queue.LISTS else "waiting"
    found = queue.queue(current_keys(), asked, request.args.get("page", 1, type=int), clock.today())
    return render_template("casework/queue.html", found=found, asked=asked, title=queue.title, names=usernames())


# -- review and comments of a case -----------------------------------------------------------------------


@blueprint.get("/cases/<incident_id>/review")
@access(Role.RESEARCHER)
def case(incident_id: str) -> ResponseReturnValue:
    """Where a case stands between those who work on it, and what they have written."""
    return _review_page(_opened(incident_id), {})


@blueprint.post("/cases/<incident_id>/review/hand-in")
@access(Role.RESEARCHER)
def hand_in(incident_id: str) -> ResponseReturnValue:
    """It waits for review."""
    form = BaseForm()
    done = _("It waits for review now.")
    return _step(incident_id, _review_page, {"hand-in": form}, lambda one: services.hand_in(current_keys(), one), done)


@blueprint.post("/cases/<incident_id>/review/assign")
@access(Role.RESEARCHER)
def assign(incident_id: str) -> ResponseReturnValue:
    """Somebody takes care of it."""
    form = AssignForm(request.form, prefix="assign")
    form.offer(services.colleagues(current_keys()), current_user.id)

    def work(one: Case) -> int:
        return services.assign(current_keys(), one, form.account.data)

    return _step(incident_id, _review_page, {"assign": form}, work, _("It is settled who takes care of it."))


@blueprint.post("/cases/<incident_id>/review/return")
@access(Role.RESEARCHER)
def give_back(incident_id: str) -> ResponseReturnValue:
    """Back to its recorder with a question."""
    form = QuestionForm(request.form, prefix="return")

    def work(one: Case) -> int:
        return services.give_back(current_keys(), one, form.text.data)

    return _step(
        incident_id, _review_page, {"return": form}, work, _("It went back to its recorder with your question.")
    )


@blueprint.post("/cases/<incident_id>/review/comment")
@access(Role.RESEARCHER)
def comment(incident_id: str) -> ResponseReturnValue:
    """Something for colleagues to know."""
    form = TextForm(request.form, prefix="comment")

    def work(one: Case) -> int:
        return services.comment(current_keys(), one, form.text.data)

    return _step(incident_id, _review_page, {"comment": form}, work, _("Your comment is sealed with the case."))


@blueprint.post("/cases/<incident_id>/review/answer")
@access(Role.RESEARCHER)
def answer(incident_id: str) -> ResponseReturnValue:
    """The answer to an open question."""
    form = AnswerForm(request.form, prefix="answer")
    form.offer(open_questions(_opened(incident_id).document))

    def work(one: Case) -> int:
        return services.answer(current_keys(), one, form.question.data, form.text.data)

    return _step(incident_id, _review_page, {"answer": form}, work, _("Your answer is sealed with the case."))


def _review_page(opened: Opened, given: Mapping[str, BaseForm]) -> str:
    colleagues = services.colleagues(current_keys())
    questions = open_questions(opened.document)
    forms = {
        "assign": AssignForm(prefix="assign"),
        "return": QuestionForm(prefix="return"),
        "answer": AnswerForm(prefix="answer"),
        "comment": TextForm(prefix="comment"),
        **given,
    }
    if "assign" not in given:
        forms["assign"].offer(colleagues, current_user.id)
    if "answer" not in given:
        forms["answer"].offer(questions)
    return render_template(
        "casework/review.html",
        document=opened.document,
        revision=opened.revision,
        forms=forms,
        form=_shown(given),
        questions=questions,
        names=usernames(),
    )


# -- verification ------------------------------------------------------------------------------------------


@blueprint.get("/cases/<incident_id>/verification")
@access(Role.RESEARCHER)
def verify(incident_id: str) -> ResponseReturnValue:
    """What the sources give and why, what is missing, what was decided, and what they say where they differ."""
    return _verification_page(_opened(incident_id), {})


@blueprint.post("/cases/<incident_id>/verification")
@access(Role.RESEARCHER)
def decide(incident_id: str) -> ResponseReturnValue:
    """The first reviewer decides."""
    form = DecisionForm(request.form, prefix="decide")
    form.offer(_opened(incident_id).document)

    def work(one: Case) -> int:
        return services.decide(current_keys(), one, form.status.data, form.reason.data)

    done = _("Your decision is saved. What it still lacks stands below; until then the sources decide.")
    return _step(incident_id, _verification_page, {"decide": form}, work, done)


@blueprint.post("/cases/<incident_id>/verification/sign")
@access(Role.RESEARCHER)
def sign(incident_id: str) -> ResponseReturnValue:
    """The second reviewer signs."""
    form = SignForm(request.form, prefix="sign")

    def work(one: Case) -> int:
        return services.sign(current_keys(), one, form.reason.data)

    return _step(incident_id, _verification_page, {"sign": form}, work, _("You have signed as second reviewer."))


@blueprint.post("/cases/<incident_id>/claims")
@access(Role.RESEARCHER)
def add_claim(incident_id: str) -> ResponseReturnValue:
    """What a source says about a fact."""
    form = ClaimForm(request.form, prefix="claim")
    form.offer(_opened(incident_id).document.sources)

    def work(one: Case) -> int:
        return services.add_claim(current_keys(), one, form.fact.data, form.source.data, form.value.data)

    return _step(incident_id, _verification_page, {"claim": form}, work, _("It stands beside what other sources say."))


@blueprint.post("/cases/<incident_id>/claims/decision")
@access(Role.RESEARCHER)
def decide_claims(incident_id: str) -> ResponseReturnValue:
    """Which of the claims on a fact stand."""
    said = {str(one.field): one for one in rules.side_by_side(_opened(incident_id).document)}
    fact = said.get(request.form.get("fact", ""))
    if fact is None:
        form = BaseForm()
        form.form_errors = [_("No source has said anything about this yet.")]
        return _verification_page(_opened(incident_id), {"weigh": form}), HTTPStatus.UNPROCESSABLE_ENTITY
    name = f"weigh-{fact.field}"
    weigh = WeighForm(request.form, prefix=name)
    weigh.offer(fact)

    def work(one: Case) -> int:
        return services.decide_claims(current_keys(), one, fact.field, weigh.stand.data, weigh.reason.data)

    return _step(
        incident_id, _verification_page, {name: weigh}, work, _("It is settled what stands. What does not is kept.")
    )


def _verification_page(opened: Opened, given: Mapping[str, BaseForm]) -> str:
    document = opened.document
    forms = {**_verification_forms(document), **given}
    return render_template(
        "casework/verification.html",
        document=document,
        revision=opened.revision,
        forms=forms,
        form=_shown(given),
        standing=standing(document, clock.today()).verification,
        single=verification.single_testimony(document),
        lacking=verification.objections(document),
        needs_second=verification.needs_second(document),
        may_sign=verification.may_sign(document, current_user.id),
        conflicts=verification.conflicts(document),
        weighed=rules.weighed(document),
        counts=rules.COUNTS,
        said=rules.side_by_side(document),
        fact_name=fact_name,
        source_name=source_name,
        label_of=label_of,
        names=usernames(),
    )


def _verification_forms(document: CaseDocument) -> dict[str, BaseForm]:
    decision, claim = DecisionForm(prefix="decide"), ClaimForm(prefix="claim")
    decision.offer(document)
    decision.status.data = document.incident.verification or ""
    claim.offer(document.sources)
    forms = {"decide": decision, "sign": SignForm(prefix="sign"), "claim": claim}
    for one in rules.side_by_side(document):
        forms[f"weigh-{one.field}"] = form = WeighForm(prefix=f"weigh-{one.field}")
        form.offer(one)
        form.stand.data = [claim.id for claim in one.claims if claim.stands]
    return forms


# -- every step ----------------------------------------------------------------------------------------------


def _step(
    incident_id: str, page: Page, given: dict[str, BaseForm], work: Callable[[Case], int], done: str
) -> ResponseReturnValue:
    """Check a form, do what it asks for, and lead back to its page; whatever stands against it is told on the page."""
    [form] = given.values()
    if not form.validate():
        return page(_opened(incident_id), given), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        work(Case(incident_id, revision_of(request.form.get("expected"))))
    except Conflict:
        form.form_errors = [_("Somebody saved this case meanwhile. Look at what is new, then send it again.")]
        return page(_opened(incident_id), given), HTTPStatus.CONFLICT
    except Full:
        form.form_errors = [_("This case holds as many comments or accounts of facts as a case may have.")]
        return page(_opened(incident_id), given), HTTPStatus.CONFLICT
    flash(done, "success")
    back = "casework.case" if page is _review_page else "casework.verify"
    return redirect(url_for(back, incident_id=incident_id), HTTPStatus.SEE_OTHER)


def _opened(incident_id: str) -> Opened:
    return open_account(current_keys(), incident_id)


def _shown(given: Mapping[str, BaseForm]) -> BaseForm:
    """The form that was sent, for the list of what to put right; an empty one when none was."""
    return next(iter(given.values()), BaseForm())
