"""Forms of second factors and of step-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import PasswordField

from incidents.accounts.forms import required
from incidents.i18n import lazy_gettext
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Container


class ConfirmForm(BaseForm):
    """The passphrase again."""

    passphrase = PasswordField(lazy_gettext("Passphrase"), [required()])

    def was_sent(self, fields: Container[str]) -> bool:
        """Whether the fields of a request hold an answer to it at all."""
        return any(field.name in fields for field in self)
