"""Stars for rows that are alone, on examples small enough to work by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from incidents.disclosure.grouping import grouped, varieties
from incidents.disclosure.local_suppression import Attribute, Rows, classes, stars, subsets

ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 2), st.integers(-1, 2)), min_size=1)


def starred(
    rows: list[tuple[str, ...]], k: int, costs: list[float], sensitive: list[int] | None = None, least: int = 1
) -> list[str] | None:
    """Each row as it is shown, in the order given."""
    letters = [sorted({row[place] for row in rows}) for place in range(len(rows[0]))]
    columns = [np.array([known.index(row[place]) for row in rows]) for place, known in enumerate(letters)]
    attributes = (Attribute(np.array(sensitive), 10, least),) if sensitive else ()
    counted = Rows(np.ones(len(rows), dtype=np.int64), attributes)
    made = classes(counted, columns, [len(known) for known in letters], k)
    marks = stars(counted, made, costs, k)
    if marks is None:
        return None
    return [
        "".join("*" if mark else letter for mark, letter in zip(marks[made.of[number]], row, strict=True))
        for number, row in enumerate(rows)
    ]


def test_rows_that_have_company_keep_their_codes() -> None:
    assert starred([("a", "x"), ("a", "x"), ("b", "y"), ("b", "y")], 2, [1, 1]) == ["ax", "ax", "by", "by"]


def test_two_rows_that_differ_in_one_place_get_a_star_there() -> None:
    assert starred([("a", "x"), ("b", "x"), ("c", "z"), ("c", "z")], 2, [1, 1]) == ["*x", "*x", "cz", "cz"]


def test_the_cheaper_column_is_starred_first() -> None:
    rows = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    assert starred(rows, 2, [1, 2]) == ["*x", "*y", "*x", "*y"]
    assert starred(rows, 2, [2, 1]) == ["a*", "a*", "b*", "b*"]


def test_a_star_is_a_code_of_its_own_so_that_a_row_alone_takes_others_with_it() -> None:
    # read as a wildcard, one star (*x) would do for the fourth row; as a code it needs company
    rows = [("a", "x"), ("a", "x"), ("a", "x"), ("b", "x")]
    assert starred(rows, 2, [1, 1]) == ["*x", "*x", "*x", "*x"]


def test_what_is_left_joins_the_smallest_class_that_fits() -> None:
    rows = [("a", "x")] * 3 + [("b", "x")] * 2 + [("c", "x")]
    assert starred(rows, 2, [1, 1]) == ["ax"] * 3 + ["*x"] * 3


def test_what_is_left_joins_rows_that_have_the_stars_already() -> None:
    # a and b share *x; c fits nobody, and costs less with them, who have a star, than with d
    rows = [("a", "x"), ("b", "x"), ("c", "y"), ("d", "z"), ("d", "z")]
    assert starred(rows, 2, [1, 5]) == ["**", "**", "**", "dz", "dz"]


def test_a_class_whose_persons_share_what_is_sensitive_is_opened_to_others() -> None:
    rows = [("a", "x"), ("a", "x"), ("b", "x"), ("b", "x")]
    assert starred(rows, 2, [1, 1], [1, 1, 1, 2], least=2) == ["*x", "*x", "*x", "*x"]
    assert starred(rows, 2, [1, 1], [1, 2, 1, 2], least=2) == ["ax", "ax", "bx", "bx"]


def test_a_value_that_is_not_known_is_no_second_value() -> None:
    assert starred([("a", "x"), ("a", "x")], 2, [1, 1], [1, -1], least=2) is None


def test_where_there_are_not_enough_rows_stars_do_not_help() -> None:
    assert starred([("a", "x"), ("b", "x")], 3, [1, 1]) is None


def test_sets_of_columns_come_from_the_cheapest_and_a_column_that_says_nothing_is_in_none() -> None:
    assert list(subsets([2, 0, 1])) == [(2,), (0,), (0, 2)]


@given(ROWS, st.integers(1, 4), st.integers(1, 2))
def test_whatever_the_rows_each_looks_like_k_others_or_there_is_no_answer(
    rows: list[tuple[int, int, int, int]], k: int, least: int
) -> None:
    sensitive = [row[3] for row in rows]
    texts = [tuple(str(code) for code in row[:3]) for row in rows]
    shown = starred(texts, k, [1, 1, 1], sensitive, least)
    possible = len(rows) >= k and len({one for one in sensitive if one >= 0}) >= least
    if shown is None:
        # a column of one code costs nothing and gets no star, so everything can be joined
        assert not possible
        return
    for text in set(shown):
        alike = [number for number, other in enumerate(shown) if other == text]
        assert len(alike) >= k
        assert len({sensitive[number] for number in alike if sensitive[number] >= 0}) >= least


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 900_000), st.integers(0, 3)), min_size=1))
def test_groups_are_numbered_in_the_order_of_their_codes(rows: list[tuple[int, int, int]]) -> None:
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    places = {row: number for number, row in enumerate(sorted(set(rows)))}
    for sizes in ([6, 900_001, 4], [1 << 30, 1 << 30, 4]):
        groups, count = grouped(columns, sizes, len(rows))
        assert groups.tolist() == [places[row] for row in rows]
        assert count == len(places)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 5)), min_size=1), st.sampled_from([6, 1 << 40]))
def test_distinct_values_are_counted_in_each_group(rows: list[tuple[int, int]], size: int) -> None:
    groups, values = (np.array(column) for column in zip(*rows, strict=True))
    expected = [len({value for group, value in rows if group == one and value >= 0}) for one in range(4)]
    assert varieties(groups, 4, values, size).tolist() == expected
