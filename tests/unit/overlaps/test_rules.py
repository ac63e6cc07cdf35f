"""What a decision changes: rows in both, shared numbers, groups that merge and fall apart."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.overlaps.rules import Decision, TwoAsOne, decide, decided, leaving, linked_persons, taking
from tests.factories import documents

if TYPE_CHECKING:
    from incidents.overlaps.rules import Kind
    from incidents.records.schema import CaseDocument


TODAY = dt.date(2026, 11, 24)
STEPS = st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(["same", "different", None]))


def decision(kind: Kind = "same", **fields: Any) -> Decision:
    given_fields: dict[str, Any] = {
        "reason": "fictional reason",
        "by": "somebody",
        "on": dt.date(2026, 11, 24),
    } | fields
    return Decision(**({"kind": kind, "persons": {}} | given_fields))


def same(one: CaseDocument, other: CaseDocument) -> Decision:
    """All persons of one are those of the other, in order."""
    pairs = zip(one.persons, other.persons, strict=False)
    return decision(persons={mine.id: theirs.id for mine, theirs in pairs})


def link(cases: list[CaseDocument], one: int, other: int, how: Decision | None) -> list[CaseDocument]:
    return decide(cases, cases[one].incident.id, cases[other].incident.id, how)


def cases(count: int) -> list[CaseDocument]:
    return [documents.document() for _ in range(count)]


def groups(found: list[CaseDocument]) -> list[int]:
    """How many cases share each number by which incidents are counted."""
    numbers = [case.incident.counts_as or case.incident.cell_key for case in found]
    return sorted(numbers.count(number) for number in set(numbers))


def people(found: list[CaseDocument]) -> int:
    return len({one.counts_as or one.cell_key for case in found for one in case.persons})


def test_the_same_incident_is_one_incident_and_one_person_in_both_documents() -> None:
    before = cases(2)
    after = link(before, 0, 1, same(*before))
    assert groups(after) == [2]
    assert people(after) == 1
    for mine, theirs in (after, after[::-1]):
        row = decided(mine, theirs.incident.id)
        assert row
        assert (row.decision, row.reason, row.decided_by) == ("same", "fictional reason", "somebody")
    assert linked_persons(*after) == {after[0].persons[0].id: after[1].persons[0].id}


def test_each_account_keeps_everything_it_says() -> None:
    before = cases(2)
    for old, new in zip(before, link(before, 0, 1, same(*before)), strict=True):
        assert new.acts == old.acts
        assert new.sources == old.sources
        assert new.incident.model_copy(update={"counts_as": None}) == old.incident
        assert [one.cell_key for one in new.persons] == [one.cell_key for one in old.persons]


def test_the_same_incident_may_be_of_different_persons() -> None:
    before = cases(2)
    after = link(before, 0, 1, decision())
    assert groups(after) == [2]
    assert people(after) == 2


@pytest.mark.parametrize("kind", ["related", "different"])
def test_other_decisions_link_nothing(kind: Kind) -> None:
    after = link(cases(2), 0, 1, decision(kind))
    assert groups(after) == [1, 1]
    assert people(after) == 2
    assert all(case.overlaps[0].decision == kind for case in after)


def test_taking_back_restores_both_as_they_were() -> None:
    before = cases(2)
    assert link(link(before, 0, 1, same(*before)), 0, 1, None) == before


def test_deciding_again_replaces_what_was_decided() -> None:
    before = cases(2)
    after = link(link(before, 0, 1, same(*before)), 0, 1, decision("different"))
    assert [len(case.overlaps) for case in after] == [1, 1]
    assert groups(after) == [1, 1]
    assert people(after) == 2


def test_groups_that_are_linked_merge_and_fall_apart_where_the_link_goes() -> None:
    found = cases(4)
    for one, other in ((0, 1), (2, 3), (1, 2)):
        found = link(found, one, other, same(found[one], found[other]))
    assert groups(found) == [4]
    assert people(found) == 1
    found = link(found, 1, 2, decision("different"))
    assert groups(found) == [2, 2]
    assert people(found) == 2


def test_persons_are_apart_when_one_decision_says_so_and_the_rest_stay_linked() -> None:
    found = cases(3)
    for one, other in ((0, 1), (1, 2)):
        found = link(found, one, other, same(found[one], found[other]))
    found = link(found, 0, 1, decision())
    assert groups(found) == [3]
    assert people(found) == 2


def test_two_persons_of_one_account_never_become_one() -> None:
    two = documents.document(persons=[documents.person(), documents.person()], acts=[], perpetrators=[], consents=[])
    found = [two, *cases(2)]
    found = link(found, 0, 1, decision(persons={two.persons[0].id: found[1].persons[0].id}))
    found = link(found, 0, 2, decision(persons={two.persons[1].id: found[2].persons[0].id}))
    with pytest.raises(TwoAsOne):
        link(found, 1, 2, same(found[1], found[2]))


def test_a_group_stays_one_through_a_case_that_was_erased() -> None:
    found = cases(3)
    for one, other in ((0, 1), (1, 2)):
        found = link(found, one, other, same(found[one], found[other]))
    left = [found[0], found[2]]
    assert groups(left) == [2]
    assert groups(link(left, 0, 1, decision("related"))) == [2]


@pytest.mark.parametrize(("inward", "starts"), [(False, 0), (True, 1)])
def test_a_chain_is_kept_in_both_with_its_direction(inward: bool, starts: int) -> None:  # noqa: FBT001 - a case
    before = cases(2)
    after = link(before, 0, 1, decision("related", chain="CHN_REPR", inward=inward))
    for case in after:
        (chained,) = case.chain
        assert (chained.type, chained.from_id) == ("CHN_REPR", before[starts].incident.id)
    assert [case.chain for case in link(after, 0, 1, decision("different"))] == [[], []]


def test_a_case_of_another_organisation_is_not_written_and_ours_takes_its_numbers() -> None:
    ours, theirs = cases(2)
    taken = taking(ours, theirs, same(ours, theirs))
    assert taken.incident.counts_as == theirs.incident.cell_key
    assert taken.persons[0].counts_as == theirs.persons[0].cell_key
    assert leaving(taken, theirs) == ours


def test_what_is_linked_to_elsewhere_keeps_its_numbers_when_something_else_is_decided() -> None:
    ours, theirs, third = cases(3)
    taken = taking(ours, theirs, same(ours, theirs))
    after = link([taken, third], 0, 1, decision("different"))
    assert after[0].incident.counts_as == theirs.incident.cell_key
    assert after[0].persons[0].counts_as == theirs.persons[0].cell_key


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(["same", "different", None])), max_size=12)
)
def test_numbers_always_follow_from_the_decisions_that_stand(steps: list[tuple[int, int, Any]]) -> None:
    found = cases(5)
    standing: dict[frozenset[int], str] = {}
    for one, other, kind in steps:
        if one == other:
            continue
        how = {"same": same(found[one], found[other]), "different": decision("different"), None: None}[kind]
        found = link(found, one, other, how)
        standing[frozenset((one, other))] = kind
    expected = [{at} for at in range(5)]
    for ends in (ends for ends, kind in standing.items() if kind == "same"):
        joined = set().union(*(group for group in expected if group & ends))
        expected = [group for group in expected if not group & ends] + [joined]
    assert groups(found) == sorted(len(group) for group in expected)
    assert people(found) >= len(expected)
