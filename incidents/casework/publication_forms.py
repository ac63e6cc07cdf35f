"""The form that names a publication which rests on a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import SelectChoice, SelectField
from wtforms.validators import ValidationError

from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Iterable


class PublicationForm(BaseForm):
    """One publication more."""

    publication = SelectField(lazy_gettext("Publication"), validate_choice=False)

    def offer(self, found: Iterable[tuple[str, str]]) -> None:
        """List what can be chosen: ids with their titles."""
        self.publication.choices = [SelectChoice("", _("Choose one")), *(SelectChoice(*one) for one in found)]

    def validate_publication(self, field: SelectField) -> None:
        """One of the list."""
        if not field.data or field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose one of the list."))
