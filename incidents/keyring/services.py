"""Founding an organisation's keys and handing them on. Only a holder can hand a key on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.errors import Forbidden
from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.facts_door import FactsKey, SummariesKey
from incidents.keyring.grants import GrantedKey, grant, new_key, open_all_grants
from incidents.keyring.models import KeyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.keyring.people import PublicKey, Seed


class NothingToHandOn(Forbidden):
    """Only who holds a key can hand it on."""


KEYS: dict[KeyKind, type[GrantedKey]] = {
    KeyKind.ORGANISATION: OrganisationKey,
    KeyKind.FACTS: FactsKey,
    KeyKind.SUMMARIES: SummariesKey,
}


def granted_keys(account_id: str, seed: Seed) -> Sequence[GrantedKey]:
    """Every key that was granted to an account, each of its own class, newest epoch first. One query.

    Raises:
        Unopenable: a grant was altered or moved.
    """
    return open_all_grants(KEYS, account_id, seed)


def found(organisation_id: str, founder_id: str, public_key: PublicKey) -> None:
    """Make an organisation's first keys and grant them to its first founder, in the running transaction."""
    for kind, cls in KEYS.items():
        grant(new_key(cls, kind, organisation_id), founder_id, public_key)


def hand_on(
    kinds: Sequence[KeyKind],
    *,
    organisation_id: str,
    holder_id: str,
    seed: Seed,
    newcomer_id: str,
    public_key: PublicKey,
) -> None:
    """Grant the holder's keys of some kinds, every epoch of them, to a newcomer in the running transaction.

    Raises:
        NothingToHandOn: the holder holds no key of one of the kinds.
    """
    granted = [key for key in granted_keys(holder_id, seed) if key.organisation_id == organisation_id]
    for kind in kinds:
        own = [key for key in granted if isinstance(key, KEYS[kind])]
        if not own:
            raise NothingToHandOn
        for key in own:
            grant(key, newcomer_id, public_key)
