"""Any m of n trustees give the recovery key back; fewer learn nothing, and nobody can alter a share unseen."""

from __future__ import annotations

from contextlib import suppress
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.keyring import shares, spelling
from incidents.keyring.envelope import Unopenable
from incidents.keyring.identity import Pin
from incidents.keyring.people import Seed
from incidents.keyring.shares import Impossible, Paper, Scheme, TooFew, WrongWords

PIN = Pin(epoch=3, identity="ab" * 32)
KEY_ID = "1" * 32
SCHEMES = [Scheme(needed, trustees) for trustees in range(2, 8) for needed in range(2, trustees + 1)]
schemes = st.sampled_from(SCHEMES)
secret_bytes = st.binary(min_size=32, max_size=32)


def sealed(needed: int, trustees: int, recovery_id: str = KEY_ID) -> tuple[Seed, list[tuple[Paper, bytes]]]:
    seed = Seed.random()
    return seed, shares.seal_shares(seed, Scheme(needed, trustees), recovery_id, PIN)


# ---- splitting ----


@given(schemes, secret_bytes)
@settings(max_examples=40)
def test_every_m_of_n_gives_the_secret_back(scheme: Scheme, secret: bytes) -> None:
    parts = shares.split(secret, scheme)
    for numbers in combinations(scheme.numbers, scheme.needed):
        assert shares.combine(scheme, {number: parts[number] for number in numbers}) == secret


@given(schemes, secret_bytes)
@settings(max_examples=40)
def test_more_than_needed_give_it_back_too(scheme: Scheme, secret: bytes) -> None:
    assert shares.combine(scheme, shares.split(secret, scheme)) == secret


@given(schemes, secret_bytes)
@settings(max_examples=40)
def test_fewer_than_m_are_refused(scheme: Scheme, secret: bytes) -> None:
    parts = shares.split(secret, scheme)
    for numbers in combinations(scheme.numbers, scheme.needed - 1):
        with pytest.raises(TooFew):
            shares.combine(scheme, {number: parts[number] for number in numbers})


@given(schemes, secret_bytes, secret_bytes)
@settings(max_examples=40)
def test_what_fewer_than_m_hold_fits_every_other_secret_as_well(scheme: Scheme, secret: bytes, other: bytes) -> None:
    """Information-theoretic: for any other secret there are parts of the rest that make it the right one."""
    parts = shares.split(secret, scheme)
    known = set(list(scheme.numbers)[: scheme.needed - 1])
    for name in scheme.sets():
        missing = next(int(number) for number in name if int(number) not in known)
        seen = [parts[int(number)][name] for number in name if int(number) != missing]
        parts[missing][name] = shares.xor([other, *seen])
    for numbers in combinations(scheme.numbers, scheme.needed):
        assert shares.combine(scheme, {number: parts[number] for number in numbers}) == other


@given(secret_bytes)
@settings(max_examples=20)
def test_no_combination_of_the_parts_of_two_of_three_needed_gives_the_secret(secret: bytes) -> None:
    """The attacker's best: every part of two papers with every other, alone and together."""
    scheme = Scheme(3, 5)
    parts = shares.split(secret, scheme)
    for one, other in combinations(scheme.numbers, 2):
        for mine, theirs in product(parts[one].values(), parts[other].values()):
            assert secret not in {mine, theirs, shares.xor([mine, theirs])}


@pytest.mark.parametrize(("needed", "trustees"), [(1, 3), (0, 0), (4, 3), (2, 8), (8, 8), (2, 1), (-1, 5)])
def test_a_scheme_that_is_none_is_refused(needed: int, trustees: int) -> None:
    with pytest.raises(Impossible):
        Scheme(needed, trustees)


def test_a_trustee_of_three_of_five_holds_six_parts() -> None:
    assert {len(parts) for parts in shares.split(bytes(32), Scheme(3, 5)).values()} == {6}


def test_two_splits_of_one_secret_share_no_part() -> None:
    first, second = (shares.split(bytes(32), Scheme(2, 3)) for _ in range(2))
    one = {part for parts in first.values() for part in parts.values()}
    assert one.isdisjoint({part for parts in second.values() for part in parts.values()})


# ---- words ----


@given(st.binary(min_size=20, max_size=20))
def test_a_code_reads_back_from_its_fifteen_words(code: bytes) -> None:
    words = Paper(1, code).words
    assert len(words) == 15
    assert shares.read_words(" ".join(words)) == code


