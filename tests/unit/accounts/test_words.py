"""Words that are offered are random, long enough, and never refused; what everybody uses is."""

from __future__ import annotations

import math
import secrets
import subprocess
import sys
from itertools import starmap
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.accounts.rules import made_of_common
from incidents.accounts.words import LISTS, acceptable, most_used, offered, word_list

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW = frozenset({"password", "dragon", "monkey", "123456", "pass", "word", "letmein", "iloveyou"})


def test_an_offer_is_six_words_of_the_list_and_66_bits() -> None:
    offer = offered().split()
    assert len(offer) == 6
    assert set(offer) <= set(word_list("english"))
    assert len(set(word_list("english"))) == 2048
    assert math.log2(2048) * len(offer) == 66


def test_no_two_offers_are_the_same_and_every_word_comes_up() -> None:
    offers = [offered() for _ in range(3000)]
    assert len(set(offers)) == len(offers)
    assert len({word for offer in offers for word in offer.split()}) > 2000


def test_no_offer_is_ever_refused() -> None:
    assert all(acceptable(offered()) for _ in range(300))


def test_an_offer_that_would_be_refused_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["act"] * 6 + ["harbour", "violet", "kettle", "mountain", "lantern", "oyster"])

    def choose(_words: Sequence[str]) -> str:
        return next(drawn)

    monkeypatch.setattr(secrets, "choice", choose)
    assert offered() == "harbour violet kettle mountain lantern oyster"


@pytest.mark.parametrize("name", sorted({"english", *LISTS.values()}))
def test_every_list_that_a_page_may_ask_for_is_there(name: str) -> None:
    assert len(set(word_list(name))) == 2048


def test_the_most_used_passwords_are_ten_thousand_known_ones() -> None:
    assert len(most_used()) == 10_000
    assert {"password", "123456", "qwerty", "letmein"} <= most_used()
    assert max(map(len, most_used())) <= 18


def test_none_of_the_most_used_can_be_chosen() -> None:
    assert not any(map(acceptable, most_used()))
    assert not any(
        starmap(lambda one, other: acceptable(one + other), zip(most_used(), sorted(most_used()), strict=True))
    )


@pytest.mark.parametrize(
    "passphrase",
    [
        "passworddragonmonkey",
        "Pass Word Dragon Monkey!",
        "password-password-dragon-123456",
        "iloveyouletmeindragon7",
        "ｐａｓｓｗｏｒｄ ｄｒａｇｏｎ",
        "dragon" * 40,
        "",
        ".....................",
    ],
)
def test_a_few_common_ones_in_a_row_are_refused(passphrase: str) -> None:
    assert made_of_common(passphrase, FEW)


@pytest.mark.parametrize(
    "passphrase",
    [
        "plainly fictional passphrase",
        "monkey dragon letmein 123456 iloveyou",
        "пять разных слов подряд здесь",
        "漢字假名交雑文章試験中",
        "🐙 🐠 🐡 🦐 🦑 🦀",
    ],
)
def test_five_pieces_or_more_are_not(passphrase: str) -> None:
    assert not made_of_common(passphrase, FEW)


@given(st.lists(st.sampled_from(sorted(FEW - {"pass", "word"})), max_size=40), st.sampled_from(["", " ", "-", "."]))
def test_however_often_few_pieces_are_repeated_they_stay_few(pieces: list[str], between: str) -> None:
    assert made_of_common(between.join(pieces), FEW) or len(set(pieces)) >= 5


@given(st.text(max_size=60))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert made_of_common(text, FEW) in {True, False}


def test_a_worker_that_has_not_been_asked_has_loaded_no_list() -> None:
    code = "import sys, incidents; sys.exit(bool({'zxcvbn', 'frequency_lists'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own command


def test_the_lists_leave_no_package_behind() -> None:
    code = "import sys; from incidents.accounts import words; words.most_used(); sys.exit('zxcvbn' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own command
