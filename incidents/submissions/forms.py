"""Forms of the inbox."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import ValidationError

from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.records.forms import SHORTEST_REASON, checked_text
from incidents.records.text import clean_note
from incidents.web.forms import BaseForm


class DeclineForm(BaseForm):
    """Why a submission is deleted; kept in the sealed log."""

    reason = TextAreaField(
        lazy_gettext("Why is it not taken in?"),
        [checked_text(clean_note)],
        description=lazy_gettext("The log keeps this, and auditors can read it. Write no names here."),
    )

    def validate_reason(self, field: TextAreaField) -> None:
        """A word or two is no reason."""
        if len(field.data) < SHORTEST_REASON:
            raise ValidationError(_("Write a reason of at least %(n)s characters.", n=SHORTEST_REASON))
