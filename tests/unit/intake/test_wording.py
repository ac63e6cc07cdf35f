"""A record in words: no code shows, no name shows, and every list reads in the language of the page."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings

from incidents.codebook.services import codebook
from incidents.intake import pages, rules, wording
from incidents.intake.choices import LITERALS, choices, label_of
from incidents.intake.conflicts import differences
from incidents.intake.forms import difference_form, form_of, notes, show_errors
from incidents.intake.questions import Kind
from incidents.records.errors import MESSAGES, FieldError
from incidents.records.schema import CaseDocument, Incident
from tests.factories import documents as made

CODE = re.compile(r"\b[A-Z]{2,4}_[A-Z0-9_]+\b")
WHOM = made.person(name="Ana Fictional", pseudonym="amber heron")
ACT = made.act("POL_EXT", WHOM, methods=["MT_VERB"], status_at_end=["OUT_MON"])
RECORD = made.document(
    persons=[WHOM],
    acts=[ACT],
    perpetrators=[made.perpetrator(ACT, individual_name="Rank Fictional")],
    sources=[made.source(citation="told by Ben")],
    consents=[made.consent(WHOM), made.consent(WHOM, "CP_PUB", answer="no")],
)
big = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


def test_the_summary_shows_words_and_neither_codes_nor_names_of_people() -> None:
    rows = list(wording.summary(RECORD))
    text = " ".join(f"{row.label} {row.value}" for row in rows)
    assert "amber heron" in text
    assert not CODE.search(text)
    for sealed in ("Ana Fictional", "Rank Fictional", "told by Ben"):
        assert sealed not in text


def test_an_act_reads_as_who_did_what_to_whom_and_what_came_of_it() -> None:
    said = wording.act_said(RECORD, ACT)
    methods, outcomes = codebook().vocabulary("methods"), codebook().vocabulary("outcomes")
    assert "amber heron" in said
    assert methods["MT_VERB"].label in said
    assert outcomes["OUT_MON"].label in said


def test_consent_is_said_in_plain_words() -> None:
    assert wording.consent_said(RECORD, WHOM) == (
        "Yes to: Use in anonymous statistics. No to: Publish name, face or voice."
    )
    nobody = RECORD.model_copy(update={"consents": []})
    assert "Not asked. That counts as no" in wording.consent_said(nobody, WHOM)
    withdrawn = RECORD.model_copy(update={"consents": [made.consent(WHOM, withdrawn_on=made.TODAY)]})
    assert wording.consent_said(withdrawn, WHOM).startswith("Yes to nothing.")


def test_people_who_were_not_asked_are_named_once_and_not_in_an_open_source_record() -> None:
    silent = RECORD.model_copy(update={"consents": []})
    labels = [row.label for row in wording.summary(silent)]
    assert labels.count("Not asked for consent, which counts as no") == 1
    public = silent.model_copy(update={"incident": silent.incident.model_copy(update={"open_source": True})})
    assert "Not asked for consent, which counts as no" not in [row.label for row in wording.summary(public)]


@big
@given(made.documents())
def test_any_record_can_be_said(document: CaseDocument) -> None:
    for row in wording.summary(document):
        assert row.label
        assert rules.page_of(row.step, row.entry_id) is not None
    for step in (*pages.SINGLE, *rules.LISTS):
        assert wording.status_of(step, document, [])


@big
@given(made.documents(), made.documents())
def test_any_difference_can_be_said_and_chosen(base: CaseDocument, other: CaseDocument) -> None:
    mine = other.model_copy(update={"incident": other.incident.model_copy(update={"id": base.incident.id})})
    found = differences(base, base, mine)
    form = difference_form(found, (base, base, mine), None)
    for one, field in zip(found, form, strict=True):
        assert field.label.text
        assert [choice.value for choice in field.iter_choices()] == ["mine", "theirs"]
        assert field.data == one.default


@pytest.mark.parametrize(
    ("pending", "document", "label"),
    [
        ([], CaseDocument(), "Not begun"),
        (["what"], CaseDocument(), "To put right"),
        ([], CaseDocument(incident=Incident(narrative="x")), "1 answer missing"),
        ([], CaseDocument(incident=Incident(narrative="x", drug_nexus=["NX_OP"])), "Answered"),
    ],
)
def test_a_step_says_how_far_it_is(pending: list[str], document: CaseDocument, label: str) -> None:
    assert wording.status_of("what", document, pending).label == label


def test_every_choice_has_a_label_and_a_drop_down_begins_empty() -> None:
    for page in (*pages.SINGLE.values(), *pages.ENTRY.values()):
        for question in page.questions:
            if not question.source:
                continue
            offered = choices(question, RECORD)
            assert all(choice.label for choice in offered)
            assert (question.kind is Kind.SELECT) == any(choice.value == "" for choice in offered)
            assert len({choice.value for choice in offered}) == len(offered)


def test_every_literal_of_the_schema_is_offered() -> None:
    for page in (*pages.SINGLE.values(), *pages.ENTRY.values()):
        for question in page.questions:
            if question.source in LITERALS:
                assert choices(question, RECORD)
    assert label_of("roles", "victim", RECORD) == "Was harmed"
    assert label_of("roles", "no such role", RECORD) == "no such role"


def test_errors_stand_at_their_fields_and_at_the_boxes_of_dates() -> None:
    page = pages.SINGLE["when"]
    form = form_of(page.questions, {"date_start-year": ["25"]}, RECORD)
    show_errors(
        form,
        [
            FieldError("date_start-year", "date_year_digits", MESSAGES["date_year_digits"], {"example": "2026"}),
            FieldError("time_of_day", "not_listed", MESSAGES["not_listed"]),
        ],
    )
    assert form["date_start"].form.year.errors == ["Write the year with four digits, such as 2026."]
    assert form["time_of_day"].errors == ["Choose one of the answers offered."]
    assert form["date_start"].form.year.data == "25"


def test_a_definition_stands_under_each_choice_that_has_one() -> None:
    question = next(one for one in pages.SINGLE["place"].questions if one.name == "release_level")
    said = notes(question, RECORD)
    assert said["RL_CTRY"] == codebook().vocabulary("release_level")["RL_CTRY"].definition
    country = next(one for one in pages.SINGLE["where"].questions if one.name == "country")
    assert notes(country, RECORD) == {}


def test_rights_set_by_hand_are_rights_and_neither_their_heading_nor_an_article() -> None:
    question = next(one for one in pages.DETAILS.questions if one.name == "rights")
    offered = {choice.value for choice in choices(question, RECORD)}
    assert {"R_LIFE", "R_TORTURE"} <= offered
    assert not offered & {"R", "INST"}
