"""Who must have agreed before a partner reads a case, what forbids it anyway, and when it ends by itself."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.records.schema import Share
from incidents.releases.rules import Reason
from incidents.sharing import rules
from incidents.sharing.rules import Bar, Shared
from tests.factories import documents
from tests.factories.documents import TODAY

PARTNER = "A Fictional Union"
DAY = dt.timedelta(days=1)


def agreed(whom: Any, **fields: Any) -> Any:
    return documents.consent(whom, "CP_PART", **({"recipient": PARTNER} | fields))


def case(*persons: Any, consents: list[Any], **fields: Any) -> Any:
    acts = [documents.act("POL_EXT", one) for one in persons]
    return documents.document(
        persons=list(persons), acts=acts, perpetrators=[documents.perpetrator(*acts)], consents=consents, **fields
    )


def reasons(document: Any, day: dt.date = TODAY) -> list[Reason]:
    return [one.reason for one in rules.refusals(document, PARTNER, day)]


def test_everybody_harmed_witnessing_or_telling_must_agree_to_this_partner() -> None:
    victim, witness = documents.person(), documents.person(roles=["witness"])
    asked = [agreed(victim)]
    assert reasons(case(victim, consents=asked)) == []
    assert rules.allowed(case(victim, consents=asked), PARTNER, TODAY)
    both = case(victim, consents=asked).model_copy(update={"persons": [victim, witness]})
    assert reasons(both) == [Reason.NOT_ASKED]
    assert not rules.allowed(both, PARTNER, TODAY)


def test_whoever_did_it_and_groups_beside_a_person_are_not_asked() -> None:
    victim, group = documents.person(), documents.person(unit="UNIT_COM")
    others = [documents.person(roles=["perpetrator"]), group]
    document = case(victim, consents=[agreed(victim)])
    assert reasons(document.model_copy(update={"persons": [victim, *others]})) == []


def test_where_only_a_group_is_concerned_somebody_has_to_answer_for_it() -> None:
    group = documents.person(unit="UNIT_COM")
    assert reasons(case(group, consents=[])) == [Reason.NOT_ASKED]
    assert reasons(case(group, consents=[agreed(group)])) == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"recipient": "Another Fictional Union"}, Reason.OTHER_RECIPIENT),
        ({"recipient": ""}, Reason.OTHER_RECIPIENT),
        ({"answer": "no"}, Reason.REFUSED),
        ({"answer": "no", "withdrawn_on": TODAY}, Reason.WITHDRAWN),
        ({"expires_on": TODAY}, Reason.EXPIRED),
        ({"explained": {"purpose": True}}, Reason.NOT_EXPLAINED),
        ({"given_by": None}, Reason.BASIS_MISSING),
        ({"given_by": "CB_NO"}, Reason.NOT_POSSIBLE_YET),
    ],
)
def test_a_consent_that_is_not_a_yes_to_this_partner_is_refused_with_its_reason(
    fields: dict[str, Any], reason: Reason
) -> None:
    victim = documents.person()
    assert reasons(case(victim, consents=[agreed(victim, **fields)])) == [reason]


def test_for_the_dead_next_of_kin_answer() -> None:
    dead = documents.person(deceased=True)
    assert reasons(case(dead, consents=[agreed(dead, given_by="CB_NOK")])) == []
    assert reasons(case(dead, consents=[agreed(dead)])) == [Reason.NEXT_OF_KIN_NEEDED]


def test_a_child_needs_a_guardian_beside_its_own_word() -> None:
    child = documents.person(age_band="AGE_12_14")
    assert reasons(case(child, consents=[agreed(child)])) == [Reason.GUARDIAN_NEEDED]
    assert reasons(case(child, consents=[agreed(child, given_by="CB_TEEN")])) == []


def test_what_nobody_has_checked_or_shall_show_nothing_leaves_whoever_agreed() -> None:
    victim = documents.person()
    fields: dict[str, Any] = {"consents": [agreed(victim)]}
    assert rules.bars(case(victim, **fields), TODAY) == []
    assert rules.bars(case(victim, sources=[], **fields), TODAY) == [Bar.UNCHECKED]
    withdrawn = documents.incident(verification="VS_W")
    assert rules.bars(case(victim, incident=withdrawn, **fields), TODAY) == [Bar.UNCHECKED]
    hidden = documents.incident(release_level="RL_NONE")
    assert rules.bars(case(victim, incident=hidden, **fields), TODAY) == [Bar.NOT_RELEASED]
    assert not rules.allowed(case(victim, incident=hidden, **fields), PARTNER, TODAY)


def test_without_anybody_who_could_agree_only_a_law_or_public_facts_are_shared() -> None:
    nobody = documents.document(persons=[], acts=[documents.act("POL_EXT")], perpetrators=[], consents=[])
    assert rules.bars(nobody, TODAY) == [Bar.NOBODY]
    law = documents.document(persons=[], acts=[documents.act("LAW_CRIM")], perpetrators=[], consents=[])
    assert rules.bars(law, TODAY) == []


def test_it_ends_on_the_first_day_on_which_a_consent_holds_no_more() -> None:
    one, other = documents.person(), documents.person()
    until = TODAY + 90 * DAY
    consents = [agreed(one, expires_on=TODAY + 40 * DAY), agreed(other, expires_on=TODAY + 20 * DAY)]
    assert rules.end(case(one, other, consents=consents), PARTNER, until, TODAY) == TODAY + 20 * DAY
    # Of another purpose, or later than the share itself: it changes nothing.
    elsewhere = [agreed(one), documents.consent(one, expires_on=TODAY + DAY)]
    assert rules.end(case(one, consents=elsewhere), PARTNER, until, TODAY) == until
    later = [agreed(one, expires_on=until + DAY)]
    assert rules.end(case(one, consents=later), PARTNER, until, TODAY) == until


@given(st.integers(1, 400), st.integers(1, 400))
def test_whatever_the_days_it_is_allowed_until_its_end_and_not_on_it(expires: int, until: int) -> None:
    whom = documents.person()
    document = case(whom, consents=[agreed(whom, expires_on=TODAY + expires * DAY)])
    last = TODAY + until * DAY
    end = rules.end(document, PARTNER, last, TODAY)
    assert rules.allowed(document, PARTNER, end - DAY)
    assert end == last or not rules.allowed(document, PARTNER, end)


@pytest.mark.parametrize(
    ("fields", "waiting", "standing"),
    [
        ({}, True, False),
        ({"confirmed_by": "a"}, False, True),
        ({"confirmed_by": "a", "revoked_on": TODAY}, False, False),
        ({"revoked_on": TODAY}, False, False),
        ({"confirmed_by": "a", "until": TODAY}, False, False),
        ({"until": TODAY}, False, False),
    ],
)
def test_a_share_waits_or_stands_or_is_over(fields: dict[str, Any], *, waiting: bool, standing: bool) -> None:
    given: dict[str, Any] = {"organisation_id": "0" * 32, "until": TODAY + DAY} | fields
    share = Share(**given)
    assert (rules.waiting(share, TODAY), rules.standing(share, TODAY)) == (waiting, standing)


def shared(**fields: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "owner": "0" * 32,
        "epoch": 1,
        "incident_id": "1" * 32,
        "revision": 3,
        "purpose": "a fictional appeal",
        "until": TODAY,
        "shared_on": None,
        "persons": (1, 2**64 - 1),
        "account": "00" * 32,
    }
    return given | fields


def test_what_is_sealed_is_read_as_it_was_written() -> None:
    one = Shared(**shared())
    assert rules.unpack(one.model_dump_json().encode()) == one


@given(st.binary(max_size=200))
def test_what_is_no_share_is_nothing(body: bytes) -> None:
    assert rules.unpack(body) is None


@pytest.mark.parametrize("wrong", [{"owner": "x"}, {"persons": [0]}, {"persons": [2**64]}, {"more": 1}, {"until": ""}])
def test_a_share_of_another_shape_is_nothing(wrong: dict[str, Any]) -> None:
    assert rules.unpack(json.dumps(shared(until="2027-01-01") | wrong).encode()) is None
