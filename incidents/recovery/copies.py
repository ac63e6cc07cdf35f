"""Copies of an organisation's keys for its trustees, and how they are believed when they are opened.

Anybody can seal to a public key, so that a copy carries the organisation's signature inside. Which recovery key is
sealed to, members know from their roster; whose organisation it is that comes back, trustees know from their shares.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from incidents.errors import Forbidden
from incidents.extensions import db
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.envelope import KEY_BYTES, Unopenable
from incidents.keyring.identity import Identity, NotBelieved, follow, verified
from incidents.keyring.models import Key, KeyKind, RecoveryCopy
from incidents.keyring.people import PublicKey
from incidents.keyring.services import KEYS, Member, statements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from incidents.keyring.grants import GrantedKey
    from incidents.keyring.identity import Pin
    from incidents.keyring.people import Seed
    from incidents.keyring.roster import Roster

KINDS: Final = {cls: kind for kind, cls in KEYS.items()}


class NoCopy(Forbidden):
    """No copy of the organisation key opens: it was destroyed, or replaced by something else."""


@dataclass(frozen=True)
class Opened:
    """What the trustees have opened.

    Attributes:
        recovery_id: The row of the recovery key.
        member: The organisation's keys, as if a member held them.
        left_out: Copies that did not open, or that the organisation has not signed.
    """

    recovery_id: str
    member: Member
    left_out: int


def copy_keys(one: Member, roster: Roster, keys: Iterable[GrantedKey]) -> None:
    """Seal keys to the organisation's recovery key, in the running transaction: those of a member, and fresh ones.

    Which recovery key that is, only the roster says; the tables are not asked. Every copy is made anew and signed by
    the newest identity, so that a former member, who knows an older one, cannot sign any. Does nothing where no
    trustees are named. Some 0.2 ms a key.

    Args:
        one: A member.
        roster: As they read it.
        keys: Fresh keys that the member was not granted yet, as in a rotation.
    """
    recovery = roster.recovery
    if recovery is None or db.session.get(Key, recovery.key_id) is None:
        # A row that somebody deleted is shown on the members' page. It must not keep them from rotating a key.
        return
    public_key = PublicKey(base64.b64decode(recovery.public))
    held = {key.id: key for key in (*one.keys, *keys)}
    known = set(db.session.scalars(select(Key.id).where(Key.organisation_id == one.organisation_id)))
    identity = Identity(_newest(held.values()))
    for key in held.values():
        if key.id in known:
            db.session.merge(_copy(key, recovery.key_id, public_key, identity))


def _newest(keys: Iterable[GrantedKey]) -> OrganisationKey:
    """The newest organisation key.

    Raises:
        NoCopy: there is none.
    """
    found = [key for key in keys if isinstance(key, OrganisationKey)]
    if not found:
        raise NoCopy
    return max(found, key=lambda key: key.epoch)


def _place(key: Key | GrantedKey, kind: KeyKind, recovery_id: str) -> tuple[str | int, ...]:
    return ("recovery-copy", key.id, recovery_id, key.organisation_id, key.epoch, kind)


def _copy(key: GrantedKey, recovery_id: str, public_key: PublicKey, identity: Identity) -> RecoveryCopy:
    place = _place(key, KINDS[type(key)], recovery_id)
    signature = identity.sign(*place, key.raw)
    sealed = public_key.seal(key.raw + signature, *place)
    return RecoveryCopy(key_id=key.id, recovery_id=recovery_id, sealed=sealed)


def open_copies(organisation_id: str, recovery_id: str, seed: Seed, pin: Pin) -> Opened:
    """Open the copies of an organisation's keys, in the running transaction.

    Args:
        organisation_id: Whose.
        recovery_id: The row of the recovery key.
        seed: Its private half.
        pin: What the trustees' shares say of the organisation.

    Raises:
        NoCopy: the organisation key is not among them.
        NotBelieved: the organisation key is not the one that follows from what the trustees know.
    """
    rows = db.session.execute(
        select(Key, RecoveryCopy.sealed)
        .join(RecoveryCopy, RecoveryCopy.key_id == Key.id)
        .where(Key.organisation_id == organisation_id, RecoveryCopy.recovery_id == recovery_id)
        .order_by(Key.epoch.desc())
    ).all()
    found = {row.id: plain for row, sealed in rows if (plain := _opened(row, recovery_id, seed, sealed))}
    keys = [_key(row, found[row.id]) for row, _sealed in rows if row.id in found]
    newest = follow(pin, statements(organisation_id))
    identity = Identity(_newest(keys))
    if identity.public != newest.identity:
        raise NotBelieved
    genuine = [key for key in keys if _signed(key, found[key.id], recovery_id, newest.identity)]
    return Opened(recovery_id, Member("", organisation_id, genuine, newest, 0), len(rows) - len(genuine))


def _opened(row: Key, recovery_id: str, seed: Seed, sealed: bytes) -> bytes | None:
    """What a copy holds; None if it does not open."""
    if row.kind not in KEYS:
        return None
    try:
        return seed.open_sealed(sealed, *_place(row, row.kind, recovery_id))
    except Unopenable:
        return None


def _key(row: Key, plain: bytes) -> GrantedKey:
    return KEYS[row.kind].of(plain[:KEY_BYTES], row)


def _signed(key: GrantedKey, plain: bytes, recovery_id: str, identity: bytes) -> bool:
    place = _place(key, KINDS[type(key)], recovery_id)
    return verified(identity, plain[KEY_BYTES:], *place, plain[:KEY_BYTES])
