"""Two organisations that have compared their numbers, and a case that one shares with the other."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from incidents.accounts.models import Organisation
from incidents.extensions import db
from incidents.records import services
from incidents.records.keys import keys_of
from incidents.sharing import deciding, partners
from incidents.sharing.deciding import Wish
from tests.factories import documents

if TYPE_CHECKING:
    from incidents.records.keys import CaseKeys
    from incidents.records.schema import CaseDocument, Share
    from tests.factories.world import Person, Team

PURPOSE = "a fictional appeal"
NARRATIVE = "Plainly fictional: the narrative that a partner reads."


def opened(person: Person) -> CaseKeys:
    """The keys of a researcher, as their session opens them."""
    return keys_of(person.id, person.organisation_id, person.seed)


def name_of(team: Team) -> str:
    """What an organisation is called."""
    return db.session.get_one(Organisation, team.organisation_id).name


def compare(person: Person, other: Team) -> bool:
    """A researcher compares the number with somebody of another organisation."""
    one = person.membership()
    number = partners.other(one, other.organisation_id).number
    assert number
    return partners.compare(one, person.seed, other.organisation_id, number)


def befriend(ours: Team, theirs: Team) -> None:
    """Two members of each organisation compare numbers with the other."""
    for one, other in ((ours, theirs), (theirs, ours)):
        assert not compare(one.researcher, other)
        assert compare(one.second_researcher, other)


def shareable(recipient: str, **fields: Any) -> CaseDocument:
    """A complete record of a person who agreed that this recipient may read it."""
    whom = documents.person(name="Plainly Fictional")
    incident = documents.incident(narrative=NARRATIVE)
    consents = [documents.consent(whom), documents.consent(whom, "CP_PART", recipient=recipient)]
    return documents.about(whom, "POL_EXT", **({"incident": incident, "consents": consents} | fields))


def wish(theirs: Team, **fields: Any) -> Wish:
    """To share with an organisation for a month, without names."""
    given: dict[str, Any] = {
        "organisation_id": theirs.organisation_id,
        "purpose": PURPOSE,
        "until": dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=30),
        "with_identity": False,
    } | fields
    return Wish(**given)


def share(ours: Team, theirs: Team, document: CaseDocument | None = None, **fields: Any) -> tuple[CaseDocument, Share]:
    """A case that one member has proposed to share and the other has confirmed."""
    case = document or shareable(name_of(theirs))
    services.create(opened(ours.researcher), [case])
    proposed = deciding.propose(opened(ours.researcher), case.incident.id, wish(theirs, **fields))
    return case, deciding.confirm(opened(ours.second_researcher), case.incident.id, proposed.id)
