"""The form of a step, of a reminder, and the filters of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wtforms import HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from incidents.codebook.services import codebook
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.records.fields import marks
from incidents.records.forms import checked_text
from incidents.records.schema import CaseDocument
from incidents.records.schema_responses import Intervention
from incidents.records.text import NOTE_LIMIT, clean_line, clean_note
from incidents.responses import rules
from incidents.responses.services import Asked
from incidents.web.forms import BaseForm, typed_day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

USUAL: Final = "usual"
OWN: Final = "own"
NO_DEADLINE: Final = "none"
DAY: Final = lazy_gettext("Year, month and day, such as 2026-11-25.")
#: Days after which somebody may ask to be reminded again.
LATER: Final = (7, 14, 30, 60)
MARKS: Final = marks(CaseDocument)


def stripped(text: str | None) -> str:
    """Text without spaces around it."""
    return (text or "").strip()


def known(form: BaseForm, field: SelectField) -> None:
    """Check a code of a step, or none, against what the document allows."""
    del form
    if field.data and field.data not in MARKS[f"interventions[].{field.short_name}"].codes:
        raise ValidationError(_("Choose one of the list."))


def a_day(form: BaseForm, field: StringField) -> None:
    """Check a day, or none."""
    del form
    day_of(field.data)


def day_of(text: str | None) -> dt.date | None:
    """A day as it was typed; None for nothing.

    Raises:
        ValidationError: it is no day.
    """
    return typed_day(text) if text else None


class StepForm(BaseForm):
    """One step: what was done, whom it asked for what, by when, and what came back."""

    expected = HiddenField()
    type = SelectField(lazy_gettext("What was done"), validate_choice=False)
    status = SelectField(lazy_gettext("Where it stands"), [known], validate_choice=False)
    date = StringField(lazy_gettext("Day"), [a_day], description=DAY, filters=[stripped])
    addressed_to = SelectField(lazy_gettext("UN body it is addressed to"), [known], validate_choice=False)
    addressee_text = StringField(lazy_gettext("Or another addressee"), [checked_text(clean_line)])
    demand = TextAreaField(lazy_gettext("What was demanded"), [checked_text(clean_note)])
    deadline_kind = RadioField(
        lazy_gettext("By when an answer is due"),
        default=USUAL,
        choices=[
            SelectChoice(USUAL, lazy_gettext("What is usual for such a step: 60 days for UN special procedures")),
            SelectChoice(OWN, lazy_gettext("The day below")),
            SelectChoice(NO_DEADLINE, lazy_gettext("No deadline")),
        ],
    )
    deadline = StringField(lazy_gettext("Deadline"), [a_day], description=DAY, filters=[stripped])
    remind_on = StringField(lazy_gettext("Remind us on"), [a_day], description=DAY, filters=[stripped])
    ref_number = StringField(lazy_gettext("Their reference"), [checked_text(clean_line)])
    response = SelectField(lazy_gettext("What came back"), [known], validate_choice=False)
    response_date = StringField(lazy_gettext("Day of the reply"), [a_day], description=DAY, filters=[stripped])
    impact = SelectField(lazy_gettext("What it changed"), [known], validate_choice=False)
    note = TextAreaField(
        lazy_gettext("Note"),
        [checked_text(clean_note)],
        description=lazy_gettext("What was done, what the reply says, or why nothing was done."),
    )
    campaign = SelectField(lazy_gettext("Campaign"), [known], validate_choice=False)
    publication_id = SelectField(lazy_gettext("Publication"), validate_choice=False)
    limit = NOTE_LIMIT

    def offer(self, publications: Iterable[tuple[str, str]]) -> None:
        """List what can be chosen, in the page's language."""
        self.type.choices = _types()
        for name in ("status", "response", "impact", "addressed_to", "campaign"):
            self[name].choices = [SelectChoice("", _("None, or not known")), *_codes(name)]
        self.publication_id.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(one, title) for one, title in publications),
        ]

    def validate_type(self, field: SelectField) -> None:
        """A step has a type."""
        if field.data not in MARKS["interventions[].type"].codes:
            raise ValidationError(_("Say what was done."))

    def validate_deadline(self, field: StringField) -> None:
        """A day, if it was said that there is one."""
        if self.deadline_kind.data == OWN and not field.data:
            raise ValidationError(_("Give the day, or choose another answer above."))

    def validate_publication_id(self, field: SelectField) -> None:
        """One of the list, or none."""
        if field.data and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose one of the list."))

    def step(self, before: Intervention | None = None) -> Intervention:
        """The step that the validated form says; what it does not ask stays as it was."""
        said = {
            name: self[name].data or None
            for name in ("addressed_to", "campaign", "response", "status", "impact", "publication_id")
        }
        said |= {name: self[name].data or "" for name in ("addressee_text", "demand", "ref_number", "note")}
        said |= {name: day_of(self[name].data) for name in ("date", "remind_on", "response_date")}
        said |= {"type": self.type.data, "deadline": self._deadline()}
        kept = before.model_dump(mode="json") if before else {}
        return Intervention.model_validate(kept | said)

    def _deadline(self) -> dt.date | None:
        if self.deadline_kind.data == OWN:
            return day_of(self.deadline.data)
        sent = day_of(self.date.data)
        return rules.usual_deadline(self.type.data, sent) if self.deadline_kind.data == USUAL else None


