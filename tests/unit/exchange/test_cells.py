"""Cells of one row: whatever is taken, looked at or given back, what has no place in the end is told exactly once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.exchange.cells import SENTENCES, Cells, Why
from incidents.exchange.readers import Row
from incidents.exchange.words import columns_of, fill, fold, fold_area, storable
from incidents.records.text import NARRATIVE_LIMIT
from tests.unit.exchange.factories import plan

COLUMNS = ["a", "b", "c", "list"]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf")), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and text.strip() != ""
)
some = settings(max_examples=60, deadline=None)


def cells(ragged: int = 0, file: dict[str, Any] | None = None, **given: Any) -> Cells:
    return Cells(Row(2, given, ragged), plan(file=file or {}))


def columns_left(one: Cells) -> Counter[str]:
    return Counter(aside.column for aside in one.asides())


@some
@given(st.fixed_dictionaries(dict.fromkeys("abc", WORDS)), st.sets(st.sampled_from("abc")))
def test_what_was_taken_has_a_place_and_all_else_is_kept_once(given: dict[str, str], taken: set[str]) -> None:
    one = cells(**given)
    assert [one.take(column) for column in sorted(taken)] == [given[column] for column in sorted(taken)]
    assert columns_left(one) == Counter(set("abc") - taken)


@some
@given(st.lists(WORDS, min_size=1, max_size=6), st.data())
def test_entries_without_a_place_are_kept_one_by_one(entries: list[str], data: st.DataObject) -> None:
    one = cells(list=list(entries))
    placed = data.draw(st.lists(st.sampled_from(entries), max_size=3))
    assert list(one.items("list", "")) == entries
    for entry in placed:
        one.place_item("list", entry)
    known = {fold(entry) for entry in placed}
    assert [aside.value for aside in one.asides()] == [entry for entry in entries if fold(entry) not in known]


@some
@given(st.lists(WORDS, min_size=1, max_size=6), st.data())
def test_what_a_field_gives_back_is_kept_whole(entries: list[str], data: st.DataObject) -> None:
    one = cells(list="|".join(entries).replace("||", "|"))
    one.items("list", "|")
    one.place_item("list", data.draw(st.sampled_from(entries)))
    one.displace(["list"])
    (aside,) = one.asides()
    assert (aside.value, aside.why) == (one.peek("list"), Why.REFUSED)


def test_looking_gives_no_place() -> None:
    one = cells(a="words")
    assert one.peek("a") == "words"
    assert columns_left(one) == Counter("a")


def test_the_first_reason_stands_until_a_field_refuses() -> None:
    one = cells(a="words")
    one.explain("a", Why.NO_DATE)
    one.explain("a", Why.NO_NUMBER)
    assert [aside.why for aside in one.asides()] == [Why.NO_DATE]
    one.displace(["a"])
    assert [aside.why for aside in one.asides()] == [Why.REFUSED]


def test_a_cell_can_have_a_place_and_be_kept_as_written() -> None:
    one = cells(a="words")
    one.keep("a", Why.OUT_OF_ORDER)
    one.take("a")
    assert [(aside.value, aside.why) for aside in one.asides()] == [("words", Why.OUT_OF_ORDER)]


def test_a_column_that_is_not_there_is_empty_and_never_kept() -> None:
    one = cells(a="words")
    assert one.take("missing") == ""
    one.keep("missing", Why.NO_DATE)
    one.explain("missing", Why.NO_DATE)
    assert columns_left(one) == Counter("a")


@pytest.mark.parametrize(
    ("missing", "left"),
    [
        ({}, {"a": "None", "b": " none of it", "list": '["None"]'}),
        ({"a": ["none"]}, {"b": " none of it", "list": '["None"]'}),
        ({"*": ["NONE"]}, {"b": " none of it", "list": '["None"]'}),
        ({"missing": ["none"]}, {"a": "None", "b": " none of it", "list": '["None"]'}),
    ],
)
def test_words_for_nothing_are_whole_cells_of_their_columns(
    missing: dict[str, list[str]], left: dict[str, str]
) -> None:
    one = cells(file={"missing": missing}, a="None", b=" none of it", list=["None"])
    assert {aside.column: aside.value for aside in one.asides()} == left


def test_the_reasons_all_have_a_sentence_that_ends() -> None:
    assert set(SENTENCES) == set(Why)
    assert all(sentence.endswith(".") and "%" not in sentence for sentence in SENTENCES.values())


def test_columns_are_found_by_pattern_in_the_order_of_the_row() -> None:
    one = cells(link_2="x", other="y", link_1="z")
    assert one.like(["link_*"]) == ["link_2", "link_1"]
    assert one.like(["none*"]) == []
    assert one.like(["other", "link_1"]) == ["other", "link_1"]


# -- words -------------------------------------------------------------------------------------


@some
@given(st.text(max_size=60))
def test_a_text_is_stored_whole_with_the_invisible_spelled_out(text: str) -> None:
    (piece,) = list(storable(text)) or [""]
    assert piece.isprintable() or not any(sign in piece for sign in "\x00\x0b\u202e\u2066\x85")
    plain = "".join(sign for sign in text if sign.isprintable())
    assert plain == "".join(sign for sign in piece if sign.isprintable()) or "\\" in piece


@pytest.mark.parametrize("size", [NARRATIVE_LIMIT - 1, NARRATIVE_LIMIT, NARRATIVE_LIMIT + 1, 3 * NARRATIVE_LIMIT])
@pytest.mark.parametrize("sign", ["x", "é"])
def test_a_long_text_is_stored_in_pieces_that_make_it_whole(size: int, sign: str) -> None:
    pieces = list(storable(sign * size))
    assert "".join(pieces) == sign * size
    assert max(map(len, pieces)) <= NARRATIVE_LIMIT


@some
@given(st.dictionaries(st.sampled_from(COLUMNS), WORDS, min_size=1))
def test_a_template_is_its_words_and_cells_and_nothing_without_cells(given: dict[str, str]) -> None:
    template = "It is claimed: {a}, {b}."
    filled = fill(template, lambda column: given.get(column, ""))
    if {"a", "b"} & given.keys():
        assert filled == f"It is claimed: {given.get('a', '')}, {given.get('b', '')}."
    else:
        assert filled == ""
    assert columns_of(template) == ("a", "b")


@some
@given(WORDS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(f"  {text.upper()}  ") == fold(text.upper())
    assert fold_area(f"Province of {text}") == fold_area(f"of {text}")
