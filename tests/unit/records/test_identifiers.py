"""Random names: well formed, told apart, and with a check that finds typing mistakes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from incidents.records.identifiers import ALPHABET, new_cell_key, new_id, new_reference, read_reference
from incidents.records.pseudonyms import COLOURS, THINGS, new_pseudonym

references = st.builds(new_reference)


def test_ids_are_32_hexadecimal_digits_and_do_not_repeat() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 32 and set(one) <= set("0123456789abcdef") for one in made)


def test_cell_keys_fill_64_bits_and_are_never_zero() -> None:
    made = [new_cell_key() for _ in range(1000)]
    assert all(0 < key < 2**64 for key in made)
    assert max(made) > 2**60


def test_a_reference_has_twelve_letters_and_reads_back() -> None:
    reference = new_reference()
    assert len(reference) == 12
    assert read_reference(reference) == reference


@given(references, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_found(reference: str, position: int, letter: str) -> None:
    if reference[position] == letter:
        return
    mistaken = reference[:position] + letter + reference[position + 1 :]
    with pytest.raises(PydanticCustomError):
        read_reference(mistaken)


@given(references, st.integers(0, 10))
def test_two_neighbours_swapped_are_found_but_for_the_first_and_last_of_the_alphabet(
    reference: str, position: int
) -> None:
    first, second = reference[position], reference[position + 1]
    if first == second or {first, second} == {ALPHABET[0], ALPHABET[-1]}:
        return  # the known gap of the Luhn algorithm
    swapped = reference[:position] + second + first + reference[position + 2 :]
    with pytest.raises(PydanticCustomError):
        read_reference(swapped)


@given(references)
def test_case_spaces_and_sound_alikes_are_forgiven(reference: str) -> None:
    spoken = reference.lower().replace("0", "o").replace("1", "l")
    assert read_reference(f" {spoken[:4]}-{spoken[4:8]} {spoken[8:]} ") == reference


@pytest.mark.parametrize("typed", ["", "ABC", "A" * 13, "UUUUUUUUUUUU", "!!!!!!!!!!!!"])
def test_what_is_no_reference_is_refused(typed: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        read_reference(typed)
    assert refused.value.type == "reference_malformed"


def test_pseudonyms_are_word_pairs_of_words_that_stand_once() -> None:
    assert len(set(COLOURS)) == len(COLOURS)
    assert len(set(THINGS)) == len(THINGS)
    colour, thing = new_pseudonym().split()
    assert colour in COLOURS
    assert thing in THINGS
    assert len({new_pseudonym() for _ in range(200)}) > 150
