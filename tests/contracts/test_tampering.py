"""Whoever can write the database can destroy, but not change: nothing altered or moved is accepted."""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import LargeBinary, func, select, update

from incidents.accounts.models import Account, StoredSession
from incidents.consents import services as consents
from incidents.consents.models import ReceiptView
from incidents.database import writing
from incidents.extensions import db
from incidents.facts import store
from incidents.facts.columns import polars_schema
from incidents.facts.models import FrameDelta, FrameKind, FrameSnapshot
from incidents.facts.services import frame
from incidents.keyring.envelope import Unopenable
from incidents.keyring.facts_door import facts_keys
from incidents.keyring.identity import NotBelieved
from incidents.keyring.models import Grant, Statement, StoredMemory, StoredRoster
from incidents.keyring.receipt_door import open_view
from incidents.keyring.roster import RolledBack
from incidents.records import index, services
from incidents.records.keys import keys_of as opened_keys
from incidents.records.models import LogEntry, Revision, RevisionKey
from incidents.releases import persons
from incidents.releases.models import Release, ReleasePersons
from incidents.sharing import services as sharing
from incidents.sharing.models import SharedCase
from incidents.submissions import inbox
from incidents.submissions import services as submissions
from incidents.submissions.models import Submission
from incidents.submissions.services import Sender
from tests.factories import documents
from tests.factories.keeping import kept
from tests.factories.sharing import befriend, share
from tests.factories.world import organisation_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from incidents.keyring.receipt_door import Paper
    from incidents.records.keys import CaseKeys
    from tests.factories.world import Team, World

BITS = range(8)
#: What is said beside the papers of receipts.
WORD = "harbour"


@dataclass
class Scene:
    """Two organisations with two revisions each of two cases, a snapshot and a delta, and an opened identity."""

    team: Team
    other: Team
    cases: list[str]
    keys: CaseKeys
    other_keys: CaseKeys
    papers: list[Paper]


def keys_of(team: Team) -> CaseKeys:
    return opened_keys(team.researcher.id, team.organisation_id, team.researcher.seed)


@pytest.fixture
def scene(world: World) -> Scene:
    return kept(world, _scene)


def _scene(world: World) -> Scene:
    teams = [world.team(), world.team()]
    cases: list[str] = []
    papers: list[Paper] = []
    for team in teams:
        keys = keys_of(team)
        for _ in range(2):
            document = documents.document()
            services.create(keys, [document])
            services.update(keys, document, expected=1)
            services.open_identity(keys, document.incident.id, "to see whether the log can be altered")
            cases.append(document.incident.id)
        for key, kind, schema in (
            (keys.facts, FrameKind.FACTS, polars_schema()),
            (keys.organisation, FrameKind.INDEX, polars_schema(index.INDEX_COLUMNS)),
        ):
            store.replace_snapshot(key, kind, store.load(key, kind, schema))
        for _ in range(2):
            released(team, keys)
            document = documents.document()
            services.create(keys, [document])
            papers.append(consents.issue(keys, document.incident.id, document.persons[0].id, WORD, 1))
        worker = team.field_worker
        submissions.submit(Sender(worker.id, worker.organisation_id, worker.seed), documents.document())
    return Scene(teams[0], teams[1], cases, keys_of(teams[0]), keys_of(teams[1]), papers)


def released(team: Team, keys: CaseKeys) -> None:
    """A release, as far as whom it counted."""
    with writing(db.session):
        entry = Release(
            number=(db.session.scalar(select(func.max(Release.number))) or 0) + 1,
            organisation_id=team.organisation_id,
            account_id=team.advocate.id,
            released_on=documents.TODAY,
            **dict.fromkeys(("title", "language", "question", "table", "policy_version", "codebook_version"), ""),
        )
        db.session.add(entry)
        db.session.flush()
        db.session.add(persons.Part(keys.facts, persons.packed([1, 2, 3], 3)).row(entry.id))


