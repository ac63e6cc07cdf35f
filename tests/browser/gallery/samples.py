"""Plainly fictional things for the gallery to show."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FileField,
    Form,
    FormField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional

from incidents.codebook.services import codebook


class DateForm(Form):
    """A date as well as it is known."""

    kind = RadioField(
        "How well is the date known?",
        choices=[
            ("day", "On a day"),
            ("month", "In a month"),
            ("year", "In a year"),
            ("about", "About"),
            ("between", "Between"),
            ("unknown", "Not known"),
        ],
        validate_choice=False,
    )
    day = StringField("Day")
    month = StringField("Month")
    year = StringField("Year")
    to_day = StringField("Day")
    to_month = StringField("Month")
    to_year = StringField("Year")

    def validate_day(self, field: StringField) -> None:
        """Fictional rule, so that a part can be wrong."""
        if field.data == "31":
            raise ValidationError("This month has no day 31. Give a day from 1 to 30.")


class CaseForm(Form):
    """One field of each kind."""

    title = StringField(
        "Working title", [InputRequired("Give a working title.")], description="Never a name."
    )
    contact = StringField("Contact", [Optional()])
    narrative = TextAreaField(
        "What happened?", [Length(max=50_000)], description="In order; facts apart from opinion."
    )
    country = SelectField("Country", choices=[("", "Choose one"), ("XA", "Example Land"), ("XB", "Far")])
    known = RadioField(
        "How is this known?",
        [InputRequired("Say how this is known.")],
        choices=[("seen", "I saw it"), ("told", "A witness told me"), ("read", "I read it")],
    )
    harms = SelectMultipleField(
        "What did it do?", choices=[("hurt", "Injury"), ("job", "Loss of work"), ("home", "Loss of home")]
    )
    violation = SelectMultipleField("Which violations?", validate_choice=False)
    when = FormField(DateForm, "When did it happen?", description="Local calendar date.")
    sure = BooleanField("I read this back to the person")
    paper = FileField("Document")
    passphrase = PasswordField("Passphrase")


TYPED = MultiDict(
    [
        ("title", ""),
        ("narrative", '<script>alert("no")</script> Two men took <b>her</b> bag.'),
        ("country", "XB"),
        ("harms", "job"),
        ("violation", "LIF_EJK_OP"),
        ("violation", "GBV_RAPE"),
        ("when-kind", "between"),
        ("when-day", "31"),
        ("when-month", "6"),
        ("when-year", "2031"),
        ("passphrase", "never shown again"),
    ]
)


def empty_form() -> CaseForm:
    """As a person meets it."""
    return CaseForm()


def wrong_form() -> CaseForm:
    """As it comes back with things to put right."""
    form = CaseForm(TYPED)
    form.validate()
    return form


def everything() -> dict[str, Any]:
    """What the gallery pages are given."""
    return {
        "form": wrong_form(),
        "fresh": empty_form(),
        "violations": codebook().vocabulary("violation_types"),
    }
