"""A person's keys follow from one seed; what is sealed to a person opens with that seed alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.keyring.envelope import SecretKey, Unopenable
from incidents.keyring.people import PublicKey, Seed, open_seed, seal_seed

SEED = Seed(bytes(range(32)))
PUBLIC = SEED.public_key()


def test_a_seed_always_gives_the_same_public_key() -> None:
    assert Seed(bytes(range(32))).public_key() == PUBLIC
    assert len(PUBLIC.raw) == 1216


@settings(max_examples=25)
@given(st.binary(max_size=200), st.lists(st.text(), max_size=3))
def test_what_was_sealed_to_a_person_opens_with_their_seed(plaintext: bytes, parts: list[str]) -> None:
    assert SEED.open_sealed(PUBLIC.seal(plaintext, *parts), *parts) == plaintext


def test_an_opener_opens_several_blobs_each_in_its_own_place_only() -> None:
    opened = SEED.opener()
    blobs = {place: PUBLIC.seal(place.encode(), "grant", place) for place in ("a", "b")}
    assert [opened(blob, "grant", place) for place, blob in blobs.items()] == [b"a", b"b"]
    with pytest.raises(Unopenable):
        opened(blobs["a"], "grant", "b")


def test_another_seed_does_not_open() -> None:
    with pytest.raises(Unopenable):
        Seed.random().open_sealed(PUBLIC.seal(b"fiction", "grant"), "grant")


def test_another_context_does_not_open() -> None:
    with pytest.raises(Unopenable):
        SEED.open_sealed(PUBLIC.seal(b"fiction", "grant", "a"), "grant", "b")


def test_every_flipped_byte_is_refused() -> None:
    blob = PUBLIC.seal(b"a key of thirty-two bytes, 4 test", "grant")
    for position in range(len(blob)):
        altered = bytearray(blob)
        altered[position] ^= 0x40
        with pytest.raises(Unopenable):
            SEED.open_sealed(bytes(altered), "grant")


@pytest.mark.parametrize("length", [0, 1, 2, 100, 1120, 1168])
def test_a_truncated_grant_is_refused(length: int) -> None:
    blob = PUBLIC.seal(b"a key of thirty-two bytes, 4 test", "grant")
    with pytest.raises(Unopenable):
        SEED.open_sealed(blob[:length], "grant")


def test_sealing_to_a_broken_public_key_is_refused() -> None:
    with pytest.raises(Unopenable):
        PublicKey(PUBLIC.raw[:-1]).seal(b"fiction")


def test_a_seed_wrapped_by_passphrase_does_not_open_as_if_by_recovery_code() -> None:
    key = SecretKey.random()
    blob = seal_seed(SEED, key, "account", "passphrase")
    assert open_seed(blob, key, "account", "passphrase") == SEED
    for account, how in [("account", "recovery"), ("other", "passphrase")]:
        with pytest.raises(Unopenable):
            open_seed(blob, key, account, how)
