"""What is searched for, and whether and where a text says it."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from incidents.search.folding import fold
from incidents.search.rules import SHORTEST, Term, may_say, missing, passage, terms

alphabet = st.sampled_from("aeklmnorstAEK éñüßøłЖаеклмстψαλةمحدشرתשלם北京'’-\n\u200d\u0301.,\"")
texts = st.text(alphabet, max_size=120)


def says(text: str, typed: str) -> bool:
    return not missing([text], terms(typed))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("two words", [("two", False), ("words", False)]),
        ('"side by side"', [("side by side", True)]),
        ("“Curly” «Pointed»", [("curly", True), ("pointed", True)]),
        ("once ONCE", [("once", False)]),
        ('an "unfinished', [("an", False), ("unfinished", False)]),
        (" .,; ''", []),
    ],
)
def test_what_is_typed_becomes_terms(typed: str, found: list[tuple[str, bool]]) -> None:
    assert [(term.text, term.whole) for term in terms(typed)] == found


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("mohammed", "قال المحمد ان"),
        ("محمد", "Mr Mohamad, Muhammed"),
        ("shalom", "שלום"),
        ("שלום", "Shalom"),
        ("alshurta", "جاءت الشرطة"),
        ("ضربوا", "ضربوا الرجل"),
        ("ahmed", "أحمد"),
        ("Сергей", "Sergey"),
    ],
)
def test_alphabets_do_not_matter(typed: str, text: str) -> None:
    assert says(text, typed)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("police", "полка"), ("مد", "mud and mode"), ("شرطة", "a desert road"), ('"art"', "party"), ("blue", "b-l-u-e")],
)
def test_other_words_are_not_found(typed: str, text: str) -> None:
    assert not says(text, typed)


def test_terms_may_be_in_different_fields_and_all_must_be_somewhere() -> None:
    assert missing(["a raid", "a bridge"], terms("bridge raid")) == ()
    assert missing(["a raid", "a bridge"], terms("bridge road")) == (Term("road"),)


@given(texts, st.data())
def test_the_first_look_misses_nothing_that_a_text_says(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    typed = text[start : start + data.draw(st.integers(0, 12))]
    said = [term for term in terms(typed) if not missing([text], [term])]
    assert may_say(json.dumps({"narrative": text}).encode(), said)


@pytest.mark.parametrize("text", ["мост", 'said "мост" \\', '"\\" мост', "\\u мост \\", 'a"мост'])
def test_the_first_look_reads_texts_with_escaped_signs_and_leaves_out_what_does_not_say_it(text: str) -> None:
    raw = json.dumps({"before": 'plain "\\', "narrative": text, "after": "\\"}).encode()
    assert may_say(raw, terms("most plain"))
    assert not may_say(raw, terms("most absent"))


@given(texts, st.data())
def test_a_stretch_of_a_text_is_found_in_it_and_marked(text: str, data: st.DataObject) -> None:
    words = [word for word in fold(text).split() if len(word) >= SHORTEST]
    assume(words)
    term = Term(data.draw(st.sampled_from(words)))
    assert not missing([text], [term])
    marked = [piece.text for piece in passage(text, [term]) if piece.marked]
    assert marked
    assert all(term.text in fold(one) for one in marked)


@given(texts, texts)
def test_a_passage_is_a_part_of_the_text(text: str, typed: str) -> None:
    pieces = passage(text, terms(typed))
    assert all(piece.text in text or piece.text.strip() == "…" for piece in pieces)
    assert not pieces or any(piece.marked for piece in pieces)


def test_a_passage_of_a_long_text_shows_what_stands_around_and_begins_with_a_word() -> None:
    long = "before " * 50 + "needle " + "after " * 50
    pieces = passage(long, terms("needle"))
    assert [piece.text for piece in pieces if piece.marked] == ["needle"]
    assert pieces[0].text == "… "
    assert pieces[1].text.startswith("before ")
    assert pieces[-1].text == " …"
    assert sum(len(piece.text) for piece in pieces) < 200


def test_the_accent_behind_a_letter_and_the_alef_before_a_word_are_marked_with_it() -> None:
    assert [one.text for one in passage("cafe\u0301 now", terms("cafe")) if one.marked] == ["cafe\u0301"]
    assert [one.text for one in passage("قال الشرطة", terms("alshurta")) if one.marked] == ["الشرطة"]


def test_a_name_with_any_apostrophe_is_found() -> None:
    for apostrophe in "'`’":
        assert may_say(json.dumps({"narrative": f"O{apostrophe}Quokka came."}).encode(), terms("oquokka")), apostrophe
