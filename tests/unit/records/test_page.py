"""The tables of a case's page, its row in the list, and what its summary lacks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings

from incidents.records.derivation import Held
from incidents.records.listing import row
from incidents.records.page import affected, killed, moment, sections, tables
from incidents.records.schema import Act, CaseDocument, Intervention
from incidents.records.story import lacking
from incidents.releases.rules import story_decision
from tests.factories import documents as make

TODAY = make.TODAY
INDEXED: dict[str, Any] = {
    "id": "0" * 32,
    "ref": "FICTIONAL",
    "complete": True,
    "month": 202603,
    "year": 2026,
    "country": "PH",
    "violation": "POL_EXT",
    "perpetrator": "ST_POL",
    "verification": "VS_2",
    "held": None,
    "missing": 0,
    "due": None,
    "priority": "PRI_3",
    "single_testimony": False,
}


# -- tables ------------------------------------------------------------------------------------------


@given(make.documents())
@settings(max_examples=60, deadline=None)
def test_every_document_fits_the_tables_with_equally_long_rows(document: CaseDocument) -> None:
    found = tables(document)
    for rows, entries, width in (
        (found.acts, document.acts, 5),
        (found.persons, document.persons, 6),
        (found.perpetrators, document.perpetrators, 6),
        (found.sources, document.sources, 6),
        (found.consents, document.consents, 6),
        (found.responses, document.interventions, 5),
    ):
        assert len(rows) == len(entries)
        assert all(len(cells) == width for cells in rows)


def test_tables_hold_words_and_none_for_what_is_not_known() -> None:
    whom = make.person(pseudonym="Amber Heron", age_band=None)
    found = tables(make.about(whom, "POL_EXT"))
    assert found.acts == [["Extortion or bribe demand", "<bdi>Amber Heron</bdi>", None, None, "yes"]]
    assert found.persons == [["<bdi>Amber Heron</bdi>", "person harmed", "Woman or girl", None, "Individual", 1]]
    assert found.perpetrators[0][:2] == ["Police or law enforcement", None]
    assert found.consents == [
        [
            "<bdi>Amber Heron</bdi>",
            "Use in anonymous statistics",
            "yes",
            "The person",
            "<bdi>25 October 2026</bdi>",
            "no",
        ]
    ]


def test_of_several_acts_against_one_person_one_stands_for_them() -> None:
    whom = make.person()
    marks = [cells[-1] for cells in tables(make.about(whom, "POL_EXT", "LIF_ATT")).acts]
    assert marks == ["no", "yes"]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({}, None),
        ({"count_min": 2, "count_max": 2}, "<bdi>2</bdi>"),
        ({"count_min": 2, "count_max": 4}, "<bdi>2–4</bdi>"),
        ({"count_min": 2}, "at least <bdi>2</bdi>"),
        ({"count_max": 4}, "at most <bdi>4</bdi>"),
        ({"count_min": 0, "count_max": 0}, "<bdi>0</bdi>"),
    ],
)
def test_the_number_of_perpetrators_is_a_range(numbers: dict[str, int], words: str | None) -> None:
    act = Act(violation="LAW_CRIM")
    document = make.document(persons=[], acts=[act], perpetrators=[make.perpetrator(act, **numbers)], consents=[])
    assert tables(document).perpetrators[0][1] == words


def test_a_response_names_whom_it_went_to_by_list_or_by_text() -> None:
    steps = [Intervention(type="INT_SPUA", addressee_text="A fictional office"), Intervention(type="INT_MED")]
    rows = tables(make.document(interventions=steps)).responses
    assert [cells[2] for cells in rows] == ["A fictional office", None]


def test_numbers_of_people_are_ranges_or_nothing() -> None:
    assert affected(make.document()) is None
    found = affected(make.document(incident=make.incident(persons_affected_min=2, persons_affected_max=9)))
    assert found is not None
    assert (found.low, found.best, found.high) == (2, 2, 9)
    assert killed(make.document()) is None
    many = make.incident(killed_min=1, killed_best=3, killed_max=4)
    found = killed(make.about(make.person(), "LIF_EJK", incident=many))
    assert found is not None
    assert (found.low, found.best, found.high) == (1, 3, 4)


def test_killed_adds_up_over_persons() -> None:
    first, second = make.person(), make.person()
    acts = [make.act("LIF_EJK", first), make.act("LIF_EJK", second)]
    document = make.document(persons=[first, second], acts=acts, perpetrators=[make.perpetrator(*acts)], consents=[])
    found = killed(document)
    assert found is not None
    assert (found.low, found.best, found.high) == (2, 2, 2)


def test_sections_gather_answers_in_the_order_of_the_record() -> None:
    titles = [str(title) for title, _answers in sections(make.document(), "account")]
    assert titles[:2] == ["The record", "What happened"]
    # the answers of the record itself stand before and after its parts
    assert set(titles) - {"The record"} == set(dict.fromkeys(titles)) - {"The record"}
    assert all(answers for _title, answers in sections(make.document(), "identity"))


def test_a_moment_says_that_it_is_universal_time() -> None:
    assert moment("2026-11-24T08:05:00.123+00:00") == "<bdi>24 November 2026, 08:05 UTC</bdi>"


# -- the row of the list -------------------------------------------------------------------------------


def test_a_row_is_in_words() -> None:
    found = row(INDEXED)
    assert (found.when, found.country, found.violation) == ("March 2026", "Philippines", "Extortion or bribe demand")
    assert (found.perpetrator, found.verification) == ("Police or law enforcement", "Credible")
    assert (found.state, found.kind) == ("counted", "good")


@pytest.mark.parametrize("reason", [one for one in Held if one is not Held.INCOMPLETE])
def test_a_row_says_why_it_is_not_counted(reason: Held) -> None:
    found = row(INDEXED | {"held": reason.value})
    assert found.state.startswith("counted in part" if reason is Held.CONSENT_OF_SOME else "not counted: ")
    assert found.kind == ("plain" if reason is Held.CONSENT_OF_SOME else "held")


@pytest.mark.parametrize("held", [None, "incomplete", "consent"])
def test_what_is_not_finished_says_so_first(held: str | None) -> None:
    found = row(INDEXED | {"complete": False, "held": held})
    assert (found.state, found.kind) == ("not finished", "warning")


def test_a_date_that_spans_months_is_its_year_and_one_that_spans_years_is_not_known() -> None:
    assert row(INDEXED | {"month": None}).when == "2026"
    assert row(INDEXED | {"month": None, "year": None}).when is None


def test_what_is_not_known_stays_open() -> None:
    found = row(INDEXED | {"country": None, "violation": None, "perpetrator": None})
    assert (found.country, found.violation, found.perpetrator) == (None, None, None)


# -- what a summary lacks ------------------------------------------------------------------------------


@given(make.documents())
@settings(max_examples=100, deadline=None)
def test_something_is_lacking_exactly_while_the_gate_is_closed(document: CaseDocument) -> None:
    assert (lacking(document, TODAY) == []) == bool(story_decision(document, TODAY))


def test_all_that_is_lacking_is_told_at_once() -> None:
    first, second = make.person(pseudonym="Amber Heron"), make.person(pseudonym="Quiet Pine")
    acts = [make.act("LIB_ARR", first), make.act("LIB_ARR", second)]
    document = make.document(
        incident=make.incident(release_level="RL_NONE"),
        persons=[first, second],
        acts=acts,
        perpetrators=[make.perpetrator(*acts)],
        sources=[],
        consents=[make.consent(second, "CP_STORY", answer="no")],
    )
    found = lacking(document, TODAY)
    assert len(found) == 4
    assert "not verified" in found[0]
    assert "show nothing outside" in found[1]
    assert "nobody has asked <bdi>Amber Heron</bdi>" in found[2]
    assert "<bdi>Quiet Pine</bdi> has said no" in found[3]


def test_agreeing_to_be_named_is_more_than_agreeing_to_a_story() -> None:
    whom = make.person()
    public = make.consent(whom, "CP_PUB", given_on=TODAY - dt.timedelta(days=1))
    assert lacking(make.about(whom, "POL_EXT", consents=[public]), TODAY) == []


def test_perpetrators_and_helpers_are_not_asked() -> None:
    whom, helper = make.person(), make.person(roles=["intervenor"])
    document = make.about(whom, "POL_EXT", consents=[make.consent(whom, "CP_STORY")])
    assert lacking(document.model_copy(update={"persons": [*document.persons, helper]}), TODAY) == []


NOW = dt.datetime(2026, 11, 24, 10, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("minutes", "priority", "words", "kind"),
    [
        (300, "PRI_1", "in 5 hours", "held"),
        (30, "PRI_2", "within the hour", "held"),
        (-3 * 1440, "PRI_1", "3 days late", "warning"),
        (-3 * 1440, "PRI_3", "3 days late", "plain"),
    ],
)
def test_a_row_says_how_far_off_help_is_and_is_loud_only_where_it_presses(
    minutes: int, priority: str, words: str, kind: str
) -> None:
    due = int(NOW.timestamp()) // 60 + minutes
    found = row(INDEXED | {"due": due, "priority": priority}, NOW)
    assert (found.due, found.due_kind) == (words, kind)
    assert row(INDEXED, NOW).due is None
