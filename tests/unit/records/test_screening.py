"""The screen at the door: help first, a priority with its clock, and a release level that is never widened."""

from __future__ import annotations

import datetime as dt
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.codebook.services import codebook
from incidents.records import screening
from incidents.records.schema import HelpKind, Incident, RiskScreen
from incidents.records.screening import SIGNS, after_screen

NOW = dt.datetime(2026, 11, 24, 10, 30, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=5)
screens = st.builds(
    RiskScreen,
    **{name: st.sampled_from(["yes", "no", "unknown", None]) for name in SIGNS},
)
levels = st.sampled_from(["RL_NONE", "RL_NET", "RL_CTRY", "RL_ADM1", "RL_CASE"])


def yes(*names: str) -> RiskScreen:
    """A screen with a yes to these questions, and a no to the others."""
    return RiskScreen(**{name: "yes" if name in names else "no" for name in SIGNS})


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        (("recent_assault",), "PRI_1"),
        (("custody",), "PRI_1"),
        (("findable", "interview_seen"), "PRI_1"),
        (("findable", "child"), "PRI_1"),
        (("pregnancy", "withdrawal"), "PRI_1"),
        (("findable",), "PRI_2"),
        (("interview_seen",), "PRI_2"),
        (("child",), "PRI_2"),
        (("withdrawal",), "PRI_2"),
        ((), "PRI_3"),
    ],
)
def test_the_answers_propose_a_priority(present: tuple[str, ...], expected: str) -> None:
    assert screening.priority(yes(*present)) == expected


def test_what_was_not_asked_proposes_nothing() -> None:
    assert (screening.priority(None), screening.release_level(None)) == ("PRI_3", None)
    assert screening.help_first(None) == screening.cares(None) == screening.no_consent_now(None) == []


@given(screens, levels)
def test_the_release_level_is_never_widened(risk: RiskScreen, level: str) -> None:
    ranks = ["RL_NONE", "RL_NET", "RL_CTRY", "RL_ADM1", "RL_CASE"]
    after = after_screen(Incident(release_level=level), Incident(release_level=level, risk=risk), NOW)
    assert ranks.index(after.release_level) <= ranks.index(level)


def test_whoever_could_be_found_or_may_be_is_shown_by_region_only() -> None:
    assert screening.release_level(yes("findable")) == "RL_NET"
    assert screening.release_level(RiskScreen(findable="unknown")) == "RL_NET"
    assert screening.release_level(yes("child")) == "RL_NET"
    assert screening.release_level(yes("custody")) is None


@pytest.mark.parametrize(
    ("sign", "kind", "words"),
    [
        ("recent_assault", "care_72h", "72 hours"),
        ("custody", "lawyer", "lawyer"),
        ("withdrawal", "medicine", "must not stop"),
        ("withdrawal", "naloxone", "naloxone"),
        ("findable", "safe_place", "safe tonight"),
        ("child", None, "guardian"),
        ("interview_seen", None, "Stop the talk"),
        ("pregnancy", "medicine", "pregnancy"),
    ],
)
def test_each_sign_says_what_helps_first(sign: str, kind: str | None, words: str) -> None:
    assert any(one.kind == kind and words in one.message for one in screening.help_first(yes(sign)))


def test_recent_assault_names_both_medicines_and_makes_no_report_a_condition() -> None:
    (one,) = screening.help_first(yes("recent_assault"))
    assert all(word in one.message for word in ("PEP", "emergency contraception", "police"))


def test_what_is_arranged_is_not_asked_for_again_and_what_stops_harm_always_is() -> None:
    risk = yes("recent_assault", "custody", "interview_seen").model_copy(update={"help_arranged": ["care_72h"]})
    assert [one.kind for one in screening.help_first(risk)] == [None, "lawyer"]
    refused = risk.model_copy(update={"help_arranged": ["none_wanted"]})
    assert [one.kind for one in screening.help_first(refused)] == [None]


def test_every_kind_of_help_that_is_proposed_has_a_box() -> None:
    proposed = {one.kind for sign in SIGNS.values() for one in sign.help} - {None}
    assert proposed <= set(get_args(HelpKind))


@pytest.mark.parametrize("sign", ["custody", "withdrawal", "interview_seen"])
def test_no_consent_is_taken_while_somebody_is_held_in_withdrawal_or_overheard(sign: str) -> None:
    assert len(screening.no_consent_now(yes(sign))) == 1
    assert screening.no_consent_now(yes("findable", "child", "pregnancy", "recent_assault")) == []


def test_becoming_urgent_starts_the_clock_and_saving_again_does_not_start_it_anew() -> None:
    urgent = after_screen(Incident(), Incident(risk=yes("custody")), NOW)
    assert (urgent.priority, urgent.priority_since) == ("PRI_1", NOW)
    assert urgent.risk is not None
    assert urgent.risk.screened_on == NOW.date()
    assert after_screen(urgent, urgent, LATER) == urgent


def test_becoming_more_urgent_starts_it_anew_and_a_corrected_answer_ends_it() -> None:
    high = after_screen(Incident(), Incident(risk=yes("findable")), NOW)
    assert high.priority == "PRI_2"
    worse = after_screen(high, high.model_copy(update={"risk": yes("findable", "child")}), LATER)
    assert (worse.priority, worse.priority_since) == ("PRI_1", LATER)
    calm = after_screen(worse, worse.model_copy(update={"risk": yes()}), LATER)
    assert (calm.priority, calm.priority_since) == ("PRI_3", None)


def test_a_priority_that_was_set_by_hand_stands_and_new_danger_can_only_raise_it() -> None:
    chosen = after_screen(Incident(), Incident(risk=yes("findable"), priority="PRI_4"), NOW)
    assert (chosen.priority, chosen.priority_since) == ("PRI_4", None)
    same = after_screen(chosen, chosen.model_copy(update={"risk": yes("findable", "pregnancy")}), LATER)
    assert same.priority == "PRI_4"
    raised = after_screen(same, same.model_copy(update={"risk": yes("findable", "child")}), LATER)
    assert (raised.priority, raised.priority_since) == ("PRI_1", LATER)
    lowered = after_screen(raised, raised.model_copy(update={"priority": "PRI_2"}), LATER)
    assert lowered.priority == "PRI_2"
    again = after_screen(lowered, lowered.model_copy(update={"risk_note": "plainly fictional"}), LATER)
    assert again.priority == "PRI_2"


def test_what_is_out_of_scope_stays_out_of_scope() -> None:
    outside = Incident(priority="PRI_X")
    assert after_screen(outside, outside.model_copy(update={"risk": yes("custody")}), NOW).priority == "PRI_X"


def test_a_level_that_was_widened_by_hand_later_stands() -> None:
    closer = after_screen(Incident(), Incident(risk=yes("findable")), NOW)
    assert closer.release_level == "RL_NET"
    widened = closer.model_copy(update={"release_level": "RL_ADM1"})
    again = after_screen(widened, widened.model_copy(update={"risk_note": "plainly fictional"}), LATER)
    assert again.release_level == "RL_ADM1"


@given(screens)
def test_whatever_is_answered_every_proposal_is_a_code_of_the_codebook(risk: RiskScreen) -> None:
    after = after_screen(Incident(), Incident(risk=risk), NOW)
    assert after.priority in codebook().vocabulary("priority")
    assert after.release_level in codebook().vocabulary("release_level")
    assert (after.priority_since is not None) == (after.priority in ("PRI_1", "PRI_2"))
