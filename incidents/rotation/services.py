"""Rotation: fresh keys for an organisation when somebody leaves, a grant is taken back, or members ask for it.

It begins in one transaction: fresh keys, sealed to everybody who stays and to nobody else, a statement that endorses
the new identity, the frames resealed, the roster under the new key. From then on every save is under the new keys. What
else hangs on an old key follows in batches, which anybody's session may carry on with; when nothing does any more, the
old key is deleted. What somebody who left has copied before stays copied.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from incidents.accounts.models import Account, Organisation
from incidents.accounts.sessions import end_all
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.database import writing
from incidents.errors import Forbidden, NotFound
from incidents.extensions import db
from incidents.facts import rewriting, store
from incidents.keyring import services as keyring
from incidents.keyring.grants import GrantedKey, grant, new_key, sign_again
from incidents.keyring.identity import Identity, state
from incidents.keyring.models import Grant, Key, KeyKind
from incidents.keyring.people import Seed
from incidents.recovery.copies import copy_keys
from incidents.rotation.rewrapping import FRAMES, HANGING, RETIRED, batch, retire

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from incidents.keyring.people import PublicKey
    from incidents.keyring.roster import Entry, Roster
    from incidents.keyring.services import Member
    from incidents.rotation.rewrapping import Hanging

EVERYTHING: Final = (KeyKind.ORGANISATION, KeyKind.FACTS, KeyKind.SUMMARIES, KeyKind.AUDIT)
#: How long a page works on batches before it answers, in seconds.
PATIENCE: Final = 5.0


class OwnGrant(Forbidden):
    """Nobody takes back their own keys: a colleague does, who stays and can see that it was done."""


def revoke(one: Member, seed: Seed, account_id: str, reason: str) -> None:
    """Take every key back from somebody, end their sessions and begin the rotation that makes it true.

    Args:
        one: The member who does it.
        seed: Theirs.
        account_id: Who leaves.
        reason: Why, for the log.

    Raises:
        OwnGrant: it is the member themselves.
        NotFound: the roster does not know them.
        RolledBack, NotBelieved, StaleRoster: see keyring.services.
    """
    if account_id == one.account_id:
        raise OwnGrant
    with writing(db.session):
        roster, version = _locked(one)
        if account_id not in roster.members and account_id not in roster.waiting:
            raise NotFound
        end_all(account_id)
        _begin(one, seed, _without(roster, account_id), version)
        audit.record(one.organisation_id, Act.REVOKED, by=one.account_id, about=account_id, reason=reason)
    store.cache.clear()


def take_back(one: Member, seed: Seed, account_id: str, kinds: Collection[KeyKind], reason: str) -> None:
    """Take some kinds of keys back from somebody who stays, and begin the rotation that makes it true.

    Raises:
        As revoke().
    """
    if account_id == one.account_id:
        raise OwnGrant
    with writing(db.session):
        roster, version = _locked(one)
        entry = roster.members.get(account_id)
        if entry is None:
            raise NotFound
        left = entry.model_copy(update={"kinds": tuple(kind for kind in entry.kinds if kind not in kinds)})
        members = {one_id: other for one_id, other in roster.members.items() if one_id != account_id}
        members |= {account_id: left} if left.kinds else {}
        changed = roster.model_copy(update={"members": members})
        _begin(one, seed, changed, version)
        audit.record(one.organisation_id, Act.GRANT_TAKEN_BACK, by=one.account_id, about=account_id, reason=reason)
    store.cache.clear()


def rotate(one: Member, seed: Seed, reason: str) -> None:
    """Begin the rotation of every key of the organisation, though nobody leaves.

    Raises:
        RolledBack, NotBelieved, StaleRoster: see keyring.services.
    """
    with writing(db.session):
        roster, version = _locked(one)
        _begin(one, seed, roster, version)
        audit.record(one.organisation_id, Act.ROTATION_BEGUN, by=one.account_id, reason=reason)
    store.cache.clear()


def _locked(one: Member) -> tuple[Roster, int]:
    """The roster, with the organisation held: no save, no vouch and no compaction passes this transaction."""
    db.session.get_one(Organisation, one.organisation_id, with_for_update=True, populate_existing=True)
    return one.roster()


def _without(roster: Roster, account_id: str) -> Roster:
    members = {one: entry for one, entry in roster.members.items() if one != account_id}
    waiting = {
        one: entry.model_copy(update={"vouchers": tuple(who for who in entry.vouchers if who != account_id)})
        for one, entry in roster.waiting.items()
        if one != account_id
    }
    gone = roster.members.get(account_id)
    recovery = roster.recovery
    if recovery and gone and KeyKind.ORGANISATION in gone.kinds:
        # The trustees' papers name an identity whose key the leaver knows.
        recovery = recovery.model_copy(update={"renew": True})
    return roster.model_copy(update={"members": members, "waiting": waiting, "recovery": recovery})


def _begin(one: Member, seed: Seed, roster: Roster, version: int) -> None:
    """Make fresh keys of every kind and give them to whom the roster names, in the running transaction.

    Of every kind, whatever it was for: a new identity goes with it, so that no grant, roster or key of before can be
    put back by somebody who kept the rows; and whoever the roster drops on the way has lost all that they knew.
    """
    staying = _staying(roster)
    roster = roster.model_copy(update={"members": {who: roster.members[who] for who in staying}})
    fresh = {
        kind: new_key(keyring.KEYS[kind], kind, one.organisation_id, one.newest(kind).epoch + 1) for kind in EVERYTHING
    }
    after = _stated(one, fresh)
    identity = after.identity
    _keep_genuine(one, roster, identity)
    keyring.endorse(fresh[KeyKind.AUDIT], KeyKind.AUDIT, Seed(fresh[KeyKind.AUDIT].raw).public_key(), identity)
    for account_id, public_key in staying.items():
        for kind in roster.members[account_id].kinds:
            grant(fresh[kind], kind, account_id, public_key, identity)
    for frame, kind in FRAMES.items():
        for old in [key for key in one.keys if isinstance(key, keyring.KEYS[kind])]:
            rewriting.move(old, fresh[kind], frame)
    copy_keys(after, roster, list(fresh.values()))
    keyring.write_roster(after, roster, version, seed)


def _staying(roster: Roster) -> dict[str, PublicKey]:
    """The public keys that the roster means; an account that was disabled, or has another by now, is left out."""
    wanted = select(Account).where(Account.id.in_(roster.members), ~Account.disabled)
    accounts = db.session.scalars(wanted.execution_options(populate_existing=True))
    found = {account.id: account.public_key for account in accounts if account.public_key}
    return {one: key for one, key in found.items() if key.digest() == roster.members[one].digest}


def _stated(one: Member, fresh: Mapping[KeyKind, GrantedKey]) -> Member:
    """The member with the fresh keys, and with the statement that endorses their identity."""
    organisation = fresh[KeyKind.ORGANISATION]
    stated = state(one.organisation_id, organisation.epoch, Identity(organisation), one.identity)
    db.session.add(keyring.statement_row(stated))
    db.session.flush()
    return replace(one, keys=[*fresh.values(), *one.keys], stated=stated)


def _keep_genuine(one: Member, roster: Roster, identity: Identity) -> None:
    """Sign older grants and public keys with the new identity: they are needed until nothing hangs on their keys.

    Only what the identity before had signed: whatever somebody slipped into the tables would become the organisation's.
    Grants that the roster does not name, or that were slipped in, are deleted.
    """
    before = one.stated.identity
    for row, key in db.session.execute(
        select(Grant, Key).join(Key, Key.id == Grant.key_id).where(Key.organisation_id == one.organisation_id)
    ).all():
        entry = roster.members.get(row.account_id)
        if entry is None or key.kind not in entry.kinds or not sign_again(row, key, before, identity):
            db.session.delete(row)
    for key in db.session.scalars(
        select(Key).where(Key.organisation_id == one.organisation_id, Key.public.is_not(None))
    ):
        keyring.endorse_again(key, before, identity)
    db.session.flush()


def unfinished(one: Member) -> list[GrantedKey]:
    """Keys of old epochs on which something may still hang. No query."""
    newest = {kind: one.newest(kind).id for kind in RETIRED if _holds(one, kind)}
    return [
        key for key in one.keys for kind in newest if isinstance(key, keyring.KEYS[kind]) and key.id != newest[kind]
    ]


def _holds(one: Member, kind: KeyKind) -> bool:
    return any(isinstance(key, keyring.KEYS[kind]) for key in one.keys)


def advance(one: Member, *, patience: float = PATIENCE) -> bool:
    """Carry on with a rotation for a while; True if no old epoch is left.

    Batches of a thousand rows, each a transaction of its own: whatever stops it, the next one goes on from there.
    """
    end = time.monotonic() + patience
    done = True
    for old in unfinished(one):
        for hanging in HANGING:
            if isinstance(old, keyring.KEYS[hanging.kind]) and not _moved_all(one, hanging, old, end):
                return False
        done = _retired(one, old) and done
    return done


def _moved_all(one: Member, hanging: Hanging, old: GrantedKey, end: float) -> bool:
    new = one.newest(hanging.kind)
    after = None
    while True:
        with writing(db.session):
            _stay, after = batch(hanging, old, new, after)
        if after is None:
            return True
        if time.monotonic() > end:
            return False


def _retired(one: Member, old: GrantedKey) -> bool:
    with writing(db.session):
        if not retire(one.organisation_id, old.id):
            return False
        kind = next(kind for kind in RETIRED if isinstance(old, keyring.KEYS[kind]))
        audit.record(one.organisation_id, Act.ROTATION_FINISHED, by=one.account_id, reason=f"{kind} {old.epoch}")
    return True


def known(one: Member, account_id: str) -> Entry:
    """What the roster says of somebody whose keys may be taken back.

    Raises:
        OwnGrant: it is the member themselves.
        NotFound: the roster does not know them.
    """
    if account_id == one.account_id:
        raise OwnGrant
    roster, _version = one.roster()
    entry = roster.members.get(account_id) or roster.waiting.get(account_id)
    if entry is None:
        raise NotFound
    return entry


def leave(one: Member, seed: Seed, account_id: str, kinds: Collection[KeyKind] | None, reason: str) -> None:
    """Take some kinds of keys back from somebody, or all of them.

    Raises:
        As revoke() and take_back().
    """
    if kinds is None:
        revoke(one, seed, account_id, reason)
    else:
        take_back(one, seed, account_id, kinds, reason)
