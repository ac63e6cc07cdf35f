"""Geometry of figures: lengths are shares of the largest, gaps are not zeros, right-to-left is a mirror."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from incidents.summaries import charts
from incidents.summaries.charts import Datum, Estimate

counts = st.integers(min_value=0, max_value=10_000_000)
maybe_counts = st.none() | counts
months = st.builds(lambda year, month: year * 100 + month, st.integers(1990, 2060), st.integers(1, 12))


def data(*values: int | None) -> list[Datum]:
    return [Datum(f"Group {place}", value) for place, value in enumerate(values)]


def by_month(first: int, *values: int | None) -> dict[int, Datum]:
    return {
        month: Datum(charts.month_text(month), value)
        for month, value in zip(charts.months_between(first, first + len(values) - 1), values, strict=True)
    }


def points(text: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def test_the_largest_bar_is_as_long_as_the_figure() -> None:
    assert [bar.span.width for bar in charts.bars(data(25, 100, 50))] == [25, 100, 50]


def test_bars_start_at_the_left_and_mirrored_at_the_right() -> None:
    assert [bar.span.x for bar in charts.bars(data(25, 100))] == [0, 0]
    assert [bar.span.x for bar in charts.bars(data(25, 100), rtl=True)] == [75, 0]


def test_a_number_that_is_hidden_has_no_length_and_keeps_its_reason() -> None:
    (_, bar) = charts.bars([Datum("Shown", 8), Datum("Hidden", None, hidden="linked")])
    assert bar.span.width == 0
    assert bar.datum.hidden == "linked"


@pytest.mark.parametrize("values", [(), (0, 0), (None,)])
def test_nothing_to_draw_is_drawn_as_nothing(values: tuple[int | None, ...]) -> None:
    assert all(bar.span.width == 0 for bar in charts.bars(data(*values)))


@given(values=st.lists(maybe_counts, max_size=30), rtl=st.booleans())
def test_bars_never_leave_the_figure(*, values: list[int | None], rtl: bool) -> None:
    for bar in charts.bars(data(*values), rtl=rtl):
        assert -0.01 <= bar.span.x <= bar.span.x + bar.span.width <= 100.01


@given(st.lists(counts, min_size=2, max_size=12))
def test_longer_bars_stand_for_larger_numbers(values: list[int]) -> None:
    drawn = sorted(charts.bars(data(*values)), key=lambda bar: bar.datum.value or 0)
    assert all(a.span.width <= b.span.width for a, b in pairwise(drawn))


def test_parts_of_a_stack_follow_one_another() -> None:
    (stack,) = charts.stacks([("All", data(10, 30, 60))])
    assert [(span.x, span.width) for span in stack.spans] == [(0, 10), (10, 30), (40, 60)]


def test_parts_of_a_mirrored_stack_follow_one_another_from_the_right() -> None:
    (stack,) = charts.stacks([("All", data(10, 30, 60))], rtl=True)
    assert [(span.x, span.width) for span in stack.spans] == [(90, 10), (60, 30), (0, 60)]


def test_stacks_share_one_scale() -> None:
    small, large = charts.stacks([("Small", data(5, 5)), ("Large", data(20, 20))])
    assert small.spans[0].width == 12.5
    assert large.spans[0].width == 50


def test_a_stack_with_a_hidden_part_has_no_sum() -> None:
    (stack,) = charts.stacks([("All", [Datum("", 5), Datum("", None, hidden="small")])])
    assert stack.total is None
    assert stack.hidden == "linked"


def test_a_hidden_sum_tells_no_more_than_its_parts() -> None:
    (stack,) = charts.stacks([("All", [Datum("", 5), Datum("", None, hidden="any")])])
    assert stack.hidden == "any"


def test_a_stack_sums_its_parts() -> None:
    (stack,) = charts.stacks([("All", data(5, 0, 7))])
    assert stack.total == 12
    assert stack.hidden is None


@given(st.lists(st.lists(counts, min_size=3, max_size=3), min_size=1, max_size=6))
def test_stacked_parts_add_up_to_the_bar(rows: list[list[int]]) -> None:
    drawn = charts.stacks([(str(place), data(*row)) for place, row in enumerate(rows)])
    largest = max(stack.total or 0 for stack in drawn)
    assume(largest)
    for stack in drawn:
        whole = 100 * (stack.total or 0) / largest
        assert sum(span.width for span in stack.spans) == pytest.approx(whole, abs=0.02)


def test_months_run_over_the_end_of_a_year() -> None:
    assert charts.months_between(203011, 203102) == [203011, 203012, 203101, 203102]


def test_there_are_no_months_backwards() -> None:
    assert charts.months_between(203102, 203011) == []


@given(months, st.integers(0, 200))
def test_months_are_real_and_rise(first: int, count: int) -> None:
    listed = charts.months_between(first, first + count)
    assert all(1 <= month % 100 <= 12 for month in listed)
    assert all(a < b for a, b in pairwise(listed))


def test_a_month_is_written_as_in_iso_8601() -> None:
    assert charts.month_text(203106) == "2031-06"


@pytest.mark.parametrize(
    ("largest", "axis"),
    [
        (0, (1, 1)),
        (1, (1, 1)),
        (3, (3, 1)),
        (7, (8, 2)),
        (34, (40, 10)),
        (101, (150, 50)),
        (1240, (1500, 500)),
    ],
)
def test_an_axis_ends_at_a_round_number(largest: int, axis: tuple[int, int]) -> None:
    assert charts.top_of_axis(largest) == axis


@given(counts)
def test_an_axis_holds_its_largest_number_with_few_ticks(largest: int) -> None:
    top, step = charts.top_of_axis(largest)
    assert top >= largest
    assert top % step == 0
    assert top // step <= 5
    assert str(step).rstrip("0") in {"1", "2", "5"}


def test_columns_stand_on_the_base_line() -> None:
    chart = charts.columns(by_month(203101, 10, 5), first=203101, last=203102)
    assert [(column.y, column.height) for column in chart.items] == [(0, 200), (100, 100)]


def test_a_month_without_a_number_is_a_gap_and_zero_is_not() -> None:
    chart = charts.columns(by_month(203101, 10, 0), first=203101, last=203103)
    gap = chart.items[2]
    assert chart.items[1].height == 0
    assert (gap.datum.value, gap.height) == (None, charts.HEIGHT)
    assert chart.has_gaps


def test_a_hidden_month_is_a_gap_with_its_reason() -> None:
    hidden = {203101: Datum("2031-01", None, hidden="small")}
    (column,) = charts.columns(hidden, first=203101, last=203101).items
    assert column.datum.hidden == "small"
    assert column.height == charts.HEIGHT


def test_full_months_have_no_gaps() -> None:
    assert not charts.columns(by_month(203101, 10, 0), first=203101, last=203102).has_gaps


def test_time_runs_with_the_reading() -> None:
    chart = by_month(203101, 1, 2, 3)
    forwards = [column.span.x for column in charts.columns(chart, first=203101, last=203103).items]
    backwards = [column.span.x for column in charts.columns(chart, first=203101, last=203103, rtl=True).items]
    assert forwards == sorted(forwards)
    assert backwards == sorted(backwards, reverse=True)


def test_an_empty_period_is_an_empty_chart() -> None:
    chart = charts.columns({}, first=203102, last=203101)
    assert (chart.items, chart.times) == ((), ())


def test_a_short_time_is_labelled_by_months_and_a_long_one_by_years() -> None:
    short = charts.time_ticks(charts.months_between(203101, 203106))
    long = charts.time_ticks(charts.months_between(202801, 203112))
    assert [tick.text for tick in short] == ["2031-01", "2031-03", "2031-05"]
    assert [tick.text for tick in long] == ["2028", "2029", "2030", "2031"]


@given(first=months, count=st.integers(1, 600), rtl=st.booleans())
def test_labels_fit_side_by_side_on_a_phone(*, first: int, count: int, rtl: bool) -> None:
    listed = charts.months_between(first, first + count)
    assume(listed)
    ticks = sorted(charts.time_ticks(listed, rtl=rtl), key=lambda tick: tick.at)
    width = 240 / 100
    for before, after in pairwise(ticks):
        half = 7.2 * len(before.text) / 2
        assert (after.at - before.at) * width >= half * 2


@pytest.mark.parametrize(("at", "anchor"), [(1, "start"), (50, "middle"), (99, "end")])
def test_a_label_does_not_leave_the_figure(at: float, anchor: str) -> None:
    assert charts.Tick(at, "2031-01").anchor == anchor


def test_numbers_on_an_axis_are_grouped() -> None:
    assert charts.value_ticks(2000, 1000)[0].text == "2\u202f000"


def test_the_base_line_bears_no_label() -> None:
    assert [tick.at for tick in charts.value_ticks(20, 10)] == [0, 100]


def estimates(first: int, *triples: tuple[int, int, int] | None) -> dict[int, Estimate | None]:
    listed = charts.months_between(first, first + len(triples) - 1)
    return {month: Estimate(*triple) if triple else None for month, triple in zip(listed, triples, strict=True)}


def test_a_line_goes_through_the_best_numbers_over_its_band() -> None:
    chart = charts.line(estimates(203101, (0, 2, 4), (2, 3, 4)), first=203101, last=203102)
    assert points(chart.lines[0]) == [(250, 100), (750, 50)]
    assert points(chart.bands[0]) == [(250, 0), (750, 0), (750, 100), (250, 200)]


def test_a_line_breaks_where_a_month_has_no_number() -> None:
    chart = charts.line(estimates(203101, (1, 1, 1), (1, 1, 1), None, (1, 1, 1), (1, 1, 1)), first=203101, last=203105)
    assert [len(points(stroke)) for stroke in chart.lines] == [2, 2]
    assert chart.has_gaps


def test_a_month_alone_between_gaps_is_a_dot() -> None:
    chart = charts.line(estimates(203101, None, (1, 2, 4), None), first=203101, last=203103)
    assert chart.dots == ((50.0, 100.0),)


def test_a_mirrored_line_is_the_same_line_from_the_other_side() -> None:
    triples = [(0, 1, 2), (1, 5, 9), (2, 3, 4)]
    there = points(charts.line(estimates(203101, *triples), first=203101, last=203103).lines[0])
    back = points(charts.line(estimates(203101, *triples), first=203101, last=203103, rtl=True).lines[0])
    assert [charts.CANVAS - x for x, _ in there] == pytest.approx([x for x, _ in back], abs=0.11)
    assert [y for _, y in there] == [y for _, y in back]


@pytest.mark.parametrize("triple", [(3, 2, 5), (1, 6, 5)])
def test_an_estimate_out_of_order_is_refused(triple: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="low <= best <= high"):
        Estimate(*triple)


@given(
    st.lists(
        st.none() | st.lists(counts, min_size=3, max_size=3).map(lambda n: tuple(sorted(n))),
        min_size=1,
        max_size=12,
    )
)
def test_a_line_never_leaves_its_canvas(triples: list[tuple[int, int, int] | None]) -> None:
    chart = charts.line(estimates(203101, *triples), first=203101, last=203100 + len(triples))
    drawn = [point for text in (*chart.bands, *chart.lines) for point in points(text)]
    assert all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y in drawn)
