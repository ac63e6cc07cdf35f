"""The document: what is valid, what refers to what, what a default means."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from incidents.records.errors import field_errors
from incidents.records.identifiers import new_id
from incidents.records.schema import CaseDocument, Incident, Person, Source
from tests.factories.documents import act, consent, document, documents, perpetrator, person, quick_record, source


def broken(**fields: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        document(**fields)
    return [f"{error.path}: {error.type}" for error in field_errors(refused.value)]


def test_a_quick_record_is_a_valid_document_that_is_incomplete() -> None:
    assert quick_record().status == "incomplete"


def test_an_empty_document_is_valid_so_that_nothing_typed_is_ever_lost() -> None:
    assert CaseDocument().status == "incomplete"


@given(documents())
@settings(max_examples=25, deadline=None)
def test_a_document_survives_json(drawn: CaseDocument) -> None:
    assert CaseDocument.model_validate_json(drawn.model_dump_json()) == drawn


@given(documents())
@settings(max_examples=25, deadline=None)
def test_a_document_survives_plain_values(drawn: CaseDocument) -> None:
    assert CaseDocument.model_validate(drawn.model_dump(mode="json")) == drawn


def test_two_new_documents_share_no_random_number() -> None:
    first, second = document(), document()
    assert first.incident.id != second.incident.id
    assert first.incident.ref != second.incident.ref
    assert first.incident.cell_key != second.incident.cell_key
    assert first.persons[0].cell_key != second.persons[0].cell_key


def test_an_act_must_name_a_person_of_the_record() -> None:
    assert broken(acts=[act("POL_EXT", person())], perpetrators=[]) == ["acts.0.person_id: refers_to_nothing"]


def test_a_perpetrator_must_name_acts_of_the_record() -> None:
    assert broken(perpetrators=[perpetrator(act())]) == ["perpetrators.0.act_ids: refers_to_nothing"]


def test_a_perpetrator_among_the_persons_must_be_there() -> None:
    assert broken(perpetrators=[perpetrator(person_id=new_id())]) == ["perpetrators.0.person_id: refers_to_nothing"]


def test_a_consent_must_name_a_person_of_the_record() -> None:
    assert broken(consents=[consent(person())]) == ["consents.0.person_id: refers_to_nothing"]


@pytest.mark.parametrize("name", ["person_id", "document_id", "same_origin_as"])
def test_a_source_must_name_what_is_in_the_record(name: str) -> None:
    assert broken(sources=[source(), source(**{name: new_id()})]) == [f"sources.1.{name}: refers_to_nothing"]


@pytest.mark.parametrize("part", ["persons", "sources"])
def test_an_id_stands_once_in_its_part(part: str) -> None:
    entry = person() if part == "persons" else source()
    found = broken(**{part: [entry, entry], "acts": [], "perpetrators": [], "consents": []})
    assert found == [f"{part}: id_repeated"]


def test_a_law_has_no_person() -> None:
    assert document(acts=[act("LAW_CRIM")], perpetrators=[]).acts[0].person_id is None


def test_an_area_needs_no_country_but_must_not_contradict_it() -> None:
    assert Incident(adm1="ph-ceb").adm1 == "PH-CEB"
    assert Incident(adm1="PH-CEB", country="PH").country == "PH"


def test_namibia_is_a_country() -> None:
    assert Incident(country="NA").country == "NA"


@pytest.mark.parametrize("numbers", [(1, 2, 3), (2, 2, 2), (None, 2, 3), (1, None, 3), (None, None, 3)])
def test_numbers_in_order_are_kept_with_their_gaps(numbers: tuple[int | None, ...]) -> None:
    low, best, high = numbers
    kept = Incident(killed_min=low, killed_best=best, killed_max=high)
    assert (kept.killed_min, kept.killed_best, kept.killed_max) == numbers


@pytest.mark.parametrize("numbers", [(3, 2, 4), (1, 5, 4), (4, None, 3)])
def test_numbers_out_of_order_are_refused(numbers: tuple[int | None, ...]) -> None:
    low, best, high = numbers
    with pytest.raises(ValidationError):
        Incident(persons_affected_min=low, persons_affected_best=best, persons_affected_max=high)


def test_a_source_is_confidential_and_ungraded_until_somebody_says_otherwise() -> None:
    fresh = Source()
    assert (fresh.confidential, fresh.reliability, fresh.credibility, fresh.independence) == (
        True,
        "REL_F",
        "CRD_6",
        "IND_UNK",
    )


def test_an_unasked_question_is_none_and_not_an_answer() -> None:
    fresh = Person()
    assert (fresh.gender, fresh.age_band, fresh.trans_experience, fresh.deceased) == (None, None, None, None)


def test_the_release_level_is_the_country_until_somebody_says_otherwise() -> None:
    assert Incident().release_level == "RL_CTRY"


def test_consent_that_nobody_asked_for_is_not_asked() -> None:
    whom = person()
    fresh = consent(whom, answer="not_asked", explained={})
    assert (fresh.answer, fresh.explained.complete) == ("not_asked", False)


def test_a_person_is_found_by_id() -> None:
    whom = person()
    record = document(persons=[whom], acts=[], perpetrators=[], consents=[])
    assert record.person(whom.id) == whom
    assert record.person(None) is None
