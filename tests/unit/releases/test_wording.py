"""Words of a release: made from codes alone, complete, and the same question always says the same."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from incidents.codebook.services import codebook
from incidents.disclosure.services import HIDDEN, TOTAL, ProtectedTable, Reason
from incidents.releases import method, wording, writers
from incidents.releases.forms import REFUSED, SERIES_NOTES, QuestionForm, fields_of, places, violations
from incidents.releases.layout import lay_out, whole
from incidents.releases.question import AGE_GROUPS, FAMILIES, WORLD, Question, Series
from incidents.releases.writers import csv_file
from tests.unit.disclosure.factories import side
from tests.unit.releases.test_question import question, questions
from tests.unit.releases.test_writers import edition

some = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def protected_of(*sizes: int, hidden: frozenset[int] = frozenset()) -> ProtectedTable:
    """A table of sides of these sizes, its cells numbered, some of them hidden."""
    names = list(FAMILIES)
    sides = tuple(side(names[place], [f"{place}{code}" for code in range(size)]) for place, size in enumerate(sizes))
    keys: list[tuple[str, ...]] = [()]
    for one in sides:
        keys = [(*key, code) for key in keys for code in one.all_codes]
    cells = {key: HIDDEN if place in hidden else place for place, key in enumerate(keys)}
    return ProtectedTable(
        dimensions=sides,
        cells=cells,
        title="",
        measure="persons",
        scope={},
        policy_version="1",
        threshold=5,
        delay_days=30,
    )


@some
@given(questions())
def test_a_question_comes_back_from_its_form_as_it_was(asked: Question) -> None:
    form = QuestionForm(MultiDict(fields_of(asked)))
    assert form.question() == asked, form.errors


@some
@given(questions())
def test_a_title_names_everything_that_the_question_narrows_down_to(asked: Question) -> None:
    title = wording.title(asked)
    assert wording.month(asked.since) in title
    assert wording.month(asked.until) in title
    assert wording.place(asked.place) in title
    assert all(words in title for _, words in wording.filters(asked))
    assert len(wording.filters(asked)) == sum(
        bool(one) for one in (asked.violation, asked.gender, asked.age, asked.perpetrator_group)
    )
    assert (str(wording.SERIES[asked.series]) in title) is (asked.series is not Series.CREDIBLE)


@some
@given(questions(), questions())
def test_two_questions_that_count_differently_are_called_differently(one: Question, other: Question) -> None:
    if wording.title(one) == wording.title(other):
        assert one == other


def test_everything_that_can_be_chosen_has_words() -> None:
    assert set(wording.DIMENSIONS) == set(FAMILIES)
    assert set(wording.SERIES) == set(SERIES_NOTES) == set(method.SERIES) == set(Series)
    assert set(wording.AGES) == set(AGE_GROUPS.values())
    assert set(method.BY_FAMILY) == set(FAMILIES.values())
    assert set(REFUSED) == set(Reason)


def test_whatever_the_form_offers_can_be_asked() -> None:
    for choice in places():
        assert question(place=choice.value)
    for choice in violations():
        assert question(violation=choice.value)
    form = QuestionForm(MultiDict())
    for name in ("gender", "age", "perpetrator_group"):
        for choice in form[name].choices:
            assert question(**{name: choice.value or None})


def test_every_country_is_offered_once_in_the_order_of_its_name() -> None:
    offered = [choice for choice in places() if codebook().is_country(choice.value)]
    assert {choice.value for choice in offered} == {one.code for one in codebook().countries()}
    assert [str(choice.label) for choice in offered] == sorted(str(choice.label) for choice in offered)
    assert places()[0].value == WORLD


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-3", "26-03", "2026-03-01", "1899-12", "2100-01", "２０２６-03", "2026-03\n1"]
)
def test_what_is_no_month_is_said_to_be_none_and_stays_in_the_form(text: str) -> None:
    form = QuestionForm(MultiDict(fields_of(question()) | {"since": text}))
    assert form.question() is None
    assert "Give a month as year and month" in str(form.errors["since"])
    assert form.since.data == text.strip()


@some
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.sets(st.integers(0, 30)))
def test_no_cell_is_lost_or_shown_twice_however_a_table_is_laid_out(sizes: list[int], hidden: set[int]) -> None:
    protected = protected_of(*sizes, hidden=frozenset(hidden))
    grid = lay_out(protected)
    shown = [value for row in grid.rows for value in row.cells]
    assert sorted(map(str, shown)) == sorted(map(str, protected.cells.values()))
    assert all(len(row.labels) == len(grid.heads) for row in grid.rows)
    assert all(len(row.cells) == len(grid.columns) for row in grid.rows)
    assert grid.rows[0].cells[0] is protected.cells[(TOTAL,) * len(sizes)]
    assert whole(protected).grid == grid


@some
@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.sets(st.integers(0, 30)))
def test_a_row_of_the_csv_says_shown_with_a_number_or_suppressed_without(sizes: list[int], hidden: set[int]) -> None:
    made = replace(edition(), protected=protected_of(*sizes, hidden=frozenset(hidden)))
    rows = list(csv.DictReader(io.StringIO(csv_file(made).decode("utf-8-sig"))))
    assert len(rows) == len(made.protected.cells)
    for row, value in zip(rows, made.protected.cells.values(), strict=True):
        expected = ("", wording.SUPPRESSED) if value is HIDDEN else (str(value), wording.SHOWN)
        assert (row["persons"], row["state"]) == expected


@some
@given(st.lists(st.integers(1, 3), min_size=1, max_size=2), st.sets(st.integers(0, 30)))
def test_the_cost_that_is_told_is_made_from_published_numbers(sizes: list[int], hidden: set[int]) -> None:
    protected = protected_of(*sizes, hidden=frozenset(hidden))
    told = method.cost(protected)
    numbers = [int(number) for number in re.findall(r"\d+", told)]
    assert numbers[:2] == [len(protected.hidden), len(protected.cells)]
    assert ("counted only in totals" in told) is (protected.share_of_persons_hidden is not None)


@some
@given(questions())
def test_a_note_explains_every_side_and_both_versions(asked: Question) -> None:
    note = method.note(asked, edition().protected, "2019.1-earlier")
    terms = [term for term, _ in note]
    assert len(terms) == len(set(terms)) or asked.violation or asked.perpetrator_group
    assert {str(wording.DIMENSIONS[name]) for name in asked.dimensions} <= set(terms)
    assert "codebook 2019.1-earlier" in dict(note)["Versions"]
    assert all(meaning.strip() and "%(" not in meaning for _, meaning in note)


def test_every_format_of_a_release_has_words() -> None:
    assert set(wording.FORMATS) == set(writers.FORMATS)
