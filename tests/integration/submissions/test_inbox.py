"""The inbox: what waits, what members see of it, and what becomes of it."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from incidents.accounts import admission, comparing
from incidents.accounts.models import Account, Role
from incidents.audit import services as audit
from incidents.audit.acts import Act
from incidents.audit.models import AuditEntry
from incidents.database import writing
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.facts import store
from incidents.facts.models import FrameDelta
from incidents.facts.services import frame
from incidents.keyring.facts_door import facts_keys
from incidents.records.index import CaseQuery, find
from incidents.records.models import Incident
from incidents.records.services import open_account
from incidents.submissions import inbox
from incidents.submissions.inbox import Standing
from incidents.submissions.rules import reference
from tests.factories import documents
from tests.integration.intake.browsing import links_of, text_of
from tests.integration.submissions.handing import TOLD, handed_in, keys, rows, told

if TYPE_CHECKING:
    from flask import Flask

    from incidents.records.schema import CaseDocument
    from tests.factories.world import Person, Team, World

WHY = "told twice, as they say"


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def counted() -> CaseDocument:
    """A case that the gate lets into the facts."""
    whom = documents.person(name="Fictional Name")
    return documents.about(whom, "POL_EXT", consents=[documents.consent(whom)], sources=[documents.source()])


def facts_of(team: Team) -> int:
    store.cache.clear()
    return len(frame(facts_keys(team.analyst.id, team.analyst.seed)).rows)


def cases_of(person: Person) -> int:
    store.cache.clear()
    return find(keys(person).organisation, CaseQuery()).total


def how_many(model: type[Incident | FrameDelta | AuditEntry]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


# -- what waits ------------------------------------------------------------------------------------------


def test_nothing_is_counted_before_a_member_has_accepted_it_and_everything_after(team: Team) -> None:
    row = handed_in(team.field_worker, counted())
    assert (cases_of(team.researcher), facts_of(team), how_many(Incident)) == (0, 0, 0)
    team.researcher.browser().post(f"/inbox/{row}/accept", status=303)
    assert (cases_of(team.researcher), facts_of(team), how_many(Incident)) == (1, 1, 1)
    assert rows() == []


def test_every_page_of_a_member_says_how_many_wait(team: Team) -> None:
    browser = team.researcher.browser()
    assert "Inbox (" not in text_of(browser.get("/cases"))
    for _ in range(3):
        handed_in(team.field_worker)
    assert "Inbox (3)" in text_of(browser.get("/cases"))
    assert "3 submissions wait" in text_of(browser.get("/inbox"))


def test_who_holds_no_key_is_not_told_how_many_wait(world: World, team: Team) -> None:
    handed_in(team.field_worker)
    newcomer = world.person(Role.RESEARCHER, team.researcher.account.organisation)
    page = newcomer.browser().get("/cases/new")
    assert "Inbox" in text_of(page)
    assert "Inbox (" not in text_of(page)
    for person in (team.analyst, team.advocate, team.administrator, team.field_worker):
        assert "Inbox" not in text_of(person.browser().get("/reports"))


def test_a_submission_shows_the_account_and_no_name_contact_or_exact_place(team: Team) -> None:
    told(team.field_worker.browser())
    [row] = rows()
    page = team.researcher.browser().get(f"/inbox/{row}")
    assert TOLD in page
    assert "Near the fictional bridge" not in page
    assert "stay closed until it is a case" in page


def test_a_long_inbox_has_pages(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "PAGE", 2)
    everything = {handed_in(team.field_worker) for _ in range(5)}
    browser = team.researcher.browser()
    pages = [browser.get(f"/inbox?page={number}") for number in (1, 2, 3)]
    shown = [set(re.findall(r"/inbox/([0-9a-f]{32})", page)) for page in pages]
    assert [len(one) for one in shown] == [2, 2, 1]
    assert set.union(*shown) == everything
    assert browser.get("/inbox?page=4") == pages[2]
    for odd in ("0", "-1", "x", "9" * 30):
        browser.get(f"/inbox?page={odd}")


def test_another_organisation_sees_nothing_of_it(world: World, team: Team) -> None:
    row = handed_in(team.field_worker)
    stranger = world.team().researcher
    browser = stranger.browser()
    assert row not in browser.get("/inbox")
    browser.get(f"/inbox/{row}", status=404)
    browser.post(f"/inbox/{row}/accept", status=404)
    browser.post(f"/inbox/{row}/decline", {"reason": WHY}, status=404)
    with pytest.raises(NotFound):
        inbox.read(keys(stranger), row)
    assert rows() == [row]


# -- who it says it is from --------------------------------------------------------------------------------


def standing_of(team: Team, person: Person) -> Standing:
    return inbox.senders(team.researcher.membership(), [person.id])[person.id].standing


@pytest.fixture
def unknown(world: World, team: Team) -> Person:
    """A field worker for whom nobody has vouched."""
    return world.person(Role.FIELD_WORKER, team.researcher.account.organisation)


def test_the_inbox_says_what_the_roster_says_of_the_sender(world: World, team: Team, unknown: Person) -> None:
    assert standing_of(team, team.second_researcher) is Standing.MEMBER
    assert standing_of(team, team.field_worker) is Standing.MEMBER
    assert standing_of(team, unknown) is Standing.NOBODY
    world.admit(team.researcher, unknown)
    assert standing_of(team, unknown) is Standing.MEMBER


def test_who_lacks_a_vouch_is_said_to_wait(team: Team, unknown: Person) -> None:
    one = team.researcher.membership()
    number = comparing.comparison_with(one.stated.identity, unknown.account)
    admission.vouch(one, team.researcher.seed, unknown.id, number)
    assert standing_of(team, unknown) is Standing.WAITING


def test_an_account_whose_role_was_changed_is_not_the_one_that_was_vouched_for(team: Team) -> None:
    with writing(db.session):
        db.session.get_one(Account, team.field_worker.id).role = Role.ANALYST
    assert standing_of(team, team.field_worker) is Standing.CHANGED


def test_a_sender_that_nobody_knows_has_no_name(team: Team) -> None:
    [seen] = inbox.senders(team.researcher.membership(), ["f" * 32]).values()
    assert (seen.username, seen.standing) == ("", Standing.UNKNOWN)


def test_the_page_warns_that_a_submission_is_no_proof(team: Team, unknown: Person) -> None:
    row = handed_in(unknown)
    browser = team.researcher.browser()
    page = text_of(browser.get(f"/inbox/{row}"))
    assert f"It says that it is from {unknown.username}: nobody has vouched for this account." in page
    assert "That is no proof" in page
    assert "no proof of who wrote it" in text_of(browser.get("/inbox"))


# -- taking in and declining -------------------------------------------------------------------------------


def test_an_accepted_submission_leads_to_its_case(team: Team) -> None:
    row = handed_in(team.field_worker, counted())
    browser = team.researcher.browser()
    token = {"csrf_token": browser.token()}
    where = browser.client.post(f"/inbox/{row}/accept", data=token).location
    page = browser.get(where)
    assert "Take" not in where
    assert "It is a case of your organisation now" in page
    assert f"{where}/identity" in links_of(page)


def test_accepting_twice_makes_one_case(team: Team) -> None:
    row = handed_in(team.field_worker)
    team.researcher.browser().post(f"/inbox/{row}/accept", status=303)
    team.second_researcher.browser().post(f"/inbox/{row}/accept", status=404)
    with pytest.raises(NotFound):
        inbox.accept(keys(team.researcher), row)
    assert how_many(Incident) == 1


def test_two_members_who_accept_at_once_make_one_case(team: Team, app: Flask) -> None:
    row = handed_in(team.field_worker)
    both = [keys(team.researcher), keys(team.second_researcher)]
    ready, outcomes = threading.Barrier(len(both)), []

    def press(one: object) -> None:
        with app.app_context():
            content = inbox.read(one, row)  # type: ignore[arg-type]
            assert content.content
            ready.wait()
            try:
                outcomes.append(inbox.accept(one, row))  # type: ignore[arg-type]
            except NotFound:
                outcomes.append("")

    db.session.rollback()
    threads = [threading.Thread(target=press, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, outcomes)) == [False, True]
    assert (how_many(Incident), cases_of(team.researcher), rows()) == (1, 1, [])


def test_nothing_is_saved_when_the_submission_goes_while_it_is_being_accepted(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else takes it in between the reading and the transaction: no case, no index, no fact, no entry."""
    row = handed_in(team.field_worker, counted())
    mine, read = keys(team.researcher), inbox.read
    before = how_many(FrameDelta)

    def too_late(one: object, submission_id: str) -> inbox.Waiting:
        found = read(one, submission_id)  # type: ignore[arg-type]
        monkeypatch.setattr(inbox, "read", read)
        inbox.decline(mine, submission_id, WHY)
        return found

    monkeypatch.setattr(inbox, "read", too_late)
    entries = how_many(AuditEntry)
    with pytest.raises(NotFound):
        inbox.accept(mine, row)
    assert (how_many(Incident), how_many(FrameDelta), how_many(AuditEntry)) == (0, before, entries + 1)
    assert facts_of(team) == 0


