"""Forms of taking keys back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import SelectChoice, SelectMultipleField, StringField, validators
from wtforms.validators import ValidationError

from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.keyring.models import KeyKind
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_REASON = 300


class ReasonForm(BaseForm):
    """Why keys are replaced."""

    reason = StringField(
        lazy_gettext("Why?"),
        [validators.InputRequired(lazy_gettext("Fill this in."))],
        description=lazy_gettext("A few words for the log. No name and nothing from a case."),
    )

    def validate_reason(self, field: StringField) -> None:
        """Short enough for a line of the log."""
        if len(field.data) > LONGEST_REASON:
            raise ValidationError(_("Use at most %(n)s characters.", n=LONGEST_REASON))


class LeavingForm(ReasonForm):
    """Which keys somebody is to lose, and why."""

    kinds = SelectMultipleField(
        lazy_gettext("Which keys do you take back?"),
        [validators.InputRequired(lazy_gettext("Choose at least one."))],
    )

    def offer(self, held: Sequence[KeyKind]) -> None:
        """Offer what they hold; whoever opens cases loses everything or nothing."""
        words = {
            KeyKind.FACTS: _("coded facts"),
            KeyKind.SUMMARIES: _("checked summaries"),
            KeyKind.AUDIT: _("the log"),
        }
        whole = KeyKind.ORGANISATION in held or not held
        self.kinds.choices = [SelectChoice("all", _("All of them: this person leaves"))]
        self.kinds.choices += [] if whole else [SelectChoice(kind.value, words[kind]) for kind in held]

    def chosen(self) -> tuple[KeyKind, ...] | None:
        """The kinds that were chosen; None for all."""
        data: list[str] = self.kinds.data or []
        return None if "all" in data else tuple(KeyKind(one) for one in data)
