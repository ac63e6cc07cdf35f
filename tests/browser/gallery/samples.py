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
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from incidents.codebook.services import codebook
from incidents.summaries import charts, world
from incidents.summaries.charts import Datum, Estimate


def options(**labels: str) -> list[SelectChoice]:
    """Choices of a field, value by value."""
    return [SelectChoice(value, label) for value, label in labels.items()]


class DateForm(Form):
    """A date as well as it is known."""

    kind = RadioField(
        "How well is the date known?",
        choices=options(
            day="On a day",
            month="In a month",
            year="In a year",
            about="About",
            between="Between",
            unknown="Not known",
        ),
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

    title = StringField("Working title", [InputRequired("Give a working title.")], description="Never a name.")
    contact = StringField("Contact", [Optional()])
    narrative = TextAreaField("What happened?", [Length(max=50_000)], description="In order; facts apart from opinion.")
    country = SelectField("Country", choices=[SelectChoice("", "Choose one"), *options(XA="Alpha", XB="Beta")])
    known = RadioField(
        "How is this known?",
        [InputRequired("Say how this is known.")],
        choices=options(seen="I saw it", told="A witness told me", read="I read it"),
    )
    harms = SelectMultipleField(
        "What did it do?", choices=options(hurt="Injury", job="Loss of work", home="Loss of home")
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


BY_VIOLATION = (
    Datum("Police abuse, corruption and harassment", 1204, href="/summaries?violation=POL"),
    Datum("Liberty: arrest, detention and disappearance", 611),
    Datum("Right to life: killings and preventable deaths", 240),
    Datum("Reproductive rights", 3, small=True),
    Datum("Family life and parenting", None, hidden="linked"),
    Datum("Civic space and defenders", 0),
)
BY_GENDER = (
    ("Women", [Datum("", 120), Datum("", 22), Datum("", 310), Datum("", 44)]),
    ("Men", [Datum("", 700), Datum("", 90), Datum("", 80), Datum("", 101)]),
    (
        "Another gender",
        [Datum("", 12), Datum("", 4, small=True), Datum("", None, hidden="small"), Datum("", 9)],
    ),
)
BY_MONTH = {
    year * 100 + month: Datum(f"{year}-{month:02d}", (month * 7 + year) % 23 + month)
    for year in (2030, 2031)
    for month in range(1, 13)
    if (year, month) not in {(2030, 4), (2030, 5)}
}
KILLED = {
    203100 + month: None if month == 9 else Estimate(best - 2, best, best + month)
    for month, best in enumerate((4, 6, 5, 9, 14, 19, 15, 9, 0, 7, 5, 3), 1)
}
BY_COUNTRY = {"PH": 1240, "ID": 320, "BR": 88, "MX": 60, "KE": 12, "SG": 7, "GB": 3, "UA": None, "QZ": 4}


def everything() -> dict[str, Any]:
    """What the gallery pages are given."""
    return {
        "form": wrong_form(),
        "fresh": empty_form(),
        "violations": codebook().vocabulary("violation_types"),
        "charts": charts,
        "world": world,
        "by_violation": BY_VIOLATION,
        "by_gender": BY_GENDER,
        "by_month": BY_MONTH,
        "killed": KILLED,
        "by_country": BY_COUNTRY,
        "country_data": [
            Datum(country, value, hidden=None if value else "small") for country, value in BY_COUNTRY.items()
        ],
    }
