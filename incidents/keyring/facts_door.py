"""The facts door: coded facts and checked summaries, for whoever an organisation granted their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from incidents.keyring.envelope import pad, unpad
from incidents.keyring.grants import GrantedKey, open_grants
from incidents.keyring.models import KeyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.keyring.people import Seed


@dataclass(frozen=True, slots=True)
class FactsKey(GrantedKey):
    """Opens an organisation's facts: coded, coarse, consented rows."""


@dataclass(frozen=True, slots=True)
class SummariesKey(GrantedKey):
    """Opens an organisation's anonymised summaries that two researchers and the person have approved."""


def facts_keys(account_id: str, seed: Seed) -> Sequence[FactsKey]:
    """The facts keys that were granted to an account, newest epoch first within each organisation."""
    return open_grants(FactsKey, KeyKind.FACTS, account_id, seed)


def summaries_keys(account_id: str, seed: Seed) -> Sequence[SummariesKey]:
    """The summaries keys that were granted to an account."""
    return open_grants(SummariesKey, KeyKind.SUMMARIES, account_id, seed)


def seal_summary(key: SummariesKey, summary_id: str, plaintext: bytes) -> bytes:
    """Seal a checked summary for the advocates who hold the key."""
    return key.seal(pad(plaintext), "summary", key.organisation_id, summary_id)


def open_summary(key: SummariesKey, summary_id: str, blob: bytes) -> bytes:
    """Undo seal_summary().

    Raises:
        Unopenable: another organisation's, another row, or altered.
    """
    return unpad(key.open(blob, "summary", key.organisation_id, summary_id))
