"""An administrator who can write every row of the database, and waits: how many cases and facts they obtain.

They know the public protocol, make keys of their own, and put them wherever a key is looked up. Then members go on
working: they save, vouch, rotate, name trustees; a field worker hands something in. Whatever is refused is refused;
what is sealed must open with nothing that the attacker knows.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import select, update

from incidents.accounts import admission
from incidents.accounts.models import Account, Organisation, Role
from incidents.audit.models import AuditEntry
from incidents.database import writing
from incidents.errors import TalaError
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.envelope import SecretKey, Unopenable
from incidents.keyring.grants import GrantedKey, grant
from incidents.keyring.identity import Identity, state
from incidents.keyring.intake_door import Slot, open_submission
from incidents.keyring.models import Grant, Key, KeyKind, RecoveryCopy, Statement, StoredRoster
from incidents.keyring.people import Seed
from incidents.keyring.roster import Entry, Roster, seal_roster
from incidents.records import services as records
from incidents.records.keys import keys_of
from incidents.recovery import services as recovery
from incidents.rotation import services as rotation
from incidents.submissions import services as submissions
from incidents.submissions.models import Submission
from incidents.submissions.services import Sender
from tests.contracts.test_key_closure import openable_cases, openable_facts
from tests.factories import documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.factories.world import Person, Team, World

#: Refusals. Anything else that is raised is a defect, and fails the test.
REFUSED: Final = (TalaError, Unopenable)
SLIPPED: Final = (KeyKind.ORGANISATION, KeyKind.FACTS, KeyKind.SUMMARIES)
NAMES: Final = ("Fictional Trustee One", "Fictional Trustee Two")


@dataclass
class Attacker:
    """What they know: a seed, an organisation key, and what follows from both."""

    team: Team
    newcomer: Person
    seed: Seed = field(default_factory=Seed.random)

    def key(self, row: Key | None = None, *, epoch: int = 1) -> OrganisationKey:
        """Their own key in the place of the organisation's."""
        row_id = row.id if row else "0" * 32
        return OrganisationKey(self.seed.raw, row_id, self.team.organisation_id, row.epoch if row else epoch)

    @property
    def identity(self) -> Identity:
        return Identity(self.key())

    def row(self, kind: KeyKind) -> Key:
        return db.session.scalars(
            select(Key).where(Key.organisation_id == self.team.organisation_id, Key.kind == kind)
        ).one()

    def seeds(self) -> Iterator[Seed]:
        yield self.seed
        yield self.identity.intake


def swap_a_members_key(attacker: Attacker) -> None:
    _swap(attacker, attacker.team.second_researcher)


def swap_an_analysts_key(attacker: Attacker) -> None:
    _swap(attacker, attacker.team.analyst)


def swap_the_newcomers_key(attacker: Attacker) -> None:
    _swap(attacker, attacker.newcomer)


def _swap(attacker: Attacker, person: Person) -> None:
    public = attacker.seed.public_key().raw
    db.session.execute(update(Account).where(Account.id == person.id).values(public_key_bytes=public))


def swap_the_intake_key(attacker: Attacker) -> None:
    db.session.execute(update(Statement).values(intake=attacker.seed.public_key().raw))


def swap_the_statement(attacker: Attacker) -> None:
    db.session.delete(db.session.get_one(Statement, (attacker.team.organisation_id, 1)))
    db.session.flush()
    db.session.add(keyring.statement_row(state(attacker.team.organisation_id, 1, attacker.identity)))


def add_a_statement(attacker: Attacker) -> None:
    stated = state(attacker.team.organisation_id, 2, attacker.identity, attacker.identity)
    db.session.merge(keyring.statement_row(stated))


def swap_the_recovery_key(attacker: Attacker) -> None:
    keyring.endorse(
        GrantedKey.of(attacker.seed.raw, attacker.row(KeyKind.RECOVERY)),
        KeyKind.RECOVERY,
        attacker.seed.public_key(),
        attacker.identity,
    )


def swap_the_audit_key(attacker: Attacker) -> None:
    audit = GrantedKey.of(attacker.seed.raw, attacker.row(KeyKind.AUDIT))
    keyring.endorse(audit, KeyKind.AUDIT, attacker.seed.public_key(), attacker.identity)


def forge_a_vouch_and_a_policy_of_one(attacker: Attacker) -> None:
    entry = Entry(
        role=Role.RESEARCHER,
        digest=attacker.seed.public_key().digest(),
        kinds=tuple(keyring.KEYS),
        vouchers=(attacker.team.researcher.id, attacker.team.second_researcher.id),
    )
    row = db.session.get_one(StoredRoster, attacker.team.organisation_id)
    roster = Roster(vouches=1, members={attacker.team.administrator.id: entry})
    forged = seal_roster(attacker.key(attacker.row(KeyKind.ORGANISATION)), roster, row.version)
    row.sealed = forged.sealed


