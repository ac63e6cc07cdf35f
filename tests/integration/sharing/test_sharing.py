"""A case that is shared: who opens what of it, until when, and what ends it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from incidents import clock
from incidents.audit import reading
from incidents.audit.acts import Act
from incidents.consents import withdrawals
from incidents.database import writing
from incidents.erasure import services as erasure
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.records import services as records
from incidents.records.models import Revision
from incidents.rotation import services as rotation
from incidents.sharing import deciding, partners
from incidents.sharing import services as sharing
from incidents.sharing.models import SharedCase
from tests.factories import documents
from tests.factories.sharing import NARRATIVE, PURPOSE, befriend, name_of, opened, share, shareable, wish

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import Team, World


@pytest.fixture
def teams(world: World) -> tuple[Team, Team]:
    ours, theirs = world.team(), world.team()
    befriend(ours, theirs)
    return ours, theirs


def rows() -> list[SharedCase]:
    db.session.rollback()
    return list(db.session.scalars(select(SharedCase)))


def saved_again(team: Team, case: CaseDocument) -> None:
    keys = opened(team.researcher)
    now = records.open_for_rules(keys, case.incident.id)
    records.update(keys, now.document, expected=now.revision)


def read(team: Team) -> list[str]:
    return [one.shared.incident_id for one in sharing.shared_with_us(opened(team.researcher))]


def test_a_partner_reads_the_account_of_exactly_the_shared_case(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case, agreed = share(ours, theirs)
    records.create(opened(ours.researcher), [shareable(name_of(theirs))])
    (one,) = sharing.shared_with_us(opened(theirs.researcher))
    assert (one.owner, one.shared.purpose, one.proven) == (name_of(ours), PURPOSE, True)
    document = sharing.open_shared(opened(theirs.second_researcher), agreed.id).document
    assert document.incident.id == case.incident.id
    assert document.incident.narrative == NARRATIVE
    assert not document.persons[0].name
    assert sharing.shared_with_us(opened(ours.researcher)) == []


def test_nothing_of_what_is_shared_stands_in_clear(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case, agreed = share(ours, theirs)
    (row,) = rows()
    for word in (case.incident.id, ours.organisation_id, PURPOSE, agreed.until.isoformat(), NARRATIVE):
        assert word.encode() not in row.sealed + row.wrapped
        assert word not in {row.id, row.organisation_id, row.key_id}


def test_one_member_proposes_and_another_confirms_before_anything_is_sealed(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case = shareable(name_of(theirs))
    keys = opened(ours.researcher)
    records.create(keys, [case])
    proposed = deciding.propose(keys, case.incident.id, wish(theirs))
    assert rows() == []
    with pytest.raises(deciding.OwnProposal):
        deciding.confirm(keys, case.incident.id, proposed.id)
    saved_again(ours, case)
    assert rows() == []
    deciding.confirm(opened(ours.second_researcher), case.incident.id, proposed.id)
    assert [row.organisation_id for row in rows()] == [theirs.organisation_id]
    with pytest.raises(NotFound):
        deciding.confirm(opened(ours.second_researcher), case.incident.id, proposed.id)


def test_each_save_is_what_the_partner_reads_then_and_what_was_before_is_closed(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case, agreed = share(ours, theirs)
    before = sharing.shared_with_us(opened(theirs.researcher))[0].shared
    keys = opened(ours.researcher)
    now = records.open_for_rules(keys, case.incident.id)
    told = now.document.incident.model_copy(update={"narrative": "Fictional, and told anew."})
    records.update(keys, now.document.model_copy(update={"incident": told}), expected=now.revision)
    document = sharing.open_shared(opened(theirs.researcher), agreed.id).document
    assert document.incident.narrative == "Fictional, and told anew."
    assert sharing.shared_with_us(opened(theirs.researcher))[0].shared.account != before.account


def test_names_open_only_where_they_are_shared_too_and_with_a_reason(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    _, closed = share(ours, theirs)
    _, agreed = share(ours, theirs, with_identity=True)
    keys = opened(theirs.researcher)
    with pytest.raises(NotFound):
        sharing.open_identity(keys, closed.id, "a fictional reason")
    assert sharing.open_identity(keys, agreed.id, "a fictional reason").document.persons[0].name == "Plainly Fictional"


def test_a_share_without_names_holds_no_key_from_which_the_names_follow(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    share(ours, theirs)
    shared = sharing.shared_with_us(opened(theirs.researcher))[0].shared
    with pytest.raises(NotFound):
        sharing._document(shared.model_copy(update={"identity": shared.account}), ["account", "identity"])


def test_without_consent_to_this_partner_nothing_is_proposed(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    keys = opened(ours.researcher)
    for case in (documents.document(), shareable("Another Fictional Network")):
        records.create(keys, [case])
        with pytest.raises(deciding.NotAllowed) as refused:
            deciding.propose(keys, case.incident.id, wish(theirs))
        assert len(refused.value.refusals) == 1


def test_a_consent_that_a_member_notes_as_taken_back_ends_the_share_with_that_save(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case, _ = share(ours, theirs)
    keys = opened(ours.researcher)
    now = records.open_for_rules(keys, case.incident.id)
    row = documents.consent(now.document.persons[0], "CP_PART", answer="no")
    changed = now.document.model_copy(update={"consents": [*now.document.consents, row]})
    records.update(keys, changed, expected=now.revision)
    assert rows() == []
    assert read(theirs) == []


@pytest.mark.parametrize("purpose", ["CP_PART", "CP_STORE", "CP_DEATH"])
def test_a_withdrawal_with_nobody_logged_in_closes_the_case_at_the_next_request(
    teams: tuple[Team, Team], purpose: str
) -> None:
    ours, theirs = teams
    case, agreed = share(ours, theirs)
    with writing(db.session):
        withdrawals.add(withdrawals.hexadecimal(case.persons[0].cell_key), [purpose])
    assert read(theirs) == []
    with pytest.raises(NotFound):
        sharing.open_shared(opened(theirs.researcher), agreed.id)


def test_a_withdrawal_for_statistics_alone_leaves_the_share(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case, _ = share(ours, theirs)
    with writing(db.session):
        withdrawals.add(withdrawals.hexadecimal(case.persons[0].cell_key), ["CP_STAT"])
    assert read(theirs) == [case.incident.id]


def test_what_is_taken_back_is_gone_at_the_next_request_and_stays_gone(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case, agreed = share(ours, theirs)
    kept = {column.name: getattr(rows()[0], column.name) for column in SharedCase.__table__.columns}
    deciding.take_back(opened(ours.second_researcher), case.incident.id, agreed.id)
    assert rows() == []
    with writing(db.session):
        # Somebody who kept the row puts it back.
        db.session.add(SharedCase(**kept))
    assert read(theirs) == []


def test_on_its_last_day_it_is_closed_and_what_either_side_does_next_deletes_it(
    teams: tuple[Team, Team], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = teams
    case, agreed = share(ours, theirs)
    _, other = share(ours, theirs, until=agreed.until + dt.timedelta(days=9))
    keys = opened(theirs.researcher)
    before = sharing.shared_with_us(keys, today=agreed.until - dt.timedelta(days=1))
    assert {one.id for one in before} == {agreed.id, other.id}
    assert [one.id for one in sharing.shared_with_us(keys, today=agreed.until)] == [other.id]
    with pytest.raises(NotFound):
        sharing.open_shared(keys, agreed.id, today=agreed.until)
    monkeypatch.setattr(clock, "today", lambda: agreed.until)
    theirs.researcher.browser().post(f"/shared/{agreed.id}/read", status=404)
    assert [row.id for row in rows()] == [other.id]
    owner = opened(ours.researcher)
    now = records.open_for_rules(owner, case.incident.id)
    records.update(owner, now.document, expected=now.revision, today=agreed.until)
    assert [row.id for row in rows()] == [other.id]


def test_a_save_on_the_last_day_seals_nothing_more(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case, agreed = share(ours, theirs)
    keys = opened(ours.researcher)
    now = records.open_for_rules(keys, case.incident.id)
    records.update(keys, now.document, expected=now.revision, today=agreed.until)
    assert rows() == []
    log = reading.keys_for(ours.researcher.id, ours.researcher.seed, ours.organisation_id)
    assert [one.about_id for one in reading.read(log, act=Act.SHARE_ENDED).lines] == [case.incident.id]


def test_a_share_ends_no_later_than_a_consent_that_it_rests_on(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    soon = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=3)
    whom = documents.person()
    agreed = documents.consent(whom, "CP_PART", recipient=name_of(theirs), expires_on=soon)
    share(ours, theirs, documents.about(whom, "POL_EXT", consents=[documents.consent(whom), agreed]))
    assert sharing.shared_with_us(opened(theirs.researcher))[0].shared.until == soon


def test_it_opens_after_either_side_has_rotated_its_keys(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case, agreed = share(ours, theirs)
    for team in (ours, theirs):
        rotation.rotate(team.researcher.membership(), team.researcher.seed, "a fictional reason")
        assert rotation.advance(team.researcher.membership())
        assert read(theirs) == [case.incident.id]
    saved_again(ours, case)
    saved_again(ours, case)
    (one,) = sharing.shared_with_us(opened(theirs.researcher))
    assert one.proven
    assert sharing.open_shared(opened(theirs.second_researcher), agreed.id).document.incident.narrative == NARRATIVE


def test_sharing_with_a_partner_that_has_rotated_remembers_its_newest_keys(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    for _ in range(2):
        rotation.rotate(theirs.researcher.membership(), theirs.researcher.seed, "a fictional reason")
        assert rotation.advance(theirs.researcher.membership())
    share(ours, theirs)
    roster, _version = ours.researcher.membership().roster()
    assert list(roster.partners[theirs.organisation_id].identities) == [1, 2, 3]
    assert partners.identity_at(theirs.organisation_id, roster.partners[theirs.organisation_id], 2)


def test_an_erased_case_is_shared_with_nobody(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    case, _ = share(ours, theirs)
    erasure.erase_cases(opened(ours.researcher), [case.incident.id], "a fictional reason")
    assert rows() == []
    assert read(theirs) == []


def test_after_a_person_is_erased_the_partner_reads_the_case_without_them(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    second = documents.person(pseudonym="erased-fiction")
    case = shareable(name_of(theirs))
    consent = documents.consent(second, "CP_PART", recipient=name_of(theirs))
    case = case.model_copy(
        update={"persons": [*case.persons, second], "consents": [*case.consents, consent], "sources": []}
    )
    case = case.model_copy(update={"sources": [documents.source()]})
    _, agreed = share(ours, theirs, case)
    keys = opened(ours.researcher)
    revision = records.open_account(keys, case.incident.id).revision
    erasure.erase_person(keys, case.incident.id, second.id, "a fictional reason", expected=revision)
    document = sharing.open_shared(opened(theirs.researcher), agreed.id).document
    assert [one.id for one in document.persons] == [case.persons[0].id]


def test_without_keys_there_is_no_number_and_no_partner(world: World) -> None:
    ours = world.team()
    empty = world.organisation()
    one = ours.researcher.membership()
    assert partners.other(one, empty.id).number is None
    with pytest.raises(NotFound):
        partners.compare(one, ours.researcher.seed, empty.id, "0000")


def test_a_shared_case_that_does_not_open_hides_no_other_and_stops_no_save(teams: tuple[Team, Team]) -> None:
    ours, theirs = teams
    broken, _share = share(ours, theirs)
    whole, _other = share(ours, theirs)
    with writing(db.session):
        altered = update(Revision).where(Revision.incident_id == broken.incident.id)
        db.session.execute(altered.values(account=b"\x01" + bytes(40)))
    keys = opened(theirs.researcher)
    assert [one.document.incident.id for one in sharing.opened_with_us(keys)] == [whole.incident.id]
    own = shareable(name_of(ours))
    records.create(keys, [own])
    theirs.researcher.browser().get(f"/cases/{own.incident.id}/overlaps")
