"""The map: fixed shades, nothing dropped in silence, and shapes for every State."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.summaries import world

SVG = (Path(world.__file__).parents[1] / "static" / "world.svg").read_text(encoding="utf-8")
#: Uninhabited, or so small or remote that the 1:50m outlines leave them out; they are read in the table.
WITHOUT_SHAPE = {"AQ", "BQ", "BV", "CC", "CX", "GF", "GI", "GP", "MQ", "RE", "SJ", "TK", "TV", "UM", "YT"}


def level(value: int, breaks: tuple[int, ...] = world.BREAKS) -> int | None:
    shapes = world.draw({"PH": value}, breaks).shapes
    return shapes[0].level if shapes else None


@pytest.mark.parametrize(
    ("value", "expected"), [(0, None), (1, 1), (9, 1), (10, 2), (199, 3), (200, 4), (1000, 5), (5_000_000, 5)]
)
def test_a_number_falls_into_the_shade_that_the_key_names(value: int, expected: int | None) -> None:
    assert level(value) == expected


@given(st.integers(1, 10_000))
def test_every_number_lies_between_the_ends_of_its_shade(value: int) -> None:
    shade = world.shades()[(level(value) or 0) - 1]
    assert shade.low <= value
    assert shade.high is None or value <= shade.high


def test_shades_leave_no_number_between_them() -> None:
    classes = world.shades((1, 5, 20))
    assert [(shade.low, shade.high) for shade in classes] == [(1, 4), (5, 19), (20, None)]


@pytest.mark.parametrize("breaks", [(), (0, 5), (5, 5), (9, 3), (1, 2, 3, 4, 5, 6)])
def test_breaks_that_do_not_rise_are_refused(breaks: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="rise from 1"):
        world.shades(breaks)


def test_a_hidden_number_is_drawn_without_a_shade() -> None:
    chart = world.draw({"PH": None, "ID": 4})
    assert {shape.country: shape.level for shape in chart.shapes} == {"PH": None, "ID": 1}
    assert chart.has_hidden


def test_a_country_without_a_shape_is_named_as_absent() -> None:
    chart = world.draw({"TV": 4, "PH": 4, "ZZ": 1})
    assert chart.absent == ("TV", "ZZ")
    assert [shape.country for shape in chart.shapes] == ["PH"]


def test_a_country_without_cases_is_not_called_absent() -> None:
    assert world.draw({"TV": 0}).absent == ()


def test_the_list_of_shapes_is_what_the_file_holds() -> None:
    drawn = world.outlines()
    assert set(re.findall(r'<path id="(\w\w)"', SVG)) == drawn.outlines
    assert set(re.findall(r'<circle id="(\w\w)"', SVG)) == drawn.dots
    assert f'viewBox="0 0 {drawn.width} {drawn.height}"' in SVG


def test_no_country_has_two_shapes() -> None:
    ids = re.findall(r' id="(\w+)"', SVG)
    assert len(ids) == len(set(ids))


def test_every_country_is_on_the_map_but_for_a_known_few() -> None:
    drawn = world.outlines().outlines | world.outlines().dots
    assert {country.alpha_2 for country in pycountry.countries} - drawn == WITHOUT_SHAPE


@pytest.mark.parametrize("country", ["SG", "MV", "MU", "BH", "XK", "PS", "NA"])
def test_small_and_easily_forgotten_places_have_a_shape(country: str) -> None:
    assert country in world.outlines()


def test_the_file_is_small_and_carries_neither_style_nor_script() -> None:
    assert len(gzip.compress(SVG.encode(), mtime=0)) <= 10_000
    assert not re.search(r"<style|<script|style=|fill=|\son\w+=", SVG)


def test_shapes_stay_on_the_canvas() -> None:
    drawn = world.outlines()
    for x, y in re.findall(r"M(-?\d+) (-?\d+)", SVG):
        assert 0 <= int(x) <= drawn.width
        assert 0 <= int(y) <= drawn.height
