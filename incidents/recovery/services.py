"""Naming trustees, proving their papers, and bringing an organisation back with them.

See docs/decisions/0013-recovery-and-backups.md.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from incidents import clock
from incidents.accounts.admission import GRANTED
from incidents.accounts.comparing import comparison_with
from incidents.accounts.invitations import find
from incidents.accounts.models import Account, Organisation, Role
from incidents.audit.acts import Act
from incidents.audit.services import record
from incidents.database import writing
from incidents.errors import Forbidden, TalaError
from incidents.extensions import db
from incidents.keyring import services as keyring
from incidents.keyring import shares
from incidents.keyring.envelope import Unopenable
from incidents.keyring.grants import GrantedKey, new_key
from incidents.keyring.identity import NotBelieved
from incidents.keyring.models import Key, KeyKind, RecoveryCopy
from incidents.keyring.people import Seed
from incidents.keyring.roster import Entry, Recovery
from incidents.keyring.shares import Paper, Scheme
from incidents.recovery.copies import Opened, copy_keys, open_copies
from incidents.recovery.models import Share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from incidents.keyring.people import PublicKey
    from incidents.keyring.roster import Roster
    from incidents.keyring.services import Member
    from incidents.keyring.shares import Held

__all__ = ["copy_keys"]


class NoTrustees(TalaError):
    """The organisation has no recovery key."""


class WrongPaper(TalaError):
    """These words open no share: another organisation's paper, an older one, or a share that was altered."""


class NotTheKey(TalaError):
    """The papers fit together, but not with the recovery key in the database: somebody has replaced it."""


class NotAResearcher(Forbidden):
    """Only a researcher of this organisation who has set up their account can be given its keys."""


@dataclass(frozen=True)
class Sheet:
    """What is printed for one trustee.

    Attributes:
        organisation: Its name.
        name: What the trustee is called.
        paper: Their number and words.
        scheme: How many of how many restore.
        made_on: ISO date.
    """

    organisation: str
    name: str
    paper: Paper
    scheme: Scheme
    made_on: str


@dataclass(frozen=True)
class RecoveryKey:
    """A recovery key as the database has it.

    Attributes:
        id: Its row.
        organisation_id: Whose.
        public: The public half.
        shares: The sealed shares by number.
    """

    id: str
    organisation_id: str
    public: bytes | None
    shares: Mapping[int, bytes]


def name_trustees(one: Member, seed: Seed, names: Sequence[str], needed: int) -> list[Sheet]:
    """Make a recovery key and split it among trustees; the one before it is destroyed.

    Args:
        one: A member.
        seed: Theirs.
        names: What the trustees are called.
        needed: How many of them restore.

    Returns:
        What to print. It is kept nowhere.

    Raises:
        Impossible: not 2 to n of at most 7.
        RolledBack, NotBelieved, StaleRoster: see keyring.services.
    """
    scheme = Scheme(needed, len(names))
    with writing(db.session):
        db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
        roster, version = one.roster()
        renewed, sheets = _renew(one, roster, names, scheme)
        keyring.write_roster(one, renewed, version, seed)
        recovery_id = renewed.recovery.key_id if renewed.recovery else ""
        record(one.organisation_id, Act.TRUSTEES_NAMED, by=one.account_id, about=recovery_id)
    return sheets


def _renew(one: Member, roster: Roster, names: Sequence[str], scheme: Scheme) -> tuple[Roster, list[Sheet]]:
    """A fresh recovery key in the place of any before it, in the running transaction."""
    key = new_key(GrantedKey, KeyKind.RECOVERY, one.organisation_id, 1 + _destroy(one.organisation_id))
    secret = Seed(key.raw)
    keyring.endorse(key, KeyKind.RECOVERY, secret.public_key(), one.identity)
    made_on = clock.today().isoformat()
    recovery = Recovery(
        key_id=key.id,
        public=base64.b64encode(secret.public_key().raw).decode(),
        needed=scheme.needed,
        trustees=tuple(names),
        made_on=made_on,
    )
    renewed = roster.model_copy(update={"recovery": recovery})
    sealed = shares.seal_shares(secret, scheme, key.id, one.stated.pin)
    db.session.add_all(Share(recovery_id=key.id, number=paper.number, sealed=blob) for paper, blob in sealed)
    copy_keys(one, renewed, ())
    db.session.flush()
    organisation = db.session.get_one(Organisation, one.organisation_id).name
    return renewed, [
        Sheet(organisation, name, paper, scheme, made_on) for name, (paper, _) in zip(names, sealed, strict=True)
    ]


def _destroy(organisation_id: str) -> int:
    """Delete an organisation's recovery keys with their shares and copies.

    Returns:
        The newest epoch there was.
    """
    mine = select(Key.id).where(Key.organisation_id == organisation_id, Key.kind == KeyKind.RECOVERY)
    epoch = db.session.scalar(select(func.max(Key.epoch)).where(Key.id.in_(mine))) or 0
    db.session.execute(delete(RecoveryCopy).where(RecoveryCopy.recovery_id.in_(mine)))
    db.session.execute(delete(Share).where(Share.recovery_id.in_(mine)))
    db.session.execute(delete(Key).where(Key.id.in_(mine)))
    return epoch


