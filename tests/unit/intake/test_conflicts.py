"""Two people edit one case: nothing is decided silently where both changed, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.intake.conflicts import Undecided, differences, merged
from tests.factories import documents as made

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument

slow = settings(
    max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)
WHOM = made.person()
ACT = made.act("POL_EXT", WHOM)
BASE = made.document(persons=[WHOM], acts=[ACT], perpetrators=[made.perpetrator(ACT)], consents=[made.consent(WHOM)])


def edited(document: CaseDocument = BASE, **incident: Any) -> CaseDocument:
    """A document with other words about the incident."""
    return document.model_copy(update={"incident": document.incident.model_copy(update=incident)})


def with_parts(**parts: Any) -> CaseDocument:
    """The base with other lists."""
    return BASE.model_copy(update=parts)


def test_the_same_change_on_both_sides_is_no_difference() -> None:
    assert differences(BASE, edited(narrative="new"), edited(narrative="new")) == []


def test_what_only_one_side_changed_stands_without_a_question() -> None:
    theirs, mine = edited(narrative="theirs"), edited(title_working="mine")
    found = {one.key: one.default for one in differences(BASE, theirs, mine)}
    assert found == {"incident/narrative": "theirs", "incident/title_working": "mine"}
    whole = merged(BASE, theirs, mine, {})
    assert (whole.incident.narrative, whole.incident.title_working) == ("theirs", "mine")


def test_where_both_changed_somebody_has_to_say() -> None:
    theirs, mine = edited(narrative="theirs"), edited(narrative="mine")
    (only,) = differences(BASE, theirs, mine)
    assert (only.base, only.theirs, only.mine, only.default) == (
        BASE.incident.narrative,
        "theirs",
        "mine",
        None,
    )
    with pytest.raises(Undecided) as caught:
        merged(BASE, theirs, mine, {"incident/narrative": "whatever"})
    assert caught.value.keys == ["incident/narrative"]
    assert merged(BASE, theirs, mine, {"incident/narrative": "mine"}).incident.narrative == "mine"
    assert merged(BASE, theirs, mine, {"incident/narrative": "theirs"}).incident.narrative == "theirs"


def test_entries_added_on_both_sides_are_both_kept() -> None:
    one, other = made.source(citation="one"), made.source(citation="other")
    theirs, mine = with_parts(sources=[*BASE.sources, one]), with_parts(sources=[*BASE.sources, other])
    assert [entry.id for entry in merged(BASE, theirs, mine, {}).sources] == [
        *(entry.id for entry in BASE.sources),
        one.id,
        other.id,
    ]


def test_fields_of_one_entry_are_told_apart() -> None:
    theirs = with_parts(persons=[WHOM.model_copy(update={"gender": "GEN_NB"})])
    mine = with_parts(persons=[WHOM.model_copy(update={"age_band": "AGE_18_24"})])
    whole = merged(BASE, theirs, mine, {}).persons[0]
    assert (whole.gender, whole.age_band) == ("GEN_NB", "AGE_18_24")


def test_an_entry_that_one_side_removed_and_the_other_changed_is_a_question() -> None:
    theirs = with_parts(perpetrators=[])
    changed = BASE.perpetrators[0].model_copy(update={"count_min": 4})
    mine = with_parts(perpetrators=[changed])
    (only,) = differences(BASE, theirs, mine)
    assert (only.path, only.theirs, only.default) == (("perpetrators", changed.id), None, None)
    assert merged(BASE, theirs, mine, {only.key: "mine"}).perpetrators == [changed]
    assert merged(BASE, theirs, mine, {only.key: "theirs"}).perpetrators == []


def test_an_entry_that_only_one_side_removed_is_gone() -> None:
    mine = with_parts(sources=[])
    assert merged(BASE, edited(narrative="theirs"), mine, {}).sources == []
    theirs = with_parts(sources=[])
    assert merged(BASE, theirs, edited(narrative="mine"), {}).sources == []


def test_what_pointed_at_a_removed_person_points_at_nobody_afterwards() -> None:
    theirs = with_parts(persons=[], acts=[ACT.model_copy(update={"person_id": None})], consents=[])
    extra = made.act("LIB_ARR", WHOM)
    mine = with_parts(acts=[ACT, extra])
    whole = merged(BASE, theirs, mine, {})
    assert [act.person_id for act in whole.acts] == [None, None]


def test_an_answer_that_was_saved_meanwhile_is_never_dropped() -> None:
    refused = made.consent(WHOM, answer="no")
    theirs = with_parts(consents=[*BASE.consents, refused])
    mine = edited(narrative="mine")
    assert all(one.path[0] != "consents" for one in differences(BASE, theirs, mine))
    assert merged(BASE, theirs, mine, {}).consents == theirs.consents


@pytest.mark.parametrize(("pick", "last"), [("mine", "yes"), ("theirs", "no")])
def test_of_two_new_answers_both_are_kept_and_the_chosen_one_counts(pick: str, last: str) -> None:
    refused, agreed = made.consent(WHOM, answer="no"), made.consent(WHOM, answer="yes")
    theirs, mine = with_parts(consents=[*BASE.consents, refused]), with_parts(consents=[*BASE.consents, agreed])
    (only,) = differences(BASE, theirs, mine)
    assert only.default is None
    rows = merged(BASE, theirs, mine, {only.key: pick}).consents
    assert {row.id for row in rows} == {row.id for row in (*BASE.consents, refused, agreed)}
    assert rows[-1].answer == last


def test_an_area_of_a_country_that_does_not_stand_falls_away() -> None:
    base = edited(country="PH", adm1=None)
    theirs, mine = edited(base, country="TH"), edited(base, adm1="PH-CEB")
    whole = merged(base, theirs, mine, {})
    assert (whole.incident.country, whole.incident.adm1) == ("TH", None)


def test_whether_the_record_is_finished_is_asked_anew_and_no_difference() -> None:
    theirs, mine = with_parts(status="complete"), with_parts(status="incomplete")
    assert differences(BASE, theirs, mine) == []


@slow
@given(made.documents(), made.documents())
def test_with_nothing_of_ones_own_the_saved_document_stands(base: CaseDocument, theirs: CaseDocument) -> None:
    assert merged(base, theirs, base, {}) == theirs


@slow
@given(made.documents(), made.documents())
def test_with_nothing_saved_meanwhile_the_draft_stands(base: CaseDocument, mine: CaseDocument) -> None:
    whole = merged(base, base, mine, {}).model_dump()
    expected = mine.model_dump() | {"status": base.status}
    for part in ("persons", "acts", "perpetrators", "sources", "interventions", "chain", "evidence", "kept_aside"):
        assert {entry["id"] for entry in whole[part]} == {entry["id"] for entry in expected[part]}
    assert whole["incident"] == expected["incident"]


@slow
@given(made.documents(), made.documents(), st.sampled_from(["mine", "theirs"]))
def test_any_two_documents_can_be_brought_together(base: CaseDocument, other: CaseDocument, side: str) -> None:
    mine = base.model_copy(update={"incident": other.incident, "sources": []})
    theirs = base.model_copy(update={"summary_text": "theirs", "persons": base.persons[:1], "acts": []})
    theirs = theirs.model_copy(
        update={"perpetrators": [], "consents": [], "sources": [], "chain": [], "interventions": []}
    )
    picks = {one.key: side for one in differences(base, theirs, mine)}
    merged(base, theirs, mine, picks)
