"""From what is due to what is gone: the list, the question, the certificate, and what stands against it."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from incidents import clock
from incidents.erasure import holds
from incidents.errors import NotFound
from incidents.extensions import db
from incidents.facts.services import frame
from incidents.intake import services as intake
from incidents.keyring.facts_door import facts_keys
from incidents.records import services as records
from incidents.records.models import RevisionKey
from incidents.records.schema import MOST_PARTS, Comment
from incidents.retention import services
from tests.factories import documents as make
from tests.integration.retention.conftest import keys_of

if TYPE_CHECKING:
    from incidents.records.schema import CaseDocument
    from tests.factories.world import World
    from tests.integration.retention.conftest import Desk

REASON = "A plainly fictional reason"
LONG_AGO = dt.date(2020, 1, 10)
CONTACT = {"channel": "a fictional messenger", "value": "fictional-handle"}


def case(*purposes: str, contact: dict[str, str] | None = None, **about: Any) -> CaseDocument:
    whom = make.person(name="Plainly Fictional", contact=contact)
    given = [make.consent(whom, purpose, given_on=LONG_AGO) for purpose in purposes]
    return make.about(whom, "POL_EXT", incident=make.incident(date_reported=LONG_AGO, **about), consents=given)


def closed(*purposes: str) -> CaseDocument:
    return case(*purposes, monitoring_status="closed", closed_on=LONG_AGO)


def seen(desk: Desk, incident_id: str) -> dict[str, str]:
    """What the page of a case sends back, with its reason."""
    page = desk.browser.get(f"/retention/{incident_id}")
    found = dict(re.findall(r'<input type="hidden" id="[^"]*" name="(rule|expected)" value="([^"]*)"', page))
    return found | {"reason": REASON}


def whole(desk: Desk, incident_id: str) -> CaseDocument:
    return records.open_for_rules(desk.keys, incident_id).document


def counted(desk: Desk) -> int:
    analyst = desk.team.analyst
    return frame(facts_keys(analyst.id, analyst.seed)).rows.height


def test_what_is_due_is_listed_with_its_rule_and_nothing_else_is(desk: Desk) -> None:
    undecided, contacts, kept = case(), case("CP_STAT", contact=CONTACT), case("CP_STAT")
    desk.save(undecided, contacts, kept)
    page = desk.browser.get("/retention")
    assert "2 cases are due." in page
    assert undecided.incident.ref in page
    assert "A case about whose use nobody has decided" in page
    assert "Contact details" in page
    assert kept.incident.ref not in page


def test_a_list_of_many_has_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PAGE_SIZE", 2)
    desk.save(case(), case(), case())
    assert desk.browser.get("/retention").count("waits for a decision") == 2
    assert desk.browser.get("/retention?page=2").count("waits for a decision") == 1
    assert desk.browser.get("/retention?page=99").count("waits for a decision") == 1


def test_a_case_about_which_nobody_decided_is_erased_once_somebody_confirms(desk: Desk) -> None:
    incident_id = desk.save(case())
    assert records.open_account(desk.keys, incident_id)
    answer = desk.browser.client.post(
        f"/retention/{incident_id}", data={"csrf_token": desk.browser.token()} | seen(desk, incident_id)
    )
    assert answer.status_code == 303
    assert "A plainly fictional reason" in desk.browser.get(answer.location)
    with pytest.raises(NotFound):
        records.open_account(desk.keys, incident_id)
    assert "Nothing is due." in desk.browser.get("/retention")


def test_contact_details_go_from_every_revision_and_all_else_stays(desk: Desk) -> None:
    incident_id = desk.save(case("CP_STAT", contact=CONTACT))
    desk.change(incident_id, status="complete")
    before, wraps = whole(desk, incident_id), set(db.session.scalars(select(RevisionKey.wrapped)))
    desk.browser.post(f"/retention/{incident_id}", seen(desk, incident_id), status=303)
    after = whole(desk, incident_id)
    assert after.persons[0].contact is None
    assert after.persons[0].name == "Plainly Fictional"
    assert after.incident.narrative == before.incident.narrative
    assert wraps.isdisjoint(db.session.scalars(select(RevisionKey.wrapped)))
    for revision in records.revisions(desk.keys, incident_id):
        parts = records.opened_parts(desk.keys, *records._revision(desk.keys, incident_id, revision))
        assert "fictional-handle" not in repr(parts)
    assert "Nothing is due." in desk.browser.get("/retention")
    assert "the contact details of a case" in desk.browser.get("/erasures")


def test_names_and_words_of_a_closed_case_go_and_it_is_counted_as_before(desk: Desk) -> None:
    incident_id = desk.save(closed("CP_STAT"))
    assert counted(desk) == 1
    page = desk.browser.get(f"/retention/{incident_id}")
    assert "Names and words of a case that is closed" in page
    desk.browser.post(f"/retention/{incident_id}", seen(desk, incident_id), status=303)
    left = whole(desk, incident_id)
    assert "Plainly Fictional" not in left.model_dump_json()
    assert "Blue Bridge" not in left.model_dump_json()
    assert counted(desk) == 1
    assert "Nothing is due." in desk.browser.get("/retention")
    desk.browser.get(f"/cases/{incident_id}")


def test_a_closed_case_that_may_not_be_counted_goes_whole(desk: Desk) -> None:
    incident_id = desk.save(closed("CP_PART"))
    desk.browser.post(f"/retention/{incident_id}", seen(desk, incident_id), status=303)
    with pytest.raises(NotFound):
        records.open_account(desk.keys, incident_id)


@pytest.mark.parametrize("how", ["roster", "case"])
def test_a_hold_stops_it_and_gives_no_button(desk: Desk, how: str) -> None:
    incident_id = desk.save(case(legal_hold=how == "case"))
    sent = seen(desk, incident_id) | {"rule": "undecided", "expected": "1"}
    if how == "roster":
        holds.place(desk.team.researcher.membership(), desk.keys.seed, incident_id, REASON)
    assert "stopped by a legal hold" in desk.browser.get("/retention")
    page = desk.browser.get(f"/retention/{incident_id}")
    assert "Erase this for good" not in page
    desk.browser.post(f"/retention/{incident_id}", sent, status=409)
    assert records.open_account(desk.keys, incident_id)


def test_what_was_read_must_still_be_what_is_due(desk: Desk) -> None:
    incident_id = desk.save(case())
    sent = seen(desk, incident_id)
    desk.browser.post(f"/retention/{incident_id}", sent | {"rule": "contacts"}, status=409)
    desk.change(incident_id, status="incomplete")
    page = desk.browser.post(f"/retention/{incident_id}", sent, status=409)
    assert REASON in page
    assert records.open_account(desk.keys, incident_id).revision == 2


def test_a_reason_is_asked_for_and_the_rule_offers_one(desk: Desk) -> None:
    incident_id = desk.save(case())
    assert "It came 30 days ago or more" in desk.browser.get(f"/retention/{incident_id}")
    desk.browser.post(f"/retention/{incident_id}", seen(desk, incident_id) | {"reason": "no"}, status=422)
    assert records.open_account(desk.keys, incident_id)


def test_a_case_is_kept_longer_with_a_reason_that_stands_beside_it(desk: Desk) -> None:
    incident_id = desk.save(case())
    sent = {"keep-months": "12", "keep-reason": REASON, "keep-expected": "1"}
    desk.browser.post(f"/retention/{incident_id}/keep", {**sent, "keep-months": "600"}, status=422)
    desk.browser.post(f"/retention/{incident_id}/keep", sent, status=303)
    document = records.open_account(desk.keys, incident_id).document
    assert document.comments[-1].text == REASON
    assert document.incident.retention_until is not None
    assert document.incident.retention_until > clock.today() + dt.timedelta(days=360)
    assert "Nothing is due." in desk.browser.get("/retention")
    assert "Nothing is due before" in desk.browser.get(f"/retention/{incident_id}")
    desk.browser.post(f"/retention/{incident_id}/keep", sent, status=409)


def test_a_case_that_is_full_of_comments_says_so_and_is_not_kept_longer(desk: Desk) -> None:
    full = [{"at": "2020-01-11T09:00:00Z", "text": "fictional"} for _ in range(MOST_PARTS)]
    incident_id = desk.save(
        case("CP_STAT").model_copy(update={"comments": [Comment.model_validate(one) for one in full]})
    )
    sent = {"keep-months": "12", "keep-reason": REASON, "keep-expected": "1"}
    page = desk.browser.post(f"/retention/{incident_id}/keep", sent, status=409)
    assert "as many comments as a case may have" in page
    assert REASON in page
    assert whole(desk, incident_id).incident.retention_until is None


def test_a_draft_from_before_does_not_bring_contact_details_back(desk: Desk) -> None:
    incident_id = desk.save(case("CP_STAT", contact=CONTACT))
    colleague = desk.team.second_researcher
    writer = intake.Writer(colleague.id, colleague.seed)
    keys = keys_of(colleague)
    draft_id = intake.edit(writer, keys, incident_id)
    assert intake.open_names(writer, keys, draft_id, REASON)
    desk.browser.post(f"/retention/{incident_id}", seen(desk, incident_id), status=303)
    with pytest.raises(records.Conflict):
        intake.submit(writer, keys, draft_id, complete=True)
    intake.bring_together(writer, draft_id, {})
    intake.submit(writer, keys, draft_id, complete=True)
    assert whole(desk, incident_id).persons[0].contact is None


def test_closing_a_case_begins_its_time_and_opening_it_again_ends_it(desk: Desk) -> None:
    document = case("CP_STAT")
    incident_id = desk.save(document)
    desk.change(incident_id, incident=document.incident.model_copy(update={"monitoring_status": "closed"}))
    first = records.open_account(desk.keys, incident_id).document.incident
    assert first.closed_on == make.TODAY
    desk.change(incident_id, incident=first.model_copy(update={"monitoring_status": "open"}))
    assert records.open_account(desk.keys, incident_id).document.incident.closed_on is None


def test_another_organisations_cases_are_no_business_of_theirs(desk: Desk, world: World) -> None:
    incident_id = desk.save(case())
    stranger = world.team("Another Fictional Network").researcher.browser()
    assert "Nothing is due." in stranger.get("/retention")
    stranger.get(f"/retention/{incident_id}", status=404)
    stranger.post(f"/retention/{incident_id}", {"reason": REASON, "rule": "undecided", "expected": "1"}, status=404)
