"""Whom a release counted: packed and read back, at a length that tells the power of two and no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.keyring.envelope import Unopenable
from incidents.releases.persons import FEWEST, KEY_BYTES, packed, unpacked

cells = st.sets(st.integers(1, 2**64 - 1), max_size=50)


@given(cells, st.integers(0, 5000))
def test_what_was_packed_is_read_back_by_size(persons: set[int], more: int) -> None:
    assert unpacked(packed(persons, len(persons) + more)) == sorted(persons)


@given(cells, cells, st.integers(50, 100_000))
def test_the_length_follows_from_the_total_alone(one: set[int], other: set[int], total: int) -> None:
    assert len(packed(one, total)) == len(packed(other, total)) >= KEY_BYTES * max(total, FEWEST)


@pytest.mark.parametrize(
    ("total", "room"), [(0, 1024), (1, 1024), (1024, 1024), (1025, 2048), (2048, 2048), (2049, 4096)]
)
def test_rooms_are_powers_of_two(total: int, room: int) -> None:
    assert len(packed([], total)) == room * KEY_BYTES


def test_other_bytes_are_no_persons() -> None:
    with pytest.raises(Unopenable):
        unpacked(b"123456789")
