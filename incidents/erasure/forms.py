"""Forms of erasing and of legal holds: a reason, and a confirmation that is typed, not clicked by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import ValidationError

from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.records.forms import checked_reason
from incidents.records.identifiers import read_reference
from incidents.records.text import NOTE_LIMIT
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from wtforms import Field


class WhyForm(BaseForm):
    """Why something is done; kept in the sealed log."""

    reason = TextAreaField(
        lazy_gettext("Why?"),
        [checked_reason],
        description=lazy_gettext("Your colleagues and your auditors can read this. Write no names here."),
    )
    limit = NOTE_LIMIT


class EraseForm(WhyForm):
    """A reason, the reference of the case, typed, and the revision that the page showed."""

    expected = HiddenField()
    ref = StringField(lazy_gettext("Type the reference of the case to confirm"))
    #: The reference that has to be typed.
    wanted = ""

    def validate_ref(self, field: Field) -> None:
        """It must be this case's, however it is spaced."""
        try:
            typed = read_reference(field.data or "")
        except PydanticCustomError:
            typed = ""
        if typed != self.wanted:
            raise ValidationError(_("This is not the reference of this case. It stands in the heading of this page."))


class ErasePersonForm(EraseForm):
    """As for a case; and that the words which stay have been read."""

    read = BooleanField(
        lazy_gettext("I have read the words that stay, and nothing in them tells who this person is"),
    )
    another = BooleanField(lazy_gettext("Whoever is named there is somebody else"))

    def validate_read(self, field: Field) -> None:
        """Nobody but a person can tell."""
        if not field.data:
            raise ValidationError(
                _("Read the words below. If they tell who this person is, edit the case first. Then tick this.")
            )
