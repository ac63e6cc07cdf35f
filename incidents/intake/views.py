"""Pages of writing a record: quick, or step by step; drafts; editing; two people at once."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from incidents import clock
from incidents.accounts.models import Role
from incidents.codebook.services import codebook
from incidents.errors import NotFound
from incidents.i18n import gettext as _
from incidents.intake import handing_in, pages, rules, services, wording
from incidents.intake.answers import readable, received, same
from incidents.intake.beside import beside
from incidents.intake.conflicts import Undecided, differences
from incidents.intake.forms import difference_form, form_of, notes, show_errors
from incidents.intake.ways import ORDER, case_address, list_of, onwards, step_address
from incidents.overlaps import views as overlaps
from incidents.records import screening
from incidents.records.errors import MESSAGES, field_errors
from incidents.records.forms import ReasonForm
from incidents.records.identifiers import new_id
from incidents.records.keys import current_keys
from incidents.records.schema import CaseDocument, Incident
from incidents.records.services import Conflict
from incidents.web.access import access
from incidents.web.forms import status_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from incidents.intake.answers import Typed
    from incidents.intake.questions import Page, Question, Section
    from incidents.intake.rules import Lack
    from incidents.intake.services import OpenDraft
    from incidents.records.errors import FieldError
    from incidents.web.forms import BaseForm

blueprint = Blueprint("intake", __name__)

_ID = re.compile(r"[0-9a-f]{32}\Z")
#: Whoever records; those without keys hand in what they have written.
WRITERS = (Role.RESEARCHER, Role.FIELD_WORKER)


@blueprint.get("/cases/new")
@access(*WRITERS)
def new() -> ResponseReturnValue:
    """Choose between a quick record and the full form, or go on with a draft."""
    drafts = services.drafts(services.current_writer())
    rows = [
        {
            "key": one.state.document.incident.title_working or one.state.document.incident.ref,
            "value": _("Changes to a saved case") if one.state.base else _("A new record"),
            "href": url_for("intake.draft", draft_id=one.id),
            "action": _("Go on"),
        }
        for one in drafts
    ]
    if handing_in.case_keys() is None:
        return render_template("submissions/begin.html", rows=rows, drafts=drafts, **handing_in.warnings())
    return render_template("intake/new.html", rows=rows)


@blueprint.route("/cases/new/quick", methods=["GET", "POST"])
@access(*WRITERS)
def quick() -> ResponseReturnValue:
    """Record a case on one page; it is saved as incomplete, or handed in."""
    keys = handing_in.case_keys()
    sections = (*pages.QUICK_INCIDENT.sections, *pages.QUICK_SOURCE.sections)
    questions = tuple(question for section in sections for question in section.questions)
    typed = _typed(questions)
    record_id = request.form.get("record", "")
    document = CaseDocument(incident=Incident(id=record_id if _ID.match(record_id) else new_id()))
    errors: Iterable[FieldError] = ()
    if request.method == "POST":
        outcome = rules.screened(document, rules.quick_record(document, typed, clock.today()), dt.datetime.now(dt.UTC))
        if outcome.document is not None:
            if keys is None:
                return handing_in.hand_in(outcome.document)
            services.record(keys, outcome.document)
            flash(_("Saved and sealed. It is listed as incomplete until you add the rest."), "success")
            overlaps.tell(document.incident.id)
            return redirect(case_address(document.incident.id), HTTPStatus.SEE_OTHER)
        errors = outcome.errors
    form = form_of(questions, typed, document)
    show_errors(form, errors)
    warnings = handing_in.warnings() if keys is None else {}
    answer = render_template(
        "intake/quick.html",
        form=form,
        sections=sections,
        unfolded=[section for section in sections if _touched(section, typed, {}, form)],
        notes={question.name: notes(question, document) for question in questions},
        record_id=document.incident.id,
        hands_in=keys is None,
        **warnings,
    )
    return answer, status_of(form)


@blueprint.post("/drafts")
@access(*WRITERS)
def start() -> ResponseReturnValue:
    """Begin the full form."""
    draft_id = services.begin(services.current_writer())
    return redirect(step_address(draft_id, ORDER[0]), HTTPStatus.SEE_OTHER)


@blueprint.post("/cases/<incident_id>/edit")
@access(Role.RESEARCHER)
def edit(incident_id: str) -> ResponseReturnValue:
    """Edit a case through the same steps."""
    draft_id = services.edit(services.current_writer(), current_keys(), incident_id)
    return redirect(url_for("intake.draft", draft_id=draft_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/drafts/<draft_id>")
@access(*WRITERS)
def draft(draft_id: str) -> ResponseReturnValue:
    """Every step with how far it is."""
    opened = services.open_draft(services.current_writer(), draft_id)
    state = opened.state
    tasks = [
        {"label": _(title), "href": step_address(draft_id, step), "status": status.label, "kind": status.kind}
        for step, title in pages.STEPS.items()
        if step != "check"
        for status in [wording.status_of(step, state.document, state.typed)]
    ]
    hands_in = handing_in.case_keys() is None
    help_first = [_(one.message) for one in screening.help_first(state.document.incident.risk)]
    return render_template("intake/draft.html", draft=opened, tasks=tasks, hands_in=hands_in, help_first=help_first)


@blueprint.post("/drafts/<draft_id>/discard")
@access(*WRITERS)
def discard(draft_id: str) -> ResponseReturnValue:
    """Throw a draft away."""
    services.discard(services.current_writer(), draft_id)
    flash(_("The draft was thrown away."), "success")
    return redirect(url_for("intake.new"), HTTPStatus.SEE_OTHER)


@blueprint.route("/drafts/<draft_id>/<step>", methods=["GET", "POST"])
@access(*WRITERS)
def step(draft_id: str, step: str) -> ResponseReturnValue:
    """One page of the form: questions about the incident, or a list of entries."""
    opened = services.open_draft(services.current_writer(), draft_id)
    if step == "check":
        return _check(opened)
    if step in rules.LISTS:
        return _list(opened, step)
    return _answer(opened, rules.page_of(step), None)


@blueprint.route("/drafts/<draft_id>/<step>/<entry_id>", methods=["GET", "POST"])
@access(*WRITERS)
def entry(draft_id: str, step: str, entry_id: str) -> ResponseReturnValue:
    """One page about one person, act, perpetrator or source; an id that is not there yet is a new entry."""
    if not _ID.match(entry_id):
        raise NotFound
    opened = services.open_draft(services.current_writer(), draft_id)
    document = opened.state.document
    if step == "consent" and document.person(entry_id) is None:
        raise NotFound
    if step == "details" and all(act.id != entry_id for act in document.acts):
        raise NotFound
    return _answer(opened, rules.page_of(step, entry_id), entry_id)


@blueprint.post("/drafts/<draft_id>/<step>/<entry_id>/remove")
@access(*WRITERS)
def remove(draft_id: str, step: str, entry_id: str) -> ResponseReturnValue:
    """Take an entry out of a list."""
    if step not in rules.LISTS:
        raise NotFound
    services.remove(services.current_writer(), draft_id, step, entry_id)
    flash(_("Taken out of this draft."), "success")
    return redirect(step_address(draft_id, step), HTTPStatus.SEE_OTHER)


@blueprint.route("/drafts/<draft_id>/names", methods=["GET", "POST"])
@access(Role.RESEARCHER)
def names(draft_id: str) -> ResponseReturnValue:
    """Open the names and contacts of a case for editing, with a reason."""
    opened = services.open_draft(services.current_writer(), draft_id)
    form = ReasonForm(MultiDict(readable(request.form.lists())))
    if request.method == "POST" and form.validate():
        ready = services.open_names(services.current_writer(), current_keys(), draft_id, form.reason.data)
        target = "intake.draft" if ready else "intake.conflict"
        return redirect(url_for(target, draft_id=draft_id), HTTPStatus.SEE_OTHER)
    return render_template("intake/names.html", draft=opened, form=form), status_of(form)


@blueprint.route("/drafts/<draft_id>/conflict", methods=["GET", "POST"])
@access(Role.RESEARCHER)
def conflict(draft_id: str) -> ResponseReturnValue:
    """Show what differs from what somebody else saved meanwhile, and bring the two together."""
    opened = services.open_draft(services.current_writer(), draft_id)
    state = opened.state
    if state.base is None or state.theirs is None:
        return redirect(step_address(draft_id, "check"), HTTPStatus.SEE_OTHER)
    found = differences(state.base.document, state.theirs.document, state.document)
    documents = (state.base.document, state.theirs.document, state.document)
    form = difference_form(found, documents, request.form if request.method == "POST" else None)
    if request.method == "POST":
        try:
            services.bring_together(services.current_writer(), draft_id, request.form)
            return _submit(draft_id)
        except Undecided as undecided:
            for key in undecided.keys:
                form[key].errors = [_(MESSAGES["not_listed"])]
        except ValidationError as mistake:
            form.form_errors = [_(error.message, **error.params) for error in field_errors(mistake)]
    return render_template("intake/conflict.html", draft=opened, form=form), status_of(form)


def _answer(opened: OpenDraft, page: Page | None, entry_id: str | None) -> ResponseReturnValue:
    """Show a page, or save its answers; what cannot be read comes back as it was typed, with what to do."""
    if page is None:
        raise NotFound
    writer, document = services.current_writer(), opened.state.document
    if request.method == "POST":
        typed = _typed(page.questions)
        outcome = services.answer(writer, opened.id, page, typed, today=clock.today(), entry_id=entry_id)
        go = request.form.get("go", "next")
        if outcome.document is not None or go != "next":
            return redirect(onwards(opened.id, page.step, entry_id, go), HTTPStatus.SEE_OTHER)
        return _page(opened, page, entry_id, typed), HTTPStatus.UNPROCESSABLE_ENTITY
    kept = opened.state.typed.get(rules.key_of(page.step, entry_id))
    return _page(opened, page, entry_id, kept if kept is not None else rules.typed_page(document, page, entry_id))


def _page(opened: OpenDraft, page: Page, entry_id: str | None, typed: Typed) -> str:
    document = opened.state.document
    form = form_of(page.questions, typed, document)
    if rules.key_of(page.step, entry_id) in opened.state.typed or request.method == "POST":
        consenting = rules.Consenting(opened.state.saved_consents)
        outcome = rules.answered(document, page, typed, clock.today(), entry_id=entry_id, consenting=consenting)
        show_errors(form, outcome.errors)
    sections = rules.sections_for(document, page, entry_id)
    listed = list_of(page.step)
    return render_template(
        "intake/page.html",
        draft=opened,
        page_asked=page,
        here=step_address(opened.id, page.step, entry_id),
        entry_id=entry_id,
        person=document.person(entry_id),
        sections=sections,
        unfolded=[section for section in sections if _touched(section, typed, rules.fresh_page(page), form)],
        form=form,
        notes={question.name: notes(question, document) for question in page.questions},
        vocabularies=codebook().vocabulary,
        removable=entry_id is not None and rules.listed(document, page.step, entry_id),
        beside=beside(document, page, entry_id),
        persons=_concerned(opened) if page.part == "incident" and page.step == "consent" else [],
        title=_(pages.STEPS[listed]),
        number=ORDER.index(listed) + 1,
        total=len(ORDER),
    )


def _touched(section: Section, typed: Typed, fresh: Typed, form: BaseForm) -> bool:
    """Whether a folded section has an answer other than its default, or something to put right."""
    if any(form[question.name].errors for question in section.questions):
        return True
    return any(not same(question, typed, fresh) for question in section.questions)


def _list(opened: OpenDraft, step: str) -> ResponseReturnValue:
    if request.method == "POST":
        return redirect(onwards(opened.id, step, None, "next"), HTTPStatus.SEE_OTHER)
    return render_template(
        "intake/list.html",
        draft=opened,
        step=step,
        title=_(pages.STEPS[step]),
        entries=_entries(opened, step),
        add=url_for("intake.entry", draft_id=opened.id, step=step, entry_id=new_id()),
        back=onwards(opened.id, step, None, "back"),
        onwards=onwards(opened.id, step, None, "next"),
        number=ORDER.index(step) + 1,
        total=len(ORDER),
    )


def _entries(opened: OpenDraft, step: str) -> list[dict[str, object]]:
    """The entries of a list as rows of a summary; those with something to put right say so."""
    state = opened.state
    part = rules.LISTS[step]
    said = {entry_id: (name, text) for entry_id, name, text in wording.entries(state.document, part)}
    pending = {key.partition("/")[2] for key in state.typed if key.startswith((f"{step}/", "details/"))}
    unfinished = [one for one in pending if one not in said and f"{step}/{one}" in state.typed]
    rows: list[dict[str, object]] = []
    for entry_id in [*said, *unfinished]:
        name, text = said.get(entry_id, (_("Not finished"), ""))
        if entry_id in pending:
            text = Markup(" ").join([_("There is something to put right."), text])
        page = step if f"{step}/{entry_id}" in state.typed or f"details/{entry_id}" not in state.typed else "details"
        href = url_for("intake.entry", draft_id=opened.id, step=page, entry_id=entry_id)
        rows.append({"key": name, "value": text, "href": href})
    return rows


def _check(opened: OpenDraft) -> ResponseReturnValue:
    """Show everything for a last look, or save it."""
    state = opened.state
    if request.method == "POST" and not state.typed:
        return _submit(opened.id)
    pending = [
        (_(pages.STEPS[list_of(name)]), step_address(opened.id, name, entry_id or None))
        for name, _slash, entry_id in (key.partition("/") for key in state.typed)
    ]
    rows = [
        {"key": row.label, "value": row.value, "href": step_address(opened.id, row.step, row.entry_id)}
        for row in wording.summary(state.document)
    ]
    hands_in = handing_in.case_keys() is None
    answer = render_template(
        "intake/check.html",
        draft=opened,
        rows=rows,
        lacks=_grouped(opened, rules.lacking(state.document)),
        advice=_grouped(opened, rules.advised(state.document)),
        pending=pending,
        hands_in=hands_in,
    )
    return answer, HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK


def _grouped(opened: OpenDraft, lacks: Iterable[Lack]) -> dict[str, list[tuple[str, str]]]:
    """Sentences, each with the pages that it is about: their names and addresses."""
    found: dict[str, list[tuple[str, str]]] = {}
    for lack in lacks:
        where = wording.lack_place(lack, opened.state.document)
        found.setdefault(_(lack.message), []).append((where, step_address(opened.id, lack.step, lack.entry_id)))
    return found


def _submit(draft_id: str) -> ResponseReturnValue:
    complete = request.form.get("save") == "complete"
    keys = handing_in.case_keys()
    if keys is None:
        return handing_in.hand_in_draft(draft_id, complete=complete)
    try:
        incident_id = services.submit(services.current_writer(), keys, draft_id, complete=complete)
    except Conflict:
        return redirect(url_for("intake.conflict", draft_id=draft_id), HTTPStatus.SEE_OTHER)
    flash(_("Saved and sealed.") if complete else _("Saved and sealed. It is listed as incomplete."), "success")
    overlaps.tell(incident_id)
    return redirect(case_address(incident_id), HTTPStatus.SEE_OTHER)


def _concerned(opened: OpenDraft) -> list[dict[str, object]]:
    """Everybody who can be asked for consent, and what they said."""
    document = opened.state.document
    return [
        {
            "key": one.pseudonym,
            "value": wording.consent_said(document, one),
            "href": step_address(opened.id, "consent", one.id),
            "action": _("Answer"),
        }
        for one in document.persons
    ]


def _typed(questions: Iterable[Question]) -> Typed:
    return received(questions, request.form.lists())
