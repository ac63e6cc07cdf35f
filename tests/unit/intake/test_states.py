"""A draft is packed and unpacked without losing a letter."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.intake.states import DraftState, Saved, pack, unpack
from incidents.records.schema import CaseDocument
from tests.factories import documents as made

typed = st.dictionaries(st.text(max_size=8), st.dictionaries(st.text(max_size=8), st.lists(st.text(), max_size=2)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(made.documents(), typed)
def test_unpacking_gives_back_what_was_packed(document: CaseDocument, pending: dict[str, dict[str, list[str]]]) -> None:
    saved = Saved(document, 3)
    for state in (
        DraftState(document, pending, base=saved, identity_opened=True, theirs=saved),
        DraftState(document, pending, base=saved),
        DraftState(document, pending),
    ):
        assert unpack(pack(state)) == state


def test_good_answers_take_the_place_of_what_could_not_be_read() -> None:
    state = DraftState(CaseDocument()).with_typed("when", {"date_start-day": ["40"]}).with_typed("what", {})
    document = made.quick_record()
    after = state.with_answers("when", document)
    assert (after.document, after.typed) == (document, {"what": {}})


def test_a_removed_entry_takes_what_was_typed_about_it_along() -> None:
    state = DraftState(CaseDocument())
    for key in ("people/x", "consent/x", "people/y", "what"):
        state = state.with_typed(key, {"name": ["?"]})
    assert set(state.without_pages("x", state.document).typed) == {"people/y", "what"}


def test_only_rows_of_a_saved_revision_are_fixed() -> None:
    document = made.document()
    assert DraftState(document).saved_consents == frozenset()
    saved = DraftState(document, base=Saved(document, 1)).saved_consents
    assert saved == {row.id for row in document.consents}