def open_all_cases(scene: Scene) -> None:
    for case in scene.cases[:2]:
        for revision in (1, 2):
            row, wrapped = services._revision(scene.keys, case, revision)
            services.opened_parts(scene.keys, row, wrapped)


def open_facts(scene: Scene) -> None:
    store.cache.clear()
    frame(facts_keys(scene.team.analyst.id, scene.team.analyst.seed))


def open_index(scene: Scene) -> None:
    store.cache.clear()
    index.find(scene.keys.organisation, index.CaseQuery())


def open_inbox(scene: Scene) -> None:
    """Pages show what does not open as unreadable, and it cannot be accepted."""
    if any(one.content is None for one in inbox.waiting(scene.keys)):
        raise Unopenable


def open_shared(scene: Scene) -> None:
    """What does not open, or is not signed by the partner that it names, is not among what is shared."""
    if not sharing.shared_with_us(scene.keys):
        raise Unopenable


def open_log(scene: Scene) -> None:
    services.log_entries(scene.keys)


def open_receipts(scene: Scene) -> None:
    for paper in scene.papers:
        keys = paper.keys(WORD)
        open_view(keys, db.session.scalar(select(ReceiptView.sealed).where(ReceiptView.id == keys.view_id)))


def open_releases(scene: Scene) -> None:
    persons.standings(facts_keys(scene.team.analyst.id, scene.team.analyst.seed))


def open_grants(scene: Scene) -> None:
    keys_of(scene.team)


def open_roster(scene: Scene) -> None:
    scene.team.researcher.membership().roster()


def open_seed(scene: Scene) -> None:
    assert scene.team.researcher.seed


#: What is altered does not open, or is not believed.
REFUSED = (Unopenable, NotBelieved, RolledBack)
CHECKS: dict[tuple[type, str], Callable[[Scene], None]] = {
    (Revision, "identity"): open_all_cases,
    (Revision, "account"): open_all_cases,
    (RevisionKey, "wrapped"): open_all_cases,
    (FrameSnapshot, "wrapped"): open_facts,
    (FrameSnapshot, "sealed"): open_facts,
    (FrameDelta, "wrapped"): open_facts,
    (FrameDelta, "sealed"): open_facts,
    (LogEntry, "sealed"): open_log,
    (Submission, "wrapped"): open_inbox,
    (Submission, "sealed"): open_inbox,
    (SharedCase, "wrapped"): open_shared,
    (SharedCase, "sealed"): open_shared,
    (ReceiptView, "sealed"): open_receipts,
    (ReleasePersons, "sealed"): open_releases,
    (Grant, "sealed"): open_grants,
    (Grant, "signature"): open_grants,
    (Statement, "identity"): open_grants,
    (Statement, "intake"): open_grants,
    (Statement, "signature"): open_grants,
    (StoredMemory, "sealed"): open_grants,
    (StoredRoster, "sealed"): open_roster,
    (Account, "seed_by_passphrase"): open_seed,
}
#: Not sealed (a digest, a salt, a public key, what is published), or checked by a test of its own.
ELSEWHERE = {
    # Attacks on the chunks of files: tests/integration/evidence/test_opening.py.
    "evidence_chunk.sealed",
    # Of the first epoch there is none; see tests/integration/rotation/test_rotation.py and tests/unit/keyring.
    "statement.endorsement",
    "account.setup_digest",
    "account.salt",
    "account.public_key",
    "account.seed_by_recovery",
    "session.sealed",
    # See tests/integration/accounts/test_own_sessions.py.
    "session.note",
    "summary.sealed",
    "draft.sealed",
    "publication_file.content",
    "release_file.content",
    # Public; what is sealed to them follows from the roster. See tests/integration/recovery.
    "key.public",
    "key.endorsement",
    "recovery_copy.sealed",
    # A chain of signatures; see tests/integration/audit/test_attacks.py.
    "audit_entry.sealed",
    "audit_entry.next_public",
    "audit_entry.signature",
    "audit_head.genesis",
    "audit_head.digest",
    "audit_head.signing_key",
    "share.sealed",
}


