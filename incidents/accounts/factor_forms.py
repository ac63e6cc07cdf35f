"""Forms of second factors and of step-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Optional, ValidationError

from incidents.accounts.factors import LONGEST_NAME
from incidents.accounts.forms import cut, required
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Container

#: No answer of a security key is longer, its certificates included.
LONGEST_ANSWER = 20_000


def code_field() -> StringField:
    """Where a code of six digits is typed."""
    return StringField(lazy_gettext("Code from your authenticator app"), filters=[cut])


def name_field() -> StringField:
    """What a person calls a second factor."""
    return StringField(lazy_gettext("Name, so that you know it again"), [Optional(), short_enough], filters=[cut])


def short_enough(form: BaseForm, field: StringField) -> None:
    """A name that fits a line."""
    del form
    if len(field.data) > LONGEST_NAME:
        raise ValidationError(_("Use at most %(n)s characters.", n=LONGEST_NAME))


class SecondForm(BaseForm):
    """A code, or in its place the answer of a security key, which the page's script fills in."""

    code = code_field()
    assertion = HiddenField()

    def validate_code(self, field: StringField) -> None:
        """One of the two is needed, and neither is endless."""
        if not field.data and not self.assertion.data:
            raise ValidationError(_("Fill this in."))
        if len(self.assertion.data or "") > LONGEST_ANSWER:
            raise ValidationError(_("The security key's answer is not one. Try again, or use a code."))


class ConfirmForm(SecondForm):
    """The passphrase again, and the second factor."""

    passphrase = PasswordField(lazy_gettext("Passphrase"), [required()])

    def was_sent(self, fields: Container[str]) -> bool:
        """Whether the fields of a request hold an answer to it at all."""
        return any(field.name in fields for field in self)


class FirstForm(BaseForm):
    """The first code of the app that is to be the second factor."""

    code = StringField(lazy_gettext("Code that the app shows now"), [required()], filters=[cut])


class AppForm(FirstForm):
    """One more app."""

    name = name_field()


class KeyForm(BaseForm):
    """One more security key; the page's script fills in its answer."""

    name = name_field()
    answer = HiddenField(lazy_gettext("Security key"))

    def validate_answer(self, field: HiddenField) -> None:
        """The script must have run."""
        if not field.data or len(field.data) > LONGEST_ANSWER:
            raise ValidationError(_("The security key did not answer. Try again, or add an authenticator app instead."))


class NameForm(BaseForm):
    """Another name."""

    name = StringField(lazy_gettext("Name, so that you know it again"), [required(), short_enough], filters=[cut])
