"""Forms of an organisation's decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import RadioField, SelectChoice, SelectMultipleField

from incidents.accounts.policy import MOST_VOUCHES, SHARED
from incidents.i18n import gettext as _
from incidents.i18n import lazy_gettext
from incidents.keyring.models import KeyKind
from incidents.web.forms import BaseForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.accounts.models import Organisation
    from incidents.keyring.roster import Roster


class PolicyForm(BaseForm):
    """How many must vouch."""

    vouches = RadioField(
        lazy_gettext("How many members must vouch for a newcomer?"),
        choices=[SelectChoice(str(number), str(number)) for number in range(1, MOST_VOUCHES + 1)],
    )


class TrustForm(BaseForm):
    """Whom else the organisation trusts, and with what."""

    trusted = SelectMultipleField(lazy_gettext("Who else may be granted what?"))

    def offer(self, organisations: Sequence[Organisation]) -> None:
        """Offer the facts and the summaries to each organisation."""
        words = {KeyKind.FACTS: _("coded facts"), KeyKind.SUMMARIES: _("checked summaries")}
        self.trusted.choices = [
            SelectChoice(f"{one.id}.{kind}", _("%(organisation)s: %(what)s", organisation=one.name, what=words[kind]))
            for one in organisations
            for kind in SHARED
        ]

    def trusts(self) -> dict[str, tuple[KeyKind, ...]]:
        """What was chosen, by organisation."""
        found: dict[str, tuple[KeyKind, ...]] = {}
        for chosen in self.trusted.data or []:
            organisation_id, _dot, kind = chosen.partition(".")
            found[organisation_id] = (*found.get(organisation_id, ()), KeyKind(kind))
        return found

    def show(self, roster: Roster) -> None:
        """Tick what is decided already."""
        self.trusted.data = [f"{one}.{kind}" for one, kinds in roster.trusts.items() for kind in kinds]
