"""The form of sharing a case: with whom, what for, until when, how much."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from wtforms import Form, FormField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import ValidationError

from incidents import clock
from incidents.accounts.forms import required
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.records.fields import ACCOUNT, IDENTITY
from incidents.records.forms import checked_text
from incidents.records.text import NOTE_LIMIT, clean_note
from incidents.sharing.deciding import Wish
from incidents.sharing.rules import LONGEST
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_NUMBER: Final = 4


class UntilForm(Form):  # type: ignore[misc]
    """Three boxes of a day that is to come, within a year."""

    day = StringField(lazy_gettext("Day"))
    month = StringField(lazy_gettext("Month"))
    year = StringField(lazy_gettext("Year"))

    def validate_day(self, field: StringField) -> None:
        """A day of the calendar that is neither past nor too far."""
        del field
        day, today = self.date, clock.today()
        if day is None:
            raise ValidationError(_("Give a day, month and year in digits."))
        if not today < day <= today + LONGEST:
            raise ValidationError(_("Choose a day that is to come, at most a year from now."))

    @property
    def date(self) -> dt.date | None:
        """The day, if the boxes hold one."""
        typed = [(box.data or "").strip() for box in (self.year, self.month, self.day)]
        if not all(text.isdecimal() and len(text) <= LONGEST_NUMBER for text in typed):
            return None
        try:
            return dt.date(*map(int, typed))
        except ValueError:
            return None


class ShareForm(BaseForm):
    """A proposal to share a case."""

    organisation = RadioField(lazy_gettext("With which organisation?"))
    purpose = TextAreaField(
        lazy_gettext("What for?"),
        [required(), checked_text(clean_note)],
        description=lazy_gettext("They read this. Write no names here."),
    )
    limit = NOTE_LIMIT
    until = FormField(
        UntilForm,
        lazy_gettext("Until when?"),
        description=lazy_gettext("From this day on they can open it no more. At most a year from now."),
    )
    part = RadioField(
        lazy_gettext("How much of it?"),
        choices=[
            SelectChoice(ACCOUNT, lazy_gettext("The account, without names, contacts and exact place")),
            SelectChoice(IDENTITY, lazy_gettext("Everything, with names, contacts and exact place")),
        ],
        default=ACCOUNT,
    )

    def offer(self, partners: Mapping[str, str]) -> None:
        """The partners to choose from, by id."""
        self.organisation.choices = [SelectChoice(one, name) for one, name in partners.items()]

    def wish(self) -> Wish:
        """What was asked for, once it is valid.

        Raises:
            ValueError: it is not.
        """
        until = self.until.form.date
        if until is None:
            raise ValueError(until)
        return Wish(self.organisation.data, self.purpose.data, until, self.part.data == IDENTITY)
