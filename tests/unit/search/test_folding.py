"""One spelling for words of any alphabet."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.search.folding import consonantal, fold, fold_with_places

texts = st.text(max_size=60)
letters = st.text(st.characters(categories=["Ll", "Lu", "Lo"], max_codepoint=0x2FFF), min_size=1, max_size=20)


@given(texts)
def test_a_folded_text_is_words_parted_by_single_spaces(text: str) -> None:
    assert fold(text) == " ".join(fold(text).split())
    assert not set("'\"-.,;\n\t\u200c\u200d\u0301") & set(fold(text))


@given(texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.sampled_from("aéñłœабвёщαβωώ 12-")))
def test_capitals_do_not_matter(text: str) -> None:
    assert fold(text.upper()) == fold(text) == fold(text.title())


@given(letters)
def test_accents_do_not_matter_whether_apart_or_with_their_letter(text: str) -> None:
    latin = "".join(one for one in text if ord(one) < 0x250)
    assert fold(unicodedata.normalize("NFD", latin)) == fold(unicodedata.normalize("NFC", latin))


@given(texts)
def test_places_lead_back_to_the_signs(text: str) -> None:
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(folded) == len(places)
    assert places == sorted(places)
    for sign, place in zip(folded, places, strict=True):
        assert sign == " " or sign in fold(text[place])


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ñandú", "nandu"),
        ("STRASSE straße", "strasse strasse"),
        ("Łódź Ørsted İzmir ılık", "lodz orsted izmir ilik"),
        ("Алексей объявил", "aleksey obyavil"),
        ("Αθήνα", "athina"),
        ("محمد", "mhmd"),
        ("می\u200cخواهم", "mykhwhm"),
        ("١٢٣ १२३ ๑๒๓", "123 123 123"),
        ("北京", "beijing"),
        ("O’Brien's", "obriens"),
        ("e-mail, twice", "e mail twice"),
        ("\u202aleft\u202c", "left"),
    ],
)
def test_what_becomes_of_a_word(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_only_words_in_scripts_of_consonants_are_taken_apart() -> None:
    assert consonantal("He said محمد twice") == "mhmd"
    assert consonantal("Алексей") == ""