def test_declining_deletes_it_and_makes_no_case(team: Team) -> None:
    row = handed_in(team.field_worker)
    team.researcher.browser().post(f"/inbox/{row}/decline", {"reason": WHY}, status=303)
    assert rows() == []
    assert how_many(Incident) == 0


def test_declining_needs_a_reason_and_keeps_what_was_typed(team: Team) -> None:
    row = handed_in(team.field_worker)
    page = team.researcher.browser().post(f"/inbox/{row}/decline", {"reason": "no <b>"}, status=422)
    assert "Write a reason of at least 10 characters." in page
    assert "no &lt;b&gt;" in page
    assert rows() == [row]


def test_what_members_do_is_in_the_log_and_not_what_it_says(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[object, ...]] = []
    record = audit.record

    def listening(organisation_id: str, act: Act, **more: str) -> None:
        said.append((organisation_id, act, more))
        record(organisation_id, act, **more)

    monkeypatch.setattr(audit, "record", listening)
    accepted, declined = handed_in(team.field_worker), handed_in(team.field_worker)
    case = inbox.accept(keys(team.researcher), accepted)
    inbox.decline(keys(team.second_researcher), declined, WHY)
    of = team.organisation_id
    assert (of, Act.SUBMISSION_ACCEPTED, {"by": team.researcher.id, "about": case}) in said
    declining = {"by": team.second_researcher.id, "about": declined, "reason": WHY}
    assert (of, Act.SUBMISSION_DECLINED, declining) in said


def test_a_document_of_an_organisation_can_be_handed_in_again_after_it_was_declined(team: Team) -> None:
    """The list was emptied: what was declined by mistake comes as a new submission."""
    first = handed_in(team.field_worker)
    inbox.decline(keys(team.researcher), first, WHY)
    second = handed_in(team.field_worker)
    assert reference(first) != reference(second)
    assert open_account(keys(team.researcher), inbox.accept(keys(team.researcher), second)).revision == 1