def ids(check: tuple[type, str]) -> str:
    return f"{check[0].__name__}.{check[1]}"


def rows_of(scene: Scene, model: Any) -> list[Any]:
    """The rows of the first organisation, facts before index where a table holds both."""
    if model is SharedCase:
        befriend(scene.team, scene.other)
        share(scene.other, scene.team)
    table = model.__table__
    query = select(*table.primary_key.columns, *[c for c in table.columns if isinstance(c.type, LargeBinary)])
    if "organisation_id" in table.c:
        query = query.where(table.c.organisation_id == scene.team.organisation_id)
    if "kind" in table.c and model is not Grant:
        query = query.where(table.c.kind == FrameKind.FACTS)
    if "incident_id" in table.c:
        query = query.where(table.c.incident_id.in_(scene.cases[:2]))
    if model is Grant:
        query = query.where(Grant.account_id == scene.team.researcher.id)
    if model is StoredMemory:
        query = query.where(StoredMemory.account_id == scene.team.researcher.id)
    if model is Account:
        query = query.where(Account.id == scene.team.researcher.id)
    return list(db.session.execute(query).mappings())


def write(model: Any, row: Any, column: str, value: bytes) -> None:
    table = model.__table__
    with writing(db.session):
        db.session.execute(
            update(table).where(*[key == row[key.name] for key in table.primary_key.columns]).values({column: value})
        )


