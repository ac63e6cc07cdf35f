"""Where each role can go from every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request
from flask_login import current_user

from incidents.i18n import LazyString, lazy_gettext
from incidents.web.access import access_of

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True)
class Item:
    """One entry of the navigation."""

    endpoint: str
    label: LazyString

    @property
    def current(self) -> bool:
        """Whether the page belongs to this entry."""
        return (request.blueprint or "") == self.endpoint.partition(".")[0]


ITEMS = (
    Item("records.cases", lazy_gettext("Cases")),
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
    return [item for item in ITEMS if current_user.role in (access_of(item.endpoint) or ())]
