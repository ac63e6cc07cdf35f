"""A document without somebody: nothing of theirs is left, nothing of others is changed, and it is still a document."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incidents.erasure.rules import KEPT, is_words, named_in, without_erased, without_person, without_words
from incidents.records.derivation import fact_rows
from incidents.records.fields import Record, inner_record, mark_of
from incidents.records.parts import join, split
from incidents.records.schema import CaseDocument
from incidents.records.schema_acts import DeathDetail, DetentionDetail, MedicalDetail
from incidents.records.schema_people import Contact
from incidents.records.schema_sources import Evidence
from tests.factories import documents as make

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Whole documents are slow to draw.
FEW = settings(max_examples=40)
LISTS = ("persons", "acts", "perpetrators", "sources", "consents", "interventions", "evidence", "kept_aside")


def branded(record: Any, brand: Iterator[str]) -> Any:
    """A record with a word of its own in every field that can hold one."""
    changed: dict[str, Any] = {}
    for name, info in type(record).model_fields.items():
        value, (inner, many) = getattr(record, name), inner_record(info)
        if inner is not None and value is not None:
            changed[name] = [branded(one, brand) for one in value] if many else branded(value, brand)
        elif is_words(info) or name in ("pseudonym", "dedupe_hmac", "column", "why"):
            changed[name] = next(brand)
    return record.model_copy(update=changed)


@st.composite
def linked(draw: st.DrawFn) -> CaseDocument:
    """A whole document with somebody in it, whose parts hang together in any way the schema allows."""
    document = draw(make.documents().filter(lambda one: one.persons))
    someone = st.none() | st.sampled_from([one.id for one in document.persons])
    item = st.sampled_from([None, *(one.id for one in document.evidence)])
    other = st.sampled_from([None, *(one.id for one in document.sources)])
    return document.model_copy(
        update={
            "perpetrators": [one.model_copy(update={"person_id": draw(someone)}) for one in document.perpetrators],
            "sources": [
                one.model_copy(update={"document_id": draw(item), "same_origin_as": draw(other)})
                for one in document.sources
            ],
            "erased_persons": [],
        }
    )


def whose(document: CaseDocument, person_id: str) -> tuple[CaseDocument, list[str]]:
    """The document with a word of its own in every field, and the words of all that is linked to a person."""
    words = (f"word{number}x" for number in itertools.count())
    theirs: list[str] = []

    def brand(*, mine: bool) -> Iterator[str]:
        for word in words:
            if mine:
                theirs.append(word)
            yield word

    carried = {one.document_id for one in document.sources if one.person_id == person_id}
    changed: dict[str, Any] = {}
    for name in LISTS:
        changed[name] = []
        for one in getattr(document, name):
            mine = name == "kept_aside" or person_id in (getattr(one, "person_id", None), one.id) or one.id in carried
            changed[name].append(branded(one, brand(mine=mine)))
    changed["summary_text"] = next(brand(mine=True))
    return document.model_copy(update=changed), theirs


@FEW
@given(linked(), st.data())
def test_no_word_number_or_id_of_an_erased_person_is_left(document: CaseDocument, data: st.DataObject) -> None:
    person = data.draw(st.sampled_from(document.persons))
    document, theirs = whose(document, person.id)
    left = without_person(document, person.id)
    assert left.erased_persons == [person.id]
    text = left.model_copy(update={"erased_persons": []}).model_dump_json()
    assert [word for word in theirs if word in text] == []
    assert person.id not in text
    assert person.cell_key not in {one.cell_key for one in left.persons if one not in document.persons}


@FEW
@given(linked(), st.data())
def test_it_stays_a_valid_document_that_can_be_sealed_and_read_again(
    document: CaseDocument, data: st.DataObject
) -> None:
    left = without_person(document, data.draw(st.sampled_from(document.persons)).id)
    assert CaseDocument.model_validate(left.model_dump()) == left
    assert join(*split(left)) == left
    wordless = without_words(left)
    assert join(*split(CaseDocument.model_validate(wordless.model_dump()))) == wordless


@FEW
@given(linked(), st.data())
def test_other_people_and_what_was_done_to_them_stay_as_they_are(document: CaseDocument, data: st.DataObject) -> None:
    person = data.draw(st.sampled_from(document.persons))
    left = without_person(document, person.id)
    for name in ("persons", "consents", "acts"):
        others = [one for one in getattr(document, name) if person.id not in (one.id, getattr(one, "person_id", None))]
        assert [one for one in getattr(left, name) if one in others] == others
    assert left.incident == document.incident
    assert left.interventions == document.interventions


@FEW
@given(linked(), st.data())
def test_of_an_act_stays_what_was_done_and_not_to_whom(document: CaseDocument, data: st.DataObject) -> None:
    person = data.draw(st.sampled_from(document.persons))
    left = without_person(document, person.id)
    assert [act.violation for act in left.acts] == [act.violation for act in document.acts]
    for before, after in zip(document.acts, left.acts, strict=True):
        if before.person_id == person.id:
            somebody = left.person(after.person_id)
            assert somebody is not None
            kept = somebody.model_dump(exclude_defaults=True).keys()
            assert kept <= {"id", "cell_key", "pseudonym"}
            assert somebody.pseudonym == ""
            assert (after.age_at_act, after.status_at_end, after.amount_extorted) == (None, [], None)


@FEW
@given(linked(), st.data())
def test_erasing_somebody_who_is_not_there_changes_nothing(document: CaseDocument, data: st.DataObject) -> None:
    person = data.draw(st.sampled_from(document.persons))
    left = without_person(document, person.id)
    assert without_person(left, person.id) is left
    assert without_person(document, "0" * 32) is document


@FEW
@given(linked())
def test_two_can_be_erased_one_after_the_other(document: CaseDocument) -> None:
    assume(len(document.persons) > 1)
    first, second = document.persons[:2]
    left = without_person(without_person(document, first.id), second.id)
    assert left.erased_persons == sorted([first.id, second.id])
    assert left.person(first.id) is left.person(second.id) is None


@FEW
@given(linked())
def test_older_revisions_keep_no_words_but_what_others_are_called(document: CaseDocument) -> None:
    words = (f"word{number}x" for number in itertools.count())
    parts = {name: [branded(one, words) for one in getattr(document, name)] for name in LISTS}
    document = document.model_copy(update=parts | {"incident": branded(document.incident, words)})
    left = without_words(document)
    text = left.model_copy(update={"persons": []}).model_dump_json()
    assert "word" not in " ".join(_words_of(json.loads(text)))
    for before, after in zip(document.persons, left.persons, strict=True):
        assert (after.name, after.pseudonym, after.occupation) == (before.name, before.pseudonym, before.occupation)
        assert after.health_status == ""
        assert after.contact is None or (after.contact.note == "" and before.contact is not None)


def _words_of(value: object, name: str = "") -> Iterator[str]:
    """Every string of parsed JSON under a field that is no technical one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _words_of(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _words_of(inner, name)
    elif isinstance(value, str) and name not in {*KEPT, "national_law"}:
        yield value


def test_an_old_draft_with_an_erased_person_does_not_bring_them_back() -> None:
    whom, other = make.person(name="Fictional Ana"), make.person(name="Fictional Ben")
    act = make.act("POL_EXT", whom)
    document = make.document(persons=[whom, other], acts=[act], perpetrators=[], consents=[make.consent(whom)])
    stale = document.model_copy(update={"erased_persons": [whom.id]})
    assert "Ana" not in without_erased(stale).model_dump_json()
    assert "Ana" not in without_erased(document, [whom.id]).model_dump_json()
    assert without_erased(document) is document


def test_details_of_arrest_death_and_illness_go_with_the_person() -> None:
    whom = make.person()
    act = make.act(
        "LIF_EJK_OP",
        whom,
        detention_detail=DetentionDetail(held_by="fictional guards"),
        death_detail=DeathDetail(cause="fictional cause"),
        medical_detail=MedicalDetail(findings="fictional findings"),
        physical_consequences="fictional harm",
        stated_reason="fictional quote",
        methods=[],
    )
    left = without_person(make.document(persons=[whom], acts=[act], perpetrators=[], consents=[]), whom.id)
    assert "fictional" not in left.acts[0].model_dump_json()


def test_evidence_that_may_show_them_goes_and_what_another_gave_stays() -> None:
    whom, other = make.person(), make.person()
    given_by_them, given_by_other = Evidence(title="theirs"), Evidence(title="the other's")
    shows_somebody, shows_nobody = Evidence(title="a face"), Evidence(title="a street", identifies_person="no")
    sources = [
        make.source(person_id=whom.id, document_id=given_by_them.id),
        make.source(person_id=other.id, document_id=given_by_other.id),
    ]
    document = make.document(
        persons=[whom, other],
        acts=[],
        perpetrators=[],
        consents=[],
        sources=sources,
        evidence=[given_by_them, given_by_other, shows_somebody, shows_nobody],
    )
    left = without_person(document, whom.id)
    assert [one.title for one in left.evidence] == ["the other's", "a street"]
    assert [one.person_id for one in left.sources] == [other.id]


def test_somebody_of_whom_nothing_is_known_is_not_counted() -> None:
    """An act without a person could be counted as a law is; one against nobody known waits for consent."""
    whom = make.person()
    document = make.about(whom, "POL_EXT")
    assert fact_rows(document, make.TODAY)
    assert fact_rows(without_person(document, whom.id), make.TODAY) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Zenobia was there", True),
        ("they say ZENOBIA left", True),
        ("the Zenobian embassy", False),
        ("call +00 000 1234 after dark", True),
        ("王小明说过", True),
        ("nobody is named", False),
        ("blue heron was seen", True),
        ("a heron, blue", False),
    ],
)
def test_what_they_are_called_is_found_in_the_words_that_stay(text: str, *, named: bool) -> None:
    whom = make.person(
        name="Zenobia Q",
        other_names="王小明",
        pseudonym="blue heron",
        contact=Contact(value="+00 000 1234"),
    )
    document = make.about(whom, "POL_EXT", incident=make.incident(narrative=text))
    found = [mark.meaning for info in named_in(document, whom.id) if (mark := mark_of(info))]
    assert bool(found) is named
    assert all("Who did what" in one for one in found)


def test_nobody_is_named_by_somebody_who_is_not_there() -> None:
    assert named_in(make.document(), "0" * 32) == []


def test_every_record_of_the_schema_can_be_emptied() -> None:
    """A required field of words could not be blanked; kept aside values, which have one, go whole."""
    for model in (type(make.document()), type(make.incident()), type(make.act()), type(make.source())):
        assert issubclass(model, Record)
        assert all(info.default == "" for info in model.model_fields.values() if is_words(info))
