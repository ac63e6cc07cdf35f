"""Names as sketches: alike across alphabets and orders, nothing for the unnamed, and nothing to read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.overlaps.sketch import HALF_BITS, name_sketch, names, place_sketch, words

ONE_NAME = (
    "Maria Nowhere",
    "maria  NOWHERE",
    "Nowhere, María",
    "Mária Nowheré",
    "Мария Nowhere",
)


WORDS = st.text(alphabet="abcdefghijklmnoprstuvz", min_size=2, max_size=9)


def bits(sketch: tuple[int, int] | None) -> int:
    assert sketch is not None
    return sketch[0] << HALF_BITS | sketch[1]


@pytest.mark.parametrize("spelling", ONE_NAME)
def test_accents_capitals_orders_and_alphabets_of_one_name_have_one_sketch(spelling: str) -> None:
    assert name_sketch(spelling) == name_sketch(ONE_NAME[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("محمد الخيالي", "Mohammed Al-Khayali"),
        ("محمد الخيالي", "Muhammad el Khayaly"),
        ("Мухаммед Хаяли", "Mohamed Khayali"),
        ("عمر يوسف", "Yusuf Omar"),
        ("Юсуф Умар", "Omar Youssef"),
        ("Фиктивная Ольга", "Olga Fiktivnaya"),
        ("José Ñandú", "Jose Nandu"),
    ],
)
def test_spellings_in_arabic_cyrillic_and_latin_have_one_sketch(one: str, other: str) -> None:
    assert name_sketch(one) == name_sketch(other)


def test_another_name_has_another_sketch() -> None:
    assert name_sketch("Maria Nowhere") != name_sketch("Carlos Elsewhere")


def test_a_nickname_adds_to_a_sketch_and_takes_nothing_away() -> None:
    alone, both = bits(name_sketch("Maria Nowhere", "")), bits(name_sketch("Maria Nowhere", "Ining, Baby Star"))
    assert alone & both == alone
    assert both != alone


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "Unidentified #12", "Unidentified drug suspect #364", "unknown suspect", "UNNAMED", "N/A", "#12"),
        *("no name given", "name withheld", "Jane Doe", "desconocido", "no identificada", "inconnue", "Неизвестный"),
        *("مجهول", "غير معروف", "hindi kilala", "unidentified follower of somebody"),
        *("Unidentified #12, alleged follower", "suspected helper", "presunta vecina"),
    ],
)
def test_somebody_unnamed_gives_no_evidence_at_all(text: str) -> None:
    assert name_sketch(text) is None


def test_an_unnamed_person_with_a_nickname_is_known_by_it_alone() -> None:
    assert name_sketch("Unidentified #12, alias Tata Nowhere") == name_sketch("Tata Nowhere")


@given(
    st.lists(st.text(alphabet="abcdefghijklmnoprstuvz", min_size=2, max_size=9), min_size=1, max_size=4), st.randoms()
)
def test_the_order_of_words_never_matters(parts: list[str], random: object) -> None:
    shuffled = sorted(parts, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert name_sketch(" ".join(parts)) == name_sketch(" ".join(shuffled))


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_folded_or_gives_nothing(one: str, other: str) -> None:
    sketch = name_sketch(one, other)
    assert sketch is None or all(0 <= half < 2**HALF_BITS for half in sketch)
    assert all(word.isascii() and word.isalpha() for word in words(one))


def test_many_names_share_a_sketch_so_that_none_can_be_read_from_it() -> None:
    letters = "bdfgklmnrst"
    spelled = [f"{a}{v}{b}{w}" for a in letters for b in letters for v in "aeiou" for w in "aeiou"]
    sketches = {name_sketch(one) for one in spelled}
    assert len(spelled) / len(sketches) > 20


def test_a_place_is_known_by_its_own_words_and_not_by_its_kind() -> None:
    assert place_sketch("Nowhere City") == place_sketch("town of Nowhere")
    assert place_sketch("Nowhere City") != place_sketch("Elsewhere City")
    assert place_sketch("city") is None


def test_names_are_parted_where_one_ends() -> None:
    assert names("Maria Nowhere (Ining)", "Star; Moon") == [["maria", "nowhere"], ["ining"], ["star"], ["moon"]]


def test_a_sketch_fits_its_columns() -> None:
    sketch = name_sketch("Maria Nowhere")
    assert sketch is not None
    assert np.array(sketch, dtype=np.uint64).tolist() == list(sketch)
