"""Files in chunks: a file opens whole, in its order, under its own id, or it does not open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.keyring.envelope import OVERHEAD, SecretKey, Unopenable, padme
from incidents.keyring.file_door import CHUNK, ROOM, FileKey, Sealer, opened

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOB = "b" * 32
#: Where chunks begin and end, and where padding needs a chunk of its own.
SIZES = (0, 1, 507, 508, 509, ROOM - 1, ROOM, ROOM + 1, 2 * ROOM, 2 * ROOM + 1, 5 * ROOM + 77, 33 * ROOM + 5)
TAG = 1 + 16


def sealed(content: bytes, blob_id: str = BLOB, step: int = 100_000) -> tuple[FileKey, list[bytes]]:
    sealer = Sealer(blob_id)
    pieces = [content[start : start + step] for start in range(0, len(content), step)]
    return sealer.key, [*(chunk for piece in pieces for chunk in sealer.feed(piece)), *sealer.finish()]


def whole(key: FileKey, chunks: Sequence[bytes], blob_id: str = BLOB) -> bytes:
    return b"".join(opened(key, blob_id, chunks))


def content(size: int) -> bytes:
    return bytes(number * 31 % 251 for number in range(size))


@pytest.fixture(scope="module")
def long() -> tuple[FileKey, list[bytes]]:
    """Five chunks, each of other content."""
    return sealed(content(4 * ROOM + 1000))


@pytest.mark.parametrize("size", SIZES)
def test_a_file_opens_as_it_was_whatever_its_length(size: int) -> None:
    key, chunks = sealed(content(size))
    assert whole(key, chunks) == content(size)


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=3000), max_size=20))
def test_it_does_not_matter_in_what_pieces_a_file_arrives(pieces: list[bytes]) -> None:
    sealer = Sealer(BLOB)
    chunks = [*(chunk for piece in pieces for chunk in sealer.feed(piece)), *sealer.finish()]
    assert whole(sealer.key, chunks) == b"".join(pieces)


@pytest.mark.parametrize("zeros", [1, 600, ROOM, 3 * ROOM])
def test_zeros_at_the_end_are_content_and_no_padding(zeros: int) -> None:
    key, chunks = sealed(b"fiction" + bytes(zeros))
    assert whole(key, chunks) == b"fiction" + bytes(zeros)


@pytest.mark.parametrize("size", SIZES)
def test_the_length_shows_only_roughly(size: int) -> None:
    _key, chunks = sealed(content(size))
    shown = sum(len(chunk) - TAG for chunk in chunks)
    framed = len(chunks) * 4 + size
    assert shown == padme(shown)
    assert {len(chunk) - TAG for chunk in chunks[:-1]} <= {CHUNK}
    assert size < 600 or framed <= shown <= framed * 1.12


def test_files_of_about_one_length_look_alike() -> None:
    shown = {tuple(len(chunk) for chunk in sealed(content(3_000_000 + more))[1]) for more in (0, 1, 5_000, 14_000)}
    assert len(shown) == 1


def test_nothing_of_the_content_is_in_the_chunks() -> None:
    _key, chunks = sealed(b"plainly fictional " * 50_000)
    assert b"fictional" not in b"".join(chunks)


def test_every_flipped_bit_of_a_chunk_is_refused() -> None:
    key, (chunk,) = sealed(b"plainly fictional")
    for position in range(len(chunk) * 8):
        altered = bytearray(chunk)
        altered[position // 8] ^= 1 << position % 8
        with pytest.raises(Unopenable):
            whole(key, [bytes(altered)])


@pytest.mark.parametrize("keep", range(5))
def test_a_tail_that_is_cut_off_is_noticed(long: tuple[FileKey, list[bytes]], keep: int) -> None:
    key, chunks = long
    with pytest.raises(Unopenable):
        whole(key, chunks[:keep])


@pytest.mark.parametrize("gone", range(5))
def test_a_chunk_that_is_missing_is_noticed(long: tuple[FileKey, list[bytes]], gone: int) -> None:
    key, chunks = long
    with pytest.raises(Unopenable):
        whole(key, [*chunks[:gone], *chunks[gone + 1 :]])


@pytest.mark.parametrize(("one", "other"), [(a, b) for a in range(5) for b in range(a)])
def test_chunks_that_changed_places_are_refused(long: tuple[FileKey, list[bytes]], one: int, other: int) -> None:
    key, chunks = long
    moved = list(chunks)
    moved[one], moved[other] = moved[other], moved[one]
    with pytest.raises(Unopenable):
        whole(key, moved)


@pytest.mark.parametrize("twice", range(5))
def test_a_chunk_that_comes_twice_is_refused(long: tuple[FileKey, list[bytes]], twice: int) -> None:
    key, chunks = long
    with pytest.raises(Unopenable):
        whole(key, [*chunks[: twice + 1], *chunks[twice:]])


def test_chunks_after_the_end_are_refused(long: tuple[FileKey, list[bytes]]) -> None:
    key, chunks = long
    for more in (chunks[0], chunks[-1], b"", b"\x01"):
        with pytest.raises(Unopenable):
            whole(key, [*chunks, more])


@pytest.mark.parametrize("length", [0, 1, 16, 17, 100])
def test_a_chunk_that_is_cut_off_is_refused(long: tuple[FileKey, list[bytes]], length: int) -> None:
    key, chunks = long
    for number in range(len(chunks)):
        with pytest.raises(Unopenable):
            whole(key, [*chunks[:number], chunks[number][:length], *chunks[number + 1 :]])


def test_a_chunk_of_another_file_is_refused(long: tuple[FileKey, list[bytes]]) -> None:
    key, chunks = long
    _other, others = sealed(content(4 * ROOM + 1000))
    for number in range(len(chunks)):
        with pytest.raises(Unopenable):
            whole(key, [*chunks[:number], others[number], *chunks[number + 1 :]])


def test_a_whole_file_under_the_id_of_another_is_refused(long: tuple[FileKey, list[bytes]]) -> None:
    key, chunks = long
    with pytest.raises(Unopenable):
        whole(key, chunks, "c" * 32)


def test_the_key_of_another_file_does_not_open(long: tuple[FileKey, list[bytes]]) -> None:
    _key, chunks = long
    with pytest.raises(Unopenable):
        whole(sealed(b"")[0], chunks)


def test_a_short_chunk_in_the_middle_is_refused_even_from_who_holds_the_key() -> None:
    """A file has one sealed form: nothing can be hidden in what looks like padding."""
    sealer = Sealer(BLOB)
    chunks = [
        sealer._seal(bytearray(b"one"), CHUNK, b"\0"),
        sealer._seal(bytearray(b"two"), 512, b"\1"),
    ]
    with pytest.raises(Unopenable):
        whole(sealer.key, chunks)


@pytest.mark.parametrize("framed", [b"\0\0\0\1x" + b"\0" * 9 + b"y", b"\0\0\0\xffx", b"\0\0", b"\xff\xff\xff\xff"])
def test_padding_that_is_no_padding_is_refused(framed: bytes) -> None:
    sealer = Sealer(BLOB)
    chunk = b"\x01" + sealer._cipher.encrypt(bytes(11) + b"\1", framed, sealer._about)
    with pytest.raises(Unopenable):
        whole(sealer.key, [chunk])


def test_what_was_given_before_a_wrong_chunk_is_a_true_beginning(long: tuple[FileKey, list[bytes]]) -> None:
    key, chunks = long
    pieces = opened(key, BLOB, [*chunks[:2], b"\x01" + bytes(300), *chunks[3:]])
    assert next(pieces) + next(pieces) == content(2 * ROOM)
    with pytest.raises(Unopenable):
        next(pieces)


def test_a_file_that_has_ended_takes_nothing_more() -> None:
    sealer = Sealer(BLOB)
    list(sealer.finish())
    with pytest.raises(RuntimeError):
        list(sealer.feed(b"more"))
    with pytest.raises(RuntimeError):
        list(sealer.finish())


def test_two_files_never_share_a_key_and_a_key_survives_the_document() -> None:
    one, chunks = sealed(b"fiction")
    other, _chunks = sealed(b"fiction")
    assert one.raw != other.raw
    assert whole(FileKey.from_hex(one.hex()), chunks) == b"fiction"
    with pytest.raises(Unopenable):
        FileKey.from_hex("")


def test_other_doors_do_not_open_a_chunk() -> None:
    key, (chunk,) = sealed(b"fiction")
    assert len(chunk) > OVERHEAD
    with pytest.raises(Unopenable):
        SecretKey(key.raw).open(chunk, "file", BLOB)
