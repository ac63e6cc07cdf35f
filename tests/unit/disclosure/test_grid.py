"""The table as arrays says the same as the table as a dictionary."""

from __future__ import annotations

from math import prod

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.disclosure.grid import Grid
from incidents.disclosure.services import TOTAL, Dimension
from incidents.disclosure.tables import keys_of, size_of
from tests.unit.disclosure.factories import side, table

few = settings(max_examples=40, deadline=None)


@st.composite
def trees(draw: st.DrawFn, name: str = "network") -> Dimension:
    """A dimension of up to eight codes, at most three deep, in any order."""
    size = draw(st.integers(1, 8))
    codes = [f"c{index}" for index in range(size)]
    parents: dict[str, str] = {}
    for index in range(1, size):
        above = draw(st.none() | st.integers(0, index - 1))
        if above is not None and parents.get(parents.get(codes[above], ""), "") == "":
            parents[codes[index]] = codes[above]
    return side(name, draw(st.permutations(codes)), parents)


@few
@given(trees("network"), trees("month"), st.randoms(use_true_random=False))
def test_every_cell_has_the_sum_of_its_leaves_in_both_forms(one: Dimension, other: Dimension, random: object) -> None:
    sides = (one, other)
    leaves = prod(len(dimension.leaves) for dimension in sides)
    counts = [random.randint(0, 99) for _ in range(leaves)]  # type: ignore[attr-defined]
    grid = Grid(sides)
    totals = grid.totals(np.array(counts, dtype=float))
    assert totals.tolist() == list(table(sides, counts).all_counts().values())


@few
@given(trees())
def test_a_child_stands_in_the_sum_of_its_parent_and_in_no_other(tree: Dimension) -> None:
    grid = Grid((tree,))
    members = [cell for _, rows in grid.sums() for cell in rows.ravel().tolist()]
    assert sorted(members) == list(range(1, grid.size))
    parents = [cell for cells, _ in grid.sums() for cell in cells.tolist()]
    assert sorted(parents) == sorted(grid.place[0][code] for code in tree.children)


@few
@given(trees(), trees("month"))
def test_numbers_and_coordinates_are_one_another_s_way_back(one: Dimension, other: Dimension) -> None:
    grid = Grid((one, other))
    assert grid.size == size_of(grid.dimensions) == len(list(keys_of(grid.dimensions)))
    for cell, key in enumerate(keys_of(grid.dimensions)):
        at = grid.coordinates(cell)
        assert tuple(dimension.all_codes[place] for dimension, place in zip(grid.dimensions, at, strict=True)) == key


@few
@given(trees())
def test_every_code_has_a_path_to_the_total_through_its_parents_alone(tree: Dimension) -> None:
    for code in tree.codes:
        first, *above = tree.path(code)
        assert first == code
        assert above[-1] == TOTAL
        assert all(code in tree.children[parent] or parent in tree.path(code) for parent in above)
    assert set(tree.leaves) | set(tree.children) == {*tree.codes, TOTAL}


@few
@given(trees())
def test_an_unspecified_leaf_is_added_under_every_inner_code_and_nothing_is_lost(tree: Dimension) -> None:
    wider = tree.with_unspecified()
    inner = [code for code in tree.codes if code in tree.children]
    assert set(wider.codes) == {*tree.codes, *(tree.unspecified(code) for code in inner)}
    assert set(wider.leaves) == {*tree.leaves, *(tree.unspecified(code) for code in inner)}
    assert all(wider.path(code) == tree.path(code) for code in tree.codes)
