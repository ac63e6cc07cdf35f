"""Forms of the pages of cases: filters take codes only, a reason is a reason, a check is whole."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from incidents.codebook.services import codebook
from incidents.records.forms import STATES, CheckForm, FilterForm, ReasonForm, SummaryForm, revision_of
from incidents.records.index import SORTS, CaseQuery
from incidents.records.listing import Present
from incidents.records.story import SIGNS

NOTHING = Present((), frozenset(), frozenset(), frozenset(), frozenset(), 0, 0)
NAMES = ("since", "until", "country", "violation", "perpetrator", "verification", "state")
typed = st.text(max_size=12) | st.sampled_from(["PH", "POL", "ST_POL", "VS_2", "202602", "held", "202613", "²02602"])


def filters(**given: str) -> FilterForm:
    """A filter as an address asks for it."""
    form = FilterForm(MultiDict(given))
    form.offer(NOTHING)
    return form


def ask(form: FilterForm, **changes: Any) -> CaseQuery:
    """Its question, newest first."""
    return form.query(**({"sort": "date", "descending": True, "page": 1} | changes))


def test_codes_become_a_question() -> None:
    form = filters(
        since="202601",
        until="202612",
        country="PH",
        violation="POL_EXT",
        perpetrator="ST",
        verification="VS_3",
        state="held",
    )
    assert ask(form, sort="country", descending=False, page=3) == CaseQuery(
        months=(202601, 202612),
        country="PH",
        violation="POL_EXT",
        perpetrator="ST",
        verification="VS_3",
        state="held",
        sort="country",
        descending=False,
        page=3,
    )


def test_an_address_without_filters_asks_for_everything() -> None:
    assert ask(filters()) == CaseQuery()


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, typed)), typed)
def test_whatever_stands_in_an_address_only_codes_reach_the_index_and_the_next_address(
    given: dict[str, str], sort: str
) -> None:
    form = filters(**given)
    query = ask(form, sort=sort)
    allowed = {
        "country": "regions",
        "violation": "violation_types",
        "perpetrator": "perpetrator_types",
        "verification": "verification_status",
    }
    for name, vocabulary in allowed.items():
        value = getattr(query, name)
        assert not value or value in codebook().vocabulary(vocabulary)
    assert query.state in ("", *STATES)
    assert query.sort in SORTS
    assert all(month is None or 1 <= month % 100 <= 12 for month in query.months)
    asked = form.asked(query)
    assert set(asked) <= set(NAMES)
    assert ask(filters(**asked), sort=query.sort) == dataclasses.replace(query)


def test_groups_stand_before_what_is_under_them_and_only_what_occurs_is_offered() -> None:
    form = FilterForm(MultiDict())
    form.offer(dataclasses.replace(NOTHING, violations=frozenset({"POL", "POL_EXT", "TOR"})))
    groups = form.violation.choices
    assert list(groups) == ["", "Torture and ill-treatment", "Police abuse, corruption and harassment"]
    assert [code for code, _label in groups["Police abuse, corruption and harassment"]] == ["POL", "POL_EXT"]
    assert groups["Torture and ill-treatment"] == [("TOR", "All of: Torture and ill-treatment")]


def test_months_are_offered_newest_first_in_words() -> None:
    form = FilterForm(MultiDict())
    form.offer(dataclasses.replace(NOTHING, months=(202603, 202512)))
    assert form.since.choices == [("", "any"), ("202603", "March 2026"), ("202512", "December 2025")]


def test_countries_stand_in_the_order_of_their_names_and_grades_in_that_of_the_ladder() -> None:
    form = FilterForm(MultiDict())
    form.offer(
        dataclasses.replace(NOTHING, countries=frozenset({"PH", "KE", "AF"}), verifications=frozenset({"VS_3", "VS_0"}))
    )
    assert [code for code, _label in form.country.choices] == ["", "AF", "KE", "PH"]
    assert [code for code, _label in form.verification.choices] == ["", "VS_0", "VS_3"]


# -- reasons and summaries -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("The lawyer needs it.", True),
        ("ten signs.", True),
        ("nine sign", False),
        ("   nine sign   ", False),
        ("", False),
        ("법원에 제출할 서류가 필요합니다", True),
        ("x" * 10_001, False),
    ],
)
def test_a_reason_has_at_least_ten_signs(text: str, *, valid: bool) -> None:
    form = ReasonForm(MultiDict({"reason": text}))
    assert form.validate() == valid
    if not valid:
        assert form.errors["reason"]


def test_a_reason_is_kept_trimmed_and_in_normal_form() -> None:
    form = ReasonForm(MultiDict({"reason": "  A visit to the cafe\u0301. "}))
    assert form.validate()
    assert form.reason.data == "A visit to the caf\u00e9."


def test_a_text_that_is_refused_comes_back_without_the_signs_that_no_page_may_hold() -> None:
    form = SummaryForm(MultiDict({"text": "first\nsecond\x00 third\x07", "expected": "1"}))
    assert not form.validate()
    assert form.text.data == "first\nsecond third"
    assert "invisible control character" in form.errors["text"][0]


def test_messages_of_a_long_text_name_the_limit() -> None:
    form = SummaryForm(MultiDict({"text": "x" * 100_001}))
    assert not form.validate()
    assert "100000" in form.errors["text"][0].replace("\u202f", "").replace(",", "")


@given(st.sets(st.sampled_from(list(SIGNS))))
def test_only_a_whole_check_is_valid(ticked: set[str]) -> None:
    form = CheckForm(MultiDict([("signs", sign) for sign in ticked]))
    form.offer()
    assert form.validate() == (ticked == set(SIGNS))


def test_a_check_offers_every_sign_with_words() -> None:
    form = CheckForm(MultiDict())
    form.offer()
    assert [code for code, _text in form.signs.choices] == list(SIGNS)
    assert {"names", "dates", "places", "ages", "relations", "jobs", "together"} <= set(SIGNS)


@pytest.mark.parametrize(("typed", "revision"), [("7", 7), ("999999999", 999_999_999), ("007", 7)])
def test_a_hidden_field_holds_the_revision_that_was_seen(typed: str, revision: int) -> None:
    assert revision_of(typed) == revision


@pytest.mark.parametrize("typed", [None, "", "-1", "+1", " 1", "1e3", "1_0", "٣", "²", "9" * 10, "9" * 5000])
def test_a_revision_that_was_tampered_with_is_one_that_no_case_is_at(typed: str | None) -> None:
    assert revision_of(typed) == 0
