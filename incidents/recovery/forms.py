"""Naming trustees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wtforms import SelectChoice, SelectField, StringField, validators
from wtforms.validators import ValidationError

from incidents.accounts.rules import shown
from incidents.i18n import LazyString, lazy_gettext
from incidents.i18n import gettext as _
from incidents.keyring.shares import FEWEST, MOST
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_NAME: Final = 100
#: Three of five: two may be lost, and two cannot do anything.
ADVISED: Final = 3


def _tidy(typed: str | None) -> str:
    """A name on one line."""
    return " ".join(shown(typed or "").split())


def _short(form: BaseForm, field: StringField) -> None:
    """A name, not a story."""
    del form
    if len(field.data or "") > LONGEST_NAME:
        raise ValidationError(_("Use at most %(n)s characters.", n=LONGEST_NAME))


def _name(label: LazyString) -> StringField:
    return StringField(label, [validators.Optional(), _short], filters=[_tidy])


class TrusteesForm(BaseForm):
    """Up to seven names, and how many of them restore."""

    trustee_1 = _name(lazy_gettext("Trustee 1"))
    trustee_2 = _name(lazy_gettext("Trustee 2"))
    trustee_3 = _name(lazy_gettext("Trustee 3"))
    trustee_4 = _name(lazy_gettext("Trustee 4"))
    trustee_5 = _name(lazy_gettext("Trustee 5"))
    trustee_6 = _name(lazy_gettext("Trustee 6"))
    trustee_7 = _name(lazy_gettext("Trustee 7"))
    needed = SelectField(
        lazy_gettext("How many of them together restore?"),
        choices=[SelectChoice(str(number), str(number)) for number in range(FEWEST, MOST + 1)],
        default=str(ADVISED),
    )

    @property
    def named(self) -> Sequence[StringField]:
        """The fields of names, in order."""
        return [self[f"trustee_{number}"] for number in range(1, MOST + 1)]

    @property
    def names(self) -> list[str]:
        """The names that were given."""
        return [field.data for field in self.named if field.data]

    def validate(self) -> bool:
        """Enough people, each of them another."""
        fits: bool = super().validate()
        problems = {} if not fits else self._problems()
        self.add_errors(problems)
        return fits and not problems

    def _problems(self) -> dict[str, str]:
        names = [name.casefold() for name in self.names]
        if len(names) < FEWEST:
            return {"trustee_1": _("Name at least two trustees: nobody restores alone.")}
        if len(set(names)) < len(names):
            return {"trustee_1": _("Two trustees have the same name. Say them apart: each gets a paper of their own.")}
        if int(self.needed.data) > len(names):
            return {"needed": _("There are fewer trustees than that. Choose a smaller number or name more.")}
        return {}
