"""Sides of tables: every fact stands on exactly one leaf, whatever the question, and every sum is that of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from incidents.codebook.services import codebook
from incidents.disclosure.services import TOTAL
from incidents.releases import gate, wording
from incidents.releases.question import FAMILIES, WORLD, Question, Unaskable
from incidents.releases.sides import PRUNED, pruned, side
from tests.factories.facts import TODAY, facts, frame_of, random_frames, table
from tests.unit.releases.test_question import question, questions

if TYPE_CHECKING:
    from incidents.releases.sides import Side

few = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
YEARS = st.integers(2019, 2027)


def alone(name: str, place: str = WORLD, **changes: object) -> Question:
    """A question by one dimension; as far as it can be asked."""
    try:
        return question(dimensions=(name,), place=place, **changes)
    except Unaskable:
        assume(False)  # noqa: FBT003
        raise


def leaves_of(made: Side, rows: pl.DataFrame) -> list[str]:
    """Where each fact stands."""
    return rows.select(made.leaf.alias("leaf"))["leaf"].to_list()


@few
@given(random_frames(), st.sampled_from(list(FAMILIES)), st.sampled_from([WORLD, "NET_ANPUD", "NET_ENPUD"]))
def test_every_fact_that_is_asked_for_stands_on_a_leaf(rows: pl.DataFrame, name: str, place: str) -> None:
    asked = alone(name, place, since=201901, until=202712)
    made = side(name, asked)
    assert set(leaves_of(made, gate.asked(rows, asked))) <= set(made.dimension.leaves)


@few
@given(random_frames(), questions())
def test_the_total_is_the_persons_whatever_they_are_crossed_by(rows: pl.DataFrame, asked: Question) -> None:
    assume(asked.until - asked.since < 500)
    persons = gate.asked(gate.releasable(rows, asked.series, TODAY), asked)
    counted = table(rows, asked, TODAY)
    assert counted.total == persons.height == persons["person"].n_unique()
    for axis, dimension in enumerate(counted.dimensions):
        spread = dict.fromkeys(dimension.leaves, 0)
        for key, number in counted.counts.items():
            spread[key[axis]] += number
        assert sum(spread.values()) == counted.total


@few
@given(random_frames(), questions(), st.integers(1, 11))
def test_months_apart_add_up_to_the_months_together(rows: pl.DataFrame, asked: Question, cut: int) -> None:
    """But for acts without a month: they stand where their whole year does."""
    dated = rows.filter(pl.col("month").is_not_null())
    periods = ((202501, 202512), (202501, 202500 + cut), (202501 + cut, 202512))
    whole, first, rest = (
        gate.asked(dated, question(since=since, until=until, place=asked.place)).height for since, until in periods
    )
    assert whole == first + rest


@given(YEARS, YEARS, st.integers(1, 12), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_a_period_has_each_of_its_months_once_under_its_quarter_and_year(
    first: int, last: int, one: int, other: int
) -> None:
    since, until = sorted((first * 100 + one, last * 100 + other))
    tree = side("month", question(since=since, until=until, dimensions=("month",))).dimension
    months = [code for code in tree.codes if len(code) == len("2026-03") and "Q" not in code]
    expected = (until // 100 - since // 100) * 12 + until % 100 - since % 100 + 1
    assert len(months) == expected
    assert months == sorted(months)
    for month in months:
        above = tree.path(month)
        quarter = f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"
        assert set(above) <= {month, quarter, month[:4], TOTAL}


@pytest.mark.parametrize("name", FAMILIES)
def test_no_leaf_is_pruned_that_somebody_stands_on_and_only_times_and_places_are(name: str) -> None:
    made = side(name, question(dimensions=(name,))).dimension
    assert pruned(made, made.codes) == made
    bare = pruned(made, ())
    left_out = set(made.codes) - set(bare.codes)
    assert all(code.endswith("_U") for code in left_out)
    assert not left_out or FAMILIES[name] in PRUNED


@pytest.mark.parametrize("name", FAMILIES)
def test_every_code_of_every_side_has_words_of_its_own(name: str) -> None:
    made = side(name, question(dimensions=(name,))).dimension
    words = {code: wording.code_words(made, code) for code in made.all_codes}
    assert all(words.values())
    assert not [code for code, said in words.items() if said == code and FAMILIES[name] != "time"]
    assert not [said for said in words.values() if "%(" in said or said.startswith("_")]
    siblings = [[words[child] for child in children] for children in made.children.values()]
    assert all(len(set(said)) == len(said) for said in siblings)


@pytest.mark.parametrize("country", ["PH", "KE", "GB", "BR"])
def test_a_country_stands_in_the_network_of_the_codebook_whoever_documented_it(country: str) -> None:
    rows = frame_of(facts(4, country=country))
    network = next(one.parent for one in codebook().countries() if one.code == country)
    made = side("network", question(dimensions=("network",)))
    assert set(leaves_of(made, rows)) == {network}
    asked = question(place=network, dimensions=("quarter",))
    assert table(rows, asked, TODAY).total == 4


def test_a_period_of_two_centuries_is_a_table_in_no_time() -> None:
    counted = table(frame_of(facts(4)), question(since=190001, until=209912, dimensions=("month",)), TODAY)
    assert counted.total == 4
    assert counted.size > 2_400
