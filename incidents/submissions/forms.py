"""Forms of the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import SelectField, TextAreaField
from wtforms.validators import ValidationError

from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.records.forms import checked_reason
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.records.listing import Row


class DeclineForm(BaseForm):
    """Why a submission is deleted; kept in the sealed log."""

    reason = TextAreaField(
        lazy_gettext("Why is it not taken in?"),
        [checked_reason],
        description=lazy_gettext("The log keeps this, and auditors can read it. Write no names here."),
    )


class AttachForm(BaseForm):
    """Which of the cases that a message is about it is put to."""

    case = SelectField(lazy_gettext("Put it to which case?"), validate_choice=False)

    def offer(self, rows: Sequence[Row]) -> None:
        """List the cases."""
        self.case.choices = [(row.id, row.ref) for row in rows]

    def validate_case(self, field: SelectField) -> None:
        """Only a case that it is about."""
        if field.data not in {value for value, _label in field.choices}:
            raise ValidationError(_("Choose one of these cases."))
