"""A page and the document: answers arrive, nothing else changes, and what is missing leads to its page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.intake import pages, rules
from incidents.intake.answers import received
from incidents.intake.pages_acts import ACT, DETAILS
from incidents.intake.pages_consent import CONSENT
from incidents.intake.pages_incident import PLACE, WHAT, WHEN, WHERE
from incidents.intake.pages_people import PERSON
from incidents.intake.pages_safety import SAFETY
from incidents.intake.pages_sources import PERPETRATOR, SOURCE
from incidents.intake.questions import Kind, Page
from incidents.records.identifiers import new_id
from incidents.records.schema import (
    Act,
    Amount,
    CaseDocument,
    DeathDetail,
    DetentionDetail,
    GbvQuestions,
    Incident,
    MedicalDetail,
    Perpetrator,
    Person,
    RiskScreen,
    Source,
    TortureElements,
)
from tests.factories import documents as made
from tests.factories.documents import TODAY
from tests.unit.intake.typing_people import typed_pages

if TYPE_CHECKING:
    from incidents.records.fields import Record

NOW = dt.datetime(2026, 11, 24, 10, 30, tzinfo=dt.UTC)
MODELS: dict[str, type[Record]] = {
    "incident": Incident,
    "persons": Person,
    "acts": Act,
    "perpetrators": Perpetrator,
    "sources": Source,
}
LISTED = [page for page in pages.ENTRY.values() if page.part != "consents"]
slow = settings(
    max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)


def entries_of(document: CaseDocument, page: Page) -> list[str | None]:
    """The entries that a page can be about."""
    if page.part == "incident":
        return [None]
    part = "persons" if page.part == "consents" else page.part
    return [entry.id for entry in getattr(document, part)]


@slow
@given(made.documents())
def test_a_page_that_is_sent_as_it_was_shown_changes_nothing(document: CaseDocument) -> None:
    for page in (*pages.SINGLE.values(), *pages.ENTRY.values()):
        for entry_id in entries_of(document, page):
            shown = rules.typed_page(document, page, entry_id)
            typed = received(page.questions, [(name, values) for name, values in shown.items()])
            outcome = rules.answered(document, page, typed, TODAY, entry_id=entry_id)
            assert outcome == rules.Outcome(document), page.step


@slow
@pytest.mark.parametrize("page", [*pages.SINGLE.values()], ids=lambda page: page.step)
@given(data=st.data())
def test_what_is_typed_about_the_incident_comes_back_as_it_was_typed(page: Page, data: st.DataObject) -> None:
    document = CaseDocument(incident=Incident(country="PH"))
    typed = data.draw(typed_pages(page, document))
    outcome = rules.answered(document, page, typed, TODAY)
    assert outcome.errors == ()
    assert outcome.document is not None
    again = rules.typed_page(outcome.document, page)
    asked_only_here = {name: again.get(name) for name in typed}
    assert asked_only_here == typed


@slow
@pytest.mark.parametrize("page", LISTED, ids=lambda page: page.step)
@given(data=st.data())
def test_what_is_typed_about_an_entry_comes_back_as_it_was_typed(page: Page, data: st.DataObject) -> None:
    whom = made.person()
    gravest = made.act("TOR_TORT", whom)
    document = made.document(persons=[whom], acts=[gravest], perpetrators=[], sources=[], consents=[])
    entry_id = gravest.id if page.step in ("acts", "details") else new_id()
    typed = data.draw(typed_pages(page, document, entry_id))
    outcome = rules.answered(document, page, typed, TODAY, entry_id=entry_id)
    if page.step == "sources" or outcome.errors:
        # what the schema demands of a source has a default that a browser sends along
        assert {error.type for error in outcome.errors} <= {"code_unknown"}
    if outcome.document is not None:
        again = rules.typed_page(outcome.document, page, entry_id)
        assert {name: again.get(name) for name in typed} == typed


@slow
@given(data=st.data())
def test_consent_comes_back_as_it_was_typed(data: st.DataObject) -> None:
    whom = made.person()
    document = made.document(persons=[whom], acts=[], perpetrators=[], consents=[])
    typed = data.draw(typed_pages(CONSENT, document, whom.id))
    outcome = rules.answered(document, CONSENT, typed, TODAY, entry_id=whom.id)
    assert outcome.document is not None
    again = rules.typed_page(outcome.document, CONSENT, whom.id)
    answers = {name: values for name, values in typed.items() if name.startswith("answer.")}
    assert {name: again[name] for name in answers} == answers


def test_a_wrong_answer_leaves_the_document_alone_and_every_problem_is_named_at_once() -> None:
    typed = {
        "date_start-kind": ["day"],
        "date_start-day": ["31"],
        "date_start-month": ["2"],
        "date_start-year": ["2025"],
        "date_reported-year": ["1"],
    }
    outcome = rules.answered(made.quick_record(), WHEN, typed, TODAY)
    assert outcome.document is None
    assert [error.path for error in outcome.errors] == ["date_start-day", "date_reported-day"]


@pytest.mark.parametrize(
    ("page", "typed", "at", "kind"),
    [
        (WHAT, {"drug_nexus": ["NX_OP", "NX_MADE_UP"]}, "drug_nexus", "code_unknown"),
        (WHAT, {"narrative_lang": ["english"]}, "narrative_lang", "language_malformed"),
        (WHAT, {"title_working": ["a\u202eb"]}, "title_working", "text_bidi"),
        (WHAT, {"title_working": ["x" * 501]}, "title_working", "text_too_long"),
        (WHAT, {"narrative": ["x" * 1_000_000]}, "narrative", "text_too_long"),
        (WHEN, {"time_of_day": ["teatime"]}, "time_of_day", "not_listed"),
        (WHERE, {"country": ["ZZ"]}, "country", "code_unknown"),
        (WHERE, {"country": ["NET_ANPUD"]}, "country", "code_unknown"),
        (PLACE, {"adm1": ["PH-NOWHERE"], "release_level": ["RL_CTRY"]}, "adm1", "area_outside_country"),
        (PLACE, {"adm1": ["TH-10"], "release_level": ["RL_CTRY"]}, "adm1", "area_outside_country"),
        (PLACE, {"release_level": ["RL_ALL"]}, "release_level", "code_unknown"),
        (PERSON, {"roles": ["king"]}, "roles", "not_listed"),
        (PERSON, {"group_size": ["many"]}, "group_size", "not_a_number"),
        (PERSON, {"group_size": ["1000001"]}, "group_size", "number_too_large"),
        (PERSON, {"contact.value": ["\u2066x"]}, "contact.value", "text_bidi"),
        (PERSON, {"deceased": ["maybe"]}, "deceased", "not_yes_or_no"),
        (PERSON, {"gender": ["AGE_UNK"]}, "gender", "code_unknown"),
        (ACT, {}, "violation", "code_unknown"),
        (ACT, {"violation": ["POL_MADE_UP"]}, "violation", "code_unknown"),
        (ACT, {"violation": ["POL_EXT"], "person_id": ["f" * 32]}, "person_id", "refers_to_nothing"),
        (ACT, {"violation": ["POL_EXT"], "person_id": ["x"]}, "person_id", "id_malformed"),
        (PERPETRATOR, {"act_ids": ["f" * 32]}, "act_ids", "refers_to_nothing"),
        (SOURCE, {"connection": ["LNK_GOD"]}, "connection", "code_unknown"),
    ],
    ids=lambda value: value.step if isinstance(value, Page) else str(value)[:40],
)
def test_bad_input_is_told_at_its_question(page: Page, typed: dict[str, list[str]], at: str, kind: str) -> None:
    document = CaseDocument(incident=Incident(country="PH"))
    entry_id = None if page.part == "incident" else new_id()
    shown = rules.typed_page(document, page, entry_id)
    outcome = rules.answered(document, page, {**shown, **typed}, TODAY, entry_id=entry_id)
    assert outcome.document is None
    assert [(error.path, error.type) for error in outcome.errors] == [(at, kind)]


def test_a_new_country_takes_the_area_of_the_old_one_away() -> None:
    document = CaseDocument(incident=Incident(country="PH", adm1="PH-CEB"))
    outcome = rules.answered(document, WHERE, {"country": ["TH"]}, TODAY)
    assert outcome.document is not None
    assert (outcome.document.incident.country, outcome.document.incident.adm1) == ("TH", None)


def test_an_answer_that_the_form_could_not_give_survives_a_page_that_is_sent_again() -> None:
    document = CaseDocument.model_validate(
        {"incident": {"date_start": "2023~/..", "date_precision": "DP_LONG", "country": "PH", "adm1": "PH-ZZZ"}}
    )
    for page in (WHEN, WHERE, PLACE):
        typed = rules.typed_page(document, page)
        assert rules.answered(document, page, typed, TODAY).document == document


def test_a_new_entry_begins_with_what_is_most_likely() -> None:
    whom = made.person()
    answered = made.act("POL_EXT", whom)
    document = CaseDocument(persons=[whom], acts=[answered])
    assert rules.typed_page(document, ACT, new_id()) == {"person_id": [whom.id]}
    assert rules.typed_page(document, PERPETRATOR, new_id()) == {"act_ids": [answered.id]}
    assert rules.typed_page(document, PERSON, new_id())["unit"] == ["UNIT_IND"]
    assert rules.typed_page(document, SOURCE, new_id())["confidential"] == ["y"]


def test_sending_the_same_new_entry_twice_adds_it_once() -> None:
    entry_id = new_id()
    typed = {"roles": ["victim"], "gender": ["GEN_W"]}
    once = rules.answered(CaseDocument(), PERSON, typed, TODAY, entry_id=entry_id).document
    assert once is not None
    twice = rules.answered(once, PERSON, typed, TODAY, entry_id=entry_id).document
    assert twice == once
    assert [person.id for person in once.persons] == [entry_id]


@pytest.mark.parametrize(("violation", "asked"), [("TOR_TORT", {"torture_elements.pain"}), ("POL_EXT", set())])
def test_the_elements_of_torture_are_asked_where_it_may_be_torture(violation: str, asked: set[str]) -> None:
    whom = made.person()
    act = made.act(violation, whom)
    document = CaseDocument(persons=[whom], acts=[act])
    names = {
        question.name for section in rules.sections_for(document, DETAILS, act.id) for question in section.questions
    }
    assert names & {"torture_elements.pain"} == asked
    assert "gbv_core_type" not in names
    assert "methods" in names


def test_an_answer_to_a_question_that_is_not_asked_is_not_kept() -> None:
    whom = made.person()
    act = made.act("POL_EXT", whom)
    document = CaseDocument(persons=[whom], acts=[act])
    typed = {"torture_elements.pain": ["yes"], "methods": ["MT_BEAT"]}
    outcome = rules.answered(document, DETAILS, typed, TODAY, entry_id=act.id)
    assert outcome.document is not None
    assert outcome.document.acts[0].torture_elements is None
    assert outcome.document.acts[0].methods == ["MT_BEAT"]


@slow
@given(made.documents(), st.data())
def test_taking_an_entry_out_leaves_a_document_that_holds(document: CaseDocument, data: st.DataObject) -> None:
    for step, part in rules.LISTS.items():
        ids = [entry.id for entry in getattr(document, part)]
        if not ids:
            continue
        gone = data.draw(st.sampled_from(ids))
        left = rules.removed(document, step, gone)
        assert gone not in left.model_dump_json()
        assert len(getattr(left, part)) == len(ids) - 1


@slow
@given(made.documents())
def test_everything_that_is_missing_leads_to_a_page_that_exists(document: CaseDocument) -> None:
    for lack in rules.lacking(document):
        if lack.entry_id is None:
            assert lack.step in pages.STEPS
        else:
            assert rules.page_of(lack.step, lack.entry_id) is not None
            part = {"details": "acts", "consent": "persons"}.get(lack.step) or rules.LISTS[lack.step]
            assert lack.entry_id in [entry.id for entry in getattr(document, part)]


def test_what_is_missing_is_asked_where_it_can_be_answered() -> None:
    whom = made.person(gender=None)
    act = made.act("TOR_TORT", whom)
    document = CaseDocument(persons=[whom], acts=[act])
    lacks = {(lack.step, lack.entry_id) for lack in rules.lacking(document)}
    assert {("what", None), ("when", None), ("where", None), ("sources", None)} <= lacks
    assert {("people", whom.id), ("consent", whom.id), ("details", act.id), ("perpetrators", None)} <= lacks


def test_a_quick_record_needs_only_what_happened() -> None:
    outcome = rules.quick_record(CaseDocument(), {"narrative": ["Plainly fictional."]}, TODAY)
    assert outcome.document is not None
    assert outcome.document.status == "incomplete"
    assert outcome.document.sources == []
    empty = rules.quick_record(CaseDocument(), {}, TODAY)
    assert [(error.path, error.message) for error in empty.errors] == [("narrative", rules.SAY_WHAT)]


def test_a_quick_record_takes_a_source_along_and_names_every_problem() -> None:
    typed = {"narrative": ["Plainly fictional."], "source_type": ["SRC_MED"], "citation": ["A paper"]}
    outcome = rules.quick_record(CaseDocument(), typed, TODAY)
    assert outcome.document is not None
    (source,) = outcome.document.sources
    assert (source.source_type, source.citation, source.confidential) == ("SRC_MED", "A paper", True)
    wrong = rules.quick_record(CaseDocument(), {"country": ["ZZ"], "source_type": ["SRC_X"]}, TODAY)
    assert {error.path for error in wrong.errors} == {"country", "narrative", "source_type"}


def test_every_question_names_a_field_that_the_schema_has_and_takes_its_codes_from_the_same_list() -> None:
    for page in (*pages.SINGLE.values(), *LISTED, pages.QUICK_INCIDENT, pages.QUICK_SOURCE):
        model = MODELS[page.part]
        for question in (one for one in page.questions if not one.helper):
            info = model.model_fields[question.path[0]]
            assert info is not None
            marked = next((mark for mark in info.metadata if getattr(mark, "vocabulary", None)), None)
            if marked is not None and question.source not in ("countries", "areas", "networks"):
                listed = f"{marked.vocabulary}/{marked.facet}" if marked.facet else marked.vocabulary
                assert question.source == listed


#: Fields that no page of the form asks, and why: set by the program, decided at review, or better not kept.
NOT_ASKED = {
    "incident": {
        "id", "cell_key", "counts_as", "ref", "priority_since", "retention_until", "closed_on", "legal_hold",
        "verification", "verification_reason", "reviewer1", "reviewer2", "conflict_on_core_fact",
        "geo",
    },
    "persons": {"id", "cell_key", "counts_as", "pseudonym", "dedupe_hmac", "receipt"},
    "acts": {"id"},
    "perpetrators": {"id"},
    "sources": {"id"},
}  # fmt: skip


def test_every_field_that_a_documenter_can_know_is_asked_somewhere() -> None:
    for part, model in MODELS.items():
        every = [page for page in (*pages.SINGLE.values(), *LISTED) if page.part == part]
        asked = {question.path[0] for page in every for question in page.questions}
        assert set(model.model_fields) - asked == NOT_ASKED[part], part


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("detention_detail", DetentionDetail),
        ("death_detail", DeathDetail),
        ("medical_detail", MedicalDetail),
        ("torture_elements", TortureElements),
        ("gbv_questions", GbvQuestions),
        ("amount_extorted", Amount),
    ],
)
def test_every_field_of_a_sub_form_is_asked(name: str, model: type[Record]) -> None:
    assert {question.path[1] for question in DETAILS.questions if question.path[0] == name} == set(model.model_fields)


def test_every_field_of_the_screen_is_asked_but_the_day_of_it() -> None:
    asked = {question.path[1] for question in SAFETY.questions if question.path[0] == "risk"}
    assert asked == set(RiskScreen.model_fields) - {"screened_on"}


def test_what_only_a_submission_needs_is_asked_folded_and_last() -> None:
    *_others, last = PERSON.sections
    assert last.folded
    assert {"id_documents", "civil_status", "nationality", "birth_date", "sexual_orientation", "trans_experience"} <= {
        question.name for question in last.questions
    }


def test_health_and_substances_are_folded_and_say_when_they_may_be_asked() -> None:
    (section,) = [one for one in PERSON.sections if "substances" in {question.name for question in one.questions}]
    assert section.folded
    assert all("act turns on" in question.hint for question in section.questions)


@pytest.mark.parametrize(
    ("violation", "there", "absent"),
    [
        ("LIB_ARR", {"detention_detail.held_by"}, {"death_detail.cause", "gbv_questions.contact"}),
        ("LIF_EJK_OP", {"death_detail.cause"}, {"medical_detail.findings", "detention_detail.held_by"}),
        ("LIF_CUST", {"death_detail.cause", "detention_detail.held_by"}, {"amount_extorted.amount"}),
        ("POL_EXT", {"amount_extorted.amount", "amount_band"}, {"medical_detail.findings"}),
        ("GBV_RAPE", {"gbv_questions.penetration", "medical_detail.findings"}, {"torture_elements.pain"}),
        ("TOR_ASLT", {"torture_elements.pain", "medical_detail.consistency"}, {"amount_extorted.amount"}),
        ("PRV_DISC", {"methods", "rights"}, {"detention_detail.held_by", "amount_extorted.amount"}),
    ],
)
def test_sub_forms_are_shown_where_the_violation_fits(violation: str, there: set[str], absent: set[str]) -> None:
    done = made.act(violation)
    document = made.document(persons=[], acts=[done], perpetrators=[], consents=[])
    shown = {one.name for section in rules.sections_for(document, DETAILS, done.id) for one in section.questions}
    assert there <= shown
    assert not absent & shown


def test_a_sub_form_that_is_filled_is_shown_whatever_the_violation() -> None:
    done = made.act("PRV_DISC", detention_detail=DetentionDetail(held_by="a fictional watch house"))
    document = made.document(persons=[], acts=[done], perpetrators=[], consents=[])
    shown = {one.name for section in rules.sections_for(document, DETAILS, done.id) for one in section.questions}
    assert "detention_detail.held_by" in shown


def answer_details(document: CaseDocument, **typed: str) -> Act:
    """The first act after some answers about how it was done."""
    done = document.acts[0]
    sent = {name.replace("__", "."): [value] for name, value in typed.items()}
    outcome = rules.answered(
        document, DETAILS, rules.typed_page(document, DETAILS, done.id) | sent, TODAY, entry_id=done.id
    )
    assert outcome.document is not None, outcome.errors
    return outcome.document.acts[0]


def test_a_sum_in_dollars_fills_its_band_and_another_currency_does_not() -> None:
    paid = answer_details(made.document(), amount_extorted__amount="55,50", amount_extorted__currency="usd")
    assert paid.amount_extorted is not None
    assert (str(paid.amount_extorted.amount), paid.amount_extorted.currency) == ("55.50", "USD")
    assert paid.amount_band == "50_199"
    other = answer_details(made.document(), amount_extorted__amount="55", amount_extorted__currency="KES")
    assert other.amount_band is None
    chosen = answer_details(
        made.document(), amount_extorted__amount="55", amount_extorted__currency="USD", amount_band="under_10"
    )
    assert chosen.amount_band == "under_10"


def test_a_sum_that_is_emptied_is_gone_and_half_a_sum_is_asked_for() -> None:
    done = made.act("POL_EXT", amount_extorted=Amount(amount=Decimal(5), currency="KES"))
    document = made.document(persons=[], acts=[done], perpetrators=[], consents=[])
    emptied = rules.answered(document, DETAILS, {}, TODAY, entry_id=done.id)
    assert emptied.document is not None
    assert emptied.document.acts[0].amount_extorted is None
    half = rules.answered(document, DETAILS, {"amount_extorted.amount": ["7"]}, TODAY, entry_id=done.id)
    assert [error.path for error in half.errors] == ["amount_extorted.currency"]


@pytest.mark.parametrize(("word", "number"), [("several", 3), ("dozens", 12), ("hundreds", 100)])
def test_a_word_of_the_source_fills_the_lowest_and_the_best_number(word: str, number: int) -> None:
    outcome = rules.answered(made.document(), WHAT, {"killed_said": [word]}, TODAY)
    assert outcome.document is not None
    incident = outcome.document.incident
    assert (incident.killed_min, incident.killed_best, incident.killed_max) == (number, number, None)
    assert incident.persons_affected_min is None


def test_a_number_is_worth_more_than_a_word_and_an_unknown_word_is_refused() -> None:
    outcome = rules.answered(made.document(), WHAT, {"killed_said": ["dozens"], "killed_min": ["7"]}, TODAY)
    assert outcome.document is not None
    assert (outcome.document.incident.killed_min, outcome.document.incident.killed_best) == (7, None)
    wrong = rules.answered(made.document(), WHAT, {"killed_said": ["oodles"]}, TODAY)
    assert [error.path for error in wrong.errors] == ["killed_said"]


def test_a_source_cannot_repeat_itself_and_is_asked_only_when_there_is_another() -> None:
    one, other = made.source(), made.source()
    document = made.document(sources=[one, other])
    typed = rules.typed_page(document, SOURCE, one.id)
    itself = rules.answered(document, SOURCE, typed | {"same_origin_as": [one.id]}, TODAY, entry_id=one.id)
    assert [error.path for error in itself.errors] == ["same_origin_as"]
    linked = rules.answered(document, SOURCE, typed | {"same_origin_as": [other.id]}, TODAY, entry_id=one.id)
    assert linked.document is not None
    assert linked.document.sources[0].same_origin_as == other.id
    alone = made.document(sources=[one])
    shown = {q.name for section in rules.sections_for(alone, SOURCE, one.id) for q in section.questions}
    assert "same_origin_as" not in shown


def test_answers_at_the_door_set_priority_and_level_and_a_page_that_is_sent_again_changes_nothing() -> None:
    document = made.document(incident=made.incident(release_level="RL_ADM1"))
    typed = rules.typed_page(document, SAFETY) | {"risk.custody": ["yes"], "risk.findable": ["yes"]}
    outcome = rules.screened(document, rules.answered(document, SAFETY, typed, TODAY), NOW)
    assert outcome.document is not None
    incident = outcome.document.incident
    assert (incident.priority, incident.priority_since, incident.release_level) == ("PRI_1", NOW, "RL_NET")
    again = rules.answered(outcome.document, SAFETY, rules.typed_page(outcome.document, SAFETY), TODAY)
    assert rules.screened(outcome.document, again, NOW + dt.timedelta(days=1)) == again


def test_every_choice_says_where_its_choices_come_from() -> None:
    for page in (*pages.SINGLE.values(), *pages.ENTRY.values()):
        for question in page.questions:
            assert bool(question.source) is (
                question.kind in (Kind.ONE, Kind.INLINE, Kind.SELECT, Kind.CODED, Kind.MANY, Kind.YES_NO)
            ), question.name
