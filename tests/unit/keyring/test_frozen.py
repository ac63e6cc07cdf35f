"""Frozen ciphertexts: what was sealed by an earlier Tala must open for ever.

A failure here means data loss, not a test to adapt.
"""

from __future__ import annotations

import json
from pathlib import Path

from incidents.keyring import case_door, facts_door
from incidents.keyring.case_door import DataKey, OrganisationKey, Place
from incidents.keyring.envelope import SecretKey
from incidents.keyring.facts_door import SummariesKey
from incidents.keyring.passphrase import Cost, passphrase_key, recovery_key
from incidents.keyring.people import Seed, open_seed
from incidents.keyring.tokens import session_id, session_key, setup_digest

FROZEN = {
    name: bytes.fromhex(value)
    for name, value in json.loads((Path(__file__).parent / "frozen.json").read_text()).items()
}
KEY = bytes(range(32))
SEED = Seed(bytes(range(32, 64)))
PLACE = Place("0" * 32, "1" * 32, 3)
TEXT = b"plainly fictional"


def test_an_envelope_opens() -> None:
    assert SecretKey(KEY).open(FROZEN["envelope"], "part", 1, b"raw") == TEXT


def test_a_seed_opens_by_passphrase() -> None:
    key = passphrase_key("plainly fictional passphrase", salt=b"s" * 16, cost=Cost(1, 64), pepper=b"p" * 32)
    assert open_seed(FROZEN["seed_by_passphrase"], key, "account", "passphrase") == SEED


def test_a_seed_opens_by_recovery_code() -> None:
    key = recovery_key("ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-4567")
    assert open_seed(FROZEN["seed_by_recovery"], key, "account", "recovery") == SEED


def test_a_public_key_follows_from_its_seed() -> None:
    assert SEED.public_key().raw == FROZEN["public_key"]


def test_a_grant_opens() -> None:
    assert SEED.open_sealed(FROZEN["grant"], "grant", "k", "o", 1, "a") == KEY


def test_a_data_key_opens_and_opens_its_part() -> None:
    data_key = case_door.unwrap(OrganisationKey(KEY), FROZEN["data_key"], PLACE)
    assert data_key == DataKey(KEY[::-1])
    for part in (FROZEN["part"], FROZEN["part_with_its_own_key"]):
        assert case_door.open_part(data_key, "account", PLACE, part) == TEXT


def test_a_draft_opens() -> None:
    assert case_door.open_private(SEED, "draft", "d", FROZEN["draft"]) == TEXT


def test_a_summary_opens() -> None:
    assert facts_door.open_summary(SummariesKey(KEY, "k", "o", 1), "s", FROZEN["summary"]) == TEXT


def test_tokens_are_what_they_were() -> None:
    assert bytes.fromhex(session_id("cookie")) == FROZEN["session_id"]
    assert session_key("cookie") == FROZEN["session_key"]
    assert setup_digest(" code ") == FROZEN["setup_digest"]
