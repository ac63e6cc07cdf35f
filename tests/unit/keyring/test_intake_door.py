"""What is sealed to an inbox opens there, in its place, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.keyring.case_door import OrganisationKey
from incidents.keyring.envelope import SecretKey, Unopenable, context
from incidents.keyring.identity import Identity
from incidents.keyring.intake_door import Slot, open_submission, rewrap, seal_submission
from incidents.keyring.people import PublicKey, Seed

KEY = OrganisationKey(b"\x01" * 32, id="k1", organisation_id="o" * 32)
NEXT = OrganisationKey(b"\x02" * 32, id="k2", organisation_id="o" * 32, epoch=2)
INTAKE = Identity(KEY).intake
OPENER = INTAKE.opener()
SLOT = Slot("o" * 32, "s" * 32)
CONTENT = b"plainly fictional"
WRAPPED, SEALED = seal_submission(INTAKE.public_key(), SLOT, CONTENT)


@settings(max_examples=25)
@given(st.binary(max_size=2000))
def test_the_inbox_opens_what_was_sealed_to_it(content: bytes) -> None:
    assert open_submission(OPENER, SLOT, *seal_submission(INTAKE.public_key(), SLOT, content)) == content


def test_the_same_content_is_sealed_to_other_bytes_of_the_same_length() -> None:
    again = seal_submission(INTAKE.public_key(), SLOT, CONTENT)
    assert not {WRAPPED, SEALED} & set(again)
    assert [len(one) for one in again] == [len(WRAPPED), len(SEALED)] == [1169, 541]


def test_a_short_and_an_empty_record_look_alike() -> None:
    lengths = {len(seal_submission(INTAKE.public_key(), SLOT, b"x" * size)[1]) for size in (0, 1, 100, 500)}
    assert len(lengths) == 1


@pytest.mark.parametrize("slot", [replace(SLOT, organisation_id="p" * 32), replace(SLOT, row_id="t" * 32)])
def test_it_opens_in_no_other_place(slot: Slot) -> None:
    with pytest.raises(Unopenable):
        open_submission(OPENER, slot, WRAPPED, SEALED)


@pytest.mark.parametrize(
    "key", [NEXT, SecretKey(KEY.derive("identity")), SecretKey.random()], ids=["next", "id", "any"]
)
def test_no_other_key_opens_it(key: SecretKey) -> None:
    with pytest.raises(Unopenable):
        open_submission(Identity(key).intake.opener(), SLOT, WRAPPED, SEALED)


def test_who_sealed_it_cannot_open_it() -> None:
    with pytest.raises(Unopenable):
        open_submission(Seed.random().opener(), SLOT, WRAPPED, SEALED)


@settings(max_examples=60)
@given(st.data())
def test_no_bit_may_be_changed(data: st.DataObject) -> None:
    blobs = [bytearray(WRAPPED), bytearray(SEALED)]
    blob = data.draw(st.sampled_from(blobs))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unopenable):
        open_submission(OPENER, SLOT, *map(bytes, blobs))


@settings(max_examples=40)
@given(st.integers(0, len(WRAPPED) - 1), st.integers(0, len(SEALED) - 1))
def test_nothing_may_be_cut_off(wrapped: int, sealed: int) -> None:
    for blobs in ((WRAPPED[:wrapped], SEALED), (WRAPPED, SEALED[:sealed])):
        with pytest.raises(Unopenable):
            open_submission(OPENER, SLOT, *blobs)


def test_the_keys_of_two_submissions_cannot_be_exchanged() -> None:
    other = replace(SLOT, row_id="t" * 32)
    wrapped, sealed = seal_submission(INTAKE.public_key(), other, b"another")
    for slot, blobs in ((SLOT, (wrapped, SEALED)), (SLOT, (WRAPPED, sealed)), (other, (WRAPPED, SEALED))):
        with pytest.raises(Unopenable):
            open_submission(OPENER, slot, *blobs)


def test_rotation_moves_the_data_key_and_leaves_the_content() -> None:
    fresh = Identity(NEXT).intake
    moved = rewrap(OPENER, fresh.public_key(), SLOT, WRAPPED)
    assert open_submission(fresh.opener(), SLOT, moved, SEALED) == CONTENT
    with pytest.raises(Unopenable):
        open_submission(OPENER, SLOT, moved, SEALED)


def test_what_does_not_open_is_not_moved() -> None:
    with pytest.raises(Unopenable):
        rewrap(OPENER, Identity(NEXT).intake.public_key(), replace(SLOT, row_id="t" * 32), WRAPPED)


@pytest.mark.parametrize("raw", [b"", b"\0" * 10, b"\xff" * 1215, b"\0" * 1217])
def test_nothing_is_sealed_to_what_is_no_key(raw: bytes) -> None:
    with pytest.raises(Unopenable):
        seal_submission(PublicKey(raw), SLOT, CONTENT)


def test_contexts_hold_the_organisation_and_the_row_and_no_epoch() -> None:
    """Frozen: what was sealed once opens for ever."""
    assert context(*SLOT.context()) == context("submission", "o" * 32, "s" * 32)
    assert context(*SLOT.key_context()) == context("submission-key", "o" * 32, "s" * 32)
