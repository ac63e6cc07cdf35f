"""Which cases are suggested, and which never: over the rows that documents give."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.facts.columns import polars_schema
from incidents.overlaps.agreement import FIELDS, compare, rows_of
from incidents.overlaps.crowds import one_more
from incidents.overlaps.features import LINKAGE_COLUMNS, linkage_rows
from incidents.overlaps.linkage import candidates, candidates_of, more_than_judged
from incidents.overlaps.weights import fit
from incidents.records.schema import Geo, Overlap
from tests.factories import documents

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument

PLACES = ("Nowhere Town", "Elsewhere Harbour", "Blue Bridge", "Red Hill", "Old Mill", "Long Lake")


def killing(
    name: str = "", day: str = "2026-03-14", *, person: dict[str, Any] | None = None, **fields: Any
) -> CaseDocument:
    whom = documents.person(name=name, **(person or {}))
    return documents.about(whom, "LIF_EJK", incident=documents.incident(date_start=day, **fields))


def frame(cases: list[CaseDocument]) -> pl.DataFrame:
    rows = [row for case in cases for row in linkage_rows(case)]
    return pl.DataFrame(rows, schema=polars_schema(LINKAGE_COLUMNS), orient="row")


def others(count: int = 300) -> list[CaseDocument]:
    """Cases of as many different people on different days; every name is made of syllables."""
    syllables = ("ba", "di", "fo", "gu", "ke", "lo", "mi", "nu", "pa", "ro", "su", "te")
    found = []
    for number in range(count):
        first, second = syllables[number % 12], syllables[number // 12 % 12]
        day = dt.date(2020, 1, 1) + dt.timedelta(days=number * 7)
        name = f"{first}{second}{first} {second}n{first}r{second}"
        found.append(
            killing(name, day.isoformat(), place_text=PLACES[number % 6], adm1=("PH-CEB", "PH-ILI")[number % 2])
        )
    return found


def pairs(cases: list[CaseDocument]) -> set[tuple[str, str]]:
    return {one.ids for one in candidates(frame(cases))}


def of(one: CaseDocument, other: CaseDocument) -> tuple[str, str]:
    first, second = sorted((one.incident.id, other.incident.id))
    return first, second


@pytest.fixture(scope="module")
def crowd() -> list[CaseDocument]:
    return others()


@pytest.mark.parametrize(
    ("name", "day", "place"),
    [
        ("Mohammed Al-Khayali", "2026-03-14", "Blue Bridge, Nowhere Town"),
        ("Al-Khayali, Muhammad", "2026-03-15", "Nowhere Town"),
        ("محمد الخيالي", "2026-03-14", ""),
        ("Мухаммед Хаяли", "2026-03-13", "near the Blue Bridge"),
        ("Mohammed Al-Khayali (Star)", "2026-03-17", ""),
    ],
)
def test_accounts_of_one_person_are_suggested_however_the_name_is_written(
    crowd: list[CaseDocument], name: str, day: str, place: str
) -> None:
    one, other = killing("Mohammed Alkhayali"), killing(name, day, place_text=place)
    one = killing("Mohammed Al-Khayali")
    assert of(one, other) in pairs([*crowd, one, other])


def test_people_of_other_names_and_days_are_not_suggested(crowd: list[CaseDocument]) -> None:
    one, other = killing("Maria Nowhere"), killing("Carlos Elsewhere", "2026-03-25")
    assert of(one, other) not in pairs([*crowd, one, other])


def test_the_same_name_years_and_areas_apart_is_not_suggested(crowd: list[CaseDocument]) -> None:
    one, other = killing("Maria Nowhere"), killing("Maria Nowhere", "2021-07-01", country="KE", adm1="KE-30")
    assert of(one, other) not in pairs([*crowd, one, other])


def test_two_unnamed_people_are_never_alike_by_their_names(crowd: list[CaseDocument]) -> None:
    one, other = killing("Unidentified #12"), killing("Unidentified #12", "2026-03-14")
    found = candidates(frame([*crowd, one, other]))
    assert all("name" not in pair.reasons for pair in found if set(pair.ids) == {one.incident.id, other.incident.id})


def test_three_identical_unnamed_rows_are_candidates_and_nothing_links_them(crowd: list[CaseDocument]) -> None:
    three = [killing("Unidentified follower of somebody", place_text="Old Mill") for _ in range(3)]
    found = pairs([*crowd, *three])
    assert {of(three[0], three[1]), of(three[0], three[2]), of(three[1], three[2])} <= found
    assert all(one.incident.counts_as is None and not one.overlaps for one in three)


def test_a_case_is_compared_with_all_others_as_the_work_list_does(crowd: list[CaseDocument]) -> None:
    one, other = killing("Maria Nowhere"), killing("Nowhere, María", "2026-03-15")
    table = frame([*crowd, one, other])
    for case in (one, other):
        (first, *_) = candidates_of(table, case.incident.id)
        assert first.ids == of(one, other)
        assert first.reasons["name"] == "same"
        assert first.reasons["when"] == "one_day"


def test_a_case_that_is_not_there_has_no_candidates(crowd: list[CaseDocument]) -> None:
    assert candidates_of(frame(crowd), "0" * 32) == []
    assert candidates(frame([])) == []


@pytest.mark.parametrize("decision", ["same", "related", "different"])
def test_a_decided_pair_never_comes_back(crowd: list[CaseDocument], decision: Any) -> None:
    one, other = killing("Maria Nowhere"), killing("Maria Nowhere")
    row = Overlap(other_id=other.incident.id, decision=decision)
    for change in (one.model_copy(update={"overlaps": [row]}),):
        table = frame([*crowd, change, other])
        assert of(one, other) not in {pair.ids for pair in candidates(table)}
        assert candidates_of(table, one.incident.id) == []
        assert candidates_of(table, other.incident.id) == []


def test_cases_that_count_together_already_are_not_suggested(crowd: list[CaseDocument]) -> None:
    one, other = killing("Maria Nowhere", counts_as=77), killing("Maria Nowhere", counts_as=77)
    assert of(one, other) not in pairs([*crowd, one, other])


def test_two_persons_of_one_case_are_no_pair(crowd: list[CaseDocument]) -> None:
    people = [documents.person(name="Maria Nowhere") for _ in range(2)]
    case = documents.document(
        persons=people, acts=[documents.act("LIF_EJK", one) for one in people], perpetrators=[], consents=[]
    )
    assert all(case.incident.id not in pair for pair in pairs([*crowd, case]))


def test_a_person_among_several_is_found(crowd: list[CaseDocument]) -> None:
    people = [documents.person(name=name) for name in ("Carlos Elsewhere", "Maria Nowhere", "Unidentified")]
    several = documents.document(
        persons=people, acts=[documents.act("LIF_EJK", one) for one in people], perpetrators=[], consents=[]
    )
    one = killing("Maria Nowhere")
    assert of(one, several) in pairs([*crowd, one, several])


@settings(max_examples=40, deadline=None)
@given(st.lists(documents.documents(), min_size=2, max_size=4))
def test_whatever_a_document_says_comparing_is_symmetric(cases: list[CaseDocument]) -> None:
    rows = rows_of(frame(cases))
    left, right = (side.ravel() for side in np.meshgrid(np.arange(len(rows)), np.arange(len(rows))))
    there, back = compare(rows, left, right), compare(rows, right, left)
    assert set(there) == set(FIELDS)
    for name, levels in there.items():
        assert (levels == back[name]).all()
        assert levels.max(initial=0) <= len(FIELDS[name].levels)
    weights = fit(rows)
    assert np.allclose(weights.of(there, left, right), weights.of(back, right, left))
    assert candidates(frame(cases)) is not None


def test_no_row_holds_a_name_or_a_place() -> None:
    case = killing("Maria Nowhere", place_text="Old Mill", geo=Geo(lat=10.3, lon=123.9), person={"other_names": "Star"})
    (row,) = linkage_rows(case)
    assert not any(word in str(row).casefold() for word in ("maria", "nowhere", "star", "mill", "10.3", "123.9"))
    assert [column.name for column in LINKAGE_COLUMNS][:3] == ["case", "id", "person"]


def test_a_hundred_thousand_rows_take_less_than_thirty_megabytes() -> None:
    table = frame([killing(f"Maria {place}", place_text=place) for place in PLACES])
    many = pl.concat([table] * (100_000 // table.height))
    assert many.estimated_size() < 30_000_000


def test_five_accounts_of_one_person_are_each_others_and_not_rivals(crowd: list[CaseDocument]) -> None:
    told = [killing("Maria Nowhere", place_text="Old Mill") for _ in range(5)]
    ids = {case.incident.id for case in told}
    found = [pair for pair in candidates(frame([*crowd, *told])) if set(pair.ids) <= ids]
    assert len(found) == 10
    assert min(pair.likely for pair in found) > 0.5


def test_forty_cases_of_one_day_that_nothing_tells_apart_are_not_taken_for_one(crowd: list[CaseDocument]) -> None:
    many = [killing("", geo=Geo(lat=10.3, lon=123.9), place_text="Old Mill") for _ in range(40)]
    assert all(pair.likely < 0.5 for pair in candidates(frame([*crowd, *many])))


def test_what_is_alike_weeks_apart_says_little_about_one_day(crowd: list[CaseDocument]) -> None:
    one, other = (killing("", "2026-03-14", place_text="Long Quay") for _ in range(2))
    alone = {pair.ids: pair.likely for pair in candidates(frame([*crowd, one, other]))}
    days = (dt.date(2026, 3, 14) + dt.timedelta(days=away) for away in range(-40, 41) if abs(away) > 8)
    often = [killing("", day.isoformat(), place_text="Long Quay") for day in days]
    among = {pair.ids: pair.likely for pair in candidates(frame([*crowd, *often, one, other]))}
    assert among.get(of(one, other), 0) < alone[of(one, other)]


def test_the_spot_tells_accounts_of_one_town_and_day_apart(crowd: list[CaseDocument]) -> None:
    mill, quay = Geo(lat=10.3, lon=123.9), Geo(lat=10.33, lon=123.93)
    cases = [killing("", geo=geo, place_text="Old Mill") for geo in (mill, mill, quay)]
    likely = {pair.ids: pair.likely for pair in candidates(frame([*crowd, *cases]))}
    assert likely[of(cases[0], cases[1])] > 0.5
    assert likely.get(of(cases[0], cases[2]), 0) < likely[of(cases[0], cases[1])] / 2


def test_one_more_is_expected_as_often_as_somebody_has_another() -> None:
    alone, paired = one_more(np.zeros(1000)), one_more(np.r_[np.zeros(500), np.ones(500)])
    assert alone[0] < 0.01
    assert 0.9 < paired[0] <= 1
    assert one_more(np.full(10, 50.0))[0] == 50


def test_pairs_are_more_common_than_judged_only_by_those_that_are_certain() -> None:
    assert more_than_judged(np.full(400, 0.8), 1000) == 0
    assert more_than_judged(np.full(50, 0.99), 1000) == pytest.approx(np.log2(10))
    assert more_than_judged(np.full(1000, 0.99), 1000) == pytest.approx(np.log2(20))
