"""Who can read what, as an attacker would find out.

From one person's passphrase and the whole database, open all that opens. What opens is what the role promises, and
nothing else.
"""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import LargeBinary, select

from incidents.extensions import db
from incidents.facts import frames
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot
from incidents.keyring import case_door
from incidents.keyring.case_door import OrganisationKey, PartKey, Place, open_alone
from incidents.keyring.envelope import SecretKey, Unopenable, unpad
from incidents.keyring.grants import GrantedKey
from incidents.keyring.identity import Identity
from incidents.keyring.models import Grant, Key
from incidents.keyring.share_door import open_share, slot
from incidents.records import services
from incidents.records.keys import keys_of
from incidents.records.models import Revision, RevisionKey
from incidents.sharing.models import SharedCase
from incidents.sharing.rules import Shared
from tests.factories import documents
from tests.factories.sharing import befriend, share

if TYPE_CHECKING:
    from tests.factories.world import Person, Team, World

SECRET = "the fictional secret word of a narrative"
CASES = 3


def populate(team: Team) -> dict[str, Any]:
    """Cases of people who agreed, and one of a person who did not."""
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    agreed = [documents.document(incident=documents.incident(narrative=SECRET)) for _ in range(CASES - 1)]
    refused = documents.document(incident=documents.incident(narrative=SECRET), consents=[])
    services.create(keys, [*agreed, refused])
    return {
        "cases": {document.incident.id for document in [*agreed, refused]},
        "facts": {document.incident.cell_key for document in agreed},
        "refused": {person.cell_key for person in refused.persons},
    }


def openable_keys(person: Person) -> list[GrantedKey]:
    """Every key that the person's seed opens out of all grants in the database, whoever they are addressed to."""
    found = []
    for grant, key in db.session.execute(select(Grant, Key).join(Key, Key.id == Grant.key_id)):
        for account_id in {grant.account_id, person.id}:
            parts = ("grant", key.id, key.organisation_id, key.epoch, account_id)
            try:
                found.append(GrantedKey.of(person.seed.open_sealed(grant.sealed, *parts), key))
            except Unopenable:
                continue
    return found


def openable_cases(keys: list[GrantedKey]) -> dict[str, bytes]:
    """Every case whose narrative opens with any of the keys."""
    found: dict[str, bytes] = {}
    rows = db.session.execute(
        select(Revision, RevisionKey).join(
            RevisionKey,
            (RevisionKey.incident_id == Revision.incident_id) & (RevisionKey.revision == Revision.revision),
        )
    ).all()
    for row, wrapped in rows:
        for key in keys:
            place = Place(key.organisation_id, row.incident_id, row.revision)
            try:
                data_key = case_door.unwrap(OrganisationKey(key.raw), wrapped.wrapped, place)
                found[row.incident_id] = case_door.open_part(data_key, "account", place, row.account)
                case_door.open_part(data_key, "identity", place, row.identity)
            except Unopenable:
                continue
    return found


def openable_shares(keys: list[GrantedKey]) -> dict[str, set[str]]:
    """Parts of every case whose keys open out of what was shared with any organisation, by case."""
    found: dict[str, set[str]] = {}
    for row, revision in itertools.product(
        db.session.scalars(select(SharedCase)), db.session.scalars(select(Revision)).all()
    ):
        for key, part in itertools.product(keys, ("account", "identity")):
            opener = Identity(OrganisationKey(key.raw)).intake.opener()
            with suppress(Unopenable):
                body, _signature = open_share(opener, slot(row.organisation_id, row.id), row.wrapped, row.sealed)
                shared = Shared.model_validate_json(body)
                place = Place(shared.owner, revision.incident_id, revision.revision)
                for raw in filter(None, (shared.account, shared.identity)):
                    with suppress(Unopenable):
                        open_alone(PartKey(bytes.fromhex(raw)), part, place, getattr(revision, part))
                        found.setdefault(revision.incident_id, set()).add(part)
    return found


def openable_facts(keys: list[GrantedKey]) -> tuple[set[int], set[int]]:
    """Case and person keys of every fact that opens with any of the keys."""
    cases: set[int] = set()
    persons: set[int] = set()
    schema = polars_schema()
    for model, name in ((FrameSnapshot, "snapshot"), (FrameDelta, "delta")):
        for row in db.session.scalars(select(model).where(model.kind == FrameKind.FACTS)):  # type: ignore[attr-defined]
            for key in keys:
                try:
                    own = SecretKey(key.open(row.wrapped, "frame-key", row.kind, row.organisation_id, row.id))
                    data = own.open(row.sealed, name, row.kind, row.organisation_id, row.id)
                except Unopenable:
                    continue
                if name == "delta":
                    entries = frames.decode_entries(unpad(data), list(schema))
                    opened = frames.apply(frames.empty(schema), entries, schema)
                else:
                    opened = frames.decode(data, schema)
                cases |= set(opened.rows["case"])
                persons |= set(opened.rows["person"])
    return cases, persons


