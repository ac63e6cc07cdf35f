"""Where each role can go from every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request
from flask_login import current_user

from incidents.accounts.models import Role
from incidents.i18n import LazyString, lazy_gettext
from incidents.submissions.services import waiting_for
from incidents.web.access import EVERYONE, access_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


@dataclass(frozen=True)
class Item:
    """One entry of the navigation.

    Attributes:
        endpoint: Where it leads; its mark says whom.
        label: What it is called.
        roles: Whose daily way it is, where the page is open to more.
        counts: How many wait there for an account of an organisation.
    """

    endpoint: str
    label: LazyString
    roles: frozenset[Role] = EVERYONE
    counts: Callable[[str, str], int] | None = None

    @property
    def current(self) -> bool:
        """Whether the page belongs to this entry; of accounts, many of which are one's own, only the page itself."""
        blueprint = self.endpoint.partition(".")[0]
        return request.endpoint == self.endpoint or (request.blueprint == blueprint != "accounts")

    @property
    def waiting(self) -> int:
        """How many wait there for whoever is logged in."""
        return self.counts(current_user.id, current_user.organisation_id) if self.counts else 0

    @property
    def open(self) -> bool:
        """Whether it is a way of whoever is logged in."""
        role = current_user.role
        return role in self.roles and role in (access_of(self.endpoint) or ())


ITEMS = (
    Item("intake.new", lazy_gettext("Record"), roles=frozenset({Role.FIELD_WORKER})),
    Item("submissions.sent", lazy_gettext("Handed in"), roles=frozenset({Role.FIELD_WORKER})),
    Item("records.cases", lazy_gettext("Cases")),
    Item("inbox.inbox", lazy_gettext("Inbox"), counts=waiting_for),
    Item("summaries.dashboard", lazy_gettext("Summaries")),
    Item("releases.releases", lazy_gettext("Releases")),
    Item("stories.stories", lazy_gettext("Stories")),
    Item("reports.reports", lazy_gettext("Reports")),
    Item("accounts.members", lazy_gettext("Members")),
    Item("accounts.list_accounts", lazy_gettext("Accounts")),
)


def register(app: Flask) -> None:
    """Give templates the entries that the role may open: the same marks that guard the pages."""
    app.context_processor(lambda: {"navigation": navigation()})


def navigation() -> list[Item]:
    """The entries for whoever is logged in."""
    if not current_user.is_authenticated:
        return []
    return [item for item in ITEMS if item.open]