def slip_keys_in(attacker: Attacker) -> None:
    """A newer organisation key, facts key and summaries key, sealed to every member in the proper form."""
    _slip_in(attacker, [attacker.team.researcher, attacker.team.second_researcher], epoch=2)


def slip_keys_in_for_one(attacker: Attacker) -> None:
    """The same to one member alone, of a far epoch: a colleague's rotation must not sign it along with the rest."""
    _slip_in(attacker, [attacker.team.second_researcher], epoch=99)


def slip_a_facts_key_in_for_one(attacker: Attacker) -> None:
    """Without an organisation key beside it, whose epoch would not fit."""
    _slip_in(attacker, [attacker.team.second_researcher], epoch=98, kinds=(KeyKind.FACTS,))


def _slip_in(attacker: Attacker, members: list[Person], *, epoch: int, kinds: tuple[KeyKind, ...] = SLIPPED) -> None:
    for kind in kinds:
        row = Key(organisation_id=attacker.team.organisation_id, kind=kind, epoch=epoch)
        db.session.add(row)
        db.session.flush()
        for member in members:
            public = member.account.public_key
            if public:
                grant(keyring.KEYS[kind].of(attacker.seed.raw, row), kind, member.id, public, attacker.identity)


def replace_the_grants_of_one(attacker: Attacker) -> None:
    """Of one member alone: they cannot go on, and a colleague who rotates must not sign what was put there."""
    for row in db.session.scalars(select(Key).where(Key.kind.in_(tuple(keyring.KEYS)))).all():
        public = attacker.team.second_researcher.account.public_key
        if public and row.organisation_id == attacker.team.organisation_id:
            key = keyring.KEYS[row.kind].of(attacker.seed.raw, row)
            grant(key, row.kind, attacker.team.second_researcher.id, public, attacker.identity)


def add_an_audit_key(attacker: Attacker) -> None:
    """A newer one, for the log to be sealed to from the next rotation on."""
    row = Key(organisation_id=attacker.team.organisation_id, kind=KeyKind.AUDIT, epoch=99)
    db.session.add(row)
    db.session.flush()
    audit = GrantedKey.of(attacker.seed.raw, row)
    keyring.endorse(audit, KeyKind.AUDIT, attacker.seed.public_key(), attacker.identity)


def replace_the_grants(attacker: Attacker) -> None:
    """The same keys, opened to others: every grant of a member is one of the attacker's key."""
    for row in db.session.scalars(select(Key).where(Key.kind.in_(tuple(keyring.KEYS)))).all():
        for member in (attacker.team.researcher, attacker.team.second_researcher):
            public = member.account.public_key
            if public and row.organisation_id == attacker.team.organisation_id:
                key = keyring.KEYS[row.kind].of(attacker.seed.raw, row)
                grant(key, row.kind, member.id, public, attacker.identity)


def become_a_researcher(attacker: Attacker) -> None:
    administrator = attacker.team.administrator
    db.session.execute(update(Account).where(Account.id == administrator.id).values(role=Role.RESEARCHER))
    _swap(attacker, administrator)


ATTACKS: Final[tuple[Callable[[Attacker], None], ...]] = (
    swap_a_members_key,
    swap_an_analysts_key,
    swap_the_newcomers_key,
    swap_the_intake_key,
    swap_the_statement,
    add_a_statement,
    swap_the_recovery_key,
    swap_the_audit_key,
    forge_a_vouch_and_a_policy_of_one,
    slip_keys_in,
    slip_keys_in_for_one,
    slip_a_facts_key_in_for_one,
    replace_the_grants,
    replace_the_grants_of_one,
    add_an_audit_key,
    become_a_researcher,
)


def everything_at_once(attacker: Attacker) -> None:
    for attack in ATTACKS:
        attack(attacker)
        db.session.flush()


# ---- what members do meanwhile ----


def save(team: Team, newcomer: Person, number: str) -> None:
    del newcomer, number
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    records.create(keys, [documents.document()])


def save_by_the_other(team: Team, newcomer: Person, number: str) -> None:
    del newcomer, number
    other = team.second_researcher
    keys = keys_of(other.id, team.organisation_id, other.seed)
    records.create(keys, [documents.document()])


def vouch(team: Team, newcomer: Person, number: str) -> None:
    """Both members vouch for the newcomer, whose number they compared before anything was swapped."""
    for member in (team.researcher, team.second_researcher):
        admission.vouch(member.membership(), member.seed, newcomer.id, number)


def rotate(team: Team, newcomer: Person, number: str) -> None:
    del newcomer, number
    rotation.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    rotation.advance(team.researcher.membership())


