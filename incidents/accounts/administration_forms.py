"""Forms of administrators: invite, choose a role, name an organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import ValidationError

from incidents.accounts import networks
from incidents.accounts.administration import MAX_ORGANISATION
from incidents.accounts.forms import cut, required
from incidents.accounts.models import Role
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.accounts.models import Organisation

#: In the order in which a page offers them.
ROLES = {
    Role.RESEARCHER: lazy_gettext("Researcher"),
    Role.FIELD_WORKER: lazy_gettext("Field worker"),
    Role.ANALYST: lazy_gettext("Analyst"),
    Role.ADVOCATE: lazy_gettext("Advocate"),
    Role.ADMINISTRATOR: lazy_gettext("Administrator"),
}
NOTES = {
    Role.RESEARCHER: lazy_gettext("Records, reads and checks the organisation's cases, once members have vouched."),
    Role.FIELD_WORKER: lazy_gettext("Sends in records and reads nothing back: for who may be searched."),
    Role.ANALYST: lazy_gettext("Counts coded facts, once members have vouched. No case, no text, no name."),
    Role.ADVOCATE: lazy_gettext("Counts coded facts, reads checked summaries, publishes totals. No case, no name."),
    Role.ADMINISTRATOR: lazy_gettext("Looks after accounts. Holds no key and opens nothing."),
}


def role_field() -> RadioField:
    """What somebody does."""
    field: RadioField = RadioField(
        lazy_gettext("Role"), [required()], choices=[SelectChoice(role.value, label) for role, label in ROLES.items()]
    )
    return field


class RoleForm(BaseForm):
    """Another role for somebody."""

    role = role_field()


class InviteForm(BaseForm):
    """Somebody new."""

    username = StringField(
        lazy_gettext("Username"),
        [required()],
        filters=[cut],
        description=lazy_gettext(
            "Choose it together: a pseudonym without blanks. It is not secret, so not a real name."
        ),
    )
    role = role_field()
    organisation = SelectField(lazy_gettext("Organisation"), [required()])

    def offer(self, organisations: Sequence[Organisation], own: str) -> None:
        """The organisations to choose from, the administrator's own first."""
        first = sorted(organisations, key=lambda one: one.id != own)
        self.organisation.choices = [SelectChoice(one.id, one.name) for one in first]


def network_field() -> SelectField:
    """Which network an organisation belongs to."""
    return SelectField(lazy_gettext("Regional network"), choices=networks.choices, default="")


class NetworkForm(BaseForm):
    """Another network for an organisation."""

    network = network_field()


class OrganisationForm(BaseForm):
    """A new organisation."""

    name = StringField(lazy_gettext("Name"), [required()])
    network = network_field()

    def validate_name(self, field: StringField) -> None:
        """Something that shows, and not endless."""
        field.data = " ".join(field.data.split())
        if not field.data or not field.data.isprintable():
            raise ValidationError(_("This name holds something that does not show. Type it again."))
        if len(field.data) > MAX_ORGANISATION:
            raise ValidationError(_("Use at most %(n)s characters.", n=MAX_ORGANISATION))
