"""Which names and passphrases may be chosen: long is not enough, and no rule asks for signs of any kind."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.accounts.rules import (
    MAX_USERNAME,
    SIDE_BY_SIDE,
    guessable,
    normalise_username,
    usable_username,
)
from incidents.keyring.passphrase import MIN_LENGTH

WORDS = ("harbour", "violet", "kettle", "mountain", "seven", "paper", "lantern", "quiet", "oyster", "bicycle", "copper")


@pytest.mark.parametrize(
    "passphrase",
    [
        "aaaaaaaaaaaaaaa",
        "               ",
        "\u3000" * 20,
        "ababababababababab",
        "passwordpassword",
        "password password password",
        "passwordpasswordpa",
        "Password1Password1",
        "123456789012345",
        "098765432109876543",
        "abcdefghijklmnopq",
        "zyxwvutsrqponmlkj",
        "qwertyuiopasdfgh",
        "QWERTYUIOPASDFGH",
        "1q2w3e4r5t6y7u8i",
        "1qaz2wsx3edc4rfv",
        "zxcvbnmasdfghjkl",
        "azertyuiopqsdfgh",
        "ｑｗｅｒｔｙｕｉｏｐａｓｄｆ",
        "aaaabbbbccccdddd",
        "000000000000000000000001",
    ],
)
def test_a_long_passphrase_that_everybody_tries_first_is_refused(passphrase: str) -> None:
    assert len(passphrase) >= 13
    assert guessable(passphrase)


@pytest.mark.parametrize(
    "passphrase",
    [
        "plainly fictional passphrase",
        "harbour violet kettle mountain",
        "der alte Kater frisst nur Fisch",
        "ang aso ay natutulog sa ilalim",
        "пять старых лодок у причала",
        "قارب قديم عند الميناء البعيد",
        "七艘旧船停在远处的码头边上晒太阳",
        "mi abuela cose 14 botones rojos",
        "x8!kQ2@vLp0#sR7%",
    ],
)
def test_several_words_of_any_language_are_taken(passphrase: str) -> None:
    assert not guessable(passphrase)
    assert not guessable(passphrase, "amihan")


@pytest.mark.parametrize("passphrase", ["amihan", "Amihan-Amihan-1", "AMIHAN amihan 2026!", "xamihanamihanx"])
def test_ones_own_name_with_a_few_signs_is_refused(passphrase: str) -> None:
    assert guessable(passphrase, "amihan")
    assert guessable(passphrase, " AMIHAN ")


def test_ones_own_name_among_other_words_is_taken() -> None:
    assert not guessable("amihan keeps a copper kettle", "amihan")


def test_a_name_of_two_letters_says_nothing_about_a_passphrase() -> None:
    assert not guessable("a copper lantern", "co")


@settings(deadline=None, max_examples=200)
@given(st.integers(), st.integers(min_value=4, max_value=8))
def test_words_drawn_at_random_are_never_refused(seed: int, number: int) -> None:
    drawn = random.Random(seed).sample(WORDS, number)
    assert not guessable(" ".join(drawn), "bituin")


@settings(deadline=None, max_examples=200)
@given(st.text(min_size=1, max_size=20), st.integers(min_value=2, max_value=10))
def test_a_piece_written_again_and_again_is_always_refused(piece: str, times: int) -> None:
    assert guessable(piece * times)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_gets_an_answer(passphrase: str, username: str) -> None:
    assert guessable(passphrase, username) in {True, False}


def test_length_in_a_single_long_run_does_not_help() -> None:
    assert guessable("abcdefghijklmnopqrstuvwxyz" * 3)
    assert guessable("1234567890" * 40)


def test_neighbours_of_a_keyboard_lie_side_by_side_in_both_directions() -> None:
    for pair in ("qw", "wq", "ab", "ba", "90", "09", "1q"):
        assert pair in SIDE_BY_SIDE
    for pair in ("qz", "aa", "az9"):
        assert pair not in SIDE_BY_SIDE


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_a_username_is_normal_once_normalised_by_any_keyboard(typed: str) -> None:
    once = normalise_username(typed)
    assert normalise_username(f"  {typed[:40]} ") == normalise_username(typed[:40])
    assert normalise_username(typed) == once


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Amihan", "amihan"), (" amihan\n", "amihan"), ("ＡＭＩＨＡＮ", "amihan"), ("Straße", "strasse"), ("ﬁn", "fin")],
)
def test_one_person_has_one_name_however_it_is_typed(typed: str, name: str) -> None:
    assert normalise_username(typed) == name


@pytest.mark.parametrize("name", ["amihan", "lakbay-7", "наталя", "أمل", "x" * MAX_USERNAME])
def test_a_name_that_shows_itself_is_usable(name: str) -> None:
    assert usable_username(normalise_username(name))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "two words",
        "amihan\u200b",
        "\u202eamihan",
        "ami\0han",
        "ami\nhan",
        "ami\u00adhan",
        "\ufeffamihan",
        "x" * (MAX_USERNAME + 1),
        "x" * 1_000_000,
    ],
)
def test_a_name_that_looks_like_another_or_like_nothing_is_not(name: str) -> None:
    assert not usable_username(normalise_username(name))


def test_a_megabyte_of_letters_that_grow_is_cut_before_it_is_normalised() -> None:
    """U+FDFA becomes eighteen letters."""
    assert len(normalise_username("\ufdfa" * 1_000_000)) <= 18 * (MAX_USERNAME + 1)


def test_the_shortest_passphrase_is_longer_than_what_must_be_left_beside_a_name() -> None:
    assert MIN_LENGTH == 15
