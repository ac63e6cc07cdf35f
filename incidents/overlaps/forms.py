"""Forms about two cases: what they are to each other, who is who, and which case to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticCustomError
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from incidents.codebook.services import codebook
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.overlaps.comparing import described, suggested
from incidents.overlaps.rules import NO_CHAIN, Decision, decided, linked_persons
from incidents.records.answers import label_of
from incidents.records.forms import checked_reason
from incidents.records.identifiers import read_reference
from incidents.records.text import NOTE_LIMIT
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from incidents.records.schema import CaseDocument

PERSON: Final = "person-"
#: A link that starts from the other case.
INWARD: Final = "in:"


class DecideForm(BaseForm):
    """What two cases are to each other. A field for each person of the first is added by `decide_form`."""

    mine = HiddenField()
    theirs = HiddenField()
    kind = RadioField(lazy_gettext("What are these two cases to each other?"), validate_choice=False)
    chain = SelectField(
        lazy_gettext("If they are related: how does this case hang together with the other?"), validate_choice=False
    )
    reason = TextAreaField(
        lazy_gettext("Why?"),
        [checked_reason],
        description=lazy_gettext("Say what tells you, so that a colleague can follow. Write no names here."),
    )
    limit = NOTE_LIMIT

    def validate_kind(self, field: RadioField) -> None:
        """One of the three."""
        if field.data not in {value for value, _label in field.choices}:
            raise ValidationError(_("Choose one of the three."))

    def validate_chain(self, field: SelectField) -> None:
        """One of the links, or none."""
        if (field.data or "") not in {value for value, _label in field.choices}:
            raise ValidationError(_("Choose an answer from the list."))

    def people(self) -> list[SelectField]:
        """The fields that ask who is who."""
        return [field for field in self if field.name.startswith(PERSON)]

    def validate(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401 - as WTForms has it
        """Also: nobody of the other case is two people of this one."""
        ok: bool = super().validate(*args, **kwargs)
        chosen: set[str] = set()
        for field in self.people():
            if field.data and field.data in chosen:
                self.add_errors({field.name: _("Somebody else is this person already. Choose each one once.")})
                ok = False
            chosen.add(field.data)
        return ok

    def decision(self, by: str, on: dt.date) -> Decision:
        """What was decided, after validation."""
        kind = self.kind.data
        chain = (self.chain.data or "") if kind == "related" else ""
        pairs = {field.name.removeprefix(PERSON): field.data for field in self.people() if field.data}
        return Decision(
            kind=kind,
            reason=self.reason.data,
            by=by,
            on=on,
            persons=pairs if kind == "same" else {},
            chain=chain.removeprefix(INWARD),
            inward=chain.startswith(INWARD),
        )


class ReferenceForm(BaseForm):
    """The reference of a case to compare with."""

    reference = StringField(
        lazy_gettext("Reference of the other case"),
        description=lazy_gettext("Twelve letters and digits, as the page of the case shows them."),
    )

    def validate_reference(self, field: StringField) -> None:
        """A reference carries a check character."""
        try:
            field.data = read_reference(field.data or "")
        except PydanticCustomError as wrong:
            raise ValidationError(_(wrong.message_template, **(wrong.context or {}))) from None


def decide_form(one: CaseDocument, other: CaseDocument, data: Mapping[str, Any] | None, **given: str) -> DecideForm:
    """The form about these two, with what was decided before, or what is likely, filled in."""
    fields = {f"{PERSON}{person.id}": _who(described(person)) for person in one.persons}
    cls = type("DecideFormOfTwo", (DecideForm,), fields)
    before = decided(one, other.incident.id)
    known = linked_persons(one, other) or ({} if before else suggested(one, other))
    filled: dict[str, Any] = {f"{PERSON}{mine}": theirs for mine, theirs in known.items()} | given
    if before:
        filled |= {"kind": before.decision, "reason": before.reason, "chain": _chain_before(one, other)}
    form: DecideForm = cls(data, data=filled)
    form.kind.choices = [
        ("same", _("Accounts of the same incident: they count once, and both are kept")),
        ("related", _("Two incidents that hang together")),
        ("different", _("Two incidents that have nothing to do with each other")),
    ]
    form.chain.choices = _chains()
    people = [("", _("nobody in the other account")), *((person.id, described(person)) for person in other.persons)]
    for field in form.people():
        field.choices = people
    return form


def _who(label: str) -> SelectField:
    question = _("If they are the same: who is %(name)s in the other account?", name=label)
    return SelectField(question, coerce=lambda value: value or "", default="")


def _chains() -> list[tuple[str, str]]:
    listed = codebook().vocabulary("involvement")
    outward = [code.code for code in listed if code.parent == "CHN" and code.code != NO_CHAIN]
    inward = [
        (f"{INWARD}{code}", _("The other one: %(link)s (this one)", link=label_of("involvement", code)))
        for code in ("CHN_REPR",)
    ]
    return [("", _("not said")), *((code, label_of("involvement", code) or "") for code in outward), *inward]


def _chain_before(one: CaseDocument, other: CaseDocument) -> str:
    ends = {one.incident.id, other.incident.id}
    link = next((link for link in one.chain if {link.from_id, link.to_id} == ends), None)
    if link is None:
        return ""
    return link.type if link.from_id == one.incident.id else f"{INWARD}{link.type}"