def values_of(step: Intervention) -> dict[str, Any]:
    """What the form shows of a step that is to be changed."""
    said = step.model_dump(mode="json")
    usual = step.deadline is not None and step.deadline == rules.usual_deadline(step.type, step.date)
    kind = USUAL if usual else OWN if step.deadline else NO_DEADLINE
    return {name: value if value is not None else "" for name, value in said.items()} | {"deadline_kind": kind}


class LaterForm(BaseForm):
    """In how many days somebody wants to be reminded again."""

    days = SelectField(lazy_gettext("Remind us again in"), coerce=int, validate_choice=False)

    def offer(self) -> None:
        """List the times in the page's language."""
        self.days.choices = [SelectChoice(days, _("%(n)s days", n=days)) for days in LATER]

    def validate_days(self, field: SelectField) -> None:
        """One of the times."""
        if field.data not in LATER:
            raise ValidationError(_("Choose one of the list."))


class LedgerForm(BaseForm):
    """What a ledger is narrowed to; what makes no sense asks for nothing."""

    since = StringField(lazy_gettext("From day"), [a_day], description=DAY, filters=[stripped])
    until = StringField(lazy_gettext("To day"), [a_day], filters=[stripped])
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    campaign = SelectField(lazy_gettext("Campaign"), validate_choice=False)

    def offer(self, countries: Iterable[str]) -> None:
        """Offer the countries that occur, and the one that was asked for."""
        listed, wanted = codebook().vocabulary("regions"), {*countries, self.country.data}
        found = [(code.code, _(code.label)) for code in listed if code.code in wanted]
        self.country.choices = [("", _("any")), *sorted(found, key=lambda pair: pair[1])]
        self.campaign.choices = [("", _("any")), *((code.value, code.label) for code in _codes("campaign"))]

    def asked(self) -> Asked:
        """What is asked for by a form in which everything is in order."""
        return Asked(
            since=day_of(self.since.data),
            until=day_of(self.until.data),
            country=self.country.data if self.country.data in codebook().vocabulary("regions") else "",
            campaign=self.campaign.data if self.campaign.data in codebook().vocabulary("campaigns") else "",
        )


def _types() -> list[SelectChoice]:
    listed, allowed = codebook().vocabulary("interventions"), MARKS["interventions[].type"].codes
    return [SelectChoice("", _("Choose"))] + [
        SelectChoice(code.code, _(code.label), optgroup=_(root.label))
        for root in listed.roots
        for code in (root, *listed.children(root.code))
        if code.code in allowed
    ]


def _codes(name: str) -> list[SelectChoice]:
    mark = MARKS[f"interventions[].{name}"]
    assert mark.vocabulary is not None  # noqa: S101 - the fields that are asked for here have lists
    return [
        SelectChoice(code.code, _(code.label))
        for code in codebook().vocabulary(mark.vocabulary)
        if code.code in mark.codes
    ]
