"""Sealing: what was sealed opens only with its key, whole, and in its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.keyring.envelope import (
    FLOOR,
    OVERHEAD,
    VERSION,
    SecretKey,
    Unopenable,
    context,
    derive,
    pad,
    unpad,
)

KEY = SecretKey(bytes(range(32)))
PARTS = st.lists(st.one_of(st.text(), st.integers(), st.binary()), max_size=5)


@given(plaintext=st.binary(max_size=5000), parts=PARTS)
def test_what_was_sealed_opens_with_the_same_key_and_context(plaintext: bytes, parts: list[str]) -> None:
    assert KEY.open(KEY.seal(plaintext, *parts), *parts) == plaintext


@given(one=PARTS, other=PARTS)
def test_another_context_does_not_open(one: list[str], other: list[str]) -> None:
    if [str(part).encode() if not isinstance(part, bytes) else part for part in one] == [
        str(part).encode() if not isinstance(part, bytes) else part for part in other
    ]:
        return
    with pytest.raises(Unopenable):
        KEY.open(KEY.seal(b"fiction", *one), *other)


@given(st.lists(st.binary(max_size=20), max_size=4), st.lists(st.binary(max_size=20), max_size=4))
def test_no_two_lists_of_parts_have_one_context(one: list[bytes], other: list[bytes]) -> None:
    assert (context(*one) == context(*other)) == (one == other)


def test_parts_cannot_be_shifted_across_their_border() -> None:
    assert context("ab", "c") != context("a", "bc")


def test_every_flipped_bit_is_refused() -> None:
    blob = KEY.seal(b"plainly fictional", "part", 1)
    for position in range(len(blob) * 8):
        altered = bytearray(blob)
        altered[position // 8] ^= 1 << position % 8
        with pytest.raises(Unopenable):
            KEY.open(bytes(altered), "part", 1)


def test_every_truncation_is_refused() -> None:
    blob = KEY.seal(b"plainly fictional")
    for length in range(len(blob)):
        with pytest.raises(Unopenable):
            KEY.open(blob[:length])


def test_bytes_added_at_the_end_are_refused() -> None:
    with pytest.raises(Unopenable):
        KEY.open(KEY.seal(b"plainly fictional") + b"\0")


def test_another_key_does_not_open() -> None:
    with pytest.raises(Unopenable):
        SecretKey.random().open(KEY.seal(b"plainly fictional"))


def test_an_unknown_version_is_refused() -> None:
    blob = KEY.seal(b"plainly fictional")
    assert blob[:1] == VERSION
    with pytest.raises(Unopenable):
        KEY.open(b"\x02" + blob[1:])


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert KEY.seal(b"plainly fictional") != KEY.seal(b"plainly fictional")


def test_a_refusal_says_nothing_about_the_cause() -> None:
    with pytest.raises(Unopenable) as refusal:
        KEY.open(b"\x01" + bytes(60))
    assert str(refusal.value) == ""
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(Unopenable):
        SecretKey(bytes(length))


def test_a_key_does_not_show_in_its_repr() -> None:
    assert repr(KEY) == "SecretKey()"


def test_derived_keys_differ_by_purpose_and_do_not_show_the_key() -> None:
    one, other = KEY.derive("one"), KEY.derive("other")
    assert one != other
    assert KEY.raw not in {one, other}
    assert derive(KEY.raw, "one") == one


def test_equal_keys_have_equal_fingerprints() -> None:
    assert KEY.fingerprint() == SecretKey(bytes(range(32))).fingerprint()
    assert KEY.fingerprint() != SecretKey.random().fingerprint()


@given(st.binary(max_size=20_000))
def test_padding_is_undone(data: bytes) -> None:
    assert unpad(pad(data)) == data


@given(st.integers(min_value=0, max_value=100_000))
def test_padding_adds_at_most_an_eighth_above_the_floor(size: int) -> None:
    padded = len(pad(bytes(size)))
    assert padded >= FLOOR
    assert padded <= max(FLOOR, (size + 4) * 1.12 + 1)


def test_short_texts_all_have_one_size() -> None:
    assert {len(pad(bytes(size))) for size in range(FLOOR - 4)} == {FLOOR}


def test_few_sizes_remain_for_texts_up_to_a_hundred_kilobytes() -> None:
    assert len({len(pad(bytes(size))) for size in range(0, 100_000, 37)}) < 150


@pytest.mark.parametrize("broken", [b"", b"\0\0\0", b"\0\0\0\x05abc", b"\0\0\0\x01a\x01"])
def test_a_frame_whose_length_does_not_fit_is_refused(broken: bytes) -> None:
    with pytest.raises(Unopenable):
        unpad(broken)


def test_the_overhead_is_what_the_docs_say() -> None:
    assert len(KEY.seal(b"")) == OVERHEAD == 29
