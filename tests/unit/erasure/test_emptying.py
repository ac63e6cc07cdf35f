"""A document without contact details, and one of which the codes alone are left."""

from __future__ import annotations

import json

from hypothesis import given, settings

from incidents.erasure.emptying import has_contacts, has_content, without_contacts, without_content
from incidents.erasure.rules import words_of
from incidents.records.derivation import fact_rows, held
from incidents.records.fields import Coded, mark_of
from incidents.records.schema import CaseDocument
from tests.factories import documents as make
from tests.factories.documents import TODAY

CONTACT = {"channel": "fictional messenger", "value": "fictional-handle", "note": "shared telephone"}


@settings(max_examples=40)
@given(make.documents())
def test_nobody_can_be_reached_and_nothing_else_is_changed(document: CaseDocument) -> None:
    left = without_contacts(document)
    assert not has_contacts(left)
    bare = [one.model_copy(update={"contact": None}) for one in document.persons]
    assert [one.model_copy(update={"contact": None}) for one in left.persons] == bare
    assert left.model_copy(update={"persons": document.persons}) == document


@settings(max_examples=60)
@given(make.documents())
def test_without_content_a_document_is_valid_and_counted_as_before(document: CaseDocument) -> None:
    left = without_content(document)
    assert CaseDocument.model_validate(json.loads(left.model_dump_json())) == left
    assert fact_rows(left, TODAY) == fact_rows(document, TODAY)
    assert held(left, TODAY) == held(document, TODAY)


@settings(max_examples=60)
@given(make.documents())
def test_no_words_are_left_but_of_laws_and_of_the_approved_summary(document: CaseDocument) -> None:
    left = without_content(document)
    kept = {left.summary_text, left.origin, *(act.national_law for act in left.acts)}
    assert {text for _, text in words_of(left)} <= kept
    assert not has_content(left)


def test_names_places_files_and_exact_days_are_gone() -> None:
    whom = make.person(name="Plainly Fictional", contact=CONTACT, birth_date="1990-01-01", kp_status=["KP_PWUD"])
    document = make.about(
        whom,
        "POL_EXT",
        incident=make.incident(date_start="2026-03-14", risk={"findable": "yes"}, geo={"lat": 1.5, "lon": 2.5}),
        evidence=[{"file_name": "bridge.jpg"}],
        claims=[{"field": "date", "value": "it was Saturday"}],
        comments=[{"at": "2026-03-15T00:00:00Z", "text": "ask her sister"}],
    )
    left = without_content(document)
    raw = left.model_dump_json()
    for word in ("Plainly", "handle", "1990", "2026-03-14", "Blue", "bridge", "Saturday", "sister", "KP_PWUD", "1.5"):
        assert word not in raw
    assert left.incident.date_start is not None
    assert left.incident.date_start.text == "2026-03"
    assert left.persons[0].pseudonym == whom.pseudonym
    assert left.consents == document.consents


def test_every_code_of_acts_and_perpetrators_stays() -> None:
    document = make.document()
    left = without_content(document)
    for before, after in ((document.acts, left.acts), (document.perpetrators, left.perpetrators)):
        for one, other in zip(before, after, strict=True):
            for name, info in type(one).model_fields.items():
                if isinstance(mark_of(info), Coded):
                    assert getattr(one, name) == getattr(other, name)
