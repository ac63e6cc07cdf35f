"""Forms of consent as it changes, and of a receipt."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import ValidationError

from incidents import clock
from incidents.codebook.services import codebook
from incidents.consents.receipt_forms import purpose_choices, showable
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.keyring.receipt_door import tidy_word
from incidents.releases.rules import KEEPING
from incidents.web.forms import BaseForm, typed_day

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Who may ask to take consent back: nobody speaks for public facts, and "not possible yet" is no answer.
ASKING: Final = ("CB_SELF", "CB_TEEN", "CB_NOK", "CB_REP")
ALL, SOME = "all", "some"
FIRST_DAY: Final = dt.date(2000, 1, 1)


class TakeBackForm(BaseForm):
    """What somebody takes back, who asked, and when."""

    how = RadioField(lazy_gettext("What is taken back?"), validate_choice=False)
    purposes = SelectMultipleField(lazy_gettext("Purposes"), validate_choice=False)
    by = RadioField(lazy_gettext("Who asked?"), validate_choice=False)
    on = StringField(
        lazy_gettext("On which day?"),
        description=lazy_gettext("Year, month and day, such as 2026-11-25."),
        filters=[showable],
    )
    expected = HiddenField(filters=[showable])
    day: dt.date

    def offer(self, standing: Sequence[str]) -> None:
        """Offer what can be taken back, and who can ask."""
        listed = codebook().vocabulary("consent_levels")
        self.purposes.choices = purpose_choices([one for one in standing if one != KEEPING])
        some = [(SOME, _("Only what I choose below"))] if self.purposes.choices else []
        self.how.choices = [*some, (ALL, _("Everything, and the record is not to be kept"))]
        self.by.choices = [(code, _(listed[code].label)) for code in ASKING]

    def validate_how(self, field: RadioField) -> None:
        """One of the two; what is chosen must be on offer."""
        if field.data not in (ALL, SOME):
            raise ValidationError(_("Choose one of the two."))

    def validate_purposes(self, field: SelectMultipleField) -> None:
        """At least one, unless everything is taken back."""
        offered = {value for value, _label in field.choices}
        if self.how.data == SOME and (not field.data or not offered.issuperset(field.data)):
            raise ValidationError(_("Choose at least one purpose."))

    def validate_by(self, field: RadioField) -> None:
        """One of those on offer."""
        if field.data not in ASKING:
            raise ValidationError(_("Say who asked."))

    def validate_on(self, field: StringField) -> None:
        """A day that has come."""
        self.day = typed_day(field.data)
        # A day that has begun somewhere: the server's clock is in one time zone, the person in another.
        if not FIRST_DAY <= self.day <= clock.today() + dt.timedelta(days=1):
            raise ValidationError(_("Give a day that is not to come."))

    def chosen(self) -> list[str]:
        """What is taken back; with the purpose of keeping, everything."""
        return [KEEPING] if self.how.data == ALL else list(self.purposes.data or [])


class IssueForm(BaseForm):
    """A word that the person will say."""

    word = StringField(
        lazy_gettext("The word to remember"),
        description=lazy_gettext(
            "It is not on the paper and is kept nowhere. Let the person choose another if they like: "
            "one that nobody would guess of them."
        ),
        filters=[showable],
    )
    picture = BooleanField(lazy_gettext("Also print the twelve words as a picture for a camera"))
    expected = HiddenField(filters=[showable])

    def validate_word(self, field: StringField) -> None:
        """A letter or digit at least."""
        if not tidy_word(field.data or ""):
            raise ValidationError(_("Write a word."))


class RevokeForm(BaseForm):
    """Which revision was seen."""

    expected = HiddenField(filters=[showable])
