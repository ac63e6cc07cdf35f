"""From counts to what a page says: headlines, marks, links, months and years."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from werkzeug.datastructures import MultiDict

from incidents.summaries import panels
from incidents.summaries.counts import Dashboard, Query, Tally, counts
from incidents.summaries.forms import FilterForm, addresses, near_in_tree
from incidents.summaries.panels import Cell, Row
from tests.factories.fact_rows import fact, frame


def address(**changes: str | None) -> str:
    return "?" + "&".join(f"{name.rstrip('_')}={value}" for name, value in changes.items())


def dashboard(*months: int | None, **query: object) -> Dashboard:
    rows = [fact(case=place, person=place, month=month) for place, month in enumerate(months)]
    return counts(frame(rows), Query(**query))  # type: ignore[arg-type]


# -- headlines -----------------------------------------------------------------------------------------


def test_a_headline_names_the_row_with_the_highest_number() -> None:
    rows = [Row("2016-08", Tally(cases=3)), Row("2016-09", Tally(cases=7))]
    assert panels.finding(rows, "cases") == "Most documented cases: 2016-09"


@pytest.mark.parametrize("numbers", [(), (0,), (0, 0), (4, 4), (4, 4, 1)])
def test_no_row_is_named_when_none_stands_out(numbers: tuple[int, ...]) -> None:
    assert panels.finding([Row(str(place), Tally(cases=one)) for place, one in enumerate(numbers)], "cases") is None


def test_the_page_opens_with_killings_where_there_are_any_else_with_cases() -> None:
    rows = [fact(case=1, person=1, month=201609, violation="LIF_EJK", killed_low=1, killed_best=1, killed_high=1)]
    quiet = [fact(case=place, person=place, month=201701) for place in (2, 3)]
    assert panels.headline(counts(frame(rows + quiet), Query())) == "Most documented killings: <bdi>2016-09</bdi>"
    assert panels.headline(counts(frame(quiet), Query())) == "Most documented cases: <bdi>2017-01</bdi>"


# -- marks ---------------------------------------------------------------------------------------------


def test_every_count_of_one_to_four_is_marked() -> None:
    cells = Row("x", Tally(cases=4, persons=5, acts=0, killed_low=6, killed_best=6, killed_high=6)).cells()
    assert cells == [Cell(4, small=True), Cell(5, small=False), Cell(0, small=False), Cell(6, small=False)]


@pytest.mark.parametrize(("low", "best", "high"), [(4, 5, 6), (0, 0, 1), (3, 9, 9)])
def test_a_range_is_small_if_any_of_its_numbers_is(low: int, best: int, high: int) -> None:
    assert panels.killed_cell(Tally(killed_low=low, killed_best=best, killed_high=high)) == Cell(
        best, small=True, ends=(low, high)
    )


def test_a_figure_carries_the_mark_of_the_number_it_draws() -> None:
    row = Row("x", Tally(cases=4, persons=40))
    assert row.datum("cases").small
    assert not row.datum("persons").small


# -- time ----------------------------------------------------------------------------------------------


def test_months_between_without_a_case_are_zero_and_not_gaps() -> None:
    time = panels.by_month(dashboard(201601, 201603), "cases", rtl=False)
    assert time is not None
    assert [row.tally.cases for row in time.panel.rows] == [1, 0, 1]
    assert not time.cases.has_gaps
    assert not time.killed.has_gaps


def test_the_time_that_was_asked_for_is_drawn_whole() -> None:
    time = panels.by_month(dashboard(201603, first=201601, last=201605), "cases", rtl=False)
    assert time is not None
    assert len(time.panel.rows) == 5


def test_cases_without_a_month_follow_the_months() -> None:
    time = panels.by_month(dashboard(201601, None), "cases", rtl=False)
    assert time is not None
    assert [row.label for row in time.panel.rows] == ["<bdi>2016-01</bdi>", "Not known"]


def test_a_long_time_goes_by_year() -> None:
    assert panels.by_month(dashboard(201401, 201601), "cases", rtl=False) is None
    assert panels.by_month(dashboard(201402, 201601), "cases", rtl=False) is not None
    years = panels.by_year(dashboard(201401, 201601), "cases", address)
    assert [row.href for row in years.rows] == ["?from=2014-01&to=2014-12", "?from=2016-01&to=2016-12"]


def test_no_dated_case_is_no_time() -> None:
    assert panels.by_month(dashboard(None), "cases", rtl=False) is None


# -- codes ---------------------------------------------------------------------------------------------


def test_rows_rank_by_what_is_measured() -> None:
    rows = [
        fact(case=1, person=1, country="PH"),
        *(fact(case=2, person=person, country="BR") for person in (2, 3)),
        fact(case=3, person=4, country="PH"),
    ]
    found = counts(frame(rows), Query())
    assert [row.label for row in panels.by_country(found, "cases", address).rows] == ["Philippines", "Brazil"]
    acts = counts(frame([*rows, fact(case=2, person=2, country="BR")]), Query())
    assert [row.label for row in panels.by_country(acts, "acts", address).rows] == ["Brazil", "Philippines"]


def test_a_violation_with_nothing_below_it_leads_nowhere() -> None:
    rows = [fact(violation="LIF_EJK_OP"), fact(violation="LIF_UNK"), fact(violation="LIF")]
    found = panels.by_violation(counts(frame(rows), Query(violation="LIF")), "acts", address)
    assert {row.href for row in found.rows} == {"?violation=LIF_EJK", None}
    assert sum(row.href is None for row in found.rows) == 2


def test_the_way_back_up_the_tree_ends_at_all_violations() -> None:
    names = [name for name, _ in panels.violation_trail("LIF_EJK_OP", address)]
    assert names[0] == "All violations"
    assert len(names) == 3
    assert panels.violation_trail("", address) == []


def test_the_cross_table_has_every_group_of_perpetrators_for_each_gender_that_occurs() -> None:
    found = panels.by_perpetrator_and_gender(counts(frame([fact(gender="GEN_M")]), Query()), "persons", rtl=False)
    assert len(found.series) == 4
    assert [(label, [cell.value for cell in cells]) for label, cells in found.rows] == [("Man or boy", [1, 0, 0, 0])]


def test_a_map_shades_what_is_measured() -> None:
    drawn = panels.country_map(counts(frame([fact(case=case) for case in range(12)]), Query()), "cases")
    assert [(shape.country, shape.level) for shape in drawn.shapes] == [("PH", 2)]


def test_reasons_come_with_their_meaning_the_most_frequent_first() -> None:
    found = panels.held_rows(counts(frame([], [(1, "incomplete"), (2, "consent"), (3, "consent")]), Query()))
    assert [(label, cell.value) for label, cell, _ in found] == [("No consent for statistics", 2), ("Not finished", 1)]
    assert all(meaning for _, _, meaning in found)


# -- addresses -----------------------------------------------------------------------------------------


def form(**given: str) -> FilterForm:
    return FilterForm(MultiDict(given))


def test_an_address_keeps_all_filters_but_the_one_it_changes() -> None:
    changed = addresses(form(country="PH", gender="GEN_W", **{"from": "2016-09"}))(country="BR")
    assert parse_qs(changed[1:]) == {"from": ["2016-09"], "country": ["BR"], "gender": ["GEN_W"]}


def test_an_address_can_take_a_filter_away() -> None:
    assert addresses(form(country="PH"), "/summaries")(country=None) == "/summaries?"


def test_defaults_do_not_stand_in_an_address() -> None:
    assert form(measure="cases", series="").filters() == {}
    assert form(measure="acts").filters() == {"measure": "acts"}


def test_a_form_asks_for_what_it_says() -> None:
    asked = form(
        **{"from": " 2016-09 ", "to": "2017-01"}, country="PH", violation="LIF", open_source="no", series="credible"
    )
    assert asked.validate()
    assert asked.query() == Query(201609, 201701, country="PH", violation="LIF", open_source=False, series="credible")


def test_the_list_of_a_tree_has_its_groups_and_what_is_near_the_choice() -> None:
    chosen = form(violation="LIF_EJK")
    chosen.offer({"country": ["PH"]})
    offered = {choice.value for choice in chosen.violation.choices}
    assert {"", "LIF", "LIF_EJK", "LIF_EJK_OP", "TOR"} <= offered
    assert "TOR_TORT" not in offered
    assert {choice.value for choice in chosen.country.choices} == {"", "PH"}


def test_an_unknown_node_adds_nothing_to_a_list() -> None:
    tree = panels.codebook().vocabulary("violation_types")
    assert near_in_tree(tree, "NO_SUCH") == {root.code for root in tree.roots}
