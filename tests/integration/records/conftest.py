"""An organisation with people, their keys, and a way to save cases as one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from incidents.records import services
from incidents.records.keys import keys_of as opened_keys
from tests.factories import documents as make

if TYPE_CHECKING:
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Browser, Person, Team, World


@dataclass
class Desk:
    """A researcher at work: their keys, and a browser in which they are logged in."""

    team: Team
    keys: CaseKeys
    browser: Browser

    def save(self, *documents: CaseDocument) -> str:
        """Save cases as this researcher would; the id of the first."""
        services.create(self.keys, documents, today=make.TODAY)
        return documents[0].incident.id

    def change(self, incident_id: str, **fields: object) -> int:
        """Save a case anew with other fields; the new revision."""
        opened = services.open_account(self.keys, incident_id)
        changed = opened.document.model_copy(update=fields)
        return services.update(self.keys, changed, expected=opened.revision, today=make.TODAY)


def keys_of(person: Person) -> CaseKeys:
    """What a researcher holds."""
    return opened_keys(person.id, person.organisation_id, person.seed)


@pytest.fixture
def desk(world: World) -> Desk:
    """A researcher of a new organisation."""
    team = world.team()
    return Desk(team, keys_of(team.researcher), team.researcher.browser())
