"""A vocabulary answers questions about its tree; a failed look-up never repeats what was asked for."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from incidents.codebook.models import Codebook, UnknownCode, UnknownVocabulary
from tests.unit.codebook.factories import row, vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from incidents.codebook.models import Code, Vocabulary


@pytest.fixture
def fruit(tmp_path: Path) -> Vocabulary:
    return vocabulary(
        tmp_path,
        row("STONE"),
        row("POME"),
        row("POME_PEAR", parent="POME"),
        row("STONE_PLUM", parent="STONE", valid_to="2030-06-30"),
        row("POME_PEAR_NASHI", parent="POME_PEAR", valid_from="2030-07-01"),
        row("BERRY"),
    )


def names(codes: tuple[Code, ...]) -> list[str]:
    return [code.code for code in codes]


def test_codes_come_in_the_order_of_the_file(fruit: Vocabulary) -> None:
    assert names(tuple(fruit)) == ["STONE", "POME", "POME_PEAR", "STONE_PLUM", "POME_PEAR_NASHI", "BERRY"]
    assert len(fruit) == 6


def test_membership_knows_codes_and_nothing_else(fruit: Vocabulary) -> None:
    assert "POME" in fruit
    assert "pome" not in fruit
    assert None not in fruit
    assert "" not in fruit


def test_the_tree_can_be_walked_down(fruit: Vocabulary) -> None:
    assert names(fruit.roots) == ["STONE", "POME", "BERRY"]
    assert names(fruit.children("POME")) == ["POME_PEAR"]
    assert names(fruit.facet("STONE")) == ["STONE_PLUM"]
    assert fruit.children("BERRY") == ()
    assert names(fruit.leaves()) == ["STONE_PLUM", "POME_PEAR_NASHI", "BERRY"]


def test_the_tree_can_be_walked_up_nearest_first(fruit: Vocabulary) -> None:
    assert fruit.ancestors("POME_PEAR_NASHI") == ("POME_PEAR", "POME")
    assert fruit.ancestors("POME") == ()
    assert fruit.top("POME_PEAR_NASHI") == "POME"
    assert fruit.top("BERRY") == "BERRY"


def test_within_takes_in_the_code_itself_and_all_below(fruit: Vocabulary) -> None:
    assert fruit.within("POME", "POME")
    assert fruit.within("POME_PEAR_NASHI", "POME")
    assert not fruit.within("POME", "POME_PEAR")
    assert not fruit.within("STONE_PLUM", "POME")


@pytest.mark.parametrize(
    ("day", "in_use"),
    [
        (dt.date(2030, 6, 30), {"STONE_PLUM"}),
        (dt.date(2030, 7, 1), {"POME_PEAR_NASHI"}),
        (dt.date(1990, 1, 1), {"STONE_PLUM"}),
    ],
)
def test_choices_leave_out_what_is_not_valid_that_day(fruit: Vocabulary, day: dt.date, in_use: set[str]) -> None:
    always = {"STONE", "POME", "POME_PEAR", "BERRY"}
    assert set(names(fruit.choices(day))) == always | in_use
    assert names(fruit.choices()) == names(tuple(fruit))


def test_a_retired_code_can_still_be_read(fruit: Vocabulary) -> None:
    assert fruit["STONE_PLUM"].label == "Label STONE_PLUM"


@pytest.mark.parametrize(
    "ask",
    [
        lambda fruit, code: fruit[code],
        lambda fruit, code: fruit.children(code),
        lambda fruit, code: fruit.facet(code),
        lambda fruit, code: fruit.ancestors(code),
        lambda fruit, code: fruit.top(code),
        lambda fruit, code: fruit.within(code, "POME"),
        lambda fruit, code: fruit.within("POME", code),
    ],
)
def test_an_unknown_code_is_refused_without_repeating_it(
    fruit: Vocabulary, ask: Callable[[Vocabulary, str], object]
) -> None:
    with pytest.raises(UnknownCode) as refusal:
        ask(fruit, "told in confidence")

    assert "told in confidence" not in str(refusal.value)
    assert refusal.value.__suppress_context__  # the look-up that failed would show the value in a traceback
    assert str(refusal.value) == "The vocabulary fruit has no such code; choose one that it lists."


def test_an_unknown_vocabulary_is_refused_with_the_names_there_are(fruit: Vocabulary) -> None:
    book = Codebook("2031.05", dt.date(2031, 5, 1), (), {"fruit": fruit})

    assert book.vocabulary("fruit") is fruit
    with pytest.raises(UnknownVocabulary, match="no vocabulary 'nuts'; it has fruit"):
        book.vocabulary("nuts")


def test_failed_look_ups_are_key_errors_for_whoever_catches_those() -> None:
    assert issubclass(UnknownCode, KeyError)
    assert issubclass(UnknownVocabulary, KeyError)


@pytest.mark.parametrize("field", ["label", "parent", "mappings"])
def test_a_code_cannot_be_changed(fruit: Vocabulary, field: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(fruit["POME"], field, None)


def test_nothing_can_be_added_to_what_was_read(fruit: Vocabulary) -> None:
    assert not hasattr(fruit.codes, "__setitem__")
    assert not hasattr(fruit["POME"].mappings, "__setitem__")
