"""Withdrawals in a document: the last answer counts, each is folded in once, and what is owed follows from it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.consents import rules
from incidents.consents.rules import Taken, with_withdrawals
from incidents.records.identifiers import new_id
from incidents.records.schema import CaseDocument, Consent, Intervention, Share
from incidents.releases.rules import Reason, decide, latest, statistics_decision, story_decision
from tests.factories import documents
from tests.factories.documents import TODAY

PURPOSES = rules.purposes()


def one(*purposes: str, **person: object) -> CaseDocument:
    whom = documents.person(**person)
    return documents.about(whom, "POL_EXT", consents=[documents.consent(whom, purpose) for purpose in purposes])


def taken(document: CaseDocument, purpose: str = "CP_STAT") -> Taken:
    return Taken(document.persons[0].id, purpose, new_id())


answers = st.lists(
    st.tuples(
        st.sampled_from(["CP_STAT", "CP_STORE", "CP_STORY", "CP_DEATH"]),
        st.sampled_from(["yes", "no", "not_asked"]),
        st.sampled_from([None, "CB_SELF", "CB_TEEN", "CB_NOK", "CB_REP", "CB_OPEN", "CB_NO"]),
        st.booleans(),
    ),
    max_size=6,
)


@st.composite
def cases(draw: st.DrawFn) -> CaseDocument:
    """A case about somebody alive or dead, of any age, known from the press or not, with any answers."""
    whom = documents.person(
        deceased=draw(st.sampled_from([None, True, False])), age_band=draw(st.sampled_from(["AGE_25_34", "AGE_15_17"]))
    )
    rows = [
        documents.consent(whom, purpose, answer=answer, given_by=by, withdrawn_on=TODAY if back else None)
        for purpose, answer, by, back in draw(answers)
    ]
    incident = documents.incident(open_source=draw(st.booleans()))
    return documents.about(whom, "POL_EXT", consents=rows, incident=incident)


@given(cases(), st.sampled_from(["CP_STAT", "CP_STORE"]))
def test_whoever_takes_back_is_counted_no_more_whoever_had_answered_before(document: CaseDocument, what: str) -> None:
    after = with_withdrawals(document, [taken(document, what)], TODAY)
    assert not statistics_decision(after, document.persons[0].id, TODAY)


@given(cases(), st.sets(st.sampled_from(PURPOSES), max_size=4))
def test_folding_in_twice_says_nothing_new_and_changes_no_answer(document: CaseDocument, purposes: set[str]) -> None:
    rows = [taken(document, purpose) for purpose in purposes]
    after = with_withdrawals(document, rows, TODAY)
    assert with_withdrawals(after, reversed(rows), TODAY) == after
    assert after.consents[: len(document.consents)] == document.consents
    assert len(after.consents) == len(document.consents) + len(rows)
    assert CaseDocument.model_validate(after.model_dump(mode="json")) == after


@given(cases())
def test_a_yes_after_it_counts_and_folding_in_again_does_not_undo_it(document: CaseDocument) -> None:
    row = taken(document)
    folded = with_withdrawals(document, [row], TODAY)
    yes = documents.consent(document.persons[0])
    again = folded.model_copy(update={"consents": [*folded.consents, yes]})
    assert with_withdrawals(again, [row], TODAY) == again
    assert latest(again.consents, document.persons[0].id, "CP_STAT") == yes
    newer = with_withdrawals(again, [taken(document)], TODAY)
    assert not statistics_decision(newer, document.persons[0].id, TODAY)


@given(st.lists(st.tuples(st.sampled_from(["CP_STAT", "CP_PUB"]), st.booleans()), max_size=8))
def test_the_last_answer_to_a_purpose_counts(given_answers: list[tuple[str, bool]]) -> None:
    whom = documents.person()
    rows = [documents.consent(whom, purpose, answer="yes" if yes else "no") for purpose, yes in given_answers]
    document = documents.about(whom, "POL_EXT", consents=rows)
    last = dict(given_answers)
    assert rules.standing(document, whom.id, TODAY) == [purpose for purpose in PURPOSES if last.get(purpose) is True]


def test_what_a_withdrawal_says_of_how_it_was_given_is_what_the_answer_before_said() -> None:
    document = one("CP_STAT")
    [before, after] = with_withdrawals(document, [taken(document)], TODAY).consents
    assert (after.answer, after.withdrawn_on, after.given_by) == ("no", TODAY, before.given_by)


def test_nothing_taken_back_leaves_the_very_document() -> None:
    document = one("CP_STAT")
    assert with_withdrawals(document, [], TODAY) is document


def test_a_member_writes_who_asked_and_when() -> None:
    document = one("CP_STAT", "CP_STORY")
    on = dt.date(2026, 11, 1)
    after = rules.taken_back_by_member(document, document.persons[0].id, ["CP_STAT"], asked_by="CB_REP", on=on)
    row = after.consents[-1]
    assert (row.purpose, row.answer, row.withdrawn_on, row.given_by) == ("CP_STAT", "no", on, "CB_REP")
    assert rules.taken_back(after, document.persons[0].id) == {"CP_STAT": on}
    assert decide(after, document.persons[0].id, "CP_STAT", today=TODAY).reason is Reason.WITHDRAWN
    assert decide(after, document.persons[0].id, "CP_STORY", today=TODAY)


@pytest.mark.parametrize(
    ("taken_back", "gone"),
    [(["CP_STORY"], False), (["CP_PUB"], False), (["CP_STORY", "CP_PUB"], True), (["CP_STORE"], True)],
)
def test_a_story_goes_when_neither_purpose_is_left(taken_back: list[str], gone: bool) -> None:  # noqa: FBT001
    document = one("CP_STORE", "CP_STORY", "CP_PUB")
    after = with_withdrawals(document, [taken(document, purpose) for purpose in taken_back], TODAY)
    assert rules.story_taken_back(after, TODAY) == gone
    assert not gone or not story_decision(after, TODAY)


def test_a_story_that_nobody_was_asked_about_is_not_taken_down() -> None:
    """A save of a case is no reason to empty what was published before anybody recorded consent."""
    assert not rules.story_taken_back(one("CP_STAT"), TODAY)
    assert not rules.story_taken_back(one(), TODAY)


def test_who_has_no_part_in_the_story_takes_none_down() -> None:
    document = one("CP_STORY", roles=["perpetrator"])
    assert not rules.story_taken_back(with_withdrawals(document, [taken(document, "CP_STORY")], TODAY), TODAY)


def test_nothing_is_owed_while_nothing_was_taken_back() -> None:
    document = one("CP_STORE", "CP_UN").model_copy(update={"interventions": [Intervention(type="INT_SPUA")]})
    owed = rules.owed(document, document.persons[0].id, TODAY)
    assert owed == rules.Owed(None, (), (), (), summary=False, publications=(), erase=False, statistics=False)


@pytest.mark.parametrize(
    ("purpose", "sent", "kept"),
    [("CP_UN", "INT_SPAL", "INT_POLC"), ("CP_COMP", "INT_POLC", "INT_SPAL"), ("CP_LAW", "INT_LEG", "INT_SHEL")],
)
def test_steps_sent_under_a_consent_are_owed_when_it_is_taken_back(purpose: str, sent: str, kept: str) -> None:
    steps = [Intervention(type=sent), Intervention(type=kept), Intervention(type=sent, status="IST_PLAN")]
    document = one("CP_STORE", purpose).model_copy(update={"interventions": steps})
    owed = rules.owed(with_withdrawals(document, [taken(document, purpose)], TODAY), document.persons[0].id, TODAY)
    assert [step.id for step in owed.steps] == [steps[0].id]
    assert owed.recipients == (purpose,)
    assert owed.told_by == TODAY + dt.timedelta(days=7)
    assert not owed.erase


def test_everything_taken_back_owes_all_of_it() -> None:
    share = Share(organisation_id=new_id(), until=dt.date(2027, 1, 1))
    document = one("CP_STORE", "CP_STAT", "CP_STORY", "CP_UN").model_copy(
        update={
            "shares": [share],
            "interventions": [Intervention(type="INT_SPAL"), Intervention(type="INT_SHEL")],
            "summary_id": new_id(),
            "reports": [new_id()],
        }
    )
    owed = rules.owed(with_withdrawals(document, [taken(document, "CP_STORE")], TODAY), document.persons[0].id, TODAY)
    assert (owed.shares, len(owed.steps), owed.recipients) == ((share,), 1, ("CP_UN",))
    assert (owed.summary, owed.publications, owed.erase, owed.statistics) == (
        True,
        tuple(document.reports),
        True,
        True,
    )


@pytest.mark.parametrize("purpose", ["CP_STAT", "CP_STORY", "CP_PUB", "CP_MED", "CP_UNPUB"])
def test_what_was_published_of_a_case_is_touched_by_whatever_it_may_rest_on(purpose: str) -> None:
    report, statement, planned = new_id(), new_id(), new_id()
    document = one("CP_STORE", purpose).model_copy(
        update={
            "reports": [report],
            "interventions": [
                Intervention(type="INT_STMT", publication_id=statement),
                Intervention(type="INT_CAMP", publication_id=report),
                Intervention(type="INT_STMT", publication_id=planned, status="IST_PLAN"),
            ],
        }
    )
    after = with_withdrawals(document, [taken(document, purpose)], TODAY)
    assert rules.owed(after, document.persons[0].id, TODAY).publications == (report, statement)


def test_a_letter_sent_under_a_consent_is_touched_when_that_alone_is_taken_back() -> None:
    report, letter, other = new_id(), new_id(), new_id()
    document = one("CP_STORE", "CP_COMP").model_copy(
        update={
            "reports": [report],
            "interventions": [
                Intervention(type="INT_POLC", publication_id=letter),
                Intervention(type="INT_CAMP", publication_id=other),
            ],
        }
    )
    after = with_withdrawals(document, [taken(document, "CP_COMP")], TODAY)
    assert rules.owed(after, document.persons[0].id, TODAY).publications == (letter,)


def test_every_kind_of_step_that_is_named_is_one_of_the_codebook() -> None:
    for purpose, kinds in rules.SENT_BY.items():
        assert purpose in PURPOSES
        for kind in kinds:
            assert Intervention(type=kind)


def test_purposes_are_those_of_the_codebook() -> None:
    assert PURPOSES[0] == "CP_STORE"
    assert all(Consent(person_id=new_id(), purpose=purpose) for purpose in PURPOSES)


@pytest.mark.parametrize("purpose", ["CP_STAT", "CP_STORY"])
def test_what_the_family_takes_back_ends_what_the_dead_had_answered_in_life(purpose: str) -> None:
    document = one("CP_DEATH", purpose, deceased=True)
    person_id = document.persons[0].id
    assert decide(document, person_id, purpose, today=TODAY)
    after = rules.taken_back_by_member(document, person_id, [purpose], asked_by="CB_NOK", on=TODAY)
    assert not decide(after, person_id, purpose, today=TODAY)
    assert after.consents[-1].given_by == "CB_NOK"
    assert {row.id for row in document.consents} < {row.id for row in after.consents}
