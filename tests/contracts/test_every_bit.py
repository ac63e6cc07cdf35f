"""Every single bit of every kind of sealed blob, as work leaves them in the database, is flipped: none opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from incidents.accounts import services as accounts
from incidents.extensions import db
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot
from incidents.keyring import case_door
from incidents.keyring.case_door import Place
from incidents.keyring.envelope import SecretKey, Unopenable
from incidents.keyring.models import Grant, Key
from incidents.keyring.passphrase import passphrase_key, read_pepper
from incidents.keyring.people import open_seed
from incidents.records import services
from incidents.records.keys import keys_of
from incidents.records.models import LogEntry, Revision, RevisionKey
from tests.factories import documents
from tests.factories.world import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.factories.world import Team, World

Opener = tuple[str, bytes, "Callable[[bytes], object]"]


def sealed_blobs(team: Team) -> Iterator[Opener]:
    """One blob of each sealed column, with what opens it."""
    person, organisation_id = team.researcher, team.organisation_id
    keys = keys_of(person.id, organisation_id, person.seed)
    document = documents.document()
    services.create(keys, [document])
    services.open_identity(keys, document.incident.id, "to have an entry in the log")
    store.replace_snapshot(keys.facts, FrameKind.FACTS, store.load(keys.facts, FrameKind.FACTS, polars_schema()))
    services.create(keys, [documents.document()])

    place = Place(organisation_id, document.incident.id, 1)
    row = db.session.get_one(Revision, (place.incident_id, 1))
    wrap = db.session.get_one(RevisionKey, (place.incident_id, 1, keys.organisation.id)).wrapped
    data_key = case_door.unwrap(keys.organisation, wrap, place)
    yield "revision_key.wrapped", wrap, lambda blob: case_door.unwrap(keys.organisation, blob, place)
    yield "revision.account", row.account, lambda blob: case_door.open_part(data_key, "account", place, blob)
    yield "revision.identity", row.identity, lambda blob: case_door.open_part(data_key, "identity", place, blob)
    for model, name in ((FrameSnapshot, "snapshot"), (FrameDelta, "delta")):
        frame = db.session.scalars(select(model).where(model.kind == FrameKind.FACTS)).one()
        parts = (FrameKind.FACTS, organisation_id, frame.id)
        own = SecretKey(keys.facts.open(frame.wrapped, "frame-key", *parts))
        yield f"{name}.wrapped", frame.wrapped, lambda blob, parts=parts: keys.facts.open(blob, "frame-key", *parts)
        yield f"{name}.sealed", frame.sealed, lambda blob, own=own, name=name, parts=parts: own.open(blob, name, *parts)
    entry = db.session.scalars(select(LogEntry)).one()
    yield "log", entry.sealed, lambda blob: keys.organisation.open(blob, "log", organisation_id, entry.id)
    key = db.session.get_one(Key, keys.organisation.id)
    grant, seed = db.session.get_one(Grant, (key.id, person.id)), person.seed
    context = ("grant", key.id, organisation_id, key.epoch, person.id)
    yield "grant", grant.sealed, lambda blob: seed.open_sealed(blob, *context)
    account = person.account
    pepper = read_pepper(accounts.settings().pepper_file)
    hashed = passphrase_key(PASSPHRASE, salt=account.salt or b"", cost=account.cost, pepper=pepper)
    yield "seed", account.seed_by_passphrase or b"", lambda blob: open_seed(blob, hashed, person.id, "passphrase")


def test_no_bit_of_any_sealed_blob_can_be_flipped(world: World) -> None:
    flipped, accepted = 0, []
    for name, blob, opened in sealed_blobs(world.team()):
        opened(blob)
        for bit in range(len(blob) * 8):
            altered = bytearray(blob)
            altered[bit // 8] ^= 1 << bit % 8
            flipped += 1
            try:
                opened(bytes(altered))
            except Unopenable:
                continue
            accepted.append((name, bit))
    assert accepted == []
    assert flipped > 50_000
