"""A report counts by column and reason, and never quotes."""

from __future__ import annotations

import datetime as dt

from incidents.exchange.build import build
from incidents.exchange.cells import Why
from incidents.exchange.readers import Row
from incidents.exchange.report import ROWS_SHOWN, Report, Tally, shown
from tests.unit.exchange.factories import plan

TODAY = dt.date(2031, 6, 1)


def report_of(*rows: Row) -> Report:
    """What a report says after these rows."""
    report = Report()
    for row in rows:
        report.read(row)
        if not row.header:
            report.built(row, build(row, plan(), today=TODAY))
    return report


def test_values_are_counted_by_column_and_reason() -> None:
    report = report_of(
        Row(2, {"colour": "canary-red", "when": "canary spring"}), Row(3, {"colour": "canary-blue", "what": "words"})
    )
    assert report.rows == report.imported == 2
    assert report.asides["colour", Why.NO_FIELD].rows == [2, 3]
    assert report.asides["when", Why.NO_DATE].values == 1
    assert report.kept_aside == 3


def test_lines_name_columns_reasons_and_rows_and_no_value() -> None:
    text = "\n".join(report_of(Row(2, {"colour": "canary-red"}), Row(3, {"who": "canary\x07"})).lines())
    assert "canary" not in text
    assert "colour" in text
    assert "The mapping has no field for this column." in text


def test_ragged_rows_are_reported_with_what_to_do() -> None:
    rows = (Row(2, {"what": "x", "column 9": "over"}, 1), Row(3, {"what": "x"}, -2))
    text = "\n".join(report_of(*rows).lines())
    assert "more cells than the header: 1 (row 2)" in text
    assert "quotation marks" in text
    assert "fewer cells than the header, the rest taken as empty: 1 (row 3)" in text


def test_header_rows_are_no_rows() -> None:
    report = report_of(Row(2, {"what": "#tag"}, 0, header=True), Row(3, {"what": "x"}))
    assert (report.rows, report.headers) == (1, 1)
    assert "1 row of column tags" in next(report.lines())


def test_a_dry_run_says_that_it_would() -> None:
    assert "Would import: 1." in "\n".join(report_of(Row(2, {"what": "x"})).lines(dry_run=True))


def test_a_tally_shows_the_first_rows_alone() -> None:
    tally = Tally()
    for row in range(1, ROWS_SHOWN + 3):
        tally.add(row)
    assert str(tally) == "7 (row 1, 2, 3, 4, 5, …)"


def test_a_columns_name_cannot_play_with_the_terminal() -> None:
    assert shown("a\x1b[31mb") == "a?[31mb"
    assert len(shown("x" * 500)) == 40


def test_changed_rows_say_what_to_do() -> None:
    report = Report()
    report.changed.add(9)
    assert "Compare them with the records" in "\n".join(report.lines())