@pytest.mark.parametrize("target", CHECKS, ids=ids)
def test_no_flipped_bit_is_accepted(scene: Scene, target: tuple[type, str]) -> None:
    """Every bit of the first and last bytes, and a bit of every byte between, is flipped in the database itself."""
    model, column = target
    check = CHECKS[target]
    row = rows_of(scene, model)[0]
    blob: bytes = row[column]
    check(scene)
    accepted = 0
    for position in positions(len(blob)):
        altered = bytearray(blob)
        altered[position // 8] ^= 1 << position % 8
        write(model, row, column, bytes(altered))
        try:
            check(scene)
            accepted += 1
        except REFUSED:
            pass
    write(model, row, column, blob)
    check(scene)
    assert accepted == 0


def positions(length: int) -> Iterator[int]:
    """Bits to flip: all of the header, the tag and some bytes across the middle."""
    edges = [*range(16), *range(length - 2, length)]
    middle = range(16, length - 2, max(1, length // 12))
    return (
        byte * 8 + bit
        for byte, bit in itertools.chain(
            itertools.product(edges[:2] + edges[-1:], BITS), ((b, b % 8) for b in [*edges, *middle])
        )
    )


@pytest.mark.parametrize("target", CHECKS, ids=ids)
def test_no_truncated_blob_is_accepted(scene: Scene, target: tuple[type, str]) -> None:
    model, column = target
    row = rows_of(scene, model)[0]
    for length in (0, 1, 12, 28, len(row[column]) - 1):
        write(model, row, column, row[column][:length])
        with pytest.raises(REFUSED):
            CHECKS[target](scene)
    write(model, row, column, row[column])


@pytest.mark.parametrize(
    ("one", "other"),
    list(itertools.permutations([("account", 0, 1), ("identity", 0, 1), ("account", 0, 2), ("account", 1, 2)], 2)),
    ids=lambda place: f"{place[0]}-case{place[1]}-revision{place[2]}",
)
def test_no_part_opens_in_another_place(scene: Scene, one: tuple[str, int, int], other: tuple[str, int, int]) -> None:
    """Parts are moved between parts, cases and revisions: none opens where it was put."""
    donor = db.session.get_one(Revision, (scene.cases[one[1]], one[2]))
    blob = getattr(donor, one[0])
    taker = db.session.get_one(Revision, (scene.cases[other[1]], other[2]))
    with writing(db.session):
        setattr(db.session.get_one(Revision, (taker.incident_id, taker.revision)), other[0], blob)
    with pytest.raises(REFUSED):
        open_all_cases(scene)


def test_no_revision_opens_in_another_organisation_even_with_its_key(scene: Scene) -> None:
    """Row, key and both parts are moved together to another organisation's case: its members cannot open it."""
    with writing(db.session):
        for name in ("identity", "account"):
            blob = getattr(db.session.get_one(Revision, (scene.cases[0], 1)), name)
            setattr(db.session.get_one(Revision, (scene.cases[2], 1)), name, blob)
        wrapped = db.session.get_one(RevisionKey, (scene.cases[0], 1, scene.keys.organisation.id)).wrapped
        theirs = db.session.get_one(RevisionKey, (scene.cases[2], 1, scene.other_keys.organisation.id))
        theirs.wrapped = wrapped
    with pytest.raises(REFUSED):
        services.open_account(scene.other_keys, scene.cases[2], 1)


def test_an_older_revision_cannot_be_passed_off_as_the_newer(scene: Scene) -> None:
    """All of revision 1, its key included, is copied over revision 2."""
    case = scene.cases[0]
    with writing(db.session):
        old, new = (db.session.get_one(Revision, (case, revision)) for revision in (1, 2))
        new.identity, new.account = old.identity, old.account
        keys = [db.session.get_one(RevisionKey, (case, revision, scene.keys.organisation.id)) for revision in (1, 2)]
        keys[1].wrapped = keys[0].wrapped
    with pytest.raises(REFUSED):
        services.open_account(scene.keys, case)


def test_a_snapshot_does_not_open_as_another_organisations_or_kind(scene: Scene) -> None:
    mine, index_snapshot = (
        db.session.scalars(
            select(FrameSnapshot).where(
                FrameSnapshot.organisation_id == scene.team.organisation_id, FrameSnapshot.kind == kind
            )
        ).one()
        for kind in (FrameKind.FACTS, FrameKind.INDEX)
    )
    theirs = db.session.scalars(
        select(FrameSnapshot).where(
            FrameSnapshot.organisation_id == scene.other.organisation_id,
            FrameSnapshot.kind == FrameKind.FACTS,
        )
    ).one()
    for donor in (index_snapshot, theirs):
        with writing(db.session):
            row = db.session.get_one(FrameSnapshot, mine.id)
            row.sealed, row.wrapped = donor.sealed, donor.wrapped
        with pytest.raises(REFUSED):
            open_facts(scene)


def test_a_grant_moved_to_another_account_opens_nothing(scene: Scene) -> None:
    key_id = scene.keys.organisation.id
    grant = db.session.get_one(Grant, (key_id, scene.team.researcher.id))
    administrator = scene.team.administrator
    with writing(db.session):
        db.session.add(
            Grant(key_id=key_id, account_id=administrator.id, sealed=grant.sealed, signature=grant.signature)
        )
    with suppress(*REFUSED):
        assert organisation_keys(administrator.id, administrator.seed) == []


def test_a_session_row_that_was_altered_is_no_session(scene: Scene) -> None:
    browser = scene.team.researcher.browser()
    row = db.session.scalars(select(StoredSession)).one()
    blob, row_id = row.sealed, row.id
    for position in positions(len(blob)):
        altered = bytearray(blob)
        altered[position // 8] ^= 1 << position % 8
        with writing(db.session):
            db.session.execute(update(StoredSession).where(StoredSession.id == row_id).values(sealed=bytes(altered)))
        browser.get("/account", status=401)


def test_every_column_of_bytes_is_attacked_here_or_named_as_not_sealed() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    attacked = {f"{model.__table__.name}.{column}" for model, column in CHECKS}
    assert columns == attacked | ELSEWHERE
