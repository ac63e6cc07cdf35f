"""Made-up tables of two to five sides against the attacker of tools/attack_tables.py, which knows equations alone."""

from __future__ import annotations

import pytest

from incidents.disclosure.services import Refused, protect
from tests.unit.disclosure.factories import PLAIN, square
from tools.attack_tables import attack, made_up, policy, small_alone

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_attacker_learns_no_small_count_and_no_hidden_number(seed: int) -> None:
    question = made_up(seed)
    try:
        protected = protect(question, policy())
    except Refused:
        return
    assert not attack(protected, question.all_counts())


def test_the_attacker_opens_tables_with_their_small_counts_alone_hidden() -> None:
    opened = 0
    for seed in SEEDS:
        question = made_up(seed)
        opened += bool(attack(small_alone(question, 5, policy()), question.all_counts()))
    assert opened > len(SEEDS) // 2


def test_what_the_attacker_finds_in_a_square_is_what_a_pencil_finds() -> None:
    question = square([[3, 40], [30, 20]])
    found = attack(small_alone(question, 5, PLAIN), question.all_counts())
    assert (found.exact, found.narrow) == (1, 0)


def test_tables_of_every_number_of_sides_are_among_them() -> None:
    assert {len(made_up(seed).dimensions) for seed in range(40)} == {2, 3, 4, 5}
    assert made_up(3) == made_up(3)
