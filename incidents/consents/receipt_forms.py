"""Forms of a receipt, for whoever holds one. Nothing here knows a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError
from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from incidents.consents import rules
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.records.answers import label_of
from incidents.records.text import NOTE_LIMIT, clean_note
from incidents.releases.rules import KEEPING
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Collection


def purpose_choices(purposes: Collection[str]) -> list[tuple[str, str]]:
    """Purposes with their names, in the order of the codebook."""
    return [(one, label_of("consent_levels", one) or one) for one in rules.purposes() if one in purposes]


def showable(typed: str | None) -> str | None:
    """What was typed, without signs that no page may hold: it comes back in one."""
    return typed and "".join(sign for sign in typed if sign.isprintable() or sign in "\n\t")


class OpenForm(BaseForm):
    """The words of a paper, and the one that is not on it."""

    words = TextAreaField(
        lazy_gettext("The twelve words on the paper"),
        description=lazy_gettext("In order, with spaces. The first four letters of each are enough."),
        filters=[showable],
    )
    word = StringField(lazy_gettext("The word that is not on the paper"), filters=[showable])


class AnswerForm(BaseForm):
    """What the holder of a receipt says."""

    purposes = SelectMultipleField(lazy_gettext("No longer allowed"), [Optional()], validate_choice=False)
    text = TextAreaField(lazy_gettext("What is wrong, or what else should they know?"), [Optional()])
    limit = NOTE_LIMIT

    def validate_text(self, field: TextAreaField) -> None:
        """Words as a note of the record takes them."""
        try:
            field.data = clean_note(field.data or "")
        except PydanticCustomError as wrong:
            # What comes back has to be a page: signs that no page may hold are left out, the rest stays as typed.
            field.data = "".join(sign for sign in field.data or "" if sign.isprintable() or sign in "\n\t")
            raise ValidationError(_(wrong.message_template, **(wrong.context or {}))) from None

    def offer(self, standing: Collection[str]) -> None:
        """Offer what can be taken back."""
        self.purposes.choices = purpose_choices([one for one in standing if one != KEEPING])

    def chosen(self) -> list[str]:
        """What was chosen of what was offered."""
        offered = {value for value, _label in self.purposes.choices}
        return [one for one in self.purposes.data or [] if one in offered]
