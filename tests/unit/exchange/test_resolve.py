"""Cells become codes, dates, numbers, points and areas; what does not is kept aside with its reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.codebook.services import codebook, subdivisions
from incidents.exchange import resolve
from incidents.exchange.cells import Cells, Why
from incidents.exchange.mapping import Area, Coding, Dates, Numbers, Point
from tests.unit.exchange.factories import plan, row

DATES = Dates.model_validate(
    {
        "column": "when",
        "until": "until",
        "forms": [
            {"pattern": r"^(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)$"},
            {"pattern": r"^(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})$"},
            {"pattern": r"^(?P<year>\d{4})$"},
            {"pattern": r"^\(Believed to be\) (?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)$", "about": True},
            {"pattern": r"^Unknown Date$", "unknown": True},
        ],
    }
)


def cells(**given: Any) -> Cells:
    """The cells of a row."""
    return Cells(row(**given), plan())


def coding(**given: Any) -> Coding:
    """A coding of the column "a"."""
    return Coding.model_validate({"column": "a"} | given)


def left(one: Cells) -> list[tuple[str, str, Why]]:
    """What is kept aside."""
    return [(aside.column, aside.value, aside.why) for aside in one.asides()]


# -- codes -----------------------------------------------------------------------------------------


def test_a_constant_needs_no_cell() -> None:
    assert resolve.code(Coding.model_validate("PH"), cells()) == "PH"


def test_no_coding_gives_no_code() -> None:
    assert resolve.code(None, cells()) is None
    assert resolve.codes(None, cells()) == []


def test_a_whole_cell_is_looked_up_in_any_case_and_has_its_place() -> None:
    one = cells(a="  PHl ")
    assert resolve.code(coding(values={"PHL": "PH"}), one) == "PH"
    assert left(one) == []


def test_the_first_rule_that_fits_counts_and_the_words_are_kept() -> None:
    one = cells(a="killed by unknown hitmen near the police station")
    rules = [{"pattern": "unknown", "code": "UN_ASS"}, {"pattern": "police", "code": "ST_POL"}]
    assert resolve.code(coding(rules=rules), one) == "UN_ASS"
    assert left(one) == [("a", "killed by unknown hitmen near the police station", Why.AS_WRITTEN)]


def test_words_that_no_rule_knows_get_the_default_and_are_reported() -> None:
    one = cells(a="something else")
    rules = [{"pattern": "unknown", "code": "UN_ASS"}]
    assert resolve.code(coding(rules=rules, otherwise="UN_UNK"), one) == "UN_UNK"
    assert one.coded_by_default == ["a"]
    assert left(one) == [("a", "something else", Why.NO_CODE)]


def test_an_empty_cell_gets_the_default_silently() -> None:
    one = cells(a="")
    assert resolve.code(coding(rules=[{"pattern": "x", "code": "UN"}], otherwise="UN_UNK"), one) == "UN_UNK"
    assert one.coded_by_default == []


def test_the_first_column_that_is_not_empty_gives_the_code() -> None:
    present = Coding.model_validate({"present": {"ward": "PP_LOC", "province": "PP_ADM1"}, "otherwise": "PP_CTRY"})
    assert resolve.code(present, cells(ward="", province="x")) == "PP_ADM1"
    assert resolve.code(present, cells(ward="y", province="x")) == "PP_LOC"
    assert resolve.code(present, cells()) == "PP_CTRY"


def test_all_rules_that_fit_count_when_asked_for() -> None:
    rules = [{"pattern": "raid", "code": "NX_OP"}, {"pattern": "drug", "code": "NX_REP"}]
    assert resolve.codes(coding(rules=rules, every=True), cells(a="a drug raid")) == ["NX_OP", "NX_REP"]
    assert resolve.codes(coding(rules=rules), cells(a="a drug raid")) == ["NX_OP"]


def test_entries_of_a_cell_are_coded_one_by_one_and_those_without_a_code_are_kept() -> None:
    one = cells(a="arrest; Baton;; strange;other")
    tags = coding(separator=";", values={"arrest": "LIB_ARR", "baton": "TOR_ASLT"})
    assert resolve.codes(tags, one) == ["LIB_ARR", "TOR_ASLT"]
    assert left(one) == [("a", "strange", Why.NO_CODE), ("a", "other", Why.NO_CODE)]


def test_an_entry_that_one_of_two_fields_takes_has_its_place() -> None:
    one = cells(a=["arrest", "journalist", "odd"])
    assert resolve.codes(coding(values={"arrest": "LIB_ARR"}), one) == ["LIB_ARR"]
    assert resolve.codes(coding(values={"journalist": "ROLE_JOUR"}), one) == ["ROLE_JOUR"]
    assert left(one) == [("a", "odd", Why.NO_CODE)]


def test_a_list_can_be_kept_as_written_beside_its_codes() -> None:
    one = cells(a="mace; odd")
    assert resolve.codes(coding(separator=";", keep=True, values={"mace": "MT_GAS"}), one) == ["MT_GAS"]
    assert left(one) == [("a", "mace; odd", Why.AS_WRITTEN), ("a", "odd", Why.NO_CODE)]


def test_a_value_can_be_known_to_mean_nothing() -> None:
    one = cells(a="Civilians")
    rules = [{"pattern": ".", "code": "NS_ARM"}]
    assert resolve.codes(coding(values={"Civilians": []}, rules=rules), one) == []
    assert left(one) == []


# -- dates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "until", "text"),
    [
        ("2031-05-30", "", "2031-05-30"),
        ("2031-05-30", "2031-05-30", "2031-05-30"),
        ("2031-05-30", "2031-06-02", "2031-05-30/2031-06-02"),
        ("3/5/2031", "", "2031-05-03"),
        ("2031", "", "2031"),
        ("(Believed to be) 2031-05-30", "", "2031-05-30~"),
        ("Unknown Date", "", "XXXX"),
    ],
)
def test_dates_are_read_in_every_form_of_the_mapping(when: str, until: str, text: str) -> None:
    one = cells(when=when, until=until)
    found = resolve.date(DATES, one)
    assert found is not None
    assert found.text == text
    assert left(one) == []


def test_an_approximate_date_keeps_its_month() -> None:
    found = resolve.date(DATES, cells(when="(Believed to be) 2031-05-30"))
    assert found is not None
    assert (found.month, found.approximate, found.precision) == (203105, True, "DP_EST")


@pytest.mark.parametrize("when", ["2031-02-30", "next spring", "2031-13-01", "0031-01-01"])
def test_a_date_that_is_none_is_kept_aside(when: str) -> None:
    one = cells(when=when, until="")
    assert resolve.date(DATES, one) is None
    assert left(one) == [("when", when, Why.NO_DATE)]


def test_a_span_that_ends_before_it_begins_keeps_its_beginning() -> None:
    one = cells(when="2031-05-30", until="2031-05-01")
    found = resolve.date(DATES, one)
    assert found is not None
    assert found.text == "2031-05-30"
    assert left(one) == [("until", "2031-05-01", Why.NO_DATE)]


def test_no_date_at_all_stays_open() -> None:
    assert resolve.date(DATES, cells(when="", until="")) is None
    assert resolve.date(None, cells()) is None


# -- numbers ---------------------------------------------------------------------------------------


@given(st.integers(0, resolve.MOST_PEOPLE))
def test_whole_numbers_are_read(count: int) -> None:
    one = cells(n=str(count))
    assert resolve.number("n", one) == count
    assert left(one) == []


@pytest.mark.parametrize("text", ["1.5", "-1", "about 20", "1000001", "9" * 5000, "²", "١٢", "1_000"])
def test_other_numbers_are_kept_aside(text: str) -> None:
    one = cells(n=text)
    assert resolve.number("n", one) is None
    assert left(one) == [("n", text, Why.NO_NUMBER)]


def test_numbers_out_of_order_keep_the_best_and_all_as_written() -> None:
    one = cells(low="5", best="4", high="3")
    assert resolve.numbers(Numbers(low="low", best="best", high="high"), one) == (None, 4, None)
    assert [why for _, _, why in left(one)] == [Why.OUT_OF_ORDER] * 3
    assert resolve.numbers(Numbers(low="low", best="best", high="high"), one) == (None, 4, None)
    assert len(left(one)) == 3


@given(st.integers(0, resolve.OLDEST))
def test_every_age_has_a_band_of_the_codebook(years: int) -> None:
    band = resolve.age_band(years)
    assert band in {code.code for code in codebook().vocabulary("victim_attributes").facet("AGE")}
    first, _, last = band.removeprefix("AGE_").partition("_")
    assert int(first) <= years
    assert not last or years <= int(last)


# -- places ----------------------------------------------------------------------------------------


def test_a_point_is_read_from_one_column_or_two() -> None:
    assert resolve.point(Point(column="g"), cells(g="10.5, -20.25")) == {"lat": 10.5, "lon": -20.25}
    assert resolve.point(Point(lat="y", lon="x"), cells(y="10.5", x="-20")) == {"lat": 10.5, "lon": -20.0}
    assert resolve.point(None, cells()) is None


def test_what_is_no_point_is_kept_aside() -> None:
    one = cells(g="near the river")
    assert resolve.point(Point(column="g"), one) is None
    assert left(one) == [("g", "near the river", Why.NO_POINT)]


AREA = Area(columns=("province", "city"), names={"Metro Manila": "PH-00", "Divided": ""})


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Cebu", "PH-CEB"),
        ("  cebu  Province ", "PH-CEB"),
        ("METRO MANILA", "PH-00"),
        ("Ilocos-Norte", "PH-ILN"),
        ("Camarines Súr", "PH-CAS"),
        ("Mountain province", "PH-MOU"),
    ],
)
def test_names_of_areas_are_known_in_any_spelling(name: str, code: str) -> None:
    assert resolve.area(AREA, "PH", cells(province=name)) == code


@pytest.mark.parametrize("name", ["Divided", "Nowhere at all"])
def test_a_name_of_no_area_or_of_several_is_kept_aside(name: str) -> None:
    one = cells(province=name, city="Cebu")
    assert resolve.area(AREA, "PH", one) is None
    assert ("province", name, Why.NO_AREA) in left(one)


def test_the_city_stands_in_for_a_province_that_is_empty() -> None:
    assert resolve.area(AREA, "PH", cells(province="", city="Cebu")) == "PH-CEB"


def test_without_a_country_there_is_no_area() -> None:
    assert resolve.area(AREA, None, cells(province="Cebu")) is None


@pytest.mark.parametrize("country", ["PH", "US", "MX", "ID"])
def test_no_two_areas_of_a_country_are_taken_for_one(country: str) -> None:
    found = {
        area.code: resolve.area(Area(columns=("p",)), country, cells(p=area.name)) for area in subdivisions(country)
    }
    assert {code: got for code, got in found.items() if got != code} == {}


@pytest.mark.parametrize(
    ("pattern", "when"),
    [
        (r"^(?P<year>\d{4}) (?P<month>\w+)$", "2031 Canary"),
        (r"^(?P<year>\d{4}) (?P<month>\d) (?P<day>\w+)$", "2031 1 2nd"),
        (r"^(?:(?P<year>\d{4})|unclear)$", "unclear"),
        (r"^(?P<year>.+)$", "the Canary year"),
        (r"^(?P<year>\d+)$", "2031" * 2_000),
        (r"^(?P<year>\d{4})/(?P<month>\d+)$", "2031/0000000000000013"),
    ],
)
def test_a_form_that_takes_more_than_dates_stops_nothing_and_keeps_the_words(pattern: str, when: str) -> None:
    mapping = plan(incident={"date": {"column": "when", "forms": [{"pattern": pattern}]}})
    one = Cells(row(when=when), mapping)
    assert resolve.date(mapping.incident.date, one) is None
    assert left(one) == [("when", when, Why.NO_DATE)]
