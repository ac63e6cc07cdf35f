"""Which rule asks, and from which day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.records.schema import Intervention
from incidents.retention.rules import EPOCH, RULES, Action, Due, due, last_contact, months_after, rule
from tests.factories import documents as make
from tests.factories.documents import TODAY

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument, Person

DAY = dt.timedelta(days=1)
REPORTED = dt.date(2026, 1, 10)
CLOSED = dt.date(2026, 2, 1)
CONTACT = {"channel": "a fictional messenger", "value": "fictional-handle"}
dates = st.dates(dt.date(2000, 1, 1), dt.date(2090, 12, 31))


def case(
    *purposes: str, whom: dict[str, Any] | None = None, given_on: dt.date = REPORTED, **fields: Any
) -> CaseDocument:
    """A case with one person who agreed to these purposes on the day it came."""
    person: Person = make.person(**(whom or {}))
    about = {"date_reported": REPORTED} | fields.pop("incident", {})
    consents = [make.consent(person, purpose, given_on=given_on) for purpose in purposes]
    return make.about(person, "POL_EXT", incident=make.incident(**about), consents=consents, **fields)


def closed(*purposes: str, **fields: Any) -> CaseDocument:
    about = {"monitoring_status": "closed", "closed_on": CLOSED} | fields.pop("incident", {})
    return case(*purposes, incident=about, **fields)


def asked(document: CaseDocument) -> tuple[str, dt.date] | None:
    found = due(document, TODAY)
    return (found.rule, found.on) if found else None


def test_a_case_about_which_nobody_decided_is_due_after_thirty_days() -> None:
    assert asked(case()) == ("undecided", REPORTED + 30 * DAY)


def test_not_asked_and_not_possible_yet_are_no_decisions_and_a_refusal_is_one() -> None:
    open_case = case()
    whom = open_case.persons[0]
    for row, decided in (
        (make.consent(whom, answer="not_asked"), False),
        (make.consent(whom, given_by="CB_NO"), False),
        (make.consent(whom, answer="no"), True),
    ):
        found = asked(open_case.model_copy(update={"consents": [row]}))
        assert (found is None) == decided


def test_public_facts_and_a_law_wait_for_nobodys_decision() -> None:
    assert asked(make.open_source_killing()) is None
    assert asked(make.document(persons=[], acts=[make.act("LAW_DP")], perpetrators=[], consents=[])) is None


def test_contact_details_are_due_a_year_after_the_last_contact() -> None:
    known = case("CP_STAT", whom={"contact": CONTACT})
    assert asked(known) == ("contacts", dt.date(2027, 1, 10))
    spoken = known.model_copy(update={"interventions": [step("INT_LEG", date=dt.date(2026, 6, 30))]})
    assert asked(spoken) == ("contacts", dt.date(2027, 6, 30))
    assert asked(case("CP_STAT")) is None
    assert asked(case("CP_STAT", whom={"contact": {"value": ""}})) is None


def step(kind: str, **fields: Any) -> Intervention:
    return Intervention(type=kind, **fields)


def test_a_case_for_help_alone_is_due_half_a_year_after_help_ended() -> None:
    assert asked(case("CP_HELP")) is None
    assert asked(closed("CP_HELP")) == ("support", dt.date(2026, 8, 1))
    later = closed("CP_HELP", interventions=[step("INT_SHEL", date=dt.date(2026, 3, 31))])
    assert asked(later) == ("support", dt.date(2026, 9, 30))


@pytest.mark.parametrize("purpose", ["CP_STAT", "CP_STORY", "CP_PART"])
def test_names_and_words_are_due_two_years_after_a_case_was_closed(purpose: str) -> None:
    name = "identified" if purpose == "CP_STAT" else "identified_uncounted"
    assert asked(closed(purpose)) == (name, dt.date(2028, 2, 1))
    assert asked(case(purpose)) is None


def test_a_consent_that_was_given_anew_begins_the_two_years_again() -> None:
    assert asked(closed("CP_STAT", given_on=dt.date(2026, 10, 5))) == ("identified", dt.date(2028, 10, 5))


def test_whoever_agreed_to_be_named_in_public_is_kept() -> None:
    assert asked(closed("CP_STAT", "CP_PUB")) is None


def test_files_of_a_procedure_are_due_by_hand_a_year_after_its_end() -> None:
    parts = {"evidence": [{"media_type": "image/png"}], "interventions": [step("INT_CRT", date=dt.date(2026, 4, 2))]}
    found = closed("CP_STAT", "CP_PUB", **parts)
    assert asked(found) == ("evidence", dt.date(2027, 4, 2))
    assert rule("evidence").action is Action.BY_HAND
    assert asked(closed("CP_STAT", "CP_PUB", evidence=parts["evidence"])) is None


@given(dates)
def test_a_day_that_somebody_set_stands_over_every_rule(until: dt.date) -> None:
    kept = {"retention_until": until}
    assert asked(case(incident=kept)) == ("undecided", max(until + DAY, REPORTED + 30 * DAY))
    assert asked(case("CP_STAT", incident=kept)) == ("kept_until", until + DAY)


@given(dates, st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: dt.date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + DAY).day == 1)


@given(dates, dates, st.integers(0, 60))
def test_who_begins_later_is_due_no_earlier(one: dt.date, other: dt.date, months: int) -> None:
    first, second = sorted((one, other))
    assert months_after(first, months) <= months_after(second, months)


@settings(max_examples=40)
@given(make.documents(), dates)
def test_a_rule_never_asks_before_the_day_it_gives_and_that_day_is_the_first_of_all(
    document: CaseDocument, today: dt.date
) -> None:
    found = due(document, today)
    days = [day for one in RULES.values() if (day := one.day(document, today)) is not None]
    until = document.incident.retention_until
    if found is None:
        assert not days
        assert until is None
    else:
        assert rule(found.rule)
        assert found.on == max(min(days, default=dt.date.min), until + DAY if until else dt.date.min)


@settings(max_examples=25)
@given(make.documents())
def test_every_known_contact_day_is_no_later_than_the_last(document: CaseDocument) -> None:
    last = last_contact(document)
    for row in document.consents:
        assert row.given_on is None or (last is not None and row.given_on <= last)


def test_a_day_is_kept_as_days_since_the_epoch() -> None:
    assert Due("contacts", 0).on == EPOCH
    assert all(one.action in Action and one.what and one.why for one in RULES.values())
