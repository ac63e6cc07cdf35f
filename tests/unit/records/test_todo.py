"""What needs doing in a case: the clock in words, help that is not arranged, and no consent where it would harm."""

from __future__ import annotations

import datetime as dt

from incidents.records import urgency
from incidents.records.schema import Intervention, RiskScreen
from incidents.records.todo import todo
from tests.factories import documents as made

SINCE = dt.datetime(2026, 11, 24, 10, 30, tzinfo=dt.UTC)


def urgent(**fields: object) -> object:
    """An incident that became urgent at a known moment."""
    return made.incident(priority="PRI_1", priority_since=SINCE, **fields)


def test_the_clock_says_by_when_and_how_far_off() -> None:
    found = todo(made.document(incident=urgent()), SINCE + dt.timedelta(hours=19))
    assert found.clock is not None
    assert found.clock.by == "<bdi>25 November 2026, 10:30 UTC</bdi>"
    assert (found.clock.left, found.clock.late) == ("in 5 hours", False)
    assert found.clock.priority == "Urgent: life or liberty at risk now"
    late = todo(made.document(incident=urgent()), SINCE + dt.timedelta(days=3)).clock
    assert late is not None
    assert (late.left, late.late) == ("2 days late", True)


def test_help_that_was_given_or_a_closed_case_stops_the_clock() -> None:
    given = Intervention(type="INT_SUP", date=SINCE.date())
    assert todo(made.document(incident=urgent(), interventions=[given]), SINCE).clock is None
    assert todo(made.document(incident=urgent(monitoring_status="closed")), SINCE).clock is None


def test_help_that_is_not_arranged_is_named_and_consent_is_not_taken() -> None:
    risk = RiskScreen(custody="yes", withdrawal="yes", help_arranged=["lawyer"])
    found = todo(made.document(incident=made.incident(risk=risk)), SINCE)
    assert len(found.help_first) == 2
    assert len(found.no_consent) == 2


def test_advice_is_told_once_however_many_acts_it_concerns() -> None:
    document = made.about(made.person(), "OTH", "OTH")
    assert sum("reviewed each quarter" in one for one in todo(document, SINCE).advice) == 1


def test_a_record_that_nobody_screened_has_no_clock_but_a_pressing_one_runs_from_its_day() -> None:
    normal = made.document(incident=made.incident())
    pressing = made.document(incident=made.incident(priority="PRI_2"))
    assert urgency.due(normal) is None
    assert urgency.due(pressing) == dt.datetime(2026, 3, 23, tzinfo=dt.UTC)