def name_trustees(team: Team, newcomer: Person, number: str) -> None:
    del newcomer, number
    recovery.name_trustees(team.researcher.membership(), team.researcher.seed, NAMES, 2)


def hand_in(team: Team, newcomer: Person, number: str) -> None:
    del newcomer, number
    worker = team.field_worker
    submissions.submit(Sender(worker.id, team.organisation_id, worker.seed), documents.document())


ACTS: Final = (save, vouch, hand_in, rotate, save_by_the_other, name_trustees, save, hand_in)


def go_on(team: Team, newcomer: Person, number: str) -> int:
    """Do all of it; gives how much was refused."""
    refused = 0
    for act in ACTS:
        try:
            act(team, newcomer, number)
        except REFUSED:
            refused += 1
        db.session.rollback()
    return refused


# ---- what the attacker then opens ----


def loot(attacker: Attacker) -> tuple[int, int, int]:
    """How many cases, facts and submissions open with anything that the attacker knows."""
    keys: list[GrantedKey] = [
        GrantedKey.of(raw, row) for row in db.session.scalars(select(Key)) for raw in _known(attacker, row)
    ]
    cases = len(openable_cases(keys))
    facts = len(openable_facts(keys)[0])
    opened = 0
    for row in db.session.scalars(select(Submission)):
        for seed in _all_seeds(attacker, keys):
            with suppress(Unopenable):
                open_submission(seed.opener(), Slot(row.organisation_id, row.id), row.wrapped, row.sealed)
                opened += 1
    return cases, facts, opened


def log_entries_that_open(attacker: Attacker) -> int:
    """How many entries of the log are sealed to the attacker."""
    opened = 0
    for row in db.session.scalars(select(AuditEntry)):
        for seed in attacker.seeds():
            with suppress(Unopenable):
                seed.open_sealed(row.sealed, "audit-entry", row.organisation_id, row.number, row.key_id)
                opened += 1
    return opened


def _known(attacker: Attacker, row: Key) -> Iterator[bytes]:
    """The attacker's own bytes, and whatever of this key was sealed to a public key of theirs."""
    yield attacker.seed.raw
    for seed in attacker.seeds():
        for one in db.session.scalars(select(Grant).where(Grant.key_id == row.id)):
            with suppress(Unopenable):
                yield seed.open_sealed(one.sealed, "grant", row.id, row.organisation_id, row.epoch, one.account_id)
        for copy in db.session.scalars(select(RecoveryCopy).where(RecoveryCopy.key_id == row.id)):
            place = ("recovery-copy", row.id, copy.recovery_id, row.organisation_id, row.epoch, row.kind)
            with suppress(Unopenable):
                yield seed.open_sealed(copy.sealed, *place)[:32]


def _all_seeds(attacker: Attacker, keys: list[GrantedKey]) -> Iterator[Seed]:
    yield from attacker.seeds()
    for key in keys:
        yield Identity(SecretKey(key.raw)).intake


@pytest.fixture
def team(world: World) -> Team:
    """An organisation with trustees, two cases, and a submission that waits."""
    team = world.team()
    keys = keys_of(team.researcher.id, team.organisation_id, team.researcher.seed)
    records.create(keys, [documents.document(), documents.document()])
    recovery.name_trustees(team.researcher.membership(), team.researcher.seed, NAMES, 2)
    return team


@pytest.fixture
def attacker(world: World, team: Team) -> Attacker:
    newcomer = world.person(Role.RESEARCHER, db.session.get_one(Organisation, team.organisation_id))
    return Attacker(team, newcomer)


@pytest.mark.parametrize("attack", [*ATTACKS, everything_at_once], ids=lambda one: one.__name__)
def test_whoever_writes_every_row_and_waits_obtains_no_case_and_no_fact(
    team: Team, attacker: Attacker, attack: Callable[[Attacker], None]
) -> None:
    number = attacker.newcomer.comparison()
    with writing(db.session):
        attack(attacker)
    go_on(team, attacker.newcomer, number)
    assert loot(attacker) == (0, 0, 0)
    assert log_entries_that_open(attacker) == 0


def test_without_an_attack_nothing_that_members_do_is_refused(team: Team, attacker: Attacker) -> None:
    """Or the test above would prove that nothing works."""
    assert go_on(team, attacker.newcomer, attacker.newcomer.comparison()) == 0


def test_the_attack_would_be_seen_if_it_worked(team: Team, attacker: Attacker) -> None:
    """A member who seals the organisation's keys to the attacker's is found out."""
    one = team.researcher.membership()
    with writing(db.session):
        for key in one.keys:
            kind = next(kind for kind, cls in keyring.KEYS.items() if isinstance(key, cls))
            grant(key, kind, team.administrator.id, attacker.seed.public_key(), one.identity)
    hand_in(team, attacker.newcomer, "")
    assert loot(attacker) == (2, 2, 1)