@given(st.binary(min_size=20, max_size=20))
def test_words_may_be_typed_as_people_type(code: bytes) -> None:
    words = Paper(1, code).words
    assert shares.read_words("\n".join(word.upper() for word in words)) == code
    assert shares.read_words(", ".join(f"{number}.{word[:4]}" for number, word in enumerate(words, 1))) == code


@given(st.binary(min_size=20, max_size=20), st.integers(0, 14), st.integers(0, 2047))
def test_another_word_never_reads_as_the_same_code(code: bytes, place: int, other: int) -> None:
    words = Paper(1, code).words
    replacement = spelling.words().wordlist[other]
    if replacement == words[place]:
        return
    words[place] = replacement
    with suppress(WrongWords):
        assert shares.read_words(" ".join(words)) != code


def test_the_checksum_tells_most_slips() -> None:
    words = Paper(1, bytes(range(20))).words
    told = 0
    for other in spelling.words().wordlist:
        try:
            shares.read_words(" ".join([*words[:7], other, *words[8:]]))
        except WrongWords:
            told += 1
    assert told / len(spelling.words().wordlist) > 0.95


def test_a_word_that_is_none_is_named_by_its_place() -> None:
    words = Paper(1, bytes(range(20))).words
    with pytest.raises(WrongWords) as refusal:
        shares.read_words(" ".join([*words[:4], "tala", *words[5:]]))
    assert refusal.value.position == 5


@pytest.mark.parametrize(
    "typed", ["", " ", "abandon", "abandon " * 14, "abandon " * 16, "\0", "ab " * 15, "a" * 100_000]
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(WrongWords):
        shares.read_words(typed)


@given(st.text())
def test_no_text_makes_another_error(typed: str) -> None:
    with suppress(WrongWords):
        assert len(shares.read_words(typed)) == 20


# ---- sealed shares ----


@pytest.mark.parametrize(("needed", "trustees"), [(2, 2), (3, 5), (7, 7)])
def test_any_m_codes_open_the_recovery_key_and_m_less_one_do_not(needed: int, trustees: int) -> None:
    seed, papers = sealed(needed, trustees)
    opened = {paper.number: shares.open_share(paper, KEY_ID, blob) for paper, blob in papers}
    for numbers in combinations(opened, needed):
        assert shares.restore_seed({number: opened[number] for number in numbers}) == seed
    for numbers in combinations(opened, needed - 1):
        with pytest.raises(TooFew):
            shares.restore_seed({number: opened[number] for number in numbers})


def test_a_share_says_whom_the_members_trusted() -> None:
    _seed, papers = sealed(2, 3)
    paper, blob = papers[0]
    assert shares.open_share(paper, KEY_ID, blob).pin == PIN


def test_another_recovery_keys_code_or_another_trustees_number_does_not_open() -> None:
    _seed, papers = sealed(2, 3)
    _other, others = sealed(2, 3)
    paper, blob = papers[0]
    for wrong, key_id in ((others[0][0], KEY_ID), (Paper(2, paper.code), KEY_ID), (paper, "2" * 32)):
        with pytest.raises(Unopenable):
            shares.open_share(wrong, key_id, blob)


def test_every_altered_bit_of_a_share_is_found() -> None:
    _seed, papers = sealed(2, 2)
    paper, blob = papers[0]
    for place in range(0, len(blob) * 8, 7):
        altered = bytearray(blob)
        altered[place // 8] ^= 1 << place % 8
        with pytest.raises(Unopenable):
            shares.open_share(paper, KEY_ID, bytes(altered))


@given(st.binary(max_size=900))
def test_no_blob_makes_another_error(blob: bytes) -> None:
    with pytest.raises(Unopenable):
        shares.open_share(Paper(1, bytes(20)), KEY_ID, blob)


def test_shares_of_two_recovery_keys_together_give_nothing() -> None:
    _seed, first = sealed(2, 3)
    _other, second = sealed(2, 3)
    mixed = {
        1: shares.open_share(first[0][0], KEY_ID, first[0][1]),
        2: shares.open_share(*second[1][:1], KEY_ID, second[1][1]),
    }
    with pytest.raises(TooFew):
        shares.restore_seed(mixed)


def test_all_shares_of_a_scheme_are_equally_long() -> None:
    _seed, papers = sealed(3, 5)
    assert len({len(blob) for _, blob in papers}) == 1


def test_a_paper_keeps_its_code_out_of_its_repr() -> None:
    assert "code" not in repr(Paper.new(1))
