"""Forms of the pages of cases: filters, the reason for opening an identity, the anonymised summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic_core import PydanticCustomError
from wtforms import HiddenField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import ValidationError

from incidents.codebook.services import codebook
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.records.index import SORTS, CaseQuery
from incidents.records.story import SIGNS
from incidents.records.text import NARRATIVE_LIMIT, NOTE_LIMIT, clean_narrative, clean_note
from incidents.records.when import month
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from incidents.records.listing import Present

SHORTEST_REASON: Final = 10
STATES: Final = ("urgent", "counted", "held", "incomplete")
#: No case is saved so often that its revision has more digits.
_LONGEST_NUMBER: Final = 9
Choices = dict[str, list[tuple[str, str]]]


class FilterForm(BaseForm):
    """What a list is narrowed to. All of it are codes: an address may be kept and shared, a name may not."""

    since = SelectField(lazy_gettext("From month"), validate_choice=False)
    until = SelectField(lazy_gettext("To month"), validate_choice=False)
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    violation = SelectField(lazy_gettext("What was done"), validate_choice=False)
    perpetrator = SelectField(lazy_gettext("By whom"), validate_choice=False)
    verification = SelectField(lazy_gettext("How well verified"), validate_choice=False)
    state = SelectField(lazy_gettext("Counted or not"), validate_choice=False)

    def offer(self, present: Present) -> None:
        """Offer what occurs, and what was asked for even if it does not."""
        months = [(str(one), month(one)) for one in present.months]
        self.since.choices = self.until.choices = [("", _("any")), *months]
        self.country.choices = _flat("regions", present.countries | {self.country.data})
        self.violation.choices = _grouped("violation_types", present.violations | {self.violation.data})
        self.perpetrator.choices = _grouped("perpetrator_types", present.perpetrators | {self.perpetrator.data})
        self.verification.choices = _flat(
            "verification_status", present.verifications | {self.verification.data}, by_label=False
        )
        states = (_("waiting for somebody to act"), _("counted"), _("not counted, or in part"), _("not finished"))
        self.state.choices = [("", _("any")), *zip(STATES, states, strict=True)]

    def query(self, *, sort: str, descending: bool, page: int) -> CaseQuery:
        """The question for the index; what is no code of the codebook asks for nothing."""
        return CaseQuery(
            months=(_month(self.since.data), _month(self.until.data)),
            country=_code("regions", self.country.data),
            violation=_code("violation_types", self.violation.data),
            perpetrator=_code("perpetrator_types", self.perpetrator.data),
            verification=_code("verification_status", self.verification.data),
            state=self.state.data if self.state.data in STATES else "",
            sort=sort if sort in SORTS else "date",
            descending=descending,
            page=page,
        )

    def asked(self, query: CaseQuery) -> dict[str, str]:
        """The filters of a query as parameters of an address."""
        first, last = query.months
        given = {
            "since": str(first or ""),
            "until": str(last or ""),
            "country": query.country,
            "violation": query.violation,
            "perpetrator": query.perpetrator,
            "verification": query.verification,
            "state": query.state,
        }
        return {name: value for name, value in given.items() if value}


def checked_text(clean: Callable[[str], str]) -> Callable[[BaseForm, TextAreaField], None]:
    """A validator that brings text into the form in which documents keep it, and says what stands against it."""

    def check(form: BaseForm, field: TextAreaField) -> None:
        del form
        try:
            field.data = clean(field.data or "")
        except PydanticCustomError as wrong:
            # what comes back has to be a page: signs that no page may hold are left out, the rest stays as typed
            field.data = "".join(sign for sign in field.data or "" if sign.isprintable() or sign in "\n\t")
            raise ValidationError(_(wrong.message_template, **(wrong.context or {}))) from None

    return check


def checked_reason(form: BaseForm, field: TextAreaField) -> None:
    """A validator of a reason: a note of more than a word or two."""
    checked_text(clean_note)(form, field)
    if len(field.data) < SHORTEST_REASON:
        raise ValidationError(_("Write a reason of at least %(n)s characters.", n=SHORTEST_REASON))


def revision_of(typed: str | None) -> int:
    """The revision in a hidden field of a page; 0, which no case is at, when that was tampered with."""
    return int(typed) if typed and len(typed) <= _LONGEST_NUMBER and typed.isascii() and typed.isdecimal() else 0


class ReasonForm(BaseForm):
    """Why an identity is opened; kept in the organisation's sealed log."""

    reason = TextAreaField(
        lazy_gettext("Why do you need to see who this is about?"),
        [checked_reason],
        description=lazy_gettext("Write what you need it for. Your colleagues can read this. Write no names here."),
    )
    limit = NOTE_LIMIT


class SummaryForm(BaseForm):
    """The text of an anonymised summary, and the revision it was written on."""

    expected = HiddenField()
    text = TextAreaField(
        lazy_gettext("Anonymised summary"),
        [checked_text(clean_narrative)],
        description=lazy_gettext(
            "Tell what happened so that nobody who knows the person can tell who it is. "
            "No names, exact dates, places, ages, jobs or relations."
        ),
    )
    limit = NARRATIVE_LIMIT

    def validate_text(self, field: TextAreaField) -> None:
        """An empty summary says nothing."""
        if not field.data:
            raise ValidationError(_("Write the summary."))


class CheckForm(BaseForm):
    """What a second researcher confirms, sign by sign."""

    seen = HiddenField()
    signs = SelectMultipleField(
        lazy_gettext("I have read the summary and found none of these in it:"),
        description=lazy_gettext("Tick each one only after looking for it. If you find one, change the text instead."),
    )

    def offer(self) -> None:
        """List the signs in the page's language."""
        self.signs.choices = [(code, _(text)) for code, text in SIGNS.items()]

    def validate_signs(self, field: SelectMultipleField) -> None:
        """All of them must be ticked."""
        if set(field.data) != set(SIGNS):
            raise ValidationError(_("Tick every line, or go back and change the text."))


def _flat(vocabulary: str, codes: Iterable[str | None], *, by_label: bool = True) -> list[tuple[str, str]]:
    listed = codebook().vocabulary(vocabulary)
    wanted = set(codes)
    found = [(code.code, _(code.label)) for code in listed if code.code in wanted]
    return [("", _("any")), *(sorted(found, key=lambda pair: pair[1]) if by_label else found)]


def _grouped(vocabulary: str, codes: Iterable[str | None]) -> Choices:
    listed = codebook().vocabulary(vocabulary)
    wanted = set(codes)
    below: dict[str, list[tuple[str, str]]] = {root.code: [] for root in listed.roots}
    for code in listed:
        if code.code in wanted and code.code not in below:
            below[listed.top(code.code)].append((code.code, _(code.label)))
    groups: Choices = {"": [("", _("any"))]}
    for root in listed.roots:
        if below[root.code] or root.code in wanted:
            label = _(root.label)
            groups[label] = [(root.code, _("All of: %(group)s", group=label)), *below[root.code]]
    return groups


def _code(vocabulary: str, value: str | None) -> str:
    return value if value and value in codebook().vocabulary(vocabulary) else ""


def _month(value: str | None) -> int | None:
    # isascii as well: int() would take digits that an address of ours never has
    if not (value and value.isascii() and value.isdecimal() and len(value) == len("yyyymm")):
        return None
    return int(value) if 1 <= int(value[-2:]) <= 12 else None  # noqa: PLR2004 - months of a year
