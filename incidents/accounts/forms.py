"""Forms of logging in, setting up, recovering and changing a passphrase."""

from __future__ import annotations

from wtforms import BooleanField, PasswordField, StringField, validators
from wtforms.validators import ValidationError

from incidents.accounts.rules import guessable, made_of_common, shown
from incidents.accounts.words import most_used
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.keyring.passphrase import MAX_LENGTH, MIN_LENGTH
from incidents.web.forms import BaseForm


def required() -> validators.InputRequired:
    """An answer is needed, and the message says so."""
    return validators.InputRequired(lazy_gettext("Fill this in."))


def cut(typed: str | None) -> str | None:
    """What is longer than any name or code is nobody's, and need not be read or sent back whole."""
    return typed and shown(typed)


class LogInForm(BaseForm):
    """Name and passphrase."""

    username = StringField(lazy_gettext("Username"), [required()], filters=[cut])
    passphrase = PasswordField(lazy_gettext("Passphrase"), [required()])
    own_device = BooleanField(
        lazy_gettext("This is my own device: let me in even while others guess at my name"),
        description=lazy_gettext("Leaves a trace here for 30 days: whoever takes this device sees that Tala was used."),
    )


class NewPassphraseForm(BaseForm):
    """A new passphrase, typed twice. It must be long; rules of composition would make people predictable."""

    #: Whose passphrase it will be, where the form does not ask for the name.
    owner = ""
    #: Words to take, on a page that is opened, not on one that comes back.
    offer = ""
    new_passphrase = PasswordField(lazy_gettext("New passphrase"), [required()])
    repeated = PasswordField(lazy_gettext("New passphrase again"), [required()])

    def validate_new_passphrase(self, field: PasswordField) -> None:
        """Long enough to resist guessing, short enough to hash."""
        if len(field.data) < MIN_LENGTH:
            raise ValidationError(
                _("Use at least %(n)s characters: several words that do not belong together.", n=MIN_LENGTH)
            )
        if len(field.data) > MAX_LENGTH:
            raise ValidationError(_("Use at most %(n)s characters.", n=MAX_LENGTH))
        if guessable(field.data, self.username.data if "username" in self else self.owner):
            raise ValidationError(
                _("This is easy to guess: it repeats itself, follows the keyboard, or is your name. Use other words.")
            )
        if made_of_common(field.data, most_used()):
            raise ValidationError(
                _("This is put together from passwords that many people use, and is tried first. Use other words.")
            )

    def validate_repeated(self, field: PasswordField) -> None:
        """Both must be the same, or a typing mistake locks the person out."""
        if field.data != self.new_passphrase.data:
            raise ValidationError(_("The two passphrases differ. Type them again."))


class SetUpForm(NewPassphraseForm):
    """The first visit: a single-use code, and a passphrase of one's own."""

    username = StringField(lazy_gettext("Username"), [required()], filters=[cut])
    code = StringField(lazy_gettext("Set-up code"), [required()], filters=[cut])


class RecoverForm(NewPassphraseForm):
    """The way back in with a recovery code."""

    username = StringField(lazy_gettext("Username"), [required()], filters=[cut])
    code = StringField(lazy_gettext("Recovery code"), [required()], filters=[cut])
    lost = BooleanField(
        lazy_gettext("I have lost my second factor too"),
        description=lazy_gettext("Your authenticator apps and security keys are forgotten; you add a new app next."),
    )


class ChangePassphraseForm(NewPassphraseForm):
    """The old passphrase, then the new."""

    passphrase = PasswordField(lazy_gettext("Passphrase now"), [required()])
