"""The form of a page: fields made from its questions, filled with what was typed, with what is wrong beside them.

WTForms parses and shows; the rules of the document alone decide (`rules.answered`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Form,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.intake.choices import LITERALS, choices, still
from incidents.intake.questions import Kind, Question
from incidents.intake.wording import difference_name, difference_value
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from incidents.intake.answers import Typed
    from incidents.intake.conflicts import Difference
    from incidents.records.errors import FieldError
    from incidents.records.schema import CaseDocument


class DayForm(Form):  # type: ignore[misc]
    """Three boxes of a day."""

    day = StringField(lazy_gettext("Day"))
    month = StringField(lazy_gettext("Month"))
    year = StringField(lazy_gettext("Year"))


class DateForm(DayForm):
    """A date as well as it is known."""

    kind = RadioField(lazy_gettext("How well is it known?"))
    to_day = StringField(lazy_gettext("Day"))
    to_month = StringField(lazy_gettext("Month"))
    to_year = StringField(lazy_gettext("Year"))


_FIELDS: Final = {
    Kind.LINE: StringField,
    Kind.NOTE: TextAreaField,
    Kind.NARRATIVE: TextAreaField,
    Kind.NUMBER: StringField,
    Kind.MONEY: StringField,
    Kind.LINES: TextAreaField,
    Kind.ONE: RadioField,
    Kind.INLINE: RadioField,
    Kind.YES_NO: RadioField,
    Kind.CODED: RadioField,
    Kind.SELECT: SelectField,
    Kind.MANY: SelectMultipleField,
    Kind.FLAG: BooleanField,
}


def form_of(questions: Iterable[Question], typed: Typed, document: CaseDocument) -> BaseForm:
    """Return a form with these questions, filled with what was typed."""
    asked = tuple(questions)
    form = _form_class(asked)(MultiDict(typed))
    for question in asked:
        field = form[question.name]
        if question.kind is Kind.DATE:
            field.form.kind.choices = {value: _(label) for value, label, _note in LITERALS["date_kind"]}
        elif question.kind is not Kind.CODED and question.source:
            offered = {choice.value: choice.label for choice in choices(question, document)}
            field.choices = offered | still(question, typed, offered)
    return form


def difference_form(
    found: Sequence[Difference],
    documents: tuple[CaseDocument, CaseDocument, CaseDocument],
    picked: MultiDict[str, str] | None,
) -> BaseForm:
    """Return a choice for each difference.

    Args:
        found: The differences.
        documents: What both began with, what is saved now, and the draft, in this order.
        picked: What was chosen; None takes each difference's default.
    """
    base, theirs, mine = documents
    fields = {
        one.key: RadioField(
            difference_name(one, mine if one.mine is not None else theirs),
            description=_("It was: %(value)s", value=difference_value(one, one.base, base)),
            choices={
                "mine": _("Yours: %(value)s", value=difference_value(one, one.mine, mine)),
                "theirs": _("Saved meanwhile: %(value)s", value=difference_value(one, one.theirs, theirs)),
            },
            validate_choice=False,
        )
        for one in found
    }
    defaults = {one.key: one.default for one in found if one.default}
    form: BaseForm = type("DifferenceForm", (BaseForm,), fields)(MultiDict(defaults) if picked is None else picked)
    return form


def show_errors(form: BaseForm, errors: Iterable[FieldError]) -> None:
    """Put what is wrong at its fields, parts of dates included, in the reader's language."""
    for error in errors:
        name, _dash, part = error.path.partition("-")
        field = form[name].form[part] if part else form[name]
        field.errors = [*field.errors, _(error.message, **error.params)]


def notes(question: Question, document: CaseDocument) -> dict[str, str]:
    """Return what each choice of a question means."""
    if question.kind not in (Kind.ONE, Kind.MANY):
        return {}
    return {choice.value: choice.note for choice in choices(question, document) if choice.note}


@cache
def _form_class(questions: tuple[Question, ...]) -> type[BaseForm]:
    return type("PageForm", (BaseForm,), {question.name: _field(question) for question in questions})


def _field(question: Question) -> Any:  # noqa: ANN401 - WTForms fields are untyped
    label = lazy_gettext(question.label)
    hint = lazy_gettext(question.hint) if question.hint else ""
    if question.kind is Kind.DATE:
        return FormField(DateForm, label, description=hint)
    if question.kind in (Kind.DAY, Kind.DAY_AHEAD):
        return FormField(DayForm, label, description=hint)
    options = {"validate_choice": False} if question.source else {}
    return _FIELDS[question.kind](label, description=hint, **options)
