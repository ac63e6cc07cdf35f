"""Text: one normal form, no invisible surprises, limits that say what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from incidents.records.text import (
    LINE_LIMIT,
    NARRATIVE_LIMIT,
    NOTE_LIMIT,
    clean_line,
    clean_narrative,
    clean_note,
)

Cleaner = Callable[[str], str]
CLEANERS: list[Cleaner] = [clean_line, clean_note, clean_narrative]
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def refusal(clean: Cleaner, value: str) -> str:
    with pytest.raises(PydanticCustomError) as refused:
        clean(value)
    return refused.value.type


@pytest.mark.parametrize("clean", CLEANERS)
@given(anything)
def test_cleaning_twice_changes_nothing_more(clean: Cleaner, value: str) -> None:
    try:
        once = clean(value)
    except PydanticCustomError:
        return
    assert clean(once) == once


@pytest.mark.parametrize("clean", CLEANERS)
@given(anything)
def test_what_is_kept_is_nfc_and_trimmed_and_free_of_controls(clean: Cleaner, value: str) -> None:
    try:
        kept = clean(value)
    except PydanticCustomError:
        return
    assert kept == unicodedata.normalize("NFC", kept)
    assert kept == kept.strip()
    assert not {letter for letter in kept if unicodedata.category(letter) == "Cc"} - {"\n", "\t"}
    assert not {
        letter
        for letter in kept
        if unicodedata.bidirectional(letter) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    }


@pytest.mark.parametrize("clean", CLEANERS)
@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9f", "\x0c"])
@pytest.mark.parametrize("place", ["{}name", "na{}me", "name{}"])
def test_a_control_character_anywhere_is_refused(clean: Cleaner, control: str, place: str) -> None:
    assert refusal(clean, place.format(control)) == "text_control"


@pytest.mark.parametrize("control", list("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
def test_a_line_refuses_what_turns_the_writing_around(control: str) -> None:
    assert refusal(clean_line, f"Ana{control}txt.exe") == "text_bidi"


@pytest.mark.parametrize("clean", [clean_note, clean_narrative])
@pytest.mark.parametrize("control", list("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
def test_longer_text_drops_what_turns_the_writing_around(clean: Cleaner, control: str) -> None:
    assert clean(f"call {control}+00 000{control} now") == "call +00 000 now"


@pytest.mark.parametrize("clean", CLEANERS)
@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c", "\ufeff"])
def test_harmless_invisible_marks_are_dropped(clean: Cleaner, mark: str) -> None:
    assert clean(f"{mark}دنيا{mark} abc") == "دنيا abc"


@pytest.mark.parametrize("word", ["می\u200cخواهم", "क्\u200dष"])
def test_joiners_stay_because_languages_need_them(word: str) -> None:
    assert clean_line(word) == word


def test_a_mark_between_letter_and_accent_does_not_hide_a_composed_letter() -> None:
    assert clean_line("e\u200e\u0301") == "é"


def test_decomposed_letters_are_composed() -> None:
    assert clean_line("Jose\u0301") == "José"


@pytest.mark.parametrize(
    ("typed", "kept"), [("a\nb", "a b"), ("a\t\tb", "a b"), ("a\r\nb", "a b"), ("a\u2028b", "a b")]
)
def test_a_line_is_one_line(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


@pytest.mark.parametrize(("typed", "kept"), [("a\r\nb\rc\u2029d", "a\nb\nc\nd"), ("a\tb", "a\tb"), ("  a  \n", "a")])
def test_a_narrative_keeps_its_lines_and_tabs(typed: str, kept: str) -> None:
    assert clean_narrative(typed) == kept


@pytest.mark.parametrize(
    ("clean", "limit"), [(clean_line, LINE_LIMIT), (clean_note, NOTE_LIMIT), (clean_narrative, NARRATIVE_LIMIT)]
)
@pytest.mark.parametrize("letter", ["a", "é", "語"])
def test_the_limit_itself_is_accepted_and_one_more_is_not(clean: Cleaner, limit: int, letter: str) -> None:
    assert len(clean(letter * limit)) == limit
    with pytest.raises(PydanticCustomError) as refused:
        clean(letter * (limit + 1))
    assert (refused.value.type, refused.value.context) == ("text_too_long", {"limit": limit})


@pytest.mark.parametrize("clean", CLEANERS)
def test_a_megabyte_is_refused_by_its_length(clean: Cleaner) -> None:
    assert refusal(clean, "\u202e" * 10 + "é" * 1_000_000) in ("text_too_long", "text_bidi")


def test_an_empty_text_stays_empty() -> None:
    assert [clean(" \n ") for clean in (clean_note, clean_narrative, clean_line)] == ["", "", ""]