# ---- at the terminal ----


def recovery_key(organisation_name: str) -> RecoveryKey:
    """The recovery key of an organisation, by its name.

    Raises:
        NoTrustees: there is none.
    """
    row = db.session.scalar(
        select(Key)
        .join(Organisation, Organisation.id == Key.organisation_id)
        .where(Organisation.name == organisation_name, Key.kind == KeyKind.RECOVERY)
        .order_by(Key.epoch.desc())
        .limit(1)
    )
    if row is None:
        raise NoTrustees
    found = db.session.scalars(select(Share).where(Share.recovery_id == row.id))
    return RecoveryKey(row.id, row.organisation_id, row.public, {share.number: share.sealed for share in found})


def open_paper(key: RecoveryKey, words: str) -> tuple[int, Held]:
    """Whose paper has these words, and what they open.

    Raises:
        WrongWords: a slip of the pen.
        WrongPaper: see there.
    """
    code = shares.read_words(words)
    for number, blob in key.shares.items():
        try:
            return number, shares.open_share(Paper(number, code), key.id, blob)
        except Unopenable:
            continue
    raise WrongPaper


def secret_of(key: RecoveryKey, opened: Mapping[int, Held]) -> Seed:
    """The private half of a recovery key.

    Raises:
        TooFew: fewer papers than are needed.
        NotTheKey: the database has another public half.
    """
    secret = shares.restore_seed(opened)
    if key.public != secret.public_key().raw:
        raise NotTheKey
    return secret


def drill(key: RecoveryKey, opened: Mapping[int, Held]) -> None:
    """Prove that papers give the recovery key, and write down when. No copy of a key is opened.

    Raises:
        TooFew, NotTheKey: see secret_of().
    """
    secret_of(key, opened)
    today = clock.today()
    with writing(db.session):
        for number in opened:
            share = db.session.get_one(Share, (key.id, number), with_for_update=True)
            share.proved = today.year * 100 + today.month
        record(key.organisation_id, Act.DRILL, about=key.id)


def open_organisation(key: RecoveryKey, opened: Mapping[int, Held]) -> Opened:
    """An organisation's keys, opened by its trustees.

    Raises:
        TooFew, NotTheKey: see secret_of().
        NoCopy, NotBelieved: see copies.open_copies().
    """
    pin = next(iter(opened.values())).pin
    return open_copies(key.organisation_id, key.id, secret_of(key, opened), pin)


def candidate(username: str, organisation_id: str) -> Account:
    """The account that the trustees are about to give the organisation's keys.

    Raises:
        NotAResearcher: see there.
    """
    account = find(username)
    if (
        account is None
        or account.disabled
        or account.public_key is None
        or account.role is not Role.RESEARCHER
        or account.organisation_id != organisation_id
    ):
        raise NotAResearcher
    return account


def comparison_of(opened: Opened, account_id: str) -> str:
    """The number that the account's own page shows, if its key was not replaced."""
    account = db.session.get_one(Account, account_id, populate_existing=True)
    return comparison_with(opened.member.stated.identity, account)


def restore(opened: Opened, trustees: Sequence[int], account_id: str, compared: str) -> list[Sheet]:
    """Make somebody a member with all keys, and a new recovery key in the place of the one that was used.

    Args:
        opened: The keys.
        trustees: Whose papers opened them.
        account_id: Of whom candidate() found.
        compared: What comparison_of() gave: the account must still be the same.

    Returns:
        The trustees' new papers.

    Raises:
        NotBelieved: the account changed meanwhile, or the roster is of another recovery key.
        RolledBack: the roster is gone, or under a key that no copy opens.
    """
    one = opened.member
    with writing(db.session):
        db.session.get_one(Organisation, one.organisation_id, with_for_update=True)
        account = db.session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
        roster, version = one.roster()
        recovery = roster.recovery
        if recovery is None or recovery.key_id != opened.recovery_id or comparison_of(opened, account_id) != compared:
            raise NotBelieved
        entry, public_key = _entry(one, account, trustees)
        keyring.hand_on(one, account_id, entry, public_key)
        joined = roster.model_copy(
            update={
                "members": roster.members | {account_id: entry},
                "waiting": {other: waiting for other, waiting in roster.waiting.items() if other != account_id},
            }
        )
        scheme = Scheme(recovery.needed, len(recovery.trustees))
        renewed, sheets = _renew(one, joined, recovery.trustees, scheme)
        keyring.replace_roster(one.organisation, renewed, version)
        record(one.organisation_id, Act.RESTORED, about=account_id)
    return sheets


def _entry(one: Member, account: Account, trustees: Sequence[int]) -> tuple[Entry, PublicKey]:
    """A researcher with every kind of key that came back, vouched for by the trustees' marks; and their public key.

    Raises:
        NotBelieved: their keys are gone.
    """
    if account.public_key is None:
        raise NotBelieved
    held = {type(key) for key in one.keys}
    entry = Entry(
        role=account.role,
        digest=account.public_key.digest(),
        kinds=tuple(kind for kind in GRANTED[Role.RESEARCHER] if keyring.KEYS[kind] in held),
        vouchers=tuple(f"trustee-{number}" for number in sorted(trustees)),
    )
    return entry, account.public_key
