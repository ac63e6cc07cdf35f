"""Tables that are safe one by one, and not together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.disclosure.services import (
    HIDDEN,
    TOTAL,
    Leak,
    Refused,
    Released,
    Table,
    audit_union,
    protect,
    protect_together,
    reasons,
)
from incidents.disclosure.suppression import without
from tests.unit.disclosure.factories import PLAIN, series, side, square, table

if TYPE_CHECKING:
    from incidents.disclosure.services import ProtectedTable

MONTHS = side("month", ["m0", "m1", "m2"])
YEAR = {"month": "time", "year": "time"}


def shown(question: Table, facts: str = "now", **about: object) -> Released:
    return Released(without(question, [], 5, PLAIN), facts, **about)  # type: ignore[arg-type]


def women(*counts: int) -> Table:
    return table([MONTHS], counts, scope={"gender": ("W",)})


def test_the_others_in_a_total_are_a_group_that_two_tables_tell() -> None:
    everybody, some = shown(series(40, 50, 60)), shown(women(38, 20, 60))
    assert audit_union([everybody]) == audit_union([some]) == []
    assert audit_union([everybody, some]) == [Leak(("now", "month=m0"), (("now", "gender=W", "month=m0"),))]


def test_tables_of_other_facts_tell_nothing_of_each_other() -> None:
    assert audit_union([shown(series(40, 50, 60), "persons"), shown(women(38, 20, 60), "incidents")]) == []


def test_a_cell_that_one_table_hides_and_another_shows_does_not_protect_its_neighbours() -> None:
    question = square([[3, 40], [30, 20]])
    corners = without(question, [("a0", "b0"), ("a0", "b1"), ("a1", "b0"), ("a1", "b1")], 5, PLAIN)
    row = table([side("month", ["a0", "a1"])], [40, 20], scope={"perpetrator_group": ("b1",)})
    assert audit_union([Released(corners, "now")]) == []
    leaks = audit_union([Released(corners, "now"), shown(row)])
    assert Leak(("now", "month=a0", "perpetrator_group=b0")) in leaks


def test_a_filter_and_a_side_that_tell_the_same_are_one() -> None:
    both = table([side("gender", ["W", "M"]), MONTHS], [38, 20, 60, 20, 30, 40])
    assert audit_union([shown(both), shown(women(38, 20, 60))]) == []


def test_finer_and_coarser_sides_under_one_name_are_compared() -> None:
    months = side("month", ["y1", "m0", "m1"], {"m0": "y1", "m1": "y1"})
    fine = table([months], [30, 13], scope={"gender": ("W",)})
    coarse = table([side("year", ["y1", "y2"])], [45, 60])
    assert audit_union([shown(fine), shown(coarse)]) == []
    assert audit_union([shown(fine, names=YEAR), shown(coarse, names=YEAR)]) == [
        Leak(("now", "time=m0+m1"), (("now", "gender=W", "time=m0+m1"),))
    ]


def test_filters_below_one_another_need_their_codes_to_be_known() -> None:
    rape = table([MONTHS], [38, 20, 60], scope={"violation": ("GBV_RAPE",)})
    all_kinds = table([MONTHS], [40, 50, 60], scope={"violation": ("GBV",)})
    parents = {"violation": {"GBV_RAPE": "GBV", "GBV_U": "GBV"}}
    assert audit_union([shown(rape), shown(all_kinds)]) == []
    assert audit_union([shown(rape, parents=parents), shown(all_kinds)])


def test_who_came_between_two_releases_is_a_group() -> None:
    first, second = shown(series(40, 50, 60), "q1"), shown(series(42, 50, 66), "q2")
    assert audit_union([first, second]) == []
    assert audit_union([first, second], grown=[("q1", "q2")]) == [Leak(("q2", "month=m0"), (("q1", "month=m0"),))]


def test_who_went_between_two_releases_is_a_group_too() -> None:
    first, second = shown(series(40, 50, 60), "q1"), shown(series(39, 50, 70), "q2")
    assert Leak(("q2", "month=m0"), (("q1", "month=m0"),)) in audit_union([first, second], grown=[("q1", "q2")])


def test_each_of_two_releases_is_safe_and_their_difference_tells_new_victims() -> None:
    """The same table a month later, with three more persons in cells that both releases show."""
    before = square([[3, 40, 60], [30, 20, 60], [60, 60, 60]])
    after = square([[3, 40, 60], [30, 20, 60], [60, 61, 62]])
    releases = [Released(protect(one, PLAIN), name) for one, name in ((before, "q1"), (after, "q2"))]
    assert audit_union(releases[:1]) == audit_union(releases[1:]) == []
    assert audit_union(releases, grown=[("q1", "q2")])


def test_joined_countries_are_others_in_each_table() -> None:
    one = table([side("country", ["PH", "_O"])], [90, 40])
    other = table([side("country", ["FI", "_O"])], [90, 38])
    assert audit_union([shown(one, "a"), shown(other, "a")]) in ([], [Leak(("impossible",))])


def test_the_earlier_table_that_is_the_reason_is_named() -> None:
    harmless = shown(table([side("perpetrator_group", ["ST", "NS"])], [90, 60]))
    everybody = shown(series(40, 50, 60))
    assert reasons([harmless, everybody], shown(women(38, 20, 60))) == [1]
    assert reasons([harmless], shown(women(38, 20, 60))) == []


def test_numbers_that_fit_no_true_table_are_no_proof_of_safety() -> None:
    assert audit_union([shown(series(40, 50, 60)), shown(women(70, 20, 60))]) == [Leak(("impossible",))]


def pair(counts: list[int]) -> tuple[Table, Table]:
    """A table of everybody by month and perpetrator, and the women of it by month."""
    cube = table([MONTHS, side("perpetrator_group", ["ST", "NS"]), side("gender", ["W", "M"])], counts)
    wide: dict[tuple[str, ...], int] = {}
    narrow: dict[tuple[str, ...], int] = {}
    for (month, perpetrator, gender), count in cube.counts.items():
        wide[month, perpetrator] = wide.get((month, perpetrator), 0) + count
        if gender == "W":
            narrow[(month,)] = narrow.get((month,), 0) + count
    return (
        Table.from_counts(cube.dimensions[:2], wide),
        Table.from_counts([MONTHS], narrow, scope={"gender": ("W",)}),
    )


def released(tables: list[ProtectedTable], truth: tuple[Table, ...]) -> list[Released]:
    return [Released(one, "now", truth=true) for one, true in zip(tables, truth, strict=True)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 30), min_size=12, max_size=12))
def test_tables_protected_together_tell_no_small_group(counts: list[int]) -> None:
    tables = pair(counts)
    try:
        protected = protect_together(tables, PLAIN)
    except Refused:
        return
    assert audit_union(released(protected, tables)) == []
    for one, truth in zip(protected, tables, strict=True):
        true = truth.all_counts()
        assert all(value is HIDDEN or value == true[key] for key, value in one.cells.items())


def test_protecting_one_by_one_leaves_what_protecting_together_does_not() -> None:
    tables = pair([20, 2, 15, 1, 30, 25, 9, 12, 40, 8, 7, 22])
    alone = [protect(one, PLAIN) for one in tables]
    assert audit_union(released(alone, tables))
    assert audit_union(released(protect_together(tables, PLAIN), tables)) == []


def test_a_cell_hidden_in_one_is_hidden_in_all() -> None:
    wide = square([[3, 40, 60], [30, 20, 60], [60, 60, 60]])
    narrow = table([side("month", ["a0", "a1", "a2"])], [103, 110, 180])
    first, second = protect_together([wide, narrow], PLAIN)
    assert all(first.cells[key, TOTAL] == second.cells[(key,)] for key in ("a0", "a1", "a2"))


@pytest.mark.parametrize("counts", [(1, 1, 1), (0, 0, 0)])
def test_none_of_the_tables_leaves_where_one_is_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(Refused):
        protect_together([series(40, 50, 60), women(*counts)], PLAIN)
