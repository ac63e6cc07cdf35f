"""The roster: who belongs to an organisation, with which public key, vouched for by whom, and under what policy.

Only a holder of the organisation key can write one, so that it is what members believe about each other instead of the
tables of accounts, which an administrator or a thief can edit. Every public key that a member seals to is in it.
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field

from incidents.errors import KeysChanged
from incidents.keyring.envelope import KEY_BYTES, SecretKey, pad, unpad
from incidents.keyring.identity import Pin
from incidents.keyring.models import KeyKind, StoredRoster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from incidents.keyring.case_door import OrganisationKey
    from incidents.keyring.people import PublicKey

VOUCHES: Final = 2


class RolledBack(KeysChanged):
    """The roster is older than one that was seen before, or is gone: somebody put the table back."""


class Entry(BaseModel):
    """Somebody as the organisation knows them.

    Attributes:
        role: What they were vouched for as; what an administrator calls them later changes nothing here.
        digest: SHA-256 of their public key, in hexadecimal digits.
        kinds: The keys that are sealed to them.
        vouchers: Account ids of the members who compared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    digest: str
    kinds: tuple[KeyKind, ...]
    vouchers: tuple[str, ...] = ()

    def fits(self, role: str, public_key: PublicKey) -> bool:
        """Whether this is still the person and the key that were compared."""
        return self.role == role and self.digest == public_key.digest()


class Recovery(BaseModel):
    """The recovery key and whom its shares were given to.

    Attributes:
        key_id: Its row.
        public: The public half, in base 64.
        needed: How many trustees restore (m).
        trustees: What they are called, in the order of their shares.
        made_on: ISO date.
        renew: Whether somebody who knew the organisation key has left since: the papers should be made anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: str
    public: str
    needed: int
    trustees: tuple[str, ...]
    made_on: str
    renew: bool = False


class Hold(BaseModel):
    """A legal hold: a case that may not be erased. One asks, another confirms; the same to lift it.

    Attributes:
        placed: Account ids of those who want it; in force with two.
        lifted: Account ids of those who want it lifted.
        reason: Why, in a few words.
        needed: How many members must want it lifted: two, unless there was only one when it was placed. Sending
            colleagues away does not lower it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    placed: tuple[str, ...]
    lifted: tuple[str, ...] = ()
    reason: str = ""
    needed: int = VOUCHES


class Proposal(BaseModel):
    """Another number of vouches, that one member asks for and another confirms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vouches: int
    by: str


class Partner(BaseModel):
    """Another organisation that members have compared a number with: cases may be shared with it, and taken from it.

    Attributes:
        name: What it was called then; consent to sharing names it by this.
        identities: Its public signing keys in hexadecimal digits, by epoch: of the one that was compared, and of those
            that followed from it. Oldest first.
        vouchers: Account ids of the members who compared.
        confirmed: Whether enough have. Sending colleagues away does not make it so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    identities: dict[int, str]
    vouchers: tuple[str, ...] = ()
    confirmed: bool = False

    @property
    def pin(self) -> Pin:
        """What its statements must follow from."""
        epoch = max(self.identities)
        return Pin(epoch=epoch, identity=self.identities[epoch])


class Roster(BaseModel):
    """Everything an organisation says of itself to its members.

    Attributes:
        vouches: How many members must vouch for a newcomer; fewer while there are fewer members.
        members: Those whom keys are sealed to, by account id, those of other organisations too.
        waiting: Those for whom some have vouched, but not enough.
        trusts: Other organisations whose analysts and advocates may be granted keys, and which.
        trust_decided: Whether the members have been asked.
        recovery: The recovery key; None is said on every members' and administrators' page.
        partners: Other organisations that cases may be shared with, by their id.
        holds: Legal holds by incident id.
        proposal: A change of policy that waits for a second member.
        marker: The secret of origin markers, in base 64; it outlives the organisation key.
        log: The public key that the log's first entry is signed with, in hexadecimal digits.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vouches: int = VOUCHES
    members: dict[str, Entry] = Field(default_factory=dict)
    waiting: dict[str, Entry] = Field(default_factory=dict)
    trusts: dict[str, tuple[KeyKind, ...]] = Field(default_factory=dict)
    trust_decided: bool = False
    recovery: Recovery | None = None
    partners: dict[str, Partner] = Field(default_factory=dict)
    holds: dict[str, Hold] = Field(default_factory=dict)
    proposal: Proposal | None = None
    marker: str = Field(default_factory=lambda: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    log: str = ""

    @property
    def researchers(self) -> list[str]:
        """Account ids of those who hold the organisation key."""
        return [one for one, entry in self.members.items() if KeyKind.ORGANISATION in entry.kinds]

    @property
    def needed(self) -> int:
        """How many vouches let somebody in today: the policy, or everybody while there are fewer members."""
        return max(1, min(self.vouches, len(self.researchers)))

    @property
    def origin_secret(self) -> SecretKey:
        """What origin markers are made with."""
        return SecretKey(base64.b64decode(self.marker))


def seal_roster(key: OrganisationKey, roster: Roster, version: int) -> StoredRoster:
    """The row of a roster."""
    plain = pad(roster.model_dump_json().encode())
    sealed = key.seal(plain, "roster", key.organisation_id, key.id, version)
    return StoredRoster(organisation_id=key.organisation_id, key_id=key.id, version=version, sealed=sealed)


def open_roster(keys: Mapping[str, OrganisationKey], row: StoredRoster | None, *, seen: int) -> Roster:
    """Read a roster with the keys that one holds, by id.

    Raises:
        RolledBack: there is none, it is under a key one does not hold, or older than the version one has seen.
        Unopenable: it was altered or moved.
    """
    if row is None or row.version < seen or row.key_id not in keys:
        raise RolledBack
    key = keys[row.key_id]
    plain = key.open(row.sealed, "roster", key.organisation_id, key.id, row.version)
    return Roster.model_validate_json(unpad(plain))
