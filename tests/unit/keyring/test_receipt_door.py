"""The receipt door: what follows from code and word, however they were typed, and what opens nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.keyring.envelope import Unopenable
from incidents.keyring.receipt_door import (
    CODE_BYTES,
    SEALED_OVERHEAD,
    VIEW_BYTES,
    WORDS,
    NotWords,
    Paper,
    offered_word,
    open_view,
    seal_view,
    tidy_word,
)

codes = st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES)


@given(codes, st.sampled_from([" ", ",\n", " 7. "]), st.booleans(), st.booleans())
def test_twelve_words_are_read_back_however_they_were_typed(code: bytes, gap: str, short: bool, loud: bool) -> None:  # noqa: FBT001
    words = [one[:4] if short else one for one in Paper(code).words]
    assert len(words) == WORDS
    typed = gap.join(words)
    assert Paper.read(typed.upper() if loud else typed) == Paper(code)


@pytest.mark.parametrize("typed", ["", "zoo", "zoo " * 12, "zoo " * 13, "é" * 50, "\0", "abandon " * 5000])
def test_other_words_are_no_paper(typed: str) -> None:
    with pytest.raises(NotWords):
        Paper.read(typed)


def test_code_and_word_are_needed_for_name_and_key_and_the_code_alone_for_the_count() -> None:
    paper = Paper.new()
    one, same, other = paper.keys("harbour"), paper.keys(" Harbour! "), paper.keys("bridge")
    assert (one.view_id, one.seed, one.subject) == (same.view_id, same.seed, same.subject)
    assert one.view_id != other.view_id
    assert one.seed.raw != other.seed.raw
    assert one.subject == other.subject
    assert Paper.new().keys("harbour").subject != one.subject


@given(codes, st.text(max_size=40))
def test_nothing_of_code_or_word_shows_in_what_is_kept(code: bytes, word: str) -> None:
    if not tidy_word(word):
        with pytest.raises(NotWords):
            Paper(code).keys(word)
        return
    keys = Paper(code).keys(word)
    assert code.hex() not in keys.view_id + keys.subject
    assert code.hex() not in repr(keys) + repr(Paper(code))


@pytest.mark.parametrize(("one", "other"), [("Zoë", "zoe"), ("ＨＡＲＢＯＵＲ", "harbour"), ("straße", "STRASSE")])
def test_accents_width_and_case_of_the_word_make_no_difference(one: str, other: str) -> None:
    assert tidy_word(one) == tidy_word(other) != ""


@given(st.binary(max_size=VIEW_BYTES + 100))
def test_views_open_with_their_keys_and_their_length_says_nothing(content: bytes) -> None:
    keys = Paper.new().keys("harbour")
    sealed = seal_view(keys.seed.public_key(), keys.view_id, content)
    assert open_view(keys, sealed) == content
    room = VIEW_BYTES if len(content) <= VIEW_BYTES - 4 else 2 * VIEW_BYTES
    assert len(sealed) == room + SEALED_OVERHEAD


def test_another_word_paper_or_row_or_a_flipped_bit_opens_nothing() -> None:
    paper = Paper.new()
    keys = paper.keys("harbour")
    sealed = seal_view(keys.seed.public_key(), keys.view_id, b"view")
    elsewhere = seal_view(keys.seed.public_key(), "0" * 32, b"view")
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for tried, blob in (
        (paper.keys("bridge"), sealed),
        (Paper.new().keys("harbour"), sealed),
        (keys, elsewhere),
        (keys, flipped),
        (keys, sealed[:100]),
        (keys, b""),
        (keys, None),
    ):
        with pytest.raises(Unopenable):
            open_view(tried, blob)


def test_the_word_on_offer_is_one_of_two_thousand() -> None:
    offered = {offered_word() for _ in range(200)}
    assert len(offered) > 150
    assert all(tidy_word(one) == one for one in offered)
