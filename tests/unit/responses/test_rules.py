"""What is due, and the ledger: its sums hold whatever the steps are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.codebook.services import codebook
from incidents.records.responses import Step, coded, packed, unpacked
from incidents.records.schema import Intervention
from incidents.responses import rules, services, wording
from incidents.responses.rules import Due, State, Why
from incidents.responses.services import Asked, Filed
from tests.factories import documents as make

TODAY = make.TODAY
TYPES = sorted(
    code.code
    for code in codebook().vocabulary("interventions")
    if codebook().vocabulary("interventions").top(code.code) not in {"RSP", "IST", "IMP"}
)
near = st.none() | st.dates(TODAY - dt.timedelta(days=400), TODAY + dt.timedelta(days=400))
responses = st.none() | st.sampled_from([code.code for code in codebook().vocabulary("interventions").facet("RSP")])
statuses = st.none() | st.sampled_from([code.code for code in codebook().vocabulary("interventions").facet("IST")])
drawn = st.builds(
    Step,
    id=make.ids,
    type=st.sampled_from(TYPES),
    body=st.none() | st.sampled_from(["UNB_TORT", "UNB_WGAD"]),
    campaign=st.none() | st.sampled_from(["CMP_16D", "CMP_EVWUD", "CMP_IWD"]),
    date=near,
    deadline=near,
    remind_on=near,
    status=statuses,
    response=responses,
    response_date=near,
)
placed = st.lists(st.tuples(st.sampled_from([None, "PH", "KE"]), drawn), max_size=30)


def step(**fields: Any) -> Step:
    """A letter to a UN expert."""
    return Step(**({"id": "0" * 32, "type": "INT_SPAL"} | fields))


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


# -- the ledger ----------------------------------------------------------------------------------------


@given(placed)
def test_what_was_asked_is_answered_silent_or_pending_and_nothing_else(steps: list[tuple[str | None, Step]]) -> None:
    lines = rules.ledger(steps, TODAY)
    for tally in (*lines.values(), rules.total(lines.values())):
        asked, answered, silent, pending = wording.numbers(tally)
        assert asked == answered + silent + pending
        assert sum(tally.kinds.values()) == answered
        assert len(tally.days) <= answered
    assert rules.total(lines.values()).asked == sum(1 for _country, one in steps if rules.asked(one))


@given(placed, st.randoms())
def test_the_order_of_steps_changes_no_line(steps: list[tuple[str | None, Step]], random: Any) -> None:
    shuffled = list(steps)
    random.shuffle(shuffled)
    one, other = rules.ledger(steps, TODAY), rules.ledger(shuffled, TODAY)
    assert list(one) == list(other)
    for place, tally in one.items():
        assert (tally.states, tally.kinds, tally.median_days) == (
            other[place].states,
            other[place].kinds,
            other[place].median_days,
        )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, State.PENDING),
        ({"deadline": TODAY}, State.PENDING),
        ({"deadline": ago(1)}, State.SILENT),
        ({"deadline": ago(1), "response": "RSP_PEND"}, State.SILENT),
        ({"response": "RSP_NONE"}, State.SILENT),
        ({"response": "RSP_PEND"}, State.PENDING),
        ({"deadline": ago(1), "response": "RSP_DEN"}, State.ANSWERED),
        ({"response": "RSP_COUN"}, State.ANSWERED),
    ],
)
def test_a_denial_is_an_answer_and_a_deadline_that_passed_is_silence(fields: dict[str, Any], expected: State) -> None:
    assert rules.state(step(**fields), TODAY) is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "INT_SPUA"}, True),
        ({"type": "INT_CRT"}, True),
        ({"type": "INT_CRT", "status": "IST_PLAN"}, False),
        ({"type": "INT_MED"}, False),
        ({"type": "INT_OPEN"}, False),
        ({"type": "INT_NONE"}, False),
    ],
)
def test_only_what_was_put_to_an_authority_was_asked(fields: dict[str, Any], *, expected: bool) -> None:
    assert rules.asked(step(**fields)) is expected


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"date": ago(10), "response": "RSP_ACT", "response_date": ago(3)}, 7),
        ({"date": ago(10), "response": "RSP_ACT", "response_date": ago(10)}, 0),
        ({"date": ago(10), "response": "RSP_ACT", "response_date": ago(11)}, None),
        ({"date": ago(10), "response": "RSP_PEND", "response_date": ago(3)}, None),
        ({"date": ago(10), "response": "RSP_ACT"}, None),
        ({"response": "RSP_ACT", "response_date": ago(3)}, None),
    ],
)
def test_days_to_an_answer_need_both_days_in_order(fields: dict[str, Any], days: int | None) -> None:
    assert rules.days_to_answer(step(**fields)) == days


def test_the_median_is_of_answers_with_known_days() -> None:
    tally = rules.Tally()
    for days in (1, 4, 100):
        tally.add(step(date=ago(days), response="RSP_TOK", response_date=TODAY), TODAY)
    tally.add(step(response="RSP_TOK"), TODAY)
    tally.add(step(), TODAY)
    assert tally.median_days == 4
    assert rules.Tally().median_days is None


def test_lines_stand_by_country_and_body_and_what_has_no_country_last() -> None:
    steps = [(None, step()), ("PH", step(body="UNB_TORT")), ("KE", step()), ("PH", step(type="INT_POLC"))]
    assert [tuple(place) for place in rules.ledger(steps, TODAY)] == [
        ("KE", "INT_SPAL"),
        ("PH", "INT_POLC"),
        ("PH", "UNB_TORT"),
        (None, "INT_SPAL"),
    ]


# -- what is due ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, None),
        ({"deadline": TODAY}, None),
        ({"deadline": ago(1)}, Due(Why.OVERDUE, ago(1))),
        ({"deadline": ago(1), "response": "RSP_PEND"}, Due(Why.OVERDUE, ago(1))),
        ({"deadline": ago(1), "response": "RSP_NONE"}, None),
        ({"deadline": ago(1), "response": "RSP_DEN"}, None),
        ({"deadline": ago(1), "status": "IST_DONE"}, None),
        ({"deadline": ago(1), "status": "IST_STOP", "remind_on": ago(1)}, None),
        ({"remind_on": TODAY}, Due(Why.REMINDER, TODAY)),
        ({"remind_on": ago(-1)}, None),
        ({"deadline": ago(2), "remind_on": ago(9)}, Due(Why.OVERDUE, ago(2))),
        ({"deadline": ago(2), "response": "RSP_NONE", "remind_on": ago(1)}, Due(Why.REMINDER, ago(1))),
        ({"status": "IST_PLAN"}, Due(Why.PLANNED, None)),
        ({"status": "IST_PLAN", "date": ago(-3)}, Due(Why.PLANNED, ago(-3))),
    ],
)
def test_what_is_due_of_a_step(fields: dict[str, Any], expected: Due | None) -> None:
    assert rules.due(step(**fields), TODAY) == expected


@given(drawn)
def test_what_is_overdue_is_silent_and_what_is_answered_is_never_overdue(one: Step) -> None:
    if rules.overdue(one, TODAY):
        assert rules.state(one, TODAY) is State.SILENT
    assert rules.due(one, TODAY) == rules.due(one, TODAY)
    if rules.state(one, TODAY) is State.ANSWERED:
        assert not rules.overdue(one, TODAY)


@given(drawn)
def test_noting_silence_ends_that_it_is_overdue_and_stays_silence(one: Step) -> None:
    if rules.overdue(one, TODAY):
        noted = one._replace(response="RSP_NONE")
        assert not rules.overdue(noted, TODAY)
        assert rules.state(noted, TODAY) is State.SILENT


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (Due(Why.OVERDUE, ago(1)), "1 day ago"),
        (Due(Why.OVERDUE, ago(40)), "40 days ago"),
        (Due(Why.REMINDER, TODAY), "today"),
        (Due(Why.PLANNED, ago(-1)), "in 1 day"),
        (Due(Why.PLANNED, None), "no day was set"),
    ],
)
def test_how_late_is_said_in_words(due: Due, words: str) -> None:
    assert wording.how_late(due, TODAY) == words


# -- deadlines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "days"),
    [("INT_SPUA", 60), ("INT_SPAL", 60), ("INT_SPOL", 60), ("INT_TBIC", 183), ("INT_POLC", None), ("INT_NONE", None)],
)
def test_the_usual_deadline_is_data_by_type(kind: str, days: int | None) -> None:
    expected = TODAY + dt.timedelta(days=days) if days else None
    assert rules.usual_deadline(kind, TODAY) == expected
    assert rules.usual_deadline(kind, None) is None


def test_every_type_with_a_usual_deadline_is_in_the_codebook_and_asks_an_authority() -> None:
    for kind, days in rules.usual_days().items():
        assert rules.asked(step(type=kind))
        assert days > 0


# -- the index -----------------------------------------------------------------------------------------


@given(st.lists(drawn, max_size=5))
def test_steps_come_out_of_the_index_as_they_went_in(steps: list[Step]) -> None:
    entries = [
        Intervention(
            id=one.id,
            type=one.type,
            addressed_to=one.body,
            campaign=one.campaign,
            date=one.date,
            deadline=one.deadline,
            remind_on=one.remind_on,
            status=one.status,
            response=one.response,
            response_date=one.response_date,
            note="words that stay",
        )
        for one in {one.id: one for one in steps}.values()
    ]
    document = make.document(interventions=entries)
    found = unpacked(packed(document)) if entries else []
    assert found == [coded(entry) for entry in entries]
    assert "words that stay" not in packed(document)


# -- narrowing -----------------------------------------------------------------------------------------


def filed(**fields: Any) -> Filed:
    about = {"case": "c" * 32, "ref": "FIC", "country": "PH", "link": None}
    mine = {name: fields.pop(name) for name in list(fields) if name in about}
    return Filed(**(about | mine), step=step(**fields))


@pytest.mark.parametrize(
    ("one", "asked", "fits"),
    [
        (filed(), Asked(), True),
        (filed(), Asked(since=ago(1)), False),
        (filed(date=ago(1)), Asked(since=ago(1), until=ago(1)), True),
        (filed(date=ago(2)), Asked(since=ago(1)), False),
        (filed(date=ago(1)), Asked(until=ago(2)), False),
        (filed(), Asked(country="KE"), False),
        (filed(campaign="CMP_EVWUD"), Asked(campaign="CMP_16D"), True),
        (filed(campaign="CMP_16D"), Asked(campaign="CMP_EVWUD"), False),
        (filed(), Asked(campaign="CMP_16D"), False),
    ],
)
def test_a_ledger_is_narrowed(one: Filed, asked: Asked, *, fits: bool) -> None:
    assert services.fits(one, asked) is fits


def test_linked_accounts_tell_a_step_once_and_others_each() -> None:
    same = {"link": 7, "body": "UNB_TORT", "date": ago(3)}
    first, again = filed(case="a" * 32, **same), filed(case="b" * 32, **same)
    assert services.once([first, again]) == [first]
    for other in ({"link": None}, {"link": 8}, {"date": ago(4)}, {"body": "UNB_WGAD"}, {"date": None}):
        assert len(services.once([first, filed(case="b" * 32, **(same | other))])) == 2


def test_on_a_case_what_is_due_longest_stands_first_and_then_the_latest() -> None:
    given = [
        Intervention(type="INT_MED"),
        Intervention(type="INT_LEG", date=ago(50)),
        Intervention(type="INT_PSY", date=ago(5)),
        Intervention(type="INT_CRT", status="IST_PLAN"),
        Intervention(type="INT_DIAL", remind_on=TODAY),
        Intervention(type="INT_SPAL", deadline=ago(40)),
    ]
    shown = wording.shown(make.document(interventions=given), TODAY)
    assert [one.step.type for one in shown] == ["INT_SPAL", "INT_DIAL", "INT_CRT", "INT_PSY", "INT_LEG", "INT_MED"]
    assert [one.late for one in shown[:3]] == ["40 days ago", "today", "no day was set"]
