"""The form of a question about a number; apart from the other forms, which know cases."""

from __future__ import annotations

from typing import Final

from pydantic_core import PydanticCustomError
from wtforms import TextAreaField
from wtforms.validators import ValidationError

from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.records.text import clean_note
from incidents.web.forms import BaseForm

LONGEST: Final = 2000


class AskForm(BaseForm):
    """What somebody asks."""

    text = TextAreaField(
        lazy_gettext("Your question"),
        description=lazy_gettext("Such as: is it certain that these were police? Write no names here."),
    )
    limit = LONGEST

    def validate_text(self, field: TextAreaField) -> None:
        """It has to say something, in signs that a page can hold."""
        try:
            text = clean_note(field.data or "")
        except PydanticCustomError as wrong:
            field.data = "".join(sign for sign in field.data or "" if sign.isprintable() or sign in "\n\t")
            raise ValidationError(_(wrong.message_template, **(wrong.context or {}))) from None
        if len(text) > LONGEST:
            raise ValidationError(_("This is too long. Use at most %(limit)s characters.", limit=LONGEST))
        if not text:
            raise ValidationError(_("Write your question."))
        field.data = text
