"""Erasing a person in a case: no revision knows them any more, and no draft brings them back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from incidents.database import writing
from incidents.erasure import certificates, services
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.intake import services as intake
from incidents.records import history
from incidents.records import services as records
from incidents.records.models import Revision, RevisionKey
from incidents.stories import services as stories
from incidents.stories.services import Story
from tests.factories import documents as make
from tests.integration.erasure.conftest import facts, index, keys_of

if TYPE_CHECKING:
    from incidents.intake.states import DraftState
    from incidents.records.schema import CaseDocument
    from incidents.records.schema_people import Person
    from tests.integration.erasure.conftest import Desk

REASON = "the person asked for it in writing"


@pytest.fixture
def whom() -> Person:
    return make.person(name="Zenobia Fictional", pseudonym="Blue Heron", occupation="juggler")


@pytest.fixture
def other() -> Person:
    return make.person(name="Ben Fictitious", pseudonym="Grey Stork")


@pytest.fixture
def document(whom: Person, other: Person) -> CaseDocument:
    """A case of two people, both of whom agreed to statistics."""
    acts = [make.act("POL_EXT", whom), make.act("POL_EXT", other)]
    return make.document(
        persons=[whom, other],
        acts=acts,
        perpetrators=[make.perpetrator(*acts)],
        consents=[make.consent(whom), make.consent(other)],
        sources=[make.source(person_id=whom.id, citation="told by Zenobia"), make.source(citation="a newspaper")],
        incident=make.incident(narrative="Zenobia was stopped at the fictional bridge."),
    )


@pytest.fixture
def case(desk: Desk, document: CaseDocument) -> str:
    """The case, saved three times: the words of the last name nobody."""
    desk.save(document)
    incident = document.incident
    desk.change(incident.id, incident=incident.model_copy(update={"title_working": "the heron case"}))
    desk.change(incident.id, incident=incident.model_copy(update={"narrative": "Two people were stopped."}))
    return incident.id


def everything(desk: Desk, incident_id: str) -> dict[int, str]:
    """Every revision as JSON, both parts."""
    rows = db.session.execute(
        select(Revision, RevisionKey)
        .join(
            RevisionKey,
            (RevisionKey.incident_id == Revision.incident_id) & (RevisionKey.revision == Revision.revision),
        )
        .where(Revision.incident_id == incident_id)
    )
    keys = keys_of(desk.team.researcher)
    return {row.revision: json.dumps(records.opened_parts(keys, row, wrapped)) for row, wrapped in rows}


def erase(desk: Desk, case: str, person: Person, *, expected: int = 3, another: bool = False) -> str:
    return services.erase_person(desk.keys, case, person.id, REASON, expected=expected, another=another)


def test_no_revision_knows_the_person_any_more(desk: Desk, case: str, whom: Person) -> None:
    before = everything(desk, case)
    assert all("Zenobia" in text for text in before.values())
    erase(desk, case, whom)
    after = everything(desk, case)
    assert sorted(after) == [1, 2, 3, 4]
    for text in after.values():
        for word in ("Zenobia", "Heron", "heron", "juggler", str(whom.cell_key)):
            assert word not in text
        assert text.count(whom.id) <= 1  # in the list of those who may not come back


def test_words_stay_in_the_newest_revision_and_are_emptied_before(desk: Desk, case: str, whom: Person) -> None:
    erase(desk, case, whom)
    after = everything(desk, case)
    assert "Two people were stopped." in after[4]
    assert "a newspaper" in after[4]
    for number in (1, 2):
        assert "stopped" not in after[number]
        assert "newspaper" not in after[number]


def test_the_other_person_is_as_before(desk: Desk, case: str, whom: Person, other: Person) -> None:
    erase(desk, case, whom)
    opened = records.open_identity(desk.keys, case, "to compare with before").document
    assert opened.person(other.id) == other
    assert [one.person_id for one in opened.consents] == [other.id]
    assert len(opened.acts) == 2


def test_every_old_wrapped_key_is_destroyed(desk: Desk, case: str, whom: Person) -> None:
    before = set(db.session.scalars(select(RevisionKey.wrapped)))
    certificate = certificates.find(desk.keys, erase(desk, case, whom))
    assert before.isdisjoint(db.session.scalars(select(RevisionKey.wrapped)))
    assert (certificate.what, certificate.gone) == ("person", certificates.destroyed(3, before))


def test_facts_and_index_know_them_no_more(desk: Desk, case: str, whom: Person, other: Person) -> None:
    assert set(facts(desk)["person"]) == {whom.cell_key, other.cell_key}
    erase(desk, case, whom)
    assert set(facts(desk)["person"]) == {other.cell_key}
    assert index(desk)["held"].to_list() == ["consent_of_some"]


def test_the_summary_is_taken_back(desk: Desk, case: str, whom: Person) -> None:
    summary = "5" * 32
    desk.change(case, summary_id=summary, summary_text="Zenobia, retold.")
    with writing(db.session):
        stories.give(desk.keys.summaries, summary, Story("ABC", "Zenobia, retold."))
    erase(desk, case, whom, expected=4)
    advocate = desk.team.advocate
    assert stories.received(advocate.id, advocate.seed, make.TODAY) == []


def other_than(whom: Person) -> Person:
    """Somebody who is not in the case."""
    return whom.model_copy(update={"id": "0" * 32})


def test_history_shows_a_save_after_it_and_who_saved_the_earlier_ones(desk: Desk, case: str, whom: Person) -> None:
    erase(desk, case, whom)
    found = history.history(desk.keys, case)
    assert [one.number for one in found.versions] == [4, 3, 2, 1]
    assert {one.saved_by for one in found.versions} == {desk.team.researcher.id}
    assert not any(one.erased for one in found.versions)


def test_words_that_name_them_are_shown_by_their_field_and_nothing_is_erased(
    desk: Desk, case: str, whom: Person
) -> None:
    desk.change(case, incident=make.incident(id=case, narrative="They say heron; ZENOBIA ran.", cell_key=1))
    with pytest.raises(services.Named) as refused:
        erase(desk, case, whom, expected=4)
    assert [one for one in refused.value.fields if "Who did what" in one]
    assert "Zenobia" not in str(refused.value.fields)
    assert "Zenobia" in everything(desk, case)[4]
    erase(desk, case, whom, expected=4, another=True)
    assert "Zenobia Fictional" not in everything(desk, case)[5]


def test_a_save_meanwhile_means_reading_the_words_again(desk: Desk, case: str, whom: Person) -> None:
    desk.change(case, status="incomplete")
    with pytest.raises(records.Conflict):
        erase(desk, case, whom, expected=3)
    assert "Zenobia" in everything(desk, case)[4]


def test_somebody_who_is_not_in_the_case_is_not_found(desk: Desk, case: str, whom: Person) -> None:
    with pytest.raises(NotFound):
        erase(desk, case, other_than(whom))


# -- drafts that still know the person -------------------------------------------------------------------


def test_a_save_from_before_meets_the_erasure(desk: Desk, case: str, whom: Person) -> None:
    colleague = keys_of(desk.team.second_researcher)
    stale = records.open_account(colleague, case)
    erase(desk, case, whom)
    with pytest.raises(records.Conflict):
        records.update(colleague, stale.document, expected=stale.revision)
    assert "Heron" not in everything(desk, case)[4]


def test_a_draft_from_before_does_not_bring_the_person_back_whatever_is_picked(
    desk: Desk, case: str, whom: Person
) -> None:
    """The colleague has changed the very person meanwhile, and asks for their own side everywhere."""
    colleague = keys_of(desk.team.second_researcher)
    writer = intake.Writer(colleague.account_id, colleague.seed)
    draft_id = intake.edit(writer, colleague, case)
    assert intake.open_names(writer, colleague, draft_id, "to correct a spelling")

    def respelt(state: DraftState) -> tuple[DraftState, None]:
        people = [
            one.model_copy(update={"name": "Zenobia Invented"}) if one.id == whom.id else one
            for one in state.document.persons
        ]
        incident = state.document.incident.model_copy(update={"narrative": "Both were let go."})
        changed = {"persons": people, "incident": incident}
        return replace(state, document=state.document.model_copy(update=changed)), None

    intake.change(writer, draft_id, respelt)
    erase(desk, case, whom)
    with pytest.raises(records.Conflict):
        intake.submit(writer, colleague, draft_id, complete=True)
    picks = {
        "erased_persons": "mine",
        "persons": "mine",
        f"persons/{whom.id}": "mine",
        f"persons/{whom.id}/name": "mine",
    }
    intake.bring_together(writer, draft_id, picks)
    intake.submit(writer, colleague, draft_id, complete=True)
    newest = everything(desk, case)[5]
    assert "Both were let go." in newest
    assert "Zenobia" not in newest
    assert "Heron" not in newest


def test_a_document_that_still_carries_the_person_is_cleaned_by_the_save(desk: Desk, case: str, whom: Person) -> None:
    erase(desk, case, whom)
    opened = records.open_account(desk.keys, case)
    forged = opened.document.model_copy(update={"persons": [*opened.document.persons, whom]})
    records.update(desk.keys, forged, expected=opened.revision)
    assert "Zenobia" not in everything(desk, case)[5]