def anything_else_opens(person: Person, keys: list[GrantedKey]) -> int:
    """How many blobs of other columns open with a key or the seed as they stand: a net under the tests above."""
    opened = 0
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary) and table.name not in {"grant", "account"}:
                for (blob,) in db.session.execute(select(column).where(column.is_not(None))):
                    for key in [*keys, person.seed]:
                        try:
                            key.open(blob)
                            opened += 1
                        except Unopenable:
                            continue
    return opened


@pytest.fixture
def two_teams(world: World) -> tuple[Team, Team]:
    return world.team(), world.team()


def test_a_researcher_opens_exactly_their_organisations_cases_and_facts(two_teams: tuple[Team, Team]) -> None:
    ours, _theirs = (populate(team) for team in two_teams)
    for person in (two_teams[0].researcher, two_teams[0].second_researcher):
        keys = openable_keys(person)
        opened = openable_cases(keys)
        assert set(opened) == ours["cases"]
        assert all(SECRET.encode() in text for text in opened.values())
        assert openable_facts(keys)[0] == ours["facts"]


@pytest.mark.parametrize("role", ["analyst", "advocate"])
def test_an_analyst_and_an_advocate_open_no_case_and_exactly_the_facts_granted(
    two_teams: tuple[Team, Team], role: str
) -> None:
    ours, _theirs = (populate(team) for team in two_teams)
    person: Person = getattr(two_teams[0], role)
    keys = openable_keys(person)
    assert openable_cases(keys) == {}
    cases, persons = openable_facts(keys)
    assert cases == ours["facts"]
    assert persons.isdisjoint(ours["refused"])
    assert anything_else_opens(person, keys) == 0


def test_an_administrator_opens_no_case_and_no_fact(two_teams: tuple[Team, Team]) -> None:
    for team in two_teams:
        populate(team)
    person = two_teams[0].administrator
    assert openable_keys(person) == []
    assert anything_else_opens(person, []) == 0


def test_a_grant_of_facts_by_another_organisation_adds_its_facts_and_no_case(
    world: World, two_teams: tuple[Team, Team]
) -> None:
    ours, theirs = (populate(team) for team in two_teams)
    analyst = two_teams[0].analyst
    world.admit(two_teams[1].researcher, analyst)
    keys = openable_keys(analyst)
    assert openable_facts(keys)[0] == ours["facts"] | theirs["facts"]
    assert openable_cases(keys) == {}


def test_a_partner_opens_exactly_the_part_of_the_case_that_was_shared_and_nothing_else_of_the_owner(
    two_teams: tuple[Team, Team],
) -> None:
    populate(two_teams[0])
    befriend(*two_teams)
    case, _ = share(*two_teams)
    named, _ = share(*two_teams, with_identity=True)
    keys = openable_keys(two_teams[1].researcher)
    assert openable_shares(keys) == {case.incident.id: {"account"}, named.incident.id: {"account", "identity"}}
    assert openable_cases(keys) == {}
    assert openable_facts(keys) == (set(), set())
    for role in ("analyst", "advocate", "administrator", "field_worker"):
        assert openable_shares(openable_keys(getattr(two_teams[1], role))) == {}


def test_the_global_office_counts_facts_and_opens_no_case_before_one_is_shared(
    world: World, two_teams: tuple[Team, Team]
) -> None:
    ours, office = two_teams
    facts = populate(ours)["facts"]
    world.admit(ours.researcher, office.analyst)
    assert openable_facts(openable_keys(office.analyst))[0] == facts
    befriend(ours, office)
    for person in (office.researcher, office.analyst):
        keys = openable_keys(person)
        assert (openable_cases(keys), openable_shares(keys)) == ({}, {})
    case, _ = share(ours, office)
    assert set(openable_shares(openable_keys(office.researcher))) == {case.incident.id}
    assert openable_shares(openable_keys(office.analyst)) == {}


def test_the_test_above_can_fail(world: World, two_teams: tuple[Team, Team]) -> None:
    """Granting the organisation key to an administrator by hand is found out."""
    populate(two_teams[0])
    team = two_teams[0]
    stolen = [key for key in openable_keys(team.researcher) if openable_cases([key])]
    administrator = team.administrator
    public = administrator.account.public_key
    assert world
    assert public
    sealed = public.seal(
        stolen[0].raw, "grant", stolen[0].id, stolen[0].organisation_id, stolen[0].epoch, administrator.id
    )
    db.session.add(Grant(key_id=stolen[0].id, account_id=administrator.id, sealed=sealed, signature=b""))
    db.session.commit()
    assert len(openable_cases(openable_keys(administrator))) == CASES
