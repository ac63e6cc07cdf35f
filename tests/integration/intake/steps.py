"""A researcher's way through the form, as a test walks it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from incidents.intake import services
from incidents.intake.services import Writer
from incidents.records.identifiers import new_id
from incidents.records.keys import keys_of
from incidents.records.services import open_account, open_identity
from tests.integration.intake.browsing import fields_of

if TYPE_CHECKING:
    from incidents.intake.states import DraftState
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Browser, Person

CASE = re.compile(r"/cases/([0-9a-f]{32})\Z")


@dataclass
class Walk:
    """Somebody at the form: a browser, and what their seed opens beside it."""

    who: Person
    browser: Browser = field(init=False)
    draft_id: str = ""
    token: str = ""

    def __post_init__(self) -> None:
        self.browser = self.who.browser()

    @property
    def keys(self) -> CaseKeys:
        """What the researcher holds."""
        return keys_of(self.who.id, self.who.organisation_id, self.who.seed)

    @property
    def state(self) -> DraftState:
        """The draft as it is stored, opened with the writer's own seed."""
        return services.open_draft(Writer(self.who.id, self.who.seed), self.draft_id).state

    def send(self, path: str, data: dict[str, Any] | None = None, *, status: int = 303) -> str:
        """Send a form; gives back where it leads, or the page when it does not lead on."""
        self.token = self.token or self.browser.token()
        payload = {"csrf_token": self.token, **(data or {})}
        response = self.browser.client.post(path, data=payload)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return response.location if status == 303 else response.get_data(as_text=True)

    def begin(self) -> Walk:
        """Begin the full form."""
        self.draft_id = self.send("/drafts").split("/")[2]
        return self

    def edit(self, incident_id: str) -> Walk:
        """Begin to edit a case."""
        self.draft_id = self.send(f"/cases/{incident_id}/edit").split("/")[2]
        return self

    def path(self, step: str, entry_id: str | None = None) -> str:
        """The address of a page of this draft."""
        return f"/drafts/{self.draft_id}/{step}" + (f"/{entry_id}" if entry_id else "")

    def answer(self, step: str, data: dict[str, Any], entry_id: str | None = None, *, status: int = 303) -> str:
        """Answer a page."""
        return self.send(self.path(step, entry_id), data, status=status)

    def fill(self, step: str, data: dict[str, Any], entry_id: str | None = None, *, status: int = 303) -> str:
        """Answer some questions of a page as a browser does: the others are sent as the page shows them."""
        path = self.path(step, entry_id)
        return self.send(path, {**fields_of(self.browser.get(path), path), **data}, status=status)

    def add(self, step: str, data: dict[str, Any]) -> str:
        """Add an entry to a list and return its id."""
        entry_id = new_id()
        self.fill(step, data, entry_id)
        return entry_id

    def save(self, how: str = "incomplete") -> str:
        """Save the draft and return the id of the case."""
        found = CASE.search(self.answer("check", {"save": how}))
        assert found, "the draft was not saved as a case"
        return found[1]

    def saved(self, incident_id: str, revision: int | None = None) -> CaseDocument:
        """A case without names."""
        return open_account(self.keys, incident_id, revision).document

    def saved_whole(self, incident_id: str) -> CaseDocument:
        """A case with names."""
        return open_identity(self.keys, incident_id, "test").document
