"""Questions: what can be asked, how one is kept, and when two are about the same people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.codebook.services import codebook
from incidents.records.killings import is_killing
from incidents.releases.question import FAMILIES, VERIFIED, WORLD, Question, Series, Unaskable, deaths


def question(**changes: Any) -> Question:
    return Question(**({"since": 202601, "until": 202612, "dimensions": ("quarter",)} | changes))


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Any question that may be asked."""
    months = st.builds(lambda year, month: year * 100 + month, st.integers(2015, 2026), st.integers(1, 12))
    since, until = sorted((draw(months), draw(months)))
    fields = {
        "place": draw(st.sampled_from([WORLD, "PH", "TH", "NET_ANPUD", "NET_ENPUD"])),
        "violation": draw(st.sampled_from([None, "LIF", "LIF_EJK", "LIF_EJK_OP", "GBV", "POL_EXT"])),
        "gender": draw(st.sampled_from([None, "GEN_W", "GEN_M"])),
        "age": draw(st.sampled_from([None, "AGE_CH", "AGE_AD"])),
        "perpetrator_group": draw(st.sampled_from([None, "ST", "NS"])),
        "series": draw(st.sampled_from(list(Series))),
    }
    dimensions = draw(st.lists(st.sampled_from(list(FAMILIES)), min_size=1, max_size=3, unique_by=FAMILIES.__getitem__))
    try:
        return Question(since=since, until=until, dimensions=tuple(dimensions), **fields)
    except Unaskable:
        return question()


@given(questions())
def test_a_question_is_read_back_from_the_register_as_it_was(asked: Question) -> None:
    assert Question.from_json(asked.to_json()) == asked


@given(questions(), questions())
def test_overlap_is_mutual_and_every_question_overlaps_itself(one: Question, other: Question) -> None:
    assert one.overlaps(one)
    assert one.overlaps(other) is other.overlaps(one)


@pytest.mark.parametrize(
    ("changes", "meets"),
    [
        ({}, True),
        ({"since": 202612, "until": 202701}, True),
        ({"since": 202701, "until": 202712}, False),
        ({"place": "PH"}, True),
        ({"place": "NET_ANPUD"}, True),
        ({"violation": "LIF_EJK_OP"}, True),
        ({"violation": "GBV"}, False),
        ({"gender": "GEN_W"}, True),
        ({"gender": "GEN_M"}, False),
        ({"series": Series.PRESS, "violation": "LIF"}, True),
        ({"dimensions": ("perpetrator",)}, True),
    ],
)
def test_questions_overlap_where_some_person_could_be_in_both(changes: dict[str, Any], *, meets: bool) -> None:
    assert question(violation="LIF", gender="GEN_W").overlaps(question(**changes)) is meets


def test_two_countries_and_two_networks_never_overlap() -> None:
    assert not question(place="PH").overlaps(question(place="ID"))
    assert not question(place="NET_ANPUD").overlaps(question(place="NET_ENPUD"))
    assert not question(place="KE").overlaps(question(place="NET_ANPUD"))
    assert question(place="PH").overlaps(question(place="NET_ANPUD"))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("since", {"since": 202600}),
        ("until", {"until": 202613}),
        ("until", {"since": 202605, "until": 202604}),
        ("place", {"place": "XX"}),
        ("violation", {"violation": "XX"}),
        ("gender", {"gender": "XX"}),
        ("age", {"age": "AGE_15_17"}),
        ("perpetrator_group", {"perpetrator_group": "XX"}),
        ("by", {"dimensions": ()}),
        ("by", {"dimensions": ("area",)}),
        ("by", {"dimensions": ("year", "network", "gender", "age")}),
        ("by", {"dimensions": ("year", "month")}),
        ("by", {"dimensions": ("gender", "gender")}),
        ("by", {"dimensions": ("gender",), "gender": "GEN_W"}),
        ("by", {"dimensions": ("age",), "age": "AGE_CH"}),
        ("by", {"dimensions": ("country",), "place": "PH"}),
        ("by", {"dimensions": ("network",), "place": "PH"}),
        ("by", {"dimensions": ("network",), "place": "NET_ANPUD"}),
        ("by", {"dimensions": ("violation_group",), "violation": "LIF"}),
        ("by", {"dimensions": ("violation",), "violation": "LIF_EJK_OP"}),
        ("by", {"dimensions": ("perpetrator_group",), "perpetrator_group": "ST"}),
        ("violation", {"series": Series.PRESS, "violation": "TOR"}),
        ("violation", {"series": Series.PRESS, "violation": "LIF_ATT"}),
    ],
)
def test_what_makes_no_sense_names_the_field_to_change(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Unaskable) as refusal:
        question(**changes)
    assert refusal.value.field == field
    assert str(refusal.value.message)


@pytest.mark.parametrize(
    "changes",
    [
        {"dimensions": ("country",), "place": "NET_ANPUD"},
        {"dimensions": ("violation",), "violation": "LIF"},
        {"dimensions": ("perpetrator",), "perpetrator_group": "ST"},
        {"dimensions": ("year", "country", "violation_group")},
        {"series": Series.PRESS, "violation": "LIF_EJK"},
    ],
)
def test_what_makes_sense_can_be_asked(changes: dict[str, Any]) -> None:
    assert question(**changes)


def test_a_refusal_never_repeats_what_was_typed() -> None:
    with pytest.raises(Unaskable) as refusal:
        question(place="A secret place")
    assert "secret" not in f"{refusal.value} {refusal.value.message}"


def test_contested_and_withdrawn_cases_are_in_no_series() -> None:
    for statuses in VERIFIED.values():
        assert not {"VS_C", "VS_W", "VS_0"}.intersection(statuses)
    assert "VS_1" not in VERIFIED[Series.CREDIBLE]
    assert "VS_2" not in VERIFIED[Series.CORROBORATED]
    assert set(VERIFIED[Series.CORROBORATED]) < set(VERIFIED[Series.CREDIBLE]) < set(VERIFIED[Series.PRESS])


def test_deaths_are_what_records_count_as_killings() -> None:
    violations = codebook().vocabulary("violation_types")
    assert set(deaths()) == {code.code for code in violations if is_killing(code.code)}
    assert set(deaths("LIF_EJK")) == {"LIF_EJK", "LIF_EJK_OP", "LIF_EJK_VIG"}


def test_the_scope_tells_disclosure_control_every_filter() -> None:
    asked = question(place="PH", violation="GBV", gender="GEN_W", age="AGE_CH", perpetrator_group="ST")
    scope = asked.scope()
    assert scope["country"] == ("PH",)
    assert scope["violation"] == ("GBV",)
    assert scope["gender"] == ("GEN_W",)
    assert scope["age"] == ("AGE_CH",)
    assert scope["perpetrator_group"] == ("ST",)
    assert "network" in replace(asked, place="NET_ANPUD").scope()
